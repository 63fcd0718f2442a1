"""Counts for a home: how many wait, since when, how many are late, without ever reading a whole table.

A tally counts to 1,000; a person who has more than that reads "1,000+" as the same call to act, and the page stays as
fast as on an empty day. What is oldest, and how many are late, the database says, so that no rows are handed over.
"""

from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from troth.platform.web.values import Waiting

MOST = 1_000
DATE = "__date"


def tally(found: QuerySet[Any], since: str, *, late: str = "", before: date | None = None) -> Waiting:
    """Count rows; `since` names the date each waits from, `late` the one that should not lie `before` a day.

    Either may be the `__date` of an instant. Where there are more than are counted, oldest and late are told of all.
    """
    due = late or since
    rows = found.order_by().values(tally_since=F(since.removesuffix(DATE)), tally_due=F(due.removesuffix(DATE)))
    limit = _midnight(before) if before is not None and due.endswith(DATE) else before
    told = _told(rows[: MOST + 1], limit)
    if told["count"] > MOST:
        told = _told(rows, limit)
    oldest = told["oldest"]
    oldest_on = timezone.localtime(oldest).date() if isinstance(oldest, datetime) else oldest
    return counted(told["count"], oldest_on, told["late"])


def _midnight(on: date) -> datetime:
    """The instant at which the day begins: it is compared once, where each row's own day would have to be found."""
    return timezone.make_aware(datetime.combine(on, time.min))


def _told(rows: QuerySet[Any, Any], before: date | None) -> dict[str, Any]:
    late = {} if before is None else {"late": Count("tally_due", filter=Q(tally_due__lt=before))}
    return {"late": 0} | rows.aggregate(count=Count("*"), oldest=Min("tally_since"), **late)


def counted(count: int, oldest_on: date | None, late: int) -> Waiting:
    """What was counted already, as a home shows it."""
    return Waiting(count=min(count, MOST), oldest_on=oldest_on, late=late, more=count > MOST)


def summed(rows: list[tuple[date | None, date | None]], *, before: date | None = None) -> Waiting:
    """The same of rows that are read already: (waits since, due)."""
    counted = rows[:MOST]
    return Waiting(
        count=len(counted),
        oldest_on=min((since for since, _due in counted if since is not None), default=None),
        late=sum(1 for _since, due in counted if before is not None and due is not None and due < before),
        more=len(rows) > MOST,
    )
