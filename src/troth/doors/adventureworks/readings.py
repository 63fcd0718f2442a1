"""How the columns of raw rows are read: numbers, days, addresses, and what stands in other files."""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from babel.core import UnknownLocaleError
from babel.numbers import get_currency_precision

from troth.demo.raw import Row
from troth.doors.adventureworks.feeds import Faulty, Look, Read, Taken, fitting, told
from troth.doors.adventureworks.house import SITE
from troth.doors.demo.organisation import bin_code
from troth.doors.demo.prices import ONE_RATE, RETAIL, VOLUME, WHOLESALE

HOME, MAIN_OFFICE, SHIPPING = "2", "3", "5"
GRAMS = {"LB": Decimal("453.59237"), "G": Decimal(1)}
PERCENT = Decimal(100)
RATE_DENOMINATOR = 10_000


def number(row: Row, column: str) -> Decimal:
    try:
        found = Decimal(row[column])
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise Faulty(f"{row[column]} is no number. Write it as 12.50.", column)
    return found


def whole(row: Row, column: str, *, shift: int = 0) -> int:
    """A number in units of 10^-shift, halves away from zero: 12.345 with shift 2 is 1235."""
    return int(number(row, column).scaleb(shift).to_integral_value(ROUND_HALF_UP))


def cents(row: Row, column: str) -> str:
    """An amount of four decimals in dollars and cents, halves away from zero."""
    return str(number(row, column).quantize(Decimal("0.01"), ROUND_HALF_UP))


def two_digits(column: str) -> Any:
    return told(column)(lambda row, _: row[column].zfill(2))


def decimals(row: Row, _: Look) -> int:
    try:
        return int(get_currency_precision(row["CurrencyCode"]))
    except (ValueError, UnknownLocaleError):
        return 2


ADDRESS_OF = "BusinessEntityID+AddressTypeID"
NO_PARTY = "Nobody who buys or sells is at this address."


def of_address(part: str, business: Callable[[Row], str], *columns: str) -> Taken:
    """A part of the address of a person or firm: at home, else the main office."""
    return Taken(columns, lambda row, look: _address(business(row), (HOME, MAIN_OFFICE), look, columns[0])[part])


def _address(business: str, kinds: Sequence[str], look: Look, of: str) -> dict[str, str]:
    links = (look.maybe("BusinessEntityAddress", ADDRESS_OF, f"{business}+{kind}") for kind in kinds)
    link = next(filter(None, links), None)
    if link is None:
        raise Faulty(f"BusinessEntity {business} has no address. Add one to BusinessEntityAddress.", of)
    return _place(link, look, of)


def _place(link: Row, look: Look, of: str) -> dict[str, str]:
    """By the columns of a party."""
    place = look.one("Address", "AddressID", link["AddressID"], of=of)
    state = look.one("StateProvince", "StateProvinceID", place["StateProvinceID"], of=of)
    return {
        "street": ", ".join(filter(None, (place["AddressLine1"], place["AddressLine2"]))),
        "postcode": place["PostalCode"],
        "city": place["City"],
        "region": state["StateProvinceCode"],
        "country": state["CountryRegionCode"],
    }


def of_link(part: str) -> Taken:
    """A part of the address that a shipping address names."""
    return told("AddressID")(lambda row, look: _place(row, look, "AddressID")[part])


PLACE = ("street", "postcode", "city", "region", "country")


def itself(row: Row) -> str:
    return row["BusinessEntityID"]


def business_of_customer(row: Row) -> str:
    return row["StoreID"] or row["PersonID"]


def name_of_customer(row: Row, look: Look) -> str:
    """A store's name; the names of persons are not among the raw files, so their account number stands for them."""
    if not row["StoreID"]:
        return row["AccountNumber"]
    return look.one("Store", "BusinessEntityID", row["StoreID"], of="StoreID")["Name"]


def language(row: Row, look: Look) -> str:
    place = _address(business_of_customer(row), (HOME, MAIN_OFFICE), look, "StoreID")
    return "de" if place["country"] == "DE" else "en"


def account_of(link: Row, look: Look) -> Row:
    """The customer whose goods go to a shipping address."""
    business = link["BusinessEntityID"]
    found = look.maybe("Customer", "StoreID", business) or look.maybe("Customer", "PersonID", business)
    if found is None:
        raise Faulty(f"BusinessEntity {business} is no customer. Take its shipping address out.", "BusinessEntityID")
    return found


def goods_in(customer: Row) -> str:
    """The number of the party that takes a customer's goods in."""
    return f"{customer['AccountNumber']}-S"


def ship_to(row: Row, look: Look) -> str | None:
    link = look.glance("BusinessEntityAddress", ADDRESS_OF, f"{business_of_customer(row)}+{SHIPPING}")
    if link is None:
        return None
    return goods_in(account_of(link, look))


def product_number(row: Row, look: Look, column: str = "ProductID") -> str:
    return look.one("Product", "ProductID", row[column], of=column)["ProductNumber"]


