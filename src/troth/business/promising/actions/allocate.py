"""Tie unrestricted stock to an order line, and let it go again.

Allocated goods stay in their bins but change owner, to `order:<line id>`, in the stock ledger; in availability they and
the demand they serve move out of the common series into one of the line's own. So nobody else can be promised them,
picked them, or count on them, and the sum of what is promised stays the same.

What may be tied is what is free today once the line's own demand is left out: goods that an earlier promise needs stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from troth.business.masterdata import queries as masterdata
from troth.business.promising import store
from troth.business.promising.actions import quotas
from troth.business.promising.rules import Wish
from troth.business.promising.states import Basis
from troth.business.promising.store import Standing, StandingLine
from troth.business.supply.actions import claims, refuse_spoken_for
from troth.kernel import lots, netting, scheduling
from troth.kernel.calendars import day_of
from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.lots import LotPosting
from troth.kernel.netting import Category
from troth.kernel.places import location_of
from troth.kernel.quantity import format_quantity
from troth.kernel.valuations import valuation_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.stock import actions as stock
from troth.ledgers.stock import queries as bins
from troth.ledgers.stock.actions import Movement
from troth.ledgers.stock.keys import StockKey
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held


class NotFreeToAllocate(BusinessError):
    """More stock is wanted for a line than is unrestricted and not needed by others."""

    code = "not_free_to_allocate"


class NothingAllocated(BusinessError):
    """Less stock is tied to the line than is to be released."""

    code = "nothing_allocated"


class MoreThanOpen(BusinessError):
    """More stock is to be tied to a line than is open on it."""

    code = "more_than_open"


def allocate(held: Held, wish: Wish, quantity: int, *, clock: Clock, by: Actor) -> None:
    """Tie `quantity` of unrestricted stock to the line of `wish`, oldest goods first.

    Confirmed quantities are served first and keep their dates; a part that was not confirmed is confirmed with it, for
    the earliest delivery from today, as far as its quotas leave room. The keys `queries.keys(kind, [line], own=True)`
    and those of the wish must be held; the bins are locked here, so no balance of a later kind may be. `MoreThanOpen`
    and `NotFreeToAllocate` are refused.
    """
    one = store.standing(wish.document.kind, [wish.line_id])[wish.line_id]
    today, at = clock.today(wish.way.time_zone), clock.now()
    if location := location_of(one.segment):
        raise NotFreeToAllocate(
            Sentence(
                "Line %(line)s is served from location %(location)s alone, which keeps what is promised of it. "
                "There is nothing to allocate.",
                line=one.line_id,
                location=location,
            ),
            line=one.line_id,
            free=0,
            wanted=quantity,
        )
    _check_open(wish, one, quantity)
    _check_free(held, wish, one, quantity, day_of(today))
    tied = _tie(wish, one, quantity, day_of(today))
    if tied.confirmed_more:
        _consume(held, wish, one, tied, today=day_of(today), at=at)
    parts = _move_stock(held, one, quantity, to_line=True, on=today, at=at, wish=wish)
    entries = [
        *_untied_stock(one, parts, sign=-1),
        Entry(one.own_key, Category.STOCK, netting.STOCK_DAY, quantity, one.document, one.line_id),
    ]
    for line, taken in tied.taken:
        day, mark = line.schedule.dates.material_available, one.mark(line)
        entries.append(Entry(one.key, line.schedule.demand, day, taken, one.document, one.line_id, *mark))
    for schedule in tied.new:
        day = schedule.dates.material_available
        entries.append(Entry(one.own_key, Category.ORDER, day, -schedule.quantity, one.document, one.line_id))
    availability.post(held, entries, at=at)
    _write_tied(one, tied)
    store.insert_allocations([(one.id, quantity, by.user_id, at)])


def release_allocation(
    held: Held, kind: str, line_id: int, quantity: int | None = None, *, today: date, at: datetime
) -> int:
    """Let go of stock tied to a line, all of it or `quantity`; return how much. The promise stays, on common stock.

    `NothingAllocated` where less is tied and not delivered.
    """
    one = store.standing(kind, [line_id])[line_id]
    wanted = one.allocated if quantity is None else quantity
    if not wanted or wanted > one.allocated:
        said = Sentence("Only %(allocated)s (smallest units) are tied to line %(line)s. Release at most that much.")
        if not one.allocated:
            said = Sentence("No stock is tied to line %(line)s that could be released.")
        raise NothingAllocated(said, line=line_id, allocated=one.allocated)
    parts = _move_stock(held, one, wanted, to_line=False, on=today, at=at, wish=None)
    loosened = _loosen(one, wanted)
    entries = [
        Entry(one.own_key, Category.STOCK, netting.STOCK_DAY, -wanted, one.document, one.line_id),
        *_untied_stock(one, parts, sign=1),
    ]
    for line, freed in loosened.taken:
        day, lasts = line.schedule.dates.material_available, line.schedule.lasts(one.life_days)
        entries.append(Entry(one.own_key, Category.ORDER, day, freed, one.document, one.line_id))
        entries.append(Entry(one.key, Category.ORDER, day, -freed, one.document, one.line_id, one.batch, lasts))
    availability.post(held, entries, at=at)
    _write_tied(one, loosened)
    store.shrink_allocations(one.id, wanted, at)
    return wanted


def _untied_stock(one: Standing, parts: Mapping[str, int], *, sign: int) -> list[Entry]:
    """The common stock's part of a change of owner, by batch."""
    known = masterdata.lots((one.product_id, batch) for batch in parts)
    return [
        Entry(
            one.key,
            Category.STOCK,
            netting.STOCK_DAY,
            sign * quantity,
            one.document,
            one.line_id,
            *known[one.product_id, batch],
        )
        for batch, quantity in parts.items()
    ]


