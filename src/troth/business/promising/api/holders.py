"""Who holds what is confirmed of a product at a site, and who consumes a quota's cell: over the API."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from ninja import Query

from troth.business.promising import held as holds
from troth.business.promising.models import QuotaUse, Requirement, ScheduleLine
from troth.business.quotas.queries import screens as planned
from troth.kernel.calendars import date_of
from troth.kernel.periods import PeriodKind, first_day
from troth.kernel.valuations import valuation_of
from troth.platform import documents, permissions
from troth.platform.actors import Actor
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Id, Shown, quantity
from troth.platform.documents import DocumentRef
from troth.reference import queries as reference

operations = Operations("availability")


class HolderShown(Shown):
    """`quantity` (base unit) is confirmed for goods on `material_on`, and no delivery has taken it yet.

    `held_for` is the number of the quotation that a hold belongs to.
    Promise, document and customer are null where the caller may not see documents of that kind or company.
    """

    promise: int | None
    document_kind: str | None
    document_id: int | None
    document: str | None
    held_for: str | None
    customer: str | None
    material_on: date
    delivery_on: date
    basis: str
    quantity: str
    unit: str
    batch: str
    valuation: str


@operations.reads("/availability/{int:product_id}/{int:site_id}/holders", Page[HolderShown])
def list_holders(request: ApiRequest, product_id: Id, site_id: Id, choice: Query[Paging]) -> dict[str, Any]:
    """Who holds confirmed quantities of a product at a site, the first day first."""
    product, site = reference.product(product_id), reference.site(site_id)
    permissions.require(request.auth, "promising.view_availability", company_id=site.company_id, site_id=site.id)
    held: QuerySet[ScheduleLine] = ScheduleLine.objects.filter(
        requirement__product_id=product_id, requirement__site_id=site_id, requirement__open_quantity__gt=0,
        delivered__lt=F("quantity"),
    ).select_related("requirement__party")  # fmt: skip

    def show(found: Iterable[ScheduleLine]) -> list[HolderShown]:
        rows = list(found)
        documents_of = holds.documents_of(
            one.requirement.document_id for one in rows if one.requirement.document_kind == "hold"
        )
        return [
            HolderShown(
                **_seen(one.requirement, request.auth),
                held_for=_held_for(one.requirement, documents_of, request.auth),
                material_on=one.material_on,
                delivery_on=one.delivery_on,
                basis=one.basis,
                quantity=quantity(one.quantity - one.delivered, product.decimals),
                unit=product.base_unit,
                batch=one.requirement.batch,
                valuation=valuation_of(one.requirement.segment),
            )
            for one in rows
        ]

    return page(request, held, choice, show, order=("material_on", "id"))


class CellUseShown(Shown):
    """`quantity` (unit of the quota) of a line stands in the period that begins on `first_on`.

    Promise, document and customer are null where the caller may not see documents of that kind or company.
    """

    promise: int | None
    document_kind: str | None
    document_id: int | None
    document: str | None
    customer: str | None
    product: str
    first_on: date
    quantity: str
    unit: str


@operations.reads("/quota-cells/{int:cell_id}/uses", Page[CellUseShown])
def list_cell_uses(request: ApiRequest, cell_id: Id, choice: Query[Paging]) -> dict[str, Any]:
    """By whom a quota's cell is consumed, the last period first."""
    procedure, cell = planned.cell(cell_id)
    kind, unit = PeriodKind(procedure.period), procedure.unit
    found = QuotaUse.objects.filter(procedure_id=procedure.pk, cell=cell.cell)
    found = found.select_related("requirement__party", "requirement__product")

    def show(rows: Iterable[QuotaUse]) -> list[CellUseShown]:
        return [
            CellUseShown(
                **_seen(one.requirement, request.auth), product=one.requirement.product.number,
                first_on=date_of(first_day(kind, one.period)), quantity=quantity(one.quantity, unit.decimals),
                unit=unit.code,
            )
            for one in rows
        ]  # fmt: skip

    return page(request, found, choice, show, order=("-period", "-id"))


def _held_for(one: Requirement, found: Mapping[int, DocumentRef], by: Actor) -> str | None:
    ref = found.get(one.document_id) if one.document_kind == "hold" else None
    return ref.number if ref is not None and documents.opened_by(ref, by) is not None else None


def _seen(one: Requirement, by: Actor) -> dict[str, Any]:
    """Whose it is, as far as the caller may see it."""
    ref = DocumentRef(one.document_kind, one.document_id, one.document_number)
    if documents.opened_by(ref, by) is None or not by.sees(one.company_id, one.site_id):
        return dict.fromkeys(("promise", "document_kind", "document_id", "document", "customer"))
    return {
        "promise": one.pk, "document_kind": ref.kind, "document_id": ref.id, "document": ref.number,
        "customer": one.party.number if one.party else None,
    }  # fmt: skip
