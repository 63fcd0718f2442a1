"""What time does to promises: holds that are past their expiry are swept, so that the lists show it, and promises
ahead of firm supply are looked at again."""

from itertools import groupby

from django_tasks import task

from troth.business.promising import actions
from troth.business.promising.actions.planned import CAUSE
from troth.business.promising.ahead import ahead
from troth.business.supply import actions as supply
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.schedule import schedule


@schedule("expire holds", "* * * * *")
@task()
def expire_holds() -> int:
    """Sweep the holds that are past their expiry; return how many."""
    return expire(SYSTEM_CLOCK)


def expire(clock: Clock) -> int:
    """The job at a given time, in transactions of fifty."""
    expired = 0
    while swept := actions.expire_holds(by=SYSTEM, clock=clock):
        expired += swept
    return expired


# What became short with nobody noting it, and what stood in the books before such shortages were noted.
@schedule("review promises ahead of supply", "15 * * * *")
@task()
def review_promises_ahead() -> int:
    """Note what of promises ahead of firm supply is covered no longer; return how many shortages."""
    return review(SYSTEM_CLOCK)


def review(clock: Clock) -> int:
    """The job at a given time: a transaction for each site and segment."""
    noted = 0
    places = sorted({(key.site_id, key.segment, key.product_id) for key, *_ in ahead(None)})
    for (site_id, segment), found in groupby(places, key=lambda place: place[:2]):
        products = [product_id for _, _, product_id in found]
        noted += len(
            supply.review_shortages(site_id, products, segment=segment, cause=CAUSE, by=SYSTEM, clock=clock)
        )  # fmt: skip
    return noted
