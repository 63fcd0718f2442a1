"""Goods that do not last: what may still be promised where batches expire.

A lot is supply that comes on a day and may be used up to a day; a demand wants goods on a day that last until a day
(for a customer: the day of delivery and the remaining life agreed with that customer). Goods serve a demand if they
are there by then and last that long; a demand for a batch is served from that batch alone.

    a lot serves a demand    lot.day <= demand.day and lot.lasts >= demand.lasts

What is free for one more demand on a day, lasting until a day, is what all lots that could serve it hold, less what the
others must take of them. The others take as much as can be from the lots that could not serve it:

    free = sum(lots that fit) - demand that lots could ever serve + most(lots that do not fit, demand)

    lots      10 lasting to day 20, 10 lasting to day 60         demand  5 lasting to day 15
    free      15 for goods that last to day 20, 10 for goods that last to day 60, none beyond

`most` serves the demands in the order of their days, each from the goods that spoil first among those that last long
enough. No other way serves more: of the goods that are there for one demand all are there for the later ones, so only
how long they last tells them apart, and the shortest that suffices is the least loss (first expired, first out).

Demand for which goods come too late still takes them when they come; demand that no goods last for takes nothing from
anybody.

With goods that never expire this is the free curve of `netting`: one rule, asked in two ways.
"""

import json
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from troth.kernel import netting
from troth.kernel.netting import Category, Scope, Series
from troth.kernel.quantity import checked

FOREVER = 2**31 - 1
"""The last day of goods that do not expire."""

LAST_RECEIPT = 15


def after(first: date, days: int) -> date:
    """The day so many days after (before, if negative); the last day there is where it lies beyond."""
    return date.fromordinal(max(min(first.toordinal() + days, date.max.toordinal()), 1))


class LotPosting(NamedTuple):
    """`quantity` (signed) of a category on a day. `lasts`: the last day the goods can be used, or until which they are
    wanted to last (day numbers; 0: they do not expire, or it does not matter). `batch`: "" where none is named."""

    category: int
    day: int
    lasts: int
    batch: str
    quantity: int


Lots = tuple[LotPosting, ...]
"""Supply and demand of one key with batches: sorted, one entry for each category, day, last day and batch, no zeros."""

EMPTY: Lots = ()


def merge(lots: Lots, postings: Iterable[LotPosting]) -> Lots:
    """Return `lots` with the postings summed in; stock has no day and is kept at `netting.STOCK_DAY`."""
    sums: dict[tuple[int, int, int, str], int] = {one[:4]: one.quantity for one in lots}
    for one in postings:
        day = netting.STOCK_DAY if one.category == Category.STOCK else one.day
        place = (int(one.category), day, one.lasts, one.batch)
        sums[place] = checked(sums.get(place, 0) + one.quantity)
    return tuple(LotPosting(*place, quantity) for place, quantity in sorted(sums.items()) if quantity)


def without_batches(series: Series) -> Lots:
    """A series as lots that name no batch and never expire."""
    return tuple(LotPosting(category, day, 0, "", quantity) for category, day, quantity in series.postings())


def collapsed(lots: Lots) -> Series:
    """The series of the same key: batches and last days summed up."""
    return netting.series_of((one.category, one.day, one.quantity) for one in lots)


def pack(lots: Lots) -> bytes:
    return json.dumps(lots, separators=(",", ":")).encode() if lots else b""


def unpack(packed: bytes | memoryview) -> Lots:
    return tuple(LotPosting(*one) for one in json.loads(bytes(packed))) if packed else EMPTY


class Part(NamedTuple):
    """`quantity` of goods, or of a demand for them; `day` is an offset from today, `lasts` a day number."""

    day: int
    lasts: int
    batch: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Pool:
    """What counts of the lots: goods, demands for any batch, and what is wanted of a batch that has not so much."""

    goods: tuple[Part, ...]
    demands: tuple[Part, ...]
    lacking: dict[str, int] = field(default_factory=dict)

    def with_demands(self, more: Sequence[Part]) -> "Pool":
        """The pool with demands that come after all others."""
        return _settled(self.goods, (*self.demands, *more), self.lacking) if more else self

    def free(self, day: int, lasts: int, batch: str = "") -> int:
        """What one more demand could be given on a day (offset), lasting until a day; negative as in `netting`."""
        others, inside = list[Part](), 0
        for part in self.goods:
            if part.day <= day and part.lasts >= lasts and batch in ("", part.batch):
                inside += part.quantity
            else:
                others.append(part)
        lacking = self.lacking.get(batch, 0) if batch else 0
        return inside - claimed(self.goods, self.demands) + most(others, self.demands) - lacking

    def rises(self, day: int) -> list[int]:
        """The days from `day` on on which more may be free than before: when goods come."""
        return [day, *sorted({part.day for part in self.goods if part.day > day})]

    def missing(self) -> int:
        """How much of the demands no goods serve."""
        wanted = sum(part.quantity for part in self.demands)
        return wanted - most(self.goods, self.demands) + sum(self.lacking.values())

    def first_missing(self) -> int | None:
        """The first day (offset) on which a demand is not served; None where all are."""
        for place, part in enumerate(sorted(self.demands, key=_by_day)):
            upto = sorted(self.demands, key=_by_day)[: place + 1]
            if most(self.goods, upto) < sum(one.quantity for one in upto):
                return part.day
        return 0 if self.lacking else None


