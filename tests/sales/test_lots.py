"""Minimum and multiple order quantities and tolerances, agreed with a customer or set on the product (SO-5)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import company
from tests.sales import books
from troth.business.masterdata.models import CustomerProduct
from troth.business.sales import actions
from troth.business.sales.actions import check
from troth.business.sales.actions.document import load
from troth.business.sales.models import Order, OrderLine
from troth.business.sales.rules import refusals
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft
from troth.business.sales.rules.lots import fitting, whole_units
from troth.reference.models import ProductUnit


@pytest.mark.parametrize(
    ("quantity", "minimum", "multiple", "step", "fits"),
    [
        (3, 0, 0, 1, None),
        (3, 10, 0, 1, 10),
        (10, 10, 0, 1, None),
        (3, 10, 4, 1, 12),
        (13, 10, 4, 1, 16),
        (12, 10, 4, 1, None),
        (24, 0, 10, 12, 60),
        (5, 20, 0, 12, 24),
    ],
)
def test_what_does_not_fit_is_rounded_up(quantity, minimum, multiple, step, fits):
    assert fitting(quantity, minimum=minimum, multiple=multiple, step=step) == fits


@given(st.integers(1, 500), st.integers(0, 60), st.integers(0, 60), st.integers(1, 24))
def test_what_is_offered_fits_and_is_the_least_that_does(quantity, minimum, multiple, step):
    offered = fitting(quantity, minimum=minimum, multiple=multiple, step=step)
    if offered is not None:
        assert fitting(offered, minimum=minimum, multiple=multiple, step=step) is None
        fits = [
            one
            for one in range(quantity, offered)
            if one % step == 0 and one >= minimum and (not multiple or one % multiple == 0)
        ]
        assert fits == []
        assert offered % step == 0


@pytest.fixture
def agreed(small):
    return CustomerProduct.objects.create(
        customer=small.customers["ALPHA"],
        product=small.products["HELMET"],
        number="A-77",
        minimum_quantity=24,
        multiple_quantity=12,
        over_tolerance_basis_points=500,
        under_tolerance_basis_points=1000,
    )


def test_an_order_below_the_minimum_stays_a_draft_that_says_what_to_order(small, rep, draft, agreed):
    answer = actions.enter_order(draft("ALPHA", ("HELMET", 5)), by=rep, clock=small.clock)
    assert answer.state == "draft"
    [missing] = answer.missing
    assert (missing.field, missing.line_number, missing.offer) == ("quantity", 10, "24")
    assert missing.sentence == "Line 10 needs at least 24 piece and in multiples of 12 piece of HELMET. Order 24."
    assert books.demand() == 0


def test_the_offer_is_made_in_the_unit_of_the_line(small, rep, draft, agreed):
    line = LineDraft(product="HELMET", quantity=1, unit="box")
    [missing] = actions.enter_order(draft("ALPHA", line), by=rep, clock=small.clock).missing
    assert missing.offer == "2"


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "units", "steps"),
    [(12, 1, 0, 1, 12), (1, 3, 0, 3, 1), (1, 2, 3, 1, 500), (3, 2, 0, 2, 3), (2, 6, 0, 3, 1)],
)
def test_the_fewest_units_that_are_whole_in_the_base_unit(numerator, denominator, decimals, units, steps):
    assert whole_units(numerator, denominator, decimals=decimals) == (units, steps)


@pytest.mark.parametrize(("thirds", "state", "offers"), [(75, "draft", ["108"]), (72, "submitted", [])])
def test_a_unit_smaller_than_the_base_unit_has_its_minimum_and_multiple(
    small, rep, draft, agreed, thirds, state, offers
):
    ProductUnit.objects.create(product=small.products["HELMET"], unit_id="can", numerator=1, denominator=3)
    line = LineDraft(product="HELMET", quantity=thirds, unit="can")
    answer = actions.enter_order(draft("ALPHA", line), by=rep, clock=small.clock)
    assert (answer.state, [one.offer for one in answer.missing]) == (state, offers)


def test_what_fits_is_taken_with_the_tolerances_that_were_agreed(small, rep, draft, agreed):
    assert actions.enter_order(draft("ALPHA", ("A-77", 36)), by=rep, clock=small.clock).state == "submitted"
    line = OrderLine.objects.get()
    assert (line.over_tolerance_basis_points, line.under_tolerance_basis_points) == (500, 1000)


def test_the_products_own_minimum_counts_for_those_who_agreed_none(small, rep, draft, agreed):
    product = small.products["HELMET"]
    product.minimum_quantity = 10
    product.save()
    other = actions.enter_order(draft("BETA", ("HELMET", 5)), by=rep, clock=small.clock)
    assert [one.offer for one in other.missing] == ["10"]
    assert actions.enter_order(draft("BETA", ("HELMET", 11)), by=rep, clock=small.clock).state == "submitted"


@pytest.fixture
def in_books(small, rep, draft):
    """An order of 5 helmets and 5 gloves, taken in before there was a minimum of 24 helmets in dozens."""
    order = actions.enter_order(draft("ALPHA", ("HELMET", 5), ("GLOVE", 5)), by=rep, clock=small.clock)
    CustomerProduct.objects.create(
        customer=small.customers["ALPHA"],
        product=small.products["HELMET"],
        number="A-77",
        minimum_quantity=24,
        multiple_quantity=12,
    )
    return order


def changed(in_books, small, rep, line_number, **values):
    changes = OrderChanges(lines=(LineChange(line_number=line_number, values=values),))
    return actions.change_order(in_books.id, changes, by=rep, clock=small.clock)


def test_a_later_minimum_leaves_alone_what_is_in_the_books(small, rep, in_books):
    assert load(Order.objects.get()).missing == ()
    assert changed(in_books, small, rep, 20, quantity=7).missing == ()
    assert changed(in_books, small, rep, 10, requested_on=company.NEXT_WEDNESDAY + timedelta(days=1)).missing == ()
    rejected = actions.reject_item(in_books.id, 20, reason="not wanted", by=rep, clock=small.clock)
    assert (rejected.state, rejected.missing) == ("submitted", ())
    assert list(OrderLine.objects.order_by("line_number").values_list("quantity", flat=True)) == [5, 7]


def test_a_later_minimum_counts_for_new_lines_and_for_those_whose_quantity_unit_or_product_changes(
    small, rep, in_books
):
    before = books.picture()
    unit, product = {"unit": "box", "quantity": "1"}, {"product": "HELMET", "quantity": 5}
    for line_number, values in ((10, {"quantity": 6}), (10, unit), (20, product)):
        with pytest.raises(refusals.OrderIncomplete) as refused:
            changed(in_books, small, rep, line_number, **values)
        assert refused.value.facts["missing"] == [["quantity", line_number]]
    new = OrderChanges(add=(LineDraft(product="HELMET", quantity=3),))
    with pytest.raises(refusals.OrderIncomplete) as refused:
        actions.change_order(in_books.id, new, by=rep, clock=small.clock)
    assert refused.value.facts["missing"] == [["quantity", 30]]
    assert books.picture() == before
    assert changed(in_books, small, rep, 10, quantity=24).missing == ()


def test_the_entry_page_counts_a_later_minimum_as_the_change_does(small, rep, draft, in_books):
    was = check.before("order", in_books.id, by=rep)
    for quantity, lacks in ((5, []), (6, ["24"])):
        lines = (LineDraft(product="HELMET", quantity=quantity, line_number=10),)
        checked = check.check_document(draft("ALPHA", *lines), changes=was, by=rep, clock=small.clock)
        assert [one.offer for one in checked.document.missing] == lacks
