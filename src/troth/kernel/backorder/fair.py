"""Fair shares: what does not reach everybody goes to each in proportion to what it asks for.

With A the free curve and Q(t) all that is asked for by those who are due by day t, the *portion* of day t is the
largest part of its quantity that everybody due by t, and everybody due later, can have on every day from t on:

    p(t) = min over s >= t of min(1, A(s) / Q(s))

So p never falls; an item of quantity q has q * p(t) by each day t from its own on, rounded down, and all of them
together never have more than A. What rounding leaves is dealt by rank.

    free 4 from day 0, 8 from day 9      asked for: 10 on day 0, 10 on day 5
    p    20 % from day 0 (4 of 20 on day 5), 40 % from day 9
    has  2 on day 0 and 2 on day 9       2 on day 5 and 2 on day 9
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from troth.kernel.steps import Steps


class Portion(NamedTuple):
    """From `day` on everybody due has `supply` / `demand` of what it asks for: `supply` is what is there on the day
    `bound_by` for the `demand` of so many (`among`) who are due by then."""

    day: int
    supply: int
    demand: int
    among: int
    bound_by: int

    @property
    def is_whole(self) -> bool:
        return self.supply == self.demand

    def of(self, quantity: int) -> int:
        """The exact part of a quantity, rounded down."""
        return quantity * self.supply // self.demand


def portions(curve: Steps, asked: Sequence[tuple[int, int]]) -> list[Portion]:
    """The portions of (day, quantity) by the days from which on they hold; `curve` never falls."""
    last = len(curve) - 1
    due: dict[int, tuple[int, int]] = {}
    for day, quantity in asked:
        before = due.get(min(day, last), (0, 0))
        due[min(day, last)] = before[0] + quantity, before[1] + 1
    days = sorted({*due, *(day for day in curve.days if day > min(due))})
    levels, demand, among = [], 0, 0
    for day in days:
        quantity, count = due.get(day, (0, 0))
        demand, among = demand + quantity, among + count
        levels.append(Portion(day, min(max(curve[day], 0), demand), demand, among, day))
    found = [levels.pop()]
    for level in reversed(levels):
        later = found[-1]
        if level.supply * later.demand >= later.supply * level.demand:
            found[-1] = later._replace(day=level.day)
        else:
            found.append(level)
    return found[::-1]


def portion_on(found: Sequence[Portion], day: int) -> Portion:
    """The portion of an item that is due on a day."""
    return found[max(bisect_right(found, day, key=_day) - 1, 0)]


def _day(one: Portion) -> int:
    return one.day


def under(curve: Steps, found: Sequence[Portion], day: int, quantity: int, more: int = 0) -> Steps:
    """What of a free curve lies within an item's share, of which it may have so much `more` than its exact part."""
    last = len(curve) - 1
    day = min(day, last)
    shares = {max(one.day, day): min(one.of(quantity) + more, quantity) for one in found}
    rises, share, before = {0: 0}, 0, 0
    for at in sorted({0, *shares, *curve.days}):
        share = shares.get(at, share)
        level = max(min(share, curve[at]), 0)
        rises[at], before = level - before, level
    return Steps(rises, last)
