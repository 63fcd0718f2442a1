"""One run over some keys: who is meant, what the kernel gives them, and what of it is a change.

A simulation runs it on the books as they are, applying runs it again under the locks: what was approved is written only
where both come to the same.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from troth.business.backorders.actions.aging import Aging
from troth.business.backorders.actions.agreed import Agreed
from troth.business.backorders.actions.bases import Bases
from troth.business.backorders.actions.changed import Changed, Row
from troth.business.backorders.actions.grouping import Groups
from troth.business.backorders.actions.keeping import Keeping
from troth.business.backorders.actions.lines import LEAD_TIME, Lines, Timetables, expected
from troth.business.backorders.actions.rationing import Afterwards, Rationing, exceeding, names
from troth.business.backorders.rules.selection import Facts, Flags, Ids, meant, ranked
from troth.business.backorders.rules.variants import STRATEGIES, Settings
from troth.business.backorders.states import Frozen, Only
from troth.business.promising.actions import limited
from troth.business.promising.actions.backlog import BASES
from troth.business.promising.rules.quotas import Use, merged
from troth.business.promising.states import Basis
from troth.kernel import protection
from troth.kernel.backorder import Backlog, Outcome, Strategy
from troth.kernel.backorder import run as kernel_run
from troth.kernel.distinct import distinct
from troth.kernel.netting import Array
from troth.kernel.protection import Protection
from troth.kernel.scheduling import Dates

NO_SEGMENT = -1
LINKED, EXCEEDED, SHORT, DISPLACED = (
    list(Frozen).index(one) + 1 for one in (Frozen.LINKED, Frozen.EXCEEDED, Frozen.SHORT, Frozen.DISPLACED)
)
KEEPING = ("win", "gain", "improve")
"""The strategies under which a line keeps what it has, as far as nobody takes it by another of them."""
_WORDS = tuple(one.name.lower() for one in Strategy)
_BASES = tuple(str(one) for one in BASES)


def share(
    lines: Lines, settings: Settings, ids: Sequence[Ids], apart: Collection[limited.Row] = ()
) -> "Shared":  # fmt: skip
    """Share out anew; nobody is made later more often than the variant allows.

    Who was so often already, and would be again, is left as it is, and the rest is shared out once more, until nobody
    is. Who that is on some keys depends on nothing but these: simulated with others or alone it comes to the same.
    """
    most = settings.limits.later_times_max
    while True:
        found = Shared(lines, settings, ids, apart)
        if most is None:
            return found
        again = found.takes_part & (lines.open.displaced >= most) & (found.outcome.lost > 0)
        if not again.any():
            return found
        lines.frozen[again] = DISPLACED


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
        self.agreed = Agreed(lines, self.dates)
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
        moving = self.takes_part & (strategy != int(Strategy.SKIP))
        self.rationing = Rationing(lines, moving)
        self.keeping = Keeping(lines, moving, self.rationing)
        booked, kept = self.rationing.bookings, self.keeping.used
        backlog = Backlog(
            key=found.key, id=found.requirement, quantity=np.maximum(found.wanted, 1), day=self.wanted_day,
            strategy=strategy, rank=self._ranks(), row_offsets=found.row_offsets,
            row_day=found.row_material - lines.today[found.key[lines.row_owner]], row_quantity=found.row_quantity,
            row_lead_time=found.row_basis == LEAD_TIME, mode=found.mode, max_lines=found.most,
            min_shipment=self.agreed.least, latest_day=self.agreed.latest, packing=self.agreed.packing,
            pool=self._pools(strategy),
            replenishment_day=lines.ready if (lines.ready >= 0).any() else None, timetable=self._timetables[1],
            group=np.where(self.takes_part, found.group, -1) if len(self.groups.grouped) else None,
            aside=lines.asides.of if lines.asides.keys else None,
            lasting=self.aging.lasting if self.aging else None, row_lasts=self.aging.row_lasts if self.aging else None,
            sequences=self.rationing.sequences if self.rationing.matched else None,
            open_after=self.rationing.open_after(self.wanted_day), booking_offsets=booked[0],
            booking_procedure=booked[1], booking_cell=booked[2], booking_quantity=booked[3],
            asks_as=self.keeping.owners, kept_offsets=kept[0], kept_protection=kept[1], kept_quantity=kept[2],
        )  # fmt: skip
        return kernel_run(
            backlog, expected(lines, self.aging.larders), horizon=self.horizon, reactions=self.settings.reactions,
            timetables=self._timetables[0], quotas=self.rationing.quotas, kept=self.keeping.kept,
            lasting=self.aging.tables, packings=self.agreed.packings,
        )  # fmt: skip

    def _pools(self, strategy: Array) -> Array | None:
        """Lines of a segment share with each other; None where no segment does."""
        return self.segment if (strategy == int(Strategy.SHARE)).any() else None

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
        ranks = ranks_of(self.segment, self.facts, self.settings)
        return self.groups.least(ranks, -1) if len(self.groups.grouped) else ranks

    @cached_property
    def changes(self) -> list[Changed]:
        """The lines that are promised otherwise, in the order of the lines."""
        bases = Bases(self)
        return [self._changed(place, bases) for place in np.flatnonzero(self.differs).tolist()]

    @cached_property
    def differs(self) -> Flags:
        """Whether a line is promised otherwise than before, or consumes other cells."""
        found = self.lines.open
        differs, owner, before, after = self._moved
        other = (found.row_basis[before] == LEAD_TIME) != self.outcome.row_lead_time[after]
        differs = differs.copy()
        differs[owner[other]] = True
        differs[[place for place in self.rationing.matched if self._is_rebooked(place)]] = True
        return np.asarray(differs & self.takes_part)

    @cached_property
    def _moved(self) -> tuple[Flags, Array, Array, Array]:
        """Whether the days or quantities of a line are others than before; of the lines of as many rows, the line of
        each row and the places of what it was and is."""
        found, outcome = self.lines.open, self.outcome
        old, new = np.diff(found.row_offsets), np.diff(outcome.row_offsets)
        differs = old != new
        same = np.flatnonzero(~differs & (new > 0))
        owner = np.repeat(same, new[same])
        before, after = _flat(found.row_offsets, same), _flat(outcome.row_offsets, same)
        today = self.lines.today[found.key[owner]]
        other = (found.row_material[before] - today != outcome.row_day[after]) | (
            found.row_quantity[before] != outcome.row_quantity[after]
        )
        differs[owner[other]] = True
        return differs, owner, before, after

    def _is_rebooked(self, place: int) -> bool:
        return self.rationing.is_rebooked(place, self.consumed[place])

    @cached_property
    def consumed(self) -> dict[int, tuple[Use, ...]]:
        """What the lines that move consume of what may be given up; what an exception left, as before."""
        outcome, booked = self.outcome, self.rationing.booked
        rationed, kept = self.rationing.consumed(outcome), self.keeping.consumed(outcome, self._moved[0])
        left = outcome.aborted_keys[self.lines.open.key]
        return {
            place: booked[place] if outcome.aborted or left[place] else merged((*rationed.get(place, ()), *uses))
            for place, uses in kept.items()
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
        today, asked = self.asked[place][1], max(int(self.wanted_day[place]), 0)
        is_short, last = self._lacks(place, new)
        if not is_short and last <= asked:
            return None
        return self._afterwards.bound(place, max(last, asked) if is_short else asked, today)

    def told(self, place: int, new: Sequence[Row]) -> Mapping[str, Any]:
        """What was agreed for a line and what is to be procured for it, as its promise records it."""
        is_short, last = self._lacks(place, new)
        late = is_short or last > max(int(self.wanted_day[place]), 0)
        return {**self._procured(place, new), **self.agreed.told(place, is_short_or_late=late)}

    def _procured(self, place: int, new: Sequence[Row]) -> dict[str, Any]:
        """What the lead time of a line consists of, where something of it is yet to be procured."""
        takes = self.lines.lead_times[int(self.lines.open.key[place])]
        if takes is None or not any(row.basis == Basis.LEAD_TIME for row in new):
            return {}
        return {"lead_time": takes.parts}

    def _lacks(self, place: int, new: Sequence[Row]) -> tuple[bool, int]:
        """Whether a line has less than it wants, and on which day (offset) the last of it is ready."""
        last = max((row.material - self.asked[place][1] for row in new), default=max(int(self.wanted_day[place]), 0))
        return sum(row.quantity for row in new) < int(self.lines.open.wanted[place]), last

    @cached_property
    def _shares(self) -> dict[int, tuple[int, int, int, int]]:
        """By line what its fair share was of: supply, demand, lines, and the day as a number."""
        found = self.outcome
        days = found.share_day + self.lines.today_of[found.share_item]
        columns = (found.share_supply, found.share_demand, found.share_among, days)
        shares = zip(*(column.tolist() for column in columns), strict=True)
        return dict(zip(found.share_item.tolist(), shares, strict=True))

    @cached_property
    def kept_after(self) -> Mapping[int, Sequence[Protection]]:
        """By key what is protected as the run leaves it."""
        return self.keeping.after(self.consumed)

    def _kept(self, place: int, new: Sequence[Row]) -> int:
        """What is protected for others than a line that is late or short."""
        seen, is_short_or_late = self.keeping.seen_by(place), self._lacks(place, new)
        if seen is None or not (is_short_or_late[0] or is_short_or_late[1] > max(int(self.wanted_day[place]), 0)):
            return 0
        kept = self.kept_after.get(int(self.lines.open.key[place]), ())
        return sum(one.left for one in kept if protection.respected(one, seen[1]))

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
        way, today, requested = self.asked[place]
        wanted = self.dates.wanted(way, today, requested)
        return wanted if wanted.material_available == material else self.dates.later(way, today, material)

    def _joint_dates(self, place: int) -> Dates | None:
        """The dates of a line that arrives together with others; None where they did not come to a common day."""
        rows = [self.new_days(member) for member in self.groups.members[int(self.groups.of[place])]]
        if any(len(own) != 1 for own in rows):
            return None
        return self.groups.arrival(place, [own[0][1] for own in rows], self._last_day)

    @cached_property
    def asked(self) -> list[tuple[int, int, int]]:
        """Of each line its way, its today, and the day it is requested for."""
        columns = (self.lines.said.way, self.lines.today_of, self.lines.open.requested)
        return list(zip(*(one.tolist() for one in columns), strict=True))

    @cached_property
    def _decided(self) -> list[tuple[int, int, int, int, int]]:
        """Of each line its segment, counted from 1, the strategy, what was raised, what it gained and lost."""
        found = self.outcome
        columns = (self.segment + 1, found.strategy, found.raised, found.gained, found.lost)
        return list(zip(*(one.tolist() for one in columns), strict=True))

    def decided(self, place: int) -> tuple[int, str, int, int, int]:
        """The segment of a line, counted from 1, its strategy in a word, what was raised, what it gained and lost."""
        segment, strategy, *rest = self._decided[place]
        raised, gained, lost = rest
        return segment, _WORDS[strategy], raised, gained, lost

    def _changed(self, place: int, bases: Bases) -> Changed:
        today, old = self.asked[place][1], self.old_rows(place)
        delivered = {row.material: row.delivery for row in old}
        new = []
        for quantity, offset, _ in self.new_days(place):
            material = today + offset
            delivery = None if self.groups.of[place] >= 0 else delivered.get(material)
            delivery = delivery or self.dates_of(place, material).delivery
            new.append(Row(quantity, material, delivery, bases.of(place, material)))
        segment, strategy, raised, gained, lost = self.decided(place)
        quota = self._quota(place, new)
        kept = self._kept(place, new) if quota is None else 0
        return Changed(
            place, segment, strategy, raised, old, tuple(new), gained, lost, *self._uses(place), quota, kept,
            self._shares.get(place),
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


def ranks_of(segment: Array, facts: Facts, settings: Settings) -> Array:
    """Segments one after the other, within each its own criteria."""
    ranks = np.zeros(len(segment), np.int64)
    for place, one in enumerate(settings.segments):
        own = np.flatnonzero(segment == place)
        part = Facts(*(getattr(facts, name)[own] for name in Facts.__slots__))
        ranks[own] = place * 2**40 + ranked(one.sort, part)
    return ranks
