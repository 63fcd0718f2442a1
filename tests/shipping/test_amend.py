"""Changing an order whose goods are on their way: what is cut, what stays, and that a preview leaves no trace."""

import pytest
from django.db import connection

from tests import company as companies
from tests.shipping.conftest import assert_books_hold, footprint, progress_of
from troth.business.billing import actions as billing
from troth.business.sales import queries as sales
from troth.business.sales.actions import allocate_stock
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft
from troth.business.sales.rules.refusals import NothingChanged
from troth.business.shipping.actions import Amendment
from troth.business.shipping.models import Delivery, DeliveryLine, TransferLine, TransferOrder
from troth.business.shipping.rules import amendment
from troth.business.shipping.rules.amendment import HasLeft, Part
from troth.business.shipping.rules.grouping import NotWhole
from troth.ledgers.stock.queries import overview
from troth.platform import locks
from troth.platform.actors import SYSTEM
from troth.platform.models import Event


def to(quantity, line=10, **values):
    return Amendment(
        changes=OrderChanges(lines=(LineChange(line_number=line, values={"quantity": quantity, **values}),))
    )


def told(amended):
    """The edits in short: (kind, what, before, after)."""
    return [(edit.kind, edit.what, edit.before, edit.after) for edit in amended.edits]


# --- the rule ---


A = Part(1, "A", 4, picked=4)
B = Part(2, "B", 6, listed=3)


@pytest.mark.parametrize(
    ("surplus", "expected"),
    [
        (0, {}),
        (2, {2: (2, 0, 0)}),
        (5, {2: (3, 2, 0)}),
        (8, {1: (0, 0, 2), 2: (3, 3, 0)}),
        (10, {1: (0, 0, 4), 2: (3, 3, 0)}),
    ],
)
def test_what_nobody_fetches_goes_first_then_what_is_listed_then_what_is_picked(surplus, expected):
    made = amendment.cuts([A, B], surplus, line="Line 10")
    assert {cut.delivery_line_id: (cut.free, cut.listed, cut.picked) for cut in made} == expected


def test_what_has_left_is_not_cut_and_the_refusal_says_the_least():
    left = Part(3, "C", 4, picked=4, stays="has left")
    with pytest.raises(HasLeft, match="Line 10 cannot fall so far: delivery C has left") as refused:
        amendment.cuts([left, B], 7, line="Line 10")
    assert refused.value.facts["least"] == 4


# --- lines that fall ---


def test_a_line_falls_by_lowering_the_delivery_that_nobody_fetches(yard):
    order, _ = yard.delivered(FRAME=5)
    amended = yard.do("amend_order", order_id=order.id, amendment=to(3))
    assert told(amended) == [("order_line", "quantity", 5, 3), ("delivery", "quantity", 5, 3)]
    assert list(DeliveryLine.objects.values_list("quantity", "picked")) == [(3, 0)]
    [line] = progress_of(order)
    assert (line.ordered, line.delivered, line.picked) == (3, 3, 0)
    assert_books_hold()


def test_a_line_falls_by_shortening_the_list(yard):
    order, delivery = yard.delivered(FRAME=5)
    transfer = yard.transfer(delivery)
    amended = yard.do("amend_order", order_id=order.id, amendment=to(3))
    assert told(amended) == [
        ("order_line", "quantity", 5, 3), ("transfer_order", "quantity", 5, 3), ("delivery", "quantity", 5, 3),
    ]  # fmt: skip
    assert list(TransferLine.objects.values_list("quantity", flat=True)) == [3]
    assert TransferOrder.objects.get(pk=transfer.id).version == 2
    yard.do("confirm_all", transfer_order_id=transfer.id)
    yard.issue(delivery)
    assert_books_hold()


def test_picked_goods_go_back_to_their_bin_and_the_delivery_leaves_with_the_rest(yard):
    order, delivery, _ = yard.picked(FRAME=5)
    amended = yard.do("amend_order", order_id=order.id, amendment=to(2))
    assert told(amended) == [
        ("order_line", "quantity", 5, 2), ("pick", "quantity", 5, 2), ("delivery", "quantity", 5, 2),
    ]  # fmt: skip
    assert Delivery.objects.get(pk=delivery.id).state == "picked"
    yard.issue(delivery)
    assert yard.stock("FRAME") == 18
    [line] = progress_of(order)
    assert (line.ordered, line.delivered, line.picked, line.issued) == (2, 2, 2, 2)
    assert_books_hold()


def test_only_as_much_is_cut_as_the_line_falls_below_what_is_delivered(yard):
    order = yard.order(FRAME=25)
    delivery = yard.deliver(order)
    amended = yard.do("amend_order", order_id=order.id, amendment=to(20))
    assert told(amended) == [("order_line", "quantity", 25, 20)]
    assert DeliveryLine.objects.get(delivery_id=delivery.id).quantity == 20
    assert_books_hold()


