"""One run over some keys: who is meant, what the kernel gives them, and what of it is a change.

A simulation runs it on the books as they are, applying runs it again under the locks: what was approved is written only
where both come to the same.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from troth.business.backorders.actions.aging import Aging
from troth.business.backorders.actions.grouping import Groups
from troth.business.backorders.actions.lines import LEAD_TIME, STOCK, Lines, Timetables, expected
from troth.business.backorders.actions.rationing import Afterwards, Rationing, exceeding, names
from troth.business.backorders.rules.selection import Facts, Flags, Ids, meant, ranked
from troth.business.backorders.rules.variants import STRATEGIES, Settings
from troth.business.backorders.states import Frozen, Only, Verdict, verdict_of
from troth.business.promising.actions import limited
from troth.business.promising.actions.backlog import BASES
from troth.business.promising.rules.quotas import Use
from troth.business.promising.states import Basis
from troth.kernel import netting
from troth.kernel.backorder import Backlog, Outcome, Strategy
from troth.kernel.backorder import run as kernel_run
from troth.kernel.backorder.balance import Balance
from troth.kernel.distinct import distinct
from troth.kernel.netting import LYING, Array
from troth.kernel.scheduling import Dates
from troth.kernel.scopes import FIRM

NO_SEGMENT = -1
LINKED, EXCEEDED, SHORT = (list(Frozen).index(one) + 1 for one in (Frozen.LINKED, Frozen.EXCEEDED, Frozen.SHORT))
KEEPING = ("win", "gain", "improve")
"""The strategies under which a line keeps what it has, as far as nobody takes it by another of them."""
_WORDS = tuple(one.name.lower() for one in Strategy)
_BASES = tuple(str(one) for one in BASES)


class Row(NamedTuple):
    """A confirmation: quantity in smallest units, days as numbers since 1970-01-01, basis as a word."""

    quantity: int
    material: int
    delivery: int
    basis: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A line that is promised otherwise; `line` is its place among the lines of the run, `segment` counts from 1.

    `old_uses` and `new_uses` are what it consumes of quotas (None: nothing holds or held for it), `quota` the record of
    the one that keeps it from having more, or having it earlier.
    """

    line: int
    segment: int
    strategy: str
    raised: int
    old: tuple[Row, ...]
    new: tuple[Row, ...]
    gained: int
    lost: int
    old_uses: tuple[Use, ...] = ()
    new_uses: tuple[Use, ...] | None = None
    quota: Mapping[str, Any] | None = None

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.gained, self.lost)

    @property
    def days(self) -> int | None:
        """By how many days the last delivery moves; None where there was or is none."""
        return self.new[-1].delivery - self.old[-1].delivery if self.old and self.new else None


