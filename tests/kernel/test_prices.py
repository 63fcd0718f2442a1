"""A price is the sum of its trace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.money import Rounding
from troth.kernel.prices import (
    Kind,
    PriceLine,
    QuantityBelowScale,
    Scale,
    Step,
    percent,
    scale_rate,
    spread,
    total,
    trace,
    unit_price,
)
from troth.kernel.quantity import MAX, Overflow

LIST_PRICE = Step(
    "list price", "price list 7", Kind.PER_UNIT, (Scale(0, 1250), Scale(1000, 1100)), price_unit_quantity=100
)
DISCOUNT = Step("discount", "customer 12", Kind.PERCENT, (Scale(0, -200),))
PACKING = Step("packing", "by hand", Kind.FIXED, (Scale(0, 150),))

rates = st.integers(-(10**6), 10**6)
steps = st.builds(
    Step,
    st.sampled_from(["price", "discount", "surcharge"]),
    st.just("record"),
    st.sampled_from([Kind.PER_UNIT, Kind.PERCENT, Kind.FIXED]),
    st.builds(Scale, st.just(0), rates).map(lambda scale: (scale,)),
    price_unit_quantity=st.integers(1, 1000),
    rounding=st.sampled_from(Rounding),
)


def test_the_trace_tells_how_each_amount_came_about():
    lines = trace([LIST_PRICE, DISCOUNT, PACKING], 300)
    assert lines == (
        PriceLine("list price", "price list 7", 300, 0, 1250, 3750, Rounding.HALF_UP),
        PriceLine("discount", "customer 12", 3750, 0, -200, -75, Rounding.HALF_UP),
        PriceLine("packing", "by hand", 0, 0, 150, 150, Rounding.HALF_UP),
    )
    assert total(lines) == 3825


def test_a_percentage_may_be_taken_of_one_condition_only():
    of_list = Step("bonus", "record", Kind.PERCENT, (Scale(0, 1000),), percent_of=frozenset({"list price"}))
    assert [line.amount for line in trace([LIST_PRICE, PACKING, of_list], 300)] == [3750, 150, 375]


@pytest.mark.parametrize(("quantity", "rate"), [(0, 1250), (999, 1250), (1000, 1100), (5000, 1100)])
def test_a_scale_counts_from_its_quantity_on(quantity, rate):
    assert scale_rate(LIST_PRICE.scales, quantity).rate == rate


def test_the_order_of_scales_does_not_matter():
    assert scale_rate([Scale(100, 9), Scale(10, 10), Scale(500, 8)], 400) == Scale(100, 9)


def test_a_quantity_below_the_first_scale_has_no_price():
    with pytest.raises(QuantityBelowScale) as refusal:
        scale_rate([Scale(100, 9), Scale(10, 10)], 9)
    assert refusal.value.facts == {"quantity": 9, "least": 10}


def test_a_percentage_is_rounded_once_in_its_mode():
    assert [percent(125, 1000, mode) for mode in Rounding] == [13, 12, 13, 12]


@given(st.lists(steps, max_size=8), st.integers(0, 10**6))
def test_the_trace_sums_to_the_price_and_each_percentage_stands_on_the_lines_before(chosen, quantity):
    lines = trace(chosen, quantity)
    running = 0
    for step, line in zip(chosen, lines, strict=True):
        if step.kind is Kind.PERCENT:
            assert (line.base, line.amount) == (running, percent(running, line.rate, line.rounding))
        running += line.amount
    assert total(lines) == running


def test_freight_is_spread_over_the_items_to_the_cent():
    assert [line.amount for line in spread("freight", "route 4", 1000, [300, 300, 300])] == [334, 333, 333]


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_the_items_sum_to_the_header_amount(amount, bases):
    lines = spread("freight", "route 4", amount, bases)
    assert total(lines) == amount
    assert [line.base for line in lines] == bases


def test_a_price_past_64_bits_is_refused():
    huge = Step("huge", "record", Kind.FIXED, (Scale(0, MAX),))
    with pytest.raises(Overflow):
        trace([huge, huge], 1)


def test_the_price_of_one_unit_is_shown_rounded():
    assert unit_price(3825, 100, 300) == 1275
    assert unit_price(100, 1, 3) == 33
