"""The decision: from wishes and the series they draw on to schedule lines.

Per wish: count back from the requested day to the day goods must be there, ask the free curve what it offers from then
on, and count forward again from each confirmed day. Wishes are served in their order; what one takes the next does not
see. A group that must arrive together is tried first, each line whole; if all can be whole, all go to the latest day of
them, otherwise none is confirmed. One pass settles it: a curve that never falls offers on the latest day what it
offered before. Under quotas, which may fall, and of
goods that expire, the first day is sought on which all can be whole (`kernel.groups`).

    free from day 0   5 5 5 12        wishes 4 for day 1, 4 for day 1
    promise           4 on day 1;     1 on day 1, 3 on day 3
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from troth.business.promising.rules.aging import LotShelf
from troth.business.promising.rules.quotas import Ration, Use
from troth.business.promising.rules.shelf import Shelf
from troth.business.promising.rules.wish import ROUNDED_UP, LinePromise, Schedule, Wish
from troth.business.promising.states import Basis, Mode
from troth.kernel import groups, proposals, scheduling
from troth.kernel.calendars import day_of
from troth.kernel.proposals import Curve, Line, Terms
from troth.kernel.protection import Group
from troth.kernel.scheduling import Dates

PROPOSE: dict[str, Callable[[Curve, int, int, Terms], tuple[Line, ...]]] = {
    Mode.ONE_TIME: proposals.one_time,
    Mode.COMPLETE: proposals.complete,
    Mode.PARTIAL: proposals.partial,
}


class Task(NamedTuple):
    """A wish to decide on: `quantity` of it is open, on `shelf` (None where nothing is checked), as of `today`.

    `ration` is what quotas leave of it (None: all), `group` who it is to those for whom supply is protected.
    """

    wish: Wish
    quantity: int
    shelf: Shelf | None
    today: int
    ration: Ration | None = None
    group: Group | None = None


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
    together: dict[tuple[int, int], list[Task]] = {}
    for task in tasks:
        group = group_of(task.wish)
        if group is not None:
            together.setdefault(group, []).append(task)
    for task in tasks:
        group = group_of(task.wish)
        if group is None:
            yield task, _alone(task, table, task.wish.mode)
        elif group in together:
            yield from _together(together.pop(group), table)


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
    if isinstance(shelf, LotShelf):
        return shelf.alone(task, table, mode, _alone)
    shelf.turn_to(task.group)
    offset = dates.material_available - task.today
    shelf.expect(offset, task.quantity)
    mode = mode_of(wish, mode)
    terms, ready = _terms(task, dates)
    lines, is_rationed = _proposed(task, mode, offset, terms)
    record = _record(shelf, mode, dates.material_available, offset)
    if wish.location:
        record["location"] = wish.location
    if wish.valuation:
        record["valuation"] = wish.valuation
    if wish.packing is not None:
        record["packages"] = list(wish.packing.packages.sizes)
    if wish.rounded_up:
        record[ROUNDED_UP] = wish.rounded_up
    if wish.considered:
        record["considered"] = dict(wish.considered)
    schedules = _schedules(lines, task, dates, table, ready)
    if wish.lead_time is not None and any(one.basis is Basis.LEAD_TIME for one in schedules):
        record["lead_time"] = wish.lead_time.parts
    short = task.quantity - sum([line.quantity for line in lines])
    is_late = bool(lines) and lines[-1].day > offset
    if short > 0 or is_late:
        record |= _limits(wish)
    if not is_rationed and (short > 0 or is_late):
        record["bound"] = bound_of(shelf, lines[-1].day if short > 0 and lines else offset)
    if (short > 0 or is_late) and (outside := shelf.outside):
        record["outside"] = outside
    if (short > 0 or is_late) and (kept := shelf.kept_for_forecast):
        record["forecast"] = kept
    if (short > 0 or is_late) and (kept := shelf.kept_for_waiting):
        record["waiting"] = kept
    booked: tuple[Use, ...] = ()
    if task.ration is not None and is_rationed:
        booked, record["quota"] = _booked(task.ration, lines, (offset, task.today), short)
    elif task.ration is not None:
        booked = task.ration.book(lines, task.today)
    taken = shelf.take(_used_up(schedules, task.today)) if lines else ()
    return LinePromise(wish, schedules, record, uses=(*booked, *taken))


def _booked(
    ration: Ration, lines: Sequence[Line], asked: tuple[int, int], short: int
) -> tuple[tuple[Use, ...], Mapping[str, object]]:
    """Book the quotas for lines asked for (offset, today); return what was taken, and what then limits the rest: of a
    line that is late on the wished day, of one that is short after its last confirmation."""
    offset, today = asked
    first = [line for line in lines if short > 0 or line.day == offset]
    uses = ration.book(first, today)
    bound = ration.bound(lines[-1].day if short > 0 and lines else offset, today)
    return (*uses, *ration.book(lines[len(first) :], today)), bound


def _proposed(task: Task, mode: str, offset: int, terms: Terms) -> tuple[tuple[Line, ...], bool]:
    """The lines of the rule, and whether a quota made them other than supply alone would."""
    assert task.shelf is not None
    if task.ration is None:
        lines, is_rationed = PROPOSE[mode](task.shelf.free, task.quantity, offset, terms), False
    else:
        asked = (task.quantity, offset, task.today)
        lines, is_rationed = task.ration.propose(PROPOSE[mode], task.shelf.free, asked, terms)
    return in_packages(lines, task.wish, mode, task.quantity), is_rationed


def in_packages(lines: tuple[Line, ...], wish: Wish, mode: str, quantity: int) -> tuple[Line, ...]:
    """What is left of lines in whole packages; all of it comes at once or not at all where that is the rule."""
    if wish.packing is None:
        return lines
    if mode == Mode.COMPLETE and not wish.packing.is_whole(quantity):
        return ()
    return wish.packing.packages.confirmed(lines)


def bound_of(shelf: Shelf, offset: int) -> dict[str, object]:
    """The record of what limits a promise from `offset` on, as the group sees it that looks."""
    binding = shelf.binding(offset)
    record = binding.record()
    if binding.receipt and (at := binding.receipt[1] - shelf.today) < len(shelf.free) and shelf.free[at] <= 0:
        record["promised"] = True
    if kept := shelf.kept_for_others:
        record["kept"] = kept
    return record


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
    if wish.lead_time is None:
        return None
    return wish.lead_time.ready(today, wish.way.calendars.site) - today


def mode_of(wish: Wish, mode: str = "") -> str:
    """The rule by which its lines are proposed: its own, unless another is named."""
    return Mode.ONE_TIME if wish.is_fixed else mode or wish.mode


def _terms(task: Task, dates: Dates) -> tuple[Terms, int | None]:
    ready = _ready(task)
    return terms_of(task.wish, ready, dates, task.today), ready


def _ready(task: Task) -> int | None:
    return ready_on(task.wish, task.today) if task.shelf is not None and task.shelf.scope.lead_time else None


def terms_of(wish: Wish, ready: int | None, dates: Dates, today: int) -> Terms:
    """The limits on its lines, all of which goods procured by the day `ready` can serve; `dates` are those wanted."""
    latest = _latest(wish, dates, today)
    most = wish.deliveries_max
    if ready is None and latest is None and not wish.min_shipment and most == proposals.ANY_TERMS.max_lines:
        return proposals.ANY_TERMS
    least = wish.min_shipment
    return Terms(least if wish.packing is None else wish.packing.packages.up(least), most, latest, ready)


def _latest(wish: Wish, dates: Dates, today: int) -> int | None:
    """The last day (offset) whose goods arrive by the latest day of the wish; -1 where not even today's do."""
    if wish.latest_day is None:
        return None
    if dates.delivery > wish.latest_day:
        return -1
    last = scheduling.backward(wish.latest_day, wish.way.durations, wish.way.calendars)
    return max(last.material_available, dates.material_available) - today


