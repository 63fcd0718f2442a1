"""What is planned for cells: entered period by period, posted to the ledger, and looked at before it is posted.

A target may be lowered below what is consumed: who has a promise keeps it, and nobody gets one until there is room
again. A target for a period that is over is refused, unless it says what stands there.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from troth.business.masterdata.actions import Brought
from troth.business.masterdata.queries import traits
from troth.business.quotas.actions import promised, sharing
from troth.business.quotas.actions.drafts import Counted, TargetDraft
from troth.business.quotas.actions.sharing import Target
from troth.business.quotas.models import Cell, Procedure
from troth.business.quotas.queries import frees
from troth.business.quotas.rules import (
    PERIODS_MAX,
    YEARS_MAX,
    Characteristic,
    Contradiction,
    FreesLines,
    PastPeriod,
    UnknownValue,
    WrongQuota,
    cell_of,
    read_values,
)
from troth.kernel.calendars import date_of, day_of
from troth.kernel.errors import BusinessError, NotFound, Refusals, Sentence
from troth.kernel.periods import PeriodKind, first_day, last_day, period_of
from troth.kernel.quantity import MAX
from troth.kernel.quota import WILDCARD
from troth.ledgers.quota import actions as quota
from troth.ledgers.quota.actions import Entry
from troth.ledgers.quota.keys import QuotaKey
from troth.ledgers.quota.rules import Measure
from troth.platform import events, locks
from troth.platform.actions import action, supposed
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference

ALL_COMPANIES = 0
TARGETS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Planned(Brought):
    """What became of targets, and what of promises was counted in new ones."""

    counted: Counted = promised.NOTHING


@action
def set_targets(
    procedure_id: int, drafts: Sequence[TargetDraft], *, preview: bool = False, by: Actor, clock: Clock
) -> Planned:
    """Plan quantities for cells of a procedure, all or none; new cells are made. Counts targets, not cells.

    What is promised already counts in new cells and new periods, in full: nothing is taken from anybody.

    Targets that are shares of a total deal the other shares of their period anew (`sharing`).

    `Refusals` by row and field: unknown values, values that contradict each other or a row before, periods that are
    over. A `preview` refuses all the same and writes nothing.
    """
    procedure, held = locks.hold(Procedure, procedure_id, by=by)
    planned = partial(plan, held, procedure, drafts, preview=preview, by=by, clock=clock)
    # What is locked gets an empty balance where there is none; a look leaves none of them behind.
    return supposed(planned) if preview else planned()


def plan(
    held: Held, procedure: Procedure, drafts: Sequence[TargetDraft], *, preview: bool, by: Actor, clock: Clock
) -> Planned:
    """Inner verb of `set_targets`, for a procedure that is held. No balance of a later kind may be held."""
    if len(drafts) > TARGETS_MAX:
        raise WrongQuota(Sentence("Enter at most %(most)s targets at once."), most=TARGETS_MAX)
    targets, deals = sharing.deal(procedure, read(procedure, drafts, today=reference.today(clock)))
    cells = {
        one.cell: one for one in Cell.objects.filter(procedure_id=procedure.pk, cell__in={t.cell for t in targets})
    }
    spans = _spans(cells, targets)
    keys = {(one.cell, one.period): QuotaKey(procedure.pk, one.cell, one.period) for one in targets}
    held.take(*keys.values())
    _refuse_past(held, procedure, targets, keys, cells, today=day_of(reference.today(clock)))
    created = sum(not _stands(cells, one) for one in targets)
    changes = [one for one in targets if held.balance(keys[one.cell, one.period]).planned != one.quantity]
    changed = sum(_stands(cells, one) for one in changes)
    counted = promised.NOTHING
    if not preview and (created or changed or deals):
        named = {one.cell for one in targets if one.is_named}
        _write(held, procedure, (cells, spans), changes, keys, named, by=by, clock=clock)
        sharing.keep(procedure, deals)
        if created:
            first_on = date_of(first_day(PeriodKind(procedure.period), min(one.period for one in targets)))
            counted = promised.count(held, promised.of_procedure(procedure.pk, first_on), clock=clock)
    return Planned(created, changed, len(targets) - created - changed, counted=counted)


def _stands(cells: Mapping[str, Cell], one: Target) -> bool:
    cell = cells.get(one.cell)
    return cell is not None and cell.first_period <= one.period <= cell.last_period


def read(procedure: Procedure, drafts: Sequence[TargetDraft], *, today: date) -> list[Target]:
    """The targets of drafts, each cell and period once; `Refusals` for all that cannot be."""
    characteristics = tuple(map(Characteristic, procedure.characteristics.split(",")))
    kind, refusals = PeriodKind(procedure.period), list[BusinessError]()
    rows: list[tuple[TargetDraft, tuple[str, ...]]] = []
    for one in drafts:
        try:
            rows.append((one, read_values(one.values, characteristics)))
            if not 0 <= (one.share.total if one.share else one.quantity) <= MAX:
                raise WrongQuota(Sentence("Enter a quantity of zero or more."), field="quantity")
            if one.on.year > today.year + YEARS_MAX:
                raise WrongQuota(
                    Sentence(
                        "Nobody can be promised anything so late. Plan for %(year)s at the latest.",
                        year=str(today.year + YEARS_MAX),
                    ),
                    field="on",
                )
        except BusinessError as refusal:
            name = refusal.field or ""
            given = {"given": one.values[name]} if name in one.values else {}
            refusals.append(type(refusal)(refusal.message, row=one.row, field=refusal.field, **(refusal.facts | given)))
    refusals += _unknown(rows, characteristics)
    refusals += _contradicting(rows, characteristics)
    found: dict[tuple[str, int], Target] = {}
    for one, values in rows:
        target = Target(cell_of(values), period_of(kind, day_of(one.on)), one.quantity, one.row, one.share)
        first = found.setdefault((target.cell, target.period), target)
        if (first.quantity, first.share) != (target.quantity, target.share):
            refusals.append(
                Contradiction(
                    Sentence("This cell has another target for the same period before. Leave one of the two."),
                    row=one.row,
                    field="quantity",
                )
            )
    if refusals:
        raise Refusals(refusals)
    return list(found.values())


_Rows = Sequence[tuple[TargetDraft, tuple[str, ...]]]


def _unknown(rows: _Rows, characteristics: Sequence[Characteristic]) -> Iterable[BusinessError]:
    for place, name in enumerate(characteristics):
        named = {values[place] for _, values in rows} - {WILDCARD}
        unknown = named - traits.values_in_use(name, named)
        for one, values in rows:
            if values[place] in unknown:
                yield UnknownValue(
                    Sentence("There is no %(name)s %(value)s. Check how it is written, or enter # for any other."),
                    row=one.row,
                    field=str(name),
                    name=name.replace("_", " "),
                    value=values[place],
                    given=values[place],
                )


def _contradicting(rows: _Rows, characteristics: Sequence[Characteristic]) -> Iterator[BusinessError]:
    """Cells in which no line could ever be: a product or customer of another group, a region of another country.

    Where a customer's goods are shipped to may differ from order to order, so no region contradicts a customer.
    """
    at = {name: place for place, name in enumerate(characteristics)}

    def given(name: Characteristic) -> list[str]:
        return [values[at[name]] for _, values in rows] if name in at else []

    groups = {product: {group} for product, group in traits.product_groups(given(Characteristic.PRODUCT)).items()}
    countries = traits.countries_of_regions(given(Characteristic.REGION))
    customers = traits.customer_traits(given(Characteristic.CUSTOMER))
    of_customers = {number: {each.customer_group for each in found} for number, found in customers.items()}
    channels = {number: {each.channel for each in found} for number, found in customers.items()}
    for of, name, known in (
        (Characteristic.PRODUCT, Characteristic.PRODUCT_GROUP, groups),
        (Characteristic.REGION, Characteristic.COUNTRY, countries),
        (Characteristic.CUSTOMER, Characteristic.CUSTOMER_GROUP, of_customers),
        (Characteristic.CUSTOMER, Characteristic.CHANNEL, channels),
    ):
        for one, values in rows if of in at and name in at else ():
            of_value, value = values[at[of]], values[at[name]]
            own = known.get(of_value, {value})
            if WILDCARD not in (of_value, value) and value not in own:
                yield _never(one, name, f"{of} {of_value}", ", ".join(sorted(own)))


def _never(one: TargetDraft, name: str, of: str, own: str) -> Contradiction:
    return Contradiction(
        Sentence("No line could ever be in this cell: %(of)s has %(own)s there. Enter that, or # for any other."),
        row=one.row,
        field=name,
        of=of,
        own=own,
    )


def _spans(cells: Mapping[str, Cell], targets: Sequence[Target]) -> dict[str, tuple[int, int]]:
    """From which to which period each cell is planned then; a row of targets has no gaps, but zeros."""
    spans = {text: (one.first_period, one.last_period) for text, one in cells.items()}
    refusals = list[BusinessError]()
    for one in targets:
        first, last = spans.get(one.cell, (one.period, one.period))
        first, last = min(first, one.period), max(last, one.period)
        if last - first < PERIODS_MAX:
            spans[one.cell] = first, last
        else:
            too_many = Sentence("A cell is planned for at most %(most)s periods. Choose an earlier period.")
            refusals.append(WrongQuota(too_many, row=one.row, field="on", most=PERIODS_MAX))
    if refusals:
        raise Refusals(refusals)
    return spans


def _refuse_past(
    held: Held,
    procedure: Procedure,
    targets: Sequence[Target],
    keys: Mapping[tuple[str, int], QuotaKey],
    cells: Mapping[str, Cell],
    *,
    today: int,
) -> None:
    kind = PeriodKind(procedure.period)
    past = [
        one
        for one in targets
        if last_day(kind, one.period) < today
        and not (_stands(cells, one) and held.balance(keys[one.cell, one.period]).planned == one.quantity)
    ]
    if past:
        raise Refusals(
            [
                PastPeriod(
                    Sentence("This period is over, so nothing can be confirmed in it. Plan for today or later."),
                    row=one.row,
                    field="on",
                )
                for one in past
            ]
        )


def _write(
    held: Held,
    procedure: Procedure,
    stood: tuple[Mapping[str, Cell], Mapping[str, tuple[int, int]]],
    changes: Sequence[Target],
    keys: Mapping[tuple[str, int], QuotaKey],
    named: Collection[str],
    *,
    by: Actor,
    clock: Clock,
) -> None:
    cells, spans = stood
    source = DocumentRef("quota_procedure", procedure.pk, procedure.code)
    entries = [
        Entry(key, Measure.PLANNED, one.quantity - held.balance(key).planned, source)
        for one in changes
        if (key := keys[one.cell, one.period])
    ]
    if entries:
        quota.post(held, entries, at=clock.now())
    new = [
        Cell(procedure=procedure, cell=text, first_period=first, last_period=last)
        for text, (first, last) in spans.items()
        if text not in cells
    ]
    Cell.objects.bulk_create(new)
    grown = []
    for text, one in cells.items():
        is_active = one.is_active or text in named
        if (one.first_period, one.last_period) != spans[text] or is_active != one.is_active:
            (one.first_period, one.last_period), one.is_active = spans[text], is_active
            grown.append(one)
    Cell.objects.bulk_update(grown, ["first_period", "last_period", "is_active"])
    events.record(
        "quotas.targets_set", source, company_id=ALL_COMPANIES, by=by, at=clock.now(),
        facts={"targets": len(changes), "cells": len({one.cell for one in changes})},
    )  # fmt: skip


@action
def retire_cell(cell_id: int, *, frees_lines: bool = False, by: Actor, clock: Clock) -> Counted:
    """Look at a cell no more: its lines are in the next cell that holds for them, and counted there.

    What it is planned for stays; `restore_cell`, or a target entered for it, brings it back. Where no other cell holds
    for them, promises keep what they consume of it; if the procedure would then limit its lines no more, `FreesLines`
    unless `frees_lines` says that this is meant.
    """
    return _use_cell(cell_id, "quotas.cell_retired", is_active=False, may_free=frees_lines, by=by, clock=clock)


@action
def restore_cell(cell_id: int, *, by: Actor, clock: Clock) -> Counted:
    """Look at a cell again that was retired; what was promised meanwhile is counted in it."""
    return _use_cell(cell_id, "quotas.cell_restored", is_active=True, may_free=True, by=by, clock=clock)


def _use_cell(cell_id: int, event: str, *, is_active: bool, may_free: bool, by: Actor, clock: Clock) -> Counted:
    found = Cell.objects.filter(pk=cell_id).first()
    if found is None:
        raise NotFound(Sentence("There is no quota cell %(id)s."), kind="quota cell", id=cell_id)
    procedure, held = locks.hold(Procedure, found.procedure_id, by=by)
    found.refresh_from_db()
    if not may_free and frees(procedure, found):
        raise FreesLines(
            Sentence(
                "No other cell holds for the lines of this one, so the procedure would limit them no more. "
                "Confirm that this is meant, or plan a cell for any other first."
            ),
            field="frees_lines",
        )
    if not Cell.objects.filter(pk=cell_id, is_active=not is_active).update(is_active=is_active):
        return promised.NOTHING
    first_on = date_of(first_day(PeriodKind(procedure.period), found.first_period))
    counted = promised.count(held, promised.of_procedure(procedure.pk, first_on), clock=clock)
    events.record(
        event, DocumentRef("quota_procedure", procedure.pk, procedure.code),
        company_id=ALL_COMPANIES, by=by, at=clock.now(), facts={"cell": found.cell},
    )  # fmt: skip
    return counted
