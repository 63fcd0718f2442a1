"""A wish that other goods may serve: what may stand in for it, in which order, and what was found.

Nothing here knows of orders: whoever has wishes names the alternatives of each (`Asked`), and gets back which goods
are to serve how much of it (`Planned`), and why the others do not.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from troth.business.promising.rules.arrivals import Arrivals
from troth.business.promising.rules.wish import LinePromise, Wish
from troth.business.promising.states import Mode
from troth.kernel.alternatives import Building, Offer, Picking
from troth.kernel.calendars import day_of

ORDERED = 0
"""The place of the goods that were ordered; alternatives count from 1."""


class Strategy(NamedTuple):
    """How one is chosen; with `rest_to_first` what nobody confirms waits at the first alternative, not where it was
    ordered."""

    building: Building = Building.EARLIEST
    picking: Picking = Picking.WATERFALL
    rest_to_first: bool = False


class Alternative(NamedTuple):
    """Goods that may serve a wish: `top` smallest units of them for each `bottom` of what is ordered, in lowest terms.

    `wish` is the wish as it would be of them. `obstacle` says in a word why they cannot serve at all. `product`, `site`
    and `rule` are what people call them.
    """

    wish: Wish
    top: int
    bottom: int
    product: str
    site: str
    rule: str
    obstacle: str = ""

    def of(self, ordered: int) -> int:
        """So many smallest units of them for a quantity of what is ordered, a multiple of `bottom`."""
        return ordered // self.bottom * self.top

    def packed(self, ordered: int) -> int:
        """`of`, as the rule of their own packages has it; as it is where that leaves nothing."""
        quantity, packing = self.of(ordered), self.wish.packing
        return quantity if packing is None else packing.requested(quantity) or quantity

    def back(self, quantity: int) -> int:
        """What a quantity of them serves of what is ordered, in whole steps."""
        return quantity // self.top * self.bottom


class Asked(NamedTuple):
    """A wish with what may stand in for it; without alternatives it only takes what it takes."""

    wish: Wish
    alternatives: Sequence[Alternative] = ()
    strategy: Strategy = Strategy()

    @property
    def is_open(self) -> bool:
        """Whether another can serve it at all: a quantity and date that are fixed stay where they are."""
        return bool(self.alternatives) and self.wish.is_checked and not self.wish.is_fixed

    @property
    def picking(self) -> Picking:
        """Goods that are to come together, all at once or in no small parts, are not spread."""
        wish = self.wish
        spread = wish.mode == Mode.PARTIAL and not (wish.delivery_group or wish.complete_delivery or wish.min_shipment)
        return self.strategy.picking if spread else Picking.PICK_ONE

    def is_served(self, offer: Offer) -> bool:
        """Whether the ordered goods, which offer this, do, so that nobody looks further."""
        is_full = self.strategy.building is Building.FULL
        comes = offer.total if is_full else offer.by(day_of(self.wish.requested_on))
        return comes == self.wish.quantity


class Part(NamedTuple):
    """What goods at a `place` are to serve, in their own smallest units; `ordered` in those of what is ordered."""

    place: int
    quantity: int
    ordered: int


class Tried(NamedTuple):
    """What goods offered, in smallest units of what is ordered: by the wished day, in all; `taken` of it, and `why` in
    a word: taken, nothing, late, short, worse, or their obstacle."""

    product: str
    site: str
    rule: str
    on_time: int
    total: int
    taken: int
    why: str

    def record(self) -> dict[str, Any]:
        return self._asdict()


class Planned(NamedTuple):
    """`parts` sum to the wish; only the one at `ORDERED` where nothing else serves. Nobody was `tried` who was not
    needed; `offers` are what those who can serve at all offered, by place."""

    asked: Asked
    parts: tuple[Part, ...]
    tried: tuple[Tried, ...] = ()
    offers: Mapping[int, Offer] = MappingProxyType({})

    @property
    def is_as_ordered(self) -> bool:
        return all(part.place == ORDERED for part in self.parts)


def as_ordered(asked: Asked, tried: Sequence[Tried] = ()) -> Planned:
    quantity = asked.wish.quantity
    return Planned(asked, (Part(ORDERED, quantity, quantity),), tuple(tried))


def arrivals_of(promise: LinePromise) -> Arrivals:
    """By day of delivery, what a promise confirms."""
    return tuple([(one.dates.delivery, one.quantity) for one in promise.schedules])


def offer_of(comes: Arrivals, alternative: Alternative | None) -> Offer:
    """What comes as an offer in smallest units of what is ordered; a step counts from when it is whole."""
    if alternative is None:
        return Offer(comes)
    if not comes:
        return Offer((), alternative.bottom)
    arrivals, got, served = [], 0, 0
    for day, quantity in comes:
        got += quantity
        now = alternative.back(got)
        if now > served:
            arrivals.append((day, now - served))
            served = now
    return Offer(tuple(arrivals), alternative.bottom)


def parts_of(asked: Asked, shares: Sequence[int], places: Sequence[int]) -> tuple[Part, ...]:
    """The parts of the wish, by place; what nobody serves stays as ordered, or with the first alternative."""
    wish, served = asked.wish, dict(zip(places, shares, strict=True))
    rest = wish.quantity - sum(shares)
    first = next((place for place in places if place != ORDERED), None)
    if rest and asked.strategy.rest_to_first and first is not None:
        whole = rest // asked.alternatives[first - 1].bottom * asked.alternatives[first - 1].bottom
        served[first] += whole
        rest -= whole
    served[ORDERED] = served.get(ORDERED, 0) + rest
    found = []
    for place in sorted(served):
        ordered = served[place]
        if ordered:
            quantity = ordered if place == ORDERED else asked.alternatives[place - 1].packed(ordered)
            found.append(Part(place, quantity, ordered))
    return tuple(found)


def why(offer: Offer, wished_day: int, wanted: int, taken: int) -> str:
    """In a word what became of an offer."""
    if taken:
        return "taken"
    if not offer.arrivals:
        return "nothing"
    if not offer.by(wished_day):
        return "late"
    return "short" if offer.total < wanted else "worse"


def said(record: Mapping[str, Any]) -> list[Tried]:
    """What was tried, as it was kept with a promise."""
    return [Tried(**one) for one in record.get("tried", ())]