def test_a_rejected_line_takes_its_delivery_and_its_list_with_it(yard):
    order, delivery, _ = yard.picked(FRAME=5)
    amended = yard.do("amend_order", order_id=order.id, amendment=Amendment(reject={10: "too expensive"}))
    assert told(amended) == [
        ("order_line", "rejected", 5, 0),
        ("pick", "quantity", 5, 0),
        ("delivery", "quantity", 5, 0),
        ("delivery", "cancelled", 0, 0),
    ]
    assert Delivery.objects.get(pk=delivery.id).state == "cancelled"
    assert yard.stock("FRAME") == 20
    assert_books_hold()


def test_a_list_with_nothing_left_to_fetch_is_cancelled(yard):
    order, delivery = yard.delivered(FRAME=5)
    transfer = yard.transfer(delivery)
    yard.do("amend_order", order_id=order.id, amendment=Amendment(reject={10: "too late"}))
    assert TransferOrder.objects.get(pk=transfer.id).state == "cancelled"
    assert not TransferLine.objects.exists()
    assert_books_hold()


def test_the_lists_of_others_keep_what_is_theirs(yard):
    order, delivery = yard.delivered(FRAME=5)
    _, other = yard.delivered(HELMET=3)
    transfer = yard.transfer(delivery, other)
    yard.do("amend_order", order_id=order.id, amendment=Amendment(reject={10: "too late"}))
    assert TransferOrder.objects.get(pk=transfer.id).state == "open"
    assert list(TransferLine.objects.values_list("quantity", flat=True)) == [3]
    assert_books_hold()


def test_a_delivery_that_empties_leaves_its_planned_shipment(yard):
    order, delivery = yard.delivered(FRAME=5)
    yard.do("create_shipment", site_id=yard.site, planned_on=yard.today, delivery_ids=[delivery.id])
    yard.do("amend_order", order_id=order.id, amendment=Amendment(reject={10: "too late"}))
    emptied = Delivery.objects.get(pk=delivery.id)
    assert (emptied.state, emptied.shipment_id) == ("cancelled", None)
    assert_books_hold()


# --- what has left ---


def test_no_return_is_invented_for_what_has_left(yard):
    order, delivery, _ = yard.issued(FRAME=5)
    before = footprint()
    with pytest.raises(HasLeft, match=f"delivery {delivery.number} has left") as refused:
        yard.do("amend_order", order_id=order.id, amendment=to(3))
    assert refused.value.facts["least"] == 5
    assert footprint() == before


def test_the_rest_of_a_line_that_has_partly_left_can_be_closed(yard):
    order = yard.order(FRAME=25)
    delivery = yard.deliver(order)
    transfer = yard.transfer(delivery)
    yard.do("confirm_all", transfer_order_id=transfer.id)
    yard.issue(delivery)
    yard.do("amend_order", order_id=order.id, amendment=to(20))
    [line] = progress_of(order)
    assert (line.ordered, line.issued) == (20, 20)
    assert_books_hold()


def test_what_is_being_loaded_stays(yard):
    order, delivery, _ = yard.picked(FRAME=5)
    shipment = yard.do("create_shipment", site_id=yard.site, planned_on=yard.today, delivery_ids=[delivery.id])
    yard.do("load_shipment", shipment_id=shipment.id)
    with pytest.raises(HasLeft, match="is being loaded on shipment"):
        yard.do("amend_order", order_id=order.id, amendment=to(3))


def test_a_billed_line_that_rises_is_delivered_and_billed_for_the_rest(yard):
    order, delivery, _ = yard.issued(FRAME=5)
    yard.bill(order, delivery, 5)
    yard.do("amend_order", order_id=order.id, amendment=to(8))
    [line] = progress_of(order)
    assert (line.ordered, line.issued, line.billed) == (8, 5, 5)
    assert yard.deliver(order).number != delivery.number


# --- lines that rise, move or are split ---


def test_what_nobody_fetches_follows_a_new_date_and_what_is_listed_stays(yard):
    order, _ = yard.delivered(FRAME=5)
    amended = yard.do("amend_order", order_id=order.id, amendment=to(5, requested_on=companies.NEXT_WEDNESDAY))
    assert told(amended)[-1] == ("delivery", "cancelled", 0, 0)
    [line] = amended.order.lines
    assert [(one.quantity, one.delivery_on) for one in line.schedule] == [(5, companies.NEXT_WEDNESDAY)]
    assert_books_hold()


def test_a_listed_line_keeps_its_delivery_when_the_rest_is_moved(yard):
    order, delivery = yard.delivered(FRAME=5)
    yard.transfer(delivery)
    amended = yard.do("amend_order", order_id=order.id, amendment=to(8, requested_on=companies.NEXT_WEDNESDAY))
    assert [edit.kind for edit in amended.edits] == ["order_line", "order_line"]
    assert DeliveryLine.objects.get(delivery_id=delivery.id).quantity == 5
    assert_books_hold()


