"""Stock that is tied to a line is not freed by a cancellation that is refused."""

import pytest

from tests.shipping.conftest import assert_books_hold, footprint
from troth.business.sales import actions as sales
from troth.business.sales.rules.refusals import LineInDelivery, OrderInDelivery

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("tied", [10, 20])
def test_an_order_with_a_delivery_keeps_the_stock_tied_to_its_lines(yard, tied):
    order = yard.order(HELMET=3, GLOVE=2)
    sales.allocate_stock(order.id, tied, **yard.acting)
    yard.deliver(order)
    before = footprint()
    with pytest.raises(OrderInDelivery):
        sales.cancel_order(order.id, reason="too late", **yard.acting)
    with pytest.raises(LineInDelivery):
        sales.reject_item(order.id, tied, reason="too late", **yard.acting)
    assert footprint() == before
    assert_books_hold()
