"""Counts for a home: how many wait, since when, how many are late, without ever reading a whole table.

A tally stops above 1,000 rows, the first entered first; a person who has more than that reads "1,000+" as the same
call to act, and the page stays as fast as on an empty day.
"""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from troth.platform.web.values import Waiting

MOST = 1_000


def tally(found: QuerySet[Any], since: str, *, late: str = "", before: date | None = None) -> Waiting:
    """Count rows; `since` names the date each waits from, `late` the one that should not lie `before` a day."""
    rows = list(found.order_by("pk").values_list(since, late or since)[: MOST + 1])
    return summed([(row[0], row[1]) for row in rows], before=before)


def summed(rows: list[tuple[date | None, date | None]], *, before: date | None = None) -> Waiting:
    """The same of rows that are read already: (waits since, due)."""
    counted = rows[:MOST]
    return Waiting(
        count=len(counted),
        oldest_on=min((since for since, _due in counted if since is not None), default=None),
        late=sum(1 for _since, due in counted if before is not None and due is not None and due < before),
        more=len(rows) > MOST,
    )
