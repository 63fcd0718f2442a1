"""Receivables over the API: open items, payments, and what clears what."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.billing import queries as billing
from troth.business.receivables import actions, queries
from troth.business.receivables.actions import NewPayment
from troth.business.receivables.queries import PaymentRow
from troth.business.receivables.rules import Clear
from troth.kernel.money import parse_money
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page, page_of_marks
from troth.platform.api.values import Day, Entry, Figure, Id, Money, Reason, Shown, money
from troth.platform.web.formats import currency_decimals

operations = Operations("receivables")

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class OpenItemShown(Shown):
    """An invoice that still claims something."""

    id: int
    number: str
    company: int
    payer: int
    payer_name: str
    invoiced_on: date
    due_on: date
    gross: Money
    paid: Money
    open: Money


class ItemFilter(Paging):
    payer: Id | None = None


@operations.reads("/open-items", Page[OpenItemShown])
def list_open_items(request: ApiRequest, found: Query[ItemFilter]) -> dict[str, Any]:
    """Open invoices, the oldest due first."""
    marks = billing.open_marks(company_ids=request.auth.company_ids, payer_id=found.payer)
    return page_of_marks(request, marks, found, lambda chosen: _items([marks[mark] for mark in chosen]))


def _items(invoice_ids: list[int]) -> list[OpenItemShown]:
    return [
        OpenItemShown(
            id=row.id,
            number=row.number,
            company=row.company_id,
            payer=row.payer_id,
            payer_name=row.payer,
            invoiced_on=row.invoiced_on,
            due_on=row.due_on,
            gross=money(row.gross, row.currency),
            paid=money(row.paid, row.currency),
            open=money(row.open, row.currency),
        )
        for row in billing.open_among(invoice_ids)
    ]


class ClearEntry(Entry):
    """Set `amount` against an invoice, and grant `discount` with it."""

    invoice: Id
    amount: Figure
    discount: Figure = "0"


class PaymentEntry(Entry):
    """Money received; `clears` says what it pays, empty for a deposit."""

    company: Id
    payer: Id
    amount: Figure
    currency: Currency
    received_on: Day
    reference: Annotated[str, Field(max_length=140)] = ""
    clears: Annotated[list[ClearEntry], Field(max_length=500)] = []


class ClearEntries(Entry):
    clears: Annotated[list[ClearEntry], Field(min_length=1, max_length=500)]


class PaymentListed(Shown):
    """`left` is set against no invoice."""

    id: int
    number: str
    state: str
    version: int
    company: int
    payer: int
    payer_name: str
    received_on: date
    amount: Money
    left: Money
    reference: str


class ClearingShown(Shown):
    id: int
    invoice: int
    invoice_number: str
    amount: Money
    discount: Money
    at: datetime
    reversed_at: datetime | None


class PaymentShown(PaymentListed):
    clearings: list[ClearingShown]


class PaidShown(Shown):
    """The payment with what is left of it; `cleared` are numbers of invoices."""

    id: int
    number: str
    left: Money
    cleared: list[str]


class PaymentFilter(Paging):
    payer: Id | None = None


@operations.reads("/payments", Page[PaymentListed])
def list_payments(request: ApiRequest, found: Query[PaymentFilter]) -> dict[str, Any]:
    """Payments, the newest first."""
    rows = queries.payments(by=request.auth, payer_id=found.payer)
    return page(request, rows, found, lambda chosen: [PaymentListed(**_row(row)) for row in queries.rows(list(chosen))])


@operations.reads("/payments/{int:payment_id}", PaymentShown)
def get_payment(request: ApiRequest, payment_id: Id) -> PaymentShown:
    """A payment with what it was set against."""
    row, clearings = queries.payment(payment_id, by=request.auth)
    shown = [
        ClearingShown(
            id=one.id,
            invoice=one.invoice_id,
            invoice_number=one.invoice_number,
            amount=money(one.amount, row.currency),
            discount=money(one.discount, row.currency),
            at=one.at,
            reversed_at=one.reversed_at,
        )
        for one in clearings
    ]
    return PaymentShown(**_row(row), clearings=shown)


def _row(row: PaymentRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "state": row.state,
        "version": row.version,
        "company": row.company_id,
        "payer": row.payer_id,
        "payer_name": row.payer,
        "received_on": row.received_on,
        "amount": money(row.amount, row.currency),
        "left": money(row.left, row.currency),
        "reference": row.reference,
    }


@operations.creates("/payments", PaidShown)
def post_payment(request: ApiRequest, payment: PaymentEntry) -> PaidShown:
    """Post a payment and set it against the invoices it names; the rest stays as a deposit."""
    made = create(
        request,
        actions.post_payment,
        NewPayment(
            company_id=payment.company,
            payer_id=payment.payer,
            amount=parse_money(payment.amount, currency_decimals(payment.currency)),
            currency=payment.currency,
            received_on=payment.received_on,
            reference=payment.reference,
            clears=_clears(payment.clears, payment.currency),
        ),
    )
    return _paid(made, payment.currency)


def _clears(entries: list[ClearEntry], currency: str) -> tuple[Clear, ...]:
    decimals = currency_decimals(currency)
    return tuple(
        Clear(one.invoice, parse_money(one.amount, decimals), parse_money(one.discount, decimals)) for one in entries
    )


def _paid(made: actions.Paid, currency: str) -> PaidShown:
    return PaidShown(id=made.id, number=made.number, left=money(made.left, currency), cleared=list(made.cleared))


@operations.creates("/payments/{int:payment_id}/clear", PaidShown)
def clear_invoices(request: ApiRequest, payment_id: Id, wanted: ClearEntries) -> PaidShown:
    """Set what is left of a payment against invoices."""
    row, _ = queries.payment(payment_id, by=request.auth)
    made = create(request, actions.clear, payment_id, _clears(wanted.clears, row.currency))
    return _paid(made, row.currency)


@operations.acts("/payments/{int:payment_id}/clearings/{int:clearing_id}/reset", PaidShown)
def reset_clearing(request: ApiRequest, payment_id: Id, clearing_id: Id, why: Reason) -> PaidShown:
    """Take a clearing back: the invoice is open again, the money a deposit again."""
    row, _ = queries.payment(payment_id, by=request.auth)
    return _paid(act(request, actions.reset_clearing, clearing_id, reason=why.reason), row.currency)


@operations.acts("/payments/{int:payment_id}/reverse", PaidShown)
def reverse_payment(request: ApiRequest, payment_id: Id, why: Reason) -> PaidShown:
    """Reverse a payment that was posted in error."""
    row, _ = queries.payment(payment_id, by=request.auth)
    return _paid(act(request, actions.reverse_payment, payment_id, reason=why.reason), row.currency)
