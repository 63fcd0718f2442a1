"""Limits on what is proposed for a line: the least that may arrive at once, the latest day, how many deliveries.

T4 of promising.md as time lines: ten helmets lie here, ten more come on Monday, 9 March, and somebody wants twenty on
Wednesday, 4 March. What comes on a Monday arrives on the Wednesday after it.
"""

import pytest

from tests import company
from tests.sales.test_alternatives import placed
from tests.sales.test_repromise import FRIDAY_WEEK, expect, promised, slip
from tests.shipping.conftest import assert_books_hold
from troth.business.promising import queries as promises
from troth.business.promising.models import Requirement
from troth.business.sales import actions, jobs, queries
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.kernel.errors import Refusals
from troth.platform import sql
from troth.platform.actors import SYSTEM

pytestmark = pytest.mark.django_db

WISHED, SECOND = company.WEDNESDAY, company.NEXT_WEDNESDAY


@pytest.fixture
def enter(small, rep, draft):
    def act(*lines, customer="BETA", requested_on=WISHED):
        return actions.enter_order(draft(customer, *lines, requested_on=requested_on), by=rep, clock=small.clock)

    return act


def stock(small, lies=10):
    company.put_in_stock(small, "HELMET", lies)
    return expect(small, due_on=company.NEXT_MONDAY)


def helmets(quantity=20, **limits) -> LineDraft:
    return LineDraft(product="HELMET", quantity=quantity, **limits)


def told(order) -> str:
    return str(promises.explain("order", OrderLine.objects.filter(order_id=order.id).first().pk).sentence)


def change(small, rep, order, **values):
    changes = OrderChanges(lines=(LineChange(line_number=10, values=values),))
    return actions.change_order(order.id, changes, by=rep, clock=small.clock)


T4 = {
    "A no limits": (10, {}, [(10, WISHED), (10, SECOND)]),
    "B not late at all": (10, {"lateness_days_max": 0}, [(10, WISHED)]),
    "C all at once": (10, {"delivery_mode": "complete"}, [(20, SECOND)]),
    "D all at once and not late": (10, {"delivery_mode": "complete", "lateness_days_max": 0}, []),
    "E two days late at most": (10, {"lateness_days_max": 2}, [(10, WISHED)]),
    "E and seven are enough": (10, {"lateness_days_max": 7}, [(10, WISHED), (10, SECOND)]),
    "F least shipment 11 of 15": (15, {"min_shipment": "11"}, [(20, SECOND)]),
    "one delivery": (10, {"deliveries_max": 1}, [(20, SECOND)]),
}


@pytest.mark.parametrize(("lies", "limits", "found"), T4.values(), ids=T4.keys())
def test_t4_a_line_keeps_to_its_limits(small, enter, lies, limits, found):
    stock(small, lies)
    order = enter(helmets(**limits))
    assert promised(order) == [found]
    assert_books_hold()


def agree(small, **values):
    for name, value in values.items():
        setattr(small.customers["BETA"], name, value)
    small.customers["BETA"].save()


def test_what_is_agreed_with_the_customer_holds_for_lines_that_name_nothing(small, enter):
    """Two fifths of twenty are eight: of the fourteen that lie here twelve arrive, so that eight are left, not six."""
    agree(small, lateness_days_max=2, minimum_shipment_percent=40)
    stock(small, 14)
    assert promised(enter(helmets())) == [[(12, WISHED)]]
    own = enter(helmets(min_shipment="0", lateness_days_max=99))
    assert promised(own) == [[(2, WISHED), (10, SECOND)]]
    assert_books_hold()


def test_the_limits_that_held_are_said(small, enter):
    stock(small, 15)
    late = enter(helmets(min_shipment="11", lateness_days_max=2))
    assert "Nothing of it may arrive later than on 6 Mar 2026. At least 11 piece are to arrive at once." in told(late)
    assert "later than" not in told(enter(helmets(5, min_shipment="2", lateness_days_max=2)))


def test_a_change_of_a_limit_asks_anew(small, rep, enter):
    stock(small)
    order = enter(helmets(lateness_days_max=0))
    change(small, rep, order, lateness_days_max=None)
    assert promised(order) == [[(10, WISHED), (10, SECOND)]]
    change(small, rep, order, min_shipment="20")
    assert promised(order) == [[(20, SECOND)]]
    change(small, rep, order, min_shipment=None, lateness_days_max=2)
    assert promised(order) == [[(10, WISHED)]]
    assert_books_hold()


def test_less_than_the_least_shipment_arrives_at_once(small, rep, enter):
    """A line that falls below what it said is not refused: all of it comes in one."""
    stock(small, 4)
    order = enter(helmets(12, min_shipment="8"))
    change(small, rep, order, quantity=6)
    assert promised(order) == [[(6, SECOND)]]


