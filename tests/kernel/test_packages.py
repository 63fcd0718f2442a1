"""Quantities in whole packages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.packages import PackageNotPositive, Packages, Rounding
from troth.kernel.proposals import Line, one_time, partial

SIX = Packages((6, 12, 18))
packed = st.lists(st.integers(1, 12), min_size=1, max_size=3).map(lambda sizes: Packages(tuple(sizes)))
quantities = st.integers(0, 120)


def whole(packages, most):
    """All quantities up to `most` that packages make up, each from a smaller one by one more package."""
    reached = {0}
    for quantity in range(1, most + 1):
        if any(quantity - size in reached for size in packages.sizes):
            reached.add(quantity)
    return reached


@given(packed, quantities)
def test_down_and_up_are_the_nearest_whole_quantities(packages, quantity):
    reached = whole(packages, 300)
    assert packages.down(quantity) == max(q for q in reached if q <= quantity)
    assert packages.up(quantity) == min(q for q in reached if q >= quantity)


@given(packed, quantities, st.integers(1, 1000))
def test_rounding_does_not_depend_on_the_steps_that_are_counted(packages, quantity, finer):
    fine = Packages(tuple(size * finer for size in packages.sizes))
    assert fine.down(quantity * finer) == packages.down(quantity) * finer
    assert fine.up(quantity * finer) == packages.up(quantity) * finer


@given(packed, quantities, quantities)
def test_rounding_keeps_the_order_and_does_nothing_twice(packages, one, other):
    low, high = sorted((one, other))
    for rounded in (packages.down, packages.up):
        assert rounded(low) <= rounded(high)
        assert rounded(rounded(one)) == rounded(one)


@given(packed, st.lists(st.tuples(st.integers(0, 9), st.integers(1, 30)), max_size=4))
def test_confirmed_lines_are_whole_and_never_ahead_of_what_was_free(packages, rows):
    lines = [Line(*row) for row in sorted(rows)]
    reached = whole(packages, 200)
    kept = packages.confirmed(lines)
    assert all(line.quantity in reached and line.quantity > 0 for line in kept)
    for day in range(10):
        assert sum(x.quantity for x in kept if x.day <= day) <= sum(x.quantity for x in lines if x.day <= day)
    assert packages.confirmed(kept) == kept


def test_t8_a_request_rounded_down_is_the_request():
    asked = SIX.requested(8, Rounding.DOWN)
    lines = SIX.confirmed(one_time(curve(10), asked, 0))
    assert (asked, lines, SIX.open(8, Rounding.DOWN, 6)) == (6, (Line(0, 6),), 0)


def test_t8_a_request_rounded_up_stays_open_by_what_was_asked():
    asked = SIX.requested(8, Rounding.UP)
    lines = SIX.confirmed(one_time(curve(10), asked, 0))
    assert (asked, lines, SIX.open(8, Rounding.UP, 6)) == (12, (Line(0, 6),), 2)
    assert SIX.open(8, Rounding.UP, 12) == 0


def test_what_one_line_cannot_fill_is_there_for_the_next():
    lines = partial(curve(10, 10, 17, 20), 20, 0)
    assert lines == (Line(0, 10), Line(2, 7), Line(3, 3))
    assert SIX.confirmed(lines) == (Line(0, 6), Line(2, 6), Line(3, 6))
    assert SIX.requested(20, Rounding.NONE) == 20
    assert SIX.requested(5, Rounding.DOWN) == 0


def test_a_package_that_holds_nothing_is_refused():
    for sizes in ((), (6, 0), (-1,)):
        with pytest.raises(PackageNotPositive):
            Packages(sizes)


def curve(*levels):
    import numpy as np

    return np.array(levels, np.int64)
