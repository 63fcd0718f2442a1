"""Better dates are asked for: where a rule is meant for that, other goods serve a line if it is better for it."""

from datetime import date

import pytest

from tests import company
from tests.sales.test_alternatives import holds, placed
from tests.sales.test_repromise import FRIDAY_WEEK, expect, promised
from tests.shipping.conftest import assert_books_hold
from troth.business.promising import queries as promises
from troth.business.sales import actions
from troth.business.sales.models import Order, OrderLine
from troth.business.sales.rules import refusals
from troth.business.sales.rules.drafts import LineDraft
from troth.platform.models import Event

LATER = date(2026, 3, 24)


@pytest.fixture
def late(small, rep, draft, rule):
    """`late(…)`: an order of four helmets that come late, and a rule for better dates that names Rotterdam."""

    def make(**values):
        only = {"asked_at_entry": False, "asked_at_change": False, "asked_for_better": True, **values}
        rule("HELMET", (None, "ROT"), **only)
        expect(small, due_on=FRIDAY_WEEK)
        line = LineDraft(product="HELMET", quantity=4, is_fixed=values.pop("is_fixed", False))
        return actions.enter_order(draft("ALPHA", line), by=rep, clock=small.clock)

    return make


@pytest.fixture
def ask(small, rep):
    return lambda order, *lines: actions.promise_anew(order.id, lines, by=rep, clock=small.clock)


def test_the_late_rest_comes_from_elsewhere_and_what_its_own_goods_have_meanwhile_from_here(small, late, ask):
    order = late()
    assert promised(order) == [[(4, LATER)]]
    company.put_in_stock(small, "HELMET", 1)
    company.put_in_stock(small, "HELMET", 50, site="ROT")
    made = ask(order)
    assert placed(order) == [(10, "HELMET", "HAM", 1, 1, ""), (11, "HELMET", "ROT", 3, 3, "alternative")]
    assert promised(order) == [[(1, company.NEXT_WEDNESDAY)], [(3, company.NEXT_WEDNESDAY)]]
    assert sorted(made.changes) == [10, 11]
    told = Event.objects.get(kind="sales.order_promised_anew")
    assert told.facts["served_otherwise"] == [10]
    [first, _] = OrderLine.objects.order_by("line_number").values_list("pk", flat=True)
    assert [one.cause for one in promises.history("order", first)] == ["entered", "asked"]
    assert Order.objects.get(pk=order.id).net == order.net
    assert holds()
    assert_books_hold()


def test_what_would_be_less_of_it_on_some_day_is_not_taken(small, late, ask):
    """One to serve as much as it can by the wished day, and nothing after it: three now for four later."""
    order = late(building="on_time", picking="pick_one")
    company.put_in_stock(small, "HELMET", 3, site="ROT")
    before = placed(order)
    with pytest.raises(refusals.NothingBetter):
        ask(order)
    assert placed(order) == before
    assert promised(order) == [[(4, LATER)]]
    assert not Event.objects.filter(kind="sales.order_served_otherwise").exists()
    assert_books_hold()


def test_a_rule_that_is_not_meant_for_it_is_not_asked(small, late, ask):
    order = late(asked_when_broken=True, asked_for_better=False)
    company.put_in_stock(small, "HELMET", 50, site="ROT")
    with pytest.raises(refusals.NothingBetter):
        ask(order)
    assert placed(order) == [(10, "HELMET", "HAM", 4, 4, "")]


def test_what_is_on_time_stays_where_it_is(small, rep, draft, rule, ask):
    rule("HELMET", (None, "ROT"), asked_for_better=True)
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "HELMET", 50, site="ROT")
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    with pytest.raises(refusals.NothingBetter):
        ask(order)
    assert placed(order) == [(10, "HELMET", "HAM", 4, 4, "")]