def test_supply_that_slips_is_not_promised_for_later_than_agreed(small, enter):
    receipt = stock(small)
    order = enter(helmets(lateness_days_max=9), customer="ALPHA")
    assert promised(order) == [[(10, WISHED), (10, SECOND)]]
    slip(small, receipt, due_on=FRIDAY_WEEK)
    jobs.work_off(small.clock)
    assert promised(order) == [[(10, WISHED)]]
    assert_books_hold()


def test_better_dates_keep_to_the_limits(small, rep, enter):
    expect(small, quantity=20, due_on=company.NEXT_MONDAY)
    order = enter(helmets(min_shipment="11"))
    company.put_in_stock(small, "HELMET", 10)
    assert promised(order) == [[(20, SECOND)]]
    company.put_in_stock(small, "HELMET", 10)
    actions.promise_anew(order.id, by=rep, clock=small.clock)
    assert promised(order) == [[(20, WISHED)]]
    assert_books_hold()


def test_what_is_to_come_together_comes_within_the_days_of_each_or_not_at_all(small, enter):
    """The frames lie here and may come two days late at most; the helmets that come with them are a week late."""
    stock(small)
    company.put_in_stock(small, "FRAME", 5)
    frames = LineDraft(product="FRAME", quantity=5, delivery_group=1, lateness_days_max=2)
    order = enter(helmets(delivery_group=1), frames)
    assert promised(order) == [[], []]
    assert "item 20 cannot" in told(order)
    later = LineDraft(product="FRAME", quantity=5, delivery_group=1, lateness_days_max=7)
    assert promised(enter(helmets(delivery_group=1), later)) == [[(20, SECOND)], [(5, SECOND)]]
    assert_books_hold()


def test_a_quotation_is_checked_with_its_limits_and_the_order_has_them(small, rep):
    stock(small)
    lines = (helmets(lateness_days_max=2, min_shipment="4", deliveries_max=3),)
    quotation = actions.save_quotation(
        QuotationDraft(customer="BETA", requested_on=WISHED, valid_to_on=FRIDAY_WEEK, lines=lines),
        by=rep,
        clock=small.clock,
    )
    actions.send_quotation(quotation.id, by=rep, clock=small.clock)
    order = actions.order_from_quotation(quotation.id, by=rep, clock=small.clock)
    [one] = queries.order(order.id, by=SYSTEM).lines
    assert (one.line.lateness_days_max, one.line.min_shipment, one.line.deliveries_max) == (2, 4, 3)
    assert promised(order) == [[(10, WISHED)]]


def test_a_rule_serves_a_line_of_a_least_shipment_from_one_place(small, enter, rule):
    """Twelve lie here and fifteen in Rotterdam: without a least shipment both serve, with one Rotterdam does."""
    rule("HELMET", (None, "ROT"))
    company.put_in_stock(small, "HELMET", 12)
    company.put_in_stock(small, "HELMET", 15, site="ROT")
    assert [row[2:5] for row in placed(enter(helmets(15, min_shipment="5"), customer="ALPHA"))] == [("ROT", 15, 15)]
    company.put_in_stock(small, "HELMET", 15, site="ROT")
    assert [row[2:5] for row in placed(enter(helmets(15), customer="ALPHA"))] == [("HAM", 12, 12), ("ROT", 3, 3)]


@pytest.mark.parametrize(
    ("limits", "field", "sentence"),
    [
        ({"min_shipment": "21"}, "min_shipment",
         "The least shipment is more than the 20 piece of the line. Enter at most that: then all of it arrives at"
         " once."),
        ({"min_shipment": "-1"}, "min_shipment", "-1 is negative. Enter a quantity above zero."),
        ({"min_shipment": "some"}, "min_shipment", "'some' is not a quantity. Enter a plain number such as 12 or 1.5."),
        ({"lateness_days_max": -1}, "lateness_days_max",
         "The latest day is 0 to 9999 days after the wished date."),
        ({"deliveries_max": 0}, "deliveries_max", "Partial deliveries at most: enter 1 to 99."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_its_field(enter, limits, field, sentence):
    with pytest.raises(Refusals) as refused:
        enter(helmets(**limits))
    assert [(one.row, one.field, str(one)) for one in refused.value.refusals] == [(1, field, sentence)]


def test_limits_are_written_on_the_requirement_and_cost_no_statement(small, enter):
    stock(small, 200)
    enter(helmets(1))
    seen = []
    for limits in ({}, {"lateness_days_max": 2, "min_shipment": "1", "deliveries_max": 2}):
        before = sql.tally.statements
        enter(helmets(2, **limits))
        seen.append(sql.tally.statements - before)
    assert seen[0] == seen[1]
    one = Requirement.objects.order_by("pk").last()
    assert (one.lateness_days_max, one.min_shipment, one.deliveries_max) == (2, 1, 2)
