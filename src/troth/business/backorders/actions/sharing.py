"""One run over some keys: who is meant, what the kernel gives them, and what of it is a change.

A simulation runs it on the books as they are, applying runs it again under the locks: what was approved is written only
where both come to the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from troth.business.backorders.actions.lines import LEAD_TIME, PLANNED, Lines, Timetables, beside, expected
from troth.business.backorders.rules.selection import Facts, Flags, Ids, meant, ranked
from troth.business.backorders.rules.variants import STRATEGIES, Settings
from troth.business.backorders.states import Only, Verdict, verdict_of
from troth.business.promising.actions.backlog import BASES
from troth.business.promising.states import Basis
from troth.kernel import netting
from troth.kernel.backorder import Backlog, Outcome, Strategy
from troth.kernel.backorder import run as kernel_run
from troth.kernel.backorder.balance import Balance
from troth.kernel.netting import Array, Category
from troth.kernel.scheduling import Dates

NO_SEGMENT = -1


class Row(NamedTuple):
    """A confirmation: quantity in smallest units, days as numbers since 1970-01-01, basis as a word."""

    quantity: int
    material: int
    delivery: int
    basis: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A line that is promised otherwise; `line` is its place among the lines of the run, `segment` counts from 1."""

    line: int
    segment: int
    strategy: str
    raised: int
    old: tuple[Row, ...]
    new: tuple[Row, ...]
    gained: int
    lost: int

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.gained, self.lost)

    @property
    def days(self) -> int | None:
        """By how many days the last delivery moves; None where there was or is none."""
        return self.new[-1].delivery - self.old[-1].delivery if self.old and self.new else None


