"""Rules that were passed over for a line, and in a word why: the first of their conditions that does not fit."""

from collections.abc import Mapping, Sequence
from typing import Any

from troth.kernel.errors import Sentence

CONDITIONS = {
    "days": Sentence("not valid on this day"),
    "product_category": Sentence("for another category"),
    "division": Sentence("for another division"),
    "site_id": Sentence("for another site"),
    "company_id": Sentence("for another company"),
    "sales_organisation_id": Sentence("for another sales organisation"),
    "customer_id": Sentence("for another customer"),
    "customer_group": Sentence("for another customer group"),
    "order_type_id": Sentence("for another order type"),
    "source_system": Sentence("for orders from another source system"),
    "entry": Sentence("not meant for entering"),
    "change": Sentence("not meant for changes"),
    "broken": Sentence("not meant for promises that break"),
    "better": Sentence("not meant for better dates"),
    "run": Sentence("not meant for runs over the backorders"),
    "fixed": Sentence("quantity and date of the line are fixed"),
    "tied": Sentence("stock is tied to the line"),
    "billed": Sentence("the line has been billed"),
    "quoted": Sentence("the line stays as it was quoted"),
    "insists": Sentence("the customer wants just what was ordered"),
    "proposed": Sentence("somebody has to take what it proposes"),
}
NAMED = 3
"""So many are named in a sentence."""


def sentences(considered: Mapping[str, Any]) -> list[Sentence]:
    """Which rules for the same goods were not asked; `passed` is [[code of the rule, condition], …]."""
    return [
        Sentence("Rule %(rule)s was not asked: %(why)s.", rule=rule, why=CONDITIONS[condition])
        for rule, condition in _named(considered)
    ]


def _named(considered: Mapping[str, Any]) -> Sequence[Sequence[str]]:
    named: Sequence[Sequence[str]] = considered.get("passed", ())
    return named[:NAMED]
