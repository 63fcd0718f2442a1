"""Supply and demand are netted into what is free, exactly as the plain twin does it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel import plain
from troth.kernel.netting import (
    EMPTY,
    Category,
    Scope,
    add,
    binding_day,
    combine,
    free,
    free_curve,
    merge,
    pack,
    project,
    projected_balance,
    series_of,
    total,
    unpack,
    within,
)
from troth.kernel.quantity import MAX, Overflow

TODAY = 20_000
STOCK, PURCHASE, ORDER, HOLD = Category.STOCK, Category.PURCHASE, Category.ORDER, Category.HOLD
FIRM = Scope(frozenset({STOCK, PURCHASE, Category.PRODUCTION, ORDER, HOLD}), horizon_days=30)

supplies = st.tuples(
    st.sampled_from([STOCK, PURCHASE, Category.QUALITY_STOCK]), st.integers(-12, 40), st.integers(1, 50)
)
demands = st.tuples(st.sampled_from([ORDER, HOLD, Category.FORECAST]), st.integers(-12, 40), st.integers(-50, -1))
plans = st.lists(supplies | demands, max_size=25).map(lambda plan: [(int(c), TODAY + d, q) for c, d, q in plan])
scopes = st.builds(
    Scope,
    st.frozensets(st.sampled_from(Category)),
    overdue_receipt_days=st.integers(0, 10),
    horizon_days=st.integers(0, 35),
)


def net_of(*changes):
    return np.array(changes, np.int64)


def scoped(horizon):
    return Scope(FIRM.categories, horizon_days=horizon)


def test_t1_the_free_curve_of_a_week_follows_each_change():
    week = scoped(6)
    series = series_of([(STOCK, TODAY, 20), (ORDER, TODAY, -3)])
    assert free_curve(project(series, week, TODAY)).tolist() == [17] * 7
    series = add(series, PURCHASE, TODAY + 2, 10)
    assert free_curve(project(series, week, TODAY)).tolist() == [17, 17, 27, 27, 27, 27, 27]
    series = merge(series, [(ORDER, TODAY + 3, -15), (PURCHASE, TODAY + 4, 1), (PURCHASE, TODAY + 5, 3)])
    net = project(series, week, TODAY)
    assert projected_balance(net).tolist() == [17, 17, 27, 12, 13, 16, 16]
    assert free_curve(net).tolist() == [12, 12, 12, 12, 13, 16, 16]
    shipped = merge(series, [(STOCK, TODAY, -3), (ORDER, TODAY, 3)])
    assert free_curve(project(shipped, week, TODAY)).tolist() == [12, 12, 12, 12, 13, 16, 16]
    assert free_curve(project(shipped, week, TODAY + 1)).tolist() == [12, 12, 12, 13, 16, 16, 16]
    undelivered = add(shipped, PURCHASE, TODAY + 2, -10)
    assert free_curve(project(undelivered, week, TODAY + 3)).tolist() == [2, 3, 6, 6, 6, 6, 6]


def test_t3_a_shortage_is_carried_and_not_forgiven():
    supply, demand = [6, 4, 2, 4, 8, 4, 4, 4], [6, 2, 3, 6, 6, 1, 2, 2]
    net = net_of(*(s - d for s, d in zip(supply, demand, strict=True)))
    assert free_curve(net).tolist() == [-1, -1, -1, -1, 1, 4, 6, 8]
    assert free(net).tolist() == [0, 0, 0, 0, 1, 4, 6, 8]
    assert free_curve(net_of(0 - 5, 20 - 3)).tolist() == [-5, 12]


def test_a_later_shortage_limits_what_is_sold_before_a_later_receipt():
    assert free_curve(net_of(20, -10, 5, 10)).tolist() == [10, 10, 15, 25]


def test_overdue_demand_counts_today_and_an_overdue_receipt_tomorrow():
    series = series_of([(PURCHASE, TODAY - 7, 4), (PURCHASE, TODAY - 8, 100), (ORDER, TODAY - 90, -3)])
    assert project(series, scoped(3), TODAY).tolist() == [-3, 4, 0, 0]


def test_what_lies_beyond_the_horizon_lowers_the_last_day_and_never_raises_it():
    series = series_of([(STOCK, 0, 9), (PURCHASE, TODAY + 50, 4), (ORDER, TODAY + 60, -6)])
    assert project(series, scoped(3), TODAY).tolist() == [9, 0, 0, -2]
    late = series_of([(STOCK, 0, 9), (ORDER, TODAY + 40, -3), (PURCHASE, TODAY + 50, 4), (PURCHASE, TODAY + 3, 1)])
    assert project(late, scoped(3), TODAY).tolist() == [9, 0, 0, 1 - 3]
    same_day = series_of([(PURCHASE, TODAY + 50, 4), (ORDER, TODAY + 50, -4)])
    assert project(same_day, scoped(3), TODAY).tolist() == [0, 0, 0, 0]


def test_a_category_outside_the_scope_does_not_count():
    series = series_of([(Category.QUALITY_STOCK, TODAY, 9), (Category.FORECAST, TODAY, -5), (STOCK, 0, 2)])
    assert project(series, scoped(1), TODAY).tolist() == [2, 0]


def test_a_scope_without_receipts_believes_in_stock_only():
    series = series_of([(STOCK, 0, 5), (PURCHASE, TODAY + 1, 9), (ORDER, TODAY + 2, -3)])
    assert project(series, scoped(3).without_receipts(), TODAY).tolist() == [5, 0, -3, 0]


def test_a_fence_leaves_later_demand_to_replenishment():
    net = net_of(5, 0, -7, 0)
    assert free_curve(net).tolist() == [-2, -2, -2, -2]
    assert free_curve(net, fence=2).tolist() == [5, 5, MAX, MAX]
    assert free_curve(net, fence=0).tolist() == [MAX] * 4
    assert free_curve(net, fence=9).tolist() == [-2, -2, -2, -2]


def test_the_binding_day_is_the_first_day_of_the_lowest_balance():
    net = net_of(20, -10, 5, -5, 10)
    assert [binding_day(net, day) for day in range(-1, 7)] == [1, 1, 1, 3, 3, 4, 4, 4]


def test_a_quota_lowers_the_curve():
    assert within(net_of(5, 8, 9), net_of(3, 3, 20), net_of(9, 2, 9)).tolist() == [3, 2, 9]


@given(plans, scopes)
def test_the_curve_equals_its_plain_twin(plan, scope):
    balance = plain.projected(
        plan, scope.categories, TODAY, horizon=scope.horizon_days, believed_days=scope.overdue_receipt_days
    )
    net = project(series_of(plan), scope, TODAY)
    assert projected_balance(net).tolist() == balance
    assert free_curve(net).tolist() == plain.free(balance)


@given(plans)
def test_the_free_curve_never_falls(plan):
    curve = free_curve(project(series_of(plan), FIRM, TODAY)).tolist()
    assert curve == sorted(curve)


@given(plans, st.randoms(use_true_random=False))
def test_a_series_does_not_depend_on_the_order_of_its_postings(plan, random):
    one_by_one, shuffled = EMPTY, list(plan)
    random.shuffle(shuffled)
    for posting in shuffled:
        one_by_one = add(one_by_one, *posting)
    assert one_by_one == series_of(plan) == combine([series_of(plan[:5]), series_of(plan[5:])])
    sums = {}
    for category, day, quantity in plan:
        entry = category, 0 if category == STOCK else day
        sums[entry] = sums.get(entry, 0) + quantity
    assert one_by_one.postings() == sorted((*entry, q) for entry, q in sums.items() if q)


@given(plans)
def test_taking_back_every_posting_leaves_nothing(plan):
    series = series_of(plan)
    assert merge(series, [(c, d, -q) for c, d, q in plan]) == EMPTY
    assert total(series) == sum(q for _, _, q in plan)
    assert total(series, [ORDER]) == sum(q for c, _, q in plan if c == ORDER)


@given(plans, st.sampled_from([1, 100, 10**5, 10**12]))
def test_a_packed_series_is_unpacked_unchanged(plan, size):
    series = series_of([(c, d, q * size) for c, d, q in plan])
    assert unpack(pack(series)) == series
    assert unpack(memoryview(pack(series))) == series


def test_a_hundred_entries_fit_into_two_kilobytes_whatever_their_size():
    large = series_of([(PURCHASE, TODAY + day, MAX // 100) for day in range(100)])
    assert len(large) == 100
    assert len(pack(large)) < 2_000
    assert unpack(pack(large)) == large


def test_a_series_past_64_bits_is_refused():
    nearly_full = series_of([(STOCK, 0, MAX - 5), (ORDER, TODAY, -5)])
    assert total(nearly_full) == MAX - 10
    for posting in [(STOCK, 0, 1), (ORDER, TODAY, -1), (PURCHASE, TODAY, MAX), (PURCHASE, TODAY, MAX + 1)]:
        with pytest.raises(Overflow):
            add(nearly_full, *posting)


def test_a_series_equals_no_other_thing():
    assert EMPTY != []
    assert len(EMPTY) == 0
