"""Working-day calendars over whole day numbers.

A day is the number of days since 1970-01-01, which was a Thursday. A calendar says which weekdays are open, which of
those are closed all the same (holidays), and which others are open by exception (a worked Saturday). Counting follows
one rule in both directions:

    add(day, n)         start on the first open day at or after `day`, then go n open days on
    subtract(day, n)    start on the last open day at or before `day`, then go n open days back

so that add(d, n) <= e exactly when d <= subtract(e, n). Scheduling rests on this pair: what is counted back from a date
always reaches that date again when it is counted forward.

At least one weekday is open, hence every question has an answer, however far ahead.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date

from troth.kernel.errors import BusinessError

EPOCH = date(1970, 1, 1)
_EPOCH_ORDINAL = EPOCH.toordinal()
_EPOCH_WEEKDAY = EPOCH.weekday()
# Up to here single steps are faster than the search.
_FEW_STEPS = 16
SHUT_DAYS_MAX = 365
"""A calendar that is closed for longer without a break is refused: nobody plans so far ahead."""


class CalendarNeverOpen(BusinessError):
    code = "calendar_never_open"


def day_of(on: date) -> int:
    """Return the day number of a date."""
    return on.toordinal() - _EPOCH_ORDINAL


def date_of(day: int) -> date:
    """Return the date of a day number."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Open days: `open_weekdays` from Monday to Sunday, less `closed`, plus `opened` (which wins over `closed`)."""

    open_weekdays: tuple[bool, bool, bool, bool, bool, bool, bool]
    closed: frozenset[int] = frozenset()
    opened: frozenset[int] = frozenset()
    _lost: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _gained: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        assert len(self.open_weekdays) == 7
        if not any(self.open_weekdays):
            raise CalendarNeverOpen("The calendar has no open weekday. Open at least one day of the week.")
        week = self.open_weekdays
        lost = sorted(d for d in self.closed - self.opened if week[(d + _EPOCH_WEEKDAY) % 7])
        gained = sorted(d for d in self.opened if not week[(d + _EPOCH_WEEKDAY) % 7])
        object.__setattr__(self, "_lost", tuple(lost))
        object.__setattr__(self, "_gained", tuple(gained))

    def is_open(self, day: int) -> bool:
        if day in self.opened:
            return True
        return self.open_weekdays[(day + _EPOCH_WEEKDAY) % 7] and day not in self.closed

    def is_shut_for(self, day: int, days: int) -> bool:
        """Whether it is closed without a break for more than `days`, `day` among them."""
        first = last = day
        while last - first < days and not self.is_open(last):
            last += 1
        while last - first < days + 1 and not self.is_open(first - 1):
            first -= 1
        return not self.is_open(day) and last - first > days

    def next_open(self, day: int) -> int:
        """Return the first open day at or after `day`."""
        while not self.is_open(day):
            day += 1
        return day

    def previous_open(self, day: int) -> int:
        """Return the last open day at or before `day`."""
        while not self.is_open(day):
            day -= 1
        return day

    def add(self, day: int, working_days: int) -> int:
        """Return the day `working_days` open days after the first open day at or after `day`."""
        assert working_days >= 0
        day = self.next_open(day)
        if working_days > _FEW_STEPS:
            return self._with_rank(self._rank(day) + working_days, near=day)
        for _ in range(working_days):
            day = self.next_open(day + 1)
        return day

    def subtract(self, day: int, working_days: int) -> int:
        """Return the day `working_days` open days before the last open day at or before `day`."""
        assert working_days >= 0
        day = self.previous_open(day)
        if working_days > _FEW_STEPS:
            return self._with_rank(self._rank(day) - working_days, near=day)
        for _ in range(working_days):
            day = self.previous_open(day - 1)
        return day

    def working_days_between(self, start: int, end: int) -> int:
        """Return how many open days lie in start <= day < end; negative when `end` is before `start`."""
        return self._rank(end) - self._rank(start)

    def _rank(self, day: int) -> int:
        """Number of open days before `day`, counted from a fixed Monday; grows by one after each open day."""
        weeks, weekday = divmod(day + _EPOCH_WEEKDAY, 7)
        regular = weeks * sum(self.open_weekdays) + sum(self.open_weekdays[:weekday])
        return regular - bisect_left(self._lost, day) + bisect_left(self._gained, day)

    def _with_rank(self, rank: int, *, near: int) -> int:
        """Return the open day of that rank by bisection; ranks never fall from one day to the next."""
        reach = 2 * abs(rank - self._rank(near)) + 14
        low, high = near - reach, near + reach
        while self._rank(low) > rank:
            low -= reach
        while self._rank(high) <= rank:
            high += reach
        while high - low > 1:
            middle = (low + high) // 2
            if self._rank(middle) <= rank:
                low = middle
            else:
                high = middle
        return low
