"""A curve by its steps answers as the array of one number a day does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.test_netting import TODAY, plans, scopes
from troth.kernel import proposals, steps
from troth.kernel.netting import binding_day, changes, free_curve, project, projected_balance, series_of
from troth.kernel.proposals import Line, Terms
from troth.kernel.quantity import MAX, Overflow
from troth.kernel.steps import Steps

offsets = st.integers(0, 45)
lines = st.lists(st.builds(Line, offsets, st.integers(1, 60)), max_size=4)


@given(plans, scopes, st.none() | st.integers(-20, 60))
def test_every_day_and_every_quantity_is_answered_as_by_the_array(plan, scope, ceiling):
    series = series_of(plan)
    curve = free_curve(project(series, scope, TODAY))
    if ceiling is not None:
        curve = np.minimum(curve, ceiling)

    found = Steps(changes(series, scope, TODAY), scope.horizon_days, ceiling=ceiling)

    assert len(found) == len(curve)
    assert [found[day] for day in range(len(curve))] == curve.tolist()
    assert found[-1] == curve[-1]
    wanted = range(-30, 90)
    assert [found.searchsorted(quantity) for quantity in wanted] == curve.searchsorted(np.array(wanted)).tolist()


@given(plans, scopes, offsets)
def test_what_binds_is_the_first_lowest_balance_as_of_the_array(plan, scope, day):
    net = project(series_of(plan), scope, TODAY)
    binding = binding_day(net, day)

    found = Steps(changes(series_of(plan), scope, TODAY), scope.horizon_days).binding(day)

    assert found == (binding, projected_balance(net)[binding])


@given(plans, scopes, offsets, st.integers(1, 6))
def test_the_steps_seen_are_the_days_on_which_the_array_changes(plan, scope, day, most):
    curve = free_curve(project(series_of(plan), scope, TODAY)).tolist()
    start = min(day, len(curve) - 1)
    changed = [(at, curve[at]) for at in range(start + 1, len(curve)) if curve[at] != curve[at - 1]]

    found = Steps(changes(series_of(plan), scope, TODAY), scope.horizon_days).seen_from(day, most)

    assert found == [(day, curve[start]), *changed][:most]


@given(plans, scopes, lines)
def test_what_is_taken_is_missing_on_the_steps_as_in_the_array(plan, scope, taken):
    series = series_of(plan)
    left = free_curve(proposals.take(project(series, scope, TODAY), taken))

    net = steps.take(changes(series, scope, TODAY), taken, scope.horizon_days)

    found = Steps(net, scope.horizon_days)
    assert [found[day] for day in range(len(found))] == left.tolist()


@given(plans, scopes, st.integers(1, 80), offsets, st.sampled_from([1, 2, 9]), st.integers(0, 20))
def test_proposals_are_the_same_on_the_steps_and_on_the_array(plan, scope, quantity, day, most, smallest):
    series, terms = series_of(plan), Terms(min_shipment=smallest, max_lines=most)
    curve = free_curve(project(series, scope, TODAY))
    found = Steps(changes(series, scope, TODAY), scope.horizon_days)

    for propose in (proposals.one_time, proposals.complete, proposals.partial):
        assert propose(found, quantity, day, terms) == propose(curve, quantity, day, terms)


def test_more_than_64_bits_cannot_be_taken():
    with pytest.raises(Overflow):
        steps.take({0: -MAX}, [Line(0, 1)], 3)
