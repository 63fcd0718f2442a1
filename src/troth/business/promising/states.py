"""Modes of a promise, what it stands on, and the scopes of check.

A scope says what counts when goods are promised for an event. `order` believes in stock and in firm receipts, `rush`
and `delivery` in nothing but what lies here. They are a table in code, made to become master data.

| scope | supply | demand | ceiling of goods at hand |
| --- | --- | --- | --- |
| order | stock, purchase, production, transfer in | orders, deliveries, holds, reservations, transfer out | no |
| rush | the same, so that no earlier promise loses goods | the same | stock less deliveries and all that is due |
| delivery | the same, where goods leave before the promised day | the same | stock less deliveries |
"""

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from troth.kernel.netting import Category, Scope


class Mode(StrEnum):
    """How a wish may be confirmed: on the wished day only, whole on one day, or in parts."""

    ONE_TIME = "one_time"
    COMPLETE = "complete"
    PARTIAL = "partial"


class Basis(StrEnum):
    """What a confirmed quantity stands on; `unchecked` for products that are not kept in stock."""

    STOCK = "stock"
    SUPPLY = "supply"
    LEAD_TIME = "lead_time"
    ALLOCATED = "allocated"
    UNCHECKED = "unchecked"


class Cause(StrEnum):
    """Why a promise is the one it is: what made it, or made it anew."""

    ENTERED = "entered"
    CHANGED = "changed"
    SUPPLY = "supply"
    RELEASED = "released"
    CANCELLED = "cancelled"


_SUPPLY = frozenset({Category.STOCK, Category.PURCHASE, Category.PRODUCTION, Category.TRANSFER_IN})
_DEMAND = frozenset({Category.ORDER, Category.DELIVERY, Category.HOLD, Category.RESERVATION, Category.TRANSFER_OUT})


@dataclass(frozen=True, slots=True)
class CheckingScope:
    """What counts in a check. `at_hand` names the demands that goods at hand serve first; empty: no such ceiling."""

    code: str
    supply: frozenset[Category] = _SUPPLY
    demand: frozenset[Category] = _DEMAND
    at_hand: frozenset[Category] = frozenset()
    lead_time: bool = False
    counted: Scope = field(init=False, compare=False, repr=False)
    lasting: tuple[bool, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # By category: stock and demand, which tell what stock alone covers for good.
        lasting = tuple(category == Category.STOCK or category in self.demand for category in range(32))
        object.__setattr__(self, "lasting", lasting)
        object.__setattr__(self, "counted", Scope(self.supply | self.demand, self.lead_time))


SCOPES = MappingProxyType(
    {
        scope.code: scope
        for scope in (
            CheckingScope("order"),
            CheckingScope("rush", at_hand=_DEMAND),
            CheckingScope("delivery", at_hand=frozenset({Category.DELIVERY})),
        )
    }
)
