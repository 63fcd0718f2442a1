"""A promise breaks: where a rule is meant for that, other goods serve what would have to wait."""

from datetime import date

import pytest

from tests import company
from tests.sales.test_alternatives import holds, placed
from tests.sales.test_offering import asked
from tests.sales.test_repromise import FRIDAY_WEEK, expect, promised, slip
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata.models import OrderType, PackageSizes
from troth.business.promising import queries as promises
from troth.business.sales import jobs, queries
from troth.business.sales.models import Order
from troth.business.sales.rules.drafts import LineDraft
from troth.business.shipping import actions as shipping
from troth.business.supply import actions as supply
from troth.ledgers.availability.queries import open_shortages
from troth.platform.actors import SYSTEM
from troth.platform.models import Event

LATER = date(2026, 3, 24)


@pytest.fixture
def at_breaks(rule):
    """`at_breaks("HELMET", ("FRAME", None))`: a rule that is asked when a promise breaks, and only then."""

    def make(product, *steps, **values):
        only = {"asked_at_entry": False, "asked_at_change": False, "asked_when_broken": True}
        return rule(product, *steps, **{**only, **values})

    return make


def says(order, place=0):
    line = queries.order(order.id, by=SYSTEM).lines[place].line
    return str(promises.explanations("order", [line.id])[line.id].sentence)


def test_what_a_receipt_that_slips_leaves_short_comes_from_elsewhere_and_is_told(small, enter, at_breaks):
    at_breaks("HELMET", (None, "ROT"), reason="sent from Rotterdam")
    company.put_in_stock(small, "HELMET", 4)
    receipt_id = expect(small, quantity=6)
    order = enter("ALPHA", ("HELMET", 10), ("GLOVE", 1))
    company.put_in_stock(small, "HELMET", 5, site="ROT")
    before = promised(order)[1]
    slip(small, receipt_id)
    assert jobs.work_off(small.clock) == 1
    assert placed(order) == [
        (10, "HELMET", "HAM", 5, 5, ""),
        (11, "HELMET", "ROT", 5, 5, "alternative"),
        (20, "GLOVE", "HAM", 1, 0, ""),
    ]
    assert promised(order)[0] == [(4, company.NEXT_WEDNESDAY), (1, LATER)]
    assert promised(order)[2] == before
    assert asked(order) == {10: ("HELMET", 10)}
    assert says(order).endswith("By rule R1: 5 piece by HELMET from ROT.")
    assert [(one.cause, one.source) for one in open_shortages()] == []
    told = Event.objects.get(kind="sales.order_repromised", document_id=order.id)
    assert told.facts["served_otherwise"] == [10]
    assert sorted(told.changes) == ["10.confirmed", "11.confirmed"]
    assert Event.objects.filter(kind="sales.order_served_otherwise", document_id=order.id).count() == 1
    assert holds()
    assert_books_hold()
    assert jobs.work_off(small.clock) == 0


def test_a_rule_that_is_not_meant_for_it_is_not_asked_and_the_new_promise_says_so(small, enter, at_breaks):
    at_breaks("HELMET", (None, "ROT"), asked_at_change=True, asked_when_broken=False)
    receipt_id = expect(small)
    order = enter("ALPHA", ("HELMET", 4))
    company.put_in_stock(small, "HELMET", 5, site="ROT")
    slip(small, receipt_id)
    assert jobs.work_off(small.clock) == 1
    assert placed(order) == [(10, "HELMET", "HAM", 4, 4, "")]
    assert promised(order) == [[(4, LATER)]]
    assert "Rule R1 was not asked: not meant for promises that break." in says(order)
    assert_books_hold()


def test_all_of_an_item_is_served_as_the_item_itself_with_its_price(small, enter, at_breaks):
    at_breaks("HELMET", ("FRAME", "ROT"), picking="pick_one", building="full", result="inline")
    receipt_id = expect(small)
    order = enter("ALPHA", ("HELMET", 4))
    company.put_in_stock(small, "FRAME", 4, site="ROT")
    supply_gone(small, receipt_id)
    assert jobs.work_off(small.clock) == 1
    assert placed(order) == [(10, "FRAME", "ROT", 4, 4, "")]
    assert Order.objects.get(pk=order.id).net == order.net
    assert promised(order) == [[(4, company.NEXT_WEDNESDAY)]]
    assert [event.facts["lines"] for event in Event.objects.filter(kind="sales.order_repromised")] == [[]]
    assert_books_hold()


def test_what_was_delivered_stays_and_only_the_rest_comes_from_elsewhere(small, enter, at_breaks):
    at_breaks("HELMET", (None, "ROT"))
    company.put_in_stock(small, "HELMET", 4)
    receipt_id = expect(small, quantity=6)
    order = enter("ALPHA", ("HELMET", 10))
    deliver(small, order, company.NEXT_WEDNESDAY)
    company.put_in_stock(small, "HELMET", 50, site="ROT")
    supply_gone(small, receipt_id)
    assert jobs.work_off(small.clock) == 1
    assert [one[:4] for one in placed(order)] == [(10, "HELMET", "HAM", 4), (11, "HELMET", "ROT", 6)]
    assert Order.objects.get(pk=order.id).net == order.net
    assert open_shortages() == []
    assert_books_hold()


