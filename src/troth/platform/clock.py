"""What time it is.

The clock is an argument of every action, so that a test, a replay and the demo company can say what "today" is. `_at`
is an aware instant in UTC; `_on` is the date on the wall of a place, so `today` asks for the place's time zone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def today(self, zone: str) -> date:
        """The date in the time zone of this IANA name."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self, zone: str) -> date:
        return datetime.now(ZoneInfo(zone)).date()


@dataclass
class FixedClock:
    """A clock that stands still until it is moved: `clock.at = …`."""

    at: datetime

    def now(self) -> datetime:
        assert self.at.tzinfo is not None
        return self.at.astimezone(UTC)

    def today(self, zone: str) -> date:
        return self.at.astimezone(ZoneInfo(zone)).date()


SYSTEM_CLOCK = SystemClock()
