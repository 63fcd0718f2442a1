"""Deliveries: made from what is due, changed, taken back."""

from datetime import date

import pytest

from tests import company as companies
from tests.shipping.conftest import assert_books_hold, footprint, progress_of
from troth.business.shipping import queries
from troth.business.shipping.models import Delivery, DeliveryLine
from troth.business.shipping.rules.grouping import NothingDue, NotWhole
from troth.business.shipping.rules.reversals import LaterDocuments, NotLower
from troth.kernel.errors import InvalidInput
from troth.ledgers.exposure import queries as exposure
from troth.platform.blocks import Blocked
from troth.platform.documents import DocumentRef
from troth.platform.sql import tally

ALL_YEAR = date(2026, 12, 31)


def ref(order):
    return DocumentRef("order", order.id, order.number)


def of_order(order):
    lines = DeliveryLine.objects.filter(order_id=order.id).exclude(delivery__state="cancelled").order_by("pk")
    return [(line.order_line_number, line.quantity) for line in lines]


def delivered_of(order):
    return [one.delivered for one in progress_of(order)]


def test_a_delivery_holds_what_is_confirmed_with_weight_and_value(yard):
    order, made = yard.delivered(FRAME=5, HELMET=10)
    delivery = Delivery.objects.get(pk=made.id)
    assert of_order(order) == [(10, 5), (20, 10)]
    assert (delivery.weight_g, delivery.volume_ml) == (13_000, 26_000)
    party = yard.company.party("BETA").pk
    stands = exposure.exposure(yard.company.company.pk, party)
    assert (stands.open_orders, stands.open_deliveries) == (0, order.gross)


def test_orders_of_one_ship_to_share_a_delivery_in_a_mass_run(yard):
    first, second = yard.order(FRAME=2), yard.order(HELMET=3)
    made = yard.do("create_deliveries", site_id=yard.site, until=ALL_YEAR)
    assert [(one.order_ids, one.lines) for one in made.deliveries] == [((first.id, second.id), 2)]
    assert (made.refusals, made.more) == ((), False)
    assert_books_hold()


def test_a_mass_run_goes_on_past_what_it_refuses(yard):
    blocked, free = yard.order(FRAME=2), yard.order(HELMET=3)
    yard.block(ref(blocked))
    made = yard.do("create_deliveries", site_id=yard.site, until=ALL_YEAR)
    assert [one.order_ids for one in made.deliveries] == [(free.id,)]
    assert [(one.order_id, one.code) for one in made.refusals] == [(blocked.id, "blocked")]
    assert [bool(row.block) for row in queries.due(yard.site, ALL_YEAR)] == [True]


def test_a_blocked_order_is_refused_and_nothing_changes_until_the_block_is_lifted(yard):
    order = yard.order(FRAME=2)
    yard.block(ref(order))
    before = footprint()
    with pytest.raises(Blocked):
        yard.deliver(order)
    assert footprint() == before
    yard.unblock(ref(order))
    assert yard.deliver(order).lines == 1


def test_an_order_over_its_credit_limit_is_not_delivered(yard):
    order = yard.order("ALPHA", FRAME=20, HELMET=50)
    before = footprint()
    with pytest.raises(Blocked):
        yard.deliver(order)
    assert footprint() == before


def test_an_order_that_was_delivered_has_nothing_due(yard):
    order, _ = yard.delivered(FRAME=5)
    before = footprint()
    with pytest.raises(NothingDue):
        yard.deliver(order)
    assert footprint() == before


def test_what_is_not_confirmed_stays_on_the_order(yard):
    order = yard.order(FRAME=30)
    yard.deliver(order)
    assert [quantity for _, quantity in of_order(order)] == [20]
    assert delivered_of(order) == [20]
    assert_books_hold()


def test_a_complete_order_is_delivered_whole_or_not_at_all(yard):
    order = yard.order("GAMMA", GLOVE=4, FRAME=1)
    yard.release(order)
    assert yard.deliver(order).lines == 2


