"""Quotas and supply protection over the API. Quantities are decimal text in the unit that stands beside them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Query
from pydantic import Field, StrictBool

from troth.business.masterdata.api.records import ImportOptions, ImportOutcome, brought_in
from troth.business.quotas import actions, files
from troth.business.quotas.actions import (
    ProcedureDraft,
    ProtectionDraft,
    ReachDraft,
    SequenceDraft,
    ShareDraft,
    TargetDraft,
)
from troth.business.quotas.actions.drafts import WHOM
from troth.business.quotas.models import Cell, Procedure, Protection
from troth.business.quotas.models import Sequence as SequenceRow
from troth.business.quotas.notation import SHARE_UNITS
from troth.business.quotas.queries import screens
from troth.business.quotas.rules import WINDOW_MAX, By
from troth.kernel.calendars import date_of, day_of
from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.periods import PeriodKind, first_day, period_of
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform.api import bodies, versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Name, Shown, Whole, quantity
from troth.reference import queries as reference

operations = Operations("quotas")

Window = Annotated[Whole, Field(ge=0, le=WINDOW_MAX)]
ShortCode = Annotated[str, Field(min_length=1, max_length=20)]
ShortName = Annotated[str, Field(min_length=1, max_length=80)]
Value = Annotated[str, Field(max_length=60)]
SHOWN_PERIODS = 53


class Saved(Shown):
    id: int
    version: int


class ProcedureEntry(Entry):
    """`characteristics` are some of product, product_group, customer, customer_group, country, region, channel."""

    code: ShortCode
    name: ShortName
    characteristics: Annotated[list[Code], Field(min_length=1, max_length=7)]
    unit: ShortCode
    period: Literal["day", "week", "month"] = "week"
    look_back: Window = 0
    look_ahead: Window = 0
    order: Literal["backward_forward", "forward_backward"] = "backward_forward"
    without_cell: Literal["free", "nothing"] = "free"
    exhausted: Literal["later", "open"] = "later"
    is_active: StrictBool = True


class ProcedureShown(Shown):
    id: int
    version: int
    code: str
    name: str
    characteristics: list[str]
    unit: str
    period: str
    look_back: int
    look_ahead: int
    order: str
    without_cell: str
    exhausted: str
    is_active: bool


class ReachEntry(Entry):
    """A `product` (number) or a `product_group`, for wishes from one day to another (null: ever after)."""

    product: Code = ""
    product_group: Value = ""
    valid_from_on: Day
    valid_to_on: Day | None = None


class SequenceEntry(Entry):
    """`procedures` are codes, in the order in which they are asked."""

    code: ShortCode
    name: ShortName
    procedures: Annotated[list[ShortCode], Field(min_length=1, max_length=20)]
    reaches: Annotated[list[ReachEntry], Field(max_length=500)] = []
    is_active: StrictBool = True


class ReachShown(Shown):
    product: str | None
    product_group: str | None
    valid_from_on: date
    valid_to_on: date | None


class SequenceShown(Shown):
    id: int
    version: int
    code: str
    name: str
    procedures: list[str]
    reaches: list[ReachShown]
    is_active: bool


class TargetEntry(Entry):
    """`quantity` is planned in the period in which `on` lies, for these values; what is left out is any other.

    Instead of the quantity a `percentage`, or parts of a `ratio`, of the `total` of the period: the other cells that
    have shares of it are dealt anew.
    """

    values: Annotated[dict[Code, Value], Field(max_length=7)]
    on: Day
    quantity: Figure | None = None
    percentage: Figure | None = None
    ratio: Figure | None = None
    total: Figure | None = None


class TargetsEntry(Entry):
    targets: Annotated[list[TargetEntry], Field(min_length=1, max_length=5000)]


class PromisesCounted(Shown):
    """What is promised already on `lines` and was counted, in the unit of the quota; `over` is past what is planned."""

    lines: int
    quantity: str
    over: str


class TargetsSet(Shown):
    """How many targets are new, changed, and as they were, and what was counted in new cells and periods."""

    created: int
    changed: int
    unchanged: int
    counted: PromisesCounted


class PeriodShown(Shown):
    """`share`: of what total the target is a share, such as `20 % of 1000`; null where it is a quantity of its own."""

    first_on: date
    target: str
    share: str | None
    consumed: str
    left: str


class CellShown(Shown):
    id: int
    values: dict[str, str]
    unit: str
    is_active: bool
    periods: list[PeriodShown]


class CellState(Shown):
    id: int
    is_active: bool
    counted: PromisesCounted


class RetireEntry(Entry):
    """`frees_lines`: it is meant that the procedure limits lines no more for which no other cell holds."""

    frees_lines: StrictBool = False


class CellFilter(Paging):
    """Cells with all the `words` in their values; of their periods a year from `on` (null: today) on."""

    words: Name = ""
    on: Day | None = None
    with_retired: bool = False


KeptBy = Literal["customer_group", "customer", "channel", "region", "country"]


class ProtectionEntry(Entry):
    """`quantity` (base unit) of a product at a site is kept for those of a `value`, who also have the second if any."""

    product: Code
    site: Code
    characteristic: KeptBy
    value: Annotated[str, Field(min_length=1, max_length=60)]
    quantity: Figure
    first_on: Day
    last_on: Day
    priority: Annotated[Whole, Field(ge=1, le=99)] | None = None
    is_active: StrictBool = True
    second_characteristic: KeptBy | Literal[""] = ""
    second_value: Annotated[str, Field(max_length=60)] = ""


class ProtectionShown(Shown):
    id: int
    version: int
    product: str
    site: str
    characteristic: str
    value: str
    second_characteristic: str
    second_value: str
    priority: int | None
    unit: str
    quantity: str
    consumed: str
    first_on: date
    last_on: date
    is_active: bool


@operations.reads("/quota-procedures", Page[ProcedureShown])
def list_quota_procedures(request: ApiRequest, found: Query[Paging]) -> dict[str, Any]:
    """By what quotas are told apart, in which periods, and how they are used."""
    return page(request, screens.all_procedures(), found, _procedures, order=("code",))


@operations.creates("/quota-procedures", Saved)
def create_quota_procedure(request: ApiRequest, procedure: ProcedureEntry) -> dict[str, Any]:
    return _saved(create(request, actions.save_procedure, _procedure(procedure)))


@operations.changes("/quota-procedures/{int:procedure_id}", Saved, method="PUT")
def replace_quota_procedure(request: ApiRequest, procedure_id: Id, procedure: ProcedureEntry) -> dict[str, Any]:
    """Change a procedure; what tells cells apart, their periods and unit stay once there are cells."""
    version = versions.expected(request)
    draft = _procedure(procedure)
    return _saved(act(request, actions.save_procedure, draft, procedure_id=procedure_id, version=version))


@operations.reads("/quota-sequences", Page[SequenceShown])
def list_quota_sequences(request: ApiRequest, found: Query[Paging]) -> dict[str, Any]:
    """Which procedures hold for which products, and in what order they are asked."""
    return page(request, screens.all_sequences(), found, _sequences, order=("code",))


@operations.creates("/quota-sequences", Saved)
def create_quota_sequence(request: ApiRequest, sequence: SequenceEntry) -> dict[str, Any]:
    return _saved(create(request, actions.save_sequence, _sequence(sequence)))


@operations.changes("/quota-sequences/{int:sequence_id}", Saved, method="PUT")
def replace_quota_sequence(request: ApiRequest, sequence_id: Id, sequence: SequenceEntry) -> dict[str, Any]:
    """Change a sequence, with all that it holds for."""
    version = versions.expected(request)
    draft = _sequence(sequence)
    return _saved(act(request, actions.save_sequence, draft, sequence_id=sequence_id, version=version))


@operations.reads("/quota-procedures/{int:procedure_id}/cells", Page[CellShown])
def list_quota_cells(request: ApiRequest, procedure_id: Id, found: Query[CellFilter]) -> dict[str, Any]:
    """The cells of a procedure by period: target, consumed, and left (below zero where a target was lowered)."""
    procedure = screens.procedure(procedure_id)
    first = period_of(PeriodKind(procedure.period), day_of(found.on or reference.today(request.clock)))

    def show(cells: Iterable[Cell]) -> list[CellShown]:
        found, last = list(cells), first + SHOWN_PERIODS - 1
        shares = screens.shares(procedure, found, first=first, last=last)
        rows = screens.cell_rows(procedure, found, first=first, last=last)
        return [_cell(procedure, one, shares) for one in rows]

    return page(
        request,
        screens.all_cells(procedure_id, words=found.words, with_retired=found.with_retired),
        found,
        show,
        order=("cell",),
    )


@operations.acts("/quota-procedures/{int:procedure_id}/targets", TargetsSet)
def set_quota_targets(request: ApiRequest, procedure_id: Id, sent: TargetsEntry) -> dict[str, Any]:
    """Plan quantities for cells, all or none; a cell that is not there is made."""
    procedure = screens.procedure(procedure_id)
    unit = Unit(procedure.unit_id, procedure.unit.decimals)
    drafts = [_target(one, unit, row) for row, one in enumerate(sent.targets, 1)]
    brought = act(request, actions.set_targets, procedure_id, drafts)
    counted = _counted(brought.counted, unit.decimals)
    return {
        "created": brought.created, "changed": brought.changed, "unchanged": brought.unchanged, "counted": counted,
    }  # fmt: skip


@operations.creates("/imports/quota-targets/{int:procedure_id}", ImportOutcome, accepts=bodies.CSV, status=200)
def import_quota_targets(request: ApiRequest, procedure_id: Id, options: Query[ImportOptions]) -> ImportOutcome:
    """A file of targets: a column for each characteristic, `on` and `quantity`; all rows or none."""
    return brought_in(files.shape_of(procedure_id), request, options)


@operations.creates("/imports/quota-procedures", ImportOutcome, accepts=bodies.CSV, status=200)
def import_quota_procedures(request: ApiRequest, options: Query[ImportOptions]) -> ImportOutcome:
    """A file of procedures; all rows or none."""
    return brought_in("quota_procedures", request, options)


@operations.creates("/imports/quota-sequences", ImportOutcome, accepts=bodies.CSV, status=200)
def import_quota_sequences(request: ApiRequest, options: Query[ImportOptions]) -> ImportOutcome:
    """A file of sequences, a row for each product or group that one holds for; all rows or none."""
    return brought_in("quota_sequences", request, options)


@operations.creates("/imports/supply-protections", ImportOutcome, accepts=bodies.CSV, status=200)
def import_supply_protections(request: ApiRequest, options: Query[ImportOptions]) -> ImportOutcome:
    """A file of supply protections; all rows or none."""
    return brought_in("supply_protections", request, options)


def _target(one: TargetEntry, unit: Unit, row: int) -> TargetDraft:
    """A quantity, or a share with its total."""
    given = [name for name in ("quantity", "percentage", "ratio") if getattr(one, name) is not None]
    if len(given) != 1 or (one.total is None) is not (given == ["quantity"]):
        raise InvalidInput(
            Sentence("Enter a quantity, or a percentage or ratio with the total of the period."),
            row=row,
            field=given[-1] if given else "quantity",
        )
    if one.quantity is not None:
        return TargetDraft(one.values, one.on, _parsed(one.quantity, unit, row=row), row)
    by = By(given[0])
    steps = _parsed(getattr(one, by), SHARE_UNITS[by], row=row, field=by.value)
    total = _parsed(one.total or "", unit, row=row, field="total")
    return TargetDraft(one.values, one.on, 0, row, ShareDraft(by, steps, total))


def _counted(found: actions.Counted, decimals: int) -> dict[str, Any]:
    return {
        "lines": found.lines, "quantity": quantity(found.quantity, decimals), "over": quantity(found.over, decimals),
    }  # fmt: skip


@operations.acts("/quota-cells/{int:cell_id}/retire", CellState)
def retire_quota_cell(request: ApiRequest, cell_id: Id, retiring: RetireEntry) -> dict[str, Any]:
    """Look at a cell no more; what was promised is counted in the next cell that holds for it, or stays in this one.

    Refused where the procedure would then limit its lines no more, unless `frees_lines` says that this is meant."""
    counted = act(request, actions.retire_cell, cell_id, frees_lines=retiring.frees_lines)
    return _cell_state(cell_id, counted, is_active=False)


@operations.acts("/quota-cells/{int:cell_id}/restore", CellState)
def restore_quota_cell(request: ApiRequest, cell_id: Id) -> dict[str, Any]:
    """Look at a cell again that was retired; what was promised meanwhile is counted in it."""
    return _cell_state(cell_id, act(request, actions.restore_cell, cell_id), is_active=True)


def _cell_state(cell_id: int, counted: actions.Counted, *, is_active: bool) -> dict[str, Any]:
    procedure, _ = screens.cell(cell_id)
    return {"id": cell_id, "is_active": is_active, "counted": _counted(counted, procedure.unit.decimals)}


@operations.acts("/quota-sequences/{int:sequence_id}/close", SequenceShown)
def close_quota_sequence(request: ApiRequest, sequence_id: Id) -> SequenceShown:
    """Ask a sequence no more; what was promised keeps what it consumes."""
    act(request, actions.close_sequence, sequence_id)
    return _sequences([screens.sequence(sequence_id)])[0]


@operations.acts("/quota-sequences/{int:sequence_id}/reopen", SequenceShown)
def reopen_quota_sequence(request: ApiRequest, sequence_id: Id) -> SequenceShown:
    """Ask a sequence again that was closed."""
    act(request, actions.reopen_sequence, sequence_id)
    return _sequences([screens.sequence(sequence_id)])[0]


@operations.reads("/supply-protections", Page[ProtectionShown])
def list_supply_protections(request: ApiRequest, found: Query[Paging]) -> dict[str, Any]:
    """What is kept for whom, and what of it they have been promised."""
    return page(request, screens.all_protections(request.auth.company_ids), found, _protections)


@operations.creates("/supply-protections", Saved)
def create_supply_protection(request: ApiRequest, protection: ProtectionEntry) -> dict[str, Any]:
    return _saved(create(request, actions.save_protection, _protection(protection)))


@operations.changes("/supply-protections/{int:protection_id}", Saved, method="PUT")
def replace_supply_protection(request: ApiRequest, protection_id: Id, protection: ProtectionEntry) -> dict[str, Any]:
    """Change quantity and days, or end it; product, site and whom it is for stay."""
    version = versions.expected(request)
    draft = _protection(protection)
    return _saved(act(request, actions.save_protection, draft, protection_id=protection_id, version=version))


def _saved(saved: actions.Saved) -> dict[str, Any]:
    return {"id": saved.id, "version": saved.version}


def _procedure(sent: ProcedureEntry) -> ProcedureDraft:
    given = sent.model_dump()
    return ProcedureDraft(**{**given, "characteristics": ",".join(sent.characteristics)})


def _sequence(sent: SequenceEntry) -> SequenceDraft:
    reaches = [ReachDraft(**one.model_dump()) for one in sent.reaches]
    return SequenceDraft(sent.code, sent.name, sent.procedures, reaches, sent.is_active)


def _protection(sent: ProtectionEntry) -> ProtectionDraft:
    product = reference.products_by_number([sent.product]).get(sent.product)
    unit = Unit(product.base_unit, product.decimals) if product else Unit("", 6)
    return ProtectionDraft(**{**sent.model_dump(), "quantity": _parsed(sent.quantity, unit)})


def _parsed(text: str, unit: Unit, *, row: int | None = None, field: str = "quantity") -> int:
    try:
        return parse_quantity(text, unit, zero_allowed=True)
    except BusinessError as refusal:
        raise type(refusal)(refusal.message, row=row, field=field) from None


def _procedures(rows: Iterable[Procedure]) -> list[ProcedureShown]:
    names = ("id", "version", "code", "name", "period", "look_back", "look_ahead", "order", "without_cell", "exhausted",
             "is_active")  # fmt: skip
    return [
        ProcedureShown(
            **{name: getattr(one, name) for name in names},
            characteristics=one.characteristics.split(","),
            unit=one.unit_id,
        )
        for one in rows
    ]


def _sequences(rows: Iterable[SequenceRow]) -> list[SequenceShown]:
    return [
        SequenceShown(
            id=one.pk,
            version=one.version,
            code=one.code,
            name=one.name,
            procedures=[step.procedure.code for step in sorted(one.steps.all(), key=lambda step: step.position)],
            reaches=[
                ReachShown(
                    product=reach.product.number if reach.product else None,
                    product_group=reach.product_group or None,
                    valid_from_on=reach.valid_from_on,
                    valid_to_on=reach.valid_to_on,
                )
                for reach in one.reaches.all()
            ],
            is_active=one.is_active,
        )
        for one in rows
    ]


def _cell(procedure: Procedure, row: screens.CellRow, shares: Mapping[tuple[str, int], str]) -> CellShown:
    kind, decimals = PeriodKind(procedure.period), procedure.unit.decimals
    return CellShown(
        id=row.id,
        values=row.values,
        unit=procedure.unit_id,
        is_active=row.is_active,
        periods=[
            PeriodShown(
                first_on=date_of(first_day(kind, at)),
                target=quantity(planned, decimals),
                share=shares.get((row.cell, at)),
                consumed=quantity(consumed, decimals),
                left=quantity(planned - consumed, decimals),
            )
            for at, (planned, consumed) in sorted(row.periods.items())
        ],
    )


def _protections(rows: Iterable[Protection]) -> list[ProtectionShown]:
    found = list(rows)
    balances = screens.protection_balances([one.pk for one in found])
    names = ("id", "version", *WHOM, "priority", "first_on", "last_on", "is_active")
    return [
        ProtectionShown(
            **{name: getattr(one, name) for name in names},
            product=one.product.number,
            site=one.site.code,
            unit=one.product.base_unit_id,
            quantity=quantity(planned, one.product.base_unit.decimals),
            consumed=quantity(consumed, one.product.base_unit.decimals),
        )
        for one, (planned, consumed) in ((row, balances.get(row.pk, (0, 0))) for row in found)
    ]
