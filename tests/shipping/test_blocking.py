"""Blocks that people set and release: each stops what it says, each kind is released by its own role."""

import pytest

from tests import company as companies
from tests.shipping.conftest import assert_books_hold, footprint
from troth.business.billing import actions as billing
from troth.business.promising import queries as promises
from troth.business.sales import actions as sales
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.refusals import NotPromised
from troth.business.shipping.rules.readiness import NotReady
from troth.kernel.errors import InvalidInput, NotFound
from troth.platform import blocking, blocks
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.blocking import WrongBlock
from troth.platform.blocks import Blocked, BlockKind, NotStanding, OwnBlock
from troth.platform.documents import DocumentRef
from troth.platform.models import BlockRow, Event
from troth.platform.permissions import NotAllowed

RITA, SAM = (companies.person("representative", user_id=key) for key in (21, 22))
WALTER = companies.person("warehouse_clerk", user_id=23)
QUENTIN = companies.person("quality_coordinator", user_id=24)
BILL = companies.person("billing_clerk", user_id=25)


@pytest.fixture
def desk(yard):
    return Desk(yard)


class Desk:
    """Setting and releasing as somebody does it."""

    def __init__(self, yard):
        self.yard = yard
        self.clock = yard.company.clock

    def block(self, of, kind="delivery", scope="delivery", by=RITA, on="order"):
        return blocking.set_block(on, of.id, kind, scope, reason="a question is open", by=by, clock=self.clock)

    def release(self, block, by=SAM, reason="answered"):
        return blocking.release_block(block.block_id, reason=reason, by=by, clock=self.clock)

    def release_all(self, *made, by=SAM):
        ids = [one.block_id for one in made]
        return blocking.release_blocks(ids, reason="answered", by=by, clock=self.clock)

    def confirmed(self, order):
        lines = list(OrderLine.objects.filter(order_id=order.id).values_list("pk", flat=True))
        return sum(promises.confirmed("order", lines).values())

    def resume(self, order, scope="confirmation"):
        sales.resume_order(order.id, scope=scope, by=SYSTEM, clock=self.clock)


def standing(kind, of):
    return [(one.kind, one.scope) for one in blocks.standing([DocumentRef(kind, of.id)])]


def test_nothing_is_confirmed_under_a_block_of_the_confirmation_and_the_goods_are_free(desk, yard):
    order = yard.order(FRAME=20)
    assert desk.confirmed(order) == 20
    made = desk.block(order, scope="confirmation")
    assert desk.confirmed(order) == 0
    other = yard.order(FRAME=15)
    assert desk.confirmed(other) == 15
    more = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 4}),))
    sales.change_order(order.id, more, **yard.acting)
    assert desk.confirmed(order) == 0
    desk.release(made)
    desk.resume(order)
    assert desk.confirmed(order) == 4
    assert_books_hold()


def test_better_dates_are_not_asked_for_under_a_block_of_the_confirmation(desk, yard):
    order = yard.order(FRAME=20)
    desk.block(order, scope="confirmation")
    with pytest.raises(NotPromised):
        sales.promise_anew(order.id, **yard.acting)
    assert desk.confirmed(order) == 0
    assert_books_hold()


def test_goods_tied_to_an_order_are_free_under_a_block_of_its_confirmation_and_none_are_tied_anew(desk, yard):
    order = yard.order(FRAME=6)
    sales.allocate_stock(order.id, 10, **yard.acting)
    desk.block(order, scope="confirmation")
    assert desk.confirmed(order) == 0
    with pytest.raises(Blocked):
        sales.allocate_stock(order.id, 10, **yard.acting)
    assert desk.confirmed(yard.order(FRAME=20)) == 20
    assert_books_hold()


def test_an_order_is_not_confirmed_while_another_block_of_the_confirmation_stands(desk, yard):
    order = yard.order(FRAME=2)
    first, second = (
        desk.block(order, kind, "confirmation", by) for kind, by in (("delivery", RITA), ("quality", QUENTIN))
    )
    desk.release(first)
    desk.resume(order)
    assert desk.confirmed(order) == 0
    desk.release(second, by=QUENTIN)
    desk.resume(order)
    assert desk.confirmed(order) == 2


