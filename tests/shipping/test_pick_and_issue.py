"""Transfer orders, picks with differences, goods issue."""

import pytest

from tests import company as companies
from tests.shipping.conftest import assert_books_hold, footprint, progress_of
from troth.business.sales import actions as sales
from troth.business.shipping import queries
from troth.business.shipping.models import Delivery, DeliveryLine, TransferOrder
from troth.business.shipping.rules.grouping import NotWhole
from troth.business.shipping.rules.picking import Found, NothingToPick, ReasonMissing
from troth.business.shipping.rules.readiness import NotReady
from troth.business.shipping.rules.reversals import LaterDocuments
from troth.kernel.lifecycle import IllegalTransition
from troth.ledgers.journal.models import Balance as Account
from troth.platform.actors import SYSTEM
from troth.platform.blocks import BlockScope
from troth.platform.documents import DocumentRef


def line_of(order):
    return progress_of(order)[0]


def test_the_picking_list_names_bins_and_what_was_found(yard):
    _, delivery = yard.delivered(FRAME=5)
    transfer = yard.transfer(delivery)
    view = queries.transfer_order(transfer.id, by=SYSTEM)
    assert [(line.bin, line.product, line.quantity, line.picked) for line in view.lines] == [("A-01", "FRAME", 5, None)]
    assert view.verbs == ("cancel", "confirm")


def test_goods_on_one_transfer_order_are_not_fetched_by_another(yard):
    _, delivery = yard.delivered(FRAME=5)
    yard.transfer(delivery)
    before = footprint()
    with pytest.raises(NothingToPick):
        yard.transfer(delivery)
    assert footprint() == before


def test_a_difference_goes_back_to_the_order(yard):
    order, delivery = yard.delivered(FRAME=5)
    transfer = yard.transfer(delivery)
    found = {1: Found(3, "two damaged")}
    confirmed = yard.do("confirm_pick", transfer_order_id=transfer.id, found=found)
    assert (confirmed.picked, confirmed.differences) == ((delivery.id,), 1)
    assert (line_of(order).delivered, line_of(order).picked) == (3, 3)
    assert_books_hold()
    yard.issue(delivery)
    assert (line_of(order).issued, yard.stock("FRAME")) == (3, 17)
    assert_books_hold()
    assert yard.deliver(order).lines == 1


def test_a_difference_may_stay_to_be_picked(yard):
    order, delivery = yard.delivered(FRAME=5)
    transfer = yard.transfer(delivery)
    kept = {1: Found(3, "two not found", keep_open=True)}
    confirmed = yard.do("confirm_pick", transfer_order_id=transfer.id, found=kept)
    assert (confirmed.open, line_of(order).delivered, line_of(order).picked) == ((delivery.id,), 5, 3)
    second = yard.transfer(delivery)
    yard.do("confirm_all", transfer_order_id=second.id)
    assert Delivery.objects.get().state == "picked"
    assert_books_hold()


def test_a_difference_without_a_reason_is_refused_and_nothing_changes(yard):
    _, delivery = yard.delivered(FRAME=5)
    transfer = yard.transfer(delivery)
    before = footprint()
    with pytest.raises(ReasonMissing):
        yard.do("confirm_pick", transfer_order_id=transfer.id, found={1: Found(3)})
    assert footprint() == before
    assert yard.do("confirm_all", transfer_order_id=transfer.id).picked == (delivery.id,)


def test_a_complete_order_is_not_picked_in_part(yard):
    order = yard.order("GAMMA", GLOVE=4)
    yard.release(order)
    transfer = yard.transfer(yard.deliver(order))
    before = footprint()
    with pytest.raises(NotWhole):
        yard.do("confirm_pick", transfer_order_id=transfer.id, found={1: Found(3, "one lost")})
    assert footprint() == before


def test_a_goods_issue_takes_the_goods_out_and_posts_their_cost(yard):
    order, delivery, _ = yard.picked(FRAME=5)
    yard.issue(delivery)
    assert yard.stock("FRAME") == 15
    assert line_of(order).issued == 5
    amounts = {row.account: row.amount for row in Account.objects.all()}
    assert (amounts[companies.ACCOUNTS["goods_issued"]], amounts[companies.ACCOUNTS["inventory"]]) == (
        125_000,
        -125_000,
    )
    assert_books_hold()


def test_goods_leave_only_when_they_are_picked(yard):
    _, delivery = yard.delivered(FRAME=5)
    transfer = yard.transfer(delivery)
    before = footprint()
    with pytest.raises(NotReady) as refused:
        yard.issue(delivery)
    assert refused.value.facts["reasons"] == ["not_picked", "open_transfer_order"]
    assert footprint() == before
    yard.do("confirm_all", transfer_order_id=transfer.id)
    assert yard.issue(delivery).cost == 125_000


