"""Master data: products, structures, partners, places and money."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from xml.etree import ElementTree

from adventureworks.source import Facts, Row, Source, cents, day, scaled

GRAMS_PER_UNIT = {"LB": Decimal("453.59237"), "G": Decimal(1)}
SURVEY = "{http://schemas.microsoft.com/sqlserver/2004/07/adventure-works/StoreSurvey}"
SURVEY_NUMBERS = {
    "annual_sales_cents": "AnnualSales",
    "annual_revenue_cents": "AnnualRevenue",
}
SURVEY_TEXTS = {
    "bank_name": "BankName",
    "business_type": "BusinessType",
    "year_opened": "YearOpened",
    "specialty": "Specialty",
    "floor_square_feet": "SquareFeet",
    "employees": "NumberEmployees",
}
ADDRESS_KINDS = {"3": "main_office", "5": "shipping"}


def money(name: str, amount: str) -> dict[str, int]:
    """Return an amount twice: exact in 10^-4 dollars, and rounded to cents."""
    return {f"{name}_e4": scaled(amount, 4), f"{name}_cents": cents(amount)}


def weight_g(row: Row) -> int | str:
    if not row["Weight"]:
        return ""
    grams = Decimal(row["Weight"]) * GRAMS_PER_UNIT[row["WeightUnitMeasureCode"]]
    return int(grams.to_integral_value(ROUND_HALF_UP))


def numbers(source: Source) -> dict[str, str]:
    """Return the product number of each product id: the natural key that all shipped files use."""
    return {row["ProductID"]: row["ProductNumber"] for row in source.table("Product")}


def stock_units(source: Source) -> dict[str, str]:
    """Return the unit of each product id: as bills of materials count it, else pieces.

    The source has no unit at the product; a component has the same unit in every bill it occurs in.
    """
    units: dict[str, set[str]] = defaultdict(set)
    for row in source.table("BillOfMaterials"):
        units[row["ComponentID"]].add(row["UnitMeasureCode"])
    assert all(len(found) == 1 for found in units.values())
    return {p: units[p].copy().pop() if p in units else "EA" for p in numbers(source)}


def products(source: Source) -> Facts:
    units = stock_units(source)
    models = source.by_id("ProductModel", "ProductModelID")
    return [
        {
            "product_number": row["ProductNumber"],
            "name": row["Name"],
            "unit": units[row["ProductID"]],
            "finished": row["FinishedGoodsFlag"],
            "made_in_house": row["MakeFlag"],
            "colour": row["Color"],
            "size": row["Size"],
            "size_unit": row["SizeUnitMeasureCode"],
            "weight_g": weight_g(row),
            "product_line": row["ProductLine"],
            "quality_class": row["Class"],
            "style": row["Style"],
            "subcategory_key": row["ProductSubcategoryID"],
            "model_name": models[row["ProductModelID"]]["Name"] if row["ProductModelID"] else "",
            **money("standard_cost", row["StandardCost"]),
            **money("list_price", row["ListPrice"]),
            "manufacture_days": row["DaysToManufacture"],
            "safety_stock": row["SafetyStockLevel"],
            "reorder_point": row["ReorderPoint"],
            "sell_start_on": day(row["SellStartDate"]),
            "sell_end_on": day(row["SellEndDate"]),
        }
        for row in source.table("Product")
    ]


def history(source: Source, table: str, column: str, name: str) -> Facts:
    number = numbers(source)
    rows = sorted(source.table(table), key=lambda row: (int(row["ProductID"]), row["StartDate"]))
    return [
        {
            "product_number": number[row["ProductID"]],
            "valid_from_on": day(row["StartDate"]),
            "valid_to_on": day(row["EndDate"]),
            **money(name, row[column]),
        }
        for row in rows
    ]


def bills_of_materials(source: Source) -> Facts:
    """All 2,679 lines; the 103 without a parent are the source's heads of finished products."""
    number = numbers(source) | {"": ""}
    rows = sorted(source.table("BillOfMaterials"), key=lambda row: int(row["BillOfMaterialsID"]))
    return [
        {
            "parent_number": number[row["ProductAssemblyID"]],
            "component_number": number[row["ComponentID"]],
            "level": row["BOMLevel"],
            "quantity_per": scaled(row["PerAssemblyQty"], 0),
            "unit": row["UnitMeasureCode"],
            "valid_from_on": day(row["StartDate"]),
            "valid_to_on": day(row["EndDate"]),
        }
        for row in rows
    ]


