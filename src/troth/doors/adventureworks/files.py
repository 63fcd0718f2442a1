"""All raw files: what Troth keeps of each, what of it is not taken, and what a row is told that feeds nothing.

`looked_up` are the columns by which other files' rows are joined with this one. A file without either has no place yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

NO_PLACE = "No place for it yet: {what}."
ITS_OWN = "the source's own key or time stamp"
PEOPLE = "no place for persons who are neither customers nor users"
TOTALS = "a total of other documents"


@dataclass(frozen=True, slots=True)
class RawFile:
    """`unused`: what a row that feeds nothing is told. `not_taken`: raw column -> why."""

    unused: str
    looked_up: tuple[str, ...] = ()
    not_taken: Mapping[str, str] = field(default_factory=dict)


def _kept(unused: str = "It feeds no record.", looked_up: tuple[str, ...] = (), **not_taken: str) -> RawFile:
    return RawFile(unused, looked_up, {"rowguid": ITS_OWN, "ModifiedDate": ITS_OWN, **not_taken})


def _no_place(what: str) -> RawFile:
    return RawFile(NO_PLACE.format(what=what))


FILES: Mapping[str, RawFile] = {
    "CountryRegion": _kept(),
    "StateProvince": _kept(
        "Nobody is in it and nothing is taxed there; Troth has no table of regions.",
        ("StateProvinceID", "StateProvinceCode", "CountryRegionCode"),
        IsOnlyStateProvinceFlag="no table of regions",
        Name="no table of regions",
        TerritoryID="the customer names its territory itself",
    ),
    "Currency": _kept(),
    "CurrencyRate": _kept(CurrencyRateID=ITS_OWN, AverageRate="Troth converts by the rate of the day"),
    "UnitMeasure": _kept(),
    "SalesTerritory": _kept(
        CountryRegionCode="sales organisations have no country",
        Group="sales organisations have no group",
        SalesYTD=TOTALS,
        SalesLastYear=TOTALS,
        CostYTD=TOTALS,
        CostLastYear=TOTALS,
    ),
    "Location": _kept(CostRate="no place for work centres", Availability="no place for work centres"),
    "ShipMethod": _kept(),
    "Address": _kept(
        "Nobody who buys or sells is at this address.",
        ("AddressID", "AddressLine1", "AddressLine2", "City", "StateProvinceID", "PostalCode"),
        SpatialLocation="no place on a map",
    ),
    "BusinessEntityAddress": _kept(
        "Nobody who buys or sells is at this address.", ("BusinessEntityID", "AddressID", "AddressTypeID")
    ),
    "Vendor": _kept(
        CreditRating="vendors are not rated",
        PreferredVendorStatus="no choice among vendors",
        PurchasingWebServiceURL="no orders are sent to vendors",
    ),
    "Store": _kept(
        "No customer is this store.",
        ("BusinessEntityID", "Name"),
        SalesPersonID=PEOPLE,
        Demographics="a survey; its revenue sets no credit limit",
    ),
    "Customer": _kept(looked_up=("CustomerID", "PersonID", "StoreID", "AccountNumber")),
    "ProductCategory": _kept("No product is in it.", ("ProductCategoryID", "Name")),
    "ProductSubcategory": _kept("No product is in it.", ("ProductSubcategoryID", "ProductCategoryID", "Name")),
    "ProductVendor": _kept(
        "The product is made here, or an earlier row gave its lead time; Troth keeps one.",
        ("ProductID", "AverageLeadTime"),
        BusinessEntityID="no purchasing conditions",
        StandardPrice="no purchasing conditions",
        LastReceiptCost="no purchasing conditions",
        LastReceiptDate="no purchasing conditions",
        MinOrderQty="no purchasing conditions",
        MaxOrderQty="no purchasing conditions",
        OnOrderQty="a total of purchase orders",
        UnitMeasureCode="the source has no conversion of purchase units",
    ),
    "Product": _kept(
        Color="no place for characteristics",
        Size="no place for characteristics",
        SizeUnitMeasureCode="no place for characteristics",
        ProductLine="no place for characteristics",
        Class="no place for characteristics",
        Style="no place for characteristics",
        ProductModelID="no place for models",
        SafetyStockLevel="no planning",
        ReorderPoint="no planning",
        ListPrice="the price list has it",
        SellStartDate="the price list says from when",
        DiscontinuedDate="empty in all rows",
    ),
    "ProductInventory": _kept(),
    "SalesTaxRate": RawFile("It feeds no record.", not_taken={"rowguid": ITS_OWN, "SalesTaxRateID": ITS_OWN}),
    "ProductListPriceHistory": _kept(),
    "SpecialOffer": _kept(
        "No product is offered by it, or it offers nothing.",
        ("SpecialOfferID", "Description", "DiscountPct", "Type", "StartDate", "EndDate", "MinQty"),
        Category="an offer holds for all customers",
        MaxQty="the next step of the scale begins there",
    ),
    "SpecialOfferProduct": _kept(),
    "PurchaseOrderHeader": _kept(
        "Nothing of it is still to come.",
        ("PurchaseOrderID", "Status", "VendorID"),
        RevisionNumber=ITS_OWN,
        EmployeeID=PEOPLE,
        ShipMethodID="receipts have no carrier",
        OrderDate="a receipt keeps when it is due",
        ShipDate="a receipt keeps when it is due",
        SubTotal="no purchasing conditions",
        TaxAmt="no purchasing conditions",
        Freight="no purchasing conditions",
        TotalDue="no purchasing conditions",
    ),
    "PurchaseOrderDetail": _kept(
        UnitPrice="no purchasing conditions",
        LineTotal="no purchasing conditions",
        RejectedQty="goods that went back",
        StockedQty="what came in lies in the stock",
    ),
    "InternetSales": RawFile(
        "The order was not asked for.",
        not_taken={
            "OrderDateKey": "OrderDate says it",
            "DueDateKey": "DueDate says it",
            "ShipDateKey": "ShipDate says it",
            "PromotionKey": "the price is the one that was paid",
            "CurrencyKey": "all amounts are in dollars",
            "SalesTerritoryKey": "the customer names its territory itself",
            "RevisionNumber": ITS_OWN,
            "ExtendedAmount": "quantity times price",
            "UnitPriceDiscountPct": "0 in all rows",
            "DiscountAmount": "0 in all rows",
            "ProductStandardCost": "the product has it",
            "TotalProductCost": "quantity times cost",
            "SalesAmount": "quantity times price",
            "TaxAmt": "Troth taxes by place and date",
            "Freight": "internet orders are priced with the goods; freight is a condition of its own",
            "CarrierTrackingNumber": "empty in all rows",
            "CustomerPONumber": "empty in all rows",
        },
    ),
    "AddressType": _no_place("kinds of addresses"),
    "BillOfMaterials": _no_place("bills of materials; only the unit that they count a component in is read"),
    "BusinessEntity": _no_place("bare numbers; customers and vendors have account numbers"),
    "BusinessEntityContact": _no_place("contacts"),
    "ContactType": _no_place("contacts"),
    "CountryRegionCurrency": _no_place("the currencies of a country"),
    "Employee": _no_place("employees"),
    "PhoneNumberType": _no_place("kinds of telephone numbers"),
    "ProductCostHistory": _no_place("costs of the past; the product has today's"),
    "ProductModel": _no_place("models and their catalogue texts"),
    "SalesOrderHeaderSalesReason": _no_place("why customers bought"),
    "SalesPerson": _no_place("sales persons"),
    "SalesPersonQuotaHistory": _no_place("quotas of sales persons"),
    "SalesReason": _no_place("why customers bought"),
    "SalesTerritoryHistory": _no_place("sales persons"),
    "ScrapReason": _no_place("reasons for scrap"),
    "derived_WorkOrder": _no_place("work orders; all of them ended before the source's last day"),
    "derived_WorkOrderRouting": _no_place("operations of work orders"),
    "derived_product_routings": _no_place("routings"),
}
"""By name, those that are kept first and in the order in which they are reported."""
