"""Parts sum exactly, and the same input gives the same parts."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.shares import NothingToShareBy, SharesPastWhole, by_percentage, by_ratio, fair_share

totals = st.integers(0, 10**15)
ratios = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)
demands = st.lists(st.integers(0, 500), max_size=12)


def test_targets_by_percentage_and_by_ratio():
    """T16: 20 % of 1,000 are 200 for Low; 3 : 1 of 2,000 are 1,500 and 500."""
    assert by_percentage(1_000, [2_000]) == (200,)
    assert by_ratio(2_000, [3, 1]) == (1_500, 500)


def test_what_rounding_leaves_goes_to_the_largest_remainder_then_by_rank():
    assert by_ratio(10, [1, 1, 1]) == (4, 3, 3)
    assert by_ratio(10, [5, 1, 1]) == (7, 2, 1)
    assert by_percentage(10, [3_333, 3_333, 3_334]) == (3, 3, 4)
    assert by_percentage(1, [5_000]) == (1,)


def test_shares_that_share_nothing_out_are_refused():
    with pytest.raises(NothingToShareBy):
        by_ratio(5, [0, 0])
    with pytest.raises(SharesPastWhole) as refused:
        by_percentage(100, [6_000, 5_000])
    assert refused.value.facts == {"hundredths": 1_000}


@given(totals, ratios)
def test_a_ratio_shares_everything_and_no_part_is_a_step_off(total, ratio):
    parts = by_ratio(total, ratio)
    assert sum(parts) == total
    assert all(abs(p - Fraction(total * r, sum(ratio))) < 1 for p, r in zip(parts, ratio, strict=True))


@given(totals, st.lists(st.integers(0, 2_500), max_size=4))
def test_percentages_share_no_more_than_they_say(total, percentages):
    parts = by_percentage(total, percentages)
    assert all(abs(p - Fraction(total * r, 10_000)) < 1 for p, r in zip(parts, percentages, strict=True))
    assert sum(parts) <= total


def test_every_order_gets_the_same_part_of_itself():
    """T17: supply of 80 % of demand gives every order 80 %; then packages, then the remainder by rank."""
    assert fair_share(80, [50, 30, 20]) == (40, 24, 16)
    assert fair_share(80, [50, 30, 20], package=10) == (50, 20, 10)
    assert fair_share(80, [55, 35, 10], package=4) == (44, 28, 8)
    assert fair_share(0, [5, 5]) == (0, 0)
    assert fair_share(-3, [5]) == (0,)
    assert fair_share(9, []) == ()


@given(st.integers(-5, 6_000), demands, st.integers(1, 20))
def test_a_fair_share_is_fair_whole_and_within_the_supply(supply, wanted, package):
    parts = fair_share(supply, wanted, package=package)
    available = min(max(supply, 0), sum(wanted))
    assert sum(parts) <= available
    assert all(0 <= p <= d and p % package == 0 for p, d in zip(parts, wanted, strict=True))
    if sum(wanted):
        least = [available * d // sum(wanted) // package * package for d in wanted]
        assert all(p >= low for p, low in zip(parts, least, strict=True))
    left = available - sum(parts)
    assert left < package or all(d - p < package for p, d in zip(parts, wanted, strict=True))
