"""A free curve by its steps.

A curve over a year changes on a few days only. `netting` reckons with one number a day, which is for showing and for
many curves at once; a decision on one key asks for a few days, and finds them among the steps.

    net          day 0: 20    day 5: -8    day 9: 10
    balance      20 from day 0, 12 from day 5, 22 from day 9
    free         12 from day 0, 22 from day 9
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate

from troth.kernel.quantity import checked

Net = Mapping[int, int]
"""Offset from today -> change of the balance, today's among them, as `netting.changes` returns it."""


class Steps:
    """The balance and the free curve of `net` over `horizon` days from today on; `ceiling` cuts what is free.

    It is asked like the array of `netting.free_curve`: its length, the quantity free on a day, the first day that
    offers a quantity.
    """

    __slots__ = ("_balances", "_days", "_free", "_horizon", "_lowest")

    def __init__(self, net: Net, horizon: int, *, ceiling: int | None = None) -> None:
        self._horizon = horizon
        self._days = sorted(net)
        self._balances = list(accumulate([net[day] for day in self._days]))
        self._lowest = list(accumulate(reversed(self._balances), min))[::-1]
        self._free = self._lowest if ceiling is None else [min(lowest, ceiling) for lowest in self._lowest]

    def __len__(self) -> int:
        return self._horizon + 1

    @property
    def days(self) -> list[int]:
        """The days on which the balance changes, today first; the free curve rises on no other."""
        return self._days

    def __getitem__(self, day: int) -> int:
        return self._free[self._at(day if day >= 0 else day + len(self))]

    def searchsorted(self, quantity: int) -> int:
        """The first day on which `quantity` is free; the length where no day offers it."""
        at = bisect_left(self._free, quantity)
        return self._days[at] if at < len(self._days) else len(self)

    def binding(self, day: int) -> tuple[int, int]:
        """The first day from `day` on with the lowest balance, and that balance: what limits a promise on `day`."""
        day = min(day, self._horizon)
        at = self._at(day)
        lowest = self._lowest[at]
        found = self._balances.index(lowest, at)
        return (day if found == at else self._days[found]), lowest

    def seen_from(self, day: int, most: int) -> list[tuple[int, int]]:
        """(day, free) at `day` and at the steps after it, at most so many."""
        at = self._at(min(day, self._horizon))
        free = self._free[at]
        seen = [(day, free)]
        for place in range(at + 1, len(self._days)):
            if self._free[place] != free:
                if len(seen) == most:
                    break
                free = self._free[place]
                seen.append((self._days[place], free))
        return seen

    def _at(self, day: int) -> int:
        return bisect_right(self._days, day) - 1


def take(net: Net, lines: Iterable[tuple[int, int]], horizon: int) -> dict[int, int]:
    """Return `net` with the lines (day, quantity) issued, so that the next requirement sees what is left."""
    reduced = dict(net)
    # Bounds the lowest balance that can result, so that it can be kept.
    lowest = min((*net.values(), *accumulate(net[day] for day in sorted(net))))
    for day, quantity in lines:
        lowest = checked(lowest - quantity)
        day = min(max(day, 0), horizon)
        reduced[day] = reduced.get(day, 0) - quantity
    return reduced
