"""Examples that other systems publish, reckoned by the kernel, and what the free curve promises in general."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from troth.kernel.calendars import WorkCalendar
from troth.kernel.netting import Category, Scope, add, free_curve, merge, project, projected_balance, series_of
from troth.kernel.proposals import Line, complete, one_time, partial
from troth.kernel.scheduling import Calendars, Durations, forward

STOCK, PURCHASE, ORDER = Category.STOCK, Category.PURCHASE, Category.ORDER
MONDAY = 20_000
WEEK = Scope(frozenset({STOCK, PURCHASE, ORDER, Category.SAFETY_STOCK}), horizon_days=6)

T1 = """
demand of 3 on day 1                 17 17 17 17 17 17 17     17 17 17 17 17 17 17
supply of 10 on day 3                17 17 27 27 27 27 27     17 17 27 27 27 27 27
demand of 15, supply of 1 and of 3   17 17 27 12 13 16 16     12 12 12 12 13 16 16
the 3 are shipped                    17 17 27 12 13 16 16     12 12 12 12 13 16 16
on the next day                      17 27 12 13 16 16 16     12 12 12 13 16 16 16
on day 4, the 10 never came          2 3 6 6 6 6 6            2 3 6 6 6 6 6
"""


def t1_steps():
    """The series after each step, and the day on which it is read; the first day is number 1."""
    day = MONDAY - 1
    first = series_of([(STOCK, 0, 20), (ORDER, day + 1, -3)])
    second = add(first, PURCHASE, day + 3, 10)
    third = merge(second, [(ORDER, day + 4, -15), (PURCHASE, day + 5, 1), (PURCHASE, day + 6, 3)])
    shipped = merge(third, [(STOCK, 0, -3), (ORDER, day + 1, 3)])
    late = add(shipped, PURCHASE, day + 3, -10)
    return [(first, 0), (second, 0), (third, 0), (shipped, 0), (shipped, 1), (late, 3)]


@pytest.mark.parametrize(("row", "step"), list(zip(T1.strip().splitlines(), t1_steps(), strict=True)))
def test_t1_a_week_of_projected_balance_and_of_what_is_free(row, step):
    numbers = [int(number) for number in row.split("  ", 1)[1].split()]
    series, passed = step
    net = project(series, WEEK, MONDAY + passed)
    assert projected_balance(net).tolist() == numbers[:7]
    assert free_curve(net).tolist() == numbers[7:]


def test_t3_a_shortage_is_carried_to_the_next_receipts():
    supply, demand = [6, 4, 2, 4, 8, 4, 4, 4], [6, 2, 3, 6, 6, 1, 2, 2]
    assert free_curve(np.array(supply) - np.array(demand)).tolist() == [-1, -1, -1, -1, 1, 4, 6, 8]


def test_t6_the_first_site_that_confirms_all_or_one_after_the_other():
    """An order of 23; the sites have 0, 10 and 30 free, the first is the one asked for."""
    sites = {site: np.full(5, free, np.int64) for site, free in (("1010", 0), ("1011", 10), ("1020", 30))}
    whole = {site: complete(curve, 23, 0) for site, curve in sites.items()}
    assert next((site, lines) for site, lines in whole.items() if lines) == ("1020", (Line(0, 23),))
    rest, taken = 23, {}
    for site, curve in sites.items():
        lines = one_time(curve, rest, 0) if rest else ()
        taken[site] = sum(line.quantity for line in lines)
        rest -= taken[site]
    assert taken == {"1010": 0, "1011": 10, "1020": 13}


def test_t9_safety_stock_that_nobody_protects_is_for_sale():
    stock = series_of([(STOCK, 0, 1_000)])
    assert one_time(free_curve(project(stock, WEEK, MONDAY)), 900, 0) == (Line(0, 900),)
    protected = add(stock, Category.SAFETY_STOCK, MONDAY, -200)
    assert one_time(free_curve(project(protected, WEEK, MONDAY)), 900, 0) == (Line(0, 800),)


def test_t15_goods_issue_takes_a_day_and_transport_three_so_they_are_there_on_day_five():
    always = WorkCalendar((True,) * 7)
    dates = forward(1, 1, Durations(loading=1, transit=3), Calendars(always, always, always))
    assert (dates.goods_issue, dates.delivery) == (2, 5)


HORIZON = 9
quantities = st.lists(st.integers(0, 12), min_size=HORIZON + 1, max_size=HORIZON + 1)


@given(quantities, quantities)
def test_without_a_shortage_the_curve_is_what_is_left_when_demand_takes_the_latest_receipt_first(receipts, demands):
    net = np.array(receipts) - np.array(demands)
    assume(net.cumsum().min() >= 0)
    left = list(receipts)
    for day, demand in enumerate(demands):
        for earlier in range(day, -1, -1):
            taken = min(left[earlier], demand)
            left[earlier] -= taken
            demand -= taken
    assert free_curve(net).tolist() == np.cumsum(left).tolist()


@given(quantities, quantities, st.integers(1, 30), st.integers(0, HORIZON), st.data())
def test_no_other_lines_confirm_more_on_any_day_without_taking_from_a_promise(receipts, demands, wanted, day, data):
    net = np.array(receipts) - np.array(demands)
    best = np.zeros(HORIZON + 1, np.int64)
    for line in partial(free_curve(net), wanted, day):
        best[line.day :] += line.quantity
    other = np.zeros(HORIZON + 1, np.int64)
    for t in range(day, HORIZON + 1):
        other[t:] += data.draw(st.integers(0, wanted - int(other[t])))
    balance, after = net.cumsum(), (net - np.diff(other, prepend=0)).cumsum()
    harmless = bool((np.minimum(after, 0) >= np.minimum(balance, 0)).all())
    assert not harmless or bool((other <= best).all())
