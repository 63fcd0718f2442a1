"""A hold of goods from one storage location alone, or of one batch: what it keeps, and what its order takes over."""

import pytest

from tests import company
from tests.sales.test_locations import broken, kept, shop_of
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import HoldDraft, HoldLineDraft
from troth.business.promising.rules.holds import WrongHold
from troth.business.sales import actions
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.drafts import OrderDraft

HELMETS_HELD = 3


@pytest.fixture
def shop(small):
    """Four helmets lie in the shop, eight elsewhere in Hamburg."""
    return shop_of(small)


def hold(small, rep, quantity=HELMETS_HELD, **fields):
    line = HoldLineDraft(small.products["HELMET"].pk, quantity, company.TUESDAY, **fields)
    draft = HoldDraft(small.sites["HAM"].pk, "Alpha decides", (line,))
    return promising.hold_goods(draft, by=rep, clock=small.clock)


def test_goods_of_a_location_are_held_there_and_go_over_to_the_order(small, rep, draft, shop):
    made = hold(small, rep, quantity=5, location="SHOP")

    assert (made.held, made.short) == ({10: 4}, {10: 1})
    assert kept(small) == 4
    [line] = promises.hold_lines(made.id)
    assert (line.location, line.held) == ("SHOP", 4)
    rival = actions.enter_order(draft("BETA", ("HELMET", 12)), by=rep, clock=small.clock)
    assert rival.lines[0].short == 4
    assert broken() == []

    order = OrderDraft(customer="ALPHA", requested_on=company.NEXT_WEDNESDAY)
    placed = actions.order_from_hold(made.id, order, by=rep, clock=small.clock)

    ordered = OrderLine.objects.get(order_id=placed.id)
    assert (ordered.location, placed.lines[0].short) == ("SHOP", 0)
    assert broken() == []


def test_goods_of_a_location_are_free_again_when_they_are_released(small, rep, shop):
    made = hold(small, rep, location="SHOP")
    promising.release_hold(made.id, by=rep, clock=small.clock)
    assert kept(small) == 0
    assert broken() == []


@pytest.mark.parametrize(("fields", "field"), [({"location": "NOWHERE"}, "location"), ({"batch": "L-9"}, "batch")])
def test_what_is_not_there_is_refused_by_row(small, rep, shop, fields, field):
    with pytest.raises(WrongHold) as refused:
        hold(small, rep, **fields)
    assert (refused.value.row, refused.value.field) == (1, field)


def test_a_location_that_counts_for_nobody_and_one_of_batches_are_refused(small, rep, shop):
    shop.location.is_left_out = True
    shop.location.save()
    with pytest.raises(WrongHold, match="left out"):
        hold(small, rep, location="SHOP")
    shop.location.is_left_out = False
    shop.location.save()
    small.products["HELMET"].has_batches = True
    small.products["HELMET"].save()
    with pytest.raises(WrongHold, match="whole site"):
        hold(small, rep, location="SHOP")
