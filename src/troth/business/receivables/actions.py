"""Post what customers pay and set it against invoices.

A payment first stands as a deposit; clearing sets parts of it against invoices. So money whose purpose is not known yet
is in the books at once, and every clearing can be taken back without touching the payment.

| action | journal |
| --- | --- |
| payment | cash to deposit |
| clearing | deposit (and discount) to receivable |
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from troth.business.billing import queries as billing
from troth.business.billing.queries import OpenInvoice
from troth.business.masterdata.queries import account_table
from troth.business.receivables import rules
from troth.business.receivables.models import Clearing, Payment
from troth.business.receivables.rules import Clear, OpenItem
from troth.kernel.errors import InvalidInput, NotFound, Sentence
from troth.kernel.quantity import checked
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import ExposureKey, Part
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import FulfilmentKey, Measure
from troth.ledgers.journal import actions as journal
from troth.ledgers.journal import queries as journals
from troth.platform import events, locks, numbering
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Paid:
    """The payment with what is left of it; `cleared` are the invoices' numbers."""

    id: int
    number: str
    left: int
    cleared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money received, in minor units of `currency`; `clears` says what it pays, empty for a deposit."""

    company_id: int
    payer_id: int
    amount: int
    currency: str
    received_on: date
    reference: str = ""
    clears: tuple[Clear, ...] = ()


@action
def post_payment(payment: NewPayment, *, by: Actor, clock: Clock) -> Paid:
    """Post a payment and set it against the invoices it names; the rest stays as a deposit."""
    _refuse_input(payment, by, clock)
    held = locks.begin()
    items = _open_items([clear.invoice_id for clear in payment.clears])
    held.take(*_keys(payment.company_id, payment.payer_id, items))
    row = Payment.objects.create(
        company_id=payment.company_id,
        number=f"P{numbering.draw('payment', company_id=payment.company_id)[0]}",
        payer_id=payment.payer_id,
        received_on=payment.received_on,
        currency_id=payment.currency,
        amount=payment.amount,
        reference=payment.reference,
        made_by_id=by.user_id,
        made_at=clock.now(),
    )
    ref = _ref(row)
    company = reference.company(row.company_id)
    amount = reference.exchange(row.amount, row.currency_id, company.currency, on=row.received_on)
    account = ExposureKey(row.company_id, row.payer_id)
    exposure.post(held, [exposure.Entry(account, Part.DEPOSITS, amount, ref)], at=clock.now())
    _journal(held, row, [("cash", amount, row.amount), ("deposit", -amount, -row.amount)], "Payment", clock=clock)
    facts = {"amount": row.amount, "currency": row.currency_id, "payer": row.payer_id}
    events.record("receivables.payment_posted", ref, company_id=row.company_id, by=by, at=clock.now(), facts=facts)
    cleared = _clear(held, row, payment.clears, by=by, clock=clock)
    return Paid(row.pk, row.number, row.amount - sum(clear.amount for clear in payment.clears), cleared)


@action
def clear(payment_id: int, clears: Sequence[Clear], *, by: Actor, clock: Clock) -> Paid:
    """Set what is left of a payment against invoices."""
    row, held = locks.hold(Payment, payment_id, by=by)
    _refuse_reversed(row)
    items = _open_items([one.invoice_id for one in clears])
    held.take(*_keys(row.company_id, row.payer_id, items))
    left = row.amount - _used(row) - sum(one.amount for one in clears)
    if left < 0:
        raise rules.ClearsTooMuch(
            Sentence("Payment %(payment)s has less left than would be cleared. Clear at most what is left."),
            payment=row.number,
            left=row.amount - _used(row),
        )
    cleared = _clear(held, row, clears, by=by, clock=clock)
    return Paid(row.pk, row.number, left, cleared)


@action
def reset_clearing(clearing_id: int, *, reason: str, by: Actor, clock: Clock) -> Paid:
    """Take a clearing back: the invoice is open again, the money a deposit again."""
    _refuse_no_reason(reason)
    found = Clearing.objects.filter(pk=clearing_id).values_list("payment_id", flat=True).first()
    if found is None:
        raise NotFound(Sentence("There is no clearing %(clearing)s."), clearing=clearing_id)
    row, held = locks.hold(Payment, found, by=by)
    clearing = row.clearings.filter(pk=clearing_id, reversed_at=None).first()
    if clearing is None:
        raise rules.NothingCleared("This clearing was taken back before.", clearing=clearing_id)
    [invoice] = billing.invoices([clearing.invoice_id])
    held.take(*_keys(row.company_id, row.payer_id, [invoice]))
    _post_clearing(held, row, invoice, Clear(invoice.id, -clearing.amount, -clearing.discount), clock=clock)
    clearing.reversed_at = clock.now()
    clearing.save(update_fields=["reversed_at"])
    facts = {"reason": reason, "invoice": invoice.number, "amount": clearing.amount, "currency": row.currency_id}
    events.record(
        "receivables.clearing_reset", _ref(row), company_id=row.company_id, by=by, at=clock.now(), facts=facts
    )
    return Paid(row.pk, row.number, row.amount - _used(row), ())


@action
def reverse_payment(payment_id: int, *, reason: str, by: Actor, clock: Clock) -> Paid:
    """Reverse a payment that was posted in error. Refused while clearings use it (`PaymentCleared`)."""
    _refuse_no_reason(reason)
    row, held = locks.hold(Payment, payment_id, by=by)
    _refuse_reversed(row)
    if _used(row):
        raise rules.PaymentCleared(
            Sentence("Payment %(payment)s is set against invoices. Take its clearings back first."), payment=row.number
        )
    ref, at = _ref(row), clock.now()
    entries = [entry for entry in journals.entries(ref) if entry.text.startswith("Payment")]
    account = ExposureKey(row.company_id, row.payer_id)
    held.take(account, *(key for entry in entries for key in journals.keys_of(entry.id)))
    exposure.withdraw(held, account, ref, at=at)
    on = clock.today(reference.company(row.company_id).time_zone)
    for entry in entries:
        journal.reverse(held, entry.id, on=on, text=f"Reverses payment {row.number}", source=ref, at=at)
    row.state, row.version = "reversed", row.version + 1
    row.save(update_fields=["state", "version"])
    events.record(
        "receivables.payment_reversed", ref, company_id=row.company_id, by=by, at=at, facts={"reason": reason}
    )
    return Paid(row.pk, row.number, 0, ())


def _ref(row: Payment) -> DocumentRef:
    return DocumentRef("payment", row.pk, row.number)


def _refuse_input(payment: NewPayment, by: Actor, clock: Clock) -> None:
    company = reference.company(payment.company_id)
    if not by.sees(payment.company_id):
        raise NotFound("There is no such company that you may post for.", field="company")
    if not reference.party_names([payment.payer_id]):
        raise NotFound(Sentence("There is no payer %(id)s.", id=payment.payer_id), field="payer", kind="payer")
    if payment.amount <= 0:
        raise InvalidInput("Enter an amount above zero.", field="amount")
    checked(payment.amount)
    if payment.received_on > clock.today(company.time_zone):
        raise InvalidInput("Money cannot have come in after today. Correct the date.", field="received_on")
    if sum(one.amount for one in payment.clears) > payment.amount:
        raise rules.ClearsTooMuch("More would be cleared than was paid. Clear less.", field="clears")


def _refuse_no_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("Say why it is taken back.", field="reason")


def _refuse_reversed(row: Payment) -> None:
    if row.state == "reversed":
        raise rules.PaymentReversed(Sentence("Payment %(payment)s was reversed. Post a new one."), payment=row.number)


def _used(row: Payment) -> int:
    return sum(row.clearings.filter(reversed_at=None).values_list("amount", flat=True))


def _open_items(invoice_ids: Sequence[int]) -> list[OpenInvoice]:
    if len(set(invoice_ids)) != len(invoice_ids):
        raise InvalidInput("Name each invoice once.", field="clears")
    return billing.invoices(invoice_ids)


def _keys(company_id: int, payer_id: int, items: Sequence[OpenInvoice]) -> list[locks.BalanceKey]:
    table = account_table(company_id)
    accounts = [table.account(key) for key in ("cash", "deposit", "receivable", "discount", "exchange_difference")]
    return [
        ExposureKey(company_id, payer_id),
        *(FulfilmentKey("invoice", item.id) for item in items),
        *journal.keys(company_id, accounts),
    ]


def _clear(held: Held, row: Payment, clears: Sequence[Clear], *, by: Actor, clock: Clock) -> tuple[str, ...]:
    invoices = {invoice.id: invoice for invoice in billing.invoices([one.invoice_id for one in clears])}
    for number, one in enumerate(clears, start=1):
        invoice = invoices[one.invoice_id]
        paid = held.balance(FulfilmentKey("invoice", invoice.id)).paid
        _refuse_stranger(row, invoice, number)
        rules.check(_item(invoice, paid), one, row=number)
        _post_clearing(held, row, invoice, one, clock=clock)
        Clearing.objects.create(
            payment=row,
            invoice_id=invoice.id,
            invoice_number=invoice.number,
            amount=one.amount,
            discount=one.discount,
            at=clock.now(),
            made_by_id=by.user_id,
        )
        facts = {
            "invoice": invoice.number, "amount": one.amount, "discount": one.discount, "currency": row.currency_id
        }  # fmt: skip
        events.record("receivables.cleared", _ref(row), company_id=row.company_id, by=by, at=clock.now(), facts=facts)
    return tuple(invoices[one.invoice_id].number for one in clears)


def _refuse_stranger(row: Payment, invoice: OpenInvoice, number: int) -> None:
    same = (invoice.company_id, invoice.payer_id, invoice.currency) == (row.company_id, row.payer_id, row.currency_id)
    if not same or invoice.is_cancelled:
        raise rules.WrongPayer(
            Sentence(
                "Invoice %(invoice)s is cancelled, or for another payer, company or currency than the "
                "payment. Choose an open invoice of this payer."
            ),
            row=number,
            field="invoice",
            invoice=invoice.number,
        )


def _item(invoice: OpenInvoice, paid: int) -> OpenItem:
    return OpenItem(
        invoice_id=invoice.id,
        number=invoice.number,
        company_id=invoice.company_id,
        payer_id=invoice.payer_id,
        currency=invoice.currency,
        gross=invoice.gross,
        paid=paid,
        invoiced_on=invoice.invoiced_on,
        due_on=invoice.due_on,
        discount_days=invoice.discount_days,
        discount_basis_points=invoice.discount_basis_points,
    )


def _post_clearing(held: Held, row: Payment, invoice: OpenInvoice, one: Clear, *, clock: Clock) -> None:
    """Post one clearing, or with negative amounts its taking back.

    Each side is valued as it stands in the books: the deposit at the rate of its receipt, the claim at that of its
    invoice. What lies between is the exchange difference.
    """
    at, company, total = clock.now(), reference.company(row.company_id), one.amount + one.discount
    deposit = reference.exchange(one.amount, row.currency_id, company.currency, on=row.received_on)
    discount = reference.exchange(one.discount, row.currency_id, company.currency, on=row.received_on)
    claim = reference.exchange(total, row.currency_id, company.currency, on=invoice.invoiced_on)
    account, ref = ExposureKey(row.company_id, row.payer_id), DocumentRef("invoice", invoice.id, invoice.number)
    exposure.post(
        held,
        [
            exposure.Entry(account, Part.DEPOSITS, -deposit, _ref(row)),
            exposure.Entry(account, Part.OPEN_INVOICES, -claim, ref, invoice.due_on),
        ],
        at=at,
    )
    key = FulfilmentKey("invoice", invoice.id)
    fulfilment.post(held, [fulfilment.Entry(key, ref, Measure.PAID, total, total, _ref(row))], at=at)
    lines = [
        ("deposit", deposit, one.amount),
        ("discount", discount, one.discount),
        ("receivable", -claim, -total),
        ("exchange_difference", claim - deposit - discount, 0),
    ]
    _journal(held, row, lines, f"Clearing of invoice {invoice.number} by payment", clock=clock)


def _journal(held: Held, row: Payment, lines: Sequence[tuple[str, int, int]], text: str, *, clock: Clock) -> None:
    table, at = account_table(row.company_id), clock.now()
    journal.post(
        held,
        company_id=row.company_id,
        on=clock.today(reference.company(row.company_id).time_zone),
        text=f"{text} {row.number}",
        source=_ref(row),
        lines=[journal.Line(table.account(key), amount, own, row.currency_id) for key, amount, own in lines if amount],
        at=at,
    )
