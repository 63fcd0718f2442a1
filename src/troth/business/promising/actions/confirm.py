"""Promise, promise again, take back. Whoever calls holds the keys and has one transaction; what is looked at is locked.

The number of statements does not depend on the number of lines: one INSERT of requirements, one of schedule lines, one
posting to availability. A promise that still holds is left as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import Transport
from troth.business.promising import store
from troth.business.promising.rules import (
    Asked,
    LessThanDelivered,
    LinePromise,
    Promise,
    Schedule,
    Shelf,
    SiteClosed,
    StillAllocated,
    Task,
    Timetable,
    Way,
    Wish,
    decide,
    group_of,
    has_unsecured,
    ready_on,
)
from troth.business.promising.states import Cause
from troth.business.promising.store import Standing
from troth.kernel import netting, scheduling
from troth.kernel.calendars import WorkCalendar, day_of
from troth.kernel.errors import Sentence
from troth.kernel.netting import Category
from troth.kernel.quantity import format_quantity
from troth.kernel.scopes import CheckingScope
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held, Overlay

HOLD_KIND = "hold"
SUPPOSED = DocumentRef("simulation", 0)
"""Not the kind of any document, so that nothing in the books is taken for a part of what is supposed."""


def way(transport: Transport, customer_calendar: WorkCalendar, *, edition: int | None = None) -> Way:
    """How goods go from the site of `transport` to a customer who receives on the days of that calendar.

    Made once for all lines that share it: dates are counted once a way. Without a route there is no transit. `edition`
    is that of the customer's terms; without it the calendars cost a statement each.
    """
    site = masterdata.calendar(transport.site_calendar_id, edition=edition)
    route_id = transport.route_calendar_id
    route = site if route_id is None else masterdata.calendar(route_id, edition=edition)
    durations = scheduling.Durations(
        pick_pack=transport.pick_pack_days,
        loading=transport.loading_days,
        transit=transport.transit_days,
        transportation_planning=transport.transportation_planning_days,
    )
    calendars = scheduling.Calendars(site, route, customer_calendar)
    return Way(transport.site, transport.time_zone, transport.is_active, durations, calendars)


def keys(wishes: Iterable[Wish]) -> tuple[AvailabilityKey, ...]:
    """The series that the wishes draw on; nothing for wishes that are not checked."""
    return tuple(dict.fromkeys(_key(wish) for wish in wishes if wish.is_checked))


def confirm(held: Held, wishes: Sequence[Wish], *, clock: Clock, blocked: bool = False) -> Promise:
    """Promise new lines, in their order; several lines of one product are counted together.

    `blocked` keeps the wishes and confirms nothing. A wish for a day that has passed counts from today. `SiteClosed`
    is refused.
    """
    free_expired(held, keys(wishes), clock=clock)
    return _promise(held, wishes, {}, clock=clock, blocked=blocked)


def reconfirm(
    held: Held,
    wishes: Sequence[Wish],
    *,
    clock: Clock,
    blocked: bool = False,
    anew: bool = False,
    cause: str = Cause.CHANGED,
) -> Promise:
    """Promise lines that may stand already: those that still hold, unchanged and in full, keep their dates.

    The keys of what stands (`queries.keys`) and of the wishes must be held. What deliveries took over and what stock is
    tied to stays; `LessThanDelivered` if the wish is smaller than that. With `anew` nothing is kept for its own sake.
    `cause` is written beside a promise that differs; the one before is kept as a past promise.
    """
    standing: dict[int, Standing] = {}
    for kind in dict.fromkeys(wish.document.kind for wish in wishes):
        standing |= store.standing(kind, [wish.line_id for wish in wishes if wish.document.kind == kind])
    free_expired(held, keys(wishes), clock=clock)
    return _promise(held, wishes, standing, clock=clock, blocked=blocked, anew=anew, cause=cause)


def withdraw(
    held: Held, kind: str, line_ids: Sequence[int], *, clock: Clock, cause: str = Cause.CANCELLED
) -> None:  # fmt: skip
    """Take back what is promised on the lines and not delivered; the goods are free at once.

    `StillAllocated` where stock is tied to a line. Lines without a promise are passed over.
    """
    found = list(store.standing(kind, line_ids).values())
    for one in found:
        if one.allocated:
            raise StillAllocated(
                Sentence("Stock is allocated to an item of %(number)s. Free the allocated stock first."),
                number=one.document.number,
                line=one.line_id,
            )
    at = clock.now()
    availability.post(held, [entry for one in found for entry in demand_of(one, sign=1)], at=at)
    if held.writes:
        store.keep_past([one for one in found if not one.is_withdrawn], cause, at)
        store.cut_schedules(line for one in found for line in one.lines)
        store.close([(one.id, one.delivered) for one in found])


def simulate(
    wishes: Sequence[Wish],
    *,
    clock: Clock,
    blocked: bool = False,
    anew: bool = False,
    books: Overlay | None = None,
    supposed: Sequence[Entry] = (),
) -> Promise:
    """What would be promised, on the books as they are: no lock, no trace. Lines that stand are promised again.

    `blocked` confirms nothing, as in `confirm`; with `anew` what stands is not kept for its own sake. `supposed`
    postings count as if they were made; those for other keys are passed over. `books` are read
    already, freed of expired holds, and used up.
    """
    overlay = Overlay() if books is None else books
    standing: dict[int, Standing] = {}
    for kind in dict.fromkeys(wish.document.kind for wish in wishes):
        if kind != SUPPOSED.kind:
            standing |= store.standing(kind, [wish.line_id for wish in wishes if wish.document.kind == kind])
    overlay.take(*keys(wishes), *(key for one in standing.values() for key in (one.key, one.own_key)))
    if books is None:
        free_expired(overlay, keys(wishes), clock=clock)
    held = set(overlay.keys())
    availability.post(overlay, [entry for entry in supposed if entry.key in held], at=clock.now())
    return _promise(overlay, wishes, standing, clock=clock, blocked=blocked, anew=anew)


def category_of(kind: str, schedule: Schedule) -> Category:
    """As what the demand of a kind of document is posted; what no firm supply stands behind is kept apart."""
    return Category.HOLD if kind == HOLD_KIND and schedule.demand is Category.ORDER else schedule.demand


def demand_of(one: Standing, *, sign: int) -> list[Entry]:
    """The open order demand of a requirement as postings: -1 posts it, 1 takes it back."""
    return [
        Entry(
            one.key_of(line),
            category_of(one.document.kind, line.schedule),
            line.schedule.dates.material_available,
            sign * line.open,
            one.document,
            one.line_id,
        )
        for line in one.lines
        if line.open and one.is_checked
    ]


class _Change(NamedTuple):
    """A wish with what stands for it: `fixed` stays whatever happens, `open` of the wish is to be promised anew."""

    wish: Wish
    before: Standing | None
    fixed: tuple[store.StandingLine, ...]
    open: int


def _promise(
    held: Held,
    wishes: Sequence[Wish],
    standing: Mapping[int, Standing],
    *,
    clock: Clock,
    blocked: bool = False,
    anew: bool = False,
    cause: str = Cause.ENTERED,
) -> Promise:
    assert len({wish.line_id for wish in wishes}) == len(wishes), "one wish a line"
    if not wishes:
        return Promise({})
    today = _today_by_site(wishes, clock)
    kept = {} if anew or blocked or not standing else _kept(held, wishes, standing, today)
    changes = [_change(wish, standing.get(wish.line_id)) for wish in wishes if wish.line_id not in kept]
    released = [entry for change in changes for entry in _released(change)]
    decided = _blocked(changes) if blocked else _decided(held, changes, released, today)
    at = clock.now()
    _post(held, released, [entry for one in decided for entry in _demand(one)], at=at)
    if held.writes:
        _write(decided, cause, at)
    promises = {change.wish.line_id: promise for change, promise, _ in decided} | kept
    return Promise({wish.line_id: promises[wish.line_id] for wish in wishes})


def free_expired(held: Held, asked: Iterable[AvailabilityKey], *, clock: Clock) -> None:
    """Let go of what holds past their expiry still take of these keys, which must be held.

    So an expired hold holds nothing, whether or not the sweeper has come. Costs nothing where nothing is held.
    """
    keys = [key for key in asked if Category.HOLD in held.balance(key).series.categories]
    if not keys:
        return
    at = clock.now()
    found = list(store.standing(HOLD_KIND, store.expired_hold_lines(keys, at)).values())
    among = set(keys)
    found = [one for one in found if one.key in among and not one.is_withdrawn]
    availability.post(held, [entry for one in found for entry in demand_of(one, sign=1)], at=at)
    if held.writes and found:
        store.keep_past(found, Cause.EXPIRED, at)
        store.cut_schedules(line for one in found for line in one.lines)
        store.close([(one.id, one.delivered) for one in found])


def _today_by_site(wishes: Sequence[Wish], clock: Clock) -> dict[int, int]:
    ways = {wish.site_id: wish.way for wish in wishes}
    for way in ways.values():
        if not way.is_open:
            raise SiteClosed(Sentence("Site %(site)s is closed. Choose another site for the line."), site=way.site)
    return {site_id: day_of(clock.today(way.time_zone)) for site_id, way in ways.items()}


def _kept(
    held: Held, wishes: Sequence[Wish], standing: Mapping[int, Standing], today: Mapping[int, int]
) -> dict[int, LinePromise]:
    """The promises that hold as they are; a group holds as a whole or not at all."""
    found: dict[int, LinePromise] = {}
    broken: set[tuple[int, int] | None] = set()
    for wish in wishes:
        one = standing.get(wish.line_id)
        if one is not None and _is_unchanged(wish, one) and _is_covered(held, one, wish.scope, today[wish.site_id]):
            schedules = tuple(line.schedule._replace(quantity=line.open) for line in one.lines if line.open)
            found[wish.line_id] = LinePromise(wish, schedules, one.record, one.delivered, is_kept=True)
        elif group_of(wish) is not None:
            broken.add(group_of(wish))
    return {line_id: promise for line_id, promise in found.items() if group_of(promise.wish) not in broken}


def _is_unchanged(wish: Wish, one: Standing) -> bool:
    asked = (
        wish.product_id, wish.site_id, wish.segment, wish.quantity, wish.requested_on, wish.mode, wish.scope.code,
        wish.is_fixed, wish.is_checked, wish.delivery_group, wish.complete_delivery, wish.deliveries_max,
    )  # fmt: skip
    stands = (
        one.product_id, one.site_id, one.segment, one.quantity, one.requested_on, one.mode, one.scope,
        one.is_fixed, one.is_checked, one.delivery_group, one.complete_delivery, one.deliveries_max,
    )  # fmt: skip
    return asked == stands and not one.is_withdrawn and one.confirmed_quantity == one.quantity and _same_way(wish, one)


def _same_way(wish: Wish, one: Standing) -> bool:
    """Whether the open dates are still those of the way and the calendars."""
    return all(
        line.schedule.dates == scheduling.backward(line.schedule.dates.delivery, wish.way.durations, wish.way.calendars)
        for line in one.lines
        if line.open
    )


def _is_covered(held: Held, one: Standing, scope: CheckingScope, today: int) -> bool:
    """Whether supply still covers every open confirmation that draws on the common stock.

    What is only protected, such as safety stock, takes no promise back, and one on the lead time stands until its day.
    """
    open_lines = [line for line in one.lines if line.open and not line.is_allocated]
    if not one.is_checked or not open_lines:
        return True
    net = netting.project(held.balance(one.key).series, scope.secured, today)
    curve = netting.free_curve(net)
    if any(line.schedule.dates.material_available < today for line in open_lines if not line.is_secured):
        return False
    days = [max(line.schedule.dates.material_available - today, 0) for line in open_lines if line.is_secured]
    return all(curve[min(day, len(curve) - 1)] >= 0 for day in days)


def _change(wish: Wish, one: Standing | None) -> _Change:
    if one is None:
        return _Change(wish, None, (), wish.quantity)
    fixed = tuple(line for line in one.lines if line.is_allocated and line.open)
    bound = one.delivered + one.allocated
    if wish.quantity < bound or (bound and (wish.product_id, wish.site_id) != (one.product_id, one.site_id)):
        amount = f"{format_quantity(bound, wish.decimals)} {wish.unit}".strip()
        raise LessThanDelivered(
            Sentence(
                "%(amount)s of line %(line)s of %(number)s are in deliveries or allocated already. "
                "Keep at least that much of the same product from the same site, or cancel the delivery first.",
                amount=amount,
                line=one.line_id,
                number=one.document.number,
            ),
            line=one.line_id,
            bound=bound,
        )
    return _Change(wish, one, fixed, wish.quantity - bound)


def _released(change: _Change) -> list[Entry]:
    """The order demand that is promised anew: all that is open but the allocated part."""
    if change.before is None:
        return []
    return demand_of(replace(change.before, lines=_fluid(change.before)), sign=1)


def _fluid(one: Standing) -> tuple[store.StandingLine, ...]:
    return tuple(line for line in one.lines if not line.is_allocated)


class _Decided(NamedTuple):
    """`new` are the schedule lines to be written; the promise holds them and the fixed ones."""

    change: _Change
    promise: LinePromise
    new: tuple[Schedule, ...]


def _decided(
    held: Held, changes: Sequence[_Change], released: Sequence[Entry], today: Mapping[int, int]
) -> list[_Decided]:
    shelves = _shelves(held, changes, released, today)
    by_line = {change.wish.line_id: change for change in changes}
    tasks = []
    for change in changes:
        wish, now = change.wish, today[change.wish.site_id]
        if change.open:
            tasks.append(Task(wish, change.open, shelves[_key(wish)] if wish.is_checked else None, now))
    found = {task.wish.line_id: promise for task, promise in decide(tasks, Timetable())}
    return [
        _with_fixed(by_line[line_id], found.get(line_id) or LinePromise(change.wish, (), {}))
        for line_id, change in by_line.items()
    ]


def _with_fixed(change: _Change, promise: LinePromise) -> _Decided:
    if change.before is None:
        return _Decided(change, promise, promise.schedules)
    fixed = tuple(line.schedule._replace(quantity=line.open) for line in change.fixed)
    whole = promise._replace(schedules=(*fixed, *promise.schedules), delivered=change.before.delivered)
    return _Decided(change, whole, promise.schedules)


def _blocked(changes: Sequence[_Change]) -> list[_Decided]:
    return [_with_fixed(change, LinePromise(change.wish, (), {"held": "blocked"})) for change in changes]


def _shelves(
    held: Held, changes: Sequence[_Change], released: Sequence[Entry], today: Mapping[int, int]
) -> dict[AvailabilityKey, Shelf]:
    """One shelf for each key, with what is promised anew put back first."""
    back: dict[AvailabilityKey, list[netting.Posting]] = {}
    for entry in released:
        back.setdefault(entry.key, []).append((entry.category, entry.day, entry.quantity))
    first: dict[AvailabilityKey, Wish] = {}
    for change in changes:
        if change.open and change.wish.is_checked:
            wish = first.setdefault(_key(change.wish), change.wish)
            assert wish.scope.code == change.wish.scope.code, "one scope a product in a document"
    return {
        key: Shelf(_asked(held, wish, back.get(key, ()), today[key.site_id]), wish.scope) for key, wish in first.items()
    }


def _asked(held: Held, wish: Wish, back: Sequence[netting.Posting], today: int) -> Asked:
    balance = held.balance(_key(wish))
    series = netting.merge(balance.series, back) if back else balance.series
    ready = ready_on(wish, today) if wish.scope.lead_time or has_unsecured(series) else None
    return Asked(series, balance.version, today, ready)


def _key(wish: Wish) -> AvailabilityKey:
    return _key_of(wish.product_id, wish.site_id, wish.segment)


_key_of = lru_cache(maxsize=4096)(AvailabilityKey)
"""A document asks for the key of each line several times."""


def _demand(decided: _Decided) -> list[Entry]:
    wish = decided.change.wish
    if not wish.is_checked:
        return []
    key, ref = _key(wish), wish.document
    if not isinstance(ref, DocumentRef):
        ref = DocumentRef(ref.kind, ref.id, ref.number)
    return [
        Entry(key, category_of(ref.kind, one), one.dates.material_available, -one.quantity, ref, wish.line_id)
        for one in decided.new
    ]


def _post(held: Held, released: Sequence[Entry], demanded: Sequence[Entry], *, at: datetime) -> None:
    """Post what differs: a line that is promised the same again leaves no posting."""
    if released:
        sums: dict[tuple[Any, ...], int] = {}
        for one in (*released, *demanded):
            place = (one.key, one.category, one.day, one.source, one.source_line_id)
            sums[place] = sums.get(place, 0) + one.quantity
        demanded = [
            Entry(key, category, day, quantity, source, line_id)
            for (key, category, day, source, line_id), quantity in sums.items()
            if quantity
        ]
    if demanded:
        availability.post(held, demanded, at=at)


def _write(decided: Sequence[_Decided], cause: str, at: datetime) -> None:
    new = [one for one in decided if one.change.before is None]
    old = [(one, one.change.before) for one in decided if one.change.before is not None]
    ids = store.insert_requirements([_row(one, None, (at, Cause.ENTERED)) for one in new])
    other = {before.id for one, before in old if _differs(one, before)}
    store.keep_past([before for _, before in old if before.id in other], cause, at)
    store.update_requirements(
        [
            (before.id, *_row(one, before, (at, cause) if before.id in other else (before.promised_at, before.cause)))
            for one, before in old
        ]
    )
    store.cut_schedules(line for _, before in old for line in _fluid(before))
    rows = [(ids[one.change.wish.line_id], place, line) for one in new for place, line in enumerate(one.new, 1)]
    for one, before in old:
        first = max((line.position for line in before.lines), default=0) + 1
        rows += [(before.id, place, line) for place, line in enumerate(one.new, first)]
    store.insert_schedules(rows)


def _differs(decided: _Decided, before: Standing) -> bool:
    """Whether another quantity is wanted, wished for another day, or confirmed otherwise than before."""
    wish = decided.change.wish
    was = [(line.schedule.dates, line.open, str(line.schedule.basis)) for line in _fluid(before) if line.open]
    now = [(line.dates, line.quantity, str(line.basis)) for line in decided.new]
    return (wish.quantity, wish.requested_on, now) != (before.quantity, before.requested_on, was)


def _row(decided: _Decided, before: Standing | None, made: tuple[datetime | None, str]) -> tuple[Any, ...]:
    """The values of a requirement in the order of the store's columns; `made` says when it was promised, and why."""
    wish, promise = decided.change.wish, decided.promise
    delivered = promise.delivered
    return (
        wish.company_id, wish.document.kind, wish.document.id, wish.document.number, wish.line_id, wish.product_id,
        wish.site_id, wish.party_id, wish.quantity, wish.quantity - delivered, wish.requested_on, str(wish.mode),
        wish.scope.code, wish.priority, wish.is_fixed, wish.is_checked, wish.delivery_group, wish.complete_delivery,
        wish.deliveries_max, wish.segment, False, wish.value, wish.owner_id, delivered + promise.confirmed,
        _first_promised_on(promise, before), store.dump(promise.record), made[0], str(made[1]),
    )  # fmt: skip


def _first_promised_on(promise: LinePromise, before: Standing | None) -> date | None:
    if before is not None and before.first_promised_on is not None:
        return before.first_promised_on
    return promise.delivery_on
