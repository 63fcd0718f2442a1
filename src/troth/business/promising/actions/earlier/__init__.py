"""What would make a promise earlier: roads that are tried on supposed books, nothing locked or written.

    road       supposed
    split      the line may come in parts, and need not wait for its group
    fewer      less is wanted, as much as there is for the wished day
    release    what lies in inspection, or is blocked, is free today
    protection nothing of its goods is kept for others
    quota      more is planned in the quotas that hold the line down
    period     what is left of such a quota in another period is used in the line's own
    receipt    a receipt comes sooner: as few days as help at all, as few as give the most that it can give
    receipts   several come sooner, where none of them alone makes the line whole and on time
    procure    what is missing is bought today and comes after the lead time of the product at the site
    produce    the same of what is made
    anywhere   the line is delivered from the whole site, not from one location alone
    site       the line is delivered from another site
    substitute other goods that a rule of availability names serve all that they can of it

What has to arrive together is tried together, but for the roads on which the line goes by itself. A road is offered
only if more of the line would come, or all of it earlier. The ones that help most come first.
"""

from datetime import date

from troth.business.promising.actions.earlier import otherwise, rationed, receipts
from troth.business.promising.actions.earlier.road import Arrival, Earlier, Move, Room, helps, tried
from troth.business.promising.actions.replay import wish_standing, with_group
from troth.platform.clock import Clock

__all__ = ["Arrival", "Earlier", "Move", "Room", "earlier"]

_TRIED = (
    otherwise.split, otherwise.fewer, rationed.raised, rationed.from_other_periods, rationed.unprotected,
    otherwise.released, receipts.expedited, receipts.procured, otherwise.anywhere, otherwise.elsewhere,
    otherwise.instead,
)  # fmt: skip
_ORDER = (
    "split", "fewer", "release", "protection", "period", "quota", "receipt", "receipts", "procure", "produce",
    "anywhere", "site", "substitute",
)  # fmt: skip
"""Of roads that help as much the one that costs least comes first."""


def earlier(kind: str, line_id: int, *, clock: Clock) -> list[Earlier]:
    """What would make a line come earlier, or more of it, the most helpful first; nothing for one that is on time."""
    one, wish = wish_standing(kind, line_id)
    now = tried(with_group(one.document_id, wish), line_id, clock)
    if now is None or now.is_on_time or not wish.is_checked:
        return []
    roads = [road for ways in _TRIED for road in ways(one, wish, now, clock)]
    better = [road for road in roads if road.road == "fewer" or helps(road.arrivals, now)]
    return sorted(better, key=lambda road: (road.short, road.last_on or date.max, _ORDER.index(road.road)))
