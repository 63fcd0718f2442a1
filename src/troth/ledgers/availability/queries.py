"""Supply and demand over time, who stands behind it, and what is short."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import QuerySet, Sum

from troth.kernel import forecast, netting
from troth.kernel import lots as kernel_lots
from troth.kernel.calendars import date_of
from troth.kernel.forecast import MONTHLY, Window
from troth.kernel.lots import LotPosting, Lots
from troth.kernel.netting import LYING, Category, Scope
from troth.ledgers.availability.ahead import Cover
from troth.ledgers.availability.behind import Behind, Element, behind, elements
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.availability.models import Balance, Posting, Shortage
from troth.ledgers.availability.rules import COVER, OVERDUE_RECEIPT_DAYS, PROMISED
from troth.platform import sql
from troth.platform.documents import DocumentRef

__all__ = ["Behind", "Element", "behind", "elements"]

PROMISES = Scope(frozenset((*COVER, *PROMISED)), overdue_receipt_days=OVERDUE_RECEIPT_DAYS)
"""The scope of what is promised and what covers it."""
HERE = LYING | {Category.STOCK}
"""Goods that lie here, free or not."""
ALWAYS = Scope(frozenset(), overdue_receipt_days=netting.LAST_DAY)
"""Believes in every receipt, however late."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """What a category brings or takes on a day, with the balance and the free quantity at the end of that day.

    `day` is the day it counts on (overdue demand counts today, an overdue receipt tomorrow), `planned_on` the day it
    was planned for, None for stock and safety stock. Rows outside the scope are listed and change neither balance nor
    free.
    """

    day: int
    category: Category
    planned_on: date | None
    quantity: int
    in_scope: bool
    balance: int
    free: int

    @property
    def on(self) -> date:
        return date_of(self.day)


@dataclass(frozen=True, slots=True)
class ShortageRow:
    id: int
    product_id: int
    site_id: int
    segment: str
    on: date
    quantity: int
    cause: str
    opened_at: datetime
    cover: Cover


def series(product_id: int, site_id: int, segment: str = "") -> netting.Series:
    """The series of a key as it stands. A first look: to decide, lock the key and read the balance."""
    row = Balance.objects.filter(product_id=product_id, site_id=site_id, segment=segment)
    packed = row.values_list("series", flat=True).first()
    return netting.unpack(bytes(packed or b""))


def keys_of_product(product_id: int) -> list[AvailabilityKey]:
    """The keys of a product's common stock, at every site where it ever stood."""
    rows = Balance.objects.filter(product_id=product_id, segment="").order_by("site_id")
    return [AvailabilityKey(product_id, site_id) for site_id in rows.values_list("site_id", flat=True)]


def lots(product_id: int, site_id: int) -> Lots:
    """The lots of a product's common stock at a site: of which batches it is and how long they last. A first look."""
    row = Balance.objects.filter(product_id=product_id, site_id=site_id, segment="")
    return kernel_lots.unpack(row.values_list("lots", flat=True).first() or b"")


def timeline(
    product_id: int,
    site_id: int,
    today: int,
    *,
    segment: str = "",
    scope: Scope = PROMISES,
    supposed: Sequence[netting.Posting] = (),
    window: Window = MONTHLY,
) -> list[TimelineRow]:
    """The series of a key by day and category, supply before demand; `today` is the site's day number.

    `supposed` counts as if it were posted. Of a forecast there is what orders have not used up. Of goods that expire
    what is free on a day is what lasts until then.
    """
    found = forecast.left(netting.merge(series(product_id, site_id, segment), supposed), window, today)
    net = netting.project(found, scope, today)
    balance, curve = netting.projected_balance(net), netting.free(net)
    if not segment and (aging := lots(product_id, site_id)):
        added = [LotPosting(*one[:2], 0, "", one[2]) for one in supposed]
        merged = forecast.left_of_lots(kernel_lots.merge(aging, added), window, today)
        fresh = kernel_lots.fresh(merged, scope, today, scope.horizon_days)
        curve = np.maximum(np.array(fresh, np.int64), 0)
    rows = []
    for number, day, quantity in found.postings():
        category = Category(number)
        planned = day if category is not Category.STOCK else today
        counted = today + (netting.counted_from(category, planned - today, ALWAYS) or 0)
        believed = netting.counted_from(category, planned - today, scope) is not None
        offset = min(counted - today, scope.horizon_days)
        rows.append(
            TimelineRow(
                counted,
                category,
                date_of(day) if day else None,
                quantity,
                category in scope.categories and believed,
                int(balance[offset]),
                int(curve[offset]),
            )
        )
    return sorted(rows, key=lambda row: (row.day, row.category, row.planned_on or date.min))


