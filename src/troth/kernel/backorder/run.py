"""The run: from columns to contests, one after the other, and back to columns.

Keys are settled one by one; keys whose items share a quota or come together are one contest. Lists of some tens of
thousands of items are made at a time, so a run needs memory for its columns and little more.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from troth.kernel.backorder.balance import Aside, Balance
from troth.kernel.backorder.columns import Backlog, Outcome, Reaction, Reactions, Strategy, Supply
from troth.kernel.backorder.contest import Aborted, Contest
from troth.kernel.backorder.guarded import NOTHING_KEPT, Guarded, Kept
from troth.kernel.backorder.items import RULES, Group, Item, Unit
from troth.kernel.backorder.links import NO_QUOTAS, Quotas, linked
from troth.kernel.backorder.losses import losses_of
from troth.kernel.backorder.perishing import Larder, Perishing
from troth.kernel.netting import Array
from troth.kernel.packages import Packages
from troth.kernel.proposals import ANY_TERMS, Terms
from troth.kernel.protection import Taken
from troth.kernel.quota import Booking, Rations

ITEMS_AT_A_TIME = 20_000


def run(
    backlog: Backlog,
    supply: Supply,
    *,
    horizon: int = 365,
    reactions: Reactions | None = None,
    quotas: Quotas = NO_QUOTAS,
    kept: Kept = NOTHING_KEPT,
    timetables: Sequence[Sequence[int]] = (),
    lasting: Sequence[Sequence[int]] = (),
    packings: Sequence[Packages] = (),
) -> Outcome:
    """Return what the items would be promised; nothing is changed. The same input gives the same outcome, whatever the
    order of its items. A timetable gives for each day from today on the first day from it on (never an earlier one,
    and itself where it stands in the table) on which goods can be used: new rows lie on such days. `lasting` says for
    each day until when what is given on it must last.

    Asserts that ids are unique, quantities above zero, and that no item holds more than it wants.
    """
    reactions = reactions or Reactions()
    _assert_sound(backlog)
    book = _Book(len(backlog), len(supply), quotas)
    for contest in _contests(backlog, supply, _Given(quotas, kept, timetables, lasting, packings), horizon):
        try:
            Contest(contest.units(horizon), reactions, contest.rations).settle()
        except Aborted as stopped:
            if stopped.reaction == Reaction.ABORT_RUN:
                return _untouched(backlog, len(supply), stopped.items)
            book.aborted[list(contest.balances)] = True
            for item in contest.moving:
                item.new, item.strategy, item.bookings = item.old, contest.strategies[item.place], []
                item.is_limited, item.taken, item.share = False, [], None
        book.enter(contest.items)
    return book.outcome(backlog)


def _assert_sound(backlog: Backlog) -> None:
    assert len(np.unique(backlog.id)) == len(backlog)
    assert (backlog.quantity > 0).all()
    assert (backlog.row_quantity > 0).all()
    held = np.concatenate(([0], np.cumsum(backlog.row_quantity)))[backlog.row_offsets]
    assert (np.diff(held) <= backlog.quantity).all()
    if backlog.group is not None:
        grouped = np.flatnonzero(backlog.group >= 0)
        ways = np.column_stack((backlog.group[grouped], backlog.strategy[grouped], backlog.rank[grouped]))
        assert len(np.unique(ways, axis=0)) == len(np.unique(ways[:, 0]))


class _Book:
    """What the contests came to, in the order in which they were settled."""

    def __init__(self, items: int, keys: int, quotas: Quotas) -> None:
        self._row = quotas.row
        self.aborted = np.zeros(keys, np.bool_)
        self._places, self._counts, self._strategies, self._raised = (array("q") for _ in range(4))
        self._limited = array("b")
        self._days, self._quantities, self._procured = array("q"), array("q"), array("b")
        self._losses, self._bookings, self._taken, self._shares = (array("q") for _ in range(4))
        self._gained, self._lost = np.zeros(items, np.int64), np.zeros(items, np.int64)

    def enter(self, items: Sequence[Item]) -> None:
        days, quantities, procured = self._days, self._quantities, self._procured
        self._places.extend([item.place for item in items])
        self._counts.extend([len(item.new) for item in items])
        self._strategies.extend([item.strategy for item in items])
        self._raised.extend([item.raised for item in items])
        self._limited.extend([item.is_limited for item in items])
        for item in items:
            for day, quantity, on_lead_time in item.new:
                days.append(day)
                quantities.append(quantity)
                procured.append(on_lead_time)
            for booking in item.bookings:
                self._bookings.append(item.place)
                self._bookings.extend(booking)
            if item.share is not None:
                self._shares.append(item.place)
                self._shares.extend(item.share[1:])
            for taken in item.taken:
                self._taken.append(item.place)
                self._taken.extend(taken)
        gained, lost, losses = losses_of(items, self._row)
        for place, quantity in gained.items():
            self._gained[place] = quantity
        for place, quantity in lost.items():
            self._lost[place] = quantity
        for loss in losses:
            self._losses.extend(loss)

    def outcome(self, backlog: Backlog) -> Outcome:
        """The entries at the places of the backlog."""
        places, counts = _column(self._places), _column(self._counts)
        ends = np.cumsum(counts)
        came_at = np.empty_like(places)
        came_at[places] = np.arange(len(places))
        counts, starts = counts[came_at], (ends - counts)[came_at]
        offsets = np.concatenate(([0], np.cumsum(counts)))
        rows = _rows_of(starts, counts)
        losses = _column(self._losses).reshape(-1, 4)
        losses = losses[np.argsort(losses[:, 0], kind="stable")]
        bookings = _column(self._bookings).reshape(-1, 4)
        bookings = bookings[np.argsort(bookings[:, 0], kind="stable")]
        taken = _column(self._taken).reshape(-1, 3)
        taken = taken[np.argsort(taken[:, 0], kind="stable")]
        shares = _column(self._shares).reshape(-1, 5)
        shares = shares[np.argsort(shares[:, 0], kind="stable")]
        return Outcome(
            row_offsets=offsets,
            row_day=_column(self._days)[rows],
            row_quantity=_column(self._quantities)[rows],
            row_lead_time=np.frombuffer(self._procured, np.int8)[rows].astype(np.bool_),
            gained=self._gained,
            lost=self._lost,
            strategy=_column(self._strategies)[came_at],
            raised=_column(self._raised)[came_at],
            limited=np.frombuffer(self._limited, np.int8)[came_at].astype(np.bool_),
            aborted_keys=self.aborted,
            aborted=False,
            loss_item=losses[:, 0],
            loss_winner=losses[:, 1],
            loss_quantity=losses[:, 2],
            loss_day=losses[:, 3],
            booking_item=bookings[:, 0],
            booking_procedure=bookings[:, 1],
            booking_cell=bookings[:, 2],
            booking_quantity=bookings[:, 3],
            taken_item=taken[:, 0],
            taken_protection=taken[:, 1],
            taken_quantity=taken[:, 2],
            share_item=shares[:, 0],
            share_supply=shares[:, 1],
            share_demand=shares[:, 2],
            share_among=shares[:, 3],
            share_day=shares[:, 4],
        )


def _column(numbers: "array[int]") -> Array:
    return np.frombuffer(numbers, np.int64) if len(numbers) else np.empty(0, np.int64)


def _rows_of(starts: Array, counts: Array) -> Array:
    """The places of all rows that begin at `starts`, so many of each."""
    before = np.cumsum(counts) - counts
    return np.asarray(np.repeat(starts - before, counts) + np.arange(int(counts.sum())))


def _untouched(backlog: Backlog, keys: int, missed: Sequence[Item]) -> Outcome:
    raised = np.zeros(len(backlog), np.int64)
    for item in missed:
        raised[item.place] = item.raised
    nothing, none = np.zeros(len(backlog), np.int64), np.empty(0, np.int64)
    procured = backlog.row_lead_time
    return Outcome(
        row_offsets=backlog.row_offsets,
        row_day=backlog.row_day,
        row_quantity=backlog.row_quantity,
        row_lead_time=np.zeros(len(backlog.row_day), np.bool_) if procured is None else procured,
        gained=nothing,
        lost=nothing,
        strategy=backlog.strategy,
        raised=raised,
        limited=np.zeros(len(backlog), np.bool_),
        aborted_keys=np.zeros(keys, np.bool_),
        aborted=True,
        loss_item=none,
        loss_winner=none,
        loss_quantity=none,
        loss_day=none,
        booking_item=none,
        booking_procedure=none,
        booking_cell=none,
        booking_quantity=none,
        taken_item=none,
        taken_protection=none,
        taken_quantity=none,
        share_item=none,
        share_supply=none,
        share_demand=none,
        share_among=none,
        share_day=none,
    )


@dataclass(slots=True)
class _Lot:
    """What one contest is about; `moving` are the items that it decides on, by rank."""

    balances: dict[int, Balance]
    items: list[Item]
    moving: list[Item]
    rations: Rations
    strategies: dict[int, int]

    def units(self, horizon: int) -> Sequence[Unit]:
        """What is decided as one, by rank: items, and groups at the place of their first item."""
        groups: dict[int, list[Item]] = {}
        for item in self.moving:
            if item.group >= 0:
                groups.setdefault(item.group, []).append(item)
        if not groups:
            return self.moving
        firsts = {members[0].place: Group(members, horizon) for members in groups.values()}
        return [firsts.get(item.place, item) for item in self.moving if item.group < 0 or item.place in firsts]


class _Given(NamedTuple):
    quotas: Quotas
    kept: Kept
    timetables: Sequence[Sequence[int]]
    lasting: Sequence[Sequence[int]]
    packings: Sequence[Packages]


def _contests(backlog: Backlog, supply: Supply, given: _Given, horizon: int) -> Iterator[_Lot]:
    quotas = given.quotas
    lots = linked(backlog, len(supply), quotas)
    lot_of = lots[backlog.key] if len(backlog) else np.empty(0, np.int64)
    order = np.lexsort((backlog.id, backlog.rank, lot_of))
    bounds = np.concatenate((np.flatnonzero(np.diff(lot_of[order], prepend=-1)), [len(order)]))
    rations = quotas.rations()
    changes = _Changes(supply)
    for first, last in _spans(bounds):
        items = _items(backlog, order[bounds[first] : bounds[last]], given)
        start = int(bounds[first])
        for at in range(first, last):
            yield _lot(items[bounds[at] - start : bounds[at + 1] - start], changes, (rations, given.kept), horizon)


def _spans(bounds: Array) -> Iterator[tuple[int, int]]:
    """Runs of whole contests with about so many items together."""
    first, contests = 0, len(bounds) - 1
    while first < contests:
        last = int(np.searchsorted(bounds, bounds[first] + ITEMS_AT_A_TIME))
        last = min(max(last, first + 1), contests)
        yield first, last
        first = last


def _lot(items: list[Item], changes: "_Changes", limits: tuple[Rations, Kept], horizon: int) -> _Lot:
    rations, kept = limits
    nets: dict[int, dict[int, int]] = {key: changes.of(key, horizon) for key in {item.key for item in items}}
    moving = [item for item in items if item.strategy != Strategy.SKIP]
    asides_kept = {item.aside: changes.kept_at(item.aside) for item in moving if item.aside >= 0}
    if len(moving) < len(items):
        for item in items:
            if item.strategy == Strategy.SKIP:
                item.new = item.old
                _skip(item, nets[item.key], asides_kept, horizon)
    for key, aside in {(item.key, item.aside): None for item in moving if item.aside >= 0}:
        assert asides_kept[aside] >= 0, "items are moved only where what is not moved has its goods"
        nets[key][0] += asides_kept[aside]
    balances = {
        key: Guarded(net, horizon, kept.protections[key]) if key in kept.protections else Balance(net, horizon)
        for key, net in nets.items()
    }
    larders = {key: Larder(pool) for key, pool in changes.larders.items() if key in nets}
    for item in items:
        if item.lasting:
            item.balance = Perishing(
                larders[item.key], item.lasting, item.row_lasts, item.timetable, horizon=horizon
            )  # fmt: skip
            for day, quantity, procured in item.old if item.strategy == Strategy.SKIP else ():
                if not procured:
                    item.balance.take(day, quantity)
    asides: dict[int, Aside] = {}
    for item in moving:
        if item.lasting:
            continue
        item.balance = balances[item.key]
        if item.aside >= 0:
            room = asides_kept[item.aside] + changes.lying_at(item.aside)
            item.balance = asides.setdefault(item.aside, Aside(balances[item.key], room))
    return _Lot(balances, items, moving, rations, {item.place: item.strategy for item in moving})


def _skip(item: Item, net: dict[int, int], kept: dict[int, int], horizon: int) -> None:
    """What a skipped item holds is demand: on its key, or on what is kept in its place."""
    for day, quantity, procured in item.old:
        if procured:
            continue
        if item.aside < 0:
            day = min(max(day, 0), horizon)
            net[day] = net.get(day, 0) - quantity
        elif item.aside in kept:
            kept[item.aside] -= quantity


class _Changes:
    """The supply by key, as plain numbers."""

    def __init__(self, supply: Supply) -> None:
        self._offsets: list[int] = supply.offsets.tolist()
        self._days, self._quantities = supply.day, supply.quantity
        self._kept, self._lying, self.larders = supply.kept, supply.lying, supply.larders or {}

    def of(self, key: int, horizon: int) -> dict[int, int]:
        own = slice(self._offsets[key], self._offsets[key + 1])
        net = {0: 0}
        for day, quantity in zip(self._days[own].tolist(), self._quantities[own].tolist(), strict=True):
            day = min(max(day, 0), horizon)
            net[day] = net.get(day, 0) + quantity
        return net

    def kept_at(self, aside: int) -> int:
        assert self._kept is not None
        return int(self._kept[aside])

    def lying_at(self, aside: int) -> int:
        assert self._lying is not None
        return int(self._lying[aside])


def _items(backlog: Backlog, places: Array, given: _Given) -> list[Item]:
    """The items at these places, in this order."""
    quotas, kept, timetables, lasting, packings = given
    strategy = backlog.strategy[places]
    if backlog.frozen is not None:
        strategy = np.where(backlog.frozen[places], int(Strategy.SKIP), strategy)
    columns = (places, backlog.key[places], backlog.quantity[places], np.maximum(backlog.day[places], 0), strategy)
    items = [Item(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    _give_rows(items, backlog, places)
    if backlog.mode is not None:
        for item, mode in zip(items, backlog.mode[places].tolist(), strict=True):
            item.rule = RULES[mode]
    limits = (backlog.min_shipment, backlog.max_lines, backlog.latest_day, backlog.replenishment_day)
    if any(limit is not None for limit in limits):
        for item, terms in zip(items, _terms(limits, places), strict=True):
            item.terms = terms
    if backlog.packing is not None:
        for item, place in zip(items, backlog.packing[places].tolist(), strict=True):
            if place >= 0:
                item.packages = packings[place]
    if backlog.sequences is not None:
        for item, choice in zip(items, backlog.sequences[places].tolist(), strict=True):
            if choice >= 0 and item.strategy != Strategy.SKIP:
                item.sequences = quotas.sequences[choice]
        _give_bookings(items, backlog, places)
    if backlog.asks_as is not None:
        for item, owner in zip(items, backlog.asks_as[places].tolist(), strict=True):
            if owner >= 0 and item.strategy != Strategy.SKIP:
                item.asks_as = kept.groups[owner]
        _give_kept(items, backlog)
    if backlog.timetable is not None:
        for item, table in zip(items, backlog.timetable[places].tolist(), strict=True):
            if table >= 0:
                item.timetable = timetables[table]
    if backlog.group is not None:
        for item, group in zip(items, backlog.group[places].tolist(), strict=True):
            item.group = group
    if backlog.pool is not None:
        for item, pool in zip(items, backlog.pool[places].tolist(), strict=True):
            item.pool = pool
    if backlog.aside is not None:
        for item, aside in zip(items, backlog.aside[places].tolist(), strict=True):
            item.aside = aside
    if backlog.lasting is not None:
        _give_lasting(items, backlog, places, lasting)
    return items


def _give_lasting(
    items: Sequence[Item], backlog: Backlog, places: Array, tables: Sequence[Sequence[int]]
) -> None:  # fmt: skip
    assert backlog.lasting is not None
    assert backlog.row_lasts is not None
    for item, table in zip(items, backlog.lasting[places].tolist(), strict=True):
        if table >= 0:
            item.lasting = tables[table]
            own = slice(int(backlog.row_offsets[item.place]), int(backlog.row_offsets[item.place + 1]))
            days, lasts = backlog.row_day[own].tolist(), backlog.row_lasts[own].tolist()
            item.row_lasts = dict(zip(days, lasts, strict=True))


def _give_rows(items: Sequence[Item], backlog: Backlog, places: Array) -> None:
    starts = backlog.row_offsets[places]
    counts = backlog.row_offsets[places + 1] - starts
    flat = _rows_of(starts, counts)
    procured: Iterable[Any] = [False] * len(flat)
    if backlog.row_lead_time is not None:
        procured = backlog.row_lead_time[flat].tolist()
    days, quantities = backlog.row_day[flat].tolist(), backlog.row_quantity[flat].tolist()
    rows = tuple(zip(days, quantities, procured, strict=True))
    end = 0
    for item, count in zip(items, counts.tolist(), strict=True):
        if count:
            item.old = rows[end : end + count]
            end += count


def _give_bookings(items: Sequence[Item], backlog: Backlog, places: Array) -> None:
    """What the old rows book, where it is all of them in each sequence; and until when quotas confirm an item."""
    if backlog.open_after is not None:
        for item, last in zip(items, backlog.open_after[places].tolist(), strict=True):
            item.open_after = None if last < 0 else last
    offsets = backlog.booking_offsets
    if offsets is None:
        return
    assert backlog.booking_procedure is not None
    assert backlog.booking_cell is not None
    assert backlog.booking_quantity is not None
    rows = np.column_stack((backlog.booking_procedure, backlog.booking_cell, backlog.booking_quantity))
    for item in items:
        own = slice(int(offsets[item.place]), int(offsets[item.place + 1]))
        if own.start == own.stop or not item.sequences:
            continue
        found = [Booking(*row) for row in rows[own].tolist()]
        total = sum(row[1] for row in item.old)
        sums = [sum(one.quantity for one in found if one.procedure in sequence) for sequence in item.sequences]
        if all(each == total for each in sums) and sum(sums) == sum(one.quantity for one in found):
            item.booked = found


def _give_kept(items: Sequence[Item], backlog: Backlog) -> None:
    """What the old rows used up of what is kept for their items."""
    offsets = backlog.kept_offsets
    if offsets is None:
        return
    assert backlog.kept_protection is not None
    assert backlog.kept_quantity is not None
    for item in items:
        own = slice(int(offsets[item.place]), int(offsets[item.place + 1]))
        if own.start < own.stop and item.asks_as is not None:
            columns = (backlog.kept_protection[own].tolist(), backlog.kept_quantity[own].tolist())
            item.kept = [Taken(*row) for row in zip(*columns, strict=True)]


def _terms(limits: tuple[Array | None, ...], places: Array) -> Iterator[Terms]:
    """The terms of the items; those with equal limits share one."""
    defaults = (0, ANY_TERMS.max_lines, -1, -1)
    columns = [
        [default] * len(places) if limit is None else limit[places].tolist()
        for limit, default in zip(limits, defaults, strict=True)
    ]
    seen: dict[tuple[int, ...], Terms] = {}
    for row in zip(*columns, strict=True):
        found = seen.get(row)
        if found is None:
            least, most, latest, ready = row
            found = Terms(least, most, None if latest == -1 else max(latest, -1), None if ready < 0 else ready)
            seen[row] = found
        yield found
