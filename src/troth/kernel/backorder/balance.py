"""The balance of one key while a run takes from it and gives back to it, and what lies aside of it for some items."""

from bisect import bisect_right
from itertools import accumulate

from troth.kernel.backorder.perishing import Perishing
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


class Aside(Steps):
    """What items may have that are served from one place alone: goods that are here today, never more than `room`.

    They leave the balance of the whole as from today, whatever the day on which they are wanted. So the curve has one
    step; why nothing less will do is said in decision 0014.
    """

    __slots__ = ("_room", "_whole")

    def __init__(self, whole: Balance, room: int) -> None:
        self._whole, self._room = whole, room

    def __len__(self) -> int:
        return len(self._whole)

    @property
    def days(self) -> list[int]:
        return [0]

    def __getitem__(self, day: int) -> int:
        return min(self._whole[0], self._room)

    def searchsorted(self, quantity: int) -> int:
        return 0 if quantity <= self[0] else len(self)

    def take(self, day: int, quantity: int) -> None:
        """As `Balance.take`."""
        self._whole.take(0, quantity)
        self._room -= quantity

    def give_back(self, day: int, quantity: int) -> None:
        """As `Balance.give_back`."""
        self._whole.give_back(0, quantity)
        self._room += quantity


Goods = Balance | Aside | Perishing
"""What may serve an item."""


def free_on(goods: Steps | Perishing, day: int) -> int:
    """What is free for a row of a day, which may have passed or lie beyond the horizon."""
    return goods.on(day) if isinstance(goods, Perishing) else goods[min(max(day, 0), len(goods) - 1)]
