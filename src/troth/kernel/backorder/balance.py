"""The balance of one key while a run takes from it and gives back to it."""

from bisect import bisect_right
from itertools import accumulate

from troth.kernel.steps import Steps


class Balance(Steps):
    """`Steps` that change in place. What is taken on a day is missing on every later one; before that day no more can
    be free than is left on it. So taking needs no look at the balance; giving back does."""

    __slots__ = ()

    def take(self, day: int, quantity: int) -> None:
        """Issue `quantity` (above zero) on `day`, whether or not it is free there."""
        at = self._settled(day)
        balances, free = self._balances, self._free
        balances[at:] = [balance - quantity for balance in balances[at:]]
        left = free[at] - quantity
        free[at:] = [level - quantity for level in free[at:]]
        above = bisect_right(free, left, 0, at)
        if above < at:
            free[above:at] = [left] * (at - above)

    def give_back(self, day: int, quantity: int) -> None:
        """Take back what was issued on `day`."""
        at = self._settled(day)
        balances, free = self._balances, self._free
        balances[at:] = [balance + quantity for balance in balances[at:]]
        free[at:] = [level + quantity for level in free[at:]]
        if at:
            free[:at] = list(accumulate(balances[at - 1 :: -1], min, initial=free[at]))[:0:-1]

    def _settled(self, day: int) -> int:
        """The place of a day among the steps; it becomes one if it is none."""
        days = self._days
        day = min(max(day, 0), self._horizon)
        at = bisect_right(days, day) - 1
        if days[at] != day:
            at += 1
            days.insert(at, day)
            self._balances.insert(at, self._balances[at - 1])
            self._free.insert(at, self._free[at - 1])
        return at