class Shared:
    """What a run over some keys came to."""

    def __init__(self, lines: Lines, settings: Settings, ids: Sequence[Ids]) -> None:
        self.lines, self.settings = lines, settings
        self.dates = Timetables(lines.said.ways)
        self.facts = lines.facts()
        self.segment, self.selected = _segments(lines, self.facts, settings, ids)
        self.outcome = self._run()

    @property
    def takes_part(self) -> Flags:
        return np.asarray(self.segment != NO_SEGMENT)

    def _run(self) -> Outcome:
        lines, found = self.lines, self.lines.open
        horizon = max((scope.counted.horizon_days for scope in lines.scopes), default=0)
        strategies = np.array([int(STRATEGIES[one.strategy]) for one in self.settings.segments] or [0], np.int64)
        moves = found.wanted > 0
        strategy = np.where(self.takes_part & moves, strategies[self.segment], int(Strategy.SKIP))
        backlog = Backlog(
            key=found.key, id=found.requirement, quantity=np.maximum(found.wanted, 1), day=lines.day,
            strategy=strategy, rank=_ranks(self.segment, self.facts, self.settings), row_offsets=found.row_offsets,
            row_day=found.row_material - lines.today[found.key[lines.row_owner]], row_quantity=found.row_quantity,
            row_lead_time=found.row_basis == LEAD_TIME, mode=found.mode, max_lines=found.most,
            replenishment_day=lines.ready if (lines.ready >= 0).any() else None, timetable=self._timetables[1],
        )  # fmt: skip
        return kernel_run(
            backlog, expected(lines), horizon=horizon, reactions=self.settings.reactions,
            timetables=self._timetables[0],
        )  # fmt: skip

    @cached_property
    def _timetables(self) -> tuple[list[list[int]], Array]:
        """The usable days of each way at each site's today, and the place of each line's among them."""
        horizon = max((scope.counted.horizon_days for scope in self.lines.scopes), default=0)
        if not len(self.lines):
            return [], np.empty(0, np.int64)
        pairs = np.column_stack((self.lines.said.way, self.lines.today_of))
        ways, at = np.unique(pairs, axis=0, return_inverse=True)
        return [self.dates.usable(way, today, horizon) for way, today in ways.tolist()], at.reshape(-1)

    @cached_property
    def changes(self) -> list[Changed]:
        """The lines that are promised otherwise, in the order of the lines."""
        bases = _Bases(self)
        return [self._changed(place, bases) for place in np.flatnonzero(self._differs).tolist()]

    @cached_property
    def _differs(self) -> Flags:
        """Whether the rows of a line are others than before."""
        found, outcome = self.lines.open, self.outcome
        old, new = np.diff(found.row_offsets), np.diff(outcome.row_offsets)
        differs = old != new
        same = np.flatnonzero(~differs & (new > 0))
        owner = np.repeat(same, new[same])
        before, after = _flat(found.row_offsets, same), _flat(outcome.row_offsets, same)
        today = self.lines.today[found.key[owner]]
        other = (
            (found.row_material[before] - today != outcome.row_day[after])
            | (found.row_quantity[before] != outcome.row_quantity[after])
            | ((found.row_basis[before] == LEAD_TIME) != outcome.row_lead_time[after])
        )
        differs[owner[other]] = True
        return np.asarray(differs & self.takes_part)

    def old_rows(self, place: int) -> tuple[Row, ...]:
        found = self.lines.open
        own = slice(found.row_offsets[place], found.row_offsets[place + 1])
        columns = (found.row_quantity[own], found.row_material[own], found.row_delivery[own], found.row_basis[own])
        return tuple(
            Row(quantity, material, delivery, str(BASES[basis]))
            for quantity, material, delivery, basis in zip(*(one.tolist() for one in columns), strict=True)
        )

    def new_days(self, place: int) -> list[tuple[int, int, bool]]:
        """(quantity, offset, on the lead time) of what the line gets."""
        own = slice(self.outcome.row_offsets[place], self.outcome.row_offsets[place + 1])
        columns = (self.outcome.row_quantity[own], self.outcome.row_day[own], self.outcome.row_lead_time[own])
        return list(zip(*(one.tolist() for one in columns), strict=True))

    def dates_of(self, place: int, material: int) -> Dates:
        """The dates of goods that a line gets on a material day."""
        way, today = int(self.lines.said.way[place]), int(self.lines.today_of[place])
        wanted = self.dates.wanted(way, today, int(self.lines.open.requested[place]))
        return wanted if wanted.material_available == material else self.dates.later(way, today, material)

    def _changed(self, place: int, bases: "_Bases") -> Changed:
        outcome, today = self.outcome, int(self.lines.today_of[place])
        old = self.old_rows(place)
        delivered = {row.material: row.delivery for row in old}
        new = []
        for quantity, offset, _ in self.new_days(place):
            material = today + offset
            delivery = delivered.get(material) or self.dates_of(place, material).delivery
            new.append(Row(quantity, material, delivery, bases.of(place, material)))
        return Changed(
            place, int(self.segment[place]) + 1, Strategy(int(outcome.strategy[place])).name.lower(),
            int(outcome.raised[place]), old, tuple(new), int(outcome.gained[place]), int(outcome.lost[place]),
        )  # fmt: skip

    def losses(self) -> Iterator[tuple[int, int, int, int]]:
        """(loser, winner or -1, quantity, day lost as a number) by places of the lines."""
        outcome = self.outcome
        days = outcome.loss_day + self.lines.today_of[outcome.loss_item]
        columns: tuple[Any, ...] = (outcome.loss_item, outcome.loss_winner, outcome.loss_quantity, days)
        return zip(*(column.tolist() for column in columns), strict=True)


def _flat(offsets: Array, places: Array) -> Array:
    """The rows of these entries, one after the other."""
    counts = (offsets[1:] - offsets[:-1])[places]
    before = np.cumsum(counts) - counts
    return np.asarray(np.repeat(offsets[:-1][places] - before, counts) + np.arange(int(counts.sum())))


