"""What would make a promise earlier: roads that are tried on supposed books, nothing locked or written.

    road       supposed
    split      the line may come in parts, and need not wait for its group
    fewer      less is wanted, as much as there is for the wished day
    release    what lies in inspection, or is blocked, is free today
    protection nothing of its goods is kept for others
    quota      the quotas that hold for the line have room
    receipt    a receipt that comes later than needed comes by the day the goods are needed
    anywhere   the line is delivered from the whole site, not from one location alone
    site       the line is delivered from another site
    substitute other goods that a rule of availability names serve all that they can of it

What has to arrive together is tried together, but for the roads on which the line goes by itself. A road is offered
only if more of the line would come, or all of it earlier. The ones that help most come first.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from troth.business.promising.actions import quotas
from troth.business.promising.actions.confirm import SUPPOSED, simulate
from troth.business.promising.actions.replay import reader_of, wish_standing, with_group
from troth.business.promising.models import Requirement
from troth.business.promising.rules import LinePromise, Wish, group_of
from troth.business.promising.rules.alternatives import arrivals_of, offer_of
from troth.business.promising.rules.explain import limited_by
from troth.business.promising.states import Mode
from troth.business.supply import queries as supply
from troth.business.supply.queries import ReceiptRow
from troth.kernel import lots, netting, scheduling
from troth.kernel.calendars import date_of, day_of
from troth.kernel.errors import BusinessError
from troth.kernel.netting import Category
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef

RECEIPTS_TRIED = 5


class Arrival(NamedTuple):
    on: date
    quantity: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """A road to an earlier or a larger promise: what would arrive, and what has to happen for it.

    `quota` says which quota limits, `more` by how much it would have to be raised, what is kept for others lowered, or
    how much of a `stock` (category) released; `product` is what is sold instead.
    """

    road: str
    arrivals: tuple[Arrival, ...]
    short: int
    receipt: ReceiptRow | None = None
    needed_on: date | None = None
    site: str = ""
    site_id: int | None = None
    quota: str = ""
    more: int = 0
    product: str = ""
    stock: Category | None = None

    @property
    def last_on(self) -> date | None:
        return max((one.on for one in self.arrivals), default=None)


def earlier(kind: str, line_id: int, *, clock: Clock) -> list[Earlier]:
    """What would make a line come earlier, or more of it, the most helpful first; nothing for one that is on time."""
    one, wish = wish_standing(kind, line_id)
    now = _tried(with_group(one.document_id, wish), line_id, clock)
    if now is None or now.is_on_time or not wish.is_checked:
        return []
    roads = [
        *_split(wish, clock),
        *_fewer(wish, clock),
        *_raised(one, wish, now, clock),
        *_unprotected(one, wish, now, clock),
        *_released(one, wish, clock),
        *_expedited(one, wish, clock),
        *_anywhere(one, wish, clock),
        *_elsewhere(one, kind, clock),
        *_instead(one, wish, clock),
    ]
    better = [road for road in roads if _helps(road, now)]
    return sorted(better, key=lambda road: (road.short, road.last_on or date.max, _ORDER.index(road.road)))


_ORDER = ("split", "fewer", "release", "protection", "quota", "receipt", "anywhere", "site", "substitute")


def _tried(
    wishes: Sequence[Wish], line_id: int, clock: Clock, supposed: Sequence[Entry] = (),
    *, without: Callable[[quotas.Holding], quotas.Holding] | None = None,
) -> LinePromise | None:  # fmt: skip
    """The promise if it were so, `without` some of what holds for it; None where a rule stands in the way."""
    found = without(quotas.holding(wishes)) if without is not None else None
    try:
        return simulate(wishes, clock=clock, anew=True, supposed=supposed, found=found).lines[line_id]
    except BusinessError:
        return None


def _arrivals(promise: LinePromise) -> tuple[Arrival, ...]:
    return tuple(Arrival(one.delivery_on, one.quantity) for one in promise.schedules)


def _split(wish: Wish, clock: Clock) -> Iterator[Earlier]:
    """In parts, for itself."""
    if wish.mode == Mode.PARTIAL and group_of(wish) is None:
        return
    alone = wish._replace(mode=Mode.PARTIAL, complete_delivery=False, delivery_group=0)
    found = _tried([alone], wish.line_id, clock)
    if found is not None and found.schedules:
        yield Earlier("split", _arrivals(found), found.short)


def _fewer(wish: Wish, clock: Clock) -> Iterator[Earlier]:
    """What there is for the wished day, and no more."""
    alone = wish._replace(mode=Mode.ONE_TIME, complete_delivery=False, delivery_group=0)
    found = _tried([alone], wish.line_id, clock)
    if found is not None and found.schedules and found.short:
        yield Earlier("fewer", _arrivals(found), 0)


def _raised(one: Requirement, wish: Wish, now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """Held against no quota; what is protected for others stays theirs."""
    bound = now.record.get("quota")
    if bound is None:
        return
    found = _tried(with_group(one.document_id, wish), wish.line_id, clock, without=quotas.unrationed)
    if found is not None and (more := _more(found, now)) > 0:
        yield Earlier("quota", _arrivals(found), found.short, quota=limited_by(bound), more=more)


def _unprotected(one: Requirement, wish: Wish, now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """As if nothing were kept for others; quotas hold."""
    if not any(matched.protections for matched in quotas.holding([wish]).values()):
        return
    found = _tried(with_group(one.document_id, wish), wish.line_id, clock, without=quotas.unprotected)
    if found is not None and (more := _more(found, now)) > 0:
        yield Earlier("protection", _arrivals(found), found.short, more=more)


def _more(found: LinePromise, now: LinePromise) -> int:
    """By how much what is found is ahead of what is promised now, on the day on which it is most."""
    arrivals, stands = _arrivals(found), _arrivals(now)
    return max((_by(arrivals, one.on) - _by(stands, one.on) for one in arrivals), default=0)


def _anywhere(one: Requirement, wish: Wish, clock: Clock) -> Iterator[Earlier]:
    """From wherever it lies at the site."""
    if not wish.location:
        return
    wishes = [each._replace(segment="") if each == wish else each for each in with_group(one.document_id, wish)]
    found = _tried(wishes, wish.line_id, clock)
    if found is not None and found.schedules:
        yield Earlier("anywhere", _arrivals(found), found.short)


def _released(one: Requirement, wish: Wish, clock: Clock) -> Iterator[Earlier]:
    """What lies in inspection, or blocked, is released today: one kind of stock each, all of it.

    Not for one location alone, of which is not known what of it lies there.
    """
    if wish.location:
        return
    key = AvailabilityKey(wish.product_id, wish.site_id, wish.segment)
    aging = None if wish.segment else availability.lots(wish.product_id, wish.site_id)
    found = aging or lots.without_batches(availability.series(wish.product_id, wish.site_id, wish.segment))
    for category in (Category.QUALITY_STOCK, Category.BLOCKED_STOCK):
        lying = [one for one in found if one.category == category and one.quantity > 0]
        moved = [
            Entry(key, kind, day, sign * one.quantity, SUPPOSED, batch=one.batch, lasts=one.lasts)
            for one in lying
            for kind, day, sign in ((category, one.day, -1), (Category.STOCK, netting.STOCK_DAY, 1))
        ]
        promise = _tried(with_group(one.document_id, wish), wish.line_id, clock, moved) if moved else None
        if promise is not None:
            more = sum(one.quantity for one in lying)
            yield Earlier("release", _arrivals(promise), promise.short, more=more, stock=category)


def _expedited(one: Requirement, wish: Wish, clock: Clock) -> Iterator[Earlier]:
    """One receipt each that comes by the day the goods are needed, and not before tomorrow."""
    today = day_of(clock.today(wish.way.time_zone))
    dates = scheduling.schedule(day_of(wish.requested_on), today, wish.way.durations, wish.way.calendars)
    needed = max(dates.material_available, today + 1)
    key = AvailabilityKey(wish.product_id, wish.site_id, wish.segment)
    expected = [one for one in supply.by_product(wish.product_id, wish.site_id) if one.valuation == wish.valuation]
    late = [one for one in expected if day_of(one.due_on) > needed]
    for receipt in late[:RECEIPTS_TRIED]:
        category = receipt.category
        ref = DocumentRef("receipt", receipt.id, receipt.number)
        lasts = day_of(receipt.expires_on) if receipt.expires_on else 0
        moved = (
            Entry(key, category, day_of(receipt.due_on), -receipt.expected, ref, lasts=lasts),
            Entry(key, category, needed, receipt.expected, ref, lasts=lasts),
        )
        found = _tried(with_group(one.document_id, wish), wish.line_id, clock, moved)
        if found is not None:
            yield Earlier("receipt", _arrivals(found), found.short, receipt=receipt, needed_on=date_of(needed))


def _elsewhere(one: Requirement, kind: str, clock: Clock) -> Iterator[Earlier]:
    for wish in reader_of(kind).elsewhere(one.document_id, one.line_id):
        found = _tried(with_group(one.document_id, wish), wish.line_id, clock)
        if found is not None and found.schedules:
            yield Earlier("site", _arrivals(found), found.short, site=wish.way.site, site_id=wish.site_id)


def _instead(one: Requirement, wish: Wish, clock: Clock) -> Iterator[Earlier]:
    """Other goods that rules name, whether or not they serve by themselves; counted as what is ordered."""
    for other in reader_of(wish.document.kind).instead(one.document_id, one.line_id):
        found = _tried([other.wish], other.wish.line_id, clock)
        if found is None or not found.schedules:
            continue
        offer = offer_of(arrivals_of(found), other)
        arrivals = tuple(Arrival(date_of(day), quantity) for day, quantity in offer.arrivals)
        if arrivals:
            short = wish.quantity - offer.total
            yield Earlier("substitute", arrivals, short, site=other.site, product=other.product)


def _helps(road: Earlier, now: LinePromise) -> bool:
    """Whether more would come, or as much of it earlier: its arrivals are never behind, and once ahead."""
    if road.road == "fewer":
        return True
    stands = [Arrival(one.delivery_on, one.quantity) for one in now.schedules]
    days = sorted({one.on for one in (*stands, *road.arrivals)})
    gains = [_by(road.arrivals, day) - _by(stands, day) for day in days]
    return bool(gains) and min(gains) >= 0 and max(gains) > 0


def _by(arrivals: Sequence[Arrival], day: date) -> int:
    return sum(one.quantity for one in arrivals if one.on <= day)
