"""Promise, promise again, take back. Whoever calls holds the keys and has one transaction; what is looked at is locked.

The number of statements does not depend on the number of lines: one INSERT of requirements, one of schedule lines, one
posting to availability. A promise that still holds is left as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import Transport
from troth.business.promising import store, waiting
from troth.business.promising.actions import lapsing, places, planned, quotas
from troth.business.promising.actions.changes import (
    HOLD_KIND,
    change_of,
    demand_of,
    released_by,
    standing_of,
    still_holding,
)
from troth.business.promising.actions.quotas import SUPPOSED, Raised
from troth.business.promising.actions.shelves import confirm_nothing, decide_all, key_of
from troth.business.promising.actions.write import demand_by, post, post_quotas, write
from troth.business.promising.rules import LinePromise, Promise, SiteClosed, StillAllocated, Way, Wish
from troth.business.promising.states import Cause
from troth.business.promising.store import Standing
from troth.business.supply.actions import kept_keys
from troth.kernel import scheduling
from troth.kernel.calendars import WorkCalendar, day_of
from troth.kernel.errors import Sentence
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota.keys import QuotaKey
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held, Overlay


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


def keys(wishes: Iterable[Wish]) -> tuple[BalanceKey, ...]:
    """What the wishes draw on: their series, and the quotas that hold for them; nothing for those not checked.

    No statement where no product of theirs has a quota, else one.
    """
    wanted = list(wishes)
    return (*quotas.keys(quotas.holding(wanted)), *series_keys(wanted))


def series_keys(wishes: Iterable[Wish]) -> tuple[BalanceKey, ...]:
    """The series that the wishes draw on; of one from a location alone also the site's, and the bins of the location.

    A statement where a wish names a location, else none.
    """
    series = tuple(dict.fromkeys(key_of(wish) for wish in wishes if wish.is_checked))
    return (*series, *kept_keys(series)) if any(key.segment for key in series) else series


def confirm(
    held: Held, wishes: Sequence[Wish], *, clock: Clock, blocked: bool = False, in_place: bool = False
) -> Promise:
    """Promise new lines, in their order; several lines of one product are counted together.

    `in_place`: they take the place of what was let go for them, so that older orders that wait have no claim on it.
    `blocked` keeps the wishes and confirms nothing. A wish for a day that has passed counts from today. `SiteClosed`
    is refused.
    """
    free_expired(held, drawn_on(held, wishes), wanted=_sum(wishes), clock=clock)
    if not any(wish.segment for wish in wishes):
        return _promise(held, wishes, {}, clock=clock, blocked=blocked, in_place=in_place)
    # Within a document lines of a location come first, but not before another document's.
    lines: dict[int, LinePromise] = {}
    for _, own in groupby(wishes, key=lambda wish: (wish.document.kind, wish.document.id)):
        lines.update(_promise(held, tuple(own), {}, clock=clock, blocked=blocked, in_place=in_place).lines)
    return Promise(lines)


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
    standing = standing_of(wishes)
    free_expired(held, drawn_on(held, wishes), wanted=_sum(wishes), sparing=wishes, clock=clock)
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
    quotas.rewrite(held, [(one, quotas.kept_by(one)) for one in found], at=at)
    _take_back(held, found, cause, at)


def _take_back(held: Held, found: Sequence[Standing], cause: str, at: datetime) -> None:
    """Post the open demand of what stands back, and close it; what ends is kept with its cause."""
    availability.post(held, [entry for one in found for entry in demand_of(one, sign=1)], at=at)
    if held.writes and found:
        store.keep_past([one for one in found if not one.is_withdrawn], cause, at)
        store.cut_schedules(line for one in found for line in one.lines)
        store.close([(one.id, one.delivered) for one in found])
    places.level(held, [(one.key, one.document) for one in found if one.segment], at=at)


def simulate(
    wishes: Sequence[Wish],
    *,
    clock: Clock,
    blocked: bool = False,
    anew: bool = False,
    books: Overlay | None = None,
    supposed: Sequence[Entry] = (),
    raised: Sequence[Raised] = (),
    found: quotas.Holding | None = None,
    in_place: bool = False,
) -> Promise:
    """What would be promised, on the books as they are: no lock, no trace. Lines that stand are promised again.

    `blocked` confirms nothing, as in `confirm`; with `anew` what stands is not kept for its own sake. `supposed`
    postings count as if they were made, and quotas as if they were `raised`; those for other keys are passed over.
    `books` are read already, freed of expired holds, and used up; `found` are the quotas that hold, where they are
    known already. `in_place` is that of `confirm`.
    """
    overlay = Overlay() if books is None else books
    found = quotas.widened(quotas.holding(wishes) if found is None else found, raised)
    standing = standing_of(wish for wish in wishes if wish.document.kind != SUPPOSED.kind)
    overlay.take(
        *quotas.keys(found),
        *(quotas.key_of(use) for one in standing.values() for use in one.uses),
        *series_keys(wishes),
        *(key for one in standing.values() for key in (one.key, one.own_key)),
        *kept_keys(one.key for one in standing.values() if one.segment),
    )
    if books is None:
        free_expired(overlay, drawn_on(overlay, wishes), wanted=_sum(wishes), sparing=wishes, clock=clock)
    held = set(overlay.keys())
    availability.post(overlay, [entry for entry in supposed if entry.key in held], at=clock.now())
    quotas.suppose(overlay, found, raised, at=clock.now())
    return _promise(overlay, wishes, standing, clock=clock, blocked=blocked, anew=anew, found=found, in_place=in_place)


def simulate_on(books: Overlay, wishes: Sequence[Wish], *, clock: Clock, blocked: bool = False) -> Promise:
    """`simulate` of wishes that are nobody's yet, on books that a plan has read; on others, if these draw on more."""
    found, known = quotas.holding(wishes), set(books.keys())
    is_read = not any(wish.segment for wish in wishes)
    is_read = is_read and known.issuperset((*quotas.keys(found), *series_keys(wishes)))
    return simulate(wishes, clock=clock, blocked=blocked, books=books if is_read else None, found=found)


