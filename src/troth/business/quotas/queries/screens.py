"""Procedures, sequences, cells and protections as pages and the API show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries.screens import page_of, worded
from troth.business.quotas.models import Cell, Procedure, Protection, Reach, Share
from troth.business.quotas.models import Sequence as SequenceRow
from troth.business.quotas.queries.matching import protection_key
from troth.business.quotas.rules import PROTECTIONS, Characteristic, values_of, written_share
from troth.kernel.errors import NotFound, Sentence
from troth.ledgers.quota import queries as ledger
from troth.platform.web import keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.values import ACTIVE, INACTIVE, Quantity, Status, Text

CHARACTERISTICS: Mapping[str, Text] = {
    Characteristic.PRODUCT: _("product"),
    Characteristic.PRODUCT_GROUP: _("product group"),
    Characteristic.CUSTOMER: _("customer"),
    Characteristic.CUSTOMER_GROUP: _("customer group"),
    Characteristic.COUNTRY: _("country"),
    Characteristic.REGION: _("region"),
    Characteristic.CHANNEL: _("sales organisation"),
}
"""What people call them; `told_apart` in a procedure, `kept by` in a protection."""


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    id: int
    code: str
    name: str
    characteristics: str
    period: str
    window: str
    sequences: str
    status: Status


@dataclass(frozen=True, slots=True)
class SequenceLine:
    id: int
    code: str
    name: str
    procedures: str
    holds_for: str
    status: Status


@dataclass(frozen=True, slots=True)
class ProtectionLine:
    id: int
    product: str
    site: str
    characteristic: str
    value: str
    priority: str
    first_on: date
    last_on: date
    quantity: Quantity
    consumed: Quantity
    left: Quantity
    status: Status


@dataclass(frozen=True, slots=True)
class CellRow:
    """A cell with what is planned and consumed by period; `periods` maps the number to both."""

    id: int
    cell: str
    values: dict[str, str]
    periods: dict[int, tuple[int, int]]
    is_active: bool


def procedures(query: ListQuery) -> Page:
    """Procedures by code, with the sequences that ask them."""
    found = worded(Procedure.objects.prefetch_related("steps__sequence"), query, "code", "name")

    def line(one: Procedure) -> ProcedureLine:
        used = ", ".join(sorted(step.sequence.code for step in one.steps.all()))
        window = f"{one.look_back} / {one.look_ahead}"
        told_apart = ", ".join(str(CHARACTERISTICS[name]) for name in one.characteristics.split(","))
        status = ACTIVE if one.is_active else INACTIVE
        return ProcedureLine(
            one.pk, one.code, one.name, told_apart, str(one.get_period_display()), window, used, status
        )

    return page_of(found, query, ("code",), line)


def sequences(query: ListQuery) -> Page:
    """Sequences by code, with their procedures in order and what they hold for."""
    found = SequenceRow.objects.prefetch_related("steps__procedure", "reaches__product")
    return page_of(worded(found, query, "code", "name"), query, ("code",), _sequence_line)


def _sequence_line(one: SequenceRow) -> SequenceLine:
    steps = sorted(one.steps.all(), key=lambda step: step.position)
    holds = [reach.product.number if reach.product else reach.product_group for reach in one.reaches.all()]
    return SequenceLine(
        one.pk, one.code, one.name, ", ".join(step.procedure.code for step in steps), ", ".join(sorted(holds)),
        ACTIVE if one.is_active else INACTIVE,
    )  # fmt: skip


def protections(query: ListQuery) -> Page:
    """Protections by product and day, with what is left of each."""
    found = Protection.objects.select_related("product__base_unit", "site")
    if query.actor.company_ids is not None:
        found = found.filter(site__company_id__in=query.actor.company_ids)
    found = worded(found, query, "product__number", "product__name", "value", "second_value", "site__code")
    page = keyset.page(found, ("product__number", "first_on", "id"), query.after, query.limit, count=query.count)
    balances = protection_balances([one.pk for one in page.rows])
    return replace(page, rows=[_protection_line(one, *balances.get(one.pk, (0, 0))) for one in page.rows])


def protected(product_id: int, site_id: int, today: date) -> list[ProtectionLine]:
    """What is still kept of a product at a site today or later, the first day first; what is consumed is left out."""
    found = Protection.objects.select_related("product__base_unit", "site").filter(
        product_id=product_id, site_id=site_id, is_active=True, last_on__gte=today
    )
    rows = list(found.order_by("first_on", "id"))
    balances = protection_balances([one.pk for one in rows]) if rows else {}
    lines = [_protection_line(one, *balances.get(one.pk, (0, 0))) for one in rows]
    return [one for one in lines if one.left.value > 0]


def protection_balances(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """What each protection keeps and what of it is consumed; one statement."""
    cells = [protection_key(one).cell for one in ids]
    found = ledger.of_cells(PROTECTIONS, cells, first_period=0, last_period=0)
    return {int(row.key.cell): (row.planned, row.consumed) for row in found}


def _protection_line(one: Protection, planned: int, consumed: int) -> ProtectionLine:
    names = [str(CHARACTERISTICS[name]) for name in (one.characteristic, one.second_characteristic) if name]
    values = [value for value in (one.value, one.second_value) if value]
    unit = (one.product.base_unit.decimals, one.product.base_unit_id)
    return ProtectionLine(
        one.pk, one.product.number, one.site.code, ", ".join(names), ", ".join(values),
        "" if one.priority is None else str(one.priority), one.first_on, one.last_on, Quantity(planned, *unit),
        Quantity(consumed, *unit), Quantity(planned - consumed, *unit),
        ACTIVE if one.is_active else INACTIVE,
    )  # fmt: skip


def procedure(procedure_id: int) -> Procedure:
    """The procedure of this id. `NotFound` where there is none."""
    found = Procedure.objects.select_related("unit").filter(pk=procedure_id).first()
    if found is None:
        raise NotFound(Sentence("There is no quota procedure %(id)s."), kind="quota procedure", id=procedure_id)
    return found


def all_procedures() -> QuerySet[Procedure]:
    """Procedures by code, for the API."""
    return Procedure.objects.order_by("code")


def all_sequences() -> QuerySet[SequenceRow]:
    """Sequences with their procedures and what they hold for, for the API."""
    return SequenceRow.objects.prefetch_related("steps__procedure", "reaches__product").order_by("code")


def all_protections(company_ids: frozenset[int] | None) -> QuerySet[Protection]:
    """Protections of these companies' sites, or of all, for the API."""
    found = Protection.objects.select_related("product__base_unit", "site")
    return found if company_ids is None else found.filter(site__company_id__in=company_ids)


