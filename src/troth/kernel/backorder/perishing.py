"""Goods of a key that expire, while a run takes from them and gives back to them.

What is free of them on a day depends on how long an item's goods must last then, so each item has a curve of its own:
`lots.Pool.free` for a demand of that day which lasts that long. It may fall from one day to the next, for a later
delivery needs fresher goods; so it is asked as one that dwindles (`proposals.Dwindling`), from a day on, each line
after the ones before it.
"""

from collections.abc import Mapping, Sequence

from troth.kernel.lots import Part, Pool
from troth.kernel.proposals import Line


class Larder:
    """The goods of a key by how long they last, and all demand for them."""

    __slots__ = ("_demands", "_fixed", "_pool", "goods")

    def __init__(self, pool: Pool) -> None:
        self.goods, self._fixed = pool.goods, pool.demands
        self._demands: dict[tuple[int, int], int] = {}
        self._pool: Pool | None = None

    def free(self, day: int, lasts: int, more: Sequence[Part] = ()) -> int:
        """What one more demand could be given on a day, lasting until a day, after `more`."""
        if self._pool is None:
            taken = (Part(*place, "", quantity) for place, quantity in sorted(self._demands.items()))
            self._pool = Pool(self.goods, (*self._fixed, *taken))
        return self._pool.with_demands(more).free(day, lasts)

    def take(self, day: int, lasts: int, quantity: int) -> None:
        """Add a demand, whether or not there are goods for it; less than zero takes one back."""
        left = self._demands.get((day, lasts), 0) + quantity
        self._demands[day, lasts] = left
        if not left:
            del self._demands[day, lasts]
        self._pool = None


class Perishing:
    """What an item may have of a larder: on each day goods that last until `lasts` of that day.

    A row that it had must last as `rows` says of its day, and so must what it is given on that day. `usable` are the
    days on which it can use goods, as the timetables of a run; `ceiling` bounds what is offered by each day.
    """

    __slots__ = ("_day", "_got", "_larder", "_lasts", "_rows", "_taken", "ceiling", "horizon", "usable")

    def __init__(
        self, larder: Larder, lasts: Sequence[int], rows: Mapping[int, int], usable: Sequence[int], *, horizon: int
    ) -> None:
        self._larder, self._lasts, self._rows, self.usable, self.horizon = larder, lasts, rows, usable, horizon
        self._day = self._got = 0
        self._taken: tuple[Part, ...] = ()
        self.ceiling: Mapping[int, int] | None = None

    def since(self, day: int) -> "Perishing":
        """The same from the first day from a day on on which goods can be used."""
        return self._next(self.first(max(day, 0)))

    def under(self, rows: Sequence[tuple[int, int, bool]]) -> "Perishing":
        """The same below what rows confirm by each day."""
        found, held, total = self._next(self._day), dict[int, int](), 0
        for day, quantity, _ in rows:
            total += quantity
            held[self._within(day)] = total
        found.ceiling = held
        return found

    @property
    def day(self) -> int:
        """The day from which on it is asked."""
        return self._day

    def first(self, day: int) -> int:
        return self.usable[day] if 0 <= day < len(self.usable) else day

    def on(self, day: int) -> int:
        """What is free for a row of a day, which may have passed."""
        return self._larder.free(self._within(day), self._until(day), self._taken)

    def take(self, day: int, quantity: int) -> None:
        """As `Balance.take`."""
        self._larder.take(self._within(day), self._until(day), quantity)

    def give_back(self, day: int, quantity: int) -> None:
        """As `Balance.give_back`."""
        self._larder.take(self._within(day), self._until(day), -quantity)

    def __len__(self) -> int:
        return self.horizon + 1

    def __getitem__(self, day: int) -> int:
        day = day if day >= 0 else day + len(self)
        offered = self._got + self.on(day)
        if self.ceiling is None:
            return offered
        return min(offered, max((total for due, total in self.ceiling.items() if due <= day), default=0))

    def searchsorted(self, quantity: int) -> int:
        """The first day from its day on that offers `quantity` in all; the length where none does."""
        return next((day for day in self._looked_at() if self[day] >= quantity), len(self))

    def most(self, day: int, last: int) -> int:
        """The most that a day from `day` to `last` offers."""
        return max((self[at] for at in self._looked_at() if day <= at <= last), default=0)

    def after(self, line: Line) -> "Perishing":
        """The same curve once `line` is taken."""
        found = self._next(line.day)
        found._taken = (*self._taken, Part(line.day, self._until(line.day), "", line.quantity))
        found._got = self._got + line.quantity
        return found

    def _next(self, day: int) -> "Perishing":
        found = Perishing(self._larder, self._lasts, self._rows, self.usable, horizon=self.horizon)
        found._day, found._got, found._taken, found.ceiling = day, self._got, self._taken, self.ceiling
        return found

    def _looked_at(self) -> list[int]:
        """The days on which more may be offered than the day before: when goods come, and the days of rows it had.

        A row may have to last longer than what is given on the day after it, where goods arrive sooner by now.
        """
        turns = {self._day, *(part.day for part in self._larder.goods), *self._rows, *(self.ceiling or ())}
        turns |= {day + 1 for day in self._rows}
        days = {self.first(max(day, 0)) for day in turns if day >= self._day}
        return sorted(day for day in days if day <= self.horizon)

    def _within(self, day: int) -> int:
        return min(max(day, 0), self.horizon)

    def _until(self, day: int) -> int:
        return self._rows[day] if day in self._rows else self._lasts[min(max(day, 0), len(self._lasts) - 1)]
