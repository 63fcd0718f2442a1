"""Netting supply and demand into what may still be promised (ATP, cumulative with look-ahead).

All that is expected of one key (product, site, segment) is a sparse, signed series of (category, day, quantity): supply
is positive, demand negative. A checking scope picks the categories that count, and the days become an array of buckets:

    net(0)  = stock + overdue demand          net(t) = receipts(t) - issues(t)
    P(t)    = net(0) + ... + net(t)           projected balance
    A(t)    = min of P(s) over s >= t         the free curve: what leaves at t is missing on every later day too

    day                0    1    2    3
    receipts          20              10
    issues                 10    5
    P                 20   10    5   15
    A                  5    5    5   15

A never falls with t. Selling x <= A(t) on day t keeps every later P at or above zero: no earlier promise loses goods.
A shortage is carried: where P is below zero, late demand still takes the next receipt, and A may be negative, which
means that the key is promised beyond its supply already. `free` shows such days as zero and is for reading only.

Overdue demand always counts, on day 0. A receipt that is overdue by a few days is assumed to arrive tomorrow; an older
one is no longer believed. The last bucket stands for the horizon day and all that comes after it, in its order: what
comes later lowers it as far as demand runs ahead of receipts, and never raises it.
"""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from troth.kernel.quantity import MAX, Overflow, checked

Array = npt.NDArray[np.int64]
Posting = tuple[int, int, int]

STOCK_DAY = 0
_KINDS = 32
_FIRST_RECEIPT = 1
_FIRST_DEMAND = 16
LAST_DAY = 2**31 - 1


class Category(IntEnum):
    """Kinds of supply and demand: 0 is stock, 1 to 15 are receipts, 16 to 31 are demands.

    An order is unsecured where it is confirmed ahead of firm supply: on planned receipts or on the time to procure.
    What of an order is not confirmed at all waits; it is read where a scope counts it, and posted nowhere.
    """

    STOCK = 0
    PURCHASE = 1
    PRODUCTION = 2
    TRANSFER_IN = 3
    REQUISITION = 4
    FIRM_PLANNED = 5
    PLANNED = 6
    QUALITY_STOCK = 7
    BLOCKED_STOCK = 8
    RETURN = 9
    LEFT_OUT_STOCK = 10
    FIRM_REQUISITION = 11
    ORDER = 16
    DELIVERY = 17
    HOLD = 18
    RESERVATION = 19
    SAFETY_STOCK = 20
    FORECAST = 21
    TRANSFER_OUT = 22
    UNSECURED_ORDER = 23
    WAITING_ORDER = 24

    @property
    def is_receipt(self) -> bool:
        return _FIRST_RECEIPT <= self < _FIRST_DEMAND

    @property
    def is_demand(self) -> bool:
        return self >= _FIRST_DEMAND


LYING = frozenset((Category.QUALITY_STOCK, Category.BLOCKED_STOCK, Category.LEFT_OUT_STOCK))
"""Goods that lie here and are not promised unless a scope says so; they are no receipts that could be late."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What counts in a check: categories, how long an overdue receipt is believed, and how far ahead is looked.

    `lead_time` says that what supply does not cover is confirmed at the end of the replenishment lead time.
    """

    categories: frozenset[Category]
    lead_time: bool = False
    overdue_receipt_days: int = 7
    horizon_days: int = 365
    _counts: tuple[bool, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        assert self.horizon_days >= 0
        assert self.overdue_receipt_days >= 0
        object.__setattr__(self, "_counts", tuple(category in self.categories for category in range(_KINDS)))

    def without_receipts(self) -> "Scope":
        """Return the scope that believes in nothing but stock, with the same demands."""
        kept = frozenset(category for category in self.categories if not category.is_receipt)
        return Scope(kept, False, self.overdue_receipt_days, self.horizon_days)


@dataclass(frozen=True, slots=True)
class Series:
    """Supply and demand of one key: three columns, sorted by category and day, one entry each, no zeros.

    The absolute quantities of a series sum to at most 64 bits, so no sum over a part of it can overflow. `merge` keeps
    this; build a series with `series_of`, `merge` or `unpack` only. It has tens of entries, for which plain integers
    are quicker than arrays; `category`, `day` and `quantity` are the columns as arrays, for sums over many.
    """

    categories: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    quantities: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.quantities)

    @property
    def category(self) -> Array:
        return np.array(self.categories, np.int64)

    @property
    def day(self) -> Array:
        return np.array(self.days, np.int64)

    @property
    def quantity(self) -> Array:
        return np.array(self.quantities, np.int64)

    def postings(self) -> list[Posting]:
        """Return the entries as (category, day, quantity)."""
        return list(zip(self.categories, self.days, self.quantities, strict=True))