def sequence(sequence_id: int) -> SequenceRow:
    """The sequence of this id. `NotFound` where there is none."""
    found = all_sequences().filter(pk=sequence_id).first()
    if found is None:
        raise NotFound(Sentence("There is no quota sequence %(id)s."), kind="quota sequence", id=sequence_id)
    return found


def protection(protection_id: int, company_ids: frozenset[int] | None) -> Protection:
    """The protection of this id, if the companies are its own. `NotFound` where there is none."""
    found = all_protections(company_ids).filter(pk=protection_id).first()
    if found is None:
        raise NotFound(Sentence("There is no supply protection %(id)s."), kind="supply protection", id=protection_id)
    return found


def unit_of_sequence(sequence_id: int) -> str:
    """The unit in which the procedures of a sequence count."""
    return str(Procedure.objects.filter(steps__sequence_id=sequence_id).values_list("unit_id", flat=True)[0])


def unit_of_protection(protection_id: int) -> str:
    """The unit in which a protection counts, which is its product's."""
    return str(Protection.objects.values_list("product__base_unit_id", flat=True).get(pk=protection_id))


def reaches(sequence_id: int) -> list[Reach]:
    """What a sequence holds for, the products first."""
    found = Reach.objects.select_related("product").filter(sequence_id=sequence_id)
    return sorted(found, key=lambda one: (one.product_group, one.product.number if one.product else ""))


def all_cells(procedure_id: int, *, words: str = "", with_retired: bool = False) -> QuerySet[Cell]:
    """The cells of a procedure that have all the words in their values."""
    found = Cell.objects.filter(procedure_id=procedure_id)
    for word in words.split():
        found = found.filter(cell__icontains=word)
    return found if with_retired else found.filter(is_active=True)


def count_cells(procedure_id: int) -> int:
    """How many cells of a procedure are looked at."""
    return all_cells(procedure_id).count()


def cell_rows(procedure: Procedure, cells: Sequence[Cell], *, first: int, last: int) -> list[CellRow]:
    """The cells with what is planned and consumed from one period to another; one statement."""
    found: dict[str, dict[int, tuple[int, int]]] = {one.cell: {} for one in cells}
    texts = [one.cell for one in cells]
    for row in ledger.of_cells(procedure.pk, texts, first_period=first, last_period=last):
        found[row.key.cell][row.key.period] = (row.planned, row.consumed)
    names = procedure.characteristics.split(",")
    return [CellRow(one.pk, one.cell, values_of(one.cell, names), found[one.cell], one.is_active) for one in cells]


def shares(procedure: Procedure, cells: Sequence[Cell], *, first: int, last: int) -> dict[tuple[str, int], str]:
    """(cell, period) -> the share of a total that is planned there, as people write it; one statement."""
    found = Share.objects.filter(
        total__procedure_id=procedure.pk, total__period__range=(first, last), cell__in={one.cell for one in cells}
    )
    rows = found.values_list("cell", "total__period", "total__by", "share", "total__quantity")
    return {(cell, at): written_share(by, share, total, procedure.unit.decimals) for cell, at, by, share, total in rows}


def cell(cell_id: int) -> tuple[Procedure, Cell]:
    """A cell with its procedure. `NotFound` where there is none."""
    found = Cell.objects.select_related("procedure__unit").filter(pk=cell_id).first()
    if found is None:
        raise NotFound(Sentence("There is no quota cell %(id)s."), kind="quota cell", id=cell_id)
    return found.procedure, found
