"""Lines that arrive together: whether all of them take part, the first day on which all are wanted, their dates."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from troth.business.backorders.actions.lines import Lines, Timetables
from troth.business.backorders.rules.selection import Flags
from troth.business.backorders.states import Frozen
from troth.kernel.netting import Array
from troth.kernel.scheduling import Dates

BEYOND = 60
"""So many days past the last day of goods a common day is sought."""

_FROZEN = {reason: place for place, reason in enumerate(Frozen, 1)}


class Groups:
    """The groups of the lines of a run. A common day is an offset from the latest today of their sites."""

    def __init__(self, lines: Lines, dates: Timetables) -> None:
        self._lines, self._dates = lines, dates
        self.of = lines.open.group
        self.grouped = np.flatnonzero(self.of >= 0)
        self._base = int(lines.today.max(initial=0))
        self._tables: dict[tuple[int, int, int], list[int]] = {}

    @cached_property
    def members(self) -> dict[int, list[int]]:
        """The places of the lines of each group."""
        found: dict[int, list[int]] = {}
        for place, group in zip(self.grouped.tolist(), self.of[self.grouped].tolist(), strict=True):
            found.setdefault(group, []).append(place)
        return found

    def table(self, place: int, horizon: int) -> list[int]:
        """For each common day the day of goods (offset from the line's today) with which a line arrives on it."""
        way, today = int(self._lines.said.way[place]), int(self._lines.today_of[place])
        key = way, today, self._last_arrival(place, horizon)
        if key not in self._tables:
            found = list[int]()
            for day in range(horizon + BEYOND + 1):
                dates = self._dates.arriving(way, self._base + day) if day <= key[2] else None
                found.append(dates.material_available - today if dates and dates.start >= today else -1)
            self._tables[key] = found
        return self._tables[key]

    def _last_arrival(self, place: int, horizon: int) -> int:
        """The last common day on which a line may arrive."""
        found, end = self._lines.open, horizon + BEYOND
        if found.lateness[place] < 0:
            return end
        return min(int(found.requested[place] + found.lateness[place]) - self._base, end)

    def wanted(self, horizon: int) -> Array:
        """The day of goods of each line for the day on which all of its group are wanted; -1 where there is none."""
        days = self._lines.day.copy()
        for members in self.members.values():
            asked = max(self._asked(place) for place in members) - self._base
            tables = [self.table(place, horizon) for place in members]
            common = next(
                (day for day in range(max(asked, 0), len(tables[0])) if min(t[day] for t in tables) >= 0), None
            )
            days[members] = -1 if common is None else [table[common] for table in tables]
        return days

    def _asked(self, place: int) -> int:
        """The day on which a line by itself would arrive at the earliest, and not before it is wanted."""
        lines = self._lines
        way, today, requested = int(lines.said.way[place]), int(lines.today_of[place]), int(lines.open.requested[place])
        return self._dates.wanted(way, today, requested).delivery

    def left_out(self, takes_part: Flags, wanted: Array) -> tuple[Array, Array]:
        """The lines that keep what they have because others of their group do, and why (the place in `Frozen`, from 1).

        `takes_part` says of each line whether it could by itself.
        """
        own = self.of[self.grouped]
        alone = np.bincount(own, ~takes_part[self.grouped] | (wanted[self.grouped] < 0)) > 0
        part = self._lines.part[self._lines.open.key[self.grouped]]
        first, last = np.full(len(alone), np.iinfo(np.int64).max), np.full(len(alone), -1)
        np.minimum.at(first, own, part)
        np.maximum.at(last, own, part)
        reasons = np.where(alone, _FROZEN[Frozen.TOGETHER], np.where(first != last, _FROZEN[Frozen.LINKED], 0))
        left = reasons[own] > 0
        return self.grouped[left], reasons[own][left]

    def least(self, column: Array, none: int) -> Array:
        """A column in which all lines of a group have the least of its values; those that are `none` do not count."""
        top = np.iinfo(np.int64).max
        best = np.full(int(self.of.max(initial=-1)) + 1, top)
        own = self.of[self.grouped]
        np.minimum.at(best, own, np.where(column[self.grouped] == none, top, column[self.grouped]))
        found = column.copy()
        found[self.grouped] = np.where(best[own] == top, none, best[own])
        return found

    def arrival(self, place: int, days: Sequence[int], horizon: int) -> Dates | None:
        """The dates of a line whose group has its goods on these days (by member); None where no common day fits."""
        members = self.members[int(self.of[place])]
        tables = [self.table(member, horizon) for member in members]
        fits = [
            day
            for day in range(len(tables[0]))
            if all(table[day] == own for table, own in zip(tables, days, strict=True))
        ]
        if not fits:
            return None
        asked = max(self._asked(member) for member in members) - self._base
        day = next((day for day in fits if day >= asked), fits[-1])
        return self._dates.arriving(int(self._lines.said.way[place]), self._base + day)