def _limits(wish: Wish) -> dict[str, object]:
    """For the record: what was agreed that may keep a line from having more, or having it earlier."""
    found: dict[str, object] = {}
    if wish.latest_day is not None:
        found["latest"] = wish.latest_day
    if wish.min_shipment:
        found["least"] = min(wish.min_shipment, wish.quantity)
    return found


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
    """Stock alone covers it for good, or firm supply does, or planned supply, or goods that lie here and are not
    released; otherwise only the time to procure it. What rests in part on the weaker one is called so as a whole."""
    if got <= shelf.on_stock:
        return Basis.STOCK
    if got <= shelf.firm(day):
        return Basis.SUPPLY
    if got <= shelf.free[min(day, len(shelf.free) - 1)]:
        return Basis.PLANNED if got <= shelf.released(day) else Basis.UNRELEASED
    assert ready is not None
    return Basis.LEAD_TIME


def _together(tasks: Sequence[Task], table: Timetable) -> Iterator[tuple[Task, LinePromise]]:
    """All whole on the latest day of them, or none."""
    kept = _Kept(tasks)
    tried = [_alone(task, table, Mode.COMPLETE) for task in tasks]
    kept.restore()
    lacking = [task.wish for task, promise in zip(tasks, tried, strict=True) if task.quantity > promise.confirmed]
    if lacking:
        yield from _held_by(lacking, tasks, tried)
        return
    latest: int | None = max(schedule.dates.delivery for promise in tried for schedule in promise.schedules)
    if latest is not None and any(_dwindles(task) for task in tasks):
        latest = groups.day_for_all([_first_for_all(tasks, table)], latest)
    too_late = [task.wish for task in tasks if latest is not None and _is_over(task.wish, latest)]
    if too_late:
        yield from _held_by(too_late, tasks, [_with_limits(promise) for promise in tried])
        return
    for task, promise in zip(tasks, tried, strict=True):
        if latest is None:
            yield task, LinePromise(task.wish, (), {**promise.record, "held": "group"})
        else:
            yield task, _moved_to(latest, task, promise)


