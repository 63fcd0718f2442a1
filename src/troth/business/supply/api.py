"""Supply over the API: what lies where, and what is expected: enter it, change it, receive it."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.supply import actions, queries
from troth.business.supply.actions import ExpectedReceipt
from troth.business.supply.actions.opening import NamedStock, read_opening_stock
from troth.business.supply.queries import ReceiptRow
from troth.kernel.errors import InvalidInput, NotFound
from troth.kernel.quantity import Unit, parse_quantity
from troth.ledgers.stock import queries as stock
from troth.platform import permissions
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page, whole
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Reason, Shown, quantity
from troth.reference import queries as reference
from troth.reference.queries import ProductRow

operations = Operations("supply")


class StockShown(Shown):
    """What of a product lies in a bin. `owner` names the order line that it is tied to, or is empty."""

    product: str
    site: str
    location: str
    bin: str
    batch: str
    stock_type: str
    owner: str
    quantity: str
    unit: str
    received_on: date | None


@operations.reads("/stock/{int:product_id}", Page[StockShown])
def get_stock(request: ApiRequest, product_id: Id) -> dict[str, Any]:
    """All stock of a product, by site, location, bin, batch, type and owner."""
    product, sites = reference.product(product_id), request.auth.site_ids
    return whole(
        [
            StockShown(
                product=product.number,
                site=row.site,
                location=row.location,
                bin=row.bin,
                batch=row.key.batch,
                stock_type=row.key.stock_type,
                owner=row.key.owner,
                quantity=quantity(row.quantity, product.decimals),
                unit=product.base_unit,
                received_on=row.received_on,
            )
            for row in stock.overview(product_id)
            if sites is None or row.key.site_id in sites
        ]
    )


class Move(Entry):
    """From one bin into another of its site, by id, in the product's base unit."""

    from_bin: Id
    to_bin: Id
    quantity: Figure
    batch: Annotated[str, Field(max_length=40)] = ""
    reason: Annotated[str, Field(max_length=80)] = ""


class MovedShown(Shown):
    """`taken` and `put` are the stock movements."""

    product: str
    from_bin: int
    to_bin: int
    quantity: str
    unit: str
    taken: int
    put: int


@operations.creates("/stock/{int:product_id}/move", MovedShown)
def move_stock(request: ApiRequest, product_id: Id, move: Move) -> MovedShown:
    """Move unrestricted stock, which no order holds, into another bin of the same site."""
    product = reference.product(product_id)
    made = create(
        request,
        actions.move_stock,
        product_id,
        from_bin_id=move.from_bin,
        to_bin_id=move.to_bin,
        quantity=_read(move.quantity, product),
        reason=move.reason,
        batch=move.batch,
    )
    return MovedShown(
        product=product.number,
        from_bin=move.from_bin,
        to_bin=move.to_bin,
        quantity=quantity(made.quantity, product.decimals),
        unit=product.base_unit,
        taken=made.from_posting_id,
        put=made.to_posting_id,
    )


class Tally(Entry):
    """What was counted in a bin (by id), in the product's base unit, and why it differs."""

    bin: Id
    counted: Figure
    reason: Annotated[str, Field(min_length=1, max_length=80)]
    batch: Annotated[str, Field(max_length=40)] = ""


class CountedShown(Shown):
    """`short` is what is missing now for what was promised."""

    product: str
    bin: int
    counted: str
    short: str
    unit: str


@operations.creates("/stock/{int:product_id}/count", CountedShown)
def count_stock(request: ApiRequest, product_id: Id, tally: Tally) -> CountedShown:
    """Set the unrestricted stock of a bin, which no order holds, to what was counted."""
    product = reference.product(product_id)
    counted = _read(tally.counted, product, zero_allowed=True)
    opened = create(
        request,
        actions.adjust_stock,
        product_id,
        bin_id=tally.bin,
        counted=counted,
        reason=tally.reason,
        batch=tally.batch,
    )
    return CountedShown(
        product=product.number,
        bin=tally.bin,
        counted=quantity(counted, product.decimals),
        short=quantity(sum(one.quantity for one in opened), product.decimals),
        unit=product.base_unit,
    )


