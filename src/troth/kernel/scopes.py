"""Scopes of check: what counts when goods are promised for an event.

| standard | supply | demand | ceiling of goods at hand |
| --- | --- | --- | --- |
| order | stock, purchase, production, firm planned, transfer in | what is `PROMISED`, and safety stock | no |
| rush | the same, so that no earlier promise loses goods | what is promised | stock less deliveries and what is due |
| delivery | the same, where goods leave before the promised day | what is promised | stock less deliveries |
| quotation, component | as order | as order | no |

Planned orders and requisitions that are firm are firm supply; firm requisitions count only where a scope names them, as
nobody has agreed to them yet. What is merely proposed, or requested, counts where a scope names it too, and what is
confirmed on it is unsecured.

A company keeps scopes of its own as master data, and says by availability group and event which one holds. What was
promised counts in every scope, or it would be promised twice.

What of older orders is not confirmed counts against new demand where a scope names `waiting_order`; a promise that
stands already is changed, re-dated and dealt out in a run without it (decision 0027).

Forecast counts where a scope says so, as far as no order has used it up (`kernel.forecast`): of products that are
planned collectively. Those whose group has a scope without it are planned individually, each order for itself.

What is confirmed ahead of firm supply (on planned receipts, or on the lead time) is posted as an order that is
unsecured. It is demand for whoever asks, but takes nothing from a promise on firm supply.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from troth.kernel.forecast import MONTHLY, Window, left, left_of_lots
from troth.kernel.lots import Lots
from troth.kernel.netting import LYING, Category, Scope, Series


class Event(StrEnum):
    """What goods are promised for."""

    ORDER = "order"
    RUSH = "rush"
    DELIVERY = "delivery"
    QUOTATION = "quotation"
    COMPONENT = "component"


PROMISED = frozenset({Category.ORDER, Category.DELIVERY, Category.HOLD, Category.RESERVATION, Category.TRANSFER_OUT})
"""Demands that are promises: no scope may leave one out."""

USUAL = frozenset({Category.STOCK, Category.PURCHASE, Category.PRODUCTION, Category.TRANSFER_IN, Category.FIRM_PLANNED})
"""The supply of the standard scopes."""
FIRM = USUAL | {Category.FIRM_REQUISITION}
"""Supply that a promise may stand on for good."""

_KINDS = 32


@dataclass(frozen=True, slots=True)
class CheckingScope:
    """What counts in a check; unsecured orders always do.

    `at_hand` names the demands that goods at hand serve first; empty: no such ceiling.
    `firm` is what firm supply leaves, `released` what there is without goods that lie here and are not free.
    `secured` is firm supply and the promises that stand on it, without what is merely protected or unsecured.

    `lead_time` confirms what supply does not cover at the end of the replenishment lead time. An overdue receipt is
    believed for `overdue_receipt_days`, and `horizon_days` is how far ahead is looked. `window` says which forecast an
    order uses up.
    """

    code: str
    supply: frozenset[Category] = USUAL
    demand: frozenset[Category] = PROMISED
    at_hand: frozenset[Category] = frozenset()
    lead_time: bool = False
    overdue_receipt_days: int = 7
    horizon_days: int = 365
    window: Window = MONTHLY
    counted: Scope = field(init=False, compare=False, repr=False)
    lasting: tuple[bool, ...] = field(init=False, compare=False, repr=False)
    secured: Scope = field(init=False, compare=False, repr=False)
    firm: Scope = field(init=False, compare=False, repr=False)
    released: Scope = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # By category: stock and demand, which tell what stock alone covers for good.
        lasting = tuple(category == Category.STOCK or category in self.demand for category in range(_KINDS))
        object.__setattr__(self, "lasting", lasting)
        demand = self.demand | {Category.UNSECURED_ORDER}
        object.__setattr__(self, "counted", self._counting(self.supply | demand))
        object.__setattr__(self, "firm", self._counting((self.supply & FIRM) | demand))
        object.__setattr__(self, "released", self._counting((self.supply - LYING) | demand))
        object.__setattr__(self, "secured", self._counting((self.supply & FIRM) | (self.demand & PROMISED)))

    @property
    def is_firm(self) -> bool:
        """Whether it believes in firm supply alone."""
        return self.supply <= FIRM

    @property
    def counts_unreleased(self) -> bool:
        """Whether goods count that lie here and are not free."""
        return bool(self.supply & LYING)

    @property
    def on_firm_supply(self) -> "CheckingScope":
        """The same scope as far as firm supply goes, without the lead time: what may be kept for somebody."""
        return replace(self, supply=self.supply & FIRM, lead_time=False)

    @property
    def protects_forecast(self) -> bool:
        """Whether what is forecast and not ordered yet is kept from whoever it is not forecast for."""
        return Category.FORECAST in self.demand

    @property
    def counts_waiting(self) -> bool:
        """Whether new demand leaves what older orders wait for to them."""
        return Category.WAITING_ORDER in self.demand

    def netted(self, series: Series, today: int) -> Series:
        """The series as it counts: with what is left of its forecast, as of today (a day number)."""
        return left(series, self.window, today) if self.protects_forecast else series

    def netted_lots(self, lots: Lots, today: int) -> Lots:
        """The same of goods that expire."""
        return left_of_lots(lots, self.window, today) if self.protects_forecast else lots

    def _counting(self, categories: frozenset[Category]) -> Scope:
        return Scope(categories, self.lead_time, self.overdue_receipt_days, self.horizon_days)


_UNSECURED = int(Category.UNSECURED_ORDER)


def has_unsecured(series: Series) -> bool:
    """Whether an order ahead of firm supply stands in it; theirs is the last of those that are posted."""
    last = series.categories[-1] if series.categories else 0
    return last == _UNSECURED or (last == Category.WAITING_ORDER and _UNSECURED in series.categories)


_PROTECTED = PROMISED | {Category.SAFETY_STOCK}

STANDARD = MappingProxyType(
    {
        Event.ORDER: CheckingScope("order", demand=_PROTECTED),
        Event.RUSH: CheckingScope("rush", at_hand=PROMISED),
        Event.DELIVERY: CheckingScope("delivery", at_hand=frozenset({Category.DELIVERY})),
        Event.QUOTATION: CheckingScope("quotation", demand=_PROTECTED),
        Event.COMPONENT: CheckingScope("component", demand=_PROTECTED),
    }
)
"""What holds in books that keep no scopes, and what new books begin with."""


SUPPLIES = tuple(category for category in Category if not category.is_demand)
DEMANDS = tuple(category for category in Category if category.is_demand and category is not Category.UNSECURED_ORDER)


def named(words: str, among: Iterable[Category]) -> frozenset[Category]:
    """The categories of `stock, purchase`; `UnknownCategory` names the first word that is none of them."""
    known = {category.name.lower(): category for category in among}
    found = set()
    for word in filter(None, (word.strip().lower().replace(" ", "_") for word in words.split(","))):
        if word not in known:
            raise UnknownCategory(word, tuple(known))
        found.add(known[word])
    return frozenset(found)


def written(categories: Iterable[Category]) -> str:
    """The categories as `named` reads them, in the order of their numbers."""
    return ", ".join(category.name.lower() for category in sorted(categories))


class UnknownCategory(ValueError):
    """A word that is no category of supply or demand."""

    def __init__(self, word: str, known: tuple[str, ...]) -> None:
        super().__init__(word)
        self.word = word
        self.known = known