def locations(source: Source) -> Facts:
    """A location with hours a week is a work centre, one without is a storage place."""
    return [
        {
            "location_key": row["LocationID"],
            "name": row["Name"],
            "work_centre": int(scaled(row["Availability"], 2) > 0),
            "cost_rate_cents_per_hour": scaled(row["CostRate"], 2),
            "available_minutes_per_week": scaled(row["Availability"], 2) * 60 // 100,
        }
        for row in source.table("Location")
    ]


def product_routings(source: Source) -> Facts:
    number = numbers(source)
    return [
        {
            "product_number": number[row["product_id"]],
            "operation_sequence": row["operation_sequence"],
            "location_key": row["location_id"],
            "minutes": scaled(str(Decimal(row["actual_resource_hrs"]) * 60), 0),
            "planned_cost_cents": cents(row["planned_cost"]),
            "work_orders_seen": row["work_orders"],
        }
        for row in source.derived("derived_product_routings.csv")
    ]


def addresses(source: Source) -> dict[str, dict[str, Row]]:
    """Return the addresses of each business entity by kind."""
    places = source.by_id("Address", "AddressID")
    states = source.by_id("StateProvince", "StateProvinceID")
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for link in source.table("BusinessEntityAddress"):
        if link["AddressTypeID"] not in ADDRESS_KINDS:
            continue
        place = places[link["AddressID"]]
        state = states[place["StateProvinceID"]]
        found[link["BusinessEntityID"]][ADDRESS_KINDS[link["AddressTypeID"]]] = {
            "street": place["AddressLine1"],
            "street_2": place["AddressLine2"],
            "city": place["City"],
            "postal_code": place["PostalCode"],
            "state_code": state["StateProvinceCode"],
            "country_code": state["CountryRegionCode"],
        }
    return found


def stores(source: Source) -> Facts:
    """The 701 stores.  A store's account is its customer row that names no person."""
    places = addresses(source)
    accounts = {row["StoreID"]: row for row in source.table("Customer") if row["StoreID"] and not row["PersonID"]}
    result: Facts = []
    for row in sorted(source.table("Store"), key=lambda row: int(row["BusinessEntityID"])):
        key = row["BusinessEntityID"]
        survey = ElementTree.fromstring(row["Demographics"])  # noqa: S314  a file of this project, not of a stranger
        result.append(
            {
                "store_key": key,
                "account_number": accounts[key]["AccountNumber"],
                "name": row["Name"],
                "sales_person_key": row["SalesPersonID"],
                "territory_key": accounts[key]["TerritoryID"],
                **places[key]["main_office"],
                **{n: scaled(survey.findtext(SURVEY + tag, ""), 2) for n, tag in SURVEY_NUMBERS.items()},
                **{n: survey.findtext(SURVEY + tag, "") for n, tag in SURVEY_TEXTS.items()},
            }
        )
    return result


def store_shipping_addresses(source: Source) -> Facts:
    """The stores that take goods somewhere else than at their main office."""
    places = addresses(source)
    keys = sorted((row["BusinessEntityID"] for row in source.table("Store")), key=int)
    return [{"store_key": key, **places[key]["shipping"]} for key in keys if "shipping" in places[key]]


def vendors(source: Source) -> Facts:
    places = addresses(source)
    return [
        {
            "vendor_key": row["AccountNumber"],
            "name": row["Name"],
            "credit_rating": row["CreditRating"],
            "preferred": row["PreferredVendorStatus"],
            "active": row["ActiveFlag"],
            **places[row["BusinessEntityID"]]["main_office"],
        }
        for row in source.table("Vendor")
    ]


def product_vendors(source: Source) -> Facts:
    number = numbers(source)
    accounts = {key: row["AccountNumber"] for key, row in source.by_id("Vendor", "BusinessEntityID").items()}
    return [
        {
            "product_number": number[row["ProductID"]],
            "vendor_key": accounts[row["BusinessEntityID"]],
            "lead_days": row["AverageLeadTime"],
            **money("standard_price", row["StandardPrice"]),
            "purchase_unit": row["UnitMeasureCode"],
            "minimum_quantity": row["MinOrderQty"],
            "maximum_quantity": row["MaxOrderQty"],
        }
        for row in source.table("ProductVendor")
    ]


