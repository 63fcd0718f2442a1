"""Two at once, from the order to the cleared payment: one gets it, the other is told; without the lock both get it.

Each race stands beside its control, which takes the lock out and shows what it prevents.
"""

import pytest

from tests import company as companies
from tests import rivals
from tests.shipping.conftest import Yard, assert_books_hold
from troth.business.billing import actions as billing
from troth.business.billing import rules as billing_rules
from troth.business.billing import store as billing_store
from troth.business.billing.models import Invoice
from troth.business.receivables import actions as receivables
from troth.business.receivables import rules as receivables_rules
from troth.business.receivables.models import Clearing
from troth.business.receivables.rules import Clear
from troth.business.sales import actions as sales
from troth.business.sales import store as sales_store
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.shipping.actions import deliver as delivering
from troth.business.shipping.actions import issue as issuing
from troth.business.shipping.models import Delivery
from troth.ledgers.fulfilment.queries import progress
from troth.ledgers.stock.models import Posting
from troth.platform import numbering, sql
from troth.platform.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def yard(transactional_db):
    """A company whose rows two connections see, and whose accounts have been posted to."""
    small = companies.build()
    companies.put_in_stock(small, "FRAME", 20)
    made = Yard(small)
    _, delivery, _ = made.issued(FRAME=1)
    invoice = bill(made, delivery)
    pay(made, invoice.gross, invoice)
    return made


def bill(yard, *deliveries):
    return billing.create_invoices(delivery_ids=[one.id for one in deliveries], **yard.acting).invoices[0]


def pay(yard, amount, *cleared):
    payment = receivables.NewPayment(
        company_id=yard.company.company.pk,
        payer_id=yard.company.party("BETA").pk,
        amount=amount,
        currency="EUR",
        received_on=yard.today,
        clears=tuple(Clear(invoice.id, amount) for invoice in cleared),
    )
    return receivables.post_payment(payment, **yard.acting)


def with_and_without(function):
    return pytest.mark.parametrize("locked", [True, False], ids=["with the lock", "without the lock"])(function)


def race(monkeypatch, locked, places, *calls):
    found = rivals.race(monkeypatch, locked, places, *calls)
    if locked:
        assert_books_hold()
    return found


@with_and_without
def test_an_order_is_submitted_once(yard, monkeypatch, locked):
    line = LineDraft(product="FRAME", quantity=2)
    draft = OrderDraft(customer="BETA", lines=(line,), requested_on=companies.WEDNESDAY)
    saved = sales.save_order(draft, **yard.acting)

    def submit():
        sales.submit_order(saved.id, **yard.acting)

    found = race(monkeypatch, locked, [(sales_store, "update")], submit, submit)
    assert (found == ["done", "illegal_transition"]) == locked
    if locked:
        assert Event.objects.filter(kind="sales.order_submitted", document_id=saved.id).count() == 1
    else:  # both believed that it was a draft; only the constraint of a ledger may stop the second halfway
        assert "illegal_transition" not in found


@with_and_without
def test_a_schedule_line_goes_to_one_delivery(yard, monkeypatch, locked):
    order = yard.order(FRAME=5)

    def deliver():
        yard.deliver(order)

    found = race(monkeypatch, locked, [(delivering, "_make")], deliver, deliver)
    assert (found == ["done", "nothing_due"]) == locked
    if locked:
        assert Delivery.objects.filter(lines__order_id=order.id).count() == 1
    else:  # the second went on to make another: at best an assertion stops it
        assert "nothing_due" not in found


@with_and_without
def test_goods_are_issued_once(yard, monkeypatch, locked):
    _, delivery, _ = yard.picked(FRAME=5)

    def issue():
        yard.issue(delivery)

    found = race(monkeypatch, locked, [(issuing, "_issue")], issue, issue)
    assert found == (["done", "illegal_transition"] if locked else ["done", "done"])
    issued = Posting.objects.filter(kind="issue", source_id=delivery.id)
    assert sum(issued.values_list("quantity", flat=True)) == (-5 if locked else -10)


