"""Roads that lead over supply: receipts that come sooner, and goods that are procured besides.

Of a receipt two answers are of use to who calls the supplier: the fewest days that help at all, and the fewest that
give as much as if it came at once. Where no receipt alone makes the line whole and on time, several are moved together.

    wanted 8 on Tue 10 Mar      4 on Mon 16 Mar, 4 on Thu 19 Mar
    the first alone             4 of them on time if it comes 6 days earlier
    both                        all on time if they come by the 10th, 6 and 9 days earlier
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from troth.business.promising.actions.earlier.road import Arrival, Earlier, Move, arrivals_in, helps, tried
from troth.business.promising.actions.quotas import SUPPOSED
from troth.business.promising.actions.replay import with_group
from troth.business.promising.models import Requirement
from troth.business.promising.rules import LinePromise, Wish
from troth.business.supply import queries as supply
from troth.business.supply.queries import ReceiptRow
from troth.kernel import scheduling
from troth.kernel.calendars import date_of, day_of
from troth.kernel.netting import Category
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.reference import queries as reference

RECEIPTS_TRIED = 5


def procured(one: Requirement, wish: Wish, now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """What is not confirmed for the wished day is bought or made from today on, and comes after the lead time."""
    in_time = sum(each.quantity for each in now.schedules if each.delivery_on <= wish.requested_on)
    missing = wish.quantity - now.delivered - in_time
    if wish.lead_time is None or missing <= 0:
        return
    is_made = reference.product(wish.product_id).is_made
    ready = wish.lead_time.ready(day_of(clock.today(wish.way.time_zone)), wish.way.calendars.site)
    coming = Entry(_key(wish), Category.PRODUCTION if is_made else Category.PURCHASE, ready, missing, SUPPOSED)
    found = tried(with_group(one.document_id, wish), wish.line_id, clock, [coming])
    if found is not None:
        yield Earlier(
            "produce" if is_made else "procure", arrivals_in(found), found.short, more=missing,
            ready_on=date_of(ready), time=wish.lead_time,
        )  # fmt: skip


def expedited(one: Requirement, wish: Wish, now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """Receipts that come sooner, and not before tomorrow; only those that help."""
    today = day_of(clock.today(wish.way.time_zone))
    dates = scheduling.schedule(day_of(wish.requested_on), today, wish.way.durations, wish.way.calendars)
    needed = max(dates.material_available, today + 1)
    expected = [each for each in supply.by_product(wish.product_id, wish.site_id) if each.valuation == wish.valuation]
    late = [each for each in expected if day_of(each.due_on) > needed][:RECEIPTS_TRIED]
    group = with_group(one.document_id, wish)

    def comes(receipts: Sequence[ReceiptRow], day: int) -> LinePromise | None:
        moved = [entry for each in receipts for entry in _moved(wish, each, day)]
        return tried(group, wish.line_id, clock, moved)

    is_whole = False
    for receipt in late:
        roads = list(_sooner([receipt], needed, now, comes))
        is_whole = is_whole or any(_on_time(road, wish) for road in roads)
        yield from roads
    if not is_whole and len(late) > 1:
        yield from _several(late, needed, now, comes)


Comes = Callable[[Sequence[ReceiptRow], int], LinePromise | None]
"""What would be promised if receipts came by a day (number)."""


def _sooner(receipts: Sequence[ReceiptRow], needed: int, now: LinePromise, comes: Comes) -> Iterator[Earlier]:
    """As few days earlier as give the most that it can give, and the fewest that help, where that is less."""
    most = comes(receipts, needed)
    if most is None or not helps(arrivals_in(most), now):
        return
    due, best = max(day_of(each.due_on) for each in receipts), arrivals_in(most)
    full = _last(needed, due - 1, lambda day: _coming(comes(receipts, day)) == best)
    yield _road(receipts, full, most)
    least = _last(full, due - 1, lambda day: helps(_coming(comes(receipts, day)), now))
    found = comes(receipts, least) if least > full else None
    if found is not None and arrivals_in(found) != best:
        yield _road(receipts, least, found)


def _several(late: Sequence[ReceiptRow], needed: int, now: LinePromise, comes: Comes) -> Iterator[Earlier]:
    """As few receipts as give what all of them give, those due last left alone first; only if it is more than one's."""
    most = comes(late, needed)
    if most is None or not helps(arrivals_in(most), now):
        return
    best, kept = arrivals_in(most), list(late)
    for each in reversed(late):
        others = [one for one in kept if one is not each]
        if others and _coming(comes(others, needed)) == best:
            kept = others
    if len(kept) > 1:
        due = max(day_of(each.due_on) for each in kept)
        full = _last(needed, due - 1, lambda day: _coming(comes(kept, day)) == best)
        yield _road(kept, full, most)


def _last(first: int, last: int, holds: Callable[[int], bool]) -> int:
    """The last day for which it holds, of days that begin with one for which it does; later supply never helps more."""
    while first < last:
        middle = (first + last + 1) // 2
        first, last = (middle, last) if holds(middle) else (first, middle - 1)
    return first


def _road(receipts: Sequence[ReceiptRow], day: int, found: LinePromise) -> Earlier:
    moves = tuple(Move(each, date_of(day)) for each in receipts if day_of(each.due_on) > day)
    return Earlier("receipt" if len(moves) == 1 else "receipts", arrivals_in(found), found.short, moves=moves)


def _coming(found: LinePromise | None) -> tuple[Arrival, ...]:
    return arrivals_in(found) if found is not None else ()


def _on_time(road: Earlier, wish: Wish) -> bool:
    return road.short == 0 and (road.last_on or date.max) <= wish.requested_on


def _moved(wish: Wish, receipt: ReceiptRow, day: int) -> tuple[Entry, ...]:
    """The receipt out of its day and into another, if that is earlier."""
    if day_of(receipt.due_on) <= day:
        return ()
    ref = DocumentRef("receipt", receipt.id, receipt.number)
    lasts = day_of(receipt.expires_on) if receipt.expires_on else 0
    key, due = _key(wish), day_of(receipt.due_on)
    return (
        Entry(key, receipt.category, due, -receipt.expected, ref, lasts=lasts),
        Entry(key, receipt.category, day, receipt.expected, ref, lasts=lasts),
    )


def _key(wish: Wish) -> AvailabilityKey:
    return AvailabilityKey(wish.product_id, wish.site_id, wish.segment)
