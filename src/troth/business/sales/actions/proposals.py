"""What rules propose for items that are short or late, told beside them while they are entered.

        HELMET 10, 4 there        together     6 = 4 HELMET from ROT + 2 FRAME from HAM     take
                                  alone        4 HELMET from ROT                            HELMET@ROT
                                  alone        6 FRAME from HAM                             FRAME@HAM

Nothing is held: whoever takes one enters its choice, and the rule decides under locks as it does for all others.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from troth.business.masterdata.queries import Named, Occasion
from troth.business.promising.actions.alternatives import plan
from troth.business.promising.rules.alternatives import ORDERED, Alternative, Planned
from troth.business.promising.rules.wish import LinePromise
from troth.business.sales.actions import alternatives, naming
from troth.business.sales.actions.document import Document
from troth.business.sales.rules import family
from troth.kernel.alternatives import Offer, shares
from troth.kernel.calendars import day_of
from troth.kernel.errors import BusinessError
from troth.platform.clock import Clock

MOST = 4
"""So many are told of an item."""


class Served(NamedTuple):
    """So many smallest units of a product that would come from a site, the last of them on a day."""

    product_id: int
    site: str
    quantity: int
    last_day: int


class Proposal(NamedTuple):
    """What would serve if somebody took it by entering `choice`."""

    choice: str
    parts: tuple[Served, ...]
    wished_day: int

    @property
    def last_day(self) -> int:
        return max(one.last_day for one in self.parts)

    @property
    def is_on_time(self) -> bool:
        return self.last_day <= self.wished_day


def proposals(
    document: Document, promises: Mapping[int, LinePromise], *, standing: Sequence[int] = (), clock: Clock
) -> dict[int, tuple[Proposal, ...]]:
    """What rules that ask first would let serve the lines that are short or late, by their numbers.

    `standing`: ids of the document's lines in the books, which let go of their goods first. Where these are not free to
    go, nothing is proposed.
    """
    only = {number for number, one in promises.items() if one.short or not one.is_on_time}
    occasion = Occasion.CHANGE if standing else Occasion.ENTRY
    question = naming.question(document, only, occasion=occasion, proposed=True) if only else None
    if question is None:
        return {}
    try:
        planned = plan(question.asked, clock=clock, prepare=alternatives.without(standing, clock))
    except BusinessError:
        return {}
    found = alternatives.by_number(question, planned)
    told = {number: _told(document, question.asks[number].ruled.alternatives, one) for number, one in found.items()}
    return {number: found for number, found in told.items() if found}


def _told(document: Document, named: Sequence[Named], planned: Planned) -> tuple[Proposal, ...]:
    """What the rule itself would do comes first."""
    wished = day_of(planned.asked.wish.requested_on)
    taken = [part.place for part in planned.parts if part.place != ORDERED]
    able = [place for place in planned.offers if place != ORDERED]
    found = []
    if len(taken) > 1:
        shared = {part.place: part.ordered for part in planned.parts}
        parts = tuple(_served(planned, named, place, shared[place]) for place in taken)
        found.append(Proposal(family.TAKE, parts, wished))
    for place in sorted(able, key=lambda place: (place not in taken, place)):
        share = _alone(planned, place, wished)
        if share:
            choice = naming.alternative_of(document, named[place - 1])
            found.append(Proposal(choice, (_served(planned, named, place, share),), wished))
    return tuple(found[:MOST])


def _alone(planned: Planned, place: int, wished: int) -> int:
    """What goods would serve of the wish if only they stood in."""
    asked = planned.asked
    both = [planned.offers[ORDERED], planned.offers[place]]
    building, picking = asked.strategy.building, asked.picking
    return shares(asked.wish.quantity, wished, both, building=building, picking=picking)[1]


def _served(planned: Planned, named: Sequence[Named], place: int, share: int) -> Served:
    alternative: Alternative = planned.asked.alternatives[place - 1]
    last = _last_day(planned.offers[place], share)
    return Served(named[place - 1].product_id, alternative.site, alternative.of(share), last)


def _last_day(offer: Offer, share: int) -> int:
    """The day on which an offer has come to a share, or the last of it where it never does."""
    days = [day for day, _ in offer.arrivals]
    return next((day for day in days if offer.by(day) >= share), days[-1])
