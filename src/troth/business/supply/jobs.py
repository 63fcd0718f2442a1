"""What time does to supply: a receipt that is overdue is believed for some days, and then no longer; so are goods that
were sent and are not placed."""

from itertools import groupby
from operator import itemgetter

from django_tasks import task

from troth.business.supply import actions, queries
from troth.kernel.calendars import day_of
from troth.ledgers.availability import queries as availability
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.schedule import schedule
from troth.reference import queries as reference

BATCH = 200
CAUSE = "receipts are overdue"


# Every hour, because a day begins at another hour at each site; what is noted already is not noted again.
@schedule("note overdue receipts", "5 * * * *")
@task()
def note_overdue_receipts() -> int:
    """Note the shortages that overdue receipts leave; return how many."""
    return note_overdue(SYSTEM_CLOCK)


# After midnight of each site, as above.
@schedule("note expired batches", "10 * * * *")
@task()
def note_expired_batches() -> int:
    """Note the shortages that expired batches leave; return how many."""
    return note_expired(SYSTEM_CLOCK)


def note_expired(clock: Clock) -> int:
    """The job at a given time: promises that hung on goods which can no longer be used are noted as short."""
    noted = 0
    for site in reference.sites():
        today = day_of(clock.today(site.time_zone))
        for product_id, batches in availability.expired(site.id, today).items():
            cause = f"batch {', '.join(batches)} has expired"[:200]
            found = actions.review_shortages(site.id, [product_id], cause=cause, by=SYSTEM, clock=clock)
            noted += len(found)
    return noted


def note_overdue(clock: Clock) -> int:
    """The job at a given time: a transaction for each batch of products of a site."""
    noted, sent = 0, queries.in_transit()
    for site_id in sorted({*queries.sites_with_open_receipts(), *sent}):
        late = queries.overdue(clock.today(reference.site(site_id).time_zone), site_id=site_id)
        for segment, places in groupby(sorted({*late, *sent.get(site_id, ())}), key=itemgetter(0)):
            products = [product_id for _, product_id in places]
            for start in range(0, len(products), BATCH):
                batch = products[start : start + BATCH]
                found = actions.review_shortages(site_id, batch, segment=segment, cause=CAUSE, by=SYSTEM, clock=clock)
                noted += len(found)
    return noted
