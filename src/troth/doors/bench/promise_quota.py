"""What a check costs more when quotas hold for its product, with as many cells as a large company has."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from troth.doors.bench import measure
from troth.doors.bench.measure import Cost
from troth.doors.bench.scene import TODAY, BenchCompany, clock
from troth.doors.cli.reports import Figure

CELLS = 100_000
CHECKS = 300
WARM_UP = 5
ROUNDS = 5
GOAL = 1.5
WEEKS = 13
ALWAYS = date(2020, 1, 1)


def run(built: BenchCompany, where: str) -> Sequence[Figure]:
    """Measure checks of one line for a customer, first without a quota, then with one on every product."""
    asked = _checks(built)
    without = _best(asked)
    _plan(built)
    held = _best(asked)
    ratio = held / without
    named = f"{where}, check of one line for a customer"
    under = f"{named}, {CELLS:,} cells of quotas"
    return [
        Figure(named, "CPU", without, "ms"),
        Figure(under, "CPU", held, "ms"),
        Figure(under, "times the check without", ratio, "", f"<= {GOAL}", ratio <= GOAL),
    ]


def _checks(built: BenchCompany) -> list[Any]:
    from troth.business.promising.actions import Check
    from troth.reference import queries as reference

    products = [one.id for one in reference.products_by_number(built.products).values()]
    rng = random.Random(3)  # noqa: S311 - the same checks every time, not a secret
    return [
        Check(
            rng.choice(products), built.site_id, rng.randint(1, 3), TODAY + timedelta(days=rng.randrange(5, 60)),
            customer=rng.choice(built.customers),
        )
        for _ in range(WARM_UP + CHECKS)
    ]  # fmt: skip


def _cost(asked: Sequence[Any]) -> Cost:
    from troth.business.promising.actions import check

    return measure.cost([lambda one=one: check([one], clock=clock()) for one in asked], warm_up=WARM_UP)  # type: ignore[misc]


def _best(asked: Sequence[Any]) -> float:
    """The least of several rounds, in milliseconds of processor time: what else the machine does only adds to it."""
    return min(_cpu_ms(_cost(asked)) for _ in range(ROUNDS))


def _cpu_ms(one: Cost) -> float:
    return (one.client_s + (one.server_s or 0.0)) / one.count * 1000


def _plan(built: BenchCompany) -> None:
    """A procedure by product and customer: a hundred cells a product, planned by weeks for a quarter, some used."""
    from troth.business.quotas import actions as quotas
    from troth.platform import sql
    from troth.platform.actors import SYSTEM

    acting: dict[str, Any] = {"by": SYSTEM, "clock": clock()}
    draft = quotas.ProcedureDraft("BENCH", "Bench", "product,customer", "EA", look_back=2)
    procedure_id = quotas.save_procedure(draft, **acting).id
    first = quotas.TargetDraft({"product": built.products[0]}, TODAY, 10**6)
    last = replace(first, on=TODAY + timedelta(weeks=WEEKS - 1))
    quotas.set_targets(procedure_id, [first, last], **acting)
    [(begins, ends)] = sql.fetch("SELECT first_period, last_period FROM quotas_cell")
    each = max(CELLS // len(built.products), 1)
    named = ("#", *built.customers[: each - 1])
    cells = [f"{product}|{customer}" for product in built.products for customer in named][1:]
    sql.insert(
        "quotas_cell",
        {"procedure_id": "int", "cell": "text", "first_period": "int", "last_period": "int"},
        [(procedure_id, cell, begins, ends) for cell in cells],
    )
    sql.fetch(
        "WITH RECURSIVE p(period) AS (SELECT CAST(%s AS integer) UNION ALL SELECT period + 1 FROM p WHERE period < %s)"
        " INSERT INTO quota_balance (procedure_id, cell, period, planned, consumed)"
        # of each three weeks the first is used up, and of the others some
        " SELECT c.procedure_id, c.cell, p.period, 1000000, CASE p.period - p.period / 3 * 3 WHEN 0 THEN 1000000"
        " ELSE 400000 END FROM quotas_cell c CROSS JOIN p"
        " LEFT JOIN quota_balance b ON b.procedure_id = c.procedure_id AND b.cell = c.cell AND b.period = p.period"
        " WHERE b.id IS NULL",
        [begins, ends],
    )
    for start in range(0, len(built.products), 500):
        part = built.products[start : start + 500]
        reaches = [quotas.ReachDraft(ALWAYS, number) for number in part]
        quotas.save_sequence(quotas.SequenceDraft(f"BENCH{start}", "Bench", ["BENCH"], reaches), **acting)