def _promise(
    held: Held,
    wishes: Sequence[Wish],
    standing: Mapping[int, Standing],
    *,
    clock: Clock,
    blocked: bool = False,
    anew: bool = False,
    cause: str = Cause.ENTERED,
    found: quotas.Holding | None = None,
    in_place: bool = False,
) -> Promise:
    assert len({wish.line_id for wish in wishes}) == len(wishes), "one wish a line"
    if not wishes:
        return Promise({})
    quotas.refuse_outdated(held, wishes)
    today = today_by_site(wishes, clock)
    kept = {} if anew or blocked or not standing else still_holding(held, wishes, standing, today)
    changes = [change_of(wish, standing.get(wish.line_id)) for wish in wishes if wish.line_id not in kept]
    released = [entry for change in changes for entry in released_by(change)]
    plan = places.Plan([], {})
    if blocked:
        decisions = confirm_nothing(changes)
    else:
        found = quotas.holding(wishes) if found is None else found
        ahead = [] if standing or in_place else waiting.ahead_of(wishes)
        plan = places.planned(held, changes, [*released, *ahead], today, found)
        decisions = decide_all(held, changes, [*released, *ahead, *plan.entries], today, found)
    at = clock.now()
    post(held, released, [entry for one in decisions for entry in demand_by(one)], at=at)
    post_quotas(held, decisions, at=at)
    places.level(held, places.drawn_on(changes), at=at, most=plan.most)
    if held.writes:
        write(decisions, cause, at)
        planned.note(held, (key_of(change.wish) for change in changes if change.wish.is_checked), today, at=at)
    promises = {change.wish.line_id: promise for change, promise, _ in decisions} | kept
    return Promise({wish.line_id: promises[wish.line_id] for wish in wishes})


def drawn_on(held: Held, wishes: Iterable[Wish]) -> tuple[BalanceKey, ...]:
    """The series that the wishes draw on, and all quotas that are held."""
    return (*quotas.held_keys(held), *series_keys(wishes))


def _sum(wishes: Iterable[Wish]) -> int:
    return sum(wish.quantity for wish in wishes)


def free_expired(
    held: Held, asked: Iterable[BalanceKey], *, wanted: int, sparing: Iterable[Wish] = (), clock: Clock
) -> None:  # fmt: skip
    """Let go of what holds past their expiry, and confirmations that have lapsed, still take of these series and
    quotas, which must be held.

    So an expired hold holds nothing, whether or not the sweeper has come. Costs nothing where nothing is held; quotas
    are looked at where they have less left than the `wanted` quantity. On supposed books each key is freed once.
    What stands for the documents of the wishes `sparing` is left: it is promised again with what they ask for.
    """
    keys, cells, due = [], [], []
    for key in asked:
        if isinstance(key, QuotaKey):
            cells.append(key)
        elif isinstance(key, AvailabilityKey):
            if Category.HOLD in held.balance(key).series.categories:
                keys.append(key)
            if lapsing.is_due(held, key, clock):
                due.append(key)
    if due:
        lapsing.free_lapsed(held, due, sparing=sparing, clock=clock)
    rationed = quotas.may_bind(held, cells, wanted)
    if not keys and not rationed:
        return
    at = clock.now()
    lines = store.expired_hold_lines(keys, at) if keys else []
    if rationed:
        lines = list(dict.fromkeys((*lines, *store.uses_of_expired_holds(at))))
    expired = list(store.standing(HOLD_KIND, lines).values())
    quotas.free(held, expired, cells, at=at)
    among = set(keys)
    _take_back(held, [one for one in expired if one.key in among and not one.is_withdrawn], Cause.EXPIRED, at)


def today_by_site(wishes: Sequence[Wish], clock: Clock) -> dict[int, int]:
    """The day number of today at each site of the wishes. Refuses `SiteClosed`."""
    ways = {wish.site_id: wish.way for wish in wishes}
    for way in ways.values():
        if not way.is_open:
            raise SiteClosed(Sentence("Site %(site)s is closed. Choose another site for the line."), site=way.site)
    return {site_id: day_of(clock.today(way.time_zone)) for site_id, way in ways.items()}
