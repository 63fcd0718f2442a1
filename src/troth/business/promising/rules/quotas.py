"""Promises under quotas: rows of targets as a run of decisions uses them up, and what of them each line took.

Sites may have different todays, while a row of targets is the same for all: `Quotas` keeps what is left of each row
once, and shows it to the rules of `kernel.quota` in days from any today.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from troth.kernel import quota
from troth.kernel.periods import PeriodKind, first_day, last_day, period_of
from troth.kernel.proposals import Curve, Line, Terms
from troth.kernel.quota import Cell, Order, Procedure, Rationed, Rations

PROTECTED = -1
"""The sequence of a use that took of its own supply protection."""


class Use(NamedTuple):
    """What a line consumes of a cell in a period: in the ledger under these three, by its `sequence` (its number among
    those that held, or `PROTECTED`)."""

    sequence: int
    procedure_id: int
    cell: str
    period: int
    quantity: int


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A row of targets: what is planned and consumed in each period from `first` on. `told` is how people know it; with
    `leaves_open` what it cannot confirm in its own period stays open."""

    procedure_id: int
    cell: str
    kind: PeriodKind
    first: int
    cells: tuple[tuple[int, int], ...]
    look_back: int
    look_ahead: int
    order: Order
    leaves_open: bool
    told: Mapping[str, Any]

    def on(self, today: int) -> Procedure:
        cells = tuple(
            Cell(first_day(self.kind, at) - today, last_day(self.kind, at) - today, planned, consumed)
            for at, (planned, consumed) in enumerate(self.cells, self.first)
        )
        return Procedure(cells, self.look_back, self.look_ahead, self.order)


class Quotas:
    """The rows that some lines are held against."""

    def __init__(self, rows: Sequence[TargetRow]) -> None:
        self.rows = rows
        self._free = [[max(planned - consumed, 0) for planned, consumed in row.cells] for row in rows]
        self._seen: dict[int, Rations] = {}

    def seen_on(self, today: int) -> Rations:
        """What is left, in days from `today`; whatever is taken of it is gone for every other day too."""
        if today not in self._seen:
            self._seen[today] = Rations([row.on(today) for row in self.rows], free=self._free)
        return self._seen[today]

    def keep(self) -> list[list[int]]:
        return [list(free) for free in self._free]

    def restore(self, kept: list[list[int]]) -> None:
        for free, before in zip(self._free, kept, strict=True):
            free[:] = before