class OpeningEntry(Entry):
    """What lies in a bin, by number and code, in the product's base unit."""

    product: Code
    site: Code
    location: Code = ""
    bin: Code
    quantity: Figure
    received_on: date | None = None
    batch: Annotated[str, Field(max_length=40)] = ""
    expires_on: Day | None = None


class OpeningEntries(Entry):
    goods: Annotated[list[OpeningEntry], Field(min_length=1, max_length=5_000)]


class Opened(Shown):
    """How many rows were posted."""

    posted: int


@operations.creates("/stock/opening", Opened)
def load_opening_stock(request: ApiRequest, entries: OpeningEntries) -> Opened:
    """Post what lies in the bins when the books are opened: all of it or nothing."""
    read = read_opening_stock([NamedStock(**one.model_dump()) for one in entries.goods])
    return Opened(posted=create(request, actions.load_opening_stock, read))


class ReceiptShown(Shown):
    """A purchase order line or a production receipt; `expected` has not come yet."""

    id: int
    kind: str
    number: str
    supplier: str
    product: str
    product_name: str
    site: str
    due_on: date
    quantity: str
    received: str
    expected: str
    unit: str
    expires_on: date | None
    state: str
    version: int


class ReceiptFilter(Paging):
    company: Id
    site: Id | None = None
    product: Id | None = None
    kind: Code = ""
    only_open: bool = True


@operations.reads("/receipts", Page[ReceiptShown])
def list_receipts(request: ApiRequest, found: Query[ReceiptFilter]) -> dict[str, Any]:
    """Expected receipts of a company by due day."""
    permissions.require(request.auth, "supply.view_purchase_order", company_id=found.company)
    rows = queries.receipts(
        found.company,
        site_id=found.site,
        site_ids=request.auth.site_ids,
        product_id=found.product,
        kind=found.kind,
        only_open=found.only_open,
    )
    return page(request, rows.values("id", "due_on"), found, _listed, order=("due_on", "id"))


def _listed(chosen: Iterable[dict[str, Any]]) -> list[ReceiptShown]:
    rows = queries.rows(row["id"] for row in chosen)
    products = reference.products({row.product_id for row in rows})
    return [_shown(row, products[row.product_id]) for row in rows]


def _shown(row: ReceiptRow, product: ProductRow) -> ReceiptShown:
    return ReceiptShown(
        id=row.id,
        kind=row.kind,
        number=row.number,
        supplier=row.supplier,
        product=row.product,
        product_name=row.product_name,
        site=row.site,
        due_on=row.due_on,
        quantity=quantity(row.quantity, product.decimals),
        received=quantity(row.received, product.decimals),
        expected=quantity(row.expected, product.decimals),
        unit=product.base_unit,
        expires_on=row.expires_on,
        state=row.state,
        version=row.version,
    )


@operations.reads("/receipts/{int:receipt_id}", ReceiptShown)
def get_receipt(request: ApiRequest, receipt_id: Id) -> ReceiptShown:
    row = _row(request, receipt_id)
    return _shown(row, reference.product(row.product_id))


def _row(request: ApiRequest, receipt_id: int) -> ReceiptRow:
    row = queries.receipt(receipt_id)
    if row is None or not request.auth.sees(row.company_id, row.site_id):
        raise NotFound(f"There is no receipt {receipt_id} that you may see.", kind="receipt", id=receipt_id)
    return row


class NewReceipt(Entry):
    """`kind` is purchase or production. The product by number, the site and the supplier by id.

    `expires_on`: the last day of goods that are kept in batches; left out, the product's shelf life counts.
    """

    kind: Annotated[str, Field(pattern="^(purchase|production)$")]
    number: Annotated[str, Field(min_length=1, max_length=40)]
    product: Code
    site: Id
    due_on: Day
    quantity: Figure
    supplier: Id | None = None
    expires_on: Day | None = None


