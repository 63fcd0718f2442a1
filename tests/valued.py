"""Gloves that are valuated separately: new and used ones, in the small company of `tests/company.py`."""

from tests.company import SmallCompany
from troth.business.masterdata import imports
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.stock import queries as stock
from troth.platform import verify
from troth.platform.actors import SYSTEM

TYPES = "product,code,name,is_default\nGLOVE,NEW,New,{new}\nGLOVE,USED,Used,no\n"
NEW, USED = "valuation:NEW", "valuation:USED"


def types(small: SmallCompany, default: bool = False) -> None:
    """Gloves are new or used; with a `default`, new unless said otherwise."""
    text = TYPES.format(new="yes" if default else "no")
    imports.import_file("valuation_types", text.encode(), by=SYSTEM, clock=small.clock)


def lay_in(small: SmallCompany, *, site: str = "HAM", **quantities: int) -> None:
    """Gloves by type: `NEW=10, USED=4`."""
    product_id, place = small.products["GLOVE"].pk, small.bins[site].pk
    rows = [OpeningStock(product_id, place, many, valuation=code) for code, many in quantities.items()]
    supply.load_opening_stock(rows, by=SYSTEM, clock=small.clock)


def key(small: SmallCompany, segment: str, site: str = "HAM") -> AvailabilityKey:
    return AvailabilityKey(small.products["GLOVE"].pk, small.sites[site].pk, segment)


def lying(small: SmallCompany) -> dict[str, int]:
    """Gloves in the bins, by type."""
    found: dict[str, int] = {}
    for row in stock.overview(small.products["GLOVE"].pk):
        found[row.key.valuation] = found.get(row.key.valuation, 0) + row.quantity
    return found


def broken() -> list[str]:
    return verify.lines(result for result in verify.run() if not result.holds)