EMPTY = Series()


def series_of(postings: Iterable[Posting]) -> Series:
    """Return the series of (category, day, signed quantity) postings in any order."""
    return merge(EMPTY, postings)


def add(series: Series, category: int, day: int, quantity: int) -> Series:
    """Return `series` with one more signed posting; stock has no day and is kept at `STOCK_DAY`."""
    return merge(series, ((category, day, quantity),))


def merge(series: Series, postings: Iterable[Posting] | Series) -> Series:
    """Return `series` with `postings` summed in: equal (category, day) become one, zeros go, overflow is refused."""
    rows = postings.postings() if isinstance(postings, Series) else [_entry(*posting) for posting in postings]
    if len(rows) == 1:
        return _with_one(series, *rows[0])
    if not rows:
        return series
    _refuse_overflow([*series.quantities, *(quantity for _, _, quantity in rows)])
    sums = {(category, day): quantity for category, day, quantity in series.postings()}
    for category, day, quantity in rows:
        sums[category, day] = sums.get((category, day), 0) + quantity
    left = sorted(entry for entry in sums.items() if entry[1])
    if not left:
        return EMPTY
    keys, quantities = zip(*left, strict=True)
    categories, days = zip(*keys, strict=True)
    return Series(categories, days, quantities)


def _with_one(series: Series, category: int, day: int, quantity: int) -> Series:
    """`merge` of one posting, as a line of an order makes it: its place is found, the rest is copied."""
    categories, days, quantities = series.categories, series.days, series.quantities
    _refuse_overflow((*quantities, quantity))
    first = bisect_left(categories, category)
    after = bisect_right(categories, category, first)
    at = bisect_left(days, day, first, after)
    if at < after and days[at] == day:
        left = quantities[at] + quantity
        if left:
            return Series(categories, days, (*quantities[:at], left, *quantities[at + 1 :]))
        return Series(*(column[:at] + column[at + 1 :] for column in (categories, days, quantities)))
    if not quantity:
        return series
    return Series(
        (*categories[:at], category, *categories[at:]),
        (*days[:at], day, *days[at:]),
        (*quantities[:at], quantity, *quantities[at:]),
    )


def _entry(category: int, day: int, quantity: int) -> Posting:
    assert 0 <= category < _KINDS, category
    assert 0 <= day <= LAST_DAY, day
    return int(category), STOCK_DAY if category == Category.STOCK else int(day), int(checked(quantity))


def _refuse_overflow(quantities: Sequence[int]) -> None:
    """Refuse quantities whose absolute sum does not fit 64 bits.

    Opposite postings of one entry are not set off first: their partial sums must fit as well.
    """
    if sum(map(abs, quantities)) > MAX:
        raise Overflow("The quantities of this product are larger than the books can hold. Use a smaller quantity.")


def total(series: Series, categories: Iterable[Category] | None = None) -> int:
    """Return the signed sum of all quantities, or of those in `categories`."""
    if categories is None:
        return sum(series.quantities)
    wanted = frozenset(categories)
    return sum(quantity for category, _, quantity in series.postings() if category in wanted)


def combine(many: Iterable[Series]) -> Series:
    """Return one series that sums many, for instance the same product over several sites."""
    combined = EMPTY
    for series in many:
        combined = merge(combined, series)
    return combined


def project(series: Series, scope: Scope, today: int) -> Array:
    """Return net(0..horizon): the change of the balance on each day from `today` (a day number) on."""
    net = np.zeros(scope.horizon_days + 1, np.int64)
    for offset, change in changes(series, scope, today).items():
        net[offset] = change
    return net