class Ration:
    """The part of the quotas that holds for one line: its sequences, each as places of rows."""

    __slots__ = ("quotas", "sequences")

    def __init__(self, quotas: Quotas, sequences: Sequence[Sequence[int]]) -> None:
        self.quotas, self.sequences = quotas, sequences

    def propose(
        self, rule: Callable[..., tuple[Line, ...]], curve: Curve, task: tuple[int, int, int], terms: Terms
    ) -> tuple[tuple[Line, ...], bool]:
        """The lines of a rule for (quantity, offset, today), and whether a quota made them other than supply would."""
        quantity, offset, today = task
        offset = max(offset, 0)
        free = rule(curve, quantity, offset, terms)
        rationed = self._rationed(curve, offset, today, terms)
        if rationed.has_room(free):
            return free, False
        within = quota.terms_within(terms)
        last = self._last(offset, today)
        if last is not None:
            latest = last if within.latest_day is None else min(last, within.latest_day)
            within = Terms(within.min_shipment, within.max_lines, latest, None)
        return rule(rationed, quantity, offset, within), True

    def _rationed(self, curve: Curve, offset: int, today: int, terms: Terms) -> Rationed:
        ready = terms.replenishment_day
        return Rationed(curve, self.quotas.seen_on(today), self.sequences, day=offset, replenishment_day=ready)

    def _last(self, offset: int, today: int) -> int | None:
        """The last day of the own period, where what it cannot confirm stays open."""
        rows = [self.quotas.rows[place] for sequence in self.sequences for place in sequence]
        kinds = {row.kind for row in rows if row.leaves_open}
        ends = [last_day(kind, period_of(kind, today + offset)) - today for kind in kinds]
        return min(ends, default=None)

    def book(self, lines: Iterable[Line], today: int) -> tuple[Use, ...]:
        """Take what the lines confirm."""
        rations = self.quotas.seen_on(today)
        uses = []
        for line in lines:
            for number, sequence in enumerate(self.sequences):
                for booking in rations.take(line.day, line.quantity, (sequence,)):
                    row = self.quotas.rows[booking.procedure]
                    uses.append(Use(number, row.procedure_id, row.cell, row.first + booking.cell, booking.quantity))
        return tuple(uses)

    def room(self, offset: int, today: int) -> int:
        """The most that one line on a day (offset) can book."""
        return self.quotas.seen_on(today).room(max(offset, 0), self.sequences)

    def room_of(self, number: int, day: int) -> int:
        """The most that one line on a day (number) can book in one sequence."""
        return self.quotas.seen_on(0).room(day, (self.sequences[number],))

    def book_in(self, number: int, line: Line) -> tuple[Use, ...]:
        """Take in one sequence what a line on a day (number) confirms, no more than its room."""
        alone = Ration(self.quotas, (self.sequences[number],))
        return tuple(use._replace(sequence=number) for use in alone.book([line], 0))

    def bound(self, offset: int, today: int) -> dict[str, Any]:
        """What limits a line on a day, for the record: the row, its period, what is left, and when there is more."""
        rations = self.quotas.seen_on(today)
        found = rations.shortest(max(offset, 0), self.sequences)
        assert found is not None
        row = self.quotas.rows[found.procedure]
        own = period_of(row.kind, today + max(offset, 0))
        record: dict[str, Any] = {
            **row.told,
            "period": str(row.kind),
            "number": own if found.cell is None else row.first + found.cell,
            "left": found.room,
        }
        if found.more_on is not None:
            record["more_on"] = today + found.more_on
            record["then"] = rations.room(found.more_on, self.sequences)
        return record


def kept_of(uses: Sequence[Use], bound: int, confirmed: int) -> tuple[Use, ...]:
    """What stays of the uses of a line of which `bound` stays of what is `confirmed`, the earliest first.

    What deliveries took beyond the promise consumes as well, and stays.
    """
    sums = _by_sequence(uses)
    beyond = {number: max(total - confirmed, 0) if number != PROTECTED else 0 for number, total in sums.items()}
    return _first_of(uses, {number: bound + more for number, more in beyond.items()})


def less_of(uses: Sequence[Use], quantity: int) -> tuple[Use, ...]:
    """What stays of the uses of a line when so much of it goes, the latest first."""
    return _first_of(uses, {number: max(total - quantity, 0) for number, total in _by_sequence(uses).items()})


def _by_sequence(uses: Iterable[Use]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for use in uses:
        sums[use.sequence] = sums.get(use.sequence, 0) + use.quantity
    return sums


def _first_of(uses: Iterable[Use], stays: Mapping[int, int]) -> tuple[Use, ...]:
    """The first of the uses of each sequence, as much as stays of it."""
    left, kept = dict(stays), []
    for use in uses:
        quantity = min(use.quantity, left[use.sequence])
        if quantity:
            kept.append(use._replace(quantity=quantity))
            left[use.sequence] -= quantity
    return tuple(kept)


def merged(uses: Iterable[Use]) -> tuple[Use, ...]:
    """One use for each cell and period of a sequence, in the order in which they first came."""
    sums: dict[tuple[int, int, str, int], int] = {}
    for use in uses:
        place = use[:4]
        sums[place] = sums.get(place, 0) + use.quantity
    return tuple(Use(*place, quantity) for place, quantity in sums.items() if quantity)
