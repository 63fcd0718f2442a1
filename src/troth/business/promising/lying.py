"""The stock of a product summed from the company down: its sites, their storage locations, their batches.

What is on order, planned, promised and held stands beside it. That is known of a site, and of a location where it is
promised from that alone; a batch has none of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from troth.kernel.netting import Category
from troth.kernel.places import location_of
from troth.ledgers.availability import queries as availability
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.queries import StockRow
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow

COMPANY, SITE, LOCATION, BATCH = "company", "site", "location", "batch"
LEVELS = (COMPANY, SITE, LOCATION, BATCH)
ORDERED = frozenset({Category.PURCHASE, Category.PRODUCTION, Category.TRANSFER_IN})
PLANNED = frozenset({Category.REQUISITION, Category.FIRM_REQUISITION, Category.FIRM_PLANNED, Category.PLANNED})
PROMISED = frozenset({Category.ORDER, Category.UNSECURED_ORDER, Category.DELIVERY})
HELD = frozenset({Category.HOLD})


@dataclass(slots=True)
class Sum:
    """What there is at a place, in smallest units; `place` are codes from the company down, as many as its level says.

    `stock` by type; `kept` of it is kept by its location for order lines that name that location. `ordered` comes by
    purchase, production and transfer, `planned` only perhaps; `promised` are orders and deliveries that have not left.
    """

    place: tuple[str, ...]
    is_left_out: bool = False
    stock: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    ordered: int = 0
    planned: int = 0
    promised: int = 0
    held: int = 0

    @property
    def level(self) -> str:
        return LEVELS[len(self.place) - 1]


def sums(product: ProductRow, sites: Iterable[SiteRow]) -> list[Sum]:
    """Sums of a product at these sites, each company before its sites, and so on down; places without any left out."""
    seen = {site.id: site for site in sites}
    companies = {one: reference.company(one).code for one in {site.company_id for site in seen.values()}}
    paths = {site.id: (companies[site.company_id], site.code) for site in seen.values()}
    found: dict[tuple[str, ...], Sum] = {}
    for row in stock.overview(product.id):
        if row.key.site_id in paths:
            _add_stock(found, (*paths[row.key.site_id], row.location), row, product)
    for (site_id, segment, category), quantity in availability.sums_of_product(product.id).items():
        if site_id in paths:
            location = location_of(segment)
            path = (*paths[site_id], location) if location else paths[site_id]
            _add_expected(found, path, Category(category), quantity)
    return [found[place] for place in sorted(found)]


def _above(path: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """A place, and every place that it lies in."""
    return (path[:length] for length in range(1, len(path) + 1))


def _add_stock(found: dict[tuple[str, ...], Sum], path: tuple[str, ...], row: StockRow, product: ProductRow) -> None:
    kept = row.quantity if location_of(row.key.owner) else 0
    for place in _above((*path, row.key.batch) if product.has_batches else path):
        one = found.setdefault(place, Sum(place))
        one.stock[row.key.stock_type] = one.stock.get(row.key.stock_type, 0) + row.quantity
        one.kept += kept
        one.is_left_out = one.is_left_out or (one.level == LOCATION and row.is_left_out)


def _add_expected(found: dict[tuple[str, ...], Sum], path: tuple[str, ...], category: Category, quantity: int) -> None:
    if category not in ORDERED | PLANNED | PROMISED | HELD:
        return
    for place in _above(path):
        one = found.setdefault(place, Sum(place))
        one.ordered += quantity if category in ORDERED else 0
        one.planned += quantity if category in PLANNED else 0
        one.promised -= quantity if category in PROMISED else 0
        one.held -= quantity if category in HELD else 0
