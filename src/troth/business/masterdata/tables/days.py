"""Days on which a calendar is closed though its weekday is open, and what is refused of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.kernel.calendars import SHUT_DAYS_MAX, day_of
from troth.kernel.errors import Sentence
from troth.reference import models as reference
from troth.reference import queries as reference_queries

NEVER_OPEN = Sentence(
    "The calendar would be closed for more than %(most)s days on end, so nothing could leave or arrive. Leave a day "
    "open, or take the calendar out of use.",
    most=SHUT_DAYS_MAX,
)


def never_open(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, str]]:
    """Of each calendar the first day written that lies in a stretch without end, as far as people plan."""
    ids = {one["id"] for one in rows} - {None}
    for calendar_id in {one["calendar"] for one in rows if not one["is_open"]}:
        week = reference.WorkingCalendar.objects.values_list("open_weekdays", flat=True).get(pk=calendar_id)
        kept = reference.CalendarDay.objects.filter(calendar_id=calendar_id).exclude(pk__in=ids)
        written = [(place, one) for place, one in enumerate(rows) if one["calendar"] == calendar_id]
        days = [*kept.values_list("on", "is_open"), *((one["on"], one["is_open"]) for _, one in written)]
        calendar = reference_queries.calendar_of(week, days)
        for place, one in written:
            if not one["is_open"] and calendar.is_shut_for(day_of(one["on"]), SHUT_DAYS_MAX):
                yield place, "on", NEVER_OPEN
                break
