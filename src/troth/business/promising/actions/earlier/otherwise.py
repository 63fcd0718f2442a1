"""Roads that ask for the line otherwise: in parts, less of it, from elsewhere, of other goods, or goods that lie here
released."""

from collections.abc import Iterator

from troth.business.promising.actions.earlier.road import Arrival, Earlier, arrivals_in, tried
from troth.business.promising.actions.quotas import SUPPOSED
from troth.business.promising.actions.replay import reader_of, with_group
from troth.business.promising.models import Requirement
from troth.business.promising.rules import LinePromise, Wish, group_of
from troth.business.promising.rules.alternatives import arrivals_of, offer_of
from troth.business.promising.states import Mode
from troth.kernel import lots, netting
from troth.kernel.calendars import date_of
from troth.kernel.netting import Category
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.clock import Clock


def split(_one: Requirement, wish: Wish, _now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """In parts, for itself."""
    if wish.mode == Mode.PARTIAL and group_of(wish) is None:
        return
    alone = wish._replace(mode=Mode.PARTIAL, complete_delivery=False, delivery_group=0)
    found = tried([alone], wish.line_id, clock)
    if found is not None and found.schedules:
        yield Earlier("split", arrivals_in(found), found.short)


def fewer(_one: Requirement, wish: Wish, _now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """What there is for the wished day, and no more."""
    alone = wish._replace(mode=Mode.ONE_TIME, complete_delivery=False, delivery_group=0)
    found = tried([alone], wish.line_id, clock)
    if found is not None and found.schedules and found.short:
        yield Earlier("fewer", arrivals_in(found), 0)


def anywhere(one: Requirement, wish: Wish, _now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """From wherever it lies at the site."""
    if not wish.location:
        return
    wishes = [each._replace(segment="") if each == wish else each for each in with_group(one.document_id, wish)]
    found = tried(wishes, wish.line_id, clock)
    if found is not None and found.schedules:
        yield Earlier("anywhere", arrivals_in(found), found.short)


def released(one: Requirement, wish: Wish, _now: LinePromise, clock: Clock) -> Iterator[Earlier]:
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
        promise = tried(with_group(one.document_id, wish), wish.line_id, clock, moved) if moved else None
        if promise is not None:
            more = sum(one.quantity for one in lying)
            yield Earlier("release", arrivals_in(promise), promise.short, more=more, stock=category)


def elsewhere(one: Requirement, wish: Wish, _now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    for other in reader_of(wish.document.kind).elsewhere(one.document_id, one.line_id):
        found = tried(with_group(one.document_id, other), other.line_id, clock)
        if found is not None and found.schedules:
            yield Earlier("site", arrivals_in(found), found.short, site=other.way.site, site_id=other.site_id)


def instead(one: Requirement, wish: Wish, _now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """Other goods that rules name, whether or not they serve by themselves; counted as what is ordered."""
    for other in reader_of(wish.document.kind).instead(one.document_id, one.line_id):
        found = tried([other.wish], other.wish.line_id, clock)
        if found is None or not found.schedules:
            continue
        offer = offer_of(arrivals_of(found), other)
        arrivals = tuple(Arrival(date_of(day), quantity) for day, quantity in offer.arrivals)
        if arrivals:
            short = wish.quantity - offer.total
            yield Earlier("substitute", arrivals, short, site=other.site, product=other.product)