def _check_open(wish: Wish, one: Standing, quantity: int) -> None:
    assert quantity > 0
    assert one.is_checked, "what is not kept in stock is not allocated"
    open_to_tie = one.open_quantity - one.allocated
    if quantity > open_to_tie:
        raise MoreThanOpen(
            Sentence(
                "%(amount)s of line %(line)s are open and without allocated stock. Allocate at most that much.",
                amount=_amount(wish, open_to_tie),
                line=one.line_id,
            ),
            line=one.line_id,
            open=open_to_tie,
        )


def _check_free(held: Held, wish: Wish, one: Standing, quantity: int, today: int) -> None:
    series = held.balance(one.key).series
    net = netting.project(series, wish.scope.secured, today)
    own = [line for line in one.lines if line.open and not line.is_allocated and line.is_secured]
    for line in own:
        net[min(max(line.schedule.dates.material_available - today, 0), len(net) - 1)] += line.open
    free = max(int(netting.free_curve(net)[0]), 0)
    confirmed = sum(line.open for line in own)
    if quantity > confirmed:
        # What was not confirmed yet, or not on firm supply, must be free beside what was.
        beside = netting.project(series, wish.scope.secured, today)
        free = min(free, confirmed + max(int(netting.free_curve(beside)[0]), 0))
    if found := held.balance(one.key).lots:
        back = [
            LotPosting(line.schedule.demand, line.schedule.dates.material_available, lasts, batch, line.open)
            for line in own
            for batch, lasts in [one.mark(line)]
        ]
        pool = lots.pool(lots.merge(found, back), wish.scope.secured, today)
        free = min(free, max(pool.free(0, _lasts(one), one.batch), 0))
    if quantity > free:
        raise NotFreeToAllocate(
            Sentence(
                "%(amount)s are free today; the rest is promised to others or not here yet. "
                "Allocate at most that much, or release another allocation first.",
                amount=_amount(wish, free),
            ),
            line=one.line_id,
            free=free,
            wanted=quantity,
        )


def _consume(held: Held, wish: Wish, one: Standing, tied: "_Moved", *, today: int, at: datetime) -> None:
    """What is confirmed with it for the first time must have its quota."""
    day = tied.new[-1].dates.material_available
    room = quotas.extend(held, one, wish, tied.confirmed_more, day, today=today, at=at)
    if room < tied.confirmed_more:
        confirmed = sum(line.open for line in one.lines if not line.is_allocated)
        raise NotFreeToAllocate(
            Sentence(
                "A quota leaves %(amount)s for this line. Allocate at most that much, or have the quota raised.",
                amount=_amount(wish, confirmed + room),
            ),
            line=one.line_id,
            free=confirmed + room,
            wanted=confirmed + tied.confirmed_more,
        )


def _lasts(one: Standing) -> int:
    """Until when goods that are tied to a line must last: to its last delivery, or the one it was asked for."""
    if one.life_days is None:
        return 0
    days = [line.schedule.dates.delivery for line in one.lines if line.open]
    return max([day_of(one.requested_on), *days]) + one.life_days


def _amount(wish: Wish, quantity: int) -> str:
    return format_quantity(quantity, wish.decimals, wish.unit)


def tied_keys(kind: str, line_ids: Sequence[int]) -> tuple[StockKey, ...]:
    """The bins where stock tied to the lines lies, as the line's own and as anybody's: what untying it locks."""
    found = store.standing(kind, line_ids).values()
    tied = [one for one in found if any(line.is_allocated for line in one.lines)]
    return tuple(
        key
        for one in tied
        for row in _in_bins(one, store.own_segment(one.line_id))
        for key in (row.key, replace(row.key, owner=""))
    )


