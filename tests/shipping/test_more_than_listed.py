"""More is picked than the list says: within the order's tolerance, of what is free, and billed by the price."""

import pytest

from tests import company as companies
from tests.shipping.conftest import Yard, assert_books_hold, footprint, progress_of
from tests.shipping.test_races import both
from troth.business.billing import actions as billing
from troth.business.billing.models import Invoice
from troth.business.sales import actions as sales
from troth.business.sales.models import Order
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.sales.rules.refusals import LineInDelivery
from troth.business.shipping.actions import Amendment
from troth.business.shipping.models import Delivery, DeliveryLine
from troth.business.shipping.rules.amendment import HasLeft
from troth.business.shipping.rules.picking import Found, FoundTooMuch
from troth.business.supply import actions as supply
from troth.ledgers.exposure.models import Balance as Exposure
from troth.reference.models import Bin


def order_of(yard, quantity, *, product="FRAME", over=2000, customer="ALPHA", requested_on=companies.WEDNESDAY):
    """An order of one line that allows a fifth more."""
    line = LineDraft(product=product, quantity=str(quantity), over_tolerance_basis_points=over)
    draft = OrderDraft(customer=customer, lines=(line,), requested_on=requested_on)
    return sales.enter_order(draft, **yard.acting)


def listed(yard, order):
    """The order's delivery and the transfer order that fetches it."""
    delivery = yard.deliver(order)
    return delivery, yard.transfer(delivery)


def confirm(yard, transfer, picked, reason="a full pallet"):
    return yard.do("confirm_pick", transfer_order_id=transfer.id, found={1: Found(picked, reason)})


def exposure():
    """Open orders, open deliveries and open invoices of all accounts."""
    rows = Exposure.objects.values_list("open_orders", "open_deliveries", "open_invoices")
    return tuple(map(sum, zip(*rows, strict=True)))


