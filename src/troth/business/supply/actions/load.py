"""What lies in the bins when the books are opened: stock, availability and, at standard cost, the journal together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from troth.business.masterdata.actions import Coming
from troth.business.supply.actions import values
from troth.business.supply.actions.batches import Lot, lot_coming
from troth.business.supply.actions.places import bins, series_of
from troth.business.supply.actions.valued import check_valued
from troth.business.supply.rules import (
    check_quantity,
    check_received,
    not_stocked,
)
from troth.kernel import netting
from troth.kernel.errors import BusinessError, NotFound
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.stock import actions as stock
from troth.ledgers.stock.actions import Movement
from troth.ledgers.stock.keys import StockKey
from troth.platform import actions, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference
from troth.reference.queries import ProductRow


@dataclass(frozen=True, slots=True)
class OpeningStock:
    """`quantity` (smallest units) that lies in a bin when the books are opened."""

    product_id: int
    bin_id: int
    quantity: int
    received_on: date | None = None
    batch: str = ""
    expires_on: date | None = None
    valuation: str = ""


@action
def load_opening_stock(rows: Sequence[OpeningStock], *, by: Actor, clock: Clock) -> int:
    """Post what lies in the bins when the books are opened, all or none; return how many rows. Few statements.

    Its value is posted where the company has an account for the posting key "opening"; one that brings its opening
    balances over with its other accounts has none.
    """
    places = bins({row.bin_id for row in rows})
    products = reference.products({row.product_id for row in rows})
    zones: dict[int, str] = {}
    companies: dict[int, int] = {}
    moved: list[Movement] = []
    worth: dict[int, list[tuple[int, int]]] = {}
    at, held = clock.now(), locks.begin()
    for number, row in enumerate(rows, 1):
        check_quantity("the opening stock", row.quantity)
        place, product = places.get(row.bin_id), products.get(row.product_id)
        if place is None or product is None:
            raise NotFound("There is no such bin or product.", row=number, bin=row.bin_id, product=row.product_id)
        if not product.is_stocked:
            raise not_stocked(product.number, number)
        if place.site_id not in zones:
            site = reference.site(place.site_id)
            actions.require(by, company_id=site.company_id, site_id=site.id)
            zones[site.id], companies[site.id] = site.time_zone, site.company_id
        ref = DocumentRef("opening", row.product_id, product.number)
        key = StockKey(place.site_id, place.location_id, place.id, row.product_id, row.batch, row.valuation)
        on = clock.today(zones[place.site_id])
        check_received(row.received_on, on, number)
        moved.append(Movement(key, row.quantity, "opening", on, ref, received_on=row.received_on))
        worth.setdefault(companies[place.site_id], []).append((row.product_id, row.quantity))
    lots = _lots_opened(held, rows, [one.on for one in moved], products, by=by, clock=clock)
    supplied = [
        Entry(
            series_of(one.key), places[one.key.bin_id].category, netting.STOCK_DAY, one.quantity, one.source, 0, *lot,
        )
        for one, lot in zip(moved, lots, strict=True)
    ]  # fmt: skip
    opened = [values.opened(company_id, goods) for company_id, goods in worth.items()]
    held.take(
        *(entry.key for entry in supplied),
        *(one.key for one in moved),
        *(key for value in opened for key in value.keys),
    )
    check_valued(held, [(products[row.product_id], row.valuation) for row in rows], coming=True)
    availability.post(held, supplied, at=at)
    stock.post(held, moved, at=at)
    for value in opened:
        value.post(held, "Opening stock", DocumentRef("opening", value.company_id), clock=clock)
    return len(moved)


def _lots_opened(
    held: Held,
    rows: Sequence[OpeningStock],
    days: Sequence[date],
    products: Mapping[int, ProductRow],
    *,
    by: Actor,
    clock: Clock,
) -> list[Lot]:
    """The lot of each row. Batches are locked by product and number, whatever the order of the rows: two loads that
    name the same ones would wait for each other for ever."""
    found: dict[int, Lot] = {}
    for place in sorted(range(len(rows)), key=lambda place: (rows[place].product_id, rows[place].batch)):
        row, product = rows[place], products[rows[place].product_id]
        coming = Coming(row.batch, None, row.expires_on)
        try:
            found[place] = lot_coming(held, product, coming, today=days[place], by=by, clock=clock)
        except BusinessError as refused:
            refused.row = place + 1
            raise
    return [found[place] for place in range(len(rows))]
