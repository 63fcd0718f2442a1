"""Which quotas hold for a line: its sequences, of each procedure the cell that says most, and what is protected.

`matched` costs nothing where no product of the lines has a quota, else one statement for all of them. The keys that it
names are those of what the line may take from: from the period of the first day on which its goods may be ready (and
as far back as the procedure looks) to the last that is planned.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from troth.business.quotas import models, store
from troth.business.quotas.queries.snapshot import Known, ProcedureTerms, ProtectionTerms, ReachTerms, known
from troth.business.quotas.rules import PROTECTIONS, SEPARATOR, Traits, WithoutCell, cell_of, core_of
from troth.kernel.periods import first_day, last_day, period_of
from troth.kernel.protection import Group
from troth.kernel.quota import Cell, Procedure, patterns
from troth.ledgers.quota.keys import QuotaBalance, QuotaKey
from troth.platform.actions import remembered

FARTHEST_DAYS = 800
"""No check looks further ahead than this from the wished day, so no lock needs to."""


class Ask(NamedTuple):
    """A line that is to be held against quotas: `wished` is the day (number) it is wished for, `ready` the first on
    which its goods may have to be ready."""

    line: int
    product_id: int
    site_id: int
    unit: str
    priority: int
    wished: int
    ready: int
    traits: Traits


@dataclass(frozen=True, slots=True)
class Targets:
    """The row of targets that holds for a line in a procedure, from `first` to `last` period; without a `cell` there is
    none and nothing is to be had."""

    procedure: ProcedureTerms
    cell: str | None
    first: int
    last: int

    @property
    def keys(self) -> tuple[QuotaKey, ...]:
        if self.cell is None:
            return ()
        return tuple(QuotaKey(self.procedure.id, self.cell, at) for at in range(self.first, self.last + 1))

    def on(self, today: int, balances: Sequence[QuotaBalance]) -> Procedure:
        """The row as the kernel knows it, in days from `today`; `balances` are those of `keys`."""
        kind = self.procedure.period
        cells = tuple(
            Cell(first_day(kind, at) - today, last_day(kind, at) - today, one.planned, one.consumed)
            for at, one in enumerate(balances, self.first)
        )
        return Procedure(cells, self.procedure.look_back, self.procedure.look_ahead, self.procedure.order)


@dataclass(frozen=True, slots=True)
class Matched:
    """What holds for a line: its sequences, what is protected of its product at its site, and who it is there."""

    sequences: tuple[tuple[Targets, ...], ...]
    protections: tuple[ProtectionTerms, ...]
    group: Group
    keys: tuple[QuotaKey, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rows = [key for sequence in self.sequences for targets in sequence for key in targets.keys]
        object.__setattr__(self, "keys", (*rows, *[protection_key(one.id) for one in self.protections]))


def protection_key(protection_id: int) -> QuotaKey:
    """Where the ledger keeps what a protection keeps and what of it is consumed."""
    return QuotaKey(PROTECTIONS, str(protection_id), 0)


def matched(asks: Iterable[Ask], state: Known | None = None) -> Mapping[int, Matched]:
    """What holds for each line that something holds for; an action looks it up once. `state` is what is `known`."""
    wanted = tuple(asks)
    if not wanted:
        return {}
    state = state or known(wanted[0].traits.edition)
    if state.is_empty:
        return {}
    assigned = {ask.line: found for ask in wanted if (found := tuple(_assigned(state, ask)))}
    protections = {ask.line: kept for ask in wanted if (kept := _protected(state, ask, wanted))}
    if not assigned and not protections:
        return {}
    cells = remembered(("quotas.matched", wanted), lambda: store.cells(_places(wanted, assigned)))
    return {
        ask.line: _matched(ask, assigned.get(ask.line, ()), protections.get(ask.line, ()), cells)
        for ask in wanted
        if ask.line in assigned or ask.line in protections
    }


def matched_all(state: Known, asks: Sequence[Ask]) -> Mapping[int, Matched]:
    """Which quotas hold for each of many lines by a state; protections are left out. A statement for very many."""
    assigned = {ask.line: found for ask in asks if (found := tuple(_assigned(state, ask)))}
    cells = store.cells(_places(asks, assigned))
    return {ask.line: _matched(ask, assigned[ask.line], (), cells) for ask in asks if ask.line in assigned}


def frees(procedure: models.Procedure, cell: models.Cell) -> bool:
    """Whether the procedure would limit the lines of a cell no more if it were retired.

    So it is where who is in no cell is free, and no wider cell is left that would hold for all of them.
    """
    is_asked = procedure.is_active and procedure.steps.filter(sequence__is_active=True).exists()
    if not is_asked or not cell.is_active or procedure.without_cell != WithoutCell.FREE:
        return False
    wider = {cell_of(one) for one in patterns(tuple(cell.cell.split(SEPARATOR)))} - {cell.cell}
    return not models.Cell.objects.filter(procedure_id=procedure.pk, is_active=True, cell__in=wider).exists()


def _assigned(state: Known, ask: Ask) -> Iterator[tuple[ProcedureTerms, ...]]:
    """The sequences of the wished day; a procedure stands in the first of them only, and counts in its own unit."""
    seen: set[int] = set()
    both: tuple[ReachTerms, ...] = state.by_product.get(ask.product_id, ())
    both += state.by_group.get(ask.traits.product_group, ())
    for one in both:
        if not one.first_day <= ask.wished <= one.last_day:
            continue
        fresh = tuple(each for each in one.procedures if each.id not in seen and each.unit == ask.unit)
        seen.update(each.id for each in fresh)
        if fresh:
            yield fresh


def _protected(state: Known, ask: Ask, asks: Sequence[Ask]) -> tuple[ProtectionTerms, ...]:
    """What is protected on the line's key, but for what is over before any line that shares the key is ready."""
    key = (ask.product_id, ask.site_id)
    found = state.protections.get(key, ())
    if not found:
        return ()
    first = min(one.ready for one in asks if (one.product_id, one.site_id) == key)
    return tuple(one for one in found if one.last_day >= first)


