"""The balance of a key of which something is kept for groups, as each group sees it (`kernel.protection`).

    supply 10, of which 6 are kept for EU       EU sees 10, all others 4
    EU takes 5                                  EU sees 5, all others 4
    another had 7 before the 6 were kept        it may have 7 again, and no more; all others see what is left of 4

What an item had, it may have again as far as goods are there: nobody loses a promise because something was kept for
others after it. Beyond that it sees what it has to leave to them.

All that a group is promised uses up what is kept for it, on any basis. So who goes to another day, or gives up what it
has, may leave others more or less than a balance alone would tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from troth.kernel import protection
from troth.kernel.backorder.balance import Balance
from troth.kernel.backorder.items import Rows
from troth.kernel.protection import Group, Protection, Taken
from troth.kernel.steps import Steps


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for whom in a run: by key, in days from today, consumed by all but the items that the run moves; and
    the groups that its items point at."""

    protections: Mapping[int, Sequence[Protection]]
    groups: Sequence[Group]


NOTHING_KEPT = Kept({}, ())


class Guarded(Balance):
    """A balance that shows each group what it may take.

    `is_given_up_apart`: what is given up of a protection is not kept again for its group, as long as this balance
    lives: it is there for those who had it before.
    """

    __slots__ = ("_least", "_protections", "_views")

    def __init__(
        self, net: dict[int, int], horizon: int, protections: Sequence[Protection], *, is_given_up_apart: bool = False
    ) -> None:
        super().__init__(net, horizon)
        self._protections = tuple(protections)
        self._least = [one.consumed if is_given_up_apart else 0 for one in protections]
        self._views: dict[tuple[int, ...], Balance] = {}

    def take(self, day: int, quantity: int) -> None:
        super().take(day, quantity)
        for view in self._views.values():
            view.take(day, quantity)

    def give_back(self, day: int, quantity: int) -> None:
        super().give_back(day, quantity)
        for view in self._views.values():
            view.give_back(day, quantity)

    def has_own(self, group: Group) -> bool:
        """Whether something may be kept for the group."""
        return any(one.group in (group, Group(group.core)) for one in self._protections)

    def seen_by(self, group: Group, had: Rows) -> Steps:
        """What an item of the group may take that has nothing now and had these rows."""
        view = self._view(group)
        supplied = [(day, quantity) for day, quantity, procured in had if not procured]
        return self._at_least(view, supplied) if supplied else view

    def covers(self, group: Group, had: Rows, rows: Rows) -> bool:
        """Whether such an item may take these rows, whose days do not fall."""
        curve, last, got = self.seen_by(group, had), len(self) - 1, 0
        for day, quantity, procured in rows:
            got += 0 if procured else quantity
            if not procured and curve[min(max(day, 0), last)] < got:
                return False
        return True

    def consume(self, group: Group, day: int, quantity: int) -> tuple[Taken, ...]:
        """Use up what is kept for the group on a day; return what to give back for it."""
        taken = protection.consume(self._protections, group, day=day, quantity=quantity)
        self.use(taken)
        return taken

    def use(self, taken: Iterable[Taken], sign: int = 1) -> None:
        """Use up exactly this, or (-1) give it back."""
        for place, quantity in taken:
            one = self._protections[place]
            before = self._left(place)
            changed = one._replace(consumed=one.consumed + sign * quantity)
            self._protections = (*self._protections[:place], changed, *self._protections[place + 1 :])
            self._keep_less(place, before - self._left(place))

    def _left(self, place: int) -> int:
        one = self._protections[place]
        return max(one.quantity - max(one.consumed, self._least[place]), 0)

    def _keep_less(self, place: int, quantity: int) -> None:
        one = self._protections[place]
        if not quantity or one.last_day < 0:
            return
        for respected, view in self._views.items():
            if place in respected:
                if quantity > 0:
                    view.give_back(one.first_day, quantity)
                else:
                    view.take(one.first_day, -quantity)

    def _view(self, group: Group) -> Balance:
        """The balance less what the group has to leave to others."""
        places = range(len(self._protections))
        respected = tuple(place for place in places if protection.respected(self._protections[place], group))
        if respected not in self._views:
            left = [one._replace(quantity=self._left(at), consumed=0) for at, one in enumerate(self._protections)]
            net = {day: now - before for (_, before), (day, now) in pairwise([(0, 0), *self._levels()])}
            self._views[respected] = Balance(protection.protected(net, left, group, self._horizon), self._horizon)
        return self._views[respected]

    def _levels(self) -> list[tuple[int, int]]:
        return list(zip(self._days, self._balances, strict=True))

    def _at_least(self, view: Balance, had: Iterable[tuple[int, int]]) -> Steps:
        """The curve of a view, where it is below what was had, as far as goods are there, raised to that."""
        held: dict[int, int] = {}
        for day, quantity in had:
            day = min(max(day, 0), self._horizon)
            held[day] = held.get(day, 0) + quantity
        rises, confirmed, level, is_raised = {0: 0}, 0, 0, False
        for day in sorted({0, *held, *self.days, *view.days}):
            confirmed += held.get(day, 0)
            again = min(confirmed, self[day])
            is_raised = is_raised or again > view[day]
            now = max(view[day], again)
            rises[day], level = now - level, now
        return Steps(rises, self._horizon) if is_raised else view