def test_the_release_of_another_step_promises_nothing_anew(desk, yard):
    order = yard.order(FRAME=2)
    made = desk.block(order, scope="billing", kind="billing")
    desk.release(made)
    desk.resume(order, scope="billing")
    assert not Event.objects.filter(kind="sales.order_resumed").exists()


def test_a_block_of_the_delivery_lets_no_delivery_be_made(desk, yard):
    order = yard.order(FRAME=2)
    made = desk.block(order)
    with pytest.raises(Blocked):
        yard.deliver(order)
    assert desk.confirmed(order) == 2
    desk.release(made)
    assert yard.deliver(order)


@pytest.mark.parametrize("on", ["order", "delivery"])
def test_a_block_of_the_goods_issue_refuses_its_posting(desk, yard, on):
    order, delivery, _transfer = yard.picked(FRAME=2)
    made = desk.block(order if on == "order" else delivery, scope="goods_issue", on=on)
    with pytest.raises(NotReady, match="a question is open"):
        yard.issue(delivery)
    desk.release(made)
    yard.issue(delivery)
    assert_books_hold()


@pytest.mark.parametrize("on", ["order", "delivery"])
def test_a_block_of_the_billing_lets_nothing_be_billed(desk, yard, on):
    order, delivery, _transfer = yard.issued(FRAME=2)
    made = desk.block(order if on == "order" else delivery, "billing", "billing", on=on)
    with pytest.raises(Blocked):
        billing.create_invoices(delivery_ids=[delivery.id], **yard.acting)
    desk.release(made, by=BILL)
    assert billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices


def test_a_step_that_is_done_or_not_its_own_is_not_blocked(desk, yard):
    order, delivery, _transfer = yard.issued(FRAME=2)
    for scope in ("goods_issue", "delivery", "nothing"):
        with pytest.raises(WrongBlock):
            desk.block(delivery, scope=scope, on="delivery")
    for kind in ("credit", "mood"):
        with pytest.raises(WrongBlock):
            desk.block(order, kind)
    with pytest.raises(NotFound):
        desk.block(order, on="quotation")
    with pytest.raises(InvalidInput):
        blocking.set_block("order", order.id, "delivery", "delivery", reason=" ", by=RITA, clock=desk.clock)
    draft = sales.copy_order(order.id, **yard.acting)
    with pytest.raises(WrongBlock):
        desk.block(draft)
    assert not BlockRow.objects.exists()


OWNERS = {"delivery": WALTER, "customer_service": SAM, "quality": QUENTIN, "billing": BILL}
STRANGERS = {"delivery": BILL, "customer_service": WALTER, "quality": SAM, "billing": QUENTIN}


@pytest.mark.parametrize("kind", OWNERS)
def test_each_kind_is_set_and_released_by_its_own_role(desk, yard, kind):
    order = yard.order(FRAME=2)
    with pytest.raises(NotAllowed):
        desk.block(order, kind, "billing", STRANGERS[kind])
    made = desk.block(order, kind, "billing", OWNERS[kind])
    with pytest.raises(NotAllowed):
        desk.release(made, by=STRANGERS[kind])
    assert standing("order", order) == [(kind, "billing")]
    desk.release(made, by=OWNERS[kind])
    assert standing("order", order) == []


def entered(yard, by, **quantities):
    """An order that somebody enters."""
    draft = companies_draft(quantities)
    return sales.enter_order(draft, by=by, clock=yard.company.clock)


def companies_draft(quantities):
    from troth.business.sales.rules.drafts import LineDraft, OrderDraft

    lines = tuple(LineDraft(product=product, quantity=quantity) for product, quantity in quantities.items())
    return OrderDraft(customer="BETA", lines=lines, requested_on=companies.WEDNESDAY)