def test_more_within_the_tolerance_is_delivered_issued_and_billed_by_its_price(yard):
    order = order_of(yard, 5)
    delivery, transfer = listed(yard, order)
    confirmed = confirm(yard, transfer, 6)
    assert (confirmed.picked, confirmed.differences) == ((delivery.id,), 1)
    line = DeliveryLine.objects.get()
    assert (line.quantity, line.picked, line.value, line.weight_g) == (6, 6, order.gross * 6 // 5, 12_000)
    assert Delivery.objects.get().weight_g == 12_000
    assert exposure() == (0, order.gross * 6 // 5, 0)
    assert_books_hold()
    yard.issue(delivery)
    assert (progress_of(order)[0].issued, yard.stock("FRAME")) == (6, 14)
    billing.create_invoices(delivery_ids=[delivery.id], **yard.acting)
    assert Invoice.objects.get().gross == order.gross * 6 // 5
    assert exposure() == (0, 0, order.gross * 6 // 5)
    assert_books_hold()


@pytest.mark.parametrize("back", ["undo_pick", "cancel_delivery"])
def test_what_was_picked_above_leaves_the_delivery_with_the_pick(yard, back):
    order = order_of(yard, 5)
    delivery, transfer = listed(yard, order)
    confirm(yard, transfer, 6)
    yard.do("undo_pick", transfer_order_id=transfer.id, reason="wrong pallet")
    assert DeliveryLine.objects.get().quantity == 5
    assert exposure() == (0, order.gross, 0)
    assert_books_hold()
    if back == "cancel_delivery":
        yard.do(back, delivery_id=delivery.id, reason="customer called")
        assert exposure() == (order.gross, 0, 0)
        assert_books_hold()
        assert yard.deliver(order).lines == 1


def test_a_reversed_goods_issue_leaves_what_was_picked_above_in_hand(yard):
    order = order_of(yard, 5)
    delivery, transfer = listed(yard, order)
    confirm(yard, transfer, 6)
    yard.issue(delivery)
    yard.do("reverse_goods_issue", delivery_id=delivery.id, reason="lorry broke down")
    assert (DeliveryLine.objects.get().picked, yard.stock("FRAME")) == (6, 20)
    assert_books_hold()
    yard.do("undo_pick", transfer_order_id=transfer.id, reason="wrong pallet")
    assert (progress_of(order)[0].delivered, exposure()) == (5, (0, order.gross, 0))
    assert_books_hold()


def test_what_is_still_promised_on_the_line_goes_first(yard):
    order = order_of(yard, 10)
    delivery = yard.deliver(order)
    yard.do("change_delivery", delivery_id=delivery.id, quantities={1: 4})
    confirm(yard, yard.transfer(delivery), 11)
    assert exposure() == (0, order.gross * 11 // 10, 0)
    assert progress_of(order)[0].delivered == 11
    assert_books_hold()


@pytest.mark.parametrize(("found", "allowed"), [(7, 1), (12, 1)])
def test_more_than_the_tolerance_is_refused_and_nothing_changes(yard, found, allowed):
    _, transfer = listed(yard, order_of(yard, 5))
    before = footprint()
    with pytest.raises(FoundTooMuch) as refused:
        confirm(yard, transfer, found)
    assert (refused.value.facts["allowed"], refused.value.facts["limit"]) == (allowed, "order")
    assert footprint() == before


def test_what_another_list_fetches_in_the_bin_is_not_free(yard):
    _, transfer = listed(yard, order_of(yard, 10, over=5000))
    other = yard.order(FRAME=8)
    yard.transfer(yard.deliver(other))
    before = footprint()
    with pytest.raises(FoundTooMuch) as refused:
        confirm(yard, transfer, 13)
    assert (refused.value.facts["allowed"], refused.value.facts["limit"]) == (2, "bin")
    assert footprint() == before
    assert confirm(yard, transfer, 12).differences == 1
    assert_books_hold()


def test_what_is_promised_to_others_later_is_not_free(yard):
    _, transfer = listed(yard, order_of(yard, 10, over=5000))
    yard.order(FRAME=8, requested_on=companies.NEXT_WEDNESDAY)
    before = footprint()
    with pytest.raises(FoundTooMuch) as refused:
        confirm(yard, transfer, 13)
    assert (refused.value.facts["allowed"], refused.value.facts["limit"]) == (2, "promised")
    assert footprint() == before
    assert confirm(yard, transfer, 12).differences == 1
    assert_books_hold()


def test_what_one_bin_lacks_may_be_found_in_another_without_any_tolerance(company, yard):
    order = order_of(yard, 5, over=0)
    frame, here = company.products["FRAME"].pk, company.bins["HAM"]
    there = Bin.objects.create(location=here.location, code="B-99")
    supply.move_stock(frame, from_bin_id=here.pk, to_bin_id=there.pk, quantity=17, **yard.acting)
    _, transfer = listed(yard, order)
    found = {1: Found(2, "one is bent"), 2: Found(3, "taken here instead")}
    confirmed = yard.do("confirm_pick", transfer_order_id=transfer.id, found=found)
    assert (len(confirmed.picked), confirmed.differences) == (1, 2)
    assert (DeliveryLine.objects.get().picked, exposure()) == (5, (0, order.gross, 0))
    assert_books_hold()


def test_more_that_the_payer_has_no_credit_for_does_not_leave(yard):
    order = order_of(yard, 5)
    delivery, transfer = listed(yard, order)
    confirm(yard, transfer, 6)
    yard.limit("ALPHA", order.gross)
    with pytest.raises(yard.credit_refusal):
        yard.issue(delivery)
    yard.limit("ALPHA", order.gross * 6 // 5)
    assert yard.issue(delivery).cost == 6 * 25_000


def test_an_order_with_more_delivered_than_ordered_can_still_be_changed_but_not_lowered(yard):
    order = order_of(yard, 5)
    confirm(yard, listed(yard, order)[1], 6)
    sales.change_order(order.id, OrderChanges(header={"customer_reference": "PO-7"}), **yard.acting)
    assert (Order.objects.get().customer_reference, exposure()) == ("PO-7", (0, order.gross * 6 // 5, 0))
    assert_books_hold()
    lower = LineChange(line_number=10, values={"quantity": "4"})
    with pytest.raises(LineInDelivery):
        sales.change_order(order.id, OrderChanges(lines=(lower,)), **yard.acting)


def changed_to(quantity):
    return OrderChanges(lines=(LineChange(line_number=10, values={"quantity": str(quantity)}),))


def amended_to(yard, order, quantity):
    yard.do("amend_order", order_id=order.id, amendment=Amendment(changes=changed_to(quantity)))
    return progress_of(order)[0].delivered


def test_what_left_above_the_order_stays_while_the_line_does_not_fall(yard):
    order = order_of(yard, 10)
    delivery, transfer = listed(yard, order)
    confirm(yard, transfer, 12)
    yard.issue(delivery)
    assert amended_to(yard, order, 11) == 12
    before = footprint()
    for quantity in (10, 9):
        with pytest.raises(HasLeft):
            amended_to(yard, order, quantity)
        with pytest.raises(LineInDelivery):
            sales.change_order(order.id, changed_to(quantity), **yard.acting)
    assert footprint() == before


@pytest.mark.parametrize(("first", "then"), [(10, 9), (10, 1), (14, 11), (14, 10)])
def test_what_is_picked_above_is_cut_when_the_line_falls(yard, first, then):
    order = order_of(yard, 10)
    confirm(yard, listed(yard, order)[1], 12)
    if first > 10:
        assert amended_to(yard, order, first) == 12
    assert amended_to(yard, order, then) == then
    assert_books_hold()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("here", "granted"), [(11, 1), (12, 2)])
def test_two_picks_take_the_last_free_piece_of_a_bin_once(transactional_db, here, granted):
    small = companies.build()
    companies.put_in_stock(small, "FRAME", here)
    yard = Yard(small)
    transfers = [listed(yard, order_of(yard, 5))[1] for _ in range(2)]
    turn = iter(transfers)
    made, refused = both(lambda: confirm(yard, next(turn), 6))
    assert (len(made), refused) == (granted, ["found_too_much"] * (2 - granted))
    assert sum(DeliveryLine.objects.values_list("picked", flat=True)) == granted * 6
    assert_books_hold()
