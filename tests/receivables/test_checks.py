"""Every check of billing and receivables holds on good books, and sees one row corrupted."""

import pytest
from django.db.models import F

from tests.receivables.test_payments import pay
from tests.shipping.conftest import assert_books_hold
from troth.business.billing import actions as billing
from troth.business.billing.models import Invoice, InvoiceLine
from troth.business.receivables import actions as receivables
from troth.business.receivables.models import Clearing, Payment
from troth.business.receivables.rules import Clear
from troth.ledgers.exposure.models import Posting
from troth.platform import verify
from troth.platform.models import NumberRange
from troth.reference.models import Party

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(yard):
    """Three invoices: one paid, one cancelled by the next, and one paid and taken back."""
    made = []
    for _ in range(3):
        _, delivery, _ = yard.issued(FRAME=1)
        made += billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices
    pay(yard, made[0], made[0].gross, Clear(made[0].id, made[0].gross))
    billing.cancel_invoice(made[1].id, reason="wrong address", **yard.acting)
    pay(yard, made[2], 500, Clear(made[2].id, 500))
    receivables.reset_clearing(Clearing.objects.get(amount=500).pk, reason="wrong invoice", **yard.acting)
    assert_books_hold()
    return made


def copied(invoice):
    """The same invoice once more, with another number and no lines."""
    invoice.pk, invoice.number, invoice.position = None, "2026-000099", 99
    invoice.save(force_insert=True)


def total_of_an_invoice(paid):
    Invoice.objects.filter(pk=paid[0].id).update(net=F("net") + 1, gross=F("gross") + 1)


def tax_of_an_invoice(paid):
    Invoice.objects.filter(pk=paid[0].id).update(tax=F("tax") + 1, gross=F("gross") + 1)


def net_of_a_line(paid):
    InvoiceLine.objects.filter(invoice_id=paid[0].id).update(net=F("net") + 1)


def amount_of_a_cancellation(paid):
    Invoice.objects.filter(kind="cancellation").update(net=F("net") + 1, gross=F("gross") + 1)


def payer_of_a_cancellation(paid):
    Invoice.objects.filter(kind="cancellation").update(payer=Party.objects.get(number="ALPHA"))


def quantity_of_a_line(paid):
    InvoiceLine.objects.filter(invoice_id=paid[0].id).update(quantity=2)


def line_of_another_order(paid):
    other = InvoiceLine.objects.get(invoice_id=paid[2].id).order_line_id
    InvoiceLine.objects.filter(invoice_id=paid[0].id).update(order_line_id=other)


def invoice_without_entry(paid):
    copied(Invoice.objects.get(pk=paid[0].id))


def number_left_out(paid):
    NumberRange.objects.filter(series="invoice").update(last=F("last") + 1)


def number_never_drawn(paid):
    Invoice.objects.filter(pk=paid[2].id).update(position=50)


def amount_of_a_payment(paid):
    Payment.objects.filter(clearings__invoice_id=paid[0].id).update(amount=10)


def state_of_a_payment(paid):
    Payment.objects.filter(clearings__invoice_id=paid[0].id).update(state="reversed")


def amount_of_a_clearing(paid):
    Clearing.objects.filter(invoice_id=paid[0].id).update(amount=F("amount") - 1)


def clearing_taken_back_by_hand(paid):
    clearing = Clearing.objects.get(invoice_id=paid[0].id)
    Clearing.objects.filter(pk=clearing.pk).update(reversed_at=clearing.at)


def clearing_put_back_by_hand(paid):
    Clearing.objects.filter(invoice_id=paid[2].id).update(reversed_at=None)


def claim_of_an_invoice(paid):
    Posting.objects.create(**_posted("invoice", paid[0].id), part="open_invoices", amount=1)


def claim_of_an_open_invoice(paid):
    owed = Posting.objects.filter(source_kind="invoice", source_id=paid[2].id)
    Posting.objects.create(**_posted("invoice", paid[2].id), part="open_invoices", amount=-owed.first().amount)


def deposit_of_a_payment(paid):
    Posting.objects.create(**_posted("payment", Payment.objects.get(amount=500).pk), part="deposits", amount=-1)


def _posted(kind, document_id):
    """A posting beside those that a document has."""
    last = Posting.objects.filter(source_kind=kind, source_id=document_id).last()
    return {"balance_id": last.balance_id, "source_kind": kind, "source_id": document_id, "at": last.at}


@pytest.mark.parametrize(
    ("name", "corrupt"),
    [
        ("receivables: claims", claim_of_an_invoice),
        ("receivables: claims", claim_of_an_open_invoice),
        ("receivables: deposits", deposit_of_a_payment),
        ("billing: totals", total_of_an_invoice),
        ("billing: totals", tax_of_an_invoice),
        ("billing: totals", net_of_a_line),
        ("billing: cancellations", amount_of_a_cancellation),
        ("billing: cancellations", payer_of_a_cancellation),
        ("billing: billed", quantity_of_a_line),
        ("billing: billed", line_of_another_order),
        ("billing: journal", invoice_without_entry),
        ("platform: gapless numbers", number_left_out),
        ("platform: gapless numbers", number_never_drawn),
        ("receivables: payments", amount_of_a_payment),
        ("receivables: payments", state_of_a_payment),
        ("receivables: paid", amount_of_a_clearing),
        ("receivables: paid", clearing_taken_back_by_hand),
        ("receivables: paid", clearing_put_back_by_hand),
    ],
)
def test_a_check_sees_a_corrupted_row(paid, name, corrupt):
    corrupt(paid)
    [result] = verify.run([name])
    assert result.count_checked > 0
    assert result.broken >= 1
