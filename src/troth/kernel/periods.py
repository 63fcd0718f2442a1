"""Periods of the calendar by number: days, weeks from Monday to Sunday, months.

kind     number                         2026-03-04 (a Wednesday)
day      days since 1970-01-01          20516
week     weeks since that of 1970       2931, the week of Monday 2 March 2026
month    12 for each year, 1 for each   24314
"""

from datetime import date
from enum import StrEnum

from troth.kernel.calendars import date_of, day_of

_MONDAY = 3
"""1970-01-01 was a Thursday: so many days after the Monday of its week."""
_WEEK, _MONTHS = 7, 12


class PeriodKind(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def period_of(kind: PeriodKind, day: int) -> int:
    """The number of the period in which a day (number) lies."""
    if kind is PeriodKind.DAY:
        return day
    if kind is PeriodKind.WEEK:
        return (day + _MONDAY) // _WEEK
    on = date_of(day)
    return on.year * _MONTHS + on.month - 1


def first_day(kind: PeriodKind, period: int) -> int:
    """The first day (number) of a period."""
    if kind is PeriodKind.DAY:
        return period
    if kind is PeriodKind.WEEK:
        return period * _WEEK - _MONDAY
    return day_of(date(period // _MONTHS, period % _MONTHS + 1, 1))


def last_day(kind: PeriodKind, period: int) -> int:
    """The last day (number) of a period; it is in it."""
    return first_day(kind, period + 1) - 1
