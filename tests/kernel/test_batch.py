"""Many checks in one call answer as one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.backlogs import HORIZON, changes, column, supply_of
from troth.kernel import batch
from troth.kernel.batch import Checks, check
from troth.kernel.netting import free_curve
from troth.kernel.proposals import Line, Terms, complete, one_time, partial

KEYS = 4
questions = st.lists(st.tuples(st.integers(0, KEYS - 1), st.integers(1, 40), st.integers(-2, HORIZON + 3)), max_size=12)


def net_of(own):
    net = np.zeros(HORIZON + 1, np.int64)
    for day, quantity in own:
        net[day] += quantity
    return net


def rows_of(answers, at):
    own = slice(answers.row_offsets[at], answers.row_offsets[at + 1])
    return tuple(map(Line, answers.row_day[own].tolist(), answers.row_quantity[own].tolist()))


@given(
    st.lists(changes, min_size=KEYS, max_size=KEYS), questions, st.sampled_from([1, 2, 9]), st.sampled_from([1, 3, 99])
)
def test_every_answer_is_that_of_a_check_of_its_own(supply, asked, most, at_a_time):
    before, batch.CHECKS_AT_A_TIME = batch.CHECKS_AT_A_TIME, at_a_time
    try:
        answers = check(
            supply_of(supply), Checks(*map(column, zip(*asked, strict=True))) if asked else nothing(), **limits(most)
        )
    finally:
        batch.CHECKS_AT_A_TIME = before
    assert len(answers.row_offsets) == len(asked) + 1
    for at, (key, quantity, day) in enumerate(asked):
        curve, day = free_curve(net_of(supply[key])), min(max(day, 0), HORIZON)
        lines = partial(curve, quantity, day, Terms(max_lines=most))
        whole = complete(curve, quantity, day)
        assert rows_of(answers, at) == lines
        assert answers.confirmed[at] == sum(line.quantity for line in lines)
        assert answers.on_time[at] == sum(line.quantity for line in one_time(curve, quantity, day))
        assert answers.whole_day[at] == (whole[0].day if whole else -1)


def nothing():
    return Checks(column([]), column([]), column([]))


def limits(most):
    return {"horizon": HORIZON, "max_lines": most}


def test_a_check_takes_nothing_from_the_next():
    asked = Checks(column([0, 1, 0]), column([5, 4, 5]), column([0, 0, 2]))
    answers = check(supply_of([[(0, 5)], [(0, 1), (3, 9)]]), asked, horizon=HORIZON)
    assert answers.on_time.tolist() == [5, 1, 5]
    assert answers.whole_day.tolist() == [0, 3, 2]
    assert [rows_of(answers, at) for at in range(3)] == [(Line(0, 5),), (Line(0, 1), Line(3, 3)), (Line(2, 5),)]