def test_a_line_is_split_by_lowering_it_and_adding_one(yard):
    order, _ = yard.delivered(FRAME=5)
    added = LineDraft(product="FRAME", quantity=2, requested_on=companies.NEXT_WEDNESDAY)
    changes = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 3}),), add=(added,))
    amended = yard.do("amend_order", order_id=order.id, amendment=Amendment(changes=changes))
    assert [(edit.what, edit.line_number, edit.after) for edit in amended.edits if edit.kind == "order_line"] == [
        ("quantity", 10, 3), ("added", 20, 2),
    ]  # fmt: skip
    assert [line.quantity for line in amended.order.lines] == [3, 2]
    assert_books_hold()


def test_complete_orders_fall_as_a_whole(yard):
    order = yard.order(customer="GAMMA", HELMET=1)
    delivery = yard.deliver(order)
    yard.do("amend_order", order_id=order.id, amendment=Amendment(reject={10: "too late"}))
    assert Delivery.objects.get(pk=delivery.id).state == "cancelled"
    assert_books_hold()


# --- seeing it first ---


def test_a_preview_says_what_will_be_done_and_leaves_no_trace(yard):
    order, _, _ = yard.picked(FRAME=5)
    before, events = footprint(), Event.objects.count()
    shown = yard.do("preview_amendment", order_id=order.id, amendment=to(2))
    assert (footprint(), Event.objects.count()) == (before, events)
    assert sales.order(order.id, by=SYSTEM).lines[0].line.base_quantity == 5
    done = yard.do("amend_order", order_id=order.id, amendment=to(2))
    assert (shown.edits, shown.lines) == (done.edits, done.lines)


@pytest.mark.django_db(transaction=True)
def test_a_preview_leaves_no_trace_in_the_database_either(yard):
    order, _, _ = yard.picked(FRAME=5)
    before = footprint()
    yard.do("preview_amendment", order_id=order.id, amendment=to(2))
    connection.close()
    assert footprint() == before


def test_a_change_that_changes_nothing_is_refused(yard):
    order, _ = yard.delivered(FRAME=5)
    with pytest.raises(NothingChanged):
        yard.do("amend_order", order_id=order.id, amendment=to(5))


def test_who_saw_an_older_version_is_refused(yard):
    order, _ = yard.delivered(FRAME=5)
    with pytest.raises(locks.ChangedMeanwhile):
        yard.do("amend_order", order_id=order.id, amendment=to(3), expected_version=order.version + 7)


def test_stock_tied_to_a_rejected_line_is_free_also_where_it_was_in_a_delivery(yard):
    order = yard.order(FRAME=5)
    allocate_stock(order.id, 10, **yard.acting)
    delivery = yard.deliver(order)
    yard.transfer(delivery)
    yard.do("amend_order", order_id=order.id, amendment=Amendment(reject={10: "too late"}))
    assert {row.key.owner for row in overview(yard.company.products["FRAME"].pk) if row.quantity} == {""}
    assert_books_hold()


# --- money, tolerance, whole orders ---


def nets(order):
    return [one.line.net for one in sales.order(order.id, by=SYSTEM).lines]


def test_a_line_that_falls_or_rises_after_its_delivery_keeps_its_price_for_one_piece(yard):
    order, _, _ = yard.picked(FRAME=5)
    [before] = nets(order)
    yard.do("amend_order", order_id=order.id, amendment=to(2))
    assert nets(order) == [before * 2 // 5]
    yard.do("amend_order", order_id=order.id, amendment=to(4))
    assert nets(order) == [before * 4 // 5]
    assert_books_hold()


def test_what_was_lowered_is_billed_for_what_left(yard):
    order, delivery, _ = yard.picked(FRAME=5)
    yard.do("amend_order", order_id=order.id, amendment=to(2))
    yard.issue(delivery)
    [invoice] = billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices
    assert invoice.gross == sales.order(order.id, by=SYSTEM).document.gross == order.gross * 2 // 5
    assert_books_hold()


def test_an_order_that_is_to_be_delivered_complete_moves_whole_or_not_at_all(yard):
    order = yard.order("GAMMA", HELMET=1, GLOVE=2)
    delivery = yard.deliver(order)
    later = {"requested_on": companies.NEXT_WEDNESDAY}
    moved = Amendment(changes=OrderChanges(lines=tuple(LineChange(line_number=n, values=later) for n in (10, 20))))
    yard.transfer(delivery)
    before = footprint()
    with pytest.raises(NotWhole, match="is to be delivered complete, and part of it is being fetched"):
        yard.do("amend_order", order_id=order.id, amendment=moved)
    assert footprint() == before
