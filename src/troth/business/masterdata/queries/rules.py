"""Rules of availability, in memory: which of them hold for an item, and the alternatives that they name.

The alternatives of all rules that hold stand in the order of rank and position; what an exclusive rule names is taken
out. The first rule says how they are chosen. The ordered goods themselves are no alternative.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from troth.platform import sql


class Occasion(StrEnum):
    """When a rule is asked. What an exclusive rule takes out is taken out on all of them."""

    ENTRY = "entry"
    CHANGE = "change"
    BROKEN = "broken"
    BETTER = "better"
    RUN = "run"


class RuleStep(NamedTuple):
    """An alternative: None is as ordered. `numerator` base units of it for each `denominator` that are ordered."""

    position: int
    product_id: int | None
    site_id: int | None
    numerator: int
    denominator: int


class RuleTerms(NamedTuple):
    """A rule with its steps; `kind`, `mode` and the strategy in the words of the model."""

    id: int
    code: str
    kind: str
    rank: int
    product_id: int | None
    product_category: str
    division: str
    site_id: int | None
    company_id: int | None
    sales_organisation_id: int | None
    customer_id: int | None
    customer_group: str
    order_type_id: int | None
    source_system: str
    valid_from_on: date
    valid_to_on: date | None
    mode: str
    building: str
    picking: str
    result: str
    price_of: str
    rest_on: str
    reason: str
    occasions: frozenset[Occasion]
    steps: tuple[RuleStep, ...]


class Item(NamedTuple):
    """What a rule is asked about: an item of an order, and who orders it on which day.

    `occasion` None: whoever asks wants all rules, whatever they are meant for.
    """

    product_id: int
    product_category: str
    division: str
    site_id: int | None
    company_id: int
    sales_organisation_id: int
    customer_id: int
    customer_group: str
    order_type_id: int
    source_system: str
    on: date
    occasion: Occasion | None = Occasion.ENTRY


class Named(NamedTuple):
    """Goods that a rule names for an item."""

    product_id: int
    site_id: int | None
    numerator: int
    denominator: int
    rule: str


class Ruled(NamedTuple):
    """What holds for an item: the rule that says how, and the alternatives of all."""

    rule: RuleTerms
    alternatives: tuple[Named, ...]


_DAYS = tuple(RuleTerms._fields.index(name) for name in ("valid_from_on", "valid_to_on"))
_CONDITIONS = (
    "product_id", "product_category", "division", "site_id", "company_id", "sales_organisation_id", "customer_id",
    "customer_group", "order_type_id", "source_system",
)  # fmt: skip


def obstacle(rule: RuleTerms, item: Item) -> str:
    """The first condition of a rule that does not fit an item, in a word; empty where the rule holds.

    The last condition is the occasion, by its own word.
    """
    if not rule.valid_from_on <= item.on <= (rule.valid_to_on or date.max):
        return "days"
    found = next((name for name in _CONDITIONS if getattr(rule, name) not in (None, "", getattr(item, name))), "")
    if found or item.occasion is None or rule.kind == "exclusive" or item.occasion in rule.occasions:
        return found
    return item.occasion


def holds(rule: RuleTerms, item: Item) -> bool:
    """Whether a rule holds for an item: each of its conditions is empty or fits."""
    return not obstacle(rule, item)


def ruled(rules: Iterable[RuleTerms], item: Item) -> Ruled | None:
    """What holds for an item; None where no rule names an alternative."""
    fitting = [rule for rule in rules if holds(rule, item)]
    naming = [rule for rule in fitting if rule.kind == "inclusive"]
    if not naming:
        return None
    out = [step for rule in fitting if rule.kind == "exclusive" for step in rule.steps]
    found: dict[tuple[int, int | None], Named] = {}
    for rule in naming:
        for step in rule.steps:
            place = (step.product_id or item.product_id, step.site_id or item.site_id)
            if place != (item.product_id, item.site_id) and not any(_takes_out(one, place) for one in out):
                found.setdefault(place, Named(*place, step.numerator, step.denominator, rule.code))
    return Ruled(naming[0], tuple(found.values())) if found else None


def _takes_out(step: RuleStep, place: tuple[int, int | None]) -> bool:
    return step.product_id in (None, place[0]) and step.site_id in (None, place[1])


def read() -> tuple[RuleTerms, ...]:
    """All active rules by rank, with their active steps."""
    columns = (
        "id, code, kind, rank, product_id, product_category, division, site_id, company_id, sales_organisation_id,"
        " customer_id, customer_group, order_type_id, source_system, valid_from_on, valid_to_on, mode, building,"
        " picking, result, price_of, rest_on, reason, asked_at_entry, asked_at_change, asked_when_broken,"
        " asked_for_better, asked_in_runs"
    )
    steps = sql.fetch(
        "SELECT rule_id, position, product_id, site_id, COALESCE(numerator, 1), COALESCE(denominator, 1)"
        " FROM masterdata_availabilityrulestep WHERE is_active ORDER BY rule_id, position"
    )
    by_rule = {
        rule_id: tuple(RuleStep(*row[1:]) for row in rows) for rule_id, rows in groupby(steps, lambda row: row[0])
    }
    rows = sql.fetch(f"SELECT {columns} FROM masterdata_availabilityrule WHERE is_active ORDER BY rank, code")
    return tuple(_terms(row, by_rule.get(row[0], ())) for row in rows)


def _terms(row: Sequence[Any], steps: tuple[RuleStep, ...]) -> RuleTerms:
    values, flags = list(row[: -len(Occasion)]), row[-len(Occasion) :]
    for place in _DAYS:
        if isinstance(values[place], str):
            values[place] = date.fromisoformat(values[place])
    occasions = frozenset(one for one, asked in zip(Occasion, flags, strict=True) if asked)
    return RuleTerms._make((*values, occasions, steps))