class Shared:
    """What a run over some keys came to."""

    def __init__(
        self, lines: Lines, settings: Settings, ids: Sequence[Ids], apart: Collection[limited.Row] = ()
    ) -> None:
        self.lines, self.settings = lines, settings
        self._leave_apart(frozenset(apart))
        self.dates = Timetables(lines.said.ways)
        self.facts = lines.facts()
        self.groups = Groups(lines, self.dates)
        self.horizon = max((scope.counted.horizon_days for scope in lines.scopes), default=0)
        self.wanted_day = self.groups.wanted(self._last_day)
        self.aging = Aging(lines, self._single_dates, self._last_day)
        self.selected = _selected(self.facts, settings, ids[0])
        self.segment, self.frozen = self._sorted(ids[1:])
        self.outcome = self._run()

    def _leave_apart(self, apart: frozenset[limited.Row]) -> None:
        """Lines that share a row of targets with lines of too many other products keep what they have."""
        if not apart:
            return
        matched = self.lines.limits.matched
        for place, one in enumerate(self.lines.open.requirement.tolist()):
            if one in matched and not self.lines.frozen[place] and names(matched[one]) & apart:
                self.lines.frozen[place] = LINKED

    @property
    def takes_part(self) -> Flags:
        return np.asarray(self.segment != NO_SEGMENT)

    @property
    def _last_day(self) -> int:
        """The last day on which goods may be there, by supply or by the lead time."""
        return max(self.horizon, int(self.lines.ready.max(initial=0)))

    def _sorted(self, ids: Sequence[Ids]) -> tuple[Array, Array]:
        """The place of each line's segment, and why it takes no part; lines that arrive together are of one segment.

        They take the first that one of them fits.
        """
        segment, frozen = _segments(self.facts, self.settings, ids, self.selected), self.lines.frozen.copy()
        keeps = [one.strategy in KEEPING for one in self.settings.segments]
        exceeded = [place for place in exceeding(self.lines) if segment[place] != NO_SEGMENT and keeps[segment[place]]]
        frozen[exceeded] = np.where(frozen[exceeded] == 0, EXCEEDED, frozen[exceeded])
        while True:
            found = self._with_groups(segment, frozen)
            lacking = self._lacking(found)
            if not lacking.any():
                return found, frozen
            frozen[lacking] = SHORT

    def _with_groups(self, segment: Array, frozen: Array) -> Array:
        """The segments of the lines that take part; who is left out because of its group is written into `frozen`."""
        if len(self.groups.grouped):
            left, reasons = self.groups.left_out(self.selected & (frozen == 0), self.wanted_day)
            frozen[left] = np.where(frozen[left] == 0, reasons, frozen[left])
            segment = self.groups.least(segment, NO_SEGMENT)
        return np.where(frozen > 0, NO_SEGMENT, segment)

    def _lacking(self, segment: Array) -> Flags:
        """The lines that take part and whose location lacks goods for those that stay as they are."""
        lines, asides = self.lines, self.lines.asides
        stays = ~self._moves(segment)[lines.row_owner]
        rest = asides.kept - asides.drawn(lines.row_owner[stays], lines.open.row_quantity[stays])
        short = np.concatenate((rest < 0, [False]))  # the last for lines of no location
        return np.asarray(self._moves(segment) & short[asides.of])

    def _moves(self, segment: Array) -> Flags:
        """Whether a line in its segment is one that the run decides on."""
        skips = [STRATEGIES[one.strategy] == Strategy.SKIP for one in self.settings.segments] or [True]
        return np.asarray((segment != NO_SEGMENT) & ~np.array(skips)[segment] & (self.lines.open.wanted > 0))

    def _run(self) -> Outcome:
        lines, found = self.lines, self.lines.open
        strategies = np.array([int(STRATEGIES[one.strategy]) for one in self.settings.segments] or [0], np.int64)
        strategy = np.where(self._moves(self.segment), strategies[self.segment], int(Strategy.SKIP))
        self.rationing = Rationing(lines, self.takes_part & (strategy != int(Strategy.SKIP)))
        booked = self.rationing.bookings
        backlog = Backlog(
            key=found.key, id=found.requirement, quantity=np.maximum(found.wanted, 1), day=self.wanted_day,
            strategy=strategy, rank=self._ranks(), row_offsets=found.row_offsets,
            row_day=found.row_material - lines.today[found.key[lines.row_owner]], row_quantity=found.row_quantity,
            row_lead_time=found.row_basis == LEAD_TIME, mode=found.mode, max_lines=found.most,
            replenishment_day=lines.ready if (lines.ready >= 0).any() else None, timetable=self._timetables[1],
            group=np.where(self.takes_part, found.group, -1) if len(self.groups.grouped) else None,
            aside=lines.asides.of if lines.asides.keys else None,
            lasting=self.aging.lasting if self.aging else None, row_lasts=self.aging.row_lasts if self.aging else None,
            sequences=self.rationing.sequences if self.rationing.matched else None,
            open_after=self.rationing.open_after(self.wanted_day), booking_offsets=booked[0],
            booking_procedure=booked[1], booking_cell=booked[2], booking_quantity=booked[3],
        )  # fmt: skip
        return kernel_run(
            backlog, expected(lines, self.aging.larders), horizon=self.horizon, reactions=self.settings.reactions,
            lasting=self.aging.tables,
            timetables=self._timetables[0], quotas=self.rationing.quotas,
        )  # fmt: skip

    @cached_property
    def _timetables(self) -> tuple[list[list[int]], Array]:
        """The usable days of each way at each site's today, and the place of each line's among them.

        Lines that arrive together have tables of their own, with the day of goods for each common day.
        """
        if not len(self.lines):
            return [], np.empty(0, np.int64)
        is_limited = (self.rationing.sequences >= 0).astype(np.int64)
        ways, at = distinct(self.lines.said.way, self.lines.today_of, is_limited)
        # A quota may leave more on a day past the horizon only.
        ends = self.horizon, max(self.horizon, self.rationing.last_day)
        tables = [self.dates.usable(way, today, ends[limited]) for way, today, limited in ways.tolist()]
        common: dict[int, int] = {}
        for place in self.groups.grouped[self.takes_part[self.groups.grouped]].tolist():
            table = self.groups.table(place, self._last_day)
            if id(table) not in common:
                common[id(table)] = len(tables)
                tables.append(table)
            at[place] = common[id(table)]
        return tables, at

    def _ranks(self) -> Array:
        ranks = _ranks(self.segment, self.facts, self.settings)
        return self.groups.least(ranks, -1) if len(self.groups.grouped) else ranks

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
        differs[[place for place in self.rationing.matched if self._is_rebooked(place)]] = True
        return np.asarray(differs & self.takes_part)

    def _is_rebooked(self, place: int) -> bool:
        return self.rationing.is_rebooked(place, self.consumed[place])

    @cached_property
    def consumed(self) -> dict[int, tuple[Use, ...]]:
        """What the lines that quotas hold for consume of what may be given up; what an exception left, as before."""
        outcome = self.outcome
        found = self.rationing.consumed(outcome)
        left = outcome.aborted_keys[self.lines.open.key]
        return {
            place: self.rationing.booked[place] if outcome.aborted or left[place] else uses
            for place, uses in found.items()
        }

    def _uses(self, place: int) -> tuple[tuple[Use, ...], tuple[Use, ...] | None]:
        """What a line consumed of quotas, and what it does by the run; of what holds no more, nothing."""
        booked = self.rationing.booked.get(place)
        return (booked, self.consumed.get(place, ())) if booked is not None else ((), None)

    @cached_property
    def _afterwards(self) -> Afterwards:
        return self.rationing.after(self.consumed)

    def _quota(self, place: int, new: Sequence[Row]) -> Mapping[str, Any] | None:
        """The record of the quota that limits a line as the run leaves it: of one that is late on the day asked for, of
        one that is short after its last confirmation."""
        if place not in self.rationing.matched or not self.outcome.limited[place]:
            return None
        today, asked = self._asked[place][1], max(int(self.wanted_day[place]), 0)
        last = max((row.material - today for row in new), default=asked)
        is_short = sum(row.quantity for row in new) < int(self.lines.open.wanted[place])
        if not is_short and last <= asked:
            return None
        return self._afterwards.bound(place, max(last, asked) if is_short else asked, today)

    @cached_property
    def _old(self) -> tuple[list[int], list[Row]]:
        """Where the rows of each line begin, and all rows."""
        found = self.lines.open
        columns = (found.row_quantity, found.row_material, found.row_delivery)
        words = [_BASES[basis] for basis in found.row_basis.tolist()]
        return found.row_offsets.tolist(), list(map(Row, *(one.tolist() for one in columns), words))

    @cached_property
    def _new(self) -> tuple[list[int], list[tuple[int, int, bool]]]:
        """Where that which each line gets begins, and all of it as (quantity, offset, on the lead time)."""
        found = self.outcome
        columns = (found.row_quantity, found.row_day, found.row_lead_time)
        return found.row_offsets.tolist(), list(zip(*(one.tolist() for one in columns), strict=True))

    def old_rows(self, place: int) -> tuple[Row, ...]:
        offsets, rows = self._old
        return tuple(rows[offsets[place] : offsets[place + 1]])

    def new_days(self, place: int) -> list[tuple[int, int, bool]]:
        """(quantity, offset, on the lead time) of what the line gets."""
        offsets, rows = self._new
        return rows[offsets[place] : offsets[place + 1]]

    def lasts(self, place: int, offset: int) -> int:
        """Until when goods must last that a line has of a day (offset), as it was promised or is now."""
        lines, (offsets, _) = self.lines, self._old
        for row in range(offsets[place], offsets[place + 1]):
            if int(lines.open.row_material[row]) - int(lines.today_of[place]) == offset:
                return int(self.aging.row_lasts[row])
        table = self.aging.tables[int(self.aging.lasting[place])]
        return table[min(max(offset, 0), len(table) - 1)]

    def dates_of(self, place: int, material: int) -> Dates:
        """The dates of goods that a line gets on a material day."""
        if self.groups.of[place] >= 0 and (common := self._joint_dates(place)) is not None:
            return common
        return self._single_dates(place, material)

    def _single_dates(self, place: int, material: int) -> Dates:
        """The same of a line that comes by itself."""
        way, today, requested = self._asked[place]
        wanted = self.dates.wanted(way, today, requested)
        return wanted if wanted.material_available == material else self.dates.later(way, today, material)

    def _joint_dates(self, place: int) -> Dates | None:
        """The dates of a line that arrives together with others; None where they did not come to a common day."""
        rows = [self.new_days(member) for member in self.groups.members[int(self.groups.of[place])]]
        if any(len(own) != 1 for own in rows):
            return None
        return self.groups.arrival(place, [own[0][1] for own in rows], self._last_day)

    @cached_property
    def _asked(self) -> list[tuple[int, int, int]]:
        """Of each line its way, its today, and the day it is requested for."""
        columns = (self.lines.said.way, self.lines.today_of, self.lines.open.requested)
        return list(zip(*(one.tolist() for one in columns), strict=True))

    @cached_property
    def _decided(self) -> list[tuple[int, int, int, int, int]]:
        """Of each line its segment, counted from 1, the strategy, what was raised, what it gained and lost."""
        found = self.outcome
        columns = (self.segment + 1, found.strategy, found.raised, found.gained, found.lost)
        return list(zip(*(one.tolist() for one in columns), strict=True))

    def _changed(self, place: int, bases: "_Bases") -> Changed:
        today, old = self._asked[place][1], self.old_rows(place)
        delivered = {row.material: row.delivery for row in old}
        new = []
        for quantity, offset, _ in self.new_days(place):
            material = today + offset
            delivery = None if self.groups.of[place] >= 0 else delivered.get(material)
            delivery = delivery or self.dates_of(place, material).delivery
            new.append(Row(quantity, material, delivery, bases.of(place, material)))
        segment, strategy, raised, gained, lost = self._decided[place]
        quota = self._quota(place, new)
        return Changed(
            place, segment, _WORDS[strategy], raised, old, tuple(new), gained, lost, *self._uses(place), quota
        )

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


