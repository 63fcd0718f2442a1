"""A pick that lacks no more than the order line accepts completes the line: its rest is closed."""

import pytest

from tests import company as companies
from tests.shipping.conftest import assert_books_hold, progress_of
from tests.shipping.test_more_than_listed import exposure
from troth.business.billing import actions as billing
from troth.business.billing.models import Invoice
from troth.business.promising.queries import promise
from troth.business.sales import actions as sales
from troth.business.sales.models import Order, OrderLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.shipping.rules.grouping import NothingDue
from troth.business.shipping.rules.picking import Found, completed_by
from troth.platform.models import Event


def order_of(yard, quantity, *, unit="", product="HELMET", under=1000):
    """An order of one line that accepts a tenth less."""
    line = LineDraft(product=product, quantity=str(quantity), unit=unit, under_tolerance_basis_points=under)
    return sales.enter_order(
        OrderDraft(customer="ALPHA", lines=(line,), requested_on=companies.WEDNESDAY), **yard.acting
    )


def picked(yard, order, quantity, **more):
    """The order's delivery, picked with so much."""
    delivery = yard.deliver(order)
    found = {1: Found(quantity, "two were broken", **more)}
    return delivery, yard.do("confirm_pick", transfer_order_id=yard.transfer(delivery).id, found=found)


def test_a_rest_within_the_tolerance_is_closed_and_what_it_held_is_free(yard):
    order = order_of(yard, 20)
    delivery, confirmed = picked(yard, order, 18)
    [closed] = confirmed.closed
    assert (closed.order_number, closed.line_number, closed.product, closed.quantity) == (order.number, 10, "HELMET", 2)
    assert (closed.unit, confirmed.picked) == ("piece", (delivery.id,))
    line = OrderLine.objects.get()
    assert (line.quantity, line.base_quantity, line.weight_g) == (18, 18, 18 * 300)
    assert Order.objects.get().gross == order.gross * 18 // 20
    assert (progress_of(order)[0].ordered, progress_of(order)[0].delivered) == (18, 18)
    found = promise("order", [line.pk])[line.pk]
    assert (found.quantity, found.open, found.short) == (18, 0, 0)
    assert exposure() == (0, order.gross * 18 // 20, 0)
    assert Event.objects.filter(kind="sales.rest_closed", document_id=order.id).count() == 1
    with pytest.raises(NothingDue):
        yard.deliver(order)
    assert_books_hold()
    yard.issue(delivery)
    billing.create_invoices(delivery_ids=[delivery.id], **yard.acting)
    assert Invoice.objects.get().gross == order.gross * 18 // 20
    assert exposure() == (0, 0, order.gross * 18 // 20)
    assert_books_hold()


@pytest.mark.parametrize(
    ("quantity", "more"),
    [(17, {}), (18, {"deliver_later": True}), (18, {"keep_open": True}), (0, {})],
    ids=["beyond", "later", "fetched later", "nothing"],
)
def test_a_rest_stays_open_beyond_the_tolerance_or_where_it_is_to_follow(yard, quantity, more):
    order = order_of(yard, 20)
    _, confirmed = picked(yard, order, quantity, **more)
    assert (confirmed.closed, confirmed.differences) == ((), 1)
    assert (progress_of(order)[0].ordered, Order.objects.get().gross) == (20, order.gross)
    assert sum(exposure()) == order.gross
    assert_books_hold()


def test_a_rest_that_the_unit_of_the_line_cannot_say_stays_open(yard):
    order = order_of(yard, 1, unit="box")
    _, confirmed = picked(yard, order, 11)
    assert (confirmed.closed, progress_of(order)[0].ordered) == ((), 12)
    assert_books_hold()


def test_a_line_with_another_delivery_waits_for_that_one_to_be_counted(yard):
    order = order_of(yard, 20)
    first = yard.deliver(order)
    yard.do("change_delivery", delivery_id=first.id, quantities={1: 5})
    _, confirmed = picked(yard, order, 14)
    assert [one.quantity for one in confirmed.closed] == [1]
    assert (progress_of(order)[0].ordered, progress_of(order)[0].delivered) == (19, 19)
    assert_books_hold()


def test_what_was_closed_stays_closed_when_the_pick_is_undone(yard):
    order = order_of(yard, 20)
    delivery = yard.deliver(order)
    transfer = yard.transfer(delivery)
    yard.do("confirm_pick", transfer_order_id=transfer.id, found={1: Found(18, "two were broken")})
    yard.do("undo_pick", transfer_order_id=transfer.id, reason="wrong pallet")
    assert (progress_of(order)[0].ordered, progress_of(order)[0].delivered) == (18, 18)
    assert_books_hold()


@pytest.mark.parametrize(
    ("delivered", "accepted", "complete"),
    [(18, 2, True), (17, 2, False), (20, 2, False), (0, 20, False), (19, 0, False)],
)
def test_a_line_is_complete_with_what_it_accepts(delivered, accepted, complete):
    assert completed_by(20, delivered, accepted=accepted) is complete


def test_a_line_in_a_delivery_keeps_its_price_at_another_quantity(yard):
    order = order_of(yard, 20)
    delivery = yard.deliver(order)
    yard.do("change_delivery", delivery_id=delivery.id, quantities={1: 4})
    for quantity in (6, 30):
        change = LineChange(line_number=10, values={"quantity": str(quantity)})
        sales.change_order(order.id, OrderChanges(lines=(change,)), **yard.acting)
        assert Order.objects.get().gross == order.gross * quantity // 20
        assert exposure() == (order.gross * (quantity - 4) // 20, order.gross * 4 // 20, 0)
        assert_books_hold()