class ReceiptMade(Shown):
    id: int


@operations.creates("/receipts", ReceiptMade)
def create_receipt(request: ApiRequest, receipt: NewReceipt) -> ReceiptMade:
    """Enter what is expected, in the product's base unit: it counts as supply from its day on."""
    product = reference.products_by_number([receipt.product]).get(receipt.product)
    if product is None:
        raise InvalidInput(f"There is no product {receipt.product}. Choose another one.", field="product")
    site = reference.site(receipt.site)
    receipt_id = create(
        request,
        actions.expect_receipt,
        ExpectedReceipt(
            company_id=site.company_id,
            kind=receipt.kind,
            number=receipt.number,
            product_id=product.id,
            site_id=site.id,
            due_on=receipt.due_on,
            quantity=_read(receipt.quantity, product),
            supplier_id=receipt.supplier,
            expires_on=receipt.expires_on,
        ),
    )
    return ReceiptMade(id=receipt_id)


def _read(text: str, product: ProductRow, *, zero_allowed: bool = False) -> int:
    return parse_quantity(text, Unit(product.base_unit, product.decimals), zero_allowed=zero_allowed)


class ReceiptChange(Entry):
    due_on: Day | None = None
    quantity: Figure | None = None
    expires_on: Day | None = None


@operations.changes("/receipts/{int:receipt_id}", ReceiptShown)
def change_receipt(request: ApiRequest, receipt_id: Id, change: ReceiptChange) -> ReceiptShown:
    """Move a receipt to another day or change its quantity; promises that it leaves uncovered become shortages."""
    version = versions.expected(request)
    row = _row(request, receipt_id)
    wanted = None if change.quantity is None else _read(change.quantity, reference.product(row.product_id))
    act(
        request, actions.change_receipt, receipt_id, due_on=change.due_on, quantity=wanted,
        expires_on=change.expires_on, expected_version=version,
    )  # fmt: skip
    return get_receipt(request, receipt_id)


@operations.acts("/receipts/{int:receipt_id}/cancel", ReceiptShown, checks_version=True)
def cancel_receipt(request: ApiRequest, receipt_id: Id, why: Reason) -> ReceiptShown:
    """What is still expected will not come."""
    version = versions.stated(request)
    act(request, actions.cancel_receipt, receipt_id, reason=why.reason, expected_version=version)
    return get_receipt(request, receipt_id)


class Arrival(Entry):
    """What came, in the product's base unit, and the bin it was put into, by id.

    A product that is kept in batches wants one; a new batch wants its days, unless they follow from the shelf life.
    """

    quantity: Figure
    bin: Id
    batch: Annotated[str, Field(max_length=40)] = ""
    produced_on: Day | None = None
    expires_on: Day | None = None


class ReceivedShown(Shown):
    """`posting` is the stock movement."""

    receipt: int
    posting: int
    quantity: str
    still_expected: str
    unit: str


@operations.creates("/receipts/{int:receipt_id}/receive", ReceivedShown)
def receive_goods(request: ApiRequest, receipt_id: Id, arrival: Arrival) -> ReceivedShown:
    """Put what came of a receipt into a bin."""
    product = reference.product(_row(request, receipt_id).product_id)
    made = create(
        request,
        actions.receive_goods,
        receipt_id,
        _read(arrival.quantity, product),
        bin_id=arrival.bin,
        batch=arrival.batch,
        produced_on=arrival.produced_on,
        expires_on=arrival.expires_on,
    )
    return ReceivedShown(
        receipt=made.receipt_id,
        posting=made.posting_id,
        quantity=quantity(made.quantity, product.decimals),
        still_expected=quantity(made.still_expected, product.decimals),
        unit=product.base_unit,
    )
