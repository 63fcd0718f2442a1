"""Products with their units, weights, costs and lead times, and where each is kept."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from troth.demo.facts import rows
from troth.doors.demo.organisation import BOTHELL, COLUMBUS, Organisation, bin_code
from troth.doors.demo.tables import row, write

MEASURED_DECIMALS = 3
COUNTED = {"EA", "DZ", "BOX", "CAN", "CAR", "CR", "CS", "CTN", "PAK", "PAL", "PC", "BTL", "PCT"}
"""Units that are counted; all others are measured to the thousandth."""

VOLUME_ML = {"Bikes": 350_000, "Components": 12_000, "Clothing": 1_500, "Accessories": 1_000}
"""By category, of one piece. Invented: the source knows no volumes."""
SOLD_BY_DOZEN = ("Clothing", "Accessories")

COLUMBUS_PRODUCTS = (
    "WB-H098",
    "PK-7098",
    "TT-R982",
    "HL-U509-R",
    "HL-U509-B",
    "FE-6654",
    "CA-1098",
    "BC-M005",
    "BC-R205",
    "SJ-0194-X",
    "LJ-0192-M",
    "GL-H102-L",
)
COLUMBUS_SHARE_PERCENT = 25
HISTORY_ORDERS = 2_749


@dataclass
class Place:
    """Opening stock of a product in a bin, in smallest units."""

    product_number: str
    site: Any
    location_id: int
    bin: Any
    quantity: int


@dataclass
class Products:
    by_number: dict[str, Any]
    opening: list[Place]

    def sold(self) -> list[Any]:
        return [product for product in self.by_number.values() if product.is_sold]


def write_products(organisation: Organisation, *, orders: int = HISTORY_ORDERS) -> Products:
    """Write products and say what lies where; the scarce ones are scaled to the share of the history that is played."""
    _units()
    made = write(_products())
    by_number = {product.number: product for product in made}
    write(
        row("reference.ProductUnit", product=product, unit_id="DZ", numerator=12)
        for product in made
        if product.is_sold and product.category in SOLD_BY_DOZEN
    )
    counted = list(_counted(min(orders, HISTORY_ORDERS)))
    opening = [*_bothell(organisation, by_number, counted), *_columbus(organisation, by_number, counted)]
    _keep(organisation, by_number, opening)
    return Products(by_number, [place for place in opening if place.quantity])


def _units() -> None:
    write(
        row(
            "reference.Unit",
            code=fact["unit"],
            name=fact["name"],
            decimals=0 if fact["unit"] in COUNTED else MEASURED_DECIMALS,
        )
        for fact in rows("units")
    )


def _products() -> list[Any]:
    categories = {fact["category_key"]: fact["name"] for fact in rows("product_categories")}
    subcategories = {fact["subcategory_key"]: fact for fact in rows("product_subcategories")}
    priced = {fact["product_number"] for fact in rows("list_price_history") if not fact["valid_to_on"]}
    bought = {fact["product_number"]: int(fact["lead_days"]) for fact in rows("product_vendors")}
    made = []
    for fact in rows("products"):
        subcategory = subcategories.get(fact["subcategory_key"])
        category = categories[subcategory["category_key"]] if subcategory else ""
        days = int(fact["manufacture_days"]) or bought.get(fact["product_number"])
        made.append(
            row(
                "reference.Product",
                number=fact["product_number"],
                name=fact["name"],
                base_unit_id=fact["unit"],
                category=category,
                subcategory=subcategory["name"] if subcategory else "",
                weight_g=int(fact["weight_g"] or 0),
                volume_ml=VOLUME_ML.get(category, 0) if fact["finished"] == "1" else 0,
                is_made=fact["made_in_house"] == "1",
                is_sold=fact["finished"] == "1" and fact["product_number"] in priced and not fact["sell_end_on"],
                standard_cost=int(fact["standard_cost_cents"]),
                lead_days=days,
            )
        )
    return made


def steps(product: Any, quantity: int) -> int:
    """So many whole base units in smallest units."""
    return int(quantity) * (1 if product.base_unit_id in COUNTED else 10**MEASURED_DECIMALS)


@dataclass(frozen=True)
class Counted:
    """A place of the source with the pieces that the demo begins with, and how many of them are in Columbus."""

    product_number: str
    location_key: str
    bin: str
    quantity: int
    in_columbus: int


def _counted(orders: int) -> Iterator[Counted]:
    scarce = {fact["product_number"] for fact in rows("scarce_products")}
    for fact in rows("stock"):
        number, quantity = fact["product_number"], int(fact["quantity"])
        if number in scarce:
            quantity = -(-quantity * orders // HISTORY_ORDERS)
        there = quantity * COLUMBUS_SHARE_PERCENT // 100 if number in COLUMBUS_PRODUCTS else 0
        yield Counted(number, fact["location_key"], bin_code(fact["shelf"], fact["bin"]), quantity - there, there)


def _bothell(organisation: Organisation, by_number: dict[str, Any], counted: list[Counted]) -> list[Place]:
    """The places of the source; of the products that Columbus keeps too, its share is gone."""
    site = organisation.sites[BOTHELL]
    places = []
    for one in counted:
        where = organisation.bins[one.location_key, one.bin]
        quantity = steps(by_number[one.product_number], one.quantity)
        places.append(Place(one.product_number, site, where.location_id, where, quantity))
    return places


def _columbus(organisation: Organisation, by_number: dict[str, Any], counted: list[Counted]) -> list[Place]:
    """Invented: a warehouse in Ohio that keeps a share of twelve best sellers, each in a bin of its own."""
    share: Counter[str] = Counter()
    for one in counted:
        share[one.product_number] += one.in_columbus
    bins = write(
        row("reference.Bin", location=organisation.columbus, code=f"A-{number:02}", sequence=number)
        for number in range(1, len(COLUMBUS_PRODUCTS) + 1)
    )
    site, location_id = organisation.sites[COLUMBUS], organisation.columbus.pk
    return [
        Place(number, site, location_id, where, steps(by_number[number], share[number]))
        for number, where in zip(COLUMBUS_PRODUCTS, bins, strict=True)
    ]


def _keep(organisation: Organisation, by_number: dict[str, Any], opening: list[Place]) -> None:
    """Every product is kept in Bothell, some in Columbus too; the fixed bin is the one that holds most."""
    fullest: dict[tuple[str, int], Place] = {}
    for place in opening:
        key = (place.product_number, place.site.pk)
        if key not in fullest or place.quantity > fullest[key].quantity:
            fullest[key] = place
    kept: dict[str, set[int]] = defaultdict(set)
    for number, site_id in fullest:
        kept[number].add(site_id)
    bothell = organisation.sites[BOTHELL].pk
    write(
        row(
            "masterdata.ProductSite",
            product=product,
            site_id=site_id,
            fixed_bin=fullest[number, site_id].bin if (number, site_id) in fullest else None,
            is_default=site_id == bothell,
        )
        for number, product in by_number.items()
        for site_id in sorted(kept[number] | {bothell})
    )