def changes(series: Series, scope: Scope, today: int) -> dict[int, int]:
    """Return `project` by today and the few days on which something counts: offset -> change of the balance."""
    counts, horizon = scope._counts, scope.horizon_days
    net = {0: 0}
    beyond: list[tuple[int, int]] = []
    for category, day, quantity in zip(series.categories, series.days, series.quantities, strict=True):
        if not counts[category]:
            continue
        offset = day - today
        if offset < 0:
            late = counted_from(category, offset, scope)
            if late is None:
                continue
            offset = late
        if offset > horizon:
            beyond.append((offset, quantity))
        elif offset in net:
            net[offset] += quantity
        else:
            net[offset] = quantity
    if beyond:
        net[horizon] = net.get(horizon, 0) + _lowered(beyond)
    return net


def counted_from(category: int, offset: int, scope: Scope) -> int | None:
    """The day (offset) on which a posting for a day (offset) counts; None for a receipt that is no longer believed.

    Goods that lie here, in inspection or blocked, are not late: they count from today on.
    """
    if offset >= 0:
        return offset
    if not _FIRST_RECEIPT <= category < _FIRST_DEMAND or category in LYING:
        return 0
    return 1 if offset >= -scope.overdue_receipt_days else None


def _lowered(beyond: list[tuple[int, int]]) -> int:
    """How far the balance falls below that of the horizon day on the days after it: zero or less."""
    lowest = level = 0
    for _, change in sorted(beyond, key=lambda one: (one[0], -one[1])):
        level += change
        lowest = min(lowest, level)
    return lowest


def projected_balance(net: Array) -> Array:
    """Return P, the balance at the end of each day."""
    return net.cumsum()


def free_curve(net: Array, *, fence: int | None = None) -> Array:
    """Return A, which never falls; negative where the key is promised beyond its supply.

    With a `fence` (the day offset at which replenishment ends) demand on or after it is left to replenishment: it
    protects nothing before the fence, and from the fence on the curve is unlimited.
    """
    balance = net.cumsum()
    if fence is None:
        lowest: Array = np.minimum.accumulate(balance[::-1])[::-1]
        return lowest
    curve = np.full(len(net), MAX, np.int64)
    before = balance[: max(fence, 0)]
    curve[: len(before)] = np.minimum.accumulate(before[::-1])[::-1]
    return curve


def free(net: Array) -> Array:
    """Return the free curve with negative values shown as zero: for reading; decisions use `free_curve`."""
    return np.maximum(free_curve(net), 0)


def within(curve: Array, *ceilings: Array) -> Array:
    """Return the lowest of a free curve and ceilings on it (quota, capacity), each of which never falls either."""
    lowest = curve
    for ceiling in ceilings:
        lowest = np.minimum(lowest, ceiling)
    return lowest


def binding_day(net: Array, day: int) -> int:
    """Return the first offset s >= `day` at which the balance is lowest: what limits a promise on `day`."""
    start = min(max(day, 0), len(net) - 1)
    return start + int(net.cumsum()[start:].argmin())


_HEADER = struct.Struct("<BBI")
_VERSION = 1
_WIDTHS = {1: "b", 2: "h", 4: "i", 8: "q"}


@lru_cache(maxsize=1024)
def _layout(count: int, width: int) -> struct.Struct:
    return struct.Struct(f"<{count}B{count}i{count}{_WIDTHS[width]}")


def pack(series: Series) -> bytes:
    """Return the series as bytes: a header of 6, then 1 for a category, 4 for a day and 1, 2, 4 or 8 for a quantity."""
    if not len(series):
        return b""
    quantities = series.quantities
    largest = max(max(quantities), -min(quantities))
    width = 1 if largest < 1 << 7 else 2 if largest < 1 << 15 else 4 if largest < 1 << 31 else 8
    packed = _layout(len(quantities), width).pack(*series.categories, *series.days, *quantities)
    return _HEADER.pack(_VERSION, width, len(quantities)) + packed


def unpack(packed: bytes | memoryview) -> Series:
    """Return the series that `pack` wrote; a database driver may hand the column out as a memoryview."""
    if not packed:
        return EMPTY
    version, width, count = _HEADER.unpack_from(packed)
    assert version == _VERSION
    assert len(packed) == _HEADER.size + count * (5 + width)
    values = _layout(count, width).unpack_from(packed, _HEADER.size)
    return Series(values[:count], values[count : 2 * count], values[2 * count :])
