"""What a line costs more when rules of availability name twenty other products for it.

| case | rules | the ordered goods |
| --- | --- | --- |
| without | none | serve it, or are used up |
| not needed | one for each product, with 20 alternatives | serve it |
| tried | the same | are used up, so that all 20 are tried, and the last alone has goods |

Each is the check of an order of one line for a customer, as the entry page and the API ask it: read, priced, promised,
weighed, and nothing of it written.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from troth.doors.bench import measure
from troth.doors.bench.measure import Cost
from troth.doors.bench.scene import TODAY, BenchCompany, clock
from troth.doors.cli.reports import Figure

CANDIDATES = 20
SPENT = 200
"""So many products, the first of them, have no goods and expect none: those that are ordered where all are tried."""
RULED = 100
"""So many of them have a rule; the alternatives of each but the last are others of those that have no goods."""
CHECKS, WARM_UP, ROUNDS = 200, 5, 5
GOAL = 1.5
ALWAYS = date(2020, 1, 1)


def run(quick: bool) -> Sequence[Figure]:
    """Measure the four cases in turn, in the books of a thousand products and customers."""
    from troth.doors.bench import company
    from troth.doors.bench.database import own_database

    size = replace(company.FULL, stock=(0,) * SPENT + (10**9,) * (1000 - SPENT))
    rounds = 1 if quick else ROUNDS
    with own_database() as vendor:
        built = company.build(size)
        served = built.products[SPENT : SPENT + RULED]
        spent = built.products[:RULED]
        without = _best(built, served, rounds), _best(built, spent, rounds)
        _write_rules(built, (*served, *spent))
        ruled = _best(built, served, rounds), _best(built, spent, rounds)
    return [
        *_figures(f"{vendor}, check of a line that its own goods serve", "not needed", without[0], ruled[0]),
        *_figures(f"{vendor}, check of a line whose goods are used up", "all tried", without[1], ruled[1]),
    ]


def _figures(named: str, how: str, without: float, ruled: float) -> list[Figure]:
    under = f"{named}, rules of {CANDIDATES} candidates, {how}"
    ratio = ruled / without
    return [
        Figure(named, "CPU", without, "ms"),
        Figure(under, "CPU", ruled, "ms"),
        Figure(under, "times the check without", ratio, "", f"<= {GOAL}", ratio <= GOAL),
    ]


def _best(built: BenchCompany, products: Sequence[str], rounds: int) -> float:
    """The least of several rounds, in milliseconds of processor time: what else the machine does only adds to it."""
    drafts = _drafts(built, products)
    return min(_cpu_ms(_cost(drafts)) for _ in range(rounds))


def _drafts(built: BenchCompany, products: Sequence[str]) -> list[Any]:
    from troth.business.sales.rules.drafts import LineDraft, OrderDraft

    rng = random.Random(5)  # noqa: S311 - the same checks every time, not a secret
    return [
        OrderDraft(
            customer=rng.choice(built.customers),
            order_type="standard",
            requested_on=TODAY + timedelta(days=rng.randrange(10, 60)),
            lines=(LineDraft(product=rng.choice(products), quantity=rng.randint(1, 3)),),
        )
        for _ in range(WARM_UP + CHECKS)
    ]


def _cost(drafts: Sequence[Any]) -> Cost:
    from troth.business.sales.actions.check import check_document
    from troth.platform.actors import SYSTEM

    work = [lambda one=one: check_document(one, by=SYSTEM, clock=clock()) for one in drafts]
    return measure.cost(work, warm_up=WARM_UP)


def _cpu_ms(one: Cost) -> float:
    return (one.client_s + (one.server_s or 0.0)) / one.count * 1000


def _write_rules(built: BenchCompany, products: Sequence[str]) -> None:
    """A rule for each product: nineteen that have nothing, then one that has all of it."""
    from troth.doors.demo.tables import row, write
    from troth.reference import queries as reference

    known = reference.products_by_number(built.products)
    empty = built.products[RULED : RULED + CANDIDATES - 1]
    rules = write(
        row(
            "masterdata.AvailabilityRule",
            code=f"R{number}",
            name=f"Rule {number}",
            product_id=known[number].id,
            valid_from_on=ALWAYS,
        )
        for number in products
    )
    full = built.products[-1]
    write(
        row("masterdata.AvailabilityRuleStep", rule=rule, position=position, product_id=known[number].id)
        for rule in rules
        for position, number in enumerate((*empty, full), 1)
    )
