"""Look at keys again whose supply or demand changed with nobody noting it: time passes, orders are cancelled."""

from collections.abc import Sequence

from troth.kernel.calendars import day_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Shortfall
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import actions, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.reference import queries as reference


@action
def review_shortages(
    site_id: int, product_ids: Sequence[int], *, segment: str = "", cause: str, by: Actor, clock: Clock
) -> list[Shortfall]:
    """Note what is not covered any more, for this cause, and close what is covered again; return what was noted.

    In the common stock of the site, or in a segment that is kept apart.
    """
    site = reference.site(site_id)
    actions.require(by, company_id=site.company_id, site_id=site_id)
    keys = [AvailabilityKey(product_id, site_id, segment) for product_id in dict.fromkeys(product_ids)]
    held = locks.begin()
    held.take(*keys)
    today, at = day_of(clock.today(site.time_zone)), clock.now()
    return availability.settle_shortages(held, keys, today=today, cause=cause, at=at)
