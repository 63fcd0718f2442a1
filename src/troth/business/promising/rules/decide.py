"""The decision: from wishes and the series they draw on to schedule lines.

Per wish: count back from the requested day to the day goods must be there, ask the free curve what it offers from then
on, and count forward again from each confirmed day. Wishes are served in their order; what one takes the next does not
see. A group that must arrive together is tried first, each line whole; if all can be whole, all go to the latest day of
them, otherwise none is confirmed. One pass settles it: a curve that never falls offers on the latest day what it
offered before.

    free from day 0   5 5 5 12        wishes 4 for day 1, 4 for day 1
    promise           4 on day 1;     1 on day 1, 3 on day 3
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from troth.business.promising.rules.wish import Binding, LinePromise, Schedule, Wish
from troth.business.promising.states import Basis, Mode
from troth.kernel import netting, proposals, scheduling, steps
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category, Scope, Series
from troth.kernel.proposals import Curve, Line, Terms
from troth.kernel.scheduling import Dates
from troth.kernel.scopes import CheckingScope
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


class Shelf:
    """What one key offers in one scope, as one run of decisions uses it up.

    `free` is the free curve under the ceiling of goods at hand; `on_stock` what stock alone would cover for good;
    `firm` the free curve of firm supply alone. Days inside are offsets from `today`.
    """

    _free: Steps | None

    __slots__ = (
        "_free",
        "_gone",
        "_net",
        "_ready",
        "_series",
        "_taken",
        "at_hand",
        "on_stock",
        "scope",
        "today",
        "version",
    )

    def __init__(self, asked: Asked, scope: CheckingScope) -> None:
        self._series, self.version, self.today, self._ready = asked
        self.scope = scope
        self.on_stock = _without_receipts(self._series, scope)
        self.at_hand = _at_hand(self._series, scope, self.today) if scope.at_hand else None
        self._net = _net(asked, scope.counted)
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
            self._free = Steps(self._net, horizon, ceiling=self.at_hand)
        return self._free

    def firm(self, offset: int) -> int:
        """What firm supply alone leaves free on a day."""
        if self.scope.is_firm:
            return self.free[min(offset, len(self.free) - 1)]
        horizon = self.scope.counted.horizon_days
        net = _net(Asked(self._series, self.version, self.today, self._ready), self.scope.firm)
        curve = Steps(steps.take(net, self._gone, horizon), horizon, ceiling=self.at_hand)
        return curve[min(offset, horizon)]

    def take(self, lines: Sequence[Line]) -> None:
        """Use up what the lines confirm."""
        self._taken += lines
        self._gone += lines
        taken = sum([line.quantity for line in lines])
        self.on_stock -= taken
        if self.at_hand is not None:
            self.at_hand -= taken
        self._free = None

    def keep(self) -> "_Kept":
        return self._net, list(self._taken), list(self._gone), self.on_stock, self.at_hand

    def restore(self, kept: "_Kept") -> None:
        self._net, self._taken, self._gone, self.on_stock, self.at_hand = kept
        self._free = None

    def binding(self, offset: int) -> Binding:
        """What limits a promise from `offset` on: the first lowest balance, and the receipt after it."""
        lowest, balance = self.free.binding(offset)
        day = self.today + lowest
        return Binding(day, balance, _next_receipt(self._series, self.scope, day))

    def slice(self, offset: int) -> list[list[int]]:
        """The steps of the free curve from `offset` on, as [day, free]: the record of what was seen."""
        return [[self.today + day, free] for day, free in self.free.seen_from(offset, SLICE_MAX)]


_Kept = tuple[dict[int, int], list[Line], list[Line], int, int | None]
_UNSECURED = int(Category.UNSECURED_ORDER)


def has_unsecured(series: Series) -> bool:
    """Whether an order ahead of firm supply stands in it; theirs is the last of the categories."""
    return bool(series.categories) and series.categories[-1] == _UNSECURED


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


_PROPOSE: dict[str, Callable[[Curve, int, int, Terms], tuple[Line, ...]]] = {
    Mode.ONE_TIME: proposals.one_time,
    Mode.COMPLETE: proposals.complete,
    Mode.PARTIAL: proposals.partial,
}


class Task(NamedTuple):
    """A wish to decide on: `quantity` of it is open, on `shelf` (None where nothing is checked), as of `today`."""

    wish: Wish
    quantity: int
    shelf: Shelf | None
    today: int


class Timetable:
    """Dates by requested day and way, counted once for all lines that share them."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[int, int, int], Dates] = {}
        self._later: dict[tuple[int, int, int], Dates] = {}

    def wanted(self, task: Task, requested_day: int) -> Dates:
        way = task.wish.way
        key = (id(way), task.today, requested_day)
        found = self._wanted.get(key)
        if found is None:
            found = scheduling.schedule(requested_day, task.today, way.durations, way.calendars)
            self._wanted[key] = found
        return found

    def later(self, task: Task, day: int) -> Dates:
        way = task.wish.way
        key = (id(way), task.today, day)
        found = self._later.get(key)
        if found is None:
            found = self._later[key] = scheduling.forward(day, task.today, way.durations, way.calendars)
        return found


def decide(tasks: Sequence[Task], table: Timetable | None = None) -> Iterator[tuple[Task, LinePromise]]:
    """Promise each task in order, a group at the place of its first line; the shelves are used up on the way."""
    table = table or Timetable()
    groups: dict[tuple[int, int], list[Task]] = {}
    for task in tasks:
        group = group_of(task.wish)
        if group is not None:
            groups.setdefault(group, []).append(task)
    for task in tasks:
        group = group_of(task.wish)
        if group is None:
            yield task, _alone(task, table, task.wish.mode)
        elif group in groups:
            yield from _together(groups.pop(group), table)


