"""Goods that one storage location keeps for promises made from it alone.

As stock that is tied to an order line they stay in their bins and change owner, here to the location; in availability
they leave the site's common series for one of the location's own. So the site counts them no longer, nobody else
fetches them, and no more can be kept than lies there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from troth.business.supply.actions.claims import Claims, claims, refuse_spoken_for
from troth.kernel.netting import STOCK_DAY, Category
from troth.kernel.places import location_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.stock import actions as stock
from troth.ledgers.stock import queries as bins
from troth.ledgers.stock.actions import Movement
from troth.ledgers.stock.keys import StockKey, StockType
from troth.platform.documents import DocumentRef
from troth.platform.locks import BalanceKey, Held


def kept_keys(series: Iterable[AvailabilityKey]) -> tuple[BalanceKey, ...]:
    """What must be held beside series of locations to keep goods for them, or to let these go.

    The site's common series, and the bins of the location in which goods lie. One statement; none where none of the
    series is a location's.
    """
    located = [key for key in dict.fromkeys(series) if location_of(key.segment)]
    if not located:
        return ()
    wanted = [(key.product_id, key.site_id, location_of(key.segment)) for key in located]
    mine = bins.at_locations(wanted)
    return (*(site_series(key) for key in located), *mine, *(replace(key, owner="") for key in mine))


def site_series(key: AvailabilityKey) -> AvailabilityKey:
    """The site's series, of which a location's is a part."""
    return replace(key, segment="")


def lying(held: Held, key: AvailabilityKey) -> int:
    """What lies at the location of a series and belongs to nobody, in held bins; what is being picked is left out."""
    return sum(quantity for _, quantity in _free_in_bins(held, key, owner=""))


def lying_at(held: Held, keys: Iterable[AvailabilityKey]) -> dict[AvailabilityKey, int]:
    """`lying` of many series; what is being picked is asked for once a site."""
    found: dict[AvailabilityKey, int] = {}
    by_site: dict[int, list[AvailabilityKey]] = {}
    for key in keys:
        by_site.setdefault(key.site_id, []).append(key)
    for site_id, own in by_site.items():
        claimed = claims(site_id, {key.product_id for key in own})
        found |= {key: sum(free for _, free in _free_in_bins(held, key, owner="", claimed=claimed)) for key in own}
    return found


def keep(
    held: Held, key: AvailabilityKey, quantity: int, ref: DocumentRef, line_id: int = 0, *, on: date, at: datetime
) -> None:  # fmt: skip
    """Keep `quantity` (no more than `lying`) for a location's series, the oldest goods first. `kept_keys` are held."""
    moved = _change_owner(held, key, quantity, "", ref, line_id, on=on, at=at)
    assert moved == quantity, "no more is kept for a location than lies there"


def let_go(
    held: Held, key: AvailabilityKey, quantity: int, ref: DocumentRef, line_id: int = 0, *, on: date, at: datetime
) -> int:  # fmt: skip
    """Give what a location's series keeps back to the site; return how much that was: what is being picked stays."""
    return _change_owner(held, key, quantity, key.segment, ref, line_id, on=on, at=at)


@dataclass(slots=True)
class Kept:
    """What the location of a bin keeps there: goods that leave the bin are taken of it where the rest is not enough.

    `gone` of it was let go, `keys` are what must be held.
    """

    place: StockKey
    series: AvailabilityKey
    keys: tuple[BalanceKey, ...]
    gone: int = 0

    @classmethod
    def of(cls, place: StockKey, *others: StockKey) -> "Kept | None":
        """A first look, one statement: None where its location keeps nothing in the bin. `others`: bins to which the
        goods may go."""
        segment = bins.kept_in(place)
        if segment is None or place.stock_type != StockType.UNRESTRICTED:
            return None
        series = AvailabilityKey(place.product_id, place.site_id, segment)
        more = [replace(one, owner=owner) for one in (place, *others) for owner in ("", segment)]
        return cls(replace(place, owner=segment), series, (series, *kept_keys([series]), *more))

    def let_go(self, held: Held, quantity: int, ref: DocumentRef, *, on: date, at: datetime) -> None:
        """Give of it to the site what of `quantity` the bin has not got otherwise; `GoodsSpokenFor` if it is picked."""
        missing = quantity - held.balance(replace(self.place, owner="")).quantity
        missing = min(missing, held.balance(self.place).quantity)
        if missing > 0:
            refuse_spoken_for(held, self.place, missing)
            bin_id = self.place.bin_id
            owner = self.series.segment
            self.gone = _change_owner(held, self.series, missing, owner, ref, 0, on=on, at=at, bin_id=bin_id)

    def keep_again(self, held: Held, ref: DocumentRef, *, on: date, at: datetime) -> None:
        """Keep as much as was let go of what else lies at the location: the goods are at the site still."""
        again = min(self.gone, lying(held, self.series))
        if again > 0:
            keep(held, self.series, again, ref, on=on, at=at)


def _change_owner(
    held: Held, key: AvailabilityKey, quantity: int, owner: str, ref: DocumentRef, line_id: int, *, on: date,
    at: datetime, bin_id: int | None = None,
) -> int:  # fmt: skip
    to, rest = "" if owner else key.segment, quantity
    movements: list[Movement] = []
    for place, free in _free_in_bins(held, key, owner=owner):
        taken = min(rest, free) if bin_id in (None, place.bin_id) else 0
        if taken > 0:
            since = held.balance(place).received_on
            target = replace(place, owner=to)
            movements.append(Movement(place, -taken, "allocation", on, ref, line_id))
            movements.append(Movement(target, taken, "allocation", on, ref, line_id, received_on=since))
            rest -= taken
    moved = quantity - rest
    if moved:
        stock.post(held, movements, at=at)
        kept = -moved if owner else moved
        here = Entry(key, Category.STOCK, STOCK_DAY, kept, ref, line_id)
        availability.post(held, [here._replace(key=site_series(key), quantity=-kept), here], at=at)
    return moved


def _free_in_bins(
    held: Held, key: AvailabilityKey, *, owner: str, claimed: Claims | None = None
) -> list[tuple[StockKey, int]]:
    """(bin, what of this owner lies there that nobody fetches), the oldest goods first."""
    whose = (key.product_id, key.site_id, key.segment)
    bin_keys = [one for one in tuple(held.keys()) if isinstance(one, StockKey)]
    mine = [one for one in bin_keys if (one.product_id, one.site_id, one.owner) == whose]
    places = [replace(one, owner=owner) for one in mine]
    if claimed is None:
        claimed = claims(key.site_id, [key.product_id]) if places else {}
    found = []
    for place in sorted(places, key=lambda place: (held.balance(place).received_on or date.max, place)):
        free = held.balance(place).quantity - sum(one.quantity for one in claimed.get(place, ()))
        if free > 0:
            found.append((place, free))
    return found
