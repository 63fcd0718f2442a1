"""An order that was blocked for credit goes on when the customer pays, is invoiced less, or cancels something else."""

import pytest

from tests.shipping.conftest import assert_books_hold
from troth.business.billing import actions as billing
from troth.business.receivables import actions as receivables
from troth.business.sales import actions as sales
from troth.platform.models import BlockRow, Event
from troth.platform.outbox import work_outbox

pytestmark = pytest.mark.django_db


def pay(yard, customer, amount):
    payment = receivables.NewPayment(
        company_id=yard.company.company.pk, payer_id=yard.company.party(customer).pk, amount=amount, currency="EUR",
        received_on=yard.today,
    )  # fmt: skip
    return receivables.post_payment(payment, **yard.acting)


def standing():
    return sorted(BlockRow.objects.filter(kind="credit", released_at=None).values_list("document_number", flat=True))


def test_a_payment_in_advance_releases_the_order_and_its_history_names_it(yard):
    order = yard.order("GAMMA", HELMET=4)
    assert standing() == [order.number]
    paid = pay(yard, "GAMMA", 100_00)
    work_outbox()
    assert standing() == []
    told = Event.objects.get(kind="platform.block_released", document_kind="order", document_id=order.id)
    assert told.facts["reason"] == f"Released by payment {paid.number}."
    assert yard.deliver(order).id
    assert_books_hold()


def test_the_priority_of_orders_says_who_goes_first_then_the_number(yard):
    orders = [yard.order("GAMMA", HELMET=3) for _ in range(3)]
    # the last comes first by its priority
    from troth.business.sales.models import Order

    Order.objects.filter(pk=orders[2].id).update(priority=1)
    pay(yard, "GAMMA", 200_00)
    work_outbox()
    assert standing() == [orders[1].number]
    assert_books_hold()


def test_another_order_that_is_cancelled_releases(yard):
    first, second = yard.order("GAMMA", HELMET=2), yard.order("GAMMA", HELMET=1)
    assert standing() == [second.number]
    sales.cancel_order(first.id, reason="not wanted", **yard.acting)
    work_outbox()
    assert standing() == []
    told = Event.objects.filter(kind="platform.block_released", document_id=second.id).get()
    assert told.facts["reason"] == f"Released because order {first.number} was cancelled."
    assert_books_hold()


def test_a_blocked_order_that_is_cancelled_waits_no_more(yard):
    order = yard.order("GAMMA", HELMET=4)
    sales.cancel_order(order.id, reason="not wanted", **yard.acting)
    pay(yard, "GAMMA", 100_00)
    assert work_outbox() == 1  # the released block; nothing fell on which anything waits
    assert_books_hold()


def test_an_invoice_that_is_cancelled_leaves_what_waits(yard):
    """Its claim goes back to the delivery, so the sum stays: what waits is judged, and waits on."""
    yard.limit("BETA", 1000_00)
    _, delivery, _ = yard.issued(FRAME=2)
    [made] = billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices
    order = yard.order("BETA", HELMET=10)
    billing.cancel_invoice(made.id, reason="wrong day", **yard.acting)
    work_outbox()
    assert standing() == [order.number]
    assert_books_hold()
