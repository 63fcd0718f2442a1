"""A representative asks why: the promises of a line so far, what it would be now, and what would make it earlier."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth import get_user_model

from tests import company
from tests.sales.test_repromise import expect, slip
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import Supposition
from troth.business.promising.actions.replay import NothingPromised
from troth.business.promising.models import Requirement
from troth.business.promising.web import earlier
from troth.business.sales import actions, jobs
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.changes import OrderChanges
from troth.business.supply import actions as supply
from troth.kernel.netting import Category
from troth.ledgers.availability.models import Posting
from troth.ledgers.stock.models import Balance
from troth.platform.actors import SYSTEM
from troth.platform.models import RoleGrant


def line_of(order):
    return OrderLine.objects.get(order_id=order.id).pk


def test_every_promise_of_a_line_is_kept_with_its_cause(small, rep, draft):
    receipt_id = expect(small)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    slip(small, receipt_id)
    jobs.work_off(small.clock)
    actions.cancel_order(order.id, reason="not wanted", by=rep, clock=small.clock)

    history = promises.history("order", line_of(order))

    assert [(one.cause, one.confirmed, one.delivery_on) for one in history] == [
        ("entered", 4, company.NEXT_WEDNESDAY),
        ("supply", 4, date(2026, 3, 24)),
    ]
    assert all(one.ended_at is not None for one in history)


def test_a_change_that_leaves_the_promise_alone_leaves_no_past(small, rep, draft):
    company.put_in_stock(small, "HELMET", 10)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    actions.change_order(order.id, OrderChanges(header={"text": "at the gate"}), by=rep, clock=small.clock)
    [only] = promises.history("order", line_of(order))
    assert (only.cause, only.ended_at, only.promised_at) == ("entered", None, small.clock.now())


def test_a_replay_says_what_would_be_promised_now_and_what_moved(small, rep, draft):
    expect(small, due_on=date(2026, 3, 17))
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    line_id = line_of(order)
    small.clock.at = small.clock.at.replace(hour=11)
    company.put_in_stock(small, "HELMET", 10)
    before = Posting.objects.count()

    found = promising.replay("order", line_id, clock=small.clock)

    assert Posting.objects.count() == before
    assert found.differs
    assert [one.delivery_on for one in found.now.schedules] == [company.NEXT_WEDNESDAY]
    assert [(one.category.name, one.quantity) for one in found.moved] == [("STOCK", 10)]


def test_what_would_make_it_earlier_is_tried_and_ranked(small, rep, draft):
    company.put_in_stock(small, "HELMET", 1)
    expect(small, quantity=10, due_on=date(2026, 3, 17), number="4711")
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    before = Posting.objects.count()

    roads = promising.earlier("order", line_of(order), clock=small.clock)

    assert [(road.road, road.receipt.number if road.receipt else "") for road in roads] == [
        ("fewer", ""), ("receipt", "4711"), ("receipt", "4711"),
    ]  # fmt: skip
    receipt, least = roads[1:]
    assert (least.needed_on, least.last_on) == (date(2026, 3, 16), date(2026, 3, 18))
    assert (receipt.needed_on, receipt.last_on) == (date(2026, 3, 9), company.NEXT_WEDNESDAY)
    assert Posting.objects.count() == before


def test_what_lies_in_inspection_or_is_blocked_may_be_released(small, rep, draft):
    company.put_in_stock(small, "HELMET", 6)
    helmet = small.products["HELMET"].pk
    bin_id = Balance.objects.get(product_id=helmet, quantity=6).bin_id
    for kind, quantity in (("quality", 3), ("blocked", 1)):
        supply.transfer_stock(
            helmet, bin_id=bin_id, from_type="unrestricted", to_type=kind, quantity=quantity, reason="looks odd",
            by=SYSTEM, clock=small.clock,
        )  # fmt: skip
    order = actions.enter_order(draft("ALPHA", ("HELMET", 5)), by=rep, clock=small.clock)
    before = Posting.objects.count()

    roads = promising.earlier("order", line_of(order), clock=small.clock)

    told = [(road.road, road.stock and road.stock.name, road.more, road.short) for road in roads]
    assert told == [
        ("fewer", None, 0, 0), ("release", "QUALITY_STOCK", 3, 0), ("release", "BLOCKED_STOCK", 1, 2),
    ]  # fmt: skip
    assert Posting.objects.count() == before
    words = [earlier.road_words(road, (0, "EA")) for road in roads[1:]]
    assert words == ["Release the 3 EA that are in inspection", "Unblock the 1 EA that are blocked"]


def test_a_line_on_time_needs_no_road_and_a_draft_has_no_promise(small, rep, draft):
    company.put_in_stock(small, "HELMET", 10)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    assert promising.earlier("order", line_of(order), clock=small.clock) == []
    with pytest.raises(NothingPromised):
        promising.replay("order", line_of(order) + 1000, clock=small.clock)


@pytest.mark.parametrize(("stock", "is_told"), [(0, True), (4, False)])
def test_the_page_of_a_line_that_nothing_makes_earlier_says_so(small, rep, draft, client, stock, is_told):
    if stock:
        company.put_in_stock(small, "HELMET", stock)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    promise = Requirement.objects.get(document_id=order.id)
    assert promise.confirmed_quantity == stock
    user = get_user_model().objects.create_user("rita", password="x")
    RoleGrant.objects.create(user=user, role="representative")
    client.force_login(user)

    with time_machine.travel(small.clock.now()):
        body = client.get(f"/promises/{promise.pk}/").content.decode()

    assert ("Nothing that was tried helps" in body) == is_told


def test_what_waits_for_other_lines_is_not_made_earlier_by_its_own_goods(small, rep, draft):
    expect(small, quantity=10, due_on=date(2026, 3, 17), number="4711")
    order = actions.enter_order(
        draft("GAMMA", ("HELMET", 1), ("GLOVE", 1), complete_delivery=True), by=rep, clock=small.clock
    )
    helmet = OrderLine.objects.get(order_id=order.id, line_number=10).pk
    assert [road.road for road in promising.earlier("order", helmet, clock=small.clock)] == ["split"]


def test_a_line_of_a_group_is_asked_for_otherwise_together_with_the_others(small, rep, draft):
    company.put_in_stock(small, "HELMET", 5)
    company.put_in_stock(small, "GLOVE", 5)
    order = actions.enter_order(
        draft("GAMMA", ("HELMET", 1), ("GLOVE", 1), complete_delivery=True), by=rep, clock=small.clock
    )
    helmet = OrderLine.objects.get(order_id=order.id, line_number=10).pk
    asked = ("order", helmet, 3, company.NEXT_WEDNESDAY, "partial")
    gone = Supposition(small.products["GLOVE"].pk, small.sites["HAM"].pk, Category.STOCK, small.clock.now().date(), -5)

    assert promising.check_line(*asked, clock=small.clock).confirmed == 3
    assert promising.check_line(*asked, [gone], clock=small.clock).confirmed == 0
