"""Quota (product allocation): the most that a group may be confirmed in a period.

A *procedure* is one row of targets: cells of consecutive periods, each with what is planned and consumed. A line
confirmed on a day takes from the cell of that day's period first, then from what earlier periods left over (look back),
then from later ones (look ahead); `FORWARD_BACKWARD` asks later ones first. Only the named number of periods is asked.

    cells (free)      Jan 10, Feb 0, Mar 30         look back 1, look ahead 0
    line on           Jan       Feb       Mar
    room              10        0 + 10    30 + 0

A day in no period has no cell of its own, and beyond the cells there is no quota.

A wish must find room in every *sequence* that matched it, and in a sequence what the first procedure does not cover is
asked of the next. Procedures are told apart by their place in the `Rations` that a run of decisions uses up; what a
line books there (`Booking`) is what is given back when the line goes, cell by cell.

Two views of the same cells:

    Rationed      a free curve under quotas, for the rules of `proposals`: exact for each line. Room may fall from one
                  period to the next, where an old cell can no longer be looked back to
    quota_curve   Qc(t): the most that can be confirmed by t when each part is taken as early as it can be. It never
                  falls, no bookable lines exceed it on any day, and lines that reach it everywhere exist
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.netting import Array
from troth.kernel.proposals import ANY_TERMS, Curve, Line, Terms, on_days
from troth.kernel.quantity import MAX
from troth.kernel.steps import Steps


class QuotaPeriodsOverlap(BusinessError):
    code = "quota_periods_overlap"


class QuotaPeriodBackwards(BusinessError):
    code = "quota_period_backwards"


class QuotaTargetBelowConsumed(BusinessError):
    code = "quota_target_below_consumed"


class Order(StrEnum):
    """Where a line looks after the cell of its own period."""

    BACKWARD_FORWARD = "backward_forward"
    FORWARD_BACKWARD = "forward_backward"


class Cell(NamedTuple):
    """One period of a procedure, from `first_day` to `last_day` (both in it; the same kind of day as the curve's)."""

    first_day: int
    last_day: int
    planned: int
    consumed: int = 0

    @property
    def free(self) -> int:
        """What is left; a target that was lowered below what is consumed leaves nothing."""
        return max(self.planned - self.consumed, 0)


@dataclass(frozen=True, slots=True)
class Procedure:
    """Cells in the order of their periods, which do not overlap (`procedure_of` sorts and refuses), and the windows:
    how many periods a line may look back and ahead."""

    cells: tuple[Cell, ...]
    look_back: int = 0
    look_ahead: int = 0
    order: Order = Order.BACKWARD_FORWARD
    _first_days: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        assert self.look_back >= 0
        assert self.look_ahead >= 0
        object.__setattr__(self, "_first_days", tuple(cell.first_day for cell in self.cells))

    def asked(self, day: int) -> list[int]:
        """The places of the cells that a line on `day` takes from, in that order."""
        own, before, after = self._place(day)
        back = range(before, max(before - self.look_back, -1), -1)
        ahead = range(after, min(after + self.look_ahead, len(self.cells)))
        rest = (back, ahead) if self.order is Order.BACKWARD_FORWARD else (ahead, back)
        return [*own, *rest[0], *rest[1]]

    def span(self, day: int) -> tuple[int, int]:
        """The first place and the one after the last of the cells that a line on `day` takes from."""
        _, before, after = self._place(day)
        return max(before - self.look_back + 1, 0), min(after + self.look_ahead, len(self.cells))

    def changes(self) -> Iterable[int]:
        """The days from which other cells are asked than the day before."""
        for cell in self.cells:
            yield cell.first_day
            yield cell.last_day + 1

    def _place(self, day: int) -> tuple[list[int], int, int]:
        """The cell of the day if there is one, the place before, and the place after."""
        at = bisect_right(self._first_days, day) - 1
        if at >= 0 and day <= self.cells[at].last_day:
            return [at], at - 1, at + 1
        return [], at, at + 1


def procedure_of(
    cells: Iterable[Cell], *, look_back: int = 0, look_ahead: int = 0, order: Order = Order.BACKWARD_FORWARD
) -> Procedure:
    """Return the procedure of cells in any order; refuse periods that overlap or end before they begin.

    Facts of a refusal are the days as they were given.
    """
    ordered = sorted(cells)
    for cell in ordered:
        if cell.last_day < cell.first_day:
            raise QuotaPeriodBackwards(
                Sentence("A period of the quota ends before it begins. Give an end on or after the beginning."),
                field="last_day",
                first_day=cell.first_day,
                last_day=cell.last_day,
            )
    for one, following in pairwise(ordered):
        if following.first_day <= one.last_day:
            raise QuotaPeriodsOverlap(
                Sentence("Two periods of the quota overlap, so a day would have two targets. Change one of them."),
                field="first_day",
                first_day=following.first_day,
                last_day=one.last_day,
            )
    return Procedure(tuple(ordered), look_back, look_ahead, order)


class Booking(NamedTuple):
    """What a line took from one cell: `procedure` is its place among the rations, `cell` its place in the procedure."""

    procedure: int
    cell: int
    quantity: int


Sequences = Sequence[Sequence[int]]
"""The sequences that matched a wish, each as the places of its procedures; a procedure stands in them at most once."""


class Shortest(NamedTuple):
    """What limits a line: the first cell asked in the sequence with the least room (None: it has no cell), that room,
    and the first later day on which there is more room (None: never)."""

    procedure: int
    cell: int | None
    room: int
    more_on: int | None


class Rations:
    """What the cells of some procedures leave, as one run of decisions uses them up."""

    __slots__ = ("_free", "procedures")

    def __init__(self, procedures: Sequence[Procedure], *, free: Sequence[list[int]] | None = None) -> None:
        self.procedures = procedures
        self._free = list(free) if free is not None else [[cell.free for cell in one.cells] for one in procedures]

    def left(self, procedure: int) -> tuple[int, ...]:
        """What is left in each cell of a procedure."""
        return tuple(self._free[procedure])

    def room(self, day: int, sequences: Sequences) -> int:
        """The most that one line on `day` can book; `MAX` where no sequence matched."""
        room = MAX
        for sequence in sequences:
            found = 0
            for place in sequence:
                first, end = self.procedures[place].span(day)
                found += sum(self._free[place][first:end])
            room = min(room, found)
        return room

    def take(self, day: int, quantity: int, sequences: Sequences) -> tuple[Booking, ...]:
        """Book a line of no more than the `room` of its day, in every sequence; return what to give back for it."""
        bookings: list[Booking] = []
        for sequence in sequences:
            wanted = quantity
            for place in sequence:
                free = self._free[place]
                for cell in self.procedures[place].asked(day):
                    if not wanted:
                        break
                    taken = min(free[cell], wanted)
                    if taken:
                        free[cell] -= taken
                        wanted -= taken
                        bookings.append(Booking(place, cell, taken))
            assert not wanted, "a line is cut to its room first"
        return tuple(bookings)

    def give_back(self, bookings: Iterable[Booking]) -> None:
        """Give back what lines booked."""
        for place, cell, quantity in bookings:
            self._free[place][cell] += quantity

    def has(self, bookings: Iterable[Booking]) -> bool:
        """Whether all of these can be booked as they are."""
        wanted: dict[tuple[int, int], int] = {}
        for place, cell, quantity in bookings:
            wanted[place, cell] = wanted.get((place, cell), 0) + quantity
        return all(self._free[place][cell] >= quantity for (place, cell), quantity in wanted.items())

    def book(self, bookings: Iterable[Booking]) -> None:
        """Book exactly these, which are free."""
        for place, cell, quantity in bookings:
            self._free[place][cell] -= quantity
            assert self._free[place][cell] >= 0, "what is booked again was given back"

    def changes(self, sequences: Sequences) -> set[int]:
        """The days from which a line may find other room than the day before."""
        return {day for sequence in sequences for place in sequence for day in self.procedures[place].changes()}

    def copied(self, sequences: Sequences) -> "Rations":
        """The same rations, of which what these sequences take is not taken from here."""
        used = {place for sequence in sequences for place in sequence}
        free = [list(row) if place in used else row for place, row in enumerate(self._free)]
        return Rations(self.procedures, free=free)

    def shortest(self, day: int, sequences: Sequences) -> Shortest | None:
        """What limits a line on `day`; None where no sequence matched."""
        if not sequences:
            return None
        tightest = min(sequences, key=lambda sequence: self.room(day, (sequence,)))
        room = self.room(day, (tightest,))
        asked = self.procedures[tightest[0]].asked(day)
        later = (at for at in sorted(self.changes((tightest,))) if at > day and self.room(at, (tightest,)) > room)
        return Shortest(tightest[0], asked[0] if asked else None, room, next(later, None))


class Rationed:
    """A free curve from `day` on under quotas, as the rules of `proposals` ask it: `replenishment_day` lifts the curve
    but no quota, so the rules get terms without it (`terms_within`).

    On a day it offers what is free there, or what earlier lines got and the cells of that day still hold, whichever is
    less. Of `usable` days (see `proposals.on_days`) it names no other.
    """

    __slots__ = ("_curve", "_day", "_days", "_got", "_rations", "_ready", "_sequences", "usable")

    def __init__(
        self,
        curve: Curve,
        rations: Rations,
        sequences: Sequences,
        *,
        day: int,
        replenishment_day: int | None = None,
        usable: Sequence[int] = (),
    ) -> None:
        self._curve, self._rations, self._sequences, self.usable = curve, rations, sequences, usable
        self._day, self._ready, self._got = max(day, 0), replenishment_day, 0
        self._days: list[int] | None = None

    @property
    def curve(self) -> Curve:
        """The free curve without the quotas."""
        return self._curve

    def has_room(self, lines: Sequence[Line]) -> bool:
        """Whether the lines can be booked one after the other."""
        if len(lines) == 1:
            return lines[0].quantity <= self._rations.room(lines[0].day, self._sequences)
        rations = self._rations.copied(self._sequences)
        for line in lines:
            if line.quantity > rations.room(line.day, self._sequences):
                return False
            rations.take(line.day, line.quantity, self._sequences)
        return True

    @property
    def _looked_at(self) -> list[int]:
        """The days on which more may be offered than the day before."""
        if self._days is None:
            changes = set(_rises(self._curve)) | self._rations.changes(self._sequences) | {self._day}
            if self._ready is not None:
                changes.add(self._ready)
            self._days = sorted({self.first(change) for change in changes if change >= self._day})
        return self._days

    def first(self, day: int) -> int:
        """The first day from a day on on which goods can be used."""
        return self.usable[day] if 0 <= day < len(self.usable) else day

    def __len__(self) -> int:
        return max(len(self._curve), self._looked_at[-1] + 1)

    def __getitem__(self, day: int) -> int:
        day = day if day >= 0 else day + len(self)
        lifted = self._ready is not None and day >= self._ready
        free = MAX if lifted else int(self._curve[min(day, len(self._curve) - 1)])
        return min(free, self._got + self._rations.room(day, self._sequences))

    def searchsorted(self, quantity: int) -> int:
        """The first day from its day on that offers `quantity` in all; the length where none does."""
        return next((day for day in self._looked_at if self[day] >= quantity), len(self))

    def most(self, day: int, last: int) -> int:
        """The most that a day from `day` to `last` offers."""
        return max((self[at] for at in (self.first(day), *self._looked_at) if day <= at <= last), default=0)

    def after(self, line: Line) -> "Rationed":
        """The same curve once `line` has booked its cells."""
        rations = self._rations.copied(self._sequences)
        rations.take(line.day, line.quantity, self._sequences)
        used = Rationed(
            self._curve, rations, self._sequences, day=line.day, replenishment_day=self._ready, usable=self.usable
        )
        used._got = self._got + line.quantity
        return used


Rule = Callable[[Curve, int, int, Terms], tuple[Line, ...]]


def propose(
    rule: Rule, rationed: Rationed, quantity: int, *, day: int, terms: Terms = ANY_TERMS, last: int | None = None
) -> tuple[Line, ...]:
    """Return the lines of a rule of `proposals` under quotas. Nothing is booked; see `book`.

    `day` and `terms.replenishment_day` are those the curve was made with. Where the quotas have room for what the curve
    alone offers, that is the answer: with less on offer elsewhere, no rule finds another. Else what they cannot confirm
    by the `last` day stays open (None: it goes to a later one).
    """
    return proposed(rule, rationed, quantity, day=day, terms=terms, last=last)[0]


def proposed(
    rule: Rule, rationed: Rationed, quantity: int, *, day: int, terms: Terms = ANY_TERMS, last: int | None = None
) -> tuple[tuple[Line, ...], bool]:
    """The lines of `propose`, and whether a quota made them other than goods alone would."""
    lines = on_days(rule(rationed.curve, quantity, day, terms), rationed.usable, terms.latest_day)
    if rationed.has_room(lines):
        return lines, False
    return rule(rationed, quantity, rationed.first(max(day, 0)), terms_within(terms, last)), True


def book(rations: Rations, lines: Iterable[Line], sequences: Sequences) -> tuple[tuple[Booking, ...], ...]:
    """Book lines, earliest first, and return for each of them what to give back when it goes."""
    return tuple(rations.take(line.day, line.quantity, sequences) for line in lines)


def terms_within(terms: Terms, last: int | None = None) -> Terms:
    """The terms for a curve that is lifted on the replenishment day already; nothing is confirmed after `last`."""
    if terms.replenishment_day is None and last is None:
        return terms
    ends = [day for day in (terms.latest_day, last) if day is not None]
    return Terms(terms.min_shipment, terms.max_lines, min(ends, default=None), None)


def quota_curve(rations: Rations, sequences: Sequences, *, day: int, days: int) -> Array:
    """Return Qc for offsets 0 to `days`, for a wish from offset `day` on; zero before, `MAX` where nothing matched."""
    curve = np.full(days + 1, MAX, np.int64)
    for sequence in sequences:
        found = np.zeros(days + 1, np.int64)
        for place in sequence:
            found[day:] += _cumulative(rations, place, day, days)
        curve = np.minimum(curve, found)
    curve[:day] = 0
    return curve


def _cumulative(rations: Rations, place: int, day: int, days: int) -> Array:
    """What the cells from the first one asked on `day` to the last one asked on each later day hold together."""
    procedure, left = rations.procedures[place], np.array(rations.left(place), np.int64)
    first, _ = procedure.span(day)
    sums = np.concatenate(([0], np.cumsum(left)))
    ends = [max(procedure.span(at)[1], first) for at in range(day, days + 1)]
    return np.asarray(sums[ends] - sums[first])


def _rises(curve: Curve) -> Iterable[int]:
    if isinstance(curve, Steps):
        return curve.days
    assert isinstance(curve, np.ndarray)
    return [int(day) for day in np.flatnonzero(np.diff(curve)) + 1]


WILDCARD = "#"


def patterns(values: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the rows of targets that could hold for these characteristic values, the one that says most first.

    Of two rows with as many wildcards the one that is exact further left comes first; the row of wildcards alone is
    last. A lookup of these (2 to the power of their number, 64 for six) costs the same among any number of rows.
    """
    masks = sorted(range(2 ** len(values)), key=lambda mask: (mask.bit_count(), mask))
    high = len(values) - 1
    return tuple(
        tuple(WILDCARD if mask >> (high - at) & 1 else value for at, value in enumerate(values)) for mask in masks
    )


def transfer(source: Cell, target: Cell, quantity: int) -> tuple[Cell, Cell]:
    """Return both cells after `quantity` of the target went from one group to another; what is consumed stays."""
    return retarget(source, source.planned - quantity), retarget(target, target.planned + quantity)


def retarget(cell: Cell, planned: int) -> Cell:
    """Return the cell with another target; refuse one below what is consumed already."""
    if planned < cell.consumed:
        raise QuotaTargetBelowConsumed(
            Sentence(
                "%(consumed)s of this quota is consumed already, so the target cannot be %(planned)s. "
                "Take less away, or change the orders that hold it."
            ),
            field="planned",
            consumed=cell.consumed,
            planned=planned,
        )
    return cell._replace(planned=planned)