def _patterns(procedure: ProcedureTerms, traits: Traits) -> tuple[str, ...]:
    return _cells(tuple([traits.value(one) for one in procedure.characteristics]))


@lru_cache(maxsize=1024)  # each line asks twice
def _cells(values: tuple[str, ...]) -> tuple[str, ...]:
    """The cells that hold for these values, the one that says most first."""
    return tuple(dict.fromkeys(map(cell_of, patterns(values))))


def _places(
    asks: Sequence[Ask], assigned: Mapping[int, tuple[tuple[ProcedureTerms, ...], ...]]
) -> Iterator[store.Place]:
    for ask in asks:
        for procedures in assigned.get(ask.line, ()):
            for procedure in procedures:
                for cell in _patterns(procedure, ask.traits):
                    yield procedure.id, cell


def _matched(
    ask: Ask,
    assigned: tuple[tuple[ProcedureTerms, ...], ...],
    protections: tuple[ProtectionTerms, ...],
    cells: Mapping[store.Place, tuple[int, int]],
) -> Matched:
    sequences = []
    for procedures in assigned:
        rows = [_targets(procedure, ask, cells) for procedure in procedures]
        if None not in rows:
            sequences.append(tuple(row for row in rows if row is not None))
    group = Group(core_of(ask.traits, protections[0].characteristics) if protections else "", ask.priority)
    return Matched(tuple(sequences), protections, group)


def _targets(procedure: ProcedureTerms, ask: Ask, cells: Mapping[store.Place, tuple[int, int]]) -> Targets | None:
    """The row that says most; None where the line is free of the procedure, and with it of the whole sequence."""
    own = period_of(procedure.period, ask.ready)
    for cell in _patterns(procedure, ask.traits):
        if (procedure.id, cell) in cells:
            first, last = cells[procedure.id, cell]
            farthest = period_of(procedure.period, ask.ready + FARTHEST_DAYS)
            return Targets(procedure, cell, max(first, own - procedure.look_back), min(last, farthest))
    return None if procedure.without_cell is WithoutCell.FREE else Targets(procedure, None, 0, -1)
