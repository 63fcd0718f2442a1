"""Take an invoice back by a cancellation with the amounts turned."""

from dataclasses import dataclass
from datetime import date, datetime

from troth.business.billing import store
from troth.business.billing.actions.create import summed
from troth.business.billing.models import Invoice, InvoiceLine
from troth.business.billing.rules import InvoiceCancelled, InvoicePaid, Terms
from troth.kernel.errors import InvalidInput, Sentence
from troth.kernel.money import apportion
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
class Cancelled:
    """The cancellation, an invoice of its own."""

    id: int
    number: str
    cancels_number: str


@action
def cancel_invoice(invoice_id: int, *, reason: str, by: Actor, clock: Clock) -> Cancelled:
    """Cancel an invoice: what it billed may be billed again.

    Refused while payments are cleared against it (`InvoicePaid`), and where it is cancelled (`InvoiceCancelled`).
    """
    if not reason.strip():
        raise InvalidInput("Say why the invoice is cancelled.", field="reason")
    invoice, held = locks.hold(Invoice, invoice_id, by=by)
    ref = DocumentRef("invoice", invoice.pk, invoice.number)
    account = ExposureKey(invoice.company_id, invoice.payer_id)
    lines = list(invoice.lines.order_by("line_number"))
    entries = [entry for entry in journals.entries(ref) if entry.reverses_id is None]
    held.take(
        account,
        FulfilmentKey("invoice", invoice.pk),
        *(FulfilmentKey("order_line", line.order_line_id) for line in lines),
        *(key for entry in entries for key in journals.keys_of(entry.id)),
    )
    _refuse(held, invoice)
    on, at = clock.today(reference.company(invoice.company_id).time_zone), clock.now()
    made = _insert(held, invoice, on=on, by=by, at=at)
    _post_fulfilment(held, ref, made, invoice, at=at)
    _post_exposure(held, account, ref, lines, at=at)
    for entry in entries:
        journal.reverse(held, entry.id, on=on, text=f"Cancels invoice {invoice.number}", source=made, at=at)
    facts = {"reason": reason, "cancels": invoice.number, "cancellation": made.number}
    events.record("billing.invoice_cancelled", ref, company_id=invoice.company_id, by=by, at=at, facts=facts)
    return Cancelled(made.id, made.number, invoice.number)


def _refuse(held: Held, invoice: Invoice) -> None:
    if invoice.kind != "invoice" or Invoice.objects.filter(cancels=invoice).exists():
        raise InvoiceCancelled(
            Sentence("Invoice %(invoice)s is a cancellation or was cancelled. Nothing is left to cancel."),
            invoice=invoice.number,
        )
    if held.balance(FulfilmentKey("invoice", invoice.pk)).paid:
        raise InvoicePaid(
            Sentence("Payments are cleared against invoice %(invoice)s. Take the clearing back first, then cancel."),
            invoice=invoice.number,
        )


def _insert(held: Held, invoice: Invoice, *, on: date, by: Actor, at: datetime) -> DocumentRef:
    position = numbering.draw_gapless(held, "invoice", company_id=invoice.company_id, year=on.year)
    terms = Terms(
        company_id=invoice.company_id,
        sold_to_id=invoice.sold_to_id,
        bill_to_id=invoice.bill_to_id,
        payer_id=invoice.payer_id,
        currency=invoice.currency_id,
        payment_terms_id=invoice.payment_terms_id,
        due_days=0,
        customer_group="",
    )
    head = store.Head(
        terms=terms,
        number=f"{on.year}-{position:06d}",
        year=on.year,
        position=position,
        invoiced_on=on,
        due_on=on,
        net=-invoice.net,
        tax=-invoice.tax,
        kind="cancellation",
        cancels_id=invoice.pk,
    )
    made = DocumentRef("invoice", store.insert_invoice(head, by=by, at=at), head.number)
    store.insert_negated_lines(made.id, invoice.pk)
    return made


def _post_fulfilment(held: Held, ref: DocumentRef, made: DocumentRef, invoice: Invoice, *, at: datetime) -> None:
    entries = [
        fulfilment.Entry(
            key=FulfilmentKey("order_line", line.order_line_id),
            document=_origin(line),
            measure=Measure.BILLED,
            quantity=-line.quantity,
            value=-line.gross,
            to=ref,
            to_line_id=line.pk,
        )
        for line in invoice.lines.order_by("line_number")
    ]
    owed = fulfilment.Entry(
        FulfilmentKey("invoice", invoice.pk), ref, Measure.ORDERED, -invoice.gross, -invoice.gross, made
    )
    fulfilment.post(held, [*entries, owed], at=at)


def _origin(line: InvoiceLine) -> DocumentRef:
    if line.delivery_id is not None:
        return DocumentRef("delivery", line.delivery_id)
    return DocumentRef("order", line.order_id, line.order_number)


def _post_exposure(
    held: Held, account: ExposureKey, ref: DocumentRef, lines: list[InvoiceLine], *, at: datetime
) -> None:
    """Give the value back to the deliveries and orders it came from, in the company's currency, to the cent."""
    claimed = exposure.withdraw(held, account, ref, at=at)
    if not claimed:
        return
    entries = [
        exposure.Entry(
            account, Part.OPEN_ORDERS if line.delivery_id is None else Part.OPEN_DELIVERIES, amount, _origin(line)
        )
        for line, amount in zip(lines, apportion(claimed, [line.gross for line in lines]), strict=True)
    ]
    exposure.post(held, summed(entries), at=at)
