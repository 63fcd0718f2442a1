"""Dates are counted back from the wish and, where that is too late, forward from today."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.calendars import WorkCalendar, date_of, day_of
from troth.kernel.scheduling import Calendars, Dates, Durations, backward, forward, schedule

FIVE_DAYS = WorkCalendar((True, True, True, True, True, False, False))
SIX_DAYS = WorkCalendar((True, True, True, True, True, True, False))
OFFICE = Calendars(FIVE_DAYS, FIVE_DAYS, FIVE_DAYS)

days = st.integers(20_000, 20_060)
weeks = st.tuples(*[st.booleans()] * 7).filter(any)
calendar = st.builds(WorkCalendar, weeks, st.frozensets(days, max_size=20), st.frozensets(days, max_size=5))
calendars = st.builds(Calendars, calendar, calendar, calendar)
few = st.integers(0, 6)
durations = st.builds(Durations, few, few, few, few)


def september(day, month=9):
    return day_of(date(2013, month, day))


def test_t14_a_wish_that_starts_before_today_moves_one_day():
    book = Durations(pick_pack=2, loading=2, transit=1)
    entered, wanted = september(28, 8), september(3)
    back = backward(wanted, book, OFFICE)
    assert [date_of(d) for d in (back.goods_issue, back.loading, back.material_available)] == [
        date(2013, 9, 2),
        date(2013, 8, 29),
        date(2013, 8, 27),
    ]
    assert back.start < entered
    assert schedule(wanted, entered, book, OFFICE) == Dates(
        material_available=september(28, 8),
        transportation_planning=september(30, 8),
        loading=september(30, 8),
        goods_issue=september(3),
        delivery=september(4),
    )


def test_a_wish_that_can_be_met_is_met():
    book = Durations(pick_pack=2, loading=2, transit=1)
    assert schedule(september(4), september(28, 8), book, OFFICE).delivery == september(4)


@pytest.mark.parametrize(("planning", "delivery"), [(1, 5), (3, 6)])
def test_planning_of_the_transport_runs_beside_picking(planning, delivery):
    parallel = Durations(pick_pack=1, transit=1, transportation_planning=planning)
    monday = september(2)
    assert forward(september(3), monday, parallel, OFFICE).delivery == september(delivery)


def test_a_carrier_that_leaves_on_saturday_delivers_on_monday():
    week = Calendars(FIVE_DAYS, SIX_DAYS, FIVE_DAYS)
    friday = september(6)
    assert forward(friday, friday, Durations(transit=1), week).delivery == september(9)
    assert backward(september(9), Durations(transit=1), week).goods_issue == september(7)
    assert backward(september(9), Durations(transit=1), week).loading == friday


def test_goods_are_picked_no_earlier_than_the_delivery_needs():
    tuesdays = WorkCalendar((False, True, False, False, False, False, False))
    dates = forward(september(2) + 2, september(2), Durations(transit=1), Calendars(FIVE_DAYS, FIVE_DAYS, tuesdays))
    assert (dates.delivery, dates.goods_issue, dates.material_available) == (september(10), september(9), september(9))


@given(days, durations, calendars)
def test_what_is_counted_back_arrives_in_time_when_counted_forward(wanted, lasting, open_days):
    back = backward(wanted, lasting, open_days)
    again = forward(back.material_available, back.start, lasting, open_days)
    assert again.delivery <= wanted


@given(days, days, durations, calendars)
def test_a_later_start_is_never_delivered_earlier(one, other, lasting, open_days):
    early, late = sorted((one, other))
    today = 20_000
    assert forward(early, today, lasting, open_days).delivery <= forward(late, today, lasting, open_days).delivery
    assert backward(early, lasting, open_days).start <= backward(late, lasting, open_days).start


@given(days, days, durations, calendars)
def test_every_date_is_open_in_order_and_not_before_its_start(from_day, today, lasting, open_days):
    dates = forward(from_day, today, lasting, open_days)
    assert dates.material_available >= max(from_day, today)
    assert dates.transportation_planning >= today
    assert dates.material_available <= dates.loading <= dates.goods_issue <= dates.delivery
    assert dates.transportation_planning <= dates.loading
    assert open_days.customer.is_open(dates.delivery)
    assert open_days.route.is_open(dates.goods_issue)
    assert all(map(open_days.site.is_open, (dates.material_available, dates.transportation_planning, dates.loading)))


@given(days, days, durations, calendars)
def test_no_earlier_delivery_was_possible(from_day, today, lasting, open_days):
    dates = forward(from_day, today, lasting, open_days)
    day_before = backward(dates.delivery - 1, lasting, open_days)
    assert day_before.material_available < max(from_day, today) or day_before.transportation_planning < today
