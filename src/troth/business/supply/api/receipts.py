"""Expected receipts over the API: enter them, change them, receive goods of them."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.supply import actions, queries
from troth.business.supply.actions import ExpectedReceipt
from troth.business.supply.api.quantities import read
from troth.business.supply.queries import ReceiptRow
from troth.kernel.errors import InvalidInput, NotFound, Sentence
from troth.platform import permissions
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Reason, Shown, quantity
from troth.reference import queries as reference
from troth.reference.queries import ProductRow

operations = Operations("receipts")


class ReceiptShown(Shown):
    """A purchase order line, a production receipt, a requisition or a planned order; `expected` has not come yet.

    `made_from`: the number of the planned supply that became it.
    """

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
    valuation: str
    is_firm: bool
    made_from: str
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
        valuation=row.valuation,
        is_firm=row.is_firm,
        made_from=row.made_from,
        state=row.state,
        version=row.version,
    )


@operations.reads("/receipts/{int:receipt_id}", ReceiptShown)
def get_receipt(request: ApiRequest, receipt_id: Id) -> ReceiptShown:
    row = seen(request, receipt_id)
    return _shown(row, reference.product(row.product_id))


def seen(request: ApiRequest, receipt_id: int) -> ReceiptRow:
    """The receipt, where the caller may see it."""
    row = queries.receipt(receipt_id)
    if row is None or not request.auth.sees(row.company_id, row.site_id):
        raise NotFound(Sentence("There is no receipt %(id)s that you may see."), kind="receipt", id=receipt_id)
    return row


class NewReceipt(Entry):
    """`kind` is purchase, production, requisition or planned; the last two may be firm.

    The product by number, the site and the supplier by id.

    `expires_on`: the last day of goods that are kept in batches; left out, the product's shelf life counts.
    `valuation`: the valuation type, of a product that is valuated separately.
    """

    kind: Annotated[str, Field(pattern="^(purchase|production|requisition|planned)$")]
    number: Annotated[str, Field(min_length=1, max_length=40)]
    product: Code
    site: Id
    due_on: Day
    quantity: Figure
    supplier: Id | None = None
    expires_on: Day | None = None
    valuation: Annotated[str, Field(max_length=20)] = ""
    is_firm: bool = False


class ReceiptMade(Shown):
    id: int


@operations.creates("/receipts", ReceiptMade)
def create_receipt(request: ApiRequest, receipt: NewReceipt) -> ReceiptMade:
    """Enter what is expected, in the product's base unit: it counts as supply from its day on."""
    product = reference.products_by_number([receipt.product]).get(receipt.product)
    if product is None:
        said = Sentence("There is no product %(product)s. Choose another one.", product=receipt.product)
        raise InvalidInput(said, field="product")
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
            quantity=read(receipt.quantity, product),
            supplier_id=receipt.supplier,
            expires_on=receipt.expires_on,
            valuation=receipt.valuation,
            is_firm=receipt.is_firm,
        ),
    )
    return ReceiptMade(id=receipt_id)


class ReceiptChange(Entry):
    due_on: Day | None = None
    quantity: Figure | None = None
    expires_on: Day | None = None
    is_firm: bool | None = None


@operations.changes("/receipts/{int:receipt_id}", ReceiptShown)
def change_receipt(request: ApiRequest, receipt_id: Id, change: ReceiptChange) -> ReceiptShown:
    """Move a receipt to another day or change its quantity; promises that it leaves uncovered become shortages."""
    version = versions.expected(request)
    row = seen(request, receipt_id)
    wanted = None if change.quantity is None else read(change.quantity, reference.product(row.product_id))
    act(
        request, actions.change_receipt, receipt_id, due_on=change.due_on, quantity=wanted,
        expires_on=change.expires_on, is_firm=change.is_firm, expected_version=version,
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
    Goods that are to be inspected may say on which day they are expected to be released.
    """

    quantity: Figure
    bin: Id
    batch: Annotated[str, Field(max_length=40)] = ""
    produced_on: Day | None = None
    expires_on: Day | None = None
    into_inspection: bool = False
    release_on: Day | None = None


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
    product = reference.product(seen(request, receipt_id).product_id)
    made = create(
        request,
        actions.receive_goods,
        receipt_id,
        read(arrival.quantity, product),
        bin_id=arrival.bin,
        batch=arrival.batch,
        produced_on=arrival.produced_on,
        expires_on=arrival.expires_on,
        into_inspection=arrival.into_inspection,
        release_on=arrival.release_on,
    )
    return ReceivedShown(
        receipt=made.receipt_id,
        posting=made.posting_id,
        quantity=quantity(made.quantity, product.decimals),
        still_expected=quantity(made.still_expected, product.decimals),
        unit=product.base_unit,
    )
