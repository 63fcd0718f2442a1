"""An order of a type that delivers on saving has its delivery, by whatever road it came into the books."""

import pytest

from tests import company as companies
from tests.shipping.conftest import assert_books_hold, progress_of
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.business.shipping.models import Delivery

pytestmark = pytest.mark.django_db

HEAD = {"customer": "BETA", "order_type": "rush", "lines": (LineDraft(product="FRAME", quantity=3),)}
DRAFT = OrderDraft(**HEAD, requested_on=companies.WEDNESDAY)


def entered(yard):
    return lambda **key: sales.enter_order(DRAFT, **key, **yard.acting)


def from_draft(yard):
    saved = sales.save_order(DRAFT, **yard.acting)
    return lambda **key: sales.submit_order(saved.id, **key, **yard.acting)


def from_quotation(yard):
    draft = QuotationDraft(**HEAD, requested_on=companies.WEDNESDAY, valid_to_on=companies.NEXT_WEDNESDAY)
    quotation = sales.save_quotation(draft, **yard.acting)
    sales.send_quotation(quotation.id, **yard.acting)
    return lambda **key: sales.order_from_quotation(quotation.id, **key, **yard.acting)


ROADS = pytest.mark.parametrize("road", [entered, from_draft, from_quotation])


@ROADS
def test_a_rush_order_has_its_delivery_by_any_road(yard, road):
    taken = road(yard)()
    assert [(one.order_ids, one.lines) for one in taken.deliveries] == [((taken.id,), 1)]
    assert ([one.delivered for one in progress_of(taken)], taken.not_delivered) == ([3], ())
    assert_books_hold()


@ROADS
def test_the_same_key_again_makes_no_second_delivery_and_is_answered_the_same(yard, road):
    take = road(yard)
    first = take(key="the same")
    assert take(key="the same") == first
    assert Delivery.objects.count() == len(first.deliveries) == 1


@ROADS
def test_a_rush_order_of_what_does_not_lie_here_stands_and_says_why_it_is_not_delivered(yard, road):
    yard.order(FRAME=20)
    taken = road(yard)()
    assert (taken.state, taken.deliveries, Delivery.objects.count()) == ("submitted", (), 0)
    [refused] = taken.not_delivered
    assert (refused.order_id, refused.code) == (taken.id, "nothing_due")
    assert_books_hold()


def test_a_draft_of_a_rush_order_is_not_delivered(yard):
    sales.save_order(DRAFT, **yard.acting)
    assert not Delivery.objects.exists()


def test_an_order_of_another_type_waits_for_its_delivery(yard):
    taken = yard.order(FRAME=3)
    assert (taken.deliveries, taken.not_delivered, Delivery.objects.count()) == ((), (), 0)
