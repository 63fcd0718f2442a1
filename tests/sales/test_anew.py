"""Better dates are asked for: what is better is taken, and nobody loses by asking."""

from datetime import date

import pytest

from tests import company, rivals
from tests.sales.test_repromise import FRIDAY_WEEK, expect, promised
from tests.shipping.conftest import assert_books_hold
from troth.business.promising import queries as promises
from troth.business.sales import actions
from troth.business.sales.actions import anew
from troth.business.sales.models import OrderLine
from troth.business.sales.rules import refusals
from troth.business.sales.rules.drafts import LineDraft
from troth.platform.models import Event

LATER = date(2026, 3, 24)


@pytest.fixture
def late(small, rep, draft):
    """An order of four helmets that come late, though five lie here since."""
    expect(small, due_on=FRIDAY_WEEK)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    company.put_in_stock(small, "HELMET", 5)
    return order


def ask(small, rep, order, *lines):
    return actions.promise_anew(order.id, lines, by=rep, clock=small.clock)


def test_a_promise_stays_until_somebody_asks_and_then_comes_sooner(small, rep, late):
    assert promised(late) == [[(4, LATER)]]
    made = ask(small, rep, late)
    assert promised(late) == [[(4, company.NEXT_WEDNESDAY)]]
    assert made.changes == {10: (((4, LATER),), ((4, company.NEXT_WEDNESDAY),))}
    told = Event.objects.get(kind="sales.order_promised_anew")
    assert (told.document_id, told.facts["lines"]) == (late.id, [10])
    [line_id] = OrderLine.objects.values_list("pk", flat=True)
    assert [one.cause for one in promises.history("order", line_id)] == ["entered", "asked"]
    assert_books_hold()


def test_where_nothing_is_better_the_dates_stay_and_who_asked_is_told(small, rep, draft, late):
    actions.enter_order(draft("BETA", ("HELMET", 5)), by=rep, clock=small.clock)
    with pytest.raises(refusals.NothingBetter):
        ask(small, rep, late)
    assert promised(late) == [[(4, LATER)]]
    assert_books_hold()


def test_who_would_lose_of_one_line_keeps_it_and_takes_the_other(small, rep, draft):
    """The first line would have to share its goods with nobody; the second alone comes sooner."""
    expect(small, quantity=6, due_on=FRIDAY_WEEK)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 3), ("HELMET", 4)), by=rep, clock=small.clock)
    assert promised(order) == [[(3, LATER)], [(3, LATER)]]
    company.put_in_stock(small, "HELMET", 2)
    ask(small, rep, order, 20)
    assert promised(order) == [[(3, LATER)], [(2, company.NEXT_WEDNESDAY), (2, LATER)]]
    assert_books_hold()


def test_goods_that_come_together_are_asked_for_together(small, rep, draft):
    lines = (LineDraft(product=name, quantity="2", delivery_group=1) for name in ("HELMET", "FRAME"))
    expect(small, quantity=2, due_on=FRIDAY_WEEK)
    expect(small, "FRAME", quantity=2, due_on=FRIDAY_WEEK, number="4501")
    order = actions.enter_order(draft("ALPHA", *lines), by=rep, clock=small.clock)
    company.put_in_stock(small, "HELMET", 2)
    with pytest.raises(refusals.NothingBetter):
        ask(small, rep, order, 10)
    company.put_in_stock(small, "FRAME", 2)
    assert sorted(ask(small, rep, order, 10).changes) == [10, 20]
    assert promised(order) == [[(2, company.NEXT_WEDNESDAY)]] * 2
    assert_books_hold()


def test_nothing_is_asked_for_what_is_not_promised(small, rep, draft, late):
    saved = actions.save_order(draft("ALPHA", ("HELMET", 3)), by=rep, clock=small.clock)
    with pytest.raises(refusals.NotPromised):
        ask(small, rep, saved)
    with pytest.raises(refusals.UnknownLine):
        ask(small, rep, late, 20)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_who_ask_for_the_same_goods_do_not_both_get_them(monkeypatch, transactional_db, draft, rep, locked):
    small = company.build()
    expect(small, quantity=8, due_on=FRIDAY_WEEK)
    orders = [actions.enter_order(draft(who, ("HELMET", 4)), by=rep, clock=small.clock) for who in ("ALPHA", "BETA")]
    company.put_in_stock(small, "HELMET", 4)
    asking = [lambda one=one: ask(small, rep, one) for one in orders]
    # Both have read what is free, and neither has taken it.
    found = rivals.race(monkeypatch, locked, [(anew.promising, "reconfirm")], *asking)
    sooner = [order.id for order in orders if promised(order) == [[(4, company.NEXT_WEDNESDAY)]]]
    if locked:
        assert (found, len(sooner)) == (["done", "nothing_better"], 1)
        assert_books_hold()
    else:
        assert found != ["done", "nothing_better"]
