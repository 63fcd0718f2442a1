"""Whole packages: a request is rounded to them before the check, what is confirmed is rounded down after it.

T8 of promising.md as time lines: helmets go in packages of 6, 12 and 18, ten lie here, and somebody orders eight.
"""

import pytest

from tests import company
from tests.sales.test_alternatives import placed
from tests.sales.test_limits import change, told
from tests.sales.test_offering import asked
from tests.sales.test_repromise import expect, promised
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata import imports
from troth.business.masterdata.models import PackageSizes
from troth.business.promising.models import Requirement
from troth.business.sales import actions, queries
from troth.business.sales.rules.drafts import LineDraft
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


def packed(small, rounding, product="HELMET", sizes="6, 12, 18", customer=None):
    buyer = small.customers[customer] if customer else None
    PackageSizes.objects.create(product=small.products[product], customer=buyer, sizes=sizes, rounding=rounding)


def served(order):
    """(ordered, what of it was asked for, confirmed, short) of the first line."""
    one = queries.order(order.id, by=SYSTEM).lines[0]
    return (
        one.line.base_quantity,
        one.asked.quantity if one.asked else one.line.base_quantity,
        one.promise.confirmed,
        one.promise.short,
    )


@pytest.mark.parametrize(
    ("rounding", "found"),
    [
        ("none", (8, 8, 6, 2)),
        ("down", (6, 8, 6, 0)),
        ("up", (12, 8, 6, 2)),
    ],
)
def test_t8_a_request_is_rounded_before_the_check_and_confirmed_in_whole_packages(small, enter, rounding, found):
    """What was asked for stays beside the line; with `down` nothing is open, with `up` the rest of the eight is."""
    packed(small, rounding)
    company.put_in_stock(small, "HELMET", 10)
    order = enter(("HELMET", 8))
    assert served(order) == found
    assert "Only whole packages of 6 piece, 12 piece, 18 piece are promised." in told(order)
    assert_books_hold()


def test_t8_by_a_rule_that_finds_nothing_more_what_was_asked_for_is_open(small, enter, rule):
    """12 requested in Hamburg, 10 available: 6 confirmed, 2 open."""
    packed(small, "up")
    rule("HELMET", (None, "ROT"))
    company.put_in_stock(small, "HELMET", 10)
    order = enter(("HELMET", 8), customer="ALPHA")
    assert served(order) == (12, 8, 6, 2)
    assert "2 piece" in told(order)
    assert Requirement.objects.get(document_id=order.id).missing == 2
    assert_books_hold()


def test_t8_by_a_rule_the_rest_goes_on_in_whole_packages_of_the_next_candidate(small, enter, rule):
    """Ten in Hamburg confirm six of the twelve; seven in Rotterdam confirm the other six."""
    packed(small, "up")
    rule("HELMET", (None, "ROT"))
    company.put_in_stock(small, "HELMET", 10)
    company.put_in_stock(small, "HELMET", 7, site="ROT")
    order = enter(("HELMET", 8), customer="ALPHA")
    assert [row[2:5] for row in placed(order)] == [("HAM", 6, 6), ("ROT", 6, 6)]
    assert_books_hold()


def test_each_candidate_is_rounded_to_its_own_packages(small, enter, rule):
    """Gloves serve the rest of the helmets in packages of four: of the two that are left four are ordered."""
    packed(small, "none")
    packed(small, "up", "GLOVE", "4")
    rule("HELMET", ("GLOVE", None))
    company.put_in_stock(small, "HELMET", 6)
    company.put_in_stock(small, "GLOVE", 9)
    order = enter(("HELMET", 8), customer="ALPHA")
    assert [row[1:5] for row in placed(order)] == [("HELMET", "HAM", 6, 6), ("GLOVE", "HAM", 4, 4)]


def test_what_comes_later_fills_the_next_package(small, enter):
    packed(small, "up")
    company.put_in_stock(small, "HELMET", 10)
    expect(small, quantity=3, due_on=company.NEXT_MONDAY)
    assert promised(enter(("HELMET", 8))) == [[(6, WISHED), (6, SECOND)]]


def test_packages_of_a_customer_count_before_those_for_all(small, enter):
    packed(small, "up")
    packed(small, "down", sizes="5", customer="BETA")
    company.put_in_stock(small, "HELMET", 30)
    assert served(enter(("HELMET", 8)))[:3] == (5, 8, 5)
    assert served(enter(("HELMET", 8), customer="ALPHA"))[:3] == (12, 8, 12)


def test_a_line_that_arrives_at_once_is_whole_or_waits(small, enter):
    packed(small, "none")
    company.put_in_stock(small, "HELMET", 20)
    assert promised(enter(LineDraft(product="HELMET", quantity=8, delivery_mode="complete"))) == [[]]
    assert promised(enter(LineDraft(product="HELMET", quantity=12, delivery_mode="complete"))) == [[(12, WISHED)]]


def test_a_change_rounds_what_is_ordered_then(small, rep, enter):
    packed(small, "up")
    company.put_in_stock(small, "HELMET", 30)
    order = enter(("HELMET", 8))
    assert asked(order)
    change(small, rep, order, quantity=14)
    assert served(order) == (18, 14, 18, 0)
    change(small, rep, order, quantity=12)
    assert served(order) == (12, 12, 12, 0)
    assert_books_hold()


def test_less_than_one_package_is_not_rounded_away(small, enter):
    """Three of packages of six, rounded down, stay three that nothing confirms."""
    packed(small, "down")
    company.put_in_stock(small, "HELMET", 10)
    assert served(enter(("HELMET", 3))) == (3, 3, 0, 3)


def test_who_keeps_no_package_sizes_asks_for_none(small, enter):
    company.put_in_stock(small, "HELMET", 30)
    enter(("HELMET", 1))
    before = sql.tally.statements
    enter(("HELMET", 1))
    without = sql.tally.statements - before
    packed(small, "none", sizes="1")
    enter(("HELMET", 1))
    before = sql.tally.statements
    enter(("HELMET", 1))
    assert sql.tally.statements - before == without + 1


@pytest.mark.parametrize("sizes", ["0", "6, -6", "six", "6;12"])
def test_a_package_holds_something(small, sizes):
    rows = f'product,customer,sizes,rounding\nHELMET,,"{sizes}",up\n'.encode()
    with pytest.raises(Refusals) as refused:
        imports.import_file("package_sizes", rows, by=SYSTEM, clock=small.clock)
    assert [one.field for one in refused.value.refusals] == ["sizes"]


def test_sizes_come_as_a_file(small, enter):
    rows = b'product,customer,sizes,rounding\nHELMET,,"6, 12, 18",up\nHELMET,FJELL/BETA,4,down\n'
    imports.import_file("package_sizes", rows, by=SYSTEM, clock=small.clock)
    company.put_in_stock(small, "HELMET", 30)
    assert served(enter(("HELMET", 7)))[:3] == (4, 7, 4)
    assert served(enter(("HELMET", 7), customer="ALPHA"))[:3] == (12, 7, 12)
