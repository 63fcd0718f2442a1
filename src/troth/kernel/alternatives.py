"""Who serves a wish that its own goods cannot serve: the ordered ones first, then alternatives in a stated order.

An offer is what one of them confirms of the wish, by day of delivery, counted in steps of what was ordered. `shares`
says how much each is to take. What is left over is nobody's share.

| building rule | counts | pick one | waterfall |
| --- | --- | --- | --- |
| full | whether all can come, whenever | the first that has all | the same |
| on time | what comes by the wished day | the one with most | each in order what it has |
| earliest | what comes first | the one that has most, and has it earliest | day by day, each in order |

    wish 10 for day 3     ordered: 4 on day 3     B: 5 on day 2     C: 9 on day 3, 1 on day 8

    full, pick one          C 10
    on time, pick one       C 10            9 on time; all of the wish goes there
    on time, waterfall      ordered 4, B 5, C 1
    earliest, waterfall     ordered 4, B 5, C 1
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Building(StrEnum):
    FULL = "full"
    ON_TIME = "on_time"
    EARLIEST = "earliest"


class Picking(StrEnum):
    PICK_ONE = "pick_one"
    WATERFALL = "waterfall"


class Offer(NamedTuple):
    """(day of delivery, quantity) of what could come, by day; it is taken in multiples of `step`."""

    arrivals: tuple[tuple[int, int], ...]
    step: int = 1

    @property
    def total(self) -> int:
        return sum([quantity for _, quantity in self.arrivals])

    def by(self, day: int) -> int:
        """What comes by a day."""
        return sum([quantity for on, quantity in self.arrivals if on <= day])

    def whole(self, quantity: int) -> int:
        """As much of a quantity as its steps can serve."""
        return quantity // self.step * self.step


def shares(
    wanted: int, wished_day: int, offers: Sequence[Offer], *, building: Building, picking: Picking
) -> tuple[int, ...]:
    """How much of `wanted` each offer is to serve, the one of the ordered goods first.

    Where one is picked it serves all that its steps can, confirmed or not.
    """
    if picking is Picking.PICK_ONE or building is Building.FULL:
        chosen = _picked(wanted, wished_day, offers, building)
        return tuple(one.whole(wanted) if place == chosen else 0 for place, one in enumerate(offers))
    if building is Building.ON_TIME:
        return _in_order(wanted, [one.by(wished_day) for one in offers], offers)
    return _by_day(wanted, offers)


def _picked(wanted: int, wished_day: int, offers: Sequence[Offer], building: Building) -> int | None:
    places = range(len(offers))
    if building is Building.FULL:
        return next((place for place in places if _serves_all(wanted, offers[place])), None)
    if building is Building.ON_TIME:
        best = max(places, key=lambda place: (min(offers[place].by(wished_day), offers[place].whole(wanted)), -place))
        return best if offers[best].by(wished_day) else None
    able = [place for place in places if min(offers[place].total, offers[place].whole(wanted))]
    return min(able, key=lambda place: (*_lateness(wanted, offers[place]), place), default=None)


def _serves_all(wanted: int, offer: Offer) -> bool:
    return offer.whole(wanted) == wanted <= offer.total


def _lateness(wanted: int, offer: Offer) -> tuple[int, int, int]:
    """The most first, then the one whose last day is first, then the one that waits least on the whole."""
    rest, waited, last = offer.whole(wanted), 0, 0
    for day, quantity in offer.arrivals:
        taken = min(quantity, rest)
        if taken:
            rest, waited, last = rest - taken, waited + taken * day, day
    return rest - offer.whole(wanted), last, waited


def _in_order(wanted: int, able: Sequence[int], offers: Sequence[Offer]) -> tuple[int, ...]:
    rest, found = wanted, []
    for quantity, offer in zip(able, offers, strict=True):
        taken = offer.whole(min(quantity, rest))
        found.append(taken)
        rest -= taken
    return tuple(found)


def _by_day(wanted: int, offers: Sequence[Offer]) -> tuple[int, ...]:
    """Day by day what each has more by then; a step counts from the day on which it is whole."""
    taken, rest = [0] * len(offers), wanted
    able = [(place, offer) for place, offer in enumerate(offers) if offer.arrivals]
    days = sorted({day for _, offer in able for day, _ in offer.arrivals})
    for day in days:
        for place, offer in able:
            more = offer.whole(min(offer.whole(offer.by(day)) - taken[place], rest))
            taken[place] += more
            rest -= more
    return tuple(taken)
