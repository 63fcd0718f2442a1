"""Goods go from one bin to another of their site.

The site has as much as before, so the journal has nothing to post, and the stock ledger moves by two movements that sum
to zero. Availability has something to post only where one of the two locations is left out of the check: the goods
count from then on, or no longer, and who was promised them is noted short. So is who was promised goods of one location
alone that are moved out of it.
"""

from dataclasses import dataclass

from troth.business.supply.actions.aside import Kept
from troth.business.supply.actions.batches import lots_here
from troth.business.supply.actions.claims import refuse_spoken_for
from troth.business.supply.actions.places import BinPlace, bin_place, series_of, stock_key
from troth.business.supply.actions.valued import check_valued
from troth.business.supply.rules import check_move, check_quantity
from troth.kernel import netting
from troth.kernel.calendars import day_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry, Shortfall
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.stock import actions as stock
from troth.ledgers.stock.actions import Movement
from troth.platform import actions, events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Moved:
    """`quantity` in smallest units; the two stock movements; what is missing now for what was promised."""

    quantity: int
    from_posting_id: int
    to_posting_id: int
    short: list[Shortfall]


@action
def move_stock(
    product_id: int,
    *,
    from_bin_id: int,
    to_bin_id: int,
    quantity: int,
    reason: str = "",
    by: Actor,
    clock: Clock,
    batch: str = "",
    valuation: str = "",
) -> Moved:
    """Move `quantity` (smallest units) of unrestricted stock of the company's own into another bin of the same site.

    The goods keep the day they came in, so that first in stays first out. `NotEnoughStock`, `GoodsSpokenFor`,
    `SameBin`, `BinNotAtSite` and `BinInactive` are refused; a bin that is not used any more can be emptied, but not
    filled.
    """
    check_quantity("the move", quantity)
    place, target = bin_place(from_bin_id, field="from_bin"), bin_place(to_bin_id, field="to_bin")
    check_move(place, target)
    source, destination = (stock_key(product_id, one, batch=batch, valuation=valuation) for one in (place, target))
    site = reference.site(place.site_id)
    actions.require(by, company_id=site.company_id, site_id=site.id)
    held = locks.begin()
    common = series_of(source)
    counts_anew = place.category != target.category
    kept = Kept.of(source, *([destination] if place.location_id == target.location_id else []))
    held.take(*([common] if counts_anew else []), *(kept.keys if kept else ()), source, destination)
    check_valued(held, [(reference.product(product_id), valuation)])
    at, on = clock.now(), clock.today(site.time_zone)
    ref = DocumentRef("move", product_id, f"{on} {from_bin_id}-{to_bin_id}")
    if kept:
        kept.let_go(held, quantity, ref, on=on, at=at)
    refuse_spoken_for(held, source, quantity)
    since = held.balance(source).received_on
    gone, here = stock.post(
        held,
        [
            Movement(source, -quantity, "transfer", on, ref),
            Movement(destination, quantity, "transfer", on, ref, received_on=since),
        ],
        at=at,
    )
    if kept and not counts_anew:
        kept.keep_again(held, ref, on=on, at=at)
    short = _count_anew(held, common, (place, target), (quantity, batch), ref, clock) if counts_anew else []
    if kept and kept.gone:
        short += _settle(held, kept.series, (place, target), ref, clock)
    events.record(
        "supply.stock_moved", ref, company_id=site.company_id, by=by, at=at,
        facts={
            "product": product_id, "from_bin": from_bin_id, "to_bin": to_bin_id, "batch": batch, "quantity": quantity,
            "reason": reason, **({"valuation": valuation} if valuation else {}),
        },
    )  # fmt: skip
    return Moved(quantity, gone, here, short)


def _count_anew(
    held: Held,
    key: AvailabilityKey,
    way: tuple[BinPlace, BinPlace],
    goods: tuple[int, str],
    ref: DocumentRef,
    clock: Clock,
) -> list[Shortfall]:  # fmt: skip
    """Let `goods` (quantity, batch) count as they do where they come to; return the shortages that opens."""
    (place, target), (quantity, batch) = way, goods
    at = clock.now()
    lot = lots_here(key.product_id, [batch])[batch]
    gone = Entry(key, place.category, netting.STOCK_DAY, -quantity, ref, 0, *lot)
    availability.post(held, [gone, Entry(key, target.category, netting.STOCK_DAY, quantity, ref, 0, *lot)], at=at)
    return _settle(held, key, way, ref, clock)


def _settle(
    held: Held, key: AvailabilityKey, way: tuple[BinPlace, BinPlace], ref: DocumentRef, clock: Clock
) -> list[Shortfall]:  # fmt: skip
    place, target = way
    today = day_of(clock.today(reference.site(key.site_id).time_zone))
    cause = f"stock was moved from bin {place.code} to bin {target.code}"
    return availability.settle_shortages(held, [key], today=today, cause=cause, at=clock.now(), source=ref)
