"""What lies where, and how it came there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet, Sum, Value
from django.db.models.functions import Concat

from troth.kernel.places import PREFIX, segment_of
from troth.ledgers.stock.keys import StockKey
from troth.ledgers.stock.models import Balance, Posting
from troth.platform import sql
from troth.platform.documents import DocumentRef

_KEY = ("site_id", "location_id", "bin_id", "product_id", "batch", "valuation", "stock_type", "owner")
_ROW = ("site__code", "location__code", "bin__code", "quantity", "received_on", "location__is_left_out")
_BALANCE_KEY = tuple(f"balance__{name}" for name in _KEY)


@dataclass(frozen=True, slots=True)
class StockRow:
    """`quantity` in the product's smallest units."""

    key: StockKey
    site: str
    location: str
    bin: str
    quantity: int
    received_on: date | None
    is_left_out: bool


@dataclass(frozen=True, slots=True)
class BinStock:
    """Goods in a bin, for strategies that choose bins; `sequence` is the bin's place on the picking walk."""

    key: StockKey
    bin: str
    sequence: int
    quantity: int
    received_on: date | None


@dataclass(frozen=True, slots=True)
class MovementRow:
    id: int
    key: StockKey
    kind: str
    quantity: int
    on: date
    at: datetime
    source: DocumentRef
    source_line_id: int
    reverses_id: int | None


def overview(product_id: int) -> list[StockRow]:
    """All stock of a product, by site, location, bin, stock type, valuation, batch and owner; empty ones left out."""
    rows = (
        Balance.objects.filter(product_id=product_id, quantity__gt=0)
        .order_by("site__code", "location__code", "bin__code", "stock_type", "valuation", "batch", "owner", "id")
        .values_list(*_KEY, *_ROW)
    )
    return [StockRow(StockKey(*row[:8]), *row[8:]) for row in rows]


def balance(balance_id: int) -> StockRow | None:
    """What lies under one key, which may be nothing; None where there never was such a balance."""
    rows = Balance.objects.filter(id=balance_id).values_list(*_KEY, *_ROW)
    return next((StockRow(StockKey(*row[:8]), *row[8:]) for row in rows), None)


