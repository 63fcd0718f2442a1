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
one is no longer believed. The last bucket stands for the horizon day and all that comes after it.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from troth.kernel.quantity import MAX, Overflow, checked

Array = npt.NDArray[np.int64]
Posting = tuple[int, int, int]

STOCK_DAY = 0
_KINDS = 32
_FIRST_RECEIPT = 1
_FIRST_DEMAND = 16
_DAY_BITS = 32
_LAST_DAY = 2**31 - 1


class Category(IntEnum):
    """Kinds of supply and demand: 0 is stock, 1 to 15 are receipts, 16 to 31 are demands."""

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
    ORDER = 16
    DELIVERY = 17
    HOLD = 18
    RESERVATION = 19
    SAFETY_STOCK = 20
    FORECAST = 21
    TRANSFER_OUT = 22

    @property
    def is_receipt(self) -> bool:
        return _FIRST_RECEIPT <= self < _FIRST_DEMAND

    @property
    def is_demand(self) -> bool:
        return self >= _FIRST_DEMAND


@dataclass(frozen=True, slots=True)
class Scope:
    """What counts in a check: categories, how long an overdue receipt is believed, and how far ahead is looked.

    `lead_time` says that what supply does not cover is confirmed at the end of the replenishment lead time.
    """

    categories: frozenset[Category]
    lead_time: bool = False
    overdue_receipt_days: int = 7
    horizon_days: int = 365
    _counts: npt.NDArray[np.bool_] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        assert self.horizon_days >= 0
        assert self.overdue_receipt_days >= 0
        counts = np.zeros(_KINDS, np.bool_)
        counts[[int(category) for category in self.categories]] = True
        object.__setattr__(self, "_counts", counts)

    def without_receipts(self) -> "Scope":
        """Return the scope that believes in nothing but stock, with the same demands."""
        kept = frozenset(category for category in self.categories if not category.is_receipt)
        return Scope(kept, False, self.overdue_receipt_days, self.horizon_days)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Supply and demand of one key: three int64 columns, sorted by category and day, one entry each, no zeros.

    The absolute quantities of a series sum to at most 64 bits, so no sum over a part of it can overflow. `merge` keeps
    this; build a series with `series_of`, `merge` or `unpack` only.
    """

    category: Array
    day: Array
    quantity: Array

    def __len__(self) -> int:
        return len(self.quantity)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Series):
            return NotImplemented
        return all(
            np.array_equal(mine, theirs)
            for mine, theirs in (
                (self.category, other.category),
                (self.day, other.day),
                (self.quantity, other.quantity),
            )
        )

    __hash__ = None  # type: ignore[assignment]

    def postings(self) -> list[Posting]:
        """Return the entries as (category, day, quantity)."""
        return list(zip(self.category.tolist(), self.day.tolist(), self.quantity.tolist(), strict=True))


def _empty() -> Array:
    return np.zeros(0, np.int64)


EMPTY = Series(_empty(), _empty(), _empty())


def series_of(postings: Iterable[Posting]) -> Series:
    """Return the series of (category, day, signed quantity) postings in any order."""
    return merge(EMPTY, postings)


def add(series: Series, category: int, day: int, quantity: int) -> Series:
    """Return `series` with one more signed posting; stock has no day and is kept at `STOCK_DAY`."""
    return merge(series, ((category, day, quantity),))


def merge(series: Series, postings: Iterable[Posting] | Series) -> Series:
    """Return `series` with `postings` summed in: equal (category, day) become one, zeros go, overflow is refused."""
    if isinstance(postings, Series):
        more = postings
    else:
        rows = list(postings)
        if len(rows) == 1:
            return _with_one(series, *rows[0])
        more = _columns(rows)
    if not len(more):
        return series
    quantity = np.concatenate((series.quantity, more.quantity))
    key = np.concatenate((series.category << _DAY_BITS | series.day, more.category << _DAY_BITS | more.day))
    _refuse_overflow(quantity)
    order = key.argsort(kind="stable")
    key = key[order]
    first = np.ones(len(key), np.bool_)
    np.not_equal(key[1:], key[:-1], out=first[1:])
    starts = first.nonzero()[0]
    summed = np.add.reduceat(quantity[order], starts)
    left = summed.nonzero()[0]
    key = key[starts[left]]
    return Series(key >> _DAY_BITS, key & _LAST_DAY, summed[left])


def _with_one(series: Series, category: int, day: int, quantity: int) -> Series:
    """`merge` of one posting, as a line of an order makes it: the rest of the series is copied, not sorted again."""
    category, day, quantity = _entry(category, day, quantity)
    _refuse_overflow(series.quantity, quantity)
    keys = series.category << _DAY_BITS | series.day
    key = category << _DAY_BITS | day
    at = int(keys.searchsorted(key))
    if at < len(keys) and keys[at] == key:
        left = int(series.quantity[at]) + quantity
        if left:
            summed = series.quantity.copy()
            summed[at] = left
            return Series(series.category, series.day, summed)
        return Series(*(np.delete(column, at) for column in (series.category, series.day, series.quantity)))
    if not quantity:
        return series
    return Series(
        _inserted(series.category, at, category),
        _inserted(series.day, at, day),
        _inserted(series.quantity, at, quantity),
    )


def _inserted(column: Array, at: int, value: int) -> Array:
    longer = np.empty(len(column) + 1, np.int64)
    longer[:at], longer[at], longer[at + 1 :] = column[:at], value, column[at:]
    return longer


def _entry(category: int, day: int, quantity: int) -> Posting:
    assert 0 <= category < _KINDS, category
    assert 0 <= day <= _LAST_DAY, day
    return category, STOCK_DAY if category == Category.STOCK else day, checked(quantity)


def _columns(postings: Iterable[Posting]) -> Series:
    rows = [_entry(*posting) for posting in postings]
    table = np.array(rows, np.int64).reshape(-1, 3)
    return Series(table[:, 0], table[:, 1], table[:, 2])


def _largest(quantity: Array) -> int:
    # The reduction by its own name: the method of the array goes through Python to the same place.
    return int(np.maximum.reduce(np.abs(quantity), initial=0))


def _refuse_overflow(quantity: Array, more: int = 0) -> None:
    """Refuse quantities (and one more) whose absolute sum does not fit 64 bits.

    Exact in Python's integers where the quick bound does not settle it. Opposite postings of one entry are not set off
    first: their partial sums must fit as well.
    """
    if max(_largest(quantity), abs(more)) * (len(quantity) + 1) <= MAX:
        return
    if sum(map(abs, quantity.tolist())) + abs(more) > MAX:
        raise Overflow("The quantities of this product are larger than the books can hold. Use a smaller quantity.")


def total(series: Series, categories: Iterable[Category] | None = None) -> int:
    """Return the signed sum of all quantities, or of those in `categories`."""
    if categories is None:
        return int(series.quantity.sum())
    return int(series.quantity[np.isin(series.category, [int(category) for category in categories])].sum())


def combine(many: Iterable[Series]) -> Series:
    """Return one series that sums many, for instance the same product over several sites."""
    combined = EMPTY
    for series in many:
        combined = merge(combined, series)
    return combined


def project(series: Series, scope: Scope, today: int) -> Array:
    """Return net(0..horizon): the change of the balance on each day from `today` (a day number) on."""
    net: Array = project_all([series], scope, [today])[0]
    return net


def project_all(many: Sequence[Series], scope: Scope, today: Sequence[int]) -> Array:
    """Return `project` of each series from its own today on, one row each: all at once, as an order asks for them."""
    width = scope.horizon_days + 1
    net = np.zeros((len(many), width), np.int64)
    if not many:
        return net
    lengths = [len(series) for series in many]
    category = np.concatenate([series.category for series in many])
    quantity = np.concatenate([series.quantity for series in many]) * scope._counts[category]
    offset = np.concatenate([series.day for series in many]) - np.repeat(today, lengths)
    overdue = (offset < 0) & (category >= _FIRST_RECEIPT) & (category < _FIRST_DEMAND)
    if overdue.any():
        quantity[overdue & (offset < -scope.overdue_receipt_days)] = 0
        offset[overdue] = 1
    np.maximum(offset, 0, out=offset)
    np.minimum(offset, scope.horizon_days, out=offset)
    offset += np.repeat(np.arange(0, net.size, width), lengths)
    np.add.at(net.reshape(-1), offset, quantity)
    return net


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


def pack(series: Series) -> bytes:
    """Return the series as bytes: a header of 6, then 1 for a category, 4 for a day and 1, 2, 4 or 8 for a quantity."""
    if not len(series):
        return b""
    largest = _largest(series.quantity)
    width = next(width for width in (1, 2, 4, 8) if largest < 1 << (8 * width - 1))
    return b"".join(
        (
            _HEADER.pack(_VERSION, width, len(series)),
            series.category.astype("u1").tobytes(),
            series.day.astype("<i4").tobytes(),
            series.quantity.astype(f"<i{width}").tobytes(),
        )
    )


def unpack(packed: bytes | memoryview) -> Series:
    """Return the series that `pack` wrote; a database driver may hand the column out as a memoryview."""
    if not packed:
        return EMPTY
    version, width, count = _HEADER.unpack_from(packed)
    assert version == _VERSION
    start = _HEADER.size
    assert len(packed) == start + count * (5 + width)
    return Series(
        np.frombuffer(packed, "u1", count, start).astype(np.int64),
        np.frombuffer(packed, "<i4", count, start + count).astype(np.int64),
        np.frombuffer(packed, f"<i{width}", count, start + 5 * count).astype(np.int64),
    )
