"""What time does to supply: a receipt that is overdue is believed for some days, and then no longer."""

from django_tasks import task

from troth.business.supply import actions, queries
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


def note_overdue(clock: Clock) -> int:
    """The job at a given time: a transaction for each batch of products of a site."""
    noted = 0
    for site_id in queries.sites_with_open_receipts():
        products = queries.overdue(clock.today(reference.site(site_id).time_zone), site_id=site_id)
        for start in range(0, len(products), BATCH):
            batch = products[start : start + BATCH]
            noted += len(actions.review_shortages(site_id, batch, cause=CAUSE, by=SYSTEM, clock=clock))
    return noted
