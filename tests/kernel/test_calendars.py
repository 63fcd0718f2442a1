"""Working days are counted over weekdays, holidays and days opened by exception."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.calendars import CalendarNeverOpen, WorkCalendar, date_of, day_of

WEEK = (True, True, True, True, True, False, False)
MAY_DAY = day_of(date(2026, 5, 1))
WORKED_SATURDAY = day_of(date(2026, 5, 9))
SITE = WorkCalendar(WEEK, frozenset({MAY_DAY}), frozenset({WORKED_SATURDAY}))

near_days = st.integers(20_000, 20_200)
weeks = st.tuples(*[st.booleans()] * 7).filter(any)
calendars = st.builds(WorkCalendar, weeks, st.frozensets(near_days, max_size=60), st.frozensets(near_days, max_size=60))


def may(day):
    return day_of(date(2026, 5, day))


def test_days_are_counted_from_the_first_of_january_1970():
    assert day_of(date(1970, 1, 1)) == 0
    assert date_of(day_of(date(2024, 2, 29))) == date(2024, 2, 29)


def test_a_holiday_and_a_weekend_are_stepped_over():
    assert date_of(SITE.add(day_of(date(2026, 4, 30)), 1)) == date(2026, 5, 4)
    assert SITE.next_open(MAY_DAY) == may(4)
    assert SITE.previous_open(may(3)) == day_of(date(2026, 4, 30))


def test_a_worked_saturday_counts():
    assert SITE.is_open(WORKED_SATURDAY)
    assert SITE.add(may(8), 1) == may(9)
    assert SITE.subtract(may(11), 1) == may(9)


def test_no_working_days_means_the_nearest_open_day():
    assert SITE.add(may(2), 0) == may(4)
    assert SITE.subtract(may(10), 0) == may(9)


def test_an_exception_that_opens_wins_over_one_that_closes():
    assert WorkCalendar(WEEK, frozenset({MAY_DAY}), frozenset({MAY_DAY})).is_open(MAY_DAY)


def test_a_calendar_without_an_open_weekday_is_refused():
    with pytest.raises(CalendarNeverOpen) as refusal:
        WorkCalendar((False,) * 7, opened=frozenset({MAY_DAY}))
    assert refusal.value.code == "calendar_never_open"


@given(weeks, st.frozensets(near_days, max_size=60), near_days, st.integers(0, 60))
def test_counting_agrees_with_numpy_where_numpy_can_count(week, closed, day, working_days):
    calendar = WorkCalendar(week, closed)
    np_calendar = np.busdaycalendar(week, [np.datetime64(d, "D") for d in closed])
    start = np.datetime64(day, "D")
    on = np.busday_offset(start, working_days, roll="forward", busdaycal=np_calendar)
    back = np.busday_offset(start, -working_days, roll="backward", busdaycal=np_calendar)
    assert calendar.add(day, working_days) == int(on.astype(int))
    assert calendar.subtract(day, working_days) == int(back.astype(int))


@given(calendars, near_days, st.integers(0, 60))
def test_long_counts_equal_single_steps(calendar, day, working_days):
    step = calendar.next_open(day)
    for _ in range(working_days):
        step = calendar.next_open(step + 1)
    assert calendar.add(day, working_days) == step
    assert calendar.working_days_between(calendar.next_open(day), step) == working_days


@given(calendars, near_days, near_days, st.integers(0, 40))
def test_counting_back_and_counting_forward_are_a_pair(calendar, start, end, working_days):
    assert (calendar.add(start, working_days) <= end) == (start <= calendar.subtract(end, working_days))
