"""When a desk is manned: minutes of work counted over the days and hours of a site.

"Within thirty minutes" means thirty minutes in which somebody is there. A minute outside the hours, or on a day on
which the calendar is closed, does not count; what is asked then is asked as the next working day begins. Hours are
those on the wall of the site, so a day on which clocks are put forward or back is as long as it really is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from troth.kernel.calendars import WorkCalendar, date_of, day_of


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Open days of `calendar`, from `opens` to `closes` (which is later) on the wall in the zone of this IANA name."""

    calendar: WorkCalendar
    opens: time
    closes: time
    zone: str

    def __post_init__(self) -> None:
        assert self.opens < self.closes

    def after(self, start: datetime, minutes: int) -> datetime:
        """The instant, in UTC, at which `minutes` of work have passed since `start`."""
        assert minutes >= 0
        # In UTC: a sum of wall times knows nothing of a clock that is put forward.
        start = start.astimezone(UTC)
        left = timedelta(minutes=minutes)
        for opened, closed in self._days(start):
            begun = max(start, opened)
            if begun + left <= closed:
                return begun + left
            left -= closed - begun
        raise AssertionError("a calendar opens again, however far ahead")

    def end_of_day(self, start: datetime) -> datetime:
        """The instant, in UTC, at which the working day ends that `start` lies in, or else the next one."""
        return next(closed for _, closed in self._days(start))

    def _days(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When the working days begin and end that end after `start`."""
        zone = ZoneInfo(self.zone)
        day = day_of(start.astimezone(zone).date())
        while True:
            day = self.calendar.next_open(day)
            on = date_of(day)
            opened = datetime.combine(on, self.opens, zone).astimezone(UTC)
            closed = datetime.combine(on, self.closes, zone).astimezone(UTC)
            if closed > start:
                yield opened, closed
            day += 1


ALWAYS = OfficeHours(WorkCalendar((True,) * 7), time(0), time(23, 59, 59, 999999), "UTC")
"""Of who has no site: nearly around the clock."""
