"""A proposal takes the most there is and takes it from no one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel import plain
from troth.kernel.netting import Category, Scope, free_curve, project, series_of
from troth.kernel.proposals import (
    Basis,
    Confirmation,
    Line,
    Terms,
    complete,
    explain,
    fixed,
    one_time,
    partial,
    take,
)
from troth.kernel.quantity import MAX, Overflow

HORIZON = 14
nets = st.lists(st.integers(-15, 15), min_size=HORIZON + 1, max_size=HORIZON + 1).map(lambda n: np.array(n, np.int64))
wishes = st.integers(1, 60)
days = st.integers(0, HORIZON)
optional_days = st.none() | days
terms = st.builds(
    Terms,
    min_shipment=st.integers(0, 25),
    max_lines=st.integers(1, 4),
    latest_day=optional_days,
    replenishment_day=optional_days,
)
rules = st.sampled_from([one_time, complete, partial])


def curve_of(*levels):
    return np.array(levels, np.int64)


def shortages(net):
    return np.minimum(net.cumsum(), 0).tolist()


@given(nets, wishes, days, terms)
def test_a_partial_proposal_equals_its_plain_twin(net, wanted, day, limits):
    curve = free_curve(net)
    assert list(partial(curve, wanted, day, limits)) == plain.partial(curve.tolist(), wanted, day, limits)


@given(nets, wishes, days, rules, st.integers(0, 25), st.integers(1, 4))
def test_a_new_promise_takes_nothing_from_an_old_one(net, wanted, day, rule, smallest, most_lines):
    lines = rule(free_curve(net), wanted, day, Terms(min_shipment=smallest, max_lines=most_lines))
    assert shortages(take(net, lines)) == shortages(net)


@given(nets, wishes, days, rules, terms)
def test_never_more_than_asked_never_before_asked_never_after_the_latest_day(net, wanted, day, rule, limits):
    lines = rule(free_curve(net), wanted, day, limits)
    assert sum(line.quantity for line in lines) <= wanted
    assert len(lines) <= limits.max_lines
    assert all(line.day >= day for line in lines)
    assert all(line.quantity >= max(1, min(limits.min_shipment, wanted)) for line in lines)
    assert [line.day for line in lines] == sorted({line.day for line in lines})
    if limits.latest_day is not None:
        assert all(line.day <= limits.latest_day for line in lines)


@given(nets, wishes, days)
def test_a_partial_proposal_is_the_most_on_every_day_at_once(net, wanted, day):
    curve = free_curve(net)
    lines = partial(curve, wanted, day, Terms(max_lines=HORIZON + 1))
    for t in range(day, HORIZON + 1):
        assert plain.confirmed_by(lines, t) == min(wanted, max(0, int(curve[t])))


@given(nets, wishes, days, optional_days)
def test_a_complete_delivery_is_on_the_first_day_that_offers_all(net, wanted, day, ready):
    curve = free_curve(net)
    offering = [t for t in range(day, HORIZON + 1) if curve[t] >= wanted or (ready is not None and t >= ready)]
    expected = ((offering[0], wanted),) if offering else ()
    assert complete(curve, wanted, day, Terms(replenishment_day=ready)) == expected


@given(nets, wishes, wishes, days, days)
def test_two_requirements_of_one_product_do_not_share_goods(net, first, second, one_day, other_day):
    earlier = partial(free_curve(net), first, one_day)
    left = take(net, earlier)
    later = partial(free_curve(left), second, other_day)
    assert shortages(take(left, later)) == shortages(net)


@given(nets, wishes, days)
def test_fixed_lines_of_a_curve_that_still_holds_are_kept_as_they_are(net, wanted, day):
    lines = partial(free_curve(net), wanted, day)
    assert fixed(free_curve(net), lines) == lines


def test_fixed_lines_are_cut_and_never_moved():
    assert fixed(curve_of(3, 3, 6, 6), [Line(2, 4), Line(0, 5)]) == (Line(0, 3), Line(2, 3))
    assert fixed(curve_of(-2, 0, 9, 9), [Line(1, 4)]) == ()


def test_a_line_below_the_smallest_shipment_is_not_made():
    assert one_time(curve_of(4, 9), 20, 0, Terms(min_shipment=5)) == ()
    assert one_time(curve_of(4, 9), 4, 0, Terms(min_shipment=5)) == (Line(0, 4),)


def test_taking_more_than_64_bits_is_refused():
    with pytest.raises(Overflow):
        take(curve_of(0, 0), [Line(0, MAX), Line(1, 1)])


TODAY = 20_000
ALL = Scope(frozenset({Category.STOCK, Category.PURCHASE, Category.ORDER}), horizon_days=12)


def test_each_line_tells_what_it_stands_on_and_what_limits_it():
    series = series_of(
        [
            (Category.STOCK, 0, 10),
            (Category.ORDER, TODAY + 2, -4),
            (Category.PURCHASE, TODAY + 5, 8),
            (Category.ORDER, TODAY + 6, -1),
        ]
    )
    net, stock_net = project(series, ALL, TODAY), project(series, ALL.without_receipts(), TODAY)
    lines = partial(free_curve(net), 20, 1, Terms(replenishment_day=9))
    assert lines == (Line(1, 6), Line(5, 7), Line(9, 7))
    assert explain(lines, net=net, stock_net=stock_net, replenishment_day=9) == (
        Confirmation(1, 6, Basis.SUPPLY, 2, 6),
        Confirmation(5, 7, Basis.SUPPLY, 6, 13),
        Confirmation(9, 7, Basis.LEAD_TIME, 9, 13),
    )
    five = partial(free_curve(net), 5, 1)
    assert explain(five, net=net, stock_net=stock_net) == (Confirmation(1, 5, Basis.STOCK, 2, 6),)


def test_a_day_past_the_replenishment_day_that_supply_covers_still_stands_on_supply():
    net, stock_net = np.array([0, 5, 0, 0], np.int64), np.zeros(4, np.int64)
    lines = one_time(free_curve(net), 5, 3, Terms(replenishment_day=2))
    [confirmation] = explain(lines, net=net, stock_net=stock_net, replenishment_day=2)
    assert confirmation.basis is Basis.SUPPLY


def test_goods_taken_from_demand_past_the_fence_stand_on_the_lead_time():
    net = np.array([5, 0, -5, 0], np.int64)
    lines = one_time(free_curve(net, fence=2), 4, 0, Terms(replenishment_day=2))
    assert lines == (Line(0, 4),)
    assert explain(lines, net=net, stock_net=net, replenishment_day=2) == (Confirmation(0, 4, Basis.LEAD_TIME, 2, 0),)