@pytest.mark.parametrize("on_order", [True, False], ids=["order", "delivery"])
def test_goods_of_a_blocked_document_stay(yard, on_order):
    order, delivery, _ = yard.picked(FRAME=5)
    blocked = (
        DocumentRef("order", order.id, order.number)
        if on_order
        else DocumentRef("delivery", delivery.id, delivery.number)
    )
    yard.block(blocked, BlockScope.GOODS_ISSUE)
    before = footprint()
    with pytest.raises(NotReady):
        yard.issue(delivery)
    assert footprint() == before
    [row] = queries.ready_to_ship(yard.site)
    assert [reason.lack for reason in row.reasons] == ["blocked"]
    yard.unblock(blocked)
    assert queries.ready_to_ship(yard.site)[0].is_ready
    assert yard.issue(delivery).number == delivery.number


def test_goods_are_issued_once(yard):
    _, delivery, _ = yard.issued(FRAME=5)
    before = footprint()
    with pytest.raises(IllegalTransition):
        yard.issue(delivery)
    assert footprint() == before


def test_a_mass_goods_issue_says_what_became_of_each(yard):
    _, ready, _ = yard.picked(FRAME=5)
    _, unpicked = yard.delivered(HELMET=5)
    results = yard.do("post_goods_issues", delivery_ids=[ready.id, unpicked.id])
    assert [(one.delivery_id, one.issued is not None, one.code) for one in results] == [
        (ready.id, True, ""),
        (unpicked.id, False, "not_ready_to_ship"),
    ]
    assert_books_hold()


def test_goods_are_not_issued_past_the_credit_limit(yard):
    order = yard.order("ALPHA", FRAME=5)
    delivery = yard.deliver(order)
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    yard.limit("ALPHA", 100)
    before = footprint()
    with pytest.raises(yard.credit_refusal):
        yard.issue(delivery)
    assert footprint() == before
    yard.limit("ALPHA", 1_000_000)
    assert yard.issue(delivery).cost == 125_000


def test_a_cancelled_transfer_order_frees_its_bins(yard):
    _, delivery = yard.delivered(FRAME=20)
    first = yard.transfer(delivery)
    yard.do("cancel_transfer_order", transfer_order_id=first.id, reason="printer jam")
    second = yard.transfer(delivery)
    assert second.missing == ()
    assert list(TransferOrder.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "open"]


def test_picks_and_values_of_partial_deliveries_sum_to_the_order(yard):
    order = yard.order(HELMET=3)
    for _ in range(2):
        made = yard.deliver(order)
        yard.do("change_delivery", delivery_id=made.id, quantities={1: 1})
    yard.deliver(order)
    values = DeliveryLine.objects.order_by("pk").values_list("quantity", "value")
    assert [quantity for quantity, _ in values] == [1, 1, 1]
    assert sum(value for _, value in values) == order.gross
    assert_books_hold()


def test_a_billed_goods_issue_is_not_reversed(yard):
    order, delivery, _ = yard.issued(FRAME=5)
    yard.bill(order, delivery, 5)
    before = footprint()
    with pytest.raises(LaterDocuments) as refused:
        yard.do("reverse_goods_issue", delivery_id=delivery.id, reason="lorry broke down")
    assert refused.value.facts["followers"] == ["invoice 900"]
    assert footprint() == before
    yard.bill(order, delivery, -5)
    yard.do("reverse_goods_issue", delivery_id=delivery.id, reason="lorry broke down")
    assert yard.stock("FRAME") == 20


def test_what_is_billed_is_no_longer_to_bill(yard):
    order, delivery, _ = yard.issued(FRAME=5)
    assert [row.quantity for row in queries.to_bill(delivery_ids=[delivery.id])] == [5]
    yard.bill(order, delivery, 2)
    assert [row.quantity for row in queries.to_bill()] == [3]
    yard.bill(order, delivery, 3)
    assert queries.to_bill() == []


def test_stock_that_is_tied_to_the_order_is_picked_for_it_and_leaves_with_it(yard):
    order = yard.order(FRAME=5)
    sales.allocate_stock(order.id, 10, quantity=3, **yard.acting)
    delivery = yard.deliver(order)
    transfer = yard.transfer(delivery)
    assert sorted(line.quantity for line in queries.transfer_order(transfer.id, by=SYSTEM).lines) == [2, 3]
    yard.do("confirm_all", transfer_order_id=transfer.id)
    yard.issue(delivery)
    assert_books_hold()
    yard.do("reverse_goods_issue", delivery_id=delivery.id, reason="lorry broke down")
    yard.do("undo_pick", transfer_order_id=transfer.id, reason="lorry broke down")
    yard.do("cancel_delivery", delivery_id=delivery.id, reason="lorry broke down")
    assert yard.stock("FRAME") == 20
    assert_books_hold()