def _selected(facts: Facts, settings: Settings, ids: Ids) -> Flags:
    """The lines that the variant is about."""
    selected = meant(settings.selection, ids, facts) & (facts.wanted > 0)
    if not settings.with_unconfirmed and settings.selection.only != Only.UNCONFIRMED:
        selected &= facts.confirmed > 0
    return np.asarray(selected)


def _segments(facts: Facts, settings: Settings, ids: Sequence[Ids], selected: Flags) -> Array:
    """The place of the first segment that each line fits; `ids` are by segment."""
    segment = np.full(len(selected), NO_SEGMENT, np.int64)
    for place, (one, own) in enumerate(zip(settings.segments, ids, strict=True)):
        fits = selected & (segment == NO_SEGMENT) & meant(one.filter, own, facts)
        segment[fits] = place
    return segment


def _ranks(segment: Array, facts: Facts, settings: Settings) -> Array:
    """Segments one after the other, within each its own criteria."""
    ranks = np.zeros(len(segment), np.int64)
    for place, one in enumerate(settings.segments):
        own = np.flatnonzero(segment == place)
        part = Facts(*(getattr(facts, name)[own] for name in Facts.__slots__))
        ranks[own] = place * 2**40 + ranked(one.sort, part)
    return ranks


class _Bases:
    """What the rows of a key stand on: stock first for the earliest, then firm supply, then what is planned.

    Lines that stay as they are keep theirs, and come first; lines of a location stand on stock.
    """

    def __init__(self, shared: Shared) -> None:
        self._shared, lines = shared, shared.lines
        self._key_of: list[int] = lines.open.key.tolist()
        self._moving: dict[int, list[int]] = {}
        for place in np.flatnonzero(shared._differs).tolist():
            self._moving.setdefault(self._key_of[place], []).append(place)
        stays = ~shared._differs[lines.row_owner]
        keys = lines.open.key[lines.row_owner]
        of_site = lines.asides.of[lines.row_owner] < 0
        in_stock = stays & of_site & (lines.open.row_basis == STOCK)
        self._stock_taken = np.zeros(len(lines.keys), np.int64)
        np.add.at(self._stock_taken, keys[in_stock], lines.open.row_quantity[in_stock])
        self._taken, self._keys = stays & lines.takes_supply, keys
        self._known: dict[int, dict[tuple[int, int], str]] = {}
        self._add_asides(stays)

    def _add_asides(self, stays: Flags) -> None:
        """What locations keep above what stays there is stock for all, where the run decides on lines of theirs."""
        lines, asides = self._shared.lines, self._shared.lines.asides
        rest = asides.kept - asides.drawn(lines.row_owner[stays], lines.open.row_quantity[stays])
        moved = self._shared.outcome.strategy != int(Strategy.SKIP)
        for key, place in {*zip(lines.open.key[moved].tolist(), asides.of[moved].tolist(), strict=True)}:
            self._stock_taken[key] -= int(rest[place]) if place >= 0 else 0

    def of(self, place: int, material: int) -> str:
        key = self._key_of[place]
        if key not in self._known:
            self._known[key] = self._laid(key)
        return self._known[key][place, material]

    def _laid(self, key: int) -> dict[tuple[int, int], str]:
        """The basis of each row that a line of the key gets, by line and material day."""
        shared, today = self._shared, int(self._shared.lines.today[key])
        if shared.lines.balances[key].lots:
            return self._laid_lots(key)
        of = shared.lines.asides.of
        stock = self._stock(key) - sum(
            quantity for place in self._moving[key] if of[place] >= 0 for quantity, *_ in shared.new_days(place)
        )
        scope = shared.lines.scopes[key]
        firm = None if scope.is_firm else self._firm(key)
        # Planned supply may cover it where the scope counts any; else only goods that are not released do.
        ahead = Basis.UNRELEASED if scope.supply - FIRM <= LYING else Basis.PLANNED
        moves = [
            (offset, place, quantity, on_lead_time)
            for place in self._moving[key]
            for quantity, offset, on_lead_time in shared.new_days(place)
        ]
        found: dict[tuple[int, int], str] = {}
        for offset, place, quantity, on_lead_time in sorted(moves):
            if of[place] >= 0:
                basis = Basis.STOCK
            elif on_lead_time:
                basis = Basis.LEAD_TIME
            elif firm is not None and firm[min(max(offset, 0), len(firm) - 1)] < quantity:
                basis = ahead
            else:
                basis = Basis.STOCK if quantity <= stock else Basis.SUPPLY
                stock -= quantity if basis is Basis.STOCK else 0
                if firm is not None:
                    firm.take(offset, quantity)
            found[place, today + offset] = str(basis)
        return found

    def _laid_lots(self, key: int) -> dict[tuple[int, int], str]:
        """The same of goods that expire: on stock is what those that lie here cover for good, and last for."""
        shared, lines = self._shared, self._shared.lines
        today, found = int(lines.today[key]), dict[tuple[int, int], str]()
        own = (lines.open.key[lines.row_owner] == key) & (lines.open.row_basis == STOCK)
        stays = np.flatnonzero(own & ~shared._differs[lines.row_owner] & (shared.aging.lasting[lines.row_owner] >= 0))
        stock = shared.aging.on_stock(key, stays.tolist())
        moves = [
            (offset, place, quantity) for place in self._moving[key] for quantity, offset, _ in shared.new_days(place)
        ]
        for offset, place, quantity in sorted(moves):
            found[place, today + offset] = str(stock.basis(offset, shared.lasts(place, offset), quantity))
        return found

    def _stock(self, key: int) -> int:
        lasting = self._shared.lines.scopes[key].lasting
        there = sum(q for category, _, q in self._shared.lines.beside[key].postings() if lasting[category])
        return there - int(self._stock_taken[key])

    def _firm(self, key: int) -> Balance:
        """What of firm supply the lines that stay leave."""
        lines, scope = self._shared.lines, self._shared.lines.scopes[key].firm
        today = int(lines.today[key])
        net = netting.changes(lines.beside[key], scope, today)
        own = np.flatnonzero(self._taken & (self._keys == key))
        columns = (lines.open.row_material[own], lines.open.row_quantity[own])
        for day, quantity in zip(*(column.tolist() for column in columns), strict=True):
            offset = min(max(day - today, 0), scope.horizon_days)
            net[offset] = net.get(offset, 0) - quantity
        return Balance(net, scope.horizon_days)
