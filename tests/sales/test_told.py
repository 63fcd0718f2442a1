"""Who owns an order is told when its promise gets other dates without them, until they have seen it."""

from datetime import date

import pytest

from tests import company
from tests.sales.test_new_dates import asks
from tests.sales.test_planned_supply import FRIDAY_WEEK, hopeful, plan, planning, row
from tests.sales.test_repromise import expect, slip
from tests.sales.test_unreleased_goods import BLOCKED, INSPECTION, STOCK, count, lay, post
from troth.business.sales import actions, jobs
from troth.business.sales.actions.new_dates import read
from troth.business.sales.actions.told import notices
from troth.business.sales.models import DateNotice, NewDates
from troth.business.supply.models import Receipt
from troth.kernel.errors import NotFound
from troth.kernel.netting import Category
from troth.platform.actors import SYSTEM, Actor, Grant

__all__ = ["hopeful", "planning"]
OLD, NEW = ((4, company.NEXT_WEDNESDAY),), ((4, date(2026, 3, 24)),)
COLLEAGUE = Actor(user_id=77, name="Colleague", grants=(Grant("representative"),))
AUDITOR = Actor(user_id=78, name="Auditor", grants=(Grant("auditor"),))


def slipped(small, draft, by):
    receipt_id = expect(small)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=by, clock=small.clock)
    slip(small, receipt_id)
    jobs.work_off(small.clock)
    return order


def test_the_owner_is_told_once_of_what_supply_moved_and_why(small, rep, draft):
    order = slipped(small, draft, rep)
    jobs.work_off(small.clock)
    [one] = notices(rep)
    assert (one.order_id, one.owner_id, one.cause, one.detail) == (
        order.id, rep.user_id, "supply", "receipt 4500 was changed",
    )  # fmt: skip
    assert read(one.lines) == {10: (OLD, NEW)}
    assert not notices(COLLEAGUE).exists()


def test_of_two_lines_that_move_by_one_slip_there_is_one_notice(small, rep, draft):
    receipt_id = expect(small)
    actions.enter_order(draft("ALPHA", ("HELMET", 4), ("HELMET", 2)), by=rep, clock=small.clock)
    slip(small, receipt_id)
    jobs.work_off(small.clock)
    [one] = notices(rep)
    assert sorted(read(one.lines)) == [10, 20]


def test_a_plan_that_slips_is_told_as_a_plan(small, rep, hopeful):
    plan(small, row(small, 5, due_on=FRIDAY_WEEK))
    jobs.work_off(small.clock)
    [one] = notices(rep)
    assert (one.order_id, one.cause, one.detail) == (hopeful.id, "plan", "plan: plan of March")
    assert read(one.lines) == {10: (OLD, NEW)}


def test_goods_that_are_rejected_are_told_as_not_released(small, rep, draft):
    count(Category.QUALITY_STOCK)
    lay(small, 6)
    post(small, 6, STOCK, INSPECTION)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    post(small, 6, INSPECTION, BLOCKED)
    jobs.work_off(small.clock)
    [one] = notices(rep)
    assert (one.order_id, one.cause, read(one.lines)) == (order.id, "unreleased", {10: (OLD, ())})


def test_what_moves_no_date_is_told_nobody(small, rep, draft):
    receipt_id = expect(small)
    actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    slip(small, receipt_id, company.TUESDAY)
    jobs.work_off(small.clock)
    assert not DateNotice.objects.exists()


def test_who_takes_the_new_dates_of_their_own_order_is_not_told_but_of_a_colleagues_they_are(small, rep, draft):
    asks(small)
    slipped(small, draft, rep)
    assert not DateNotice.objects.exists()
    proposal = NewDates.objects.get()
    actions.take_new_dates(proposal.pk, version=1, by=COLLEAGUE, clock=small.clock)
    assert [one.cause for one in notices(rep)] == ["taken"]
    slip(small, proposal_receipt(), date(2026, 4, 10))
    jobs.work_off(small.clock)
    again = NewDates.objects.get(state="open")
    actions.take_new_dates(again.pk, version=again.version, by=rep, clock=small.clock)
    assert [one.cause for one in notices(rep)] == ["taken"]


def proposal_receipt():
    return Receipt.objects.get().pk


def test_seen_is_gone_and_stays_who_saw_it(small, rep, draft):
    slipped(small, draft, rep)
    [one] = notices(rep)
    with pytest.raises(NotFound):
        actions.see_notices([one.pk], by=COLLEAGUE, clock=small.clock)
    assert notices(rep).exists()
    assert actions.see_notices([one.pk], by=rep, clock=small.clock) == 1
    assert actions.see_notices([one.pk], by=rep, clock=small.clock) == 0
    assert not notices(rep).exists()
    one.refresh_from_db()
    assert (one.seen_by_id, one.seen_at) == (rep.user_id, small.clock.now())


def test_an_order_that_came_in_by_itself_is_told_everybody_who_enters_orders(small, draft):
    slipped(small, draft, SYSTEM)
    assert [one.owner_id for one in notices(COLLEAGUE)] == [None]
    assert not notices(AUDITOR).exists()
    assert actions.see_notices(until=DateNotice.objects.get().pk, by=COLLEAGUE, clock=small.clock) == 1
    assert not notices(COLLEAGUE).exists()


def test_what_came_after_the_page_was_shown_is_not_seen_with_it(small, rep, draft):
    slipped(small, draft, rep)
    shown = notices(rep).first().pk
    slip(small, proposal_receipt(), date(2026, 4, 10))
    jobs.work_off(small.clock)
    assert notices(rep).count() == 2
    actions.see_notices(until=shown, by=rep, clock=small.clock)
    assert [one.pk > shown for one in notices(rep)] == [True]