def test_a_complete_order_waits_until_all_of_it_is_due(yard):
    order = yard.order("GAMMA", GLOVE=4, FRAME=21)
    yard.release(order)
    before = footprint()
    with pytest.raises(NothingDue):
        yard.deliver(order)
    assert footprint() == before


def test_a_complete_order_keeps_its_rest_on_the_delivery(yard):
    order = yard.order("GAMMA", GLOVE=4)
    yard.release(order)
    made = yard.deliver(order)
    before = footprint()
    with pytest.raises(NotWhole):
        yard.do("change_delivery", delivery_id=made.id, quantities={1: 2})
    assert footprint() == before


def test_lowering_a_line_gives_the_rest_back_to_the_order(yard):
    order, made = yard.delivered(FRAME=5, HELMET=10)
    changed = yard.do("change_delivery", delivery_id=made.id, quantities={1: 3, 2: 0})
    assert changed.given_back == {1: 2, 2: 10}
    assert delivered_of(order) == [3, 0]
    assert Delivery.objects.get(pk=made.id).weight_g == 6_000
    assert_books_hold()
    again = yard.deliver(order)
    assert again.lines == 2
    assert delivered_of(order) == [5, 10]
    assert sum(DeliveryLine.objects.values_list("value", flat=True)) == order.gross
    assert_books_hold()


@pytest.mark.parametrize(("quantities", "refusal"), [({1: 6}, NotLower), ({1: -1}, InvalidInput), ({}, InvalidInput)])
def test_a_change_that_cannot_be_is_refused_and_nothing_changes(yard, quantities, refusal):
    _, made = yard.delivered(FRAME=5)
    before = footprint()
    with pytest.raises(refusal):
        yard.do("change_delivery", delivery_id=made.id, quantities=quantities)
    assert footprint() == before
    assert yard.do("change_delivery", delivery_id=made.id, quantities={1: 4}).given_back == {1: 1}


def test_a_cancelled_delivery_gives_everything_back(yard):
    order, made = yard.delivered(FRAME=5)
    yard.do("cancel_delivery", delivery_id=made.id, reason="customer called")
    assert (Delivery.objects.get().state, delivered_of(order)) == ("cancelled", [0])
    party = yard.company.party("BETA").pk
    stands = exposure.exposure(yard.company.company.pk, party)
    assert (stands.open_orders, stands.open_deliveries) == (order.gross, 0)
    assert_books_hold()


def test_a_delivery_with_a_transfer_order_is_not_cancelled(yard):
    _, made = yard.delivered(FRAME=5)
    yard.transfer(made)
    before = footprint()
    with pytest.raises(LaterDocuments):
        yard.do("cancel_delivery", delivery_id=made.id, reason="customer called")
    assert footprint() == before


def test_a_repeated_client_key_makes_one_delivery(yard):
    order = yard.order(FRAME=5)
    answers = [yard.do("create_delivery", order_id=order.id, key="the same key") for _ in range(2)]
    assert answers[0] == answers[1]
    assert Delivery.objects.count() == 1


def test_statements_do_not_grow_with_the_lines(yard):
    few = yard.order(FRAME=1)
    many = yard.order(FRAME=1, HELMET=1, GLOVE=1)
    counts = []
    for order in (few, many):
        before = tally.statements
        yard.deliver(order)
        counts.append(tally.statements - before)
    assert counts[0] == counts[1]


def test_a_rush_order_is_delivered_on_saving(yard):
    entered = yard.rush(FRAME=5)
    assert [one.order_ids for one in entered.deliveries] == [(entered.id,)]
    assert delivered_of(entered) == [5]
    assert_books_hold()


def test_a_rush_order_takes_what_is_at_hand(yard):
    entered = yard.rush(FRAME=25)
    assert delivered_of(entered) == [20]
    assert_books_hold()


def test_lists_show_what_waits(yard):
    _, made = yard.delivered(FRAME=5)
    assert [row.number for row in queries.unassigned(yard.site)] == [made.number]
    assert [row.number for row in queries.deliveries(site_id=yard.site)] == [made.number]
    assert queries.due(yard.site, companies.NEXT_WEDNESDAY) == []
