"""Minutes of work over the hours and days of a site, against a plain count of minutes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.calendars import WorkCalendar, day_of
from troth.kernel.office_hours import ALWAYS, OfficeHours

WEEK = (True, True, True, True, True, False, False)
BERLIN = ZoneInfo("Europe/Berlin")
HOLIDAY = date(2026, 3, 3)
DESK = OfficeHours(WorkCalendar(WEEK, closed=frozenset({day_of(HOLIDAY)})), time(8), time(16), "Europe/Berlin")


def at(*moment):
    return datetime(*moment, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (at(2026, 3, 2, 9, 0), 30, at(2026, 3, 2, 9, 30)),
        (at(2026, 3, 2, 15, 30), 30, at(2026, 3, 2, 16, 0)),
        (at(2026, 3, 2, 15, 50), 30, at(2026, 3, 4, 8, 20)),
        (at(2026, 3, 2, 5, 0), 60, at(2026, 3, 2, 9, 0)),
        (at(2026, 3, 2, 16, 0), 30, at(2026, 3, 4, 8, 30)),
        (at(2026, 3, 6, 15, 0), 120, at(2026, 3, 9, 9, 0)),
        (at(2026, 3, 5, 8, 0), 16 * 60, at(2026, 3, 6, 16, 0)),
    ],
    ids=["within", "to the end", "over a holiday", "before hours", "at the end", "over a weekend", "two days"],
)
def test_minutes_count_while_somebody_is_there(start, minutes, end):
    assert DESK.after(start, minutes) == end


def test_the_day_ends_when_the_desk_closes_or_on_the_next_open_day():
    assert DESK.end_of_day(at(2026, 3, 2, 9, 0)) == at(2026, 3, 2, 16, 0)
    assert DESK.end_of_day(at(2026, 3, 2, 16, 0)) == at(2026, 3, 4, 16, 0)


def test_a_night_in_which_clocks_are_put_forward_is_an_hour_shorter():
    nights = OfficeHours(WorkCalendar((True,) * 7), time(0), time(6), "Europe/Berlin")
    assert nights.after(at(2026, 3, 29, 0, 0), 5 * 60) == at(2026, 3, 29, 6, 0)
    assert nights.after(at(2026, 3, 28, 0, 0), 5 * 60) == at(2026, 3, 28, 5, 0)


def plainly(hours, start, minutes):
    """Minute by minute."""
    now, zone = start, ZoneInfo(hours.zone)
    while True:
        local = now.astimezone(zone)
        is_manned = hours.calendar.is_open(day_of(local.date())) and hours.opens <= local.time() < hours.closes
        if is_manned and not minutes:
            return now
        minutes -= is_manned
        now += timedelta(minutes=1)
        if not minutes and is_manned:
            return now


@given(st.integers(0, 7 * 24 * 60), st.integers(1, 1000))
def test_it_is_the_plain_count(offset, minutes):
    start = datetime(2026, 3, 26, tzinfo=UTC) + timedelta(minutes=offset)
    assert DESK.after(start, minutes) == plainly(DESK, start, minutes)


def test_who_has_no_site_is_always_there():
    assert ALWAYS.after(at(2026, 3, 7, 23, 0), 30) == at(2026, 3, 7, 23, 30)