def group_of(wish: Wish) -> tuple[int, int] | None:
    """What arrives together: all complete-delivery lines of a document, or the lines of a delivery group."""
    if wish.complete_delivery:
        return wish.document.id, 0
    return (wish.document.id, wish.delivery_group) if wish.delivery_group else None


def _alone(task: Task, table: Timetable, mode: str) -> LinePromise:
    wish, shelf = task.wish, task.shelf
    dates = table.wanted(task, day_of(wish.requested_on))
    if shelf is None:
        return LinePromise(wish, (Schedule(task.quantity, dates, Basis.UNCHECKED, None),), {})
    offset = dates.material_available - task.today
    mode = Mode.ONE_TIME if wish.is_fixed else mode
    terms, ready = _terms(task)
    lines = _PROPOSE[mode](shelf.free, task.quantity, offset, terms)
    record = _record(shelf, mode, dates.material_available, offset)
    schedules = _schedules(lines, task, dates, table, ready)
    short = task.quantity - sum([line.quantity for line in lines])
    if short > 0:
        record["bound"] = shelf.binding(lines[-1].day if lines else offset).record()
    elif lines and lines[-1].day > offset:
        record["bound"] = shelf.binding(offset).record()
    if lines:
        shelf.take(_used_up(schedules, task.today))
    return LinePromise(wish, schedules, record)


def _used_up(schedules: Sequence[Schedule], today: int) -> list[Line]:
    """What is taken of the shelf: all but what is yet to be procured."""
    return [
        Line(one.dates.material_available - today, one.quantity) for one in schedules if one.basis != Basis.LEAD_TIME
    ]


def _record(shelf: Shelf, mode: str, asked: int, offset: int) -> dict[str, object]:
    return {
        "scope": shelf.scope.code,
        "version": shelf.version,
        "today": shelf.today,
        "mode": str(mode),
        "asked": asked,
        "free": shelf.slice(offset),
    }


def ready_on(wish: Wish, today: int) -> int | None:
    """How many days from today goods are there that are procured or made from now on; None: not known."""
    if wish.lead_days is None:
        return None
    return wish.way.calendars.site.add(today, wish.lead_days) - today


def _terms(task: Task) -> tuple[Terms, int | None]:
    shelf, wish = task.shelf, task.wish
    ready = ready_on(wish, task.today) if shelf is not None and shelf.scope.lead_time else None
    if ready is None and wish.deliveries_max == proposals.ANY_TERMS.max_lines:
        return proposals.ANY_TERMS, None
    return Terms(max_lines=wish.deliveries_max, replenishment_day=ready), ready


def _schedules(
    lines: Sequence[Line], task: Task, dates: Dates, table: Timetable, ready: int | None
) -> tuple[Schedule, ...]:
    """The lines with dates and reasons; what arrives together on the same basis becomes one."""
    shelf, today = task.shelf, task.today
    assert shelf is not None
    offset, got = dates.material_available - today, 0
    found: list[Schedule] = []
    for line in lines:
        got += line.quantity
        basis = _basis(shelf, line.day, got, ready)
        own = dates if line.day == offset else table.later(task, today + line.day)
        if found and found[-1].dates == own and found[-1].basis == basis:
            found[-1] = found[-1]._replace(quantity=found[-1].quantity + line.quantity)
        else:
            found.append(Schedule(line.quantity, own, basis, shelf.binding(line.day)))
    return tuple(found)


def _basis(shelf: Shelf, day: int, got: int, ready: int | None) -> Basis:
    """Stock alone covers it for good, or firm supply does, or planned supply; otherwise only the time to procure it."""
    if got <= shelf.on_stock:
        return Basis.STOCK
    if got <= shelf.firm(day):
        return Basis.SUPPLY
    if got <= shelf.free[min(day, len(shelf.free) - 1)]:
        return Basis.PLANNED
    assert ready is not None
    return Basis.LEAD_TIME


def _together(tasks: Sequence[Task], table: Timetable) -> Iterator[tuple[Task, LinePromise]]:
    """All whole on the latest day of them, or none."""
    shelves = {id(task.shelf): task.shelf for task in tasks if task.shelf is not None}
    kept = {place: shelf.keep() for place, shelf in shelves.items()}
    tried = [_alone(task, table, Mode.COMPLETE) for task in tasks]
    for place, shelf in shelves.items():
        shelf.restore(kept[place])
    if any(task.quantity > promise.confirmed for task, promise in zip(tasks, tried, strict=True)):
        for task, promise in zip(tasks, tried, strict=True):
            yield task, LinePromise(task.wish, (), {**promise.record, "held": "group"})
        return
    latest = max(schedule.dates.delivery for promise in tried for schedule in promise.schedules)
    for task, promise in zip(tasks, tried, strict=True):
        yield task, _moved_to(latest, task, promise)


def _moved_to(delivery: int, task: Task, promise: LinePromise) -> LinePromise:
    """The whole line on the common day; its record keeps what would have been its own day."""
    [schedule] = promise.schedules
    if schedule.dates.delivery != delivery:
        own = schedule.dates.delivery
        dates = scheduling.backward(delivery, task.wish.way.durations, task.wish.way.calendars)
        schedule = schedule._replace(dates=dates)
        promise = LinePromise(task.wish, (schedule,), {**promise.record, "own_day": own})
    if task.shelf is not None:
        offset = schedule.dates.material_available - task.today
        free = int(task.shelf.free[min(offset, len(task.shelf.free) - 1)])
        assert free >= schedule.quantity or schedule.basis == Basis.LEAD_TIME
        task.shelf.take(_used_up([schedule], task.today))
    return promise
