"""What is confirmed on the lead time takes no supply, and comes onto supply as soon as there is some."""

from datetime import date

import pytest
from django.db import transaction

from tests import company
from tests.backorders.test_protection import keep, used
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.masterdata import actions as masterdata
from troth.business.masterdata.models import CheckingScope
from troth.business.promising.models import ScheduleLine
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import locks
from troth.platform.documents import DocumentRef

EVERYBODY = SegmentDraft("Everybody", "improve")


@pytest.fixture
def procured(desk):
    """Helmets can be procured in ten working days; five are promised so."""
    scope = CheckingScope.objects.get(code="order")
    scope.lead_time = True
    scope.save()
    helmet = desk.small.products["HELMET"]
    helmet.lead_days = 10
    helmet.save()
    desk.order_id = desk.order("ALPHA", ("HELMET", 5))
    return desk


def bases():
    return list(ScheduleLine.objects.order_by("id").values_list("basis", flat=True))


def test_a_line_on_the_lead_time_keeps_its_day_without_supply(procured):
    assert bases() == ["lead_time"]
    assert procured.simulated(EVERYBODY).changes.count() == 0
    assert_books_hold()


def test_supply_that_comes_earlier_takes_its_place_and_is_given_back_again(procured):
    before = procured.promised(procured.order_id)
    procured.receipt("HELMET", 5, date(2026, 3, 10))
    run = procured.applied(EVERYBODY)
    assert bases() == ["supply"]
    assert procured.promised(procured.order_id)[0][0][1] < before[0][0][1]
    assert_books_hold()
    procured.undo(run)
    assert procured.promised(procured.order_id) == before
    assert bases() == ["lead_time"]
    assert_books_hold()


def test_goods_in_stock_are_told_apart_from_goods_on_order(desk):
    """Three lie here and five are to come: who waits for eight gets both, each by its name."""
    desk.order("BETA", ("HELMET", 8), on=company.WEDNESDAY)
    desk.stock("HELMET", 3)
    desk.receipt("HELMET", 5, company.FRIDAY)
    desk.applied(EVERYBODY)
    assert bases() == ["stock", "supply"]
    assert_books_hold()


def plan_twenty(desk):
    """Orders count on planned goods, and twenty helmets are planned for Friday."""
    key = AvailabilityKey(desk.small.products["HELMET"].pk, desk.small.sites["HAM"].pk)
    with transaction.atomic():
        held = locks.begin()
        held.take(key)
        planned = Entry(key, Category.PLANNED, day_of(company.FRIDAY), 20, DocumentRef("plan", 1))
        availability.post(held, [planned], at=desk.small.clock.now())


@pytest.fixture
def planned(desk):
    scope = CheckingScope.objects.get(code="order")
    scope.supply += ", planned"
    scope.save()
    masterdata.touch()
    return desk


def test_what_is_only_planned_is_told_apart_from_what_is_ordered(planned):
    """Five are on order, which ALPHA has; for BETA, who comes later, only planned goods are left."""
    desk = planned
    desk.order("ALPHA", ("HELMET", 5))
    desk.order("BETA", ("HELMET", 8))
    desk.receipt("HELMET", 5, company.FRIDAY)
    plan_twenty(desk)
    desk.applied(SegmentDraft("Alpha", "improve", Filter(customers=("ALPHA",))))
    assert bases() == ["supply"]
    desk.applied(EVERYBODY, name="All")
    assert bases() == ["supply", "planned"]
    assert_books_hold()


def test_firm_goods_that_are_kept_for_others_are_none_to_stand_on(planned):
    """Five are on order and kept for dealers; ALPHA, who is none, gets planned goods, and BETA those."""
    orders = planned.order("ALPHA", ("HELMET", 5)), planned.order("BETA", ("HELMET", 5))
    keep(planned, 5)
    planned.receipt("HELMET", 5, company.FRIDAY)
    plan_twenty(planned)
    planned.applied(EVERYBODY)
    rows = ScheduleLine.objects.values_list("requirement__document_id", "basis")
    assert dict(rows) == {orders[0]: "planned", orders[1]: "supply"}
    assert_books_hold()


def test_who_stood_on_them_before_stands_on_them_again(planned):
    first = planned.order("ALPHA", ("HELMET", 5))
    planned.receipt("HELMET", 5, company.FRIDAY)
    plan_twenty(planned)
    planned.applied(EVERYBODY)
    keep(planned, 5)
    planned.order("BETA", ("HELMET", 3))
    run = planned.simulated(SegmentDraft("Everybody", "redistribute"), name="Again")
    assert not run.changes.filter(document_id=first).exists()


def test_what_is_procured_uses_up_what_is_kept_for_its_line_too(procured):
    """BETA's five come on the lead time and are counted, then on supply, then on the lead time again."""
    order = procured.order("BETA", ("HELMET", 5))
    own = keep(procured, 8)
    procured.receipt("HELMET", 20, date(2026, 3, 10))
    run = procured.applied(EVERYBODY)
    assert used(order) == [(str(own), 5)]
    assert_books_hold()
    procured.undo(run)
    assert used(order) == [(str(own), 5)]
    assert_books_hold()
