"""Inspection lots as they are listed and shown, with what was decided on them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from troth.business.supply.models import InspectionLot, UsageDecision
from troth.platform.actors import Actor
from troth.platform.documents import within
from troth.platform.web import keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.tallies import tally
from troth.platform.web.values import Waiting


@dataclass(frozen=True, slots=True)
class LotRow:
    """Quantities in smallest units."""

    id: int
    company_id: int
    site_id: int
    site: str
    number: str
    product_id: int
    product: str
    product_name: str
    bin_id: int
    bin: str
    location: str
    batch: str
    valuation: str
    origin: str
    receipt_id: int | None
    receipt: str
    quantity: int
    open: int
    created_on: date
    expected_on: date | None
    is_releasable: bool
    note: str
    state: str
    version: int
    decimals: int
    unit: str


_ROW = (
    "id", "company_id", "site_id", "site__code", "number", "product_id", "product__number", "product__name", "bin_id",
    "bin__code", "bin__location__code", "batch", "valuation", "origin", "receipt_id", "receipt__number", "quantity",
    "open", "created_on", "expected_on", "is_releasable", "note", "state", "version", "product__base_unit__decimals",
    "product__base_unit__code",
)  # fmt: skip
RECEIPT = _ROW.index("receipt__number")


def rows(found: QuerySet[InspectionLot]) -> list[LotRow]:
    return [_row(row) for row in found.values_list(*_ROW)]


def _row(row: Any) -> LotRow:
    return LotRow(*(*row[:RECEIPT], row[RECEIPT] or "", *row[RECEIPT + 1 :]))


def lot(lot_id: int) -> LotRow | None:
    """One lot; None where there is none."""
    return next(iter(rows(InspectionLot.objects.filter(id=lot_id))), None)


def chosen(
    actor: Actor, *, state: str = "", site: str = "", origin: str = "", product: str = "", releasable: bool = False
) -> QuerySet[InspectionLot]:
    """The lots that the actor may see, narrowed; an empty word narrows nothing."""
    found = within(InspectionLot.objects.all(), actor.reach)
    named = {"state": state, "site__code": site, "origin": origin, "product__number": product}
    found = found.filter(**{name: value for name, value in named.items() if value})
    return found.filter(is_releasable=True) if releasable else found


def listed(query: ListQuery) -> Page:
    """Lots as a list asks for them: the open ones by the day on which they are released, unless it says otherwise."""
    wanted = query.filters
    found = chosen(
        query.actor, state=wanted.get("state") or "open", site=wanted.get("site") or "",
        origin=wanted.get("origin") or "", releasable=bool(wanted.get("releasable")),
    )  # fmt: skip
    for word in query.search.split():
        found = found.filter(
            Q(number__icontains=word) | Q(product__number__icontains=word) | Q(product__name__icontains=word)
            | Q(batch__icontains=word) | Q(receipt__number__icontains=word)
        )  # fmt: skip
    first, last = wanted.get("expected_on") or (None, None)
    found = found.filter(**{"expected_on__gte": first} if first else {}, **{"expected_on__lte": last} if last else {})
    order = ("-created_on",) if query.sort == "-created_on" else ("created_on",)
    page = keyset.page(found, order, query.after, query.limit, count=query.count)
    by_id = {row.id: row for row in rows(InspectionLot.objects.filter(id__in=[one.pk for one in page.rows]))}
    return replace(page, rows=[by_id[one.pk] for one in page.rows])


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """`quantity` in smallest units; `posting_id` is the transfer posting that it is."""

    id: int
    lot_id: int
    code: str
    quantity: int
    reason: str
    posting_id: int
    decided_by_id: int | None
    decided_at: datetime
    is_reversed: bool


_DECISION = (
    "id", "lot_id", "code", "quantity", "reason", "posting_id", "decided_by_id", "decided_at", "is_reversed",
)  # fmt: skip


def decisions(lot_ids: Iterable[int]) -> list[DecisionRow]:
    """What was decided on these lots, in the order in which it was."""
    found = UsageDecision.objects.filter(lot_id__in=list(lot_ids)).order_by("id")
    return [DecisionRow(*row) for row in found.values_list(*_DECISION)]


def decision(decision_id: int) -> DecisionRow | None:
    found = UsageDecision.objects.filter(id=decision_id).values_list(*_DECISION)
    return next((DecisionRow(*row) for row in found), None)


def waiting(actor: Actor, today: date) -> Waiting:
    """Lots that nobody has decided on; late are those that should have been released before."""
    found: Any = within(InspectionLot.objects.filter(state="open"), actor.reach)
    return tally(found, "created_on", late="expected_on", before=today)