def _segments(lines: Lines, facts: Facts, settings: Settings, ids: Sequence[Ids]) -> tuple[Array, Flags]:
    """The place of each line's segment, and whether it is selected; `ids` are of the selection, then by segment."""
    selected = meant(settings.selection, ids[0], facts) & (facts.wanted > 0)
    if not settings.with_unconfirmed and settings.selection.only != Only.UNCONFIRMED:
        selected &= facts.confirmed > 0
    segment = np.full(len(lines), NO_SEGMENT, np.int64)
    for place, (one, own) in enumerate(zip(settings.segments, ids[1:], strict=True)):
        fits = selected & (segment == NO_SEGMENT) & meant(one.filter, own, facts)
        segment[fits] = place
    segment[lines.frozen > 0] = NO_SEGMENT
    return segment, selected


def _ranks(segment: Array, facts: Facts, settings: Settings) -> Array:
    """Segments one after the other, within each its own criteria."""
    ranks = np.zeros(len(segment), np.int64)
    for place, one in enumerate(settings.segments):
        own = np.flatnonzero(segment == place)
        part = Facts(*(getattr(facts, name)[own] for name in Facts.__slots__))
        ranks[own] = place * 2**40 + ranked(one.sort, part)
    return ranks


class _Bases:
    """What the rows of a key stand on: stock first for the earliest, then firm supply, then what is planned."""

    def __init__(self, shared: Shared) -> None:
        self._shared, self._keys = shared, np.argsort(shared.lines.open.key, kind="stable")
        self._starts = np.searchsorted(shared.lines.open.key[self._keys], np.arange(len(shared.lines.keys) + 1))
        self._known: dict[int, dict[tuple[int, int], str]] = {}

    def of(self, place: int, material: int) -> str:
        key = int(self._shared.lines.open.key[place])
        if key not in self._known:
            self._known[key] = self._laid(key)
        return self._known[key][place, material]

    def _laid(self, key: int) -> dict[tuple[int, int], str]:
        """The basis of each row, by line and material day; lines that stay as they are keep theirs, and come first."""
        shared, today = self._shared, int(self._shared.lines.today[key])
        scope = shared.lines.scopes[key]
        stays, moves = self._rows(key)
        stock, firm = self._stock(key), self._firm(key)
        found: dict[tuple[int, int], str] = {}
        for row in stays:
            if row.basis not in (Basis.LEAD_TIME, Basis.PLANNED):
                stock -= row.quantity if row.basis == Basis.STOCK else 0
                firm.take(row.material - today, row.quantity)
        for offset, place, quantity, on_lead_time in sorted(moves):
            if on_lead_time:
                basis = Basis.LEAD_TIME
            elif not scope.is_firm and firm[min(max(offset, 0), len(firm) - 1)] < quantity:
                basis = Basis.PLANNED
            else:
                basis = Basis.STOCK if quantity <= stock else Basis.SUPPLY
                stock -= quantity if basis is Basis.STOCK else 0
                firm.take(offset, quantity)
            found[place, today + offset] = str(basis)
        return found

    def _rows(self, key: int) -> tuple[list[Row], list[tuple[int, int, int, bool]]]:
        shared = self._shared
        stays: list[Row] = []
        moves: list[tuple[int, int, int, bool]] = []
        for place in self._keys[self._starts[key] : self._starts[key + 1]].tolist():
            if not shared._differs[place]:
                stays += shared.old_rows(place)
                continue
            moves += [(offset, place, quantity, lead) for quantity, offset, lead in shared.new_days(place)]
        return stays, moves

    def _series(self, key: int) -> netting.Series:
        """What is expected of the key beside all of its open lines."""
        shared = self._shared
        back = [
            (Category.ORDER, row.material, row.quantity)
            for place in self._keys[self._starts[key] : self._starts[key + 1]].tolist()
            for row in shared.old_rows(place)
            if row.basis not in (BASES[LEAD_TIME], BASES[PLANNED])
        ]
        return beside(shared.lines.balances[key].series, back)

    def _stock(self, key: int) -> int:
        lasting = self._shared.lines.scopes[key].lasting
        return sum(quantity for category, _, quantity in self._series(key).postings() if lasting[category])

    def _firm(self, key: int) -> Balance:
        scope = self._shared.lines.scopes[key]
        net = netting.changes(self._series(key), scope.firm, int(self._shared.lines.today[key]))
        return Balance(net, scope.firm.horizon_days)
