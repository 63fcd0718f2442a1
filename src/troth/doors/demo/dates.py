"""How the source's dates become the demo's: "today" is the last working day, and everything is counted from it.

| what | laid |
| --- | --- |
| orders | the 60 days of the order history end today |
| receipts | their 60 days begin 40 days ago and end 19 days ahead; a weekend becomes the Monday after |
| prices and offers | the last day of the source, 30 June 2014, is today |
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from troth.platform.clock import Clock

ZONE = "America/Los_Angeles"
HISTORY_DAYS = 60
RECEIPTS_BEGIN_DAYS_AGO = 40
SOURCE_TODAY = date(2014, 6, 30)
OPENING = time(8)
SATURDAY = 5


@dataclass(frozen=True)
class Dates:
    """The demo's days around its `today`."""

    today: date

    @classmethod
    def of(cls, clock: Clock) -> "Dates":
        """Today is the clock's date in Bothell or, where that is not a working day, the last one before it."""
        on = clock.today(ZONE)
        while not is_working_day(on):
            on -= timedelta(days=1)
        return cls(on)

    @property
    def first(self) -> date:
        """The day of the opening stock and of the first orders."""
        return self.today - timedelta(days=HISTORY_DAYS - 1)

    def ordered_on(self, day_offset: int) -> date:
        return self.first + timedelta(days=day_offset)

    def receipt_on(self, day_offset: int) -> date:
        on = self.today + timedelta(days=day_offset - RECEIPTS_BEGIN_DAYS_AGO)
        while not is_working_day(on):
            on += timedelta(days=1)
        return on

    def shifted(self, text: str) -> date | None:
        """A date of the price history; empty is open."""
        return date.fromisoformat(text) + (self.today - SOURCE_TODAY) if text else None


def is_working_day(on: date) -> bool:
    return on.weekday() < SATURDAY and on not in federal_holidays(on.year)


def next_working_day(on: date) -> date:
    while not is_working_day(on):
        on += timedelta(days=1)
    return on


_federal: dict[int, holidays.HolidayBase] = {}


def federal_holidays(year: int) -> holidays.HolidayBase:
    if year not in _federal:
        _federal[year] = holidays.country_holidays("US", years=year)
    return _federal[year]


def instant(on: date, *, minutes: int = 0) -> datetime:
    """So many minutes after eight in the morning in Bothell, as an instant."""
    return (datetime.combine(on, OPENING, ZoneInfo(ZONE)) + timedelta(minutes=minutes)).astimezone(UTC)
