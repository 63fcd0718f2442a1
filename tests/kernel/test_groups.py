"""Lines that are delivered together wait for the last of them, and no longer."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.calendars import WorkCalendar
from troth.kernel.groups import day_for_all, shipped, together, whole
from troth.kernel.netting import free_curve
from troth.kernel.proposals import Line, Terms, partial
from troth.kernel.quota import Cell, Procedure, Rationed, Rations
from troth.kernel.scheduling import Calendars, Durations, backward, forward

HORIZON = 10
nets = st.lists(st.integers(-4, 8), min_size=HORIZON + 1, max_size=HORIZON + 1).map(lambda n: np.array(n, np.int64))
openings = st.lists(st.booleans(), min_size=HORIZON + 1, max_size=HORIZON + 1)


def first_of(opening):
    """A line that can be whole on some days only, as under a quota."""
    return lambda day: next((t for t in range(day, len(opening)) if opening[t]), None)


@given(st.lists(openings, max_size=4), st.integers(0, HORIZON))
def test_the_day_for_all_is_the_first_that_suits_all(days, start):
    suiting = [t for t in range(start, HORIZON + 1) if all(opening[t] for opening in days)]
    assert day_for_all([first_of(opening) for opening in days], start) == next(iter(suiting), None)


@given(st.lists(st.tuples(nets, st.integers(1, 15)), min_size=1, max_size=3), st.integers(0, HORIZON))
def test_curves_that_never_fall_are_together_on_the_latest_of_their_days(lines, day):
    curves = [(free_curve(net), quantity) for net, quantity in lines]
    alone = [whole(curve, quantity)(day) for curve, quantity in curves]
    assert together(curves, day) == (None if None in alone else max(alone))


def test_t4_h_lines_on_their_own_leave_as_they_come_and_t4_i_together_all_on_the_last_day():
    """Three lines whose goods come on day 15, 7 and 31."""
    curves = []
    for day in (15, 7, 31):
        net = np.zeros(41, np.int64)
        net[day] = 10
        curves.append(free_curve(net))
    assert [partial(curve, 10, 5) for curve in curves] == [(Line(15, 10),), (Line(7, 10),), (Line(31, 10),)]
    assert together([(curve, 10) for curve in curves], 5) == 31
    assert together([(curve, 10) for curve in curves], 5, Terms(latest_day=30)) is None


def test_a_quota_that_is_out_of_reach_on_the_day_for_all_moves_it_on():
    """January's cell serves the line alone, but the goods of the other come in February, so March's has to."""
    rations = Rations([Procedure((Cell(0, 30, 10), Cell(31, 58, 3), Cell(59, 89, 10)))])
    plenty, late = np.full(90, 50, np.int64), np.zeros(90, np.int64)
    late[40:] = 5
    rationed = Rationed(plenty, rations, ((0,),), day=0)
    assert whole(rationed, 8)(0) == 0
    assert (
        day_for_all([lambda day: whole(Rationed(plenty, rations, ((0,),), day=day), 8)(day), whole(late, 5)], 0) == 59
    )


def test_a_route_that_does_not_leave_in_time_moves_the_day_for_all_on():
    week = WorkCalendar((True,) * 5 + (False,) * 2)
    calendars, durations = Calendars(week, week, week), Durations(transit=1)
    # Day 0 is a Monday, which was day number 4 of the epoch.
    local = whole(np.full(30, 9, np.int64), 5)
    late = np.zeros(30, np.int64)
    late[4:] = 9

    def arrives(material):
        return shipped(
            material,
            backward=lambda day: backward(day + 4, durations, calendars).material_available - 4,
            forward=lambda day: forward(day + 4, 4, durations, calendars).delivery - 4,
        )

    assert arrives(local)(2) == 2
    assert arrives(local)(0) == 1, "what should have left before today leaves today"
    assert arrives(whole(late, 5))(2) == 7, "goods on Friday arrive on Monday"
    assert day_for_all([arrives(local), arrives(whole(late, 5))], 2) == 7
    assert day_for_all([arrives(local), arrives(whole(late, 20))], 2) is None
