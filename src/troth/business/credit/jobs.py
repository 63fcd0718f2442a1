"""What credit does by itself: each night every source of credit data is asked."""

import logging

from django_tasks import task

from troth.business.credit import sources
from troth.business.credit.actions.ratings import fetch_ratings
from troth.kernel.errors import BusinessError, Refusals
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.schedule import schedule

log = logging.getLogger(__name__)


@schedule("fetch credit ratings", "40 3 * * *")
@task()
def fetch_credit_ratings() -> int:
    """Take in what outside sources say of payers; return how many ratings were new or changed."""
    return fetch(SYSTEM_CLOCK)


def fetch(clock: Clock) -> int:
    """The job at a given time. A source that fails is told of in the log; what it said before stands."""
    found = 0
    for name in sources.names():
        try:
            brought = fetch_ratings(name, by=SYSTEM, clock=clock)
        except BusinessError as refusal:
            told = refusal.refusals[0] if isinstance(refusal, Refusals) else refusal
            log.warning("credit data of %s was not taken in: row %s, %s", name, told.row, told.message)
        else:
            found += brought.created + brought.changed
    return found
