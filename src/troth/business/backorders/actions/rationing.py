"""Quotas in a run: the rows of targets that hold for its lines as the kernel shares them out, and back as uses.

A row is consumed by all but the lines that move; what these consume is given back and booked anew. Sites whose today is
another see the same row in other days.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from troth.business.backorders.actions.lines import Lines
from troth.business.backorders.rules.selection import Flags
from troth.business.promising.actions.limited import Row, targets_of
from troth.business.promising.actions.quotas import key_of, row_of
from troth.business.promising.rules import quotas as rules
from troth.business.promising.rules.quotas import Ration, TargetRow, Use, merged
from troth.business.quotas.queries import Matched, ProcedureTerms
from troth.business.quotas.rules import Exhausted
from troth.kernel.backorder import Outcome, Quotas
from troth.kernel.netting import Array
from troth.kernel.periods import first_day, last_day, period_of
from troth.kernel.quota import Cell, Procedure
from troth.ledgers.quota.keys import QuotaKey


class _Row(NamedTuple):
    """A row of targets from a first to a last period; without a cell nothing is planned for its lines."""

    terms: ProcedureTerms
    cell: str | None
    first: int
    last: int

    @property
    def keys(self) -> list[QuotaKey]:
        if self.cell is None:
            return []
        return [QuotaKey(self.terms.id, self.cell, at) for at in range(self.first, self.last + 1)]


class Rationing:
    """The quotas of the lines that move in a run; lines by their places."""

    def __init__(self, lines: Lines, moves: Flags) -> None:
        self._lines, limits = lines, lines.limits
        self.booked = lines.loose_uses
        ids = lines.open.requirement.tolist()
        self._today: list[int] = lines.today_of.tolist()
        self.matched = {
            place: found
            for place in self.booked
            if moves[place] and (found := limits.matched.get(ids[place])) is not None and found.sequences
        }
        self._back = _by_cell(use for place, uses in self.booked.items() if moves[place] for use in uses)
        self._rows = _rows(self.matched.values())
        self._number = {row: number for number, row in enumerate(self._rows)}
        self._places: dict[tuple[int, int], int] = {}
        self._choices: dict[tuple[tuple[int, ...], ...], int] = {}
        self.sequences = self._chosen()

    def _chosen(self) -> Array:
        """Of each line the place of its choice of sequences, -1 where no quota holds for it."""
        found = np.full(len(self._lines), -1, np.int64)
        for place, matched in self.matched.items():
            choice = tuple(
                tuple(self._place(targets.procedure.id, targets.cell, self._today[place]) for targets in sequence)
                for sequence in matched.sequences
            )
            found[place] = self._choices.setdefault(choice, len(self._choices))
        return found

    def _place(self, procedure_id: int, cell: str | None, today: int) -> int:
        seen = self._number[procedure_id, cell], today
        return self._places.setdefault(seen, len(self._places))

    @cached_property
    def quotas(self) -> Quotas:
        """As the kernel wants them."""
        rows = list(self._rows.values())
        procedures = [self._seen(rows[number], today) for number, today in self._places]
        return Quotas(procedures, list(self._choices), [number for number, _ in self._places])

    def _seen(self, row: _Row, today: int) -> Procedure:
        kind = row.terms.period
        cells = [
            Cell(first_day(kind, key.period) - today, last_day(kind, key.period) - today, *self.left(key))
            for key in row.keys
        ]
        return Procedure(tuple(cells), row.terms.look_back, row.terms.look_ahead, row.terms.order)

    def left(self, key: QuotaKey) -> tuple[int, int]:
        """What is planned, and what others consume of it."""
        balance = self._lines.quota[key]
        return balance.planned, balance.consumed - self._back.get(key, 0)

    @property
    def last_day(self) -> int:
        """The last day (offset) on which one of the quotas leaves other room than the day before."""
        return max((cell.last_day + 1 for one in self.quotas.procedures for cell in one.cells), default=0)

    def open_after(self, wanted: Array) -> Array:
        """By when what quotas cannot confirm of each line stays open: the end of its own period; -1: it comes later."""
        found = np.full(len(self._lines), -1, np.int64)
        for place, matched in self.matched.items():
            today, day = self._today[place], max(int(wanted[place]), 0)
            kinds = {one.procedure.period for one in targets_of(matched) if one.procedure.exhausted is Exhausted.OPEN}
            found[place] = min([last_day(kind, period_of(kind, today + day)) - today for kind in kinds], default=-1)
        return found

    @cached_property
    def bookings(self) -> tuple[Array, Array, Array, Array]:
        """What the lines that move book now: where those of each begin, then procedure, cell and quantity."""
        found: list[tuple[int, int, int]] = []
        counts = np.zeros(len(self._lines), np.int64)
        for place in sorted(self.matched):
            own = [self._booking(use, self._today[place]) for use in self.booked[place]]
            told = [one for one in own if one is not None]
            if len(told) == len(own):
                found += told
                counts[place] = len(told)
        flat = np.array(found, np.int64).reshape(-1, 3)
        return np.concatenate(([0], np.cumsum(counts))), flat[:, 0], flat[:, 1], flat[:, 2]

    def _booking(self, use: Use, today: int) -> tuple[int, int, int] | None:
        row = self._rows.get((use.procedure_id, use.cell))
        if row is None or not row.first <= use.period <= row.last:
            return None
        place = self._places.get((self._number[use.procedure_id, use.cell], today))
        return None if place is None else (place, use.period - row.first, use.quantity)

    def consumed(self, outcome: Outcome) -> dict[int, tuple[Use, ...]]:
        """What each line consumes by the outcome of what may be given up of it."""
        rows, places = list(self._rows.values()), list(self._places)
        columns = (outcome.booking_item, outcome.booking_procedure, outcome.booking_cell, outcome.booking_quantity)
        found: dict[int, list[Use]] = {place: [] for place in self.matched}
        for place, procedure, cell, quantity in zip(*(column.tolist() for column in columns), strict=True):
            row = rows[places[procedure][0]]
            number = next(
                at
                for at, sequence in enumerate(self.matched[place].sequences)
                if any(one.procedure.id == row.terms.id for one in sequence)
            )
            assert row.cell is not None
            found[place].append(Use(number, row.terms.id, row.cell, row.first + cell, quantity))
        return {place: merged(uses) for place, uses in found.items()}

    def is_rebooked(self, place: int, now: Sequence[Use]) -> bool:
        """Whether a line consumes other cells of the quotas that hold for it than before."""
        rows = [(one.procedure.id, one.cell) for one in targets_of(self.matched[place])]
        before, after = ([use for use in uses if use[1:3] in rows] for uses in (self.booked[place], now))
        return _by_cell(before) != _by_cell(after)

    def after(self, consumed: dict[int, tuple[Use, ...]]) -> "Afterwards":
        """What is left once lines consume this."""
        return Afterwards(self, self._rows, self.left, consumed)


def _rows(found: Iterable[Matched]) -> dict[tuple[int, str | None], _Row]:
    """Each row that holds for one of them, as wide as the widest of them needs it."""
    rows: dict[tuple[int, str | None], _Row] = {}
    for targets in {id(one): one for matched in found for one in targets_of(matched)}.values():
        row = targets.procedure.id, targets.cell
        had = rows.get(row)
        first = targets.first if had is None else min(had.first, targets.first)
        last = targets.last if had is None else max(had.last, targets.last)
        rows[row] = _Row(targets.procedure, targets.cell, first, last)
    return rows


def _by_cell(uses: Iterable[Use]) -> dict[QuotaKey, int]:
    sums: dict[QuotaKey, int] = {}
    for use in uses:
        sums[key_of(use)] = sums.get(key_of(use), 0) + use.quantity
    return sums


class Afterwards:
    """The quotas as the run leaves them, and which of them limits a line then."""

    def __init__(self, rationing: Rationing, rows: dict[Any, _Row], left: Any, consumed: dict[int, Any]) -> None:
        taken = _by_cell(use for uses in consumed.values() for use in uses)
        self._rationing, self._numbers = rationing, {row: number for number, row in enumerate(rows)}
        self._quotas = rules.Quotas([_target_row(row, left, taken) for row in rows.values()])

    def bound(self, place: int, day: int, today: int) -> dict[str, Any]:
        """The record of the quota that leaves a line the least on a day (offset)."""
        sequences = [
            [self._numbers[one.procedure.id, one.cell] for one in sequence]
            for sequence in self._rationing.matched[place].sequences
        ]
        return Ration(self._quotas, sequences).bound(day, today)


def _target_row(row: _Row, left: Any, taken: dict[QuotaKey, int]) -> TargetRow:
    cells = [(planned, consumed + taken.get(key, 0)) for key in row.keys for planned, consumed in (left(key),)]
    return row_of(row.terms, row.cell, row.first, cells)


def exceeding(lines: Lines) -> list[int]:
    """The places of the lines that consume a cell of which more is consumed than planned, of those that hold for them.

    Nobody loses a promise because a quota was made or lowered afterwards: whoever is to keep what it has is left alone.
    """
    over = {key for key, one in lines.quota.items() if one.consumed > one.planned}
    found, ids = [], lines.open.requirement.tolist()
    for place, uses in lines.loose_uses.items() if over else ():
        matched = lines.limits.matched.get(ids[place])
        held = names(matched) if matched is not None else set()
        if any(key_of(use) in over and (use.procedure_id, use.cell) in held for use in uses):
            found.append(place)
    return found


def names(matched: Matched) -> set[Row]:
    """The rows of targets that a line shares with others."""
    return {(one.procedure.id, one.cell) for one in targets_of(matched) if one.cell is not None}