def opened(bin_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    """With how much of a product (smallest units) a bin was opened: (bin id, product id) -> quantity."""
    found = Posting.objects.filter(kind="opening", balance__bin_id__in=set(bin_ids))
    rows = found.values_list("balance__bin_id", "balance__product_id").annotate(total=Sum("quantity"))
    return {(bin_id, product_id): total for bin_id, product_id, total in rows.order_by()}


def in_bins(site_id: int, product_ids: Sequence[int], *, stock_type: str = "unrestricted") -> list[BinStock]:
    """Stock of the products at a site, oldest goods first, then by the picking walk. Lock the keys before taking.

    What lies at locations that are left out of the check is not among it. Bins in which a location kept goods for its
    own promises and keeps none now are: who looks for goods must know of such promises.
    """
    chosen, parameters = sql.one_of("b.product_id", product_ids)
    rows = sql.fetch(
        f"SELECT {', '.join(f'b.{name}' for name in _KEY)}, n.code, n.sequence, b.quantity, b.received_on"
        f" FROM stock_balance b JOIN reference_bin n ON n.id = b.bin_id"
        f" JOIN reference_storagelocation l ON l.id = b.location_id AND NOT l.is_left_out"
        f" WHERE {chosen} AND b.site_id = %s"
        " AND b.stock_type = %s AND (b.quantity > 0 OR b.owner LIKE %s)"
        " ORDER BY b.product_id, b.received_on, n.sequence, n.code, b.id",
        [*parameters, site_id, stock_type, f"{PREFIX}%"],
    )
    return [BinStock(StockKey(*row[:8]), *row[8:]) for row in rows]


def at_locations(wanted: Sequence[tuple[int, int, str]]) -> tuple[StockKey, ...]:
    """The bins of locations, as (product id, site id, code of the location), in which unrestricted goods lie.

    Each as what the location keeps for itself; the goods that lie there may be that, or the company's common ones.
    """
    with_clause, source, parameters = sql.relation(
        "k", {"product_id": "int", "site_id": "int", "code": "text"}, list(wanted)
    )
    rows = sql.fetch(
        f"{with_clause} SELECT DISTINCT b.site_id, b.location_id, b.bin_id, b.product_id, b.batch, b.valuation, k.code"
        f" FROM {source} JOIN stock_balance b ON b.product_id = k.product_id AND b.site_id = k.site_id"
        " JOIN reference_storagelocation l ON l.id = b.location_id AND l.code = k.code AND NOT l.is_left_out"
        " WHERE b.stock_type = 'unrestricted' AND b.quantity > 0 AND b.owner IN ('', %s || k.code)"
        " ORDER BY 1, 2, 3, 4, 5, 6",
        [*parameters, PREFIX],
    )
    return tuple(replace(StockKey(*row[:6]), owner=segment_of(row[6])) for row in rows)


def misplaced() -> list[StockRow]:
    """Goods that one location keeps and that lie at another, or at one of another site."""
    rows = (
        Balance.objects.filter(owner__startswith=PREFIX, quantity__gt=0)
        .exclude(owner=Concat(Value(PREFIX), F("location__code")), location__site=F("site"))
        .order_by("id")
        .values_list(*_KEY, *_ROW)
    )
    return [StockRow(StockKey(*row[:8]), *row[8:]) for row in rows]


def kept_in(key: StockKey) -> str | None:
    """The owner under which the location of a bin keeps goods of that kind there; None where it keeps none."""
    found = Balance.objects.filter(
        site_id=key.site_id, location_id=key.location_id, bin_id=key.bin_id, product_id=key.product_id,
        batch=key.batch, valuation=key.valuation, stock_type=key.stock_type, owner__startswith=PREFIX, quantity__gt=0,
    )  # fmt: skip
    return found.values_list("owner", flat=True).first()


def movements(
    *,
    product_id: int | None = None,
    site_id: int | None = None,
    balance_id: int | None = None,
    source: DocumentRef | None = None,
    before_id: int | None = None,
    limit: int = 100,
) -> list[MovementRow]:
    """The newest movements first; `before_id` is the last id of the page before."""
    query = Posting.objects.order_by("-id")
    if product_id is not None:
        query = query.filter(balance__product_id=product_id)
    if site_id is not None:
        query = query.filter(balance__site_id=site_id)
    if balance_id is not None:
        query = query.filter(balance_id=balance_id)
    if source is not None:
        query = query.filter(source_kind=source.kind, source_id=source.id)
    if before_id is not None:
        query = query.filter(id__lt=before_id)
    return _rows(query.values_list(*_POSTING)[:limit])


def postings(posting_ids: Sequence[int]) -> list[MovementRow]:
    return _rows(Posting.objects.filter(id__in=posting_ids).order_by("id").values_list(*_POSTING))


def keys_of(posting_ids: Sequence[int]) -> tuple[StockKey, ...]:
    """The keys that a reversal of these postings needs."""
    rows = Posting.objects.filter(id__in=posting_ids).values_list(*_BALANCE_KEY)
    return tuple(dict.fromkeys(StockKey(*row) for row in rows))


def reversed_among(posting_ids: Sequence[int]) -> list[int]:
    """Those of the postings that were taken back already."""
    taken_back = Posting.objects.filter(reverses_id__in=posting_ids).order_by("reverses_id")
    return list(taken_back.values_list("reverses_id", flat=True))


_POSTING = (
    *_BALANCE_KEY,
    "id",
    "kind",
    "quantity",
    "on",
    "at",
    "source_kind",
    "source_id",
    "source_line_id",
    "reverses_id",
)


def _rows(rows: Iterable[tuple[Any, ...]]) -> list[MovementRow]:
    return [
        MovementRow(
            row[8], StockKey(*row[:8]), row[9], row[10], row[11], row[12], DocumentRef(row[13], row[14]), *row[15:]
        )
        for row in rows
    ]


def by_owner(prefix: str) -> dict[str, int]:
    """Quantity by owner, of the owners whose name begins with `prefix`; empty ones left out."""
    found: dict[str, int] = {}
    rows = Balance.objects.filter(owner__startswith=prefix, quantity__gt=0).values_list("owner", "quantity")
    for owner, quantity in rows:
        found[owner] = found.get(owner, 0) + quantity
    return found


def valued() -> list[tuple[int, str, int]]:
    """(product id, valuation type, quantity) of all that lies anywhere, of whatever type of stock; zeros left out."""
    rows = Balance.objects.filter(quantity__gt=0).values_list("product_id", "valuation")
    return list(rows.annotate(lying=Sum("quantity")).order_by("product_id", "valuation"))


def of_type(stock_type: str, *, is_left_out: bool | None = None) -> dict[tuple[int, int, str, str], int]:
    """Stock of a type by (product id, site id, owner, valuation type), over all bins and batches; zeros left out.

    At locations that are left out of the check, at the others, or (None) at all.
    """
    rows = (
        _of_type(stock_type, is_left_out)
        .values_list("product_id", "site_id", "owner", "valuation")
        .annotate(lying=Sum("quantity"))
        .exclude(lying=0)
        .order_by("product_id", "site_id", "owner", "valuation")
    )
    return {tuple(row[:4]): row[4] for row in rows}


def batches_of_type(stock_type: str, *, is_left_out: bool | None = None) -> dict[tuple[int, int, str], int]:
    """The company's own stock of a type by (product id, site id, batch); what is of no batch is left out."""
    rows = (
        _of_type(stock_type, is_left_out)
        .filter(owner="", quantity__gt=0)
        .exclude(batch="")
        .values_list("product_id", "site_id", "batch")
        .annotate(lying=Sum("quantity"))
        .order_by("product_id", "site_id", "batch")
    )
    return {(product_id, site_id, batch): quantity for product_id, site_id, batch, quantity in rows}


def lying_in_bins(stock_type: str) -> dict[tuple[int, int, str, str], int]:
    """The company's own stock of a type by (bin id, product id, batch, valuation type); zeros left out."""
    found = Balance.objects.filter(stock_type=stock_type, owner="").exclude(quantity=0)
    return {
        (bin_id, product_id, batch, valuation): quantity
        for bin_id, product_id, batch, valuation, quantity in found.values_list(
            "bin_id", "product_id", "batch", "valuation", "quantity"
        )
    }


def _of_type(stock_type: str, is_left_out: bool | None) -> QuerySet[Balance]:
    found = Balance.objects.filter(stock_type=stock_type)
    return found if is_left_out is None else found.filter(location__is_left_out=is_left_out)
