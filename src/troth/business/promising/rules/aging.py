"""The decision on goods that expire.

How long goods must last depends on the day they are delivered, and a later day may be too late for a batch. So a wish
is decided for goods that last until its requested delivery, and its agreed remaining life from then on. What is
promised for a later day is decided anew, for goods that last until that day; what is delivered by then stays.

    batch A 6 until 20 March, purchase of 10 on 12 March until 30 April
    wish    10 for 10 March, to last 7 days       6 on 10 March from A, 4 on 12 March from the purchase
    wish    10 for 14 March, to last 7 days       10 on 14 March from the purchase: A does not last that long

Each part lasts as agreed from the day of its own delivery. The wishes of a document use up one `LotShelf` together.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from troth.business.promising.rules.quotas import Use
from troth.business.promising.rules.shelf import Asked, Guard, Shelf
from troth.business.promising.rules.wish import LinePromise, Schedule, Wish
from troth.business.promising.states import Mode
from troth.kernel import forecast, lots, netting
from troth.kernel.calendars import day_of
from troth.kernel.lots import LotPosting, Lots, Part, Pool
from troth.kernel.netting import Category, Scope
from troth.kernel.proposals import Line
from troth.kernel.scopes import CheckingScope
from troth.kernel.steps import Steps

if TYPE_CHECKING:
    from troth.business.promising.rules.decide import Task, Timetable

Deciding = Callable[["Task", "Timetable", str], LinePromise]
"""How a task is decided by itself in a mode."""

SPOILT_MAX = 3
"""So many batches that do not last are kept in a record."""


class LotShelf(Shelf):
    """What the lots of one key offer in one scope, as one run of decisions uses them up."""

    __slots__ = ("_gone_lots", "_kept_lots", "_lots", "_near", "_pools")

    ages = True

    def __init__(self, asked: Asked, found: Lots, scope: CheckingScope, guard: Guard | None = None) -> None:
        self._kept_lots = self._lots = scope.netted_lots(found, asked.today)
        self._gone_lots = list[Part]()
        self._pools: dict[str, Pool] = {}
        super().__init__(asked, scope, guard)

    def alone(self, task: "Task", table: "Timetable", mode: str, one: Deciding) -> LinePromise:
        """What is promised on a task by itself: anew for each later day on which a part of it would be delivered."""
        wish, rest = task.wish, task.quantity
        last = table.wanted(task, day_of(wish.requested_on)).delivery
        kept: list[Schedule] = []
        uses: list[Use] = []
        while True:
            before = self.keep(), task.ration.quotas.keep() if task.ration is not None else []
            fewer = max(wish.deliveries_max - len(kept), 1)
            asked = task._replace(wish=wish._replace(deliveries_max=fewer), quantity=rest)
            found = one(asked._replace(shelf=self.lasting_for(wish, last)), table, mode)
            late = [schedule for schedule in found.schedules if schedule.dates.delivery > last]
            if not late:
                told = self._told(found.record, wish, last)
                return LinePromise(wish, (*kept, *found.schedules), told, uses=(*uses, *found.uses))
            self.restore(before[0])
            if task.ration is not None:
                task.ration.quotas.restore(before[1])
            in_time = sum(schedule.quantity for schedule in found.schedules if schedule.dates.delivery <= last)
            if in_time and mode == Mode.PARTIAL and not wish.is_fixed:
                part = one(asked._replace(quantity=in_time, shelf=self.lasting_for(wish, last)), table, mode)
                assert all(schedule.dates.delivery <= last for schedule in part.schedules)
                kept += part.schedules
                uses += part.uses
                rest -= part.confirmed
            last = min(schedule.dates.delivery for schedule in late)

    def lasting_for(self, wish: Wish, delivery: int) -> "Lasting":
        return Lasting(self, delivery + (wish.life_days or 0), wish.batch)

    def use(self, parts: Sequence[Part], guard: Guard | None) -> None:
        """Use up what was promised; `guard` is what is protected then."""
        self._gone_lots += parts
        self._guard = guard
        self._used_up(sum(part.quantity for part in parts))

    def _show(self, own: Sequence[tuple[int, int]]) -> None:
        self._own, self._series = own, netting.merge(self._kept, forecast.postings(own))
        self._lots = lots.merge(self._kept_lots, _used(own))
        self._pools.clear()

    def _used_up(self, quantity: int) -> None:
        if self._own:
            self._kept_lots = lots.merge(self._kept_lots, _used(forecast.first_of(self._own, quantity)))
            super()._used_up(quantity)

    def keep(self) -> Any:
        return list(self._gone_lots), self._guard, self._kept, self._kept_lots

    def restore(self, kept: Any) -> None:
        gone, self._guard, self._kept, self._kept_lots = kept
        self._gone_lots = list(gone)
        if self._own or self.has_forecast:
            self._show(())

    def pool(self, name: str, scope: Scope, found: Lots | None = None) -> Pool:
        """What counts in a scope, less what was used up; `name` tells the pools of a shelf apart."""
        if name not in self._pools:
            self._pools[name] = lots.pool(self._lots if found is None else found, scope, self.today)
        return self._pools[name].with_demands(self._gone_lots)

    def on_stock_alone(self, lasts: int, batch: str) -> int:
        """What goods that lie here would cover for good."""
        lying = frozenset(Category(number) for number, counts in enumerate(self.scope.lasting) if counts)
        return self.pool("stock", Scope(lying)).free(0, lasts, batch)

    def lying(self, lasts: int, batch: str) -> int | None:
        """The ceiling of goods at hand: goods that lie here less what they serve first; None without such a ceiling."""
        first = self.scope.at_hand
        if not first:
            return None
        due = tuple(one for one in self._lots if one.category == Category.DELIVERY or one.day <= self.today)
        return self.pool("at hand", Scope(first | {Category.STOCK}), due).free(0, lasts, batch)

    def curve(self, scope: Scope, name: str, lasts: int, batch: str) -> dict[int, int]:
        """The free curve as `netting.changes` gives a balance: offset -> how much more is free from then on."""
        pool, ready = self.pool(name, scope), self._ready
        horizon, before, net = scope.horizon_days, 0, dict[int, int]()
        days = [day for day in pool.rises(0) if day <= horizon]
        if ready is None or not any(one.category == Category.UNSECURED_ORDER for one in self._lots):
            free = {day: pool.free(day, lasts, batch) for day in days}
        else:
            # Orders ahead of supply that can still be procured take nothing before that day (see `decide`).
            near = tuple(
                one for one in self._lots if one.category != Category.UNSECURED_ORDER or one.day < self.today + ready
            )
            nearer = self.pool(f"{name} near", scope, near)
            least = nearer.free(max(ready - 1, 0), lasts, batch)
            free = {
                day: nearer.free(day, lasts, batch) if day < ready else max(pool.free(day, lasts, batch), least)
                for day in sorted({*days, min(ready, horizon)})
            }
        for day, quantity in free.items():
            net[day], before = quantity - before, quantity
        return net

    def spoilt(self, lasts: int, batch: str) -> list[list[Any]]:
        """Batches that lie here and do not last until a day: [batch, its last day, quantity], the longest first."""
        found = [
            [one.batch, one.lasts, one.quantity]
            for one in self._lots
            if one.category == Category.STOCK
            and 0 < one.lasts < lasts
            and batch in ("", one.batch)
            and one.quantity > 0
        ]
        return sorted(found, key=itemgetter(1), reverse=True)[:SPOILT_MAX]

    def _told(self, record: Any, wish: Wish, delivery: int) -> dict[str, Any]:
        return {**record, **self.told(delivery + (wish.life_days or 0), wish.batch)}

    def told(self, lasts: int, batch: str) -> dict[str, Any]:
        """What a record says of goods that must last until a day, or are of a batch."""
        told: dict[str, Any] = {"lasts": lasts}
        if batch:
            told["batch"] = batch
        if spoilt := self.spoilt(lasts, batch):
            told["spoilt"] = spoilt
        return told


def _used(own: Sequence[tuple[int, int]]) -> list[LotPosting]:
    return [LotPosting(category, day, 0, "", quantity) for category, day, quantity in forecast.postings(own)]


class Lasting(Shelf):
    """What of a shelf lasts until a day, or is of a batch: asked, and used up, as a shelf of goods that keep."""

    __slots__ = ("_batch", "_lasts", "_whole")

    def __init__(self, whole: LotShelf, lasts: int, batch: str) -> None:
        self._whole, self._lasts, self._batch = whole, lasts, batch
        self.scope, self.today, self.version = whole.scope, whole.today, whole.version
        self._series, self._kept, self._ready = whole._series, whole._kept, whole._ready
        self._own = ()
        self._guard, self._group = whole._guard, whole._group
        self._look()

    def expect(self, offset: int, quantity: int) -> None:
        self._whole.expect(offset, quantity)
        self._look()

    def _look(self) -> None:
        self._free, self._series = None, self._whole._series
        self.on_stock = self._whole.on_stock_alone(self._lasts, self._batch)
        self.at_hand = self._whole.lying(self._lasts, self._batch)

    @property
    def free(self) -> Steps:
        if self._free is None:
            scope = self.scope.counted
            net = self._whole.curve(scope, "counted", self._lasts, self._batch)
            self._free = Steps(self._seen(net), scope.horizon_days, ceiling=self.at_hand)
        return self._free

    def _within(self, name: str, scope: Scope, offset: int) -> int:
        net = self._whole.curve(scope, name, self._lasts, self._batch)
        return Steps(self._seen(net), scope.horizon_days, ceiling=self.at_hand)[min(offset, scope.horizon_days)]

    def take(self, lines: Sequence[Line]) -> tuple[Use, ...]:
        uses = self._consume(lines) if self._guard is not None else ()
        self._whole.use([Part(line.day, self._lasts, self._batch, line.quantity) for line in lines], self._guard)
        self._look()
        return uses
