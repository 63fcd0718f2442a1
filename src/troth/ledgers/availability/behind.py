"""Which documents stand behind supply and demand: what their postings sum to, by day and category."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from troth.kernel import lots as kernel_lots
from troth.kernel import netting
from troth.kernel.calendars import date_of
from troth.kernel.netting import Category
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.availability.models import Balance, Posting
from troth.platform.documents import DocumentRef


@dataclass(frozen=True, slots=True)
class Element:
    """What stands for a document's line: the sum of its postings in a category and on a day."""

    segment: str
    category: Category
    on: date | None
    quantity: int
    source: DocumentRef
    source_line_id: int


def elements(product_id: int, site_id: int) -> list[Element]:
    """Who stands behind supply and demand of a product at a site, by day, category and document; stock is nobody's."""
    rows = []
    balances = Balance.objects.filter(product_id=product_id, site_id=site_id)
    for balance_id, segment, packed in balances.values_list("id", "segment", "series"):
        series = netting.unpack(bytes(packed or b""))
        rows += [(*place, segment, quantity) for place, quantity in _standing(balance_id, series, PLACE).items()]
    return [
        Element(segment, Category(category), date_of(day), quantity, DocumentRef(kind, document_id), line_id)
        for day, category, kind, document_id, line_id, segment, quantity in sorted(rows)
    ]


@dataclass(frozen=True, slots=True)
class Behind:
    """A part of what stands on one key: a signed `quantity` of a category for a `day` (number; of stock 0), of a batch
    and with a last day as in `kernel.lots`. Stock is nobody's: it has no `source`."""

    category: Category
    day: int
    quantity: int
    source: DocumentRef | None
    source_line_id: int = 0
    batch: str = ""
    lasts: int = 0


def behind(key: AvailabilityKey) -> list[Behind]:
    """All that stands on a key, the first day first: its stock (by batch where it is kept in batches), and what
    documents stand for. A first look, nothing is locked."""
    found = Balance.objects.filter(product_id=key.product_id, site_id=key.site_id, segment=key.segment)
    row = found.values_list("id", "series", "lots").first()
    if row is None:
        return []
    series = netting.unpack(bytes(row[1] or b""))
    lots = kernel_lots.unpack(row[2]) if row[2] else kernel_lots.without_batches(series)
    stock = [
        Behind(Category.STOCK, 0, one.quantity, None, 0, one.batch, one.lasts)
        for one in lots
        if one.category == Category.STOCK
    ]
    return stock + [
        Behind(Category(category), day, quantity, DocumentRef(kind, document_id), line_id, batch, lasts)
        for (day, category, kind, document_id, line_id, batch, lasts), quantity in sorted(
            _standing(row[0], series, (*PLACE, "batch", "lasts")).items()
        )
    ]


PLACE = ("day", "category", "source_kind", "source_id", "source_line_id")
FIRST_READ = 200
"""So many of the latest postings of a key are read at first, and twice as many each time there must be more."""


def _standing(balance_id: int, series: netting.Series, place: Sequence[str]) -> dict[tuple[Any, ...], int]:
    """What stands at each place (columns, day and category first) of dated categories.

    The latest postings are read until they sum to the series, day by day. Nothing older stands then: what is older
    sums to nothing, and as nobody takes back more than was posted for a line, it does so line by line.
    """
    left = {(day, category): quantity for category, day, quantity in series.postings() if category != Category.STOCK}
    sums: dict[tuple[Any, ...], int] = {}
    found, size = Posting.objects.filter(balance_id=balance_id).order_by("-id"), FIRST_READ
    while any(left.values()):
        read = list(found.values_list("id", "quantity", *place)[:size])
        for _id, quantity, *row in read:
            if (row[0], row[1]) in left:
                left[row[0], row[1]] -= quantity
                sums[tuple(row)] = sums.get(tuple(row), 0) + quantity
        if len(read) < size:
            break
        found, size = found.filter(id__lt=read[-1][0]), size * 2
    return {place: quantity for place, quantity in sums.items() if quantity}