def countries(source: Source) -> Facts:
    found: dict[str, list[str]] = defaultdict(list)
    for row in source.table("CountryRegionCurrency"):
        found[row["CountryRegionCode"]].append(row["CurrencyCode"])
    return [
        {
            "country_code": row["CountryRegionCode"],
            "name": row["Name"],
            "currency_codes": " ".join(sorted(found[row["CountryRegionCode"]])),
        }
        for row in source.table("CountryRegion")
    ]


def states(source: Source) -> Facts:
    return [
        {
            "country_code": row["CountryRegionCode"],
            "state_code": row["StateProvinceCode"],
            "name": row["Name"],
            "only_one_in_country": row["IsOnlyStateProvinceFlag"],
            "territory_key": row["TerritoryID"],
        }
        for row in source.table("StateProvince")
    ]


def tax_rates(source: Source) -> Facts:
    """Rates in basis points: 1425 is 14.25 %.  Kind 1 is retail, 2 wholesale, 3 both."""
    states_by_id = source.by_id("StateProvince", "StateProvinceID")
    return [
        {
            "country_code": states_by_id[row["StateProvinceID"]]["CountryRegionCode"],
            "state_code": states_by_id[row["StateProvinceID"]]["StateProvinceCode"],
            "tax_kind": row["TaxType"],
            "rate_bp": scaled(row["TaxRate"], 2),
            "name": row["Name"],
        }
        for row in source.table("SalesTaxRate")
    ]


def currency_rates(source: Source) -> Facts:
    """The last known rate of each pair."""
    last: dict[tuple[str, str], Row] = {}
    for row in sorted(source.table("CurrencyRate"), key=lambda row: row["CurrencyRateDate"]):
        last[row["FromCurrencyCode"], row["ToCurrencyCode"]] = row
    return [
        {
            "from_currency": pair[0],
            "to_currency": pair[1],
            "known_on": day(row["CurrencyRateDate"]),
            "average_rate_e4": scaled(row["AverageRate"], 4),
            "end_of_day_rate_e4": scaled(row["EndOfDayRate"], 4),
        }
        for pair, row in sorted(last.items())
    ]


def special_offers(source: Source) -> Facts:
    """Discounts in basis points: 200 is 2 %."""
    return [
        {
            "offer_key": row["SpecialOfferID"],
            "description": row["Description"],
            "discount_bp": scaled(row["DiscountPct"], 4),
            "kind": row["Type"],
            "audience": row["Category"],
            "valid_from_on": day(row["StartDate"]),
            "valid_to_on": day(row["EndDate"]),
            "minimum_quantity": row["MinQty"],
            "maximum_quantity": row["MaxQty"],
        }
        for row in source.table("SpecialOffer")
    ]


def special_offer_products(source: Source) -> Facts:
    number = numbers(source)
    return [
        {"offer_key": row["SpecialOfferID"], "product_number": number[row["ProductID"]]}
        for row in source.table("SpecialOfferProduct")
    ]


def ship_methods(source: Source) -> Facts:
    return [
        {
            "ship_method_key": row["ShipMethodID"],
            "name": row["Name"],
            "base_cents": scaled(row["ShipBase"], 2),
            "rate_cents_per_pound": scaled(row["ShipRate"], 2),
        }
        for row in source.table("ShipMethod")
    ]


def sales_people(source: Source) -> Facts:
    """Keys, quotas and commissions; the source's file of persons is missing, so they have no names."""
    return [
        {
            "sales_person_key": row["BusinessEntityID"],
            "territory_key": row["TerritoryID"],
            "quota_cents": scaled(row["SalesQuota"], 2) if row["SalesQuota"] else "",
            "commission_bp": scaled(row["CommissionPct"], 4),
        }
        for row in source.table("SalesPerson")
    ]


def renamed(source: Source, table: str, columns: dict[str, str]) -> Facts:
    """Return some columns of a table under new names, values as they are."""
    return [{new: row[old] for old, new in columns.items()} for row in source.table(table)]
