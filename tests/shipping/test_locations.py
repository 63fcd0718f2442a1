"""A line that one storage location alone is to serve is picked there, and leaves from there."""

import pytest

from tests import company as companies
from tests.shipping.conftest import assert_books_hold
from troth.business.promising.actions import NotFreeToAllocate
from troth.business.sales import actions as sales
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.sales.rules.refusals import LineInDelivery
from troth.business.shipping.models import TransferLine
from troth.business.shipping.rules.bins import NothingFound
from troth.business.shipping.rules.picking import Found, FoundTooMuch
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.business.supply.rules import GoodsSpokenFor
from troth.ledgers.stock.queries import overview
from troth.reference import models as reference

pytestmark = pytest.mark.django_db

SHOP = "location:SHOP"


@pytest.fixture
def shop(yard):
    """A bin with five helmets at a second location of Hamburg; fifty lie elsewhere there."""
    location = reference.StorageLocation.objects.create(site_id=yard.site, code="SHOP", name="Shop")
    place = reference.Bin.objects.create(location=location, code="S1")
    product_id = yard.company.products["HELMET"].pk
    supply.load_opening_stock([OpeningStock(product_id, place.pk, 5)], **yard.acting)
    return place


def order(yard, quantity=3, location="SHOP"):
    lines = (LineDraft(product="HELMET", quantity=quantity, location=location),)
    draft = OrderDraft(customer="BETA", lines=lines, requested_on=companies.WEDNESDAY)
    return sales.enter_order(draft, **yard.acting)


def lying(yard, place, owner=None):
    rows = overview(yard.company.products["HELMET"].pk)
    return sum(row.quantity for row in rows if row.key.bin_id == place.pk and owner in (None, row.key.owner))


def fetched():
    return list(TransferLine.objects.order_by("pk").values_list("bin_id", "owner", "quantity"))


def test_it_is_fetched_there_and_leaves_from_there(yard, shop):
    made = yard.deliver(order(yard))
    transfer = yard.transfer(made)
    assert fetched() == [(shop.pk, SHOP, 3)]
    yard.do("confirm_all", transfer_order_id=transfer.id)
    assert_books_hold()
    yard.issue(made)
    assert (lying(yard, shop), lying(yard, shop, SHOP)) == (2, 0)
    assert_books_hold()
    yard.do("reverse_goods_issue", delivery_id=made.id, reason="too early")
    assert (lying(yard, shop), lying(yard, shop, SHOP)) == (5, 3)
    assert_books_hold()


def test_other_lines_do_not_fetch_what_the_location_keeps(yard, shop):
    order(yard, 5)
    other = yard.deliver(yard.order(HELMET=50))
    yard.transfer(other)
    assert shop.pk not in [bin_id for bin_id, _, _ in fetched()]
    assert_books_hold()


def test_a_pick_that_finds_less_goes_back_to_the_promise(yard, shop):
    made = yard.deliver(order(yard, 4))
    transfer = yard.transfer(made)
    yard.do("confirm_pick", transfer_order_id=transfer.id, found={1: Found(3, "one is broken")})
    assert (lying(yard, shop, SHOP), lying(yard, shop)) == (4, 5)
    assert_books_hold()


def test_a_cancelled_delivery_leaves_the_goods_with_the_location(yard, shop):
    made = yard.deliver(order(yard))
    yard.do("cancel_delivery", delivery_id=made.id, reason="not today")
    assert lying(yard, shop, SHOP) == 3
    assert_books_hold()


def test_what_is_in_a_delivery_changes_its_location_no_more(yard, shop):
    placed = order(yard)
    yard.deliver(placed)
    changes = OrderChanges(lines=(LineChange(line_number=10, values={"location": ""}),))
    with pytest.raises(LineInDelivery):
        sales.change_order(placed.id, changes, **yard.acting)


def test_goods_that_are_picked_are_not_moved_away(yard, shop):
    yard.transfer(yard.deliver(order(yard, 4)))
    with pytest.raises(GoodsSpokenFor):
        supply.move_stock(
            yard.company.products["HELMET"].pk, from_bin_id=shop.pk, to_bin_id=yard.company.bins["HAM"].pk,
            quantity=3, **yard.acting,
        )  # fmt: skip
    assert_books_hold()


def test_stock_is_not_tied_to_it(yard, shop):
    placed = order(yard, 2)
    with pytest.raises(NotFreeToAllocate, match="SHOP"):
        sales.allocate_stock(placed.id, 10, **yard.acting)


def test_a_rush_order_is_delivered_at_once_from_there(yard, shop):
    lines = (LineDraft(product="HELMET", quantity=7, location="SHOP"),)
    draft = OrderDraft(customer="BETA", lines=lines, order_type="rush", requested_on=companies.WEDNESDAY)
    made = sales.enter_order(draft, **yard.acting)
    assert [one.confirmed for one in made.lines] == [5]
    assert len(made.deliveries) == 1
    assert_books_hold()


def test_more_than_listed_is_not_found_in_what_the_location_keeps(yard, shop):
    made = yard.deliver(order(yard, 2))
    transfer = yard.transfer(made)
    with pytest.raises(FoundTooMuch):
        yard.do("confirm_pick", transfer_order_id=transfer.id, found={1: Found(3, "one more")})
    assert_books_hold()


def test_a_delivery_that_falls_gives_back_to_the_promise_and_then_to_the_site(yard, shop):
    placed = order(yard, 4)
    made = yard.deliver(placed)
    yard.do("cancel_delivery", delivery_id=made.id, reason="not today")
    sales.cancel_order(placed.id, reason="not at all", **yard.acting)
    assert (lying(yard, shop, SHOP), lying(yard, shop)) == (0, 5)
    assert_books_hold()


def test_goods_that_lie_elsewhere_by_now_are_not_fetched_instead(yard, shop):
    """The site's goods are promised to others; what the location has none of any more is missing."""
    made = yard.deliver(order(yard))
    supply.move_stock(
        yard.company.products["HELMET"].pk, from_bin_id=shop.pk, to_bin_id=yard.company.bins["HAM"].pk, quantity=5,
        **yard.acting,
    )  # fmt: skip
    with pytest.raises(NothingFound):
        yard.transfer(made)
    assert (fetched(), lying(yard, shop)) == ([], 0)
    assert_books_hold()