def _in_bins(one: Standing, owner: str) -> list[Any]:
    """What lies under an owner; of what is nobody's, the goods of the line's valuation type."""
    valuation = valuation_of(one.segment)
    return [
        row
        for row in bins.in_bins(one.site_id, [one.product_id])
        if row.key.owner == owner and row.key.valuation == valuation
    ]


def _move_stock(
    held: Held, one: Standing, quantity: int, *, to_line: bool, on: date, at: datetime, wish: Wish | None
) -> dict[str, int]:
    """Change the owner of `quantity`, the first to expire first, then the oldest; return how much of each batch.

    What transfer orders fetch stays with its owner.
    """
    owner = store.own_segment(one.line_id)
    here = _in_bins(one, "" if to_line else owner)
    if to_line and one.life_days is not None:
        here = _lasting(one, here)
    held.take(*(key for row in here for key in (row.key, replace(row.key, owner=owner if to_line else ""))))
    claimed = claims(one.site_id, [one.product_id])
    movements, rest, parts = [], quantity, dict[str, int]()
    for row in here:
        picked = sum(claim.quantity for claim in claimed.get(row.key, ()))
        moved = min(rest, held.balance(row.key).quantity - picked)
        if moved > 0:
            target = replace(row.key, owner=owner if to_line else "")
            received_on = held.balance(row.key).received_on
            movements.append(Movement(row.key, -moved, "allocation", on, one.document, one.line_id))
            movements.append(
                Movement(target, moved, "allocation", on, one.document, one.line_id, received_on=received_on)
            )
            rest -= moved
            parts[row.key.batch] = parts.get(row.key.batch, 0) + moved
    if rest and wish is not None:
        raise NotFreeToAllocate(
            Sentence(
                "%(amount)s lie in the bins of the site and are not being picked. Allocate at most that much.",
                amount=_amount(wish, quantity - rest),
            ),
            line=one.line_id,
            free=quantity - rest,
            wanted=quantity,
        )
    for row in here if rest else ():
        refuse_spoken_for(held, row.key, held.balance(row.key).quantity)
    assert not rest, "allocated stock lies under the line"
    stock.post(held, movements, at=at)
    return parts


def _lasting(one: Standing, here: Sequence[Any]) -> list[Any]:
    """Of the goods those that last as long as the line wants, of its batch if it names one: first expired, first."""
    known, wanted = masterdata.lots((one.product_id, row.key.batch) for row in here), _lasts(one)
    last = {row.key: known[one.product_id, row.key.batch][1] or lots.FOREVER for row in here}
    fit = [row for row in here if last[row.key] >= wanted and one.batch in ("", row.key.batch)]
    return sorted(fit, key=lambda row: last[row.key])


class _Moved:
    """What changes on schedule lines: taken from standing ones, and new ones."""

    def __init__(self) -> None:
        self.taken: list[tuple[StandingLine, int]] = []
        self.new: list[store.Schedule] = []
        self.confirmed_more = 0


def _tie(wish: Wish, one: Standing, quantity: int, today: int) -> _Moved:
    moved, rest = _Moved(), quantity
    for line in sorted(one.lines, key=lambda line: line.schedule.dates.material_available):
        taken = min(rest, line.open)
        if taken and not line.is_allocated:
            moved.taken.append((line, taken))
            moved.new.append(line.schedule._replace(quantity=taken, basis=Basis.ALLOCATED, binding=None))
            rest -= taken
    if rest:
        dates = scheduling.schedule(day_of(wish.requested_on), today, wish.way.durations, wish.way.calendars)
        moved.new.append(store.Schedule(rest, dates, Basis.ALLOCATED, None))
        moved.confirmed_more = rest
    return moved


def _loosen(one: Standing, quantity: int) -> _Moved:
    moved, rest = _Moved(), quantity
    for line in reversed(one.lines):
        taken = min(rest, line.open)
        if taken and line.is_allocated:
            moved.taken.append((line, taken))
            moved.new.append(line.schedule._replace(quantity=taken, basis=Basis.STOCK))
            rest -= taken
    return moved


def _write_tied(one: Standing, moved: _Moved) -> None:
    left = [(line, line.schedule.quantity - taken) for line, taken in moved.taken]
    store.delete_schedules([line.id for line, quantity in left if not quantity])
    store.update_schedules([(line.id, quantity, line.delivered) for line, quantity in left if quantity])
    first = max((line.position for line in one.lines), default=0) + 1
    store.insert_schedules([(one.id, place, schedule) for place, schedule in enumerate(moved.new, first)])
    if moved.confirmed_more:
        store.update_counts([(one.id, one.open_quantity, one.confirmed_quantity + moved.confirmed_more)])
