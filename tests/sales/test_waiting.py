"""Orders that wait, where the company's scope counts them: what is shown, checked, ordered and held is all the same."""

import pytest

from tests import company
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata.models import CheckingScope
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import HoldDraft, HoldLineDraft
from troth.business.sales import actions
from troth.business.sales.actions.check import check_document
from troth.business.sales.rules.drafts import OrderDraft
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event, written


@pytest.fixture
def fair(small):
    counted = STANDARD[Event.ORDER].demand | {Category.WAITING_ORDER}
    CheckingScope.objects.filter(code="order").update(demand=written(counted))
    return small


def free(small):
    helmet, site = small.products["HELMET"], small.sites["HAM"]
    today = small.clock.today("UTC")
    [found] = promises.free({helmet.pk: site.pk}, today).values()
    scope = promises.scope_of(helmet.pk, Event.ORDER)
    days = promises.overview(helmet.pk, site.pk, day_of(today), scope)
    assert found.now == days[0].free
    waiting = -sum(one.quantity for one in days if one.category is Category.WAITING_ORDER)
    return found.now, waiting


def test_pages_checks_and_orders_tell_the_same(fair, rep, draft):
    company.put_in_stock(fair, "HELMET", 4)
    actions.enter_order(draft("ALPHA", ("HELMET", 10)), by=rep, clock=fair.clock)
    assert free(fair) == (0, 6)
    company.put_in_stock(fair, "HELMET", 8)
    assert free(fair) == (2, 6)

    looked = check_document(draft("BETA", ("HELMET", 5)), by=rep, clock=fair.clock)
    placed = actions.enter_order(draft("BETA", ("HELMET", 5)), by=rep, clock=fair.clock)
    assert ([one.confirmed for one in looked.promises.values()], [one.confirmed for one in placed.lines]) == ([2], [2])
    assert_books_hold()


def test_who_waited_has_the_goods_when_it_is_promised_anew(fair, rep, draft):
    first = actions.enter_order(draft("ALPHA", ("HELMET", 10)), by=rep, clock=fair.clock)
    company.put_in_stock(fair, "HELMET", 8)
    second = actions.enter_order(draft("BETA", ("HELMET", 5)), by=rep, clock=fair.clock)
    assert [one.confirmed for one in second.lines] == [0]

    actions.promise_anew(first.id, (), by=rep, clock=fair.clock)

    assert free(fair) == (0, 7)
    assert_books_hold()


def test_an_order_takes_what_was_held_whoever_waits(fair, rep, draft):
    company.put_in_stock(fair, "HELMET", 4)
    line = HoldLineDraft(fair.products["HELMET"].pk, 4, company.NEXT_WEDNESDAY)
    hold = promising.hold_goods(HoldDraft(fair.sites["HAM"].pk, "for the fair", (line,)), by=rep, clock=fair.clock)
    actions.enter_order(draft("ALPHA", ("HELMET", 10)), by=rep, clock=fair.clock)

    header = OrderDraft(customer="ALPHA", requested_on=company.NEXT_WEDNESDAY)
    placed = actions.order_from_hold(hold.id, header, by=rep, clock=fair.clock)

    assert [one.confirmed for one in placed.lines] == [4]
    assert_books_hold()