def open_shortages(*, site_id: int | None = None, limit: int = 1000) -> list[ShortageRow]:
    """Shortages that nobody has worked off yet, the most urgent first."""
    query = Shortage.objects.filter(closed_at=None).order_by("on", "id")
    if site_id is not None:
        query = query.filter(balance__site_id=site_id)
    rows = query.values_list(
        "id", "balance__product_id", "balance__site_id", "balance__segment", "on", "quantity", "cause", "opened_at",
        "cover",
    )  # fmt: skip
    return [ShortageRow(*row[:-1], Cover(row[-1])) for row in rows[:limit]]


def slips() -> QuerySet[Shortage]:
    """What left something uncovered, each once: the shortages as they began, with their product and site."""
    return Shortage.objects.filter(began_as_id=None).select_related("balance__product__base_unit", "balance__site")


def open_among(slip_ids: Sequence[int]) -> frozenset[int]:
    """Those of `slips` (by id) of which something is missing still."""
    found = Shortage.objects.filter(closed_at=None)
    open_ids = found.filter(pk__in=slip_ids).values_list("pk", flat=True)
    rests = found.filter(began_as_id__in=slip_ids).values_list("began_as_id", flat=True)
    return frozenset(open_ids) | frozenset(one for one in rests if one is not None)


def sums_of_segments(product_id: int, site_id: int) -> list[tuple[str, int, int]]:
    """(segment, category, quantity) of what is kept apart from a product's common stock at a site."""
    rows = Balance.objects.filter(product_id=product_id, site_id=site_id).exclude(segment="").order_by("segment")
    return [
        (segment, category, quantity)
        for segment, packed in rows.values_list("segment", "series")
        for category, _day, quantity in netting.unpack(bytes(packed)).postings()
    ]


def sums_of_product(product_id: int) -> dict[tuple[int, str, int], int]:
    """What stands of a product by (site id, segment, category), at every site; zeros left out. A first look."""
    found: dict[tuple[int, str, int], int] = {}
    rows = Balance.objects.filter(product_id=product_id).order_by("site_id", "segment")
    for site_id, segment, packed in rows.values_list("site_id", "segment", "series"):
        for category, _day, quantity in netting.unpack(bytes(packed)).postings():
            found[site_id, segment, category] = found.get((site_id, segment, category), 0) + quantity
    return {place: quantity for place, quantity in found.items() if quantity}


def totals_of_segments(prefix: str) -> dict[tuple[int, int, str], int]:
    """All supply less all demand by (product id, site id, segment), of the segments that begin so."""
    rows = Balance.objects.filter(segment__startswith=prefix).order_by("product_id", "site_id", "segment")
    return {
        (product_id, site_id, segment): sum(netting.unpack(bytes(packed)).quantities)
        for product_id, site_id, segment, packed in rows.values_list("product_id", "site_id", "segment", "series")
    }


def known_ahead() -> dict[tuple[AvailabilityKey, Cover], int]:
    """What open shortages say is missing of what was promised ahead of firm supply."""
    rows = Shortage.objects.filter(closed_at=None).exclude(cover=Cover.FIRM).order_by("balance_id")
    columns = ("balance__product_id", "balance__site_id", "balance__segment", "cover")
    found = rows.values_list(*columns).annotate(Sum("quantity"))
    return {(AvailabilityKey(*row[:3]), Cover(row[3])): row[4] for row in found}


def shortage_causes(
    product_id: int, site_id: int, segment: str = "", cover: Cover = Cover.FIRM
) -> tuple[str, ...]:  # fmt: skip
    """Why common stock of the product at the site, or a segment of it, is short: the causes of its open shortages, the
    newest first."""
    found = Shortage.objects.filter(
        balance__product_id=product_id, balance__site_id=site_id, balance__segment=segment, closed_at=None,
        cover=cover,
    )  # fmt: skip
    return tuple(dict.fromkeys(found.order_by("-id").values_list("cause", flat=True)))


@dataclass(frozen=True, slots=True)
class StandingRow:
    """What stands for a line on a key: the sum of its postings in a category, on a day and of a batch, never zero."""

    key: AvailabilityKey
    category: int
    day: int
    quantity: int
    source: DocumentRef
    source_line_id: int
    batch: str = ""
    lasts: int = 0


