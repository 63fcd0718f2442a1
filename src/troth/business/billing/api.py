"""Billing over the API: what is due, invoices and their cancellation, and the journal for the books of account."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field, StrictBool

from troth.business.billing import actions, queries
from troth.business.billing.queries import InvoiceRow
from troth.kernel.errors import InvalidInput
from troth.ledgers.journal import queries as journal
from troth.platform import permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, create
from troth.platform.api.paging import Page, Paging, page, page_of_marks, whole
from troth.platform.api.values import Day, Entry, Id, Money, Name, Reason, Shown, money, quantity
from troth.platform.documents import DocumentRef
from troth.platform.web import exports
from troth.reference import queries as reference

operations = Operations("billing")

DAYS_MAX = 366


class BillingDue(Shown):
    """A delivery or an order with something to bill; `amount` is the gross value of what is not billed yet."""

    kind: str
    id: int
    number: str
    customer: str
    since_on: date
    lines: int
    amount: Money
    is_blocked: bool


class DueFilter(Paging):
    until: Day | None = None


@operations.reads("/billing/due", Page[BillingDue])
def list_billing_due(request: ApiRequest, found: Query[DueFilter]) -> dict[str, Any]:
    """The billing due list, the oldest first."""
    since = queries.due_since(request.auth, until=found.until)
    marks = queries.due_marks(since)
    return page_of_marks(
        request, marks, found, lambda chosen: _due({marks[mark]: since[marks[mark]] for mark in chosen})
    )


def _due(since: dict[DocumentRef, date]) -> list[BillingDue]:
    return [
        BillingDue(
            kind=row.source.kind,
            id=row.source.id,
            number=row.source.number,
            customer=row.customer,
            since_on=row.since_on,
            lines=row.lines,
            amount=money(row.amount, row.currency),
            is_blocked=row.is_blocked,
        )
        for row in queries.due_rows(since)
    ]


class InvoiceListed(Shown):
    id: int
    number: str
    kind: str
    state: str
    payer_id: int
    payer: str
    invoiced_on: date
    due_on: date
    net: Money
    gross: Money
    paid: Money


class InvoiceFilter(Paging):
    words: Name = ""
    payer: Id | None = None
    from_on: Day | None = None
    to_on: Day | None = None


@operations.reads("/invoices", Page[InvoiceListed])
def list_invoices(request: ApiRequest, found: Query[InvoiceFilter]) -> dict[str, Any]:
    """Invoices and cancellations, the newest first."""
    rows = queries.list_invoices(
        request.auth,
        words=found.words,
        payer_id=found.payer,
        from_on=found.from_on,
        to_on=found.to_on,
    )
    return page(
        request, rows, found, lambda chosen: [InvoiceListed(**_row(row)) for row in queries.invoice_rows(chosen)]
    )


def _row(row: InvoiceRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "kind": row.kind,
        "state": row.state,
        "payer_id": row.payer_id,
        "payer": row.payer,
        "invoiced_on": row.invoiced_on,
        "due_on": row.due_on,
        "net": money(row.net, row.currency),
        "gross": money(row.gross, row.currency),
        "paid": money(row.paid, row.currency),
    }


class InvoiceLineShown(Shown):
    line_number: int
    order_number: str
    product: str
    description: str
    quantity: str
    unit: str
    net: Money
    tax: Money
    gross: Money
    tax_name: str
    tax_percent: str
    texts: dict[str, str]


class InvoiceShown(InvoiceListed):
    """An invoice; `cancels` and `cancelled_by` are numbers."""

    company: int
    sold_to: str
    bill_to: str
    payment_terms: str
    tax: Money
    cancels: str | None
    cancelled_by: str | None
    made_at: datetime
    texts: dict[str, str]
    lines: list[InvoiceLineShown]


@operations.reads("/invoices/{int:invoice_id}", InvoiceShown)
def get_invoice(request: ApiRequest, invoice_id: Id) -> InvoiceShown:
    view = queries.invoice(invoice_id, by=request.auth)
    return InvoiceShown(
        **_row(view.row),
        company=view.row.company_id,
        sold_to=view.sold_to.number,
        bill_to=view.bill_to.number,
        payment_terms=view.payment_terms,
        tax=money(view.tax, view.row.currency),
        cancels=view.cancels.number if view.cancels else None,
        cancelled_by=view.cancelled_by.number if view.cancelled_by else None,
        made_at=view.made_at,
        texts=dict(view.texts),
        lines=_lines(view.lines, view.row.currency),
    )


def _lines(lines: Iterable[Any], currency: str) -> list[InvoiceLineShown]:
    return [
        InvoiceLineShown(
            line_number=line.line_number,
            order_number=line.order_number,
            product=line.product.number,
            description=line.description,
            quantity=quantity(line.quantity, line.product.base_unit.decimals),
            unit=line.product.base_unit_id,
            net=money(line.net, currency),
            tax=money(line.tax, currency),
            gross=money(line.gross, currency),
            tax_name=line.tax_name,
            tax_percent=quantity(line.tax_basis_points, 2),
            texts=line.texts,
        )
        for line in lines
    ]


class NewInvoices(Entry):
    """Deliveries and orders by id. `collective`: one invoice for all that share payer, partners and terms."""

    deliveries: Annotated[list[Id], Field(max_length=500)] = []
    orders: Annotated[list[Id], Field(max_length=500)] = []
    collective: StrictBool = False


class InvoiceMadeShown(Shown):
    id: int
    number: str
    payer: int
    gross: Money


class InvoicesMade(Shown):
    invoices: list[InvoiceMadeShown]


@operations.creates("/invoices", InvoicesMade)
def create_invoices(request: ApiRequest, wanted: NewInvoices) -> InvoicesMade:
    """Bill what is issued of deliveries, and what of orders is billed by order."""
    if not wanted.deliveries and not wanted.orders:
        raise InvalidInput("Name what to bill. Send deliveries or orders.", field="deliveries")
    made = create(
        request,
        actions.create_invoices,
        delivery_ids=tuple(wanted.deliveries),
        order_ids=tuple(wanted.orders),
        collective=wanted.collective,
    )
    return InvoicesMade(
        invoices=[
            InvoiceMadeShown(id=one.id, number=one.number, payer=one.payer_id, gross=money(one.gross, one.currency))
            for one in made.invoices
        ]
    )


class CancelledShown(Shown):
    """The cancellation, which is an invoice of its own, and the number of what it takes back."""

    id: int
    number: str
    cancels: str


@operations.creates("/invoices/{int:invoice_id}/cancel", CancelledShown)
def cancel_invoice(request: ApiRequest, invoice_id: Id, why: Reason) -> CancelledShown:
    """Cancel an invoice: what it billed may be billed again."""
    made = create(request, actions.cancel_invoice, invoice_id, reason=why.reason)
    return CancelledShown(id=made.id, number=made.number, cancels=made.cancels_number)


class JournalLine(Shown):
    """A posting. `amount` in the company's currency, debit above zero; `document_amount` in the document's."""

    entry: int
    on: date
    text: str
    source_kind: str
    source_id: int
    account: str
    amount: Money
    document_amount: Money
    reverses: int | None


class Period(Entry):
    """Both days are included; at most a year."""

    company: Id
    from_on: Day
    to_on: Day
    format: Annotated[str, Field(pattern="^(json|csv)$")] = "json"


@operations.reads("/journal", Page[JournalLine])
def export_journal(request: ApiRequest, period: Query[Period]) -> Any:
    """All postings of a company between two days, by entry, as JSON or CSV; the amounts sum to zero."""
    permissions.require(request.auth, "billing.view_journal", company_id=period.company)
    currency = reference.company(period.company).currency
    if not 0 <= (period.to_on - period.from_on).days < DAYS_MAX:
        raise InvalidInput("The days must follow each other, a year apart at most. Choose others.", field="to_on")
    rows = journal.export_rows(period.company, from_on=period.from_on, to_on=period.to_on)
    lines = [
        JournalLine(
            entry=row.entry_id,
            on=row.on,
            text=row.text,
            source_kind=row.source_kind,
            source_id=row.source_id,
            account=row.account,
            amount=money(row.amount, currency),
            document_amount=money(row.document_amount, row.document_currency),
            reverses=row.reverses_id,
        )
        for row in rows
    ]
    return _csv(lines) if period.format == "csv" else whole(lines)


JOURNAL_COLUMNS = ["entry", "on", "text", "source_kind", "source_id", "account", "amount", "currency", "reverses"]


def _csv(lines: list[JournalLine]) -> Any:
    rows = (
        [
            str(line.entry),
            line.on.isoformat(),
            line.text,
            line.source_kind,
            str(line.source_id),
            line.account,
            line.amount.amount,
            line.amount.currency,
            "" if line.reverses is None else str(line.reverses),
        ]
        for line in lines
    )
    return exports.csv_file("journal", JOURNAL_COLUMNS, rows)
