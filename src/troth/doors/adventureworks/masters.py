"""The feeds of master data, in the order in which a new company brings its tables in."""

from collections.abc import Sequence

from troth.doors.adventureworks import house
from troth.doors.adventureworks import readings as read
from troth.doors.adventureworks.feeds import Feed, always, taken, told
from troth.doors.adventureworks.house import CODE, CURRENCY, SITE, Rows
from troth.doors.demo.organisation import GRAMS_PER_POUND_E5
from troth.doors.demo.products import COUNTED, MEASURED_DECIMALS

FEEDS: Sequence[Feed | tuple[str, Rows]] = (
    Feed("CountryRegion", "countries", {"code": taken("CountryRegionCode"), "name": taken("Name")}),
    Feed(
        "Currency",
        "currencies",
        {"code": taken("CurrencyCode"), "name": taken("Name"), "decimals": told("CurrencyCode")(read.decimals)},
    ),
    Feed(
        "CurrencyRate",
        "exchange_rates",
        {
            "source": taken("FromCurrencyCode"),
            "target": taken("ToCurrencyCode"),
            "valid_from_on": read.dated("CurrencyRateDate"),
            "numerator": told("EndOfDayRate")(lambda row, _: read.whole(row, "EndOfDayRate", shift=4)),
            "denominator": always(read.RATE_DENOMINATOR),
        },
        left_out=read.same_currency,
    ),
    Feed(
        "UnitMeasure",
        "units",
        {
            "code": taken("UnitMeasureCode"),
            "name": taken("Name"),
            "decimals": told("UnitMeasureCode")(
                lambda row, _: 0 if row["UnitMeasureCode"] in COUNTED else MEASURED_DECIMALS
            ),
        },
    ),
    ("calendars", house.CALENDARS),
    ("companies", house.COMPANIES),
    Feed(
        "SalesTerritory",
        "sales_organisations",
        {"company": always(CODE), "code": read.two_digits("TerritoryID"), "name": taken("Name")},
    ),
    ("sites", house.SITES),
    ("shipping_points", house.SHIPPING_POINTS),
    ("payment_terms", house.PAYMENT_TERMS),
    ("item_categories", house.ITEM_CATEGORIES),
    ("order_types", house.ORDER_TYPES),
    Feed(
        "Location",
        "storage_locations",
        {"site": always(SITE), "code": read.two_digits("LocationID"), "name": taken("Name")},
    ),
    Feed("ProductInventory", "bins", {"location": read.IN_LOCATION, "code": read.BIN}),
    Feed(
        "Vendor",
        "parties",
        {
            "number": taken("AccountNumber"),
            "name": taken("Name"),
            "is_active": told("ActiveFlag")(lambda row, _: row["ActiveFlag"] == "1"),
            **{part: read.of_address(part, read.itself, "BusinessEntityID") for part in read.PLACE},
        },
    ),
    Feed(
        "ShipMethod",
        "parties",
        {"number": read.SHIP_METHOD, "name": taken("Name"), "country": always(house.COUNTRY)},
    ),
    Feed(
        "ShipMethod",
        "carriers",
        {
            "party": read.SHIP_METHOD,
            "base_charge": told("ShipBase")(lambda row, _: read.whole(row, "ShipBase", shift=2)),
            "charge_per_kg": told("ShipRate")(
                lambda row, _: read.whole(row, "ShipRate", shift=2) * GRAMS_PER_POUND_E5 // 100_000
            ),
        },
    ),
    Feed(
        "ShipMethod",
        "routes",
        {
            "code": read.SHIP_METHOD,
            "name": taken("Name"),
            "calendar": always(house.ROAD),
            "carrier": read.SHIP_METHOD,
            "transit_days": always(house.TRANSIT_DAYS),
        },
    ),
    ("route_determinations", house.ROUTE_DETERMINATIONS),
    ("account_determinations", house.ACCOUNT_DETERMINATIONS),
    Feed(
        "BusinessEntityAddress",
        "parties",
        {
            "number": told("BusinessEntityID")(lambda row, look: read.goods_in(read.account_of(row, look))),
            "name": told("BusinessEntityID")(lambda row, look: read.name_of_customer(read.account_of(row, look), look)),
            **{part: read.of_link(part) for part in read.PLACE},
        },
        left_out=lambda row, _: "" if row["AddressTypeID"] == read.SHIPPING else read.NO_PARTY,
        reads=("AddressTypeID",),
    ),
    Feed(
        "Customer",
        "customers",
        {
            "company": always(CODE),
            "number": taken("AccountNumber"),
            "name": told("StoreID", "AccountNumber")(read.name_of_customer),
            **{part: read.of_address(part, read.business_of_customer, "StoreID", "PersonID") for part in read.PLACE},
            "language": told("StoreID", "PersonID")(read.language),
            "sales_organisation": read.two_digits("TerritoryID"),
            "group": told("StoreID")(lambda row, _: "stores" if row["StoreID"] else "persons"),
            "currency": always(CURRENCY),
            "payment_terms": always(house.TERMS),
            "calendar": always(house.WEEK),
            "ship_to": told("StoreID", "PersonID")(read.ship_to),
        },
    ),
    Feed(
        "Product",
        "products",
        {
            "number": taken("ProductNumber"),
            "name": taken("Name"),
            "base_unit": told("ProductID")(read.base_unit),
            "category": told("ProductSubcategoryID")(read.category),
            "subcategory": told("ProductSubcategoryID")(read.subcategory_name),
            "weight_g": told("Weight", "WeightUnitMeasureCode")(read.weight_g),
            "standard_cost": told("StandardCost")(lambda row, _: read.whole(row, "StandardCost", shift=2)),
            "lead_days": told("DaysToManufacture", "ProductID")(read.lead_days),
            "is_made": told("MakeFlag")(lambda row, _: row["MakeFlag"] == "1"),
            "is_sold": told("FinishedGoodsFlag", "SellEndDate", "ProductID")(read.is_sold),
            "site": always(SITE),
        },
    ),
    Feed(
        "ProductInventory",
        "product_sites",
        {
            "product": told("ProductID")(read.product_number),
            "site": always(SITE),
            "fixed_bin": read.FIXED_BIN,
        },
        left_out=read.not_fullest,
        reads=("Quantity",),
    ),
    Feed(
        "SalesTaxRate",
        "tax_rates",
        {
            "country": told("StateProvinceID")(lambda row, look: read.taxed(row, look)["CountryRegionCode"]),
            "region": told("StateProvinceID")(read.region),
            "name": taken("Name"),
            "basis_points": told("TaxRate")(lambda row, _: read.whole(row, "TaxRate", shift=2)),
            "valid_from_on": read.dated("ModifiedDate"),
        },
        left_out=read.second_rate,
        reads=("TaxType",),
    ),
    Feed(
        "ProductListPriceHistory",
        "prices",
        {
            "company": always(CODE),
            "code": always("LIST"),
            "kind": always("price"),
            "product": told("ProductID")(read.product_number),
            "currency": always(CURRENCY),
            "amount": told("ListPrice")(lambda row, _: read.cents(row, "ListPrice")),
            "valid_from_on": read.dated("StartDate"),
            "valid_to_on": read.dated("EndDate"),
            "source": always("price list"),
        },
    ),
    Feed(
        "SpecialOfferProduct",
        "prices",
        {
            "company": always(CODE),
            "code": told("SpecialOfferID")(read.condition),
            "kind": always("discount"),
            "product": told("ProductID")(read.product_number),
            "currency": always(CURRENCY),
            "percent": read.of_offer(lambda offer, _: f"{read.number(offer, 'DiscountPct') * read.PERCENT:.2f}"),
            "scale_from": read.of_offer(lambda offer, _: offer["MinQty"]),
            "valid_from_on": read.of_offer(lambda offer, look: look.day(offer["StartDate"], of="SpecialOfferID")),
            "valid_to_on": read.of_offer(lambda offer, look: look.day(offer["EndDate"], of="SpecialOfferID")),
            "source": read.of_offer(lambda offer, _: offer["Description"]),
        },
        left_out=read.offers_nothing,
    ),
)
"""Feeds of raw files, and between them the rows of the house (`house`) that they stand on."""