def standing(lines: Sequence[tuple[str, int]]) -> list[StandingRow]:
    """What stands for the lines, given as (source kind, source line id), by line, key, category and day."""
    if not lines:
        return []
    with_clause, relation, parameters = sql.relation(
        "l", {"kind": "text", "line_id": "int"}, list(dict.fromkeys(lines))
    )
    rows = sql.fetch(
        f"{with_clause} SELECT b.product_id, b.site_id, b.segment, p.category, p.day, CAST(SUM(p.quantity) AS bigint),"
        " p.source_kind, p.source_id, p.source_line_id, p.batch, p.lasts"
        f" FROM availability_posting p JOIN {relation} ON p.source_kind = l.kind AND p.source_line_id = l.line_id"
        " JOIN availability_balance b ON b.id = p.balance_id"
        " GROUP BY b.product_id, b.site_id, b.segment, p.category, p.day, p.source_kind, p.source_id, p.source_line_id,"
        " p.batch, p.lasts"
        " HAVING SUM(p.quantity) <> 0"
        " ORDER BY p.source_line_id, b.product_id, b.site_id, b.segment, p.category, p.day, p.lasts, p.batch",
        parameters,
    )
    return [
        StandingRow(AvailabilityKey(*row[:3]), row[3], row[4], row[5], DocumentRef(row[6], row[7]), *row[8:])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a document posted on a key in a category and for a day, when last; `on` is None for stock."""

    at: datetime
    category: Category
    on: date | None
    quantity: int
    source: DocumentRef


POSTINGS_READ = 2000
"""So many of the latest postings of a key are looked at, however long its history is."""


def moved_since(
    key: AvailabilityKey, since: datetime, *, besides: tuple[str, int], limit: int = 50
) -> list[Moved]:  # fmt: skip
    """What was posted on a key after an instant, `besides` what a line (source kind, source line id) posted itself.

    The latest first; what was posted and taken back again is left out.
    """
    latest = Posting.objects.filter(
        balance__product_id=key.product_id, balance__site_id=key.site_id, balance__segment=key.segment
    ).order_by("-id")
    rows = latest.values_list("at", "category", "day", "quantity", "source_kind", "source_id", "source_line_id")
    sums: dict[tuple[Category, int, DocumentRef], tuple[datetime, int]] = {}
    for at, number, day, quantity, kind, document_id, line_id in rows[:POSTINGS_READ]:
        if at <= since:
            break
        if (kind, line_id) != besides:
            place = (Category(number), day, DocumentRef(kind, document_id))
            last, so_far = sums.get(place, (at, 0))
            sums[place] = (last, so_far + quantity)
    found = [
        Moved(at, category, None if category is Category.STOCK else date_of(day), quantity, source)
        for (category, day, source), (at, quantity) in sums.items()
        if quantity
    ]
    return found[:limit]


def standing_by_line(*categories: Category) -> dict[tuple[str, int], int]:
    """What stands in these categories for each (source kind, source line id), over all keys and days, without zeros."""
    rows = (
        Posting.objects.filter(category__in=categories)
        .values_list("source_kind", "source_line_id")
        .annotate(standing=Sum("quantity"))
        .exclude(standing=0)
    )
    return {(kind, line_id): quantity for kind, line_id, quantity in rows.order_by("source_kind", "source_line_id")}


def expired(site_id: int, today: int) -> dict[int, list[str]]:
    """The batches of common stock at a site that can be used no longer, by product; `today` is the site's day."""
    found: dict[int, list[str]] = {}
    rows = Balance.objects.filter(site_id=site_id, segment="").exclude(lots=b"").order_by("product_id")
    for product_id, packed in rows.values_list("product_id", "lots"):
        names = {
            one.batch
            for one in kernel_lots.unpack(packed)
            if one.category in HERE and 0 < one.lasts < today and one.quantity > 0
        }
        if names:
            found[product_id] = sorted(names)
    return found


def lots_standing(category: Category) -> dict[tuple[int, int, str], dict[int, int]]:
    """Batches of a category in common stock by (product id, site id, batch), and in each by last day."""
    rows = (
        Posting.objects.filter(category=category, balance__segment="")
        .exclude(batch="")
        .values_list("balance__product_id", "balance__site_id", "batch", "lasts")
        .annotate(standing=Sum("quantity"))
        .exclude(standing=0)
        .order_by("balance__product_id", "balance__site_id", "batch", "lasts")
    )
    found: dict[tuple[int, int, str], dict[int, int]] = {}
    for product_id, site_id, batch, lasts, quantity in rows:
        found.setdefault((product_id, site_id, batch), {})[lasts] = quantity
    return found


def standing_of(category: Category) -> dict[tuple[int, int, str], int]:
    """What stands in a category by (product id, site id, segment), from the postings; zeros left out."""
    rows = (
        Posting.objects.filter(category=category)
        .values_list("balance__product_id", "balance__site_id", "balance__segment")
        .annotate(standing=Sum("quantity"))
        .exclude(standing=0)
        .order_by("balance__product_id", "balance__site_id", "balance__segment")
    )
    return {(product_id, site_id, segment): quantity for product_id, site_id, segment, quantity in rows}