def test_a_fixed_item_is_left_alone_and_its_promise_says_so(small, enter, at_breaks):
    at_breaks("HELMET", (None, "ROT"))
    receipt_id = expect(small)
    order = enter("ALPHA", LineDraft(product="HELMET", quantity=4, is_fixed=True))
    company.put_in_stock(small, "HELMET", 50, site="ROT")
    supply_gone(small, receipt_id)
    jobs.work_off(small.clock)
    assert [one[:4] for one in placed(order)] == [(10, "HELMET", "HAM", 4)]
    assert "Rule R1 was not asked: quantity and date of the line are fixed." in says(order)
    assert_books_hold()


@pytest.mark.parametrize(
    ("wanted", "of_rule", "why"),
    [
        ({"alternatives": "none"}, {}, "the customer wants just what was ordered"),
        ({}, {"mode": "proposed"}, "somebody has to take what it proposes"),
    ],
)
def test_who_insists_and_what_nobody_has_taken_is_left_alone(small, enter, at_breaks, wanted, of_rule, why):
    at_breaks("HELMET", (None, "ROT"), **of_rule)
    receipt_id = expect(small)
    order = enter("ALPHA", LineDraft(product="HELMET", quantity=4, **wanted))
    company.put_in_stock(small, "HELMET", 50, site="ROT")
    supply_gone(small, receipt_id)
    assert jobs.work_off(small.clock) == 1
    assert [one[:4] for one in placed(order)] == [(10, "HELMET", "HAM", 4)]
    assert f"Rule R1 was not asked: {why}." in says(order)


def test_only_the_order_that_has_to_wait_is_served_otherwise(small, enter, at_breaks):
    at_breaks("HELMET", (None, "ROT"))
    receipt_id = expect(small, quantity=5)
    company.put_in_stock(small, "HELMET", 5)
    first = enter("ALPHA", ("HELMET", 5), priority=1)
    last = enter("BETA", ("HELMET", 5), priority=9)
    company.put_in_stock(small, "HELMET", 50, site="ROT")
    supply_gone(small, receipt_id)
    assert jobs.work_off(small.clock) == 1
    assert placed(first) == [(10, "HELMET", "HAM", 5, 5, "")]
    assert placed(last) == [(10, "HELMET", "ROT", 5, 5, "")]
    assert_books_hold()


def test_what_a_rule_serves_already_waits_when_it_breaks_too(small, enter, at_breaks):
    at_breaks("HELMET", (None, "ROT"), asked_at_entry=True)
    at_breaks(None, ("FRAME", None), code="R2")
    receipt_id = expect(small)
    company.put_in_stock(small, "HELMET", 4, site="ROT")
    company.put_in_stock(small, "FRAME", 50)
    order = enter("ALPHA", ("HELMET", 14))
    found = placed(order)
    assert [one[2] for one in found] == ["HAM", "ROT"]
    slip(small, receipt_id, FRIDAY_WEEK)
    assert jobs.work_off(small.clock) == 1
    assert [one[:4] for one in placed(order)] == [one[:4] for one in found]
    assert_books_hold()


def test_whose_type_keeps_its_promise_is_asked_nothing(small, enter, at_breaks):
    at_breaks("HELMET", (None, "ROT"))
    OrderType.objects.update(on_shortage="keep")
    receipt_id = expect(small)
    order = enter("ALPHA", ("HELMET", 4))
    company.put_in_stock(small, "HELMET", 50, site="ROT")
    supply_gone(small, receipt_id)
    assert jobs.work_off(small.clock) == 0
    assert placed(order) == [(10, "HELMET", "HAM", 4, 4, "")]


def test_packages_of_the_alternative_hold(small, enter, at_breaks):
    at_breaks("HELMET", ("FRAME", None))
    PackageSizes.objects.create(product=small.products["FRAME"], sizes="3", rounding="down")
    receipt_id = expect(small)
    order = enter("ALPHA", ("HELMET", 4))
    company.put_in_stock(small, "FRAME", 50)
    supply_gone(small, receipt_id)
    assert jobs.work_off(small.clock) == 1
    assert all(one[3] % 3 == 0 for one in placed(order) if one[1] == "FRAME")
    assert any(one[1] == "FRAME" for one in placed(order))
    assert_books_hold()


def supply_gone(small, receipt_id):
    supply.cancel_receipt(receipt_id, reason="not delivered", by=SYSTEM, clock=small.clock)


def deliver(small, order, until):
    shipping.create_delivery(order_id=order.id, until=until, by=SYSTEM, clock=small.clock)
