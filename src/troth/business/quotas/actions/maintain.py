"""Procedures and sequences: entered, changed, assigned to products."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from troth.business.masterdata.actions import touch
from troth.business.masterdata.queries import traits
from troth.business.quotas.actions import promised
from troth.business.quotas.actions.drafts import Counted, ProcedureDraft, ReachDraft, Saved, SequenceDraft
from troth.business.quotas.actions.promised import Reached
from troth.business.quotas.actions.rows import Wanted, each
from troth.business.quotas.models import Cell, Procedure, Reach, SequenceStep
from troth.business.quotas.models import Sequence as SequenceRow
from troth.business.quotas.rules import (
    WINDOW_MAX,
    Exhausted,
    ReachesOverlap,
    UnknownValue,
    WithoutCell,
    WrongQuota,
    read_characteristics,
)
from troth.kernel.errors import Sentence
from troth.kernel.periods import PeriodKind
from troth.kernel.quota import Order
from troth.platform import events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference
from troth.reference.models import Unit

ALL_COMPANIES = 0
REACHES_MAX = 500


@action
def save_procedure(
    draft: ProcedureDraft, *, procedure_id: int | None = None, version: int | None = None, by: Actor, clock: Clock
) -> Saved:
    """Create a procedure, or change the one of this id, if it is still at `version`.

    What tells its cells apart, their periods and their unit stay once there are cells.
    """
    record, held = Procedure(version=0), locks.begin()
    if procedure_id is not None:
        record, held = locks.hold(Procedure, procedure_id, by=by)
        locks.refuse_if_changed(record, version)
    [saved], counted = write_procedures(held, [Wanted(draft, record)], by=by, clock=clock)
    return replace(saved, counted=counted)


def write_procedures(
    held: Held, wanted: Sequence[Wanted[ProcedureDraft]], *, by: Actor, clock: Clock
) -> tuple[list[Saved], Counted]:
    """Inner verb of `save_procedure` and of a file: all of them or none, counted once. `Refusals` by row."""
    saved, reached = list[Saved](), list[Reached]()

    def write(one: Wanted[ProcedureDraft]) -> None:
        made, holds_for_others = _write_procedure(one.draft, one.record, by=by, clock=clock)
        saved.append(made)
        if holds_for_others:
            reached.append(promised.of_procedure(made.id, promised.first_on(made.id)))

    each(wanted, write)
    counted = promised.count(held, promised.merged(reached), clock=clock) if reached else promised.NOTHING
    return saved, counted


def _write_procedure(draft: ProcedureDraft, record: Procedure, *, by: Actor, clock: Clock) -> tuple[Saved, bool]:
    """What was saved, and whether it may hold for others than before."""
    _check_code(Procedure, draft.code, draft.name, record.pk)
    values = _procedure_values(draft)
    if record.pk is not None and Cell.objects.filter(procedure_id=record.pk).exists():
        _refuse_fixed(record, values)
    if record.pk is not None and record.unit_id != values["unit_id"]:
        _refuse_other_unit(record, draft.unit)
    reaches_others = record.pk is not None and any(getattr(record, name) != values[name] for name in _WHOM)
    return _write(record, "quota_procedure", values, by=by, clock=clock), reaches_others


_WHOM = ("is_active", "without_cell")
"""What says for whom a procedure holds; the rest says how much they get."""


def _procedure_values(draft: ProcedureDraft) -> dict[str, object]:
    words = ",".join(read_characteristics(draft.characteristics))
    _check_choice("period", draft.period, PeriodKind)
    _check_choice("order", draft.order, Order)
    _check_choice("without_cell", draft.without_cell, WithoutCell)
    _check_choice("exhausted", draft.exhausted, Exhausted)
    for name in ("look_back", "look_ahead"):
        if not 0 <= getattr(draft, name) <= WINDOW_MAX:
            raise WrongQuota(Sentence("Enter 0 to %(most)s periods."), field=name, most=WINDOW_MAX)
    if not Unit.objects.filter(code=draft.unit).exists():
        raise UnknownValue(Sentence("There is no unit %(value)s. Choose another."), field="unit", value=draft.unit[:20])
    return {
        "code": draft.code.strip(), "name": draft.name.strip(), "characteristics": words, "unit_id": draft.unit,
        "period": draft.period, "look_back": draft.look_back, "look_ahead": draft.look_ahead, "order": draft.order,
        "without_cell": draft.without_cell, "exhausted": draft.exhausted, "is_active": draft.is_active,
    }  # fmt: skip


def _refuse_fixed(record: Procedure, values: dict[str, object]) -> None:
    for name in ("characteristics", "period", "unit_id"):
        if getattr(record, name) != values[name]:
            raise WrongQuota(
                Sentence("There are cells already, so this cannot change. Make another procedure for what is new."),
                field=name.removesuffix("_id"),
            )


def _refuse_other_unit(record: Procedure, unit: str) -> None:
    """Sequences are assigned to what the procedure counts alike; in another unit it would hold for none of it."""
    assigned = Reach.objects.filter(sequence__steps__procedure=record).values_list("sequence__code", flat=True).first()
    if assigned is not None:
        raise WrongQuota(
            Sentence(
                "Sequence %(sequence)s assigns it to products that are counted in %(unit)s. "
                "Take it out of the sequence first, or make another procedure."
            ),
            field="unit",
            sequence=assigned,
            unit=record.unit_id,
        )


@action
def save_sequence(
    draft: SequenceDraft, *, sequence_id: int | None = None, version: int | None = None, by: Actor, clock: Clock
) -> Saved:
    """Create a sequence with its procedures and reaches, or change the one of this id, if still at `version`.

    `ReachesOverlap` where a procedure would hold twice for a product on a day.
    """
    record, held = SequenceRow(version=0), locks.begin()
    if sequence_id is not None:
        record, held = locks.hold(SequenceRow, sequence_id, by=by)
        locks.refuse_if_changed(record, version)
    [saved], counted = write_sequences(held, [Wanted(draft, record)], by=by, clock=clock)
    return replace(saved, counted=counted)


def write_sequences(
    held: Held, wanted: Sequence[Wanted[SequenceDraft]], *, by: Actor, clock: Clock
) -> tuple[list[Saved], Counted]:
    """Inner verb of `save_sequence` and of a file: all of them or none, counted once. `Refusals` by row.

    What they hold for is compared when all are written, so that one may take over what another gives up.
    """
    codes = {code for one in wanted for code in one.draft.procedures}
    # Whoever else assigns one of these procedures waits, so that what is compared is all there is.
    locks.begin().hold(Procedure, *Procedure.objects.filter(code__in=codes).values_list("pk", flat=True), by=by)
    saved, reached = list[Saved](), list[Reached]()
    written = dict[int, tuple[list[Reach], list[Procedure]]]()
    today = reference.today(clock)

    def write(one: Wanted[SequenceDraft]) -> None:
        _check_code(SequenceRow, one.draft.code, one.draft.name, one.record.pk)
        procedures = _procedures(one.draft.procedures)
        before = list(Reach.objects.filter(sequence_id=one.record.pk or 0))
        reaches = _reaches(one.draft.reaches, procedures, today=today, known=one.record.pk)
        saved.append(_write_sequence(one.record, one.draft, procedures, reaches, by=by, clock=clock))
        reached.append(promised.of_reaches([*before, *reaches], [procedure.pk for procedure in procedures]))
        written[id(one)] = reaches, procedures

    each(wanted, write)
    active = [one for one in wanted if one.draft.is_active]
    each(active, lambda one: _refuse_overlaps(*written[id(one)], besides=one.record.pk))
    return saved, promised.count(held, promised.merged(reached), clock=clock)


def _write_sequence(
    record: SequenceRow, draft: SequenceDraft, procedures: Sequence[Procedure], reaches: Sequence[Reach], *,
    by: Actor, clock: Clock,
) -> Saved:  # fmt: skip
    values = {"code": draft.code.strip(), "name": draft.name.strip(), "is_active": draft.is_active}
    saved = _write(record, "quota_sequence", values, by=by, clock=clock)
    SequenceStep.objects.filter(sequence_id=saved.id).delete()
    SequenceStep.objects.bulk_create(
        SequenceStep(sequence_id=saved.id, position=place, procedure=one) for place, one in enumerate(procedures, 1)
    )
    Reach.objects.filter(sequence_id=saved.id).delete()
    for one in reaches:
        one.sequence_id = saved.id
    Reach.objects.bulk_create(reaches)
    return saved


@action
def close_sequence(sequence_id: int, *, by: Actor, clock: Clock) -> None:
    """Ask a sequence no more; what was promised keeps what it consumes of its cells."""
    record, held = locks.hold(SequenceRow, sequence_id, by=by)
    if record.is_active:
        _write(record, "quota_sequence", {"is_active": False}, by=by, clock=clock)
        _count(held, record, clock)


def _count(held: Held, record: SequenceRow, clock: Clock) -> Counted:
    procedure_ids = record.steps.values_list("procedure_id", flat=True)
    reached = promised.of_reaches(Reach.objects.filter(sequence_id=record.pk), procedure_ids)
    return promised.count(held, reached, clock=clock)


@action
def reopen_sequence(sequence_id: int, *, by: Actor, clock: Clock) -> Counted:
    """Ask a sequence again that was closed; what was promised meanwhile is counted.

    `ReachesOverlap` where another took its place.
    """
    record, held = locks.hold(SequenceRow, sequence_id, by=by)
    if record.is_active:
        return promised.NOTHING
    procedures = list(Procedure.objects.filter(steps__sequence_id=sequence_id).order_by("pk"))
    locks.begin().hold(Procedure, *(one.pk for one in procedures), by=by)
    _refuse_overlaps(list(Reach.objects.filter(sequence_id=sequence_id)), procedures, besides=sequence_id)
    _write(record, "quota_sequence", {"is_active": True}, by=by, clock=clock)
    return _count(held, record, clock)


def _procedures(codes: Sequence[str]) -> list[Procedure]:
    if not codes:
        raise WrongQuota(Sentence("A sequence asks at least one procedure. Choose one."), field="procedures")
    known = {one.code: one for one in Procedure.objects.filter(code__in=codes)}
    for code in codes:
        if code not in known:
            raise UnknownValue(
                Sentence("There is no quota procedure %(value)s. Choose one from the list."),
                field="procedures",
                value=code[:20],
            )
        if codes.count(code) > 1:
            raise WrongQuota(
                Sentence("Procedure %(code)s stands there twice. Name it once."), field="procedures", code=code
            )
    return [known[code] for code in codes]


def _reaches(
    drafts: Sequence[ReachDraft], procedures: Sequence[Procedure], *, today: date, known: int | None
) -> list[Reach]:
    if len(drafts) > REACHES_MAX:
        raise WrongQuota(
            Sentence("Assign a sequence at most %(most)s times; product groups save rows."),
            field="reaches",
            most=REACHES_MAX,
        )
    products = reference.products_by_number([one.product for one in drafts if one.product])
    groups = traits.values_in_use("product_group", [one.product_group for one in drafts if one.product_group])
    units = traits.units_of_groups(groups) if groups else {}
    before = set(
        Reach.objects.filter(sequence_id=known or 0).values_list(
            "product__number", "product_group", "valid_from_on", "valid_to_on"
        )
    )
    found = []
    for row, one in enumerate(drafts, 1):
        _check_reach(row, one)
        if one.product and one.product not in products:
            raise UnknownValue(
                Sentence("There is no product %(value)s. Check the number."),
                row=row,
                field="product",
                value=one.product,
            )
        if one.product_group and one.product_group not in groups:
            raise UnknownValue(
                Sentence("No product is in group %(value)s. Check how it is written."),
                row=row,
                field="product_group",
                value=one.product_group,
            )
        counted = {products[one.product].base_unit} if one.product else units.get(one.product_group, set())
        _check_unit(row, one, counted, procedures)
        is_old = (one.product or None, one.product_group, one.valid_from_on, one.valid_to_on) in before
        if one.valid_to_on is not None and one.valid_to_on < today and not is_old:
            raise WrongQuota(
                Sentence("It would hold for days that are over. Enter an end from today on, or none."),
                row=row,
                field="valid_to_on",
            )
        found.append(
            Reach(
                product_id=products[one.product].id if one.product else None, product_group=one.product_group,
                valid_from_on=one.valid_from_on, valid_to_on=one.valid_to_on,
            )
        )  # fmt: skip
    return found


def _check_reach(row: int, one: ReachDraft) -> None:
    if bool(one.product) == bool(one.product_group):
        raise WrongQuota(
            Sentence("Assign it to a product or to a product group, one in a row."), row=row, field="product"
        )
    if one.valid_to_on is not None and one.valid_to_on < one.valid_from_on:
        raise WrongQuota(Sentence("It ends before it begins. Choose a later end."), row=row, field="valid_to_on")


def _check_unit(row: int, one: ReachDraft, counted: set[str], procedures: Iterable[Procedure]) -> None:
    for procedure in procedures:
        other = sorted(counted - {procedure.unit_id})
        if other:
            raise WrongQuota(
                Sentence(
                    "Procedure %(code)s counts in %(unit)s, what is assigned also in %(other)s. "
                    "Assign the products that are counted alike, or make a procedure for the others."
                ),
                row=row,
                field="product" if one.product else "product_group",
                code=procedure.code,
                unit=procedure.unit_id,
                other=", ".join(other),
            )


def _refuse_overlaps(found: Sequence[Reach], procedures: Sequence[Procedure], *, besides: int | None) -> None:
    others = (
        Reach.objects.filter(sequence__is_active=True, sequence__steps__procedure__in=[one.pk for one in procedures])
        .exclude(sequence_id=besides or 0)
        .select_related("sequence")
        .distinct()
    )
    standing = [(one, one.sequence.code) for one in others]
    for row, one in enumerate(found, 1):
        for other, code in standing:
            if _overlap(one, other):
                raise ReachesOverlap(
                    Sentence(
                        "A procedure of this sequence holds here already by sequence %(sequence)s in that time. "
                        "Shorten one of the two, or choose another procedure."
                    ),
                    row=row,
                    field="valid_from_on",
                    sequence=code,
                )
        standing.append((one, str(row)))


def _overlap(one: Reach, other: Reach) -> bool:
    if (one.product_id, one.product_group) != (other.product_id, other.product_group):
        return False
    ends, begins = one.valid_to_on or date.max, other.valid_from_on
    return begins <= ends and one.valid_from_on <= (other.valid_to_on or date.max)


def _check_code(model: type[Procedure] | type[SequenceRow], code: str, name: str, known: int | None) -> None:
    for field, value, most in (("code", code, 20), ("name", name, 80)):
        if not 0 < len(value.strip()) <= most:
            raise WrongQuota(Sentence("Enter 1 to %(most)s signs."), field=field, most=most)
    if model._default_manager.filter(code=code.strip()).exclude(pk=known or 0).exists():
        raise WrongQuota(Sentence("%(code)s is taken. Choose another code."), field="code", code=code.strip())


def _check_choice(field: str, value: str, choices: Iterable[str]) -> None:
    known = [str(one) for one in choices]
    if value not in known:
        raise WrongQuota(Sentence("Choose one of: %(known)s."), field=field, known=", ".join(known))


def _write(record: Procedure | SequenceRow, title: str, values: dict[str, object], *, by: Actor, clock: Clock) -> Saved:
    is_new = record.pk is None
    changes = {name: (None if is_new else getattr(record, name), value) for name, value in values.items()}
    for name, value in values.items():
        setattr(record, name, value)
    record.version += 1
    record.save()
    touch()
    events.record(
        f"quotas.{title.removeprefix('quota_')}_{'created' if is_new else 'changed'}",
        DocumentRef(title, record.pk, record.code),
        company_id=ALL_COMPANIES,
        by=by,
        at=clock.now(),
        changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]},
    )
    return Saved(record.pk, record.version)
