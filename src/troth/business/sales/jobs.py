"""What happens to quotations and orders without anybody asking: they expire, and they are promised again."""

import logging
from collections.abc import Set

from django_tasks import task

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import lapsing
from troth.business.sales import actions, queries
from troth.business.sales.actions.document import ORDER_KIND
from troth.business.supply import actions as supply
from troth.kernel.errors import BusinessError
from troth.kernel.places import location_of
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.ahead import Cover
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.schedule import schedule
from troth.reference import queries as reference

CAUSE = "supply does not cover what is promised"

log = logging.getLogger(__name__)


# Every hour, because a day begins at another hour in each company.
@schedule("expire quotations", "10 * * * *")
@task()
def expire_quotations() -> int:
    """Expire the quotations whose last day has passed; return how many."""
    return expire(SYSTEM_CLOCK)


def expire(clock: Clock) -> int:
    """The job at a given time."""
    expired = 0
    for company_id in queries.companies_with_quotations():
        today = clock.today(reference.company(company_id).time_zone)
        while numbers := actions.expire_quotations(today, company_id=company_id, by=SYSTEM, clock=clock).numbers:
            expired += len(numbers)
    return expired


@schedule("lapse kept confirmations", "* * * * *")
@task()
def lapse_kept_confirmations() -> int:
    """Give up what is confirmed on blocked orders whose time has passed; return of how many."""
    return lapse(SYSTEM_CLOCK)


def lapse(clock: Clock) -> int:
    """The job at a given time: a transaction for each order. One that cannot be written now is tried again."""
    lapsed = 0
    for order_id in lapsing.due(ORDER_KIND, clock):
        try:
            lapsed += actions.lapse_order(order_id, by=SYSTEM, clock=clock)
        except BusinessError as refusal:
            log.warning("what is kept for order %s could not be given up: %s", order_id, refusal.message)
    return lapsed


@schedule("work off shortages", "* * * * *")
@task()
def work_off_shortages() -> int:
    """Promise the orders again that open shortages leave uncovered; return how many got other dates."""
    return work_off(SYSTEM_CLOCK)


def work_off(clock: Clock) -> int:
    """The job at a given time: a transaction for each order.

    An order that cannot be promised again (its site was closed, say) is passed over; its shortage stays open. So does
    that of orders whose type keeps the promise or asks; they are reported, or new dates proposed for them.
    """
    changed = 0
    waiting: set[tuple[int, int, int, str, str]] = set()
    short = dict.fromkeys(
        (row.product_id, row.site_id, row.segment, row.cover) for row in availability.open_shortages()
    )
    for product_id, site_id, segment, cover in short:
        # What was covered meanwhile is closed first, so that no promise is touched without need.
        supply.review_shortages(site_id, [product_id], segment=segment, cause=CAUSE, by=SYSTEM, clock=clock)
        # Holds are never ahead of firm supply, or from one location alone.
        if cover is Cover.FIRM and not location_of(segment):
            promising.give_way(product_id, site_id, segment, by=SYSTEM, clock=clock)
        drawing = promises.drawing_on(product_id, site_id, segment, cover=cover)
        kept = 0
        for ref in dict.fromkeys(ref for ref, _ in drawing):
            place = (ref.id, product_id, site_id, segment, str(cover))
            try:
                done = actions.repromise_order(*place[:-1], cover=cover, spared=kept, by=SYSTEM, clock=clock)
            except BusinessError as refusal:
                log.warning("order %s could not be promised again: %s", ref.number, refusal.message)
                waiting.add(place)
                continue
            changed += bool(done.changes or done.served)
            kept += done.kept
            if done.kept:
                waiting.add(place)
            if not done.missing:
                break
    _settle(waiting, short.keys(), clock)
    return changed


def _settle(
    waiting: Set[tuple[int, int, int, str, str]], looked_at: Set[tuple[int, int, str, Cover]], clock: Clock
) -> None:  # fmt: skip
    """End the proposals of new dates whose orders wait for nothing any more."""
    for proposal_id, order_id, product_id, site_id, segment, cover in actions.standing_new_dates():
        key = (product_id, site_id, segment, Cover(cover))
        # What no run has looked at, because too much is short at once, is left to the next.
        if (order_id, *key) not in waiting and (key in looked_at or not availability.shortage_causes(*key)):
            actions.settle_new_dates(proposal_id, by=SYSTEM, clock=clock)
