"""What a transfer order fetches, or has picked, stays in its bin until it leaves: no move, count or tie takes it."""

import pytest

from tests.shipping.conftest import assert_books_hold, footprint
from troth.business.sales import actions as sales
from troth.business.supply import actions as supply
from troth.business.supply.rules import GoodsSpokenFor
from troth.ledgers.stock.models import Balance
from troth.ledgers.stock.rules import NotEnoughStock
from troth.platform.models import Event
from troth.reference.models import Bin

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(company):
    return Bin.objects.create(location=company.bins["HAM"].location, code="B-99")


@pytest.fixture(params=["open", "picked"])
def fetched(request, yard):
    """A transfer order that fetches three of the twenty frames, or has picked them."""
    if request.param == "picked":
        return yard.picked(FRAME=3)
    order, delivery = yard.delivered(FRAME=3)
    return order, delivery, yard.transfer(delivery)


REMEDY = {"open": "cancel transfer order", "picked": "undo the pick of transfer order"}


def move(company, yard, to, quantity):
    frame, here = company.products["FRAME"].pk, company.bins["HAM"].pk
    return supply.move_stock(frame, from_bin_id=here, to_bin_id=to.pk, quantity=quantity, **yard.acting)


def count(company, yard, counted):
    frame, here = company.products["FRAME"].pk, company.bins["HAM"].pk
    return supply.adjust_stock(frame, bin_id=here, counted=counted, reason="yearly count", **yard.acting)


def test_a_move_takes_what_is_free_and_no_more(company, yard, other, fetched, request):
    before = footprint()
    with pytest.raises(GoodsSpokenFor) as refused:
        move(company, yard, other, 18)
    number = fetched[2].number
    assert refused.value.facts == {"bin": "A-01", "free": 17, "claimed": {f"transfer order {number}": 3}}
    state = request.node.callspec.params["fetched"]
    assert f"or {REMEDY[state]} {number} first" in refused.value.message
    assert footprint() == before
    move(company, yard, other, 17)
    if state == "open":
        yard.do("confirm_all", transfer_order_id=fetched[2].id)
    yard.issue(fetched[1])
    assert yard.stock("FRAME") == 17
    assert_books_hold()


def test_what_is_picked_or_to_pick_is_not_blocked(company, yard, fetched):
    frame, here = company.products["FRAME"].pk, company.bins["HAM"].pk

    def block(quantity):
        supply.transfer_stock(
            frame, bin_id=here, from_type="unrestricted", to_type="blocked", quantity=quantity, reason="rust",
            **yard.acting,
        )  # fmt: skip

    before = footprint()
    with pytest.raises(GoodsSpokenFor) as refused:
        block(18)
    assert (refused.value.facts["free"], footprint() == before) == (17, True)
    block(17)
    assert_books_hold()


def test_more_than_there_is_stays_a_refusal_of_its_own(company, yard, other, fetched):
    with pytest.raises(NotEnoughStock):
        move(company, yard, other, 21)


def test_a_count_stops_at_what_is_picked_or_to_pick(company, yard, fetched):
    before = footprint()
    with pytest.raises(GoodsSpokenFor) as refused:
        count(company, yard, 2)
    assert (refused.value.field, refused.value.facts["free"], footprint() == before) == ("quantity", 17, True)
    count(company, yard, 3)
    assert Event.objects.filter(kind="supply.stock_adjusted").count() == 1


def test_goods_are_free_again_when_the_transfer_order_is_taken_back(company, yard, other, fetched, request):
    verb = "cancel_transfer_order" if request.node.callspec.params["fetched"] == "open" else "undo_pick"
    yard.do(verb, transfer_order_id=fetched[2].id, reason="other plan")
    move(company, yard, other, 20)
    assert_books_hold()


def test_stock_is_not_tied_to_another_line_while_it_is_fetched(company, yard, other, fetched):
    move(company, yard, other, 17)
    later = yard.order(FRAME=17)
    sales.allocate_stock(later.id, 10, **yard.acting)
    here = Balance.objects.get(product__number="FRAME", bin=company.bins["HAM"], owner="")
    assert here.quantity == 3
    assert_books_hold()


def test_a_tied_line_lets_go_of_what_is_not_fetched_for_it(company, yard):
    order = yard.order(FRAME=5)
    delivery = yard.deliver(order)
    yard.do("change_delivery", delivery_id=delivery.id, quantities={1: 2}, reason="part")
    sales.allocate_stock(order.id, 10, **yard.acting)
    yard.transfer(delivery)
    before = footprint()
    with pytest.raises(GoodsSpokenFor):
        sales.release_allocation(order.id, 10, **yard.acting)
    assert footprint() == before
    sales.release_allocation(order.id, 10, quantity=1, **yard.acting)
    assert_books_hold()
