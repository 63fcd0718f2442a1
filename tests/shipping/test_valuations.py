"""A line of one valuation type is picked of goods of that type, and nothing else leaves for it."""

import pytest

from tests import company as companies
from tests import valued
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata.models import ItemCategory
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.shipping.models import TransferLine
from troth.business.shipping.rules.bins import NothingFound
from troth.business.shipping.rules.picking import Found
from troth.business.supply import actions as supply
from troth.business.supply.rules import GoodsSpokenFor
from troth.reference import models as reference

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(db):
    """The small company with ten new gloves and four used ones, the used ones since longer."""
    small = companies.build()
    valued.types(small)
    valued.lay_in(small, USED=4, NEW=10)
    return small


def order(yard, quantity=3, valuation="NEW", **fields):
    lines = (LineDraft(product="GLOVE", quantity=quantity, valuation=valuation, **fields),)
    draft = OrderDraft(customer="BETA", lines=lines, requested_on=companies.WEDNESDAY)
    return sales.enter_order(draft, **yard.acting)


def fetched():
    return list(TransferLine.objects.order_by("pk").values_list("valuation", "owner", "quantity"))


def test_goods_of_its_type_are_fetched_leave_and_come_back(yard):
    made = yard.deliver(order(yard))
    transfer = yard.transfer(made)
    assert fetched() == [("NEW", "", 3)]
    yard.do("confirm_all", transfer_order_id=transfer.id)
    yard.issue(made)
    assert valued.lying(yard.company) == {"NEW": 7, "USED": 4}
    assert_books_hold()
    yard.do("reverse_goods_issue", delivery_id=made.id, reason="too early")
    assert valued.lying(yard.company) == {"NEW": 10, "USED": 4}
    assert_books_hold()


def test_two_lines_of_two_types_are_fetched_each_of_its_own(yard):
    new, used = (yard.deliver(order(yard, many, code)) for many, code in ((2, "NEW"), (4, "USED")))
    yard.transfer(new, used)
    assert sorted(fetched()) == [("NEW", "", 2), ("USED", "", 4)]
    assert_books_hold()


def test_goods_of_another_type_are_not_fetched_in_their_place(yard):
    made = yard.deliver(order(yard, 4, "USED"))
    show = reference.StorageLocation.objects.create(site_id=yard.site, code="SHOW", name="Show room", is_left_out=True)
    supply.move_stock(
        yard.company.products["GLOVE"].pk, from_bin_id=yard.company.bins["HAM"].pk,
        to_bin_id=reference.Bin.objects.create(location=show, code="R1").pk, quantity=4, valuation="USED",
        **yard.acting,
    )  # fmt: skip
    with pytest.raises(NothingFound):
        yard.transfer(made)


def test_a_pick_that_finds_less_goes_back_to_the_promise_of_its_type(yard):
    made = yard.deliver(order(yard, 4, "USED"))
    transfer = yard.transfer(made)
    yard.do("confirm_pick", transfer_order_id=transfer.id, found={1: Found(3, "one is torn")})
    yard.issue(made)
    assert valued.lying(yard.company) == {"NEW": 10, "USED": 1}
    assert_books_hold()


def test_stock_tied_to_the_line_is_fetched_with_the_rest_of_its_type(yard):
    made = order(yard, 4)
    sales.allocate_stock(made.id, 10, quantity=1, **yard.acting)
    delivery = yard.deliver(made)
    transfer = yard.transfer(delivery)
    assert sorted((code, bool(owner), many) for code, owner, many in fetched()) == [
        ("NEW", False, 3), ("NEW", True, 1)
    ]  # fmt: skip
    yard.do("confirm_all", transfer_order_id=transfer.id)
    yard.issue(delivery)
    assert valued.lying(yard.company) == {"NEW": 6, "USED": 4}
    assert_books_hold()
    yard.do("reverse_goods_issue", delivery_id=delivery.id, reason="too early")
    assert_books_hold()


def test_a_line_that_is_not_checked_is_fetched_of_its_type_too(yard):
    ItemCategory.objects.filter(code="free").update(is_promised=False)
    made = yard.deliver(order(yard, 2, "USED", item_category="free"))
    yard.transfer(made)
    assert fetched() == [("USED", "", 2)]


def test_what_is_being_picked_of_a_type_stays_where_it_is(yard):
    yard.transfer(yard.deliver(order(yard, 4, "USED")))
    with pytest.raises(GoodsSpokenFor):
        supply.adjust_stock(
            yard.company.products["GLOVE"].pk, bin_id=yard.company.bins["HAM"].pk, counted=1, reason="gone",
            valuation="USED", **yard.acting,
        )  # fmt: skip