def _held_by(
    lacking: Sequence[Wish], tasks: Sequence[Task], tried: Sequence[LinePromise]
) -> Iterator[tuple[Task, LinePromise]]:
    """None of them, because of those that are lacking."""
    held: dict[str, object] = {"held": "group"}
    if all(wish.line_number for wish in lacking):
        held["held_by"] = [wish.line_number for wish in lacking]
    for task, promise in zip(tasks, tried, strict=True):
        yield task, LinePromise(task.wish, (), {**promise.record, **held})


def _is_over(wish: Wish, delivery: int) -> bool:
    return wish.latest_day is not None and delivery > wish.latest_day


def _with_limits(promise: LinePromise) -> LinePromise:
    return promise._replace(record={**promise.record, **_limits(promise.wish)})


def _dwindles(task: Task) -> bool:
    """Whether what can be had on a day may be had no more on a later one."""
    return task.ration is not None or (task.shelf is not None and (task.shelf.ages or task.shelf.has_forecast))


class _Kept:
    """Shelves and quotas of some tasks as they were, to go back to."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        shelves = {id(task.shelf): task.shelf for task in tasks if task.shelf is not None}
        quotas = {id(task.ration.quotas): task.ration.quotas for task in tasks if task.ration is not None}
        self._shelves = [(shelf, shelf.keep()) for shelf in shelves.values()]
        self._quotas = [(one, one.keep()) for one in quotas.values()]

    def restore(self) -> None:
        for shelf, kept in self._shelves:
            shelf.restore(kept)
        for quotas, free in self._quotas:
            quotas.restore(free)


def _first_for_all(tasks: Sequence[Task], table: Timetable) -> groups.First:
    """The question when all of them can arrive, each after what those before it take on that day."""

    def first(wanted: int) -> int | None:
        kept = _Kept(tasks)
        try:
            for task in tasks:
                found = _whole_from(task, table, wanted)
                if found != wanted:
                    return found
                _take_on(wanted, task)
        finally:
            kept.restore()
        return wanted

    return first


def _whole_from(task: Task, table: Timetable, wanted: int) -> int | None:
    """The first day of arrival from `wanted` on on which the line can be whole."""
    if task.shelf is None:
        return wanted
    task = task._replace(shelf=task.shelf.lasting_for(task.wish, wanted))
    assert task.shelf is not None
    task.shelf.turn_to(task.group)
    ready = scheduling.backward(wanted, task.wish.way.durations, task.wish.way.calendars).material_available
    offset = max(ready - task.today, 0)
    task.shelf.expect(offset, task.quantity)
    dates = table.wanted(task, day_of(task.wish.requested_on))
    lines, _ = _proposed(task, Mode.COMPLETE, offset, _terms(task, dates)[0])
    if not lines:
        return None
    [line] = lines
    if line.day == ready - task.today:
        return wanted
    return max(wanted, table.later(task, task.today + line.day).delivery)


def _take_on(delivery: int, task: Task) -> None:
    """Use up what the whole line takes when it arrives on a day."""
    if task.shelf is None:
        return
    ready = scheduling.backward(delivery, task.wish.way.durations, task.wish.way.calendars).material_available
    line = Line(max(ready - task.today, 0), task.quantity)
    if task.ration is not None:
        task.ration.book([line], task.today)
    shelf = task.shelf.lasting_for(task.wish, delivery)
    shelf.turn_to(task.group)
    shelf.expect(line.day, line.quantity)
    if line.quantity <= int(shelf.free[min(line.day, len(shelf.free) - 1)]):
        shelf.take([line])


def _moved_to(delivery: int, task: Task, promise: LinePromise) -> LinePromise:
    """The whole line on the common day; its record keeps what would have been its own day."""
    [schedule] = promise.schedules
    if schedule.dates.delivery != delivery:
        own = schedule.dates.delivery
        dates = scheduling.backward(delivery, task.wish.way.durations, task.wish.way.calendars)
        schedule = schedule._replace(dates=dates)
        promise = LinePromise(task.wish, (schedule,), {**promise.record, "own_day": own})
    if task.shelf is not None:
        shelf = task.shelf.lasting_for(task.wish, delivery)
        shelf.turn_to(task.group)
        line = Line(schedule.dates.material_available - task.today, schedule.quantity)
        shelf.expect(line.day, line.quantity)
        if task.shelf.ages:
            # What lasts until the common day may be other goods than those for its own.
            basis = _basis(shelf, line.day, line.quantity, _ready(task))
            schedule = schedule._replace(basis=basis, binding=shelf.binding(line.day))
            promise = promise._replace(schedules=(schedule,))
        free = int(shelf.free[min(line.day, len(shelf.free) - 1)])
        assert free >= schedule.quantity or schedule.basis == Basis.LEAD_TIME
        booked = task.ration.book([line], task.today) if task.ration is not None else ()
        promise = promise._replace(uses=(*booked, *shelf.take(_used_up([schedule], task.today))))
    return promise