@with_and_without
def test_a_delivery_is_billed_once(yard, monkeypatch, locked):
    _, delivery, _ = yard.issued(FRAME=5)

    def invoice():
        bill(yard, delivery)

    found = race(monkeypatch, locked, [(billing_rules, "group")], invoice, invoice)
    assert found == (["done", "nothing_to_bill"] if locked else ["done", "done"])
    assert Invoice.objects.filter(lines__delivery_id=delivery.id).count() == (1 if locked else 2)


@with_and_without
def test_a_payment_is_cleared_once(yard, monkeypatch, locked):
    _, first, _ = yard.issued(FRAME=1)
    _, second, _ = yard.issued(FRAME=1)
    invoices = [bill(yard, first), bill(yard, second)]
    paid = pay(yard, invoices[0].gross)

    def clear(invoice):
        return lambda: receivables.clear(paid.id, [Clear(invoice.id, invoice.gross)], **yard.acting)

    found = race(monkeypatch, locked, [(receivables_rules, "check")], *map(clear, invoices))
    assert found == (["clears_too_much", "done"] if locked else ["done", "done"])
    assert Clearing.objects.filter(payment_id=paid.id).count() == (1 if locked else 2)


@with_and_without
def test_an_invoice_is_paid_once(yard, monkeypatch, locked):
    _, delivery, _ = yard.issued(FRAME=1)
    invoice = bill(yard, delivery)
    payments = [pay(yard, invoice.gross), pay(yard, invoice.gross)]

    def clear(paid):
        return lambda: receivables.clear(paid.id, [Clear(invoice.id, invoice.gross)], **yard.acting)

    found = race(monkeypatch, locked, [(receivables_rules, "check")], *map(clear, payments))
    assert found == (["clears_too_much", "done"] if locked else ["done", "done"])
    cleared = sum(Clearing.objects.filter(invoice_id=invoice.id).values_list("amount", flat=True))
    assert cleared == invoice.gross * (1 if locked else 2)
    if locked:
        assert progress("invoice", [invoice.id])[invoice.id].paid == invoice.gross


@with_and_without
def test_an_invoice_is_cancelled_or_paid_never_both(yard, monkeypatch, locked):
    _, delivery, _ = yard.issued(FRAME=1)
    invoice = bill(yard, delivery)
    paid = pay(yard, invoice.gross)

    def cancel():
        billing.cancel_invoice(invoice.id, reason="wrong", **yard.acting)

    def clear():
        receivables.clear(paid.id, [Clear(invoice.id, invoice.gross)], **yard.acting)

    places = [(billing_store, "insert_invoice"), (receivables_rules, "check")]
    found = race(monkeypatch, locked, places, cancel, clear)
    # Without the lock both are done, or they write the same rows in a circle and the database ends one of them.
    assert (found in (["done", "done"], ["busy", "done"])) != locked
    assert len({"invoice_paid", "wrong_payer"} & set(found)) == locked


@with_and_without
def test_an_invoice_number_is_given_once_and_none_is_left_out(yard, monkeypatch, locked):
    _, first, _ = yard.issued(FRAME=1)
    _, second, _ = yard.issued(FRAME=1)
    before = Invoice.objects.count()

    def invoice(delivery):
        return lambda: bill(yard, delivery)

    if not locked:  # the number is read and written in two steps, as it must not be
        monkeypatch.setattr(numbering, "draw_gapless", naive)
    found = race(monkeypatch, locked, [(billing_store, "insert_invoice")], invoice(first), invoice(second))
    numbers = sorted(Invoice.objects.values_list("position", flat=True))
    if locked:
        assert (found, numbers) == (["done", "done"], list(range(1, before + 3)))
    else:
        assert found == ["IntegrityError", "done"]


def naive(held, series, *, company_id, year):
    """Draw the next number without the lock of its row."""
    [(last,)] = sql.fetch("SELECT MAX(position) FROM billing_invoice")
    return last + 1