def base_unit(row: Row, look: Look) -> str:
    """As bills of materials count it, else pieces: the source has no unit at the product."""
    bill = look.glance("BillOfMaterials", "ComponentID", row["ProductID"])
    return bill["UnitMeasureCode"] if bill else "EA"


def _subcategory(row: Row, look: Look) -> Row | None:
    key = row["ProductSubcategoryID"]
    return look.one("ProductSubcategory", "ProductSubcategoryID", key, of="ProductSubcategoryID") if key else None


def subcategory_name(row: Row, look: Look) -> str:
    sub = _subcategory(row, look)
    return sub["Name"] if sub else ""


def category(row: Row, look: Look) -> str:
    sub = _subcategory(row, look)
    if sub is None:
        return ""
    key = sub["ProductCategoryID"]
    return look.one("ProductCategory", "ProductCategoryID", key, of="ProductSubcategoryID")["Name"]


def weight_g(row: Row, _: Look) -> int:
    if not row["Weight"]:
        return 0
    unit = row["WeightUnitMeasureCode"]
    if unit not in GRAMS:
        raise Faulty(
            f"{unit} is no unit of weight that is known here. Use {' or '.join(GRAMS)}.", "WeightUnitMeasureCode"
        )
    return int((number(row, "Weight") * GRAMS[unit]).to_integral_value(ROUND_HALF_UP))


def lead_days(row: Row, look: Look) -> int | None:
    """Days to make it, else those of its first vendor."""
    days = whole(row, "DaysToManufacture")
    vendor = None if days else look.maybe("ProductVendor", "ProductID", row["ProductID"])
    return days or (whole(vendor, "AverageLeadTime") if vendor else None)


def is_sold(row: Row, look: Look) -> bool:
    """A finished product on the price list whose sale has not ended."""
    listed = look.glance("ProductListPriceHistory", "ProductID+EndDate", f"{row['ProductID']}+")
    return row["FinishedGoodsFlag"] == "1" and not row["SellEndDate"] and listed is not None


def bin_of(row: Row) -> str:
    return bin_code(row["Shelf"], row["Bin"])


BIN = told("Shelf", "Bin")(lambda row, _: bin_of(row))
FIXED_BIN = told("LocationID", "Shelf", "Bin")(lambda row, _: f"{SITE}/{location_of(row)}/{bin_of(row)}")
IN_LOCATION = told("LocationID")(lambda row, _: f"{SITE}/{location_of(row)}")
SHIP_METHOD = told("ShipMethodID")(lambda row, _: f"SHIP-{row['ShipMethodID']}")


def location_of(row: Row) -> str:
    return row["LocationID"].zfill(2)


def _fullest(look: Look) -> dict[str, int]:
    """By product the row number of the place that holds most of it."""
    found: dict[str, tuple[int, int]] = {}
    for row in fitting(look.folder, "ProductInventory"):
        held = int(row["Quantity"]) if row["Quantity"].isdecimal() else 0
        if row["ProductID"] not in found or held > found[row["ProductID"]][0]:
            found[row["ProductID"]] = (held, row.number)
    return {product: place for product, (_, place) in found.items()}


def not_fullest(row: Row, look: Look) -> str:
    fullest = look.once("fullest", lambda: _fullest(look))
    return "" if fullest[row["ProductID"]] == row.number else "The fixed bin is the one that holds most."


def _offer(row: Row, look: Look) -> Row:
    return look.one("SpecialOffer", "SpecialOfferID", row["SpecialOfferID"], of="SpecialOfferID")


def condition(row: Row, look: Look) -> str:
    """The volume discounts are scales of one condition."""
    return "VOLUME" if _offer(row, look)["Type"] == VOLUME else f"OFFER-{row['SpecialOfferID']}"


def of_offer(read: Read) -> Taken:
    return told("SpecialOfferID")(lambda row, look: read(_offer(row, look), look))


def offers_nothing(row: Row, look: Look) -> str:
    offer = look.glance("SpecialOffer", "SpecialOfferID", row["SpecialOfferID"])
    nothing = offer is not None and not number(offer, "DiscountPct")
    return "It offers nothing: a discount of 0 percent." if nothing else ""


def region(row: Row, look: Look) -> str:
    """Countries with one rate have it everywhere."""
    state = taxed(row, look)
    return "" if state["CountryRegionCode"] in ONE_RATE else state["StateProvinceCode"]


def taxed(row: Row, look: Look) -> Row:
    return look.one("StateProvince", "StateProvinceID", row["StateProvinceID"], of="StateProvinceID")


def second_rate(row: Row, look: Look) -> str:
    retail = look.glance("SalesTaxRate", "StateProvinceID+TaxType", f"{row['StateProvinceID']}+{RETAIL}")
    second = row["TaxType"] == WHOLESALE and retail is not None
    return "The region has a retail rate, and Troth keeps one rate for a region." if second else ""


def same_currency(row: Row, _: Look) -> str:
    same = row["FromCurrencyCode"] == row["ToCurrencyCode"]
    return "A currency needs no rate against itself." if same else ""


def dated(column: str) -> Taken:
    return told(column)(lambda row, look: look.day(row[column], of=column))