def test_who_entered_the_order_takes_back_their_own_block_but_nobody_elses(desk, yard):
    order = entered(yard, RITA, FRAME=2)
    desk.release(desk.block(order, by=RITA), by=RITA)
    theirs = desk.block(order, by=SAM)
    with pytest.raises(OwnBlock):
        desk.release(theirs, by=RITA)
    with pytest.raises(OwnBlock):
        sales.release_block(order.id, theirs.block_id, reason="mine", by=RITA, clock=desk.clock)
    [told] = desk.release_all(theirs, by=RITA)
    assert (told.is_released, told.code, told.document_number) == (False, "own_block", order.number)
    desk.release(theirs, by=SAM)


def test_who_raised_the_order_after_it_was_blocked_does_not_release_it(desk, yard):
    order = entered(yard, RITA, FRAME=2)
    made = desk.block(order, by=RITA)
    more = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 9}),))
    sales.change_order(order.id, more, by=SAM, clock=desk.clock)
    with pytest.raises(OwnBlock):
        desk.release(made, by=SAM)
    desk.release(made, by=WALTER)
    assert BlockRow.objects.get().last_raised_by_id == SAM.user_id
    assert_books_hold()


def test_a_mass_release_goes_on_past_what_it_refuses_and_says_why(desk, yard):
    free, own, released, cancelled = (yard.order(FRAME=1) for _ in range(4))
    own = entered(yard, SAM, FRAME=1)
    quality = desk.block(free, "quality", "goods_issue", QUENTIN)
    made = [desk.block(one) for one in (free, own, released, cancelled)]
    desk.release(made[2], by=WALTER)
    sales.cancel_order(cancelled.id, reason="customer withdrew", **yard.acting)
    found = desk.release_all(quality, *made)
    assert [(one.document_number, one.code) for one in found] == [
        (free.number, "not_allowed"), (free.number, ""), (own.number, "own_block"),
        (released.number, "block_not_standing"), (cancelled.number, "order_cancelled"),
    ]  # fmt: skip
    assert [one.is_released for one in found] == [False, True, False, False, False]
    assert "not stand" in found[3].reason
    assert (standing("order", free), standing("order", own)) == (
        [("quality", "goods_issue")],
        [("delivery", "delivery")],
    )
    assert_books_hold()


def test_a_mass_release_asks_for_a_reason_and_knows_what_is_not_there(desk, yard):
    made = desk.block(yard.order(FRAME=1))
    before = footprint()
    with pytest.raises(InvalidInput):
        blocking.release_blocks([made.block_id], reason="  ", by=SAM, clock=desk.clock)
    [told] = blocking.release_blocks([999_999], reason="why", by=SAM, clock=desk.clock)
    assert (told.code, told.document_number) == ("block_not_standing", "")
    assert footprint() == before


def test_a_mass_release_takes_the_credit_managers_way_for_a_credit_block(desk, yard):
    order = yard.order("GAMMA", FRAME=1)
    [block] = blocks.standing([DocumentRef("order", order.id)])
    assert block.kind is BlockKind.CREDIT
    [told] = blocking.release_blocks([block.id], reason="why", by=SAM, clock=desk.clock)
    assert told.code == "not_allowed"
    manager = companies.person("credit_manager", user_id=31)
    with pytest.raises(WrongBlock):
        blocking.release_block(block.id, reason="why", by=manager, clock=desk.clock)
    [told] = blocking.release_blocks([block.id], reason="paid", by=manager, clock=desk.clock)
    assert told.is_released
    assert standing("order", order) == []


def test_a_block_of_another_company_is_not_there(desk, yard):
    made = desk.block(yard.order(FRAME=1))
    stranger = Actor(41, "Stan", (Grant("representative", company_id=999_999),))
    with pytest.raises(NotStanding):
        desk.release(made, by=stranger)
    [told] = desk.release_all(made, by=stranger)
    assert (told.code, told.document_number) == ("block_not_standing", "")


def test_a_cancelled_delivery_leaves_no_block_behind(desk, yard):
    _order, delivery = yard.delivered(FRAME=2)
    desk.block(delivery, scope="goods_issue", on="delivery")
    yard.do("cancel_delivery", delivery_id=delivery.id, reason="wrong route")
    [block] = blocks.history(DocumentRef("delivery", delivery.id))
    assert (block.released_by_id, block.release_reason) == (None, "The delivery was cancelled.")
