"""What is expected, from whom and when; what was posted from one type of stock to another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from troth.business.supply.models import Forecast, Receipt, TransferPosting
from troth.business.supply.types import EXPECTED, PLANNED
from troth.kernel.netting import Category
from troth.kernel.valuations import segment_of
from troth.ledgers.stock import queries as stock


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
    valuation: str
    is_firm: bool
    made_from_id: int | None
    made_from: str

    @property
    def category(self) -> Category:
        """What it counts as before it comes."""
        return EXPECTED[self.kind, self.is_firm]

    @property
    def is_planned(self) -> bool:
        """Whether it is planned and not ordered."""
        return self.kind in PLANNED

    @property
    def expected(self) -> int:
        return self.quantity - self.received if self.state == "open" else 0


_ROW = (
    "id", "company_id", "kind", "number", "supplier__name", "product_id", "product__number", "product__name",
    "site_id", "site__code", "due_on", "quantity", "received", "state", "version", "expires_on",
    "valuation", "is_firm", "made_from_id", "made_from__number",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer posting; `quantity` in smallest units."""

    id: int
    company_id: int
    site_id: int
    product_id: int
    bin_id: int
    to_bin_id: int
    batch: str
    from_type: str
    to_type: str
    quantity: int
    reason: str
    expected_on: date | None
    posted_on: date
    is_reversed: bool
    valuation: str


_TRANSFER = (
    "id", "company_id", "site_id", "product_id", "bin_id", "to_bin_id", "batch", "from_type", "to_type", "quantity",
    "reason", "expected_on", "posted_on", "is_reversed", "valuation",
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


FORECAST = (
    "id", "product__number", "product__base_unit__code", "product__base_unit__decimals", "site__code", "on", "quantity",
    "reason", "version",
)  # fmt: skip


def forecasts(
    company_id: int,
    *,
    site_id: int | None = None,
    site_ids: Iterable[int] | None = None,
    product_id: int | None = None,
) -> QuerySet[Forecast]:
    """Forecasts of something by day."""
    query = Forecast.objects.filter(company_id=company_id, quantity__gt=0)
    if site_id is not None:
        query = query.filter(site_id=site_id)
    if site_ids is not None:
        query = query.filter(site_id__in=site_ids)
    if product_id is not None:
        query = query.filter(product_id=product_id)
    return query.order_by("on", "id")


def numbers(company_id: int, kind: str, among: Iterable[str]) -> set[str]:
    """Those of the numbers that a receipt of the kind has, open or not."""
    found = Receipt.objects.filter(company_id=company_id, kind=kind, number__in=set(among))
    return set(found.values_list("number", flat=True))


def rows(receipt_ids: Iterable[int]) -> list[ReceiptRow]:
    """These receipts as a list shows them, by due day."""
    return _rows(Receipt.objects.filter(pk__in=list(receipt_ids)).order_by("due_on", "id"))


def standing(named: Iterable[tuple[int, str, str]]) -> dict[tuple[int, str, str], ReceiptRow]:
    """Receipts by company id, kind and number, open or not; those that are not there are left out."""
    wanted = set(named)
    rows = _rows(
        Receipt.objects.filter(company_id__in={one[0] for one in wanted}, number__in={one[2] for one in wanted})
    )
    found = {(row.company_id, row.kind, row.number): row for row in rows}
    return {one: row for one, row in found.items() if one in wanted}


def made_of(receipt_id: int) -> list[ReceiptRow]:
    """What planned supply was converted into, by due day."""
    return _rows(Receipt.objects.filter(made_from_id=receipt_id).order_by("due_on", "id"))


def by_product(product_id: int, site_id: int) -> list[ReceiptRow]:
    """What is still expected of a product at a site, by due day."""
    query = Receipt.objects.filter(product_id=product_id, site_id=site_id, state="open", received__lt=F("quantity"))
    return _rows(query.order_by("due_on", "id"))


def overdue(before: date, *, site_id: int) -> list[tuple[str, int]]:
    """(segment, product) of which open receipts at a site were due before the day."""
    query = Receipt.objects.filter(site_id=site_id, state="open", received__lt=F("quantity"), due_on__lt=before)
    rows = query.order_by("product_id", "valuation").values_list("valuation", "product_id").distinct()
    return [(segment_of(valuation), product_id) for valuation, product_id in rows]


def in_transit() -> dict[int, list[tuple[str, int]]]:
    """(segment, product) that are on their way to a bin, by the site of the bin."""
    found: dict[int, list[tuple[str, int]]] = {}
    for product_id, site_id, _owner, valuation in stock.of_type("in_transit"):
        found.setdefault(site_id, []).append((segment_of(valuation), product_id))
    return found


def sites_with_open_receipts() -> list[int]:
    """The sites where anything is still expected."""
    query = Receipt.objects.filter(state="open", received__lt=F("quantity"))
    return list(query.order_by("site_id").values_list("site_id", flat=True).distinct())


def transfers(bin_id: int, product_id: int, limit: int = 100) -> list[TransferRow]:
    """The transfer postings of a product out of a bin or into it, the newest first."""
    found = TransferPosting.objects.filter(Q(bin_id=bin_id) | Q(to_bin_id=bin_id), product_id=product_id)
    return [TransferRow(*row) for row in found.order_by("-id").values_list(*_TRANSFER)[:limit]]


def transfer(posting_id: int) -> TransferRow | None:
    """One transfer posting; None where there is none."""
    rows = TransferPosting.objects.filter(id=posting_id).values_list(*_TRANSFER)
    return next((TransferRow(*row) for row in rows), None)


def receipt(receipt_id: int) -> ReceiptRow | None:
    """One receipt; None where there is none."""
    return next(iter(_rows(Receipt.objects.filter(id=receipt_id))), None)


def _rows(query: Any) -> list[ReceiptRow]:
    return [ReceiptRow(*(*row[:4], row[4] or "", *row[5:-1], row[-1] or "")) for row in query.values_list(*_ROW)]
