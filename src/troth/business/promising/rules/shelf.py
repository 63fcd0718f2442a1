"""What one key offers, and how a run of decisions uses it up."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from troth.business.promising.rules.quotas import PROTECTED, Use
from troth.business.promising.rules.wish import Binding, Wish
from troth.kernel import forecast, netting, protection, steps
from troth.kernel.netting import LYING, Category, Scope, Series
from troth.kernel.proposals import Line
from troth.kernel.protection import Group, Protection
from troth.kernel.scopes import CheckingScope, has_unsecured
from troth.kernel.steps import Steps

SLICE_MAX = 6
"""How many steps of the free curve a record keeps."""

_FIRST_RECEIPT = int(Category.PURCHASE)
_FIRST_DEMAND = int(Category.ORDER)


class Asked(NamedTuple):
    """What a shelf is laid out from: the series of its key, its version, the day number of today at the site, and how
    many days from then goods can be procured or made (None: not known)."""

    series: Series
    version: int
    today: int
    ready: int | None = None


class Guard(NamedTuple):
    """What is protected on a key, in days from today, and for each protection where the ledger keeps it (procedure,
    cell, period)."""

    protections: tuple[Protection, ...]
    places: tuple[tuple[int, str, int], ...]


class Shelf:
    """What one key offers in one scope, as one run of decisions uses it up.

    `free` is the free curve under the ceiling of goods at hand, as the `group` that looks sees it; `on_stock` what
    stock alone would cover for good; `firm` the free curve of firm supply alone. Days inside are offsets from `today`.
    """

    _free: Steps | None

    ages: ClassVar[bool] = False
    """Whether its goods expire, so that they are looked at anew for each day until which they must last."""

    __slots__ = (
        "_free",
        "_gone",
        "_group",
        "_guard",
        "_kept",
        "_net",
        "_own",
        "_ready",
        "_series",
        "_taken",
        "at_hand",
        "on_stock",
        "scope",
        "today",
        "version",
    )

    def __init__(self, asked: Asked, scope: CheckingScope, guard: Guard | None = None) -> None:
        series, self.version, self.today, self._ready = asked
        self.scope = scope
        self._kept = self._series = scope.netted(series, self.today)
        self._own: Sequence[tuple[int, int]] = ()
        self._guard, self._group = guard, Group("")
        self.on_stock = _without_receipts(self._series, scope)
        self.at_hand = _at_hand(self._series, scope, self.today) if scope.at_hand else None
        self._net = _net(asked._replace(series=self._series), scope.counted)
        self._taken: list[Line] = []
        self._gone: list[Line] = []
        self._free = None

    @property
    def free(self) -> Steps:
        """What is free after all that was taken; settled only when somebody looks."""
        if self._free is None:
            horizon = self.scope.counted.horizon_days
            if self._taken:
                self._net, self._taken = steps.take(self._net, self._taken, horizon), []
            self._free = Steps(self._seen(self._net), horizon, ceiling=self.at_hand)
        return self._free

    def _seen(self, net: dict[int, int]) -> dict[int, int]:
        """Less what is kept for others than the group that looks."""
        if self._guard is None:
            return net
        return protection.protected(net, self._guard.protections, self._group, self.scope.counted.horizon_days)

    def turn_to(self, group: Group | None) -> None:
        """Show what this group sees."""
        if self._guard is not None and group is not None and group != self._group:
            self._group, self._free = group, None

    @property
    def has_forecast(self) -> bool:
        """Whether goods are kept for what is forecast."""
        return self.scope.protects_forecast and forecast.has_forecast(self._kept)

    def expect(self, offset: int, quantity: int) -> None:
        """Show the forecast without what a demand on a day uses up of it: that is kept for whoever asks now."""
        if self._own or self.has_forecast:
            wanted = self.today + offset, quantity
            self._show(forecast.used_by(self._kept, wanted, self.scope.window, self.today))

    @property
    def kept_for_forecast(self) -> int:
        """What is forecast, and not ordered yet, for others than who asks now."""
        return -netting.total(self._series, (Category.FORECAST,)) if self.scope.protects_forecast else 0

    @property
    def kept_for_waiting(self) -> int:
        """What older orders wait for."""
        return -netting.total(self._series, (Category.WAITING_ORDER,)) if self.scope.counts_waiting else 0

    def _show(self, own: Sequence[tuple[int, int]]) -> None:
        self._own, self._series = own, netting.merge(self._kept, forecast.postings(own))
        self.on_stock = _without_receipts(self._series, self.scope) - sum(line.quantity for line in self._gone)
        self._net = _net(Asked(self._series, self.version, self.today, self._ready), self.scope.counted)
        self._taken, self._free = list(self._gone), None

    def _used_up(self, quantity: int) -> None:
        """So much was promised of what was shown last: the forecast for it is used up."""
        if self._own:
            self._kept = netting.merge(self._kept, forecast.postings(forecast.first_of(self._own, quantity)))
            self._show(())

    @property
    def outside(self) -> list[tuple[int, int]]:
        """Goods that lie here and do not count in this scope, as (category, quantity)."""
        lying = LYING.intersection(self._series.categories)
        left_out = [category for category in lying if category not in self.scope.supply]
        found = ((int(category), netting.total(self._series, (category,))) for category in sorted(left_out))
        return [(category, quantity) for category, quantity in found if quantity > 0]

    @property
    def kept_for_others(self) -> int:
        """What the group that looks has to leave to others, in all."""
        if self._guard is None:
            return 0
        return sum(
            one.left for one in self._guard.protections if one.last_day >= 0 and protection.respected(one, self._group)
        )

    def firm(self, offset: int) -> int:
        """What firm supply alone leaves free on a day."""
        if self.scope.is_firm:
            return self.free[min(offset, len(self.free) - 1)]
        return self._within("firm", self.scope.firm, offset)

    def released(self, offset: int) -> int:
        """What is free on a day without goods that lie here and are not free."""
        if not self.scope.counts_unreleased:
            return self.free[min(offset, len(self.free) - 1)]
        return self._within("released", self.scope.released, offset)

    def _within(self, name: str, scope: Scope, offset: int) -> int:
        """What is free on a day of what counts in a narrower scope, which is told apart by its name."""
        horizon = self.scope.counted.horizon_days
        net = _net(Asked(self._series, self.version, self.today, self._ready), scope)
        curve = Steps(self._seen(steps.take(net, self._gone, horizon)), horizon, ceiling=self.at_hand)
        return curve[min(offset, horizon)]

    def take(self, lines: Sequence[Line]) -> tuple[Use, ...]:
        """Use up what the lines confirm; return what they took of the protection of their own group."""
        uses = self._consume(lines) if self._guard is not None else ()
        self._taken += lines
        self._gone += lines
        taken = sum([line.quantity for line in lines])
        self.on_stock -= taken
        if self.at_hand is not None:
            self.at_hand -= taken
        self._free = None
        self._used_up(taken)
        return uses

    def _consume(self, lines: Sequence[Line]) -> tuple[Use, ...]:
        uses: list[Use] = []
        for line in lines:
            assert self._guard is not None
            protections, places = self._guard
            found = protection.consume(protections, self._group, day=line.day, quantity=line.quantity)
            self._guard = Guard(protection.booked(protections, found), places)
            uses += [Use(PROTECTED, *places[one.protection], one.quantity) for one in found]
        return tuple(uses)

    def keep(self) -> Any:
        """What `restore` goes back to."""
        shown = self._kept, self._series, self._own
        return self._net, list(self._taken), list(self._gone), self.on_stock, self.at_hand, self._guard, shown

    def restore(self, kept: Any) -> None:
        self._net, taken, gone, self.on_stock, self.at_hand, self._guard, shown = kept
        self._kept, self._series, self._own = shown
        self._taken, self._gone, self._free = list(taken), list(gone), None

    def lasting_for(self, wish: Wish, delivery: int) -> "Shelf":
        """The shelf with what lasts long enough for a delivery on a day: all of it, where goods keep."""
        return self

    def binding(self, offset: int) -> Binding:
        """What limits a promise from `offset` on: the first lowest balance, and the receipt after it."""
        lowest, balance = self.free.binding(offset)
        day = self.today + lowest
        receipt = _next_receipt(self._series, self.scope, day)
        is_beyond = receipt is not None and receipt[1] > self.today + self.scope.horizon_days
        return Binding(day, balance, receipt, is_beyond)

    def slice(self, offset: int) -> list[list[int]]:
        """The steps of the free curve from `offset` on, as [day, free]: the record of what was seen."""
        return [[self.today + day, free] for day, free in self.free.seen_from(offset, SLICE_MAX)]


def curve_of(asked: Asked, scope: CheckingScope) -> Steps:
    """The free curve of a key that nobody has used up, kept for nobody and not forecast."""
    ceiling = _at_hand(asked.series, scope, asked.today) if scope.at_hand else None
    return Steps(_net(asked, scope.counted), scope.counted.horizon_days, ceiling=ceiling)


_UNSECURED = int(Category.UNSECURED_ORDER)


def _net(asked: Asked, scope: Scope) -> dict[int, int]:
    """The changes of the balance, with what is unsecured left to the lead time.

    An unsecured order for a day by which goods can still be procured takes nothing that is here before that day; from
    that day on it counts, so that receipts which come for it are its own. Nearer ones count on every day.
    """
    series, _, today, ready = asked
    everything = netting.changes(series, scope, today)
    if ready is None or not has_unsecured(series):
        return everything
    near = netting.series_of(
        posting for posting in series.postings() if posting[0] != _UNSECURED or posting[1] < today + ready
    )
    horizon = scope.horizon_days
    before, after = Steps(netting.changes(near, scope, today), horizon), Steps(everything, horizon)
    kept = before[ready - 1] if 0 < ready <= horizon else after[0]
    free, net = 0, {}
    for day in sorted({0, min(ready, horizon), *netting.changes(near, scope, today), *everything}):
        now = before[day] if day < ready else max(after[day], kept)
        net[day], free = now - free, now
    return net


def _without_receipts(series: Series, scope: CheckingScope) -> int:
    """Stock less all demand: as demand only falls, this is the free curve of stock alone on every day."""
    lasting = scope.lasting
    return sum(
        [quantity for category, quantity in zip(series.categories, series.quantities, strict=True) if lasting[category]]
    )


def _at_hand(series: Series, scope: CheckingScope, today: int) -> int:
    """Stock less the deliveries on their way and, of the other demands of `scope.at_hand`, what is due."""
    total = 0
    for category, day, quantity in series.postings():
        due = category == Category.DELIVERY or (category in scope.at_hand and day <= today)
        if category == Category.STOCK or (due and category in scope.at_hand):
            total += quantity
    return total


def _next_receipt(series: Series, scope: CheckingScope, after: int) -> tuple[int, int, int] | None:
    """The first receipt after a day, as (category, day, quantity); of one day the one of the lowest category."""
    categories, days = series.categories, series.days
    found: tuple[int, int, int] | None = None
    first = bisect_left(categories, _FIRST_RECEIPT)
    end = bisect_left(categories, _FIRST_DEMAND, first)
    while first < end:
        category = categories[first]
        last = bisect_right(categories, category, first, end)
        place = bisect_right(days, after, first, last)
        if place < last and category in scope.supply and (found is None or days[place] < found[1]):
            found = (category, days[place], series.quantities[place])
        first = last
    return found
