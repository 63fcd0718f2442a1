"""What was agreed for lines that bounds what they may be given: the least that arrives at once, the latest day, whole
packages. A run keeps to it as order entry does."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from troth.business.backorders.actions.lines import Lines, Timetables
from troth.business.masterdata import queries as masterdata
from troth.kernel import scheduling
from troth.kernel.backorder import TOO_LATE
from troth.kernel.netting import Array
from troth.kernel.packages import Packages

NONE = -1


class Agreed:
    """The columns of a run that say it; each None where no line has anything of it."""

    def __init__(self, lines: Lines, dates: Timetables) -> None:
        self._lines, self._dates = lines, dates
        self.packings: list[Packages] = []

    @cached_property
    def packing(self) -> Array | None:
        """Of each line the place of its packages in `packings`. A statement where anybody keeps package sizes."""
        lines = self._lines
        if not len(lines) or "package_sizes" not in masterdata.snapshot().offering:
            return None
        kept = masterdata.packages_of({key.product_id for key in lines.keys})
        if not kept:
            return None
        placed, places = np.full(len(lines), NONE, np.int64), dict[Packages, int]()
        products = [key.product_id for key in lines.keys]
        of_lines = zip(lines.open.key.tolist(), lines.said.customer.tolist(), strict=True)
        for line, (key, customer) in enumerate(of_lines):
            if own := kept.get(products[key]):
                found = own.get(customer, own.get(None))
                placed[line] = NONE if found is None else places.setdefault(found, len(places))
        self.packings = list(places)
        return placed

    @cached_property
    def least(self) -> Array | None:
        """The least shipment of each line, in whole packages."""
        found = self._lines.open.least
        if not found.any():
            return None
        least, packing = found.copy(), self.packing
        for place in np.flatnonzero(found).tolist() if packing is not None else ():
            if packing is not None and packing[place] >= 0:
                least[place] = self.packings[packing[place]].up(int(found[place]))
        return least

    @cached_property
    def latest(self) -> Array | None:
        """The last day (offset) whose goods arrive by the latest day of each line; `TOO_LATE` where none do."""
        found = self._lines.open
        own = np.flatnonzero(found.lateness >= 0)
        if not len(own):
            return None
        latest = np.full(len(found), NONE, np.int64)
        latest[own] = [self._last(place) for place in own.tolist()]
        return latest

    def _last(self, place: int) -> int:
        lines = self._lines
        way, today, requested = int(lines.said.way[place]), int(lines.today_of[place]), int(lines.open.requested[place])
        wanted, latest = self._dates.wanted(way, today, requested), self._day(place)
        if wanted.delivery > latest:
            return TOO_LATE
        one = self._dates.ways[way]
        last = scheduling.backward(latest, one.durations, one.calendars)
        return max(last.material_available, wanted.material_available) - today

    def _day(self, place: int) -> int:
        found = self._lines.open
        return int(found.requested[place] + found.lateness[place])

    def told(self, place: int, *, is_short_or_late: bool) -> Mapping[str, Any]:
        """For the record of a promise: in which packages, and what may keep a line from having more, or earlier."""
        found, said = self._lines.open, dict[str, Any]()
        if self.packing is not None and self.packing[place] >= 0:
            said["packages"] = list(self.packings[self.packing[place]].sizes)
        if is_short_or_late and found.lateness[place] >= 0:
            said["latest"] = self._day(place)
        if is_short_or_late and found.least[place]:
            said["least"] = int(min(found.least[place], found.wanted[place]))
        return said
