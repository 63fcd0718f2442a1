"""The way of an order from due to gone."""

from tests.shipping.conftest import assert_books_hold
from troth.business.shipping import queries
from troth.business.shipping.models import Delivery
from troth.platform.actors import SYSTEM


def test_an_order_goes_from_due_to_issued_with_the_books_in_balance(yard):
    order, delivery = yard.delivered(FRAME=5, HELMET=10)
    assert_books_hold()
    transfer = yard.transfer(delivery)
    assert (transfer.lines, transfer.missing) == (2, ())
    confirmed = yard.do("confirm_all", transfer_order_id=transfer.id)
    assert confirmed.picked == (delivery.id,)
    assert_books_hold()
    issued = yard.issue(delivery)
    assert issued.cost == 5 * 25000 + 10 * 3000
    assert Delivery.objects.get().state == "issued"
    assert_books_hold()
    [first, second] = queries.to_bill()
    assert (first.order_id, first.quantity, second.quantity) == (order.id, 5, 10)
    assert first.value + second.value == order.gross
    assert queries.delivery(delivery.id, by=SYSTEM).reasons == ()
