"""What is expected, from whom and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from troth.business.supply.models import Receipt


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """Quantities in smallest units; (due_on, id) is the page key."""

    id: int
    company_id: int
    kind: str
    number: str
    supplier: str
    product_id: int
    product: str
    product_name: str
    site_id: int
    site: str
    due_on: date
    quantity: int
    received: int
    state: str
    version: int
    expires_on: date | None

    @property
    def expected(self) -> int:
        return self.quantity - self.received if self.state == "open" else 0


_ROW = (
    "id", "company_id", "kind", "number", "supplier__name", "product_id", "product__number", "product__name",
    "site_id", "site__code", "due_on", "quantity", "received", "state", "version", "expires_on",
)  # fmt: skip


def receipts(
    company_id: int,
    *,
    site_id: int | None = None,
    site_ids: Iterable[int] | None = None,
    product_id: int | None = None,
    kind: str = "",
    only_open: bool = True,
) -> QuerySet[Receipt]:
    """Receipts by due day."""
    query = Receipt.objects.filter(company_id=company_id)
    if only_open:
        query = query.filter(state="open", received__lt=F("quantity"))
    if site_id is not None:
        query = query.filter(site_id=site_id)
    if site_ids is not None:
        query = query.filter(site_id__in=site_ids)
    if product_id is not None:
        query = query.filter(product_id=product_id)
    if kind:
        query = query.filter(kind=kind)
    return query.order_by("due_on", "id")


def numbers(company_id: int, kind: str, among: Iterable[str]) -> set[str]:
    """Those of the numbers that a receipt of the kind has, open or not."""
    found = Receipt.objects.filter(company_id=company_id, kind=kind, number__in=set(among))
    return set(found.values_list("number", flat=True))


def rows(receipt_ids: Iterable[int]) -> list[ReceiptRow]:
    """These receipts as a list shows them, by due day."""
    return _rows(Receipt.objects.filter(pk__in=list(receipt_ids)).order_by("due_on", "id"))


def by_product(product_id: int, site_id: int) -> list[ReceiptRow]:
    """What is still expected of a product at a site, by due day."""
    query = Receipt.objects.filter(product_id=product_id, site_id=site_id, state="open", received__lt=F("quantity"))
    return _rows(query.order_by("due_on", "id"))


def overdue(before: date, *, site_id: int) -> list[int]:
    """The products of which open receipts at a site were due before the day."""
    query = Receipt.objects.filter(site_id=site_id, state="open", received__lt=F("quantity"), due_on__lt=before)
    return list(query.order_by("product_id").values_list("product_id", flat=True).distinct())


def sites_with_open_receipts() -> list[int]:
    """The sites where anything is still expected."""
    query = Receipt.objects.filter(state="open", received__lt=F("quantity"))
    return list(query.order_by("site_id").values_list("site_id", flat=True).distinct())


def receipt(receipt_id: int) -> ReceiptRow | None:
    """One receipt; None where there is none."""
    return next(iter(_rows(Receipt.objects.filter(id=receipt_id))), None)


def _rows(query: Any) -> list[ReceiptRow]:
    return [ReceiptRow(*(*row[:4], row[4] or "", *row[5:])) for row in query.values_list(*_ROW)]