def _by_day(part: Part) -> tuple[int, int]:
    return part.day, part.lasts


def pool(lots: Lots, scope: Scope, today: int, *, besides: Iterable[Category] = ()) -> Pool:
    """What counts in a scope, as of today (a day number).

    Goods that have expired count no more. An overdue demand waits, so what it gets must last so much longer. `besides`
    are categories that count although the scope does not name them.
    """
    counted = scope.categories | frozenset(besides)
    goods, demands = list[Part](), list[Part]()
    for one in lots:
        if one.category not in counted:
            continue
        offset = one.day - today
        is_demand = one.category > LAST_RECEIPT
        if (one.quantity > 0) == is_demand:
            # Taken from what is not there: it must be made good from whatever comes.
            (goods if is_demand else demands).append(Part(max(offset, 0), 0, "", abs(one.quantity)))
        elif is_demand:
            lasts = one.lasts - min(offset, 0) if one.lasts else 0
            demands.append(Part(max(offset, 0), lasts, one.batch, -one.quantity))
        else:
            lasts, day = one.lasts or FOREVER, netting.counted_from(one.category, offset, scope)
            if lasts >= today and day is not None:
                goods.append(Part(day, lasts, one.batch, one.quantity))
    return _settled(goods, demands, {})


def fresh(lots: Lots, scope: Scope, today: int, days: int) -> list[int]:
    """What is free on each day from today on for goods that last until that day, and no longer."""
    found, free = pool(lots, scope, today), list[int]()
    turns = {0, *(part.day for part in found.goods), *(part.lasts - today + 1 for part in found.goods)}
    turns |= {part.day + 1 for part in found.demands}
    for day in range(days + 1):
        free.append(found.free(day, today + day) if day in turns else free[-1])
    return free


def as_posted(lots: Lots, categories: Iterable[Category]) -> Pool:
    """What stands of these categories whatever the day is: nothing is expired or late."""
    scope = Scope(frozenset(categories), overdue_receipt_days=netting.LAST_DAY)
    return pool(lots, scope, 0)


def _settled(goods: Sequence[Part], demands: Sequence[Part], lacking: dict[str, int]) -> Pool:
    """Give demands for a batch the goods of it that come last and are still in time; nobody else serves them."""
    named = [part for part in demands if part.batch]
    if not named:
        return Pool(tuple(goods), tuple(demands), lacking)
    left, missing = list(goods), dict(lacking)
    for wish in sorted(named, key=lambda part: -part.day):
        rest = wish.quantity
        fit = [
            place
            for place, part in enumerate(left)
            if part.batch == wish.batch and part.day <= wish.day and part.lasts >= wish.lasts
        ]
        for place in sorted(fit, key=lambda place: -left[place].day):
            taken = min(rest, left[place].quantity)
            left[place] = left[place]._replace(quantity=left[place].quantity - taken)
            rest -= taken
        if rest:
            missing[wish.batch] = missing.get(wish.batch, 0) + rest
    any_batch = tuple(part for part in demands if not part.batch)
    return Pool(tuple(part for part in left if part.quantity), any_batch, missing)


def most(goods: Sequence[Part], demands: Sequence[Part]) -> int:
    """The most of the demands that the goods can serve; batches are not looked at."""
    return sum(part.quantity for part in demands) - sum(part.quantity for part in _served(goods, demands)[1])


@lru_cache(maxsize=64)
def claimed(goods: tuple[Part, ...], demands: tuple[Part, ...]) -> int:
    """How much of the demands goods are kept for: what they serve in time, and what they can serve late."""
    left, waiting = _served(goods, demands)
    late = most([part._replace(day=0) for part in left], [part._replace(day=0) for part in waiting])
    return most(goods, demands) + late


def _served(goods: Sequence[Part], demands: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """What is left of goods and of demands once the goods serve as much as they can."""
    coming = sorted(goods, key=_by_day)
    here: list[tuple[int, int]] = []
    left = [part.quantity for part in coming]
    arrived, waiting = 0, list[Part]()
    for wish in sorted(demands, key=_by_day):
        while arrived < len(coming) and coming[arrived].day <= wish.day:
            insort(here, (coming[arrived].lasts, arrived))
            arrived += 1
        rest, at = wish.quantity, bisect_left(here, (wish.lasts, -1))
        while rest and at < len(here):
            place = here[at][1]
            taken = min(rest, left[place])
            left[place] -= taken
            rest -= taken
            if left[place]:
                break
            del here[at]
        if rest:
            waiting.append(wish._replace(quantity=rest))
    return [part._replace(quantity=rest) for part, rest in zip(coming, left, strict=True) if rest], waiting
