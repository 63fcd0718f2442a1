"""What lies in stock and what is expected: purchase and production receipts.

Stock was counted on 2014-08-08, work orders end in June 2014 and purchase orders in October.  Each receipt therefore
carries, beside its source dates, the day counted from the first day of its own window, so that both windows can be laid
over the 60 days of the order history:

    production receipts   due 2014-04-15 to 2014-06-13: the last 60 days of work orders
    purchase receipts     due 2014-06-19 to 2014-08-17, the last 60 days in which the source buys daily, and the three
                          approved lines that are due later; rejected orders are left out
"""

from datetime import date, timedelta

from adventureworks.masters import money, numbers
from adventureworks.source import Facts, Source, day, scaled

PRODUCTION_FROM, PRODUCTION_TO = date(2014, 4, 15), date(2014, 6, 13)
PURCHASES_FROM, PURCHASES_TO = date(2014, 6, 19), date(2014, 10, 22)
ORDER_STATES = {"1": "pending", "2": "approved", "4": "complete"}


def stock(source: Source, scarce_quantities: dict[str, int]) -> Facts:
    """Return stock by location, shelf and bin, as counted and as the demo uses it.

    A scarce product's new total is spread over its places as the counted stock lies: each place gets the difference of
    the rounded running totals, so that the places sum to the total.
    """
    number = numbers(source)
    finished = {row["ProductID"]: row["FinishedGoodsFlag"] for row in source.table("Product")}
    rows = sorted(source.table("ProductInventory"), key=lambda row: (int(row["ProductID"]), int(row["LocationID"])))
    totals: dict[str, int] = {}
    for row in rows:
        totals[number[row["ProductID"]]] = totals.get(number[row["ProductID"]], 0) + int(row["Quantity"])
    running: dict[str, int] = {}
    result: Facts = []
    for row in rows:
        product, counted = number[row["ProductID"]], int(row["Quantity"])
        total, before = totals[product], running.get(product, 0)
        wanted = scarce_quantities.get(product, total)
        running[product] = before + counted
        result.append(
            {
                "product_number": product,
                "location_key": row["LocationID"],
                "shelf": row["Shelf"],
                "bin": row["Bin"],
                "sellable": finished[row["ProductID"]],
                "counted_quantity": counted,
                "quantity": (before + counted) * wanted // total - before * wanted // total if total else 0,
            }
        )
    return result


def purchase_receipts(source: Source) -> Facts:
    number = numbers(source)
    orders = source.by_id("PurchaseOrderHeader", "PurchaseOrderID")
    accounts = {key: row["AccountNumber"] for key, row in source.by_id("Vendor", "BusinessEntityID").items()}
    result: Facts = []
    for row in source.table("PurchaseOrderDetail"):
        order, due_on = orders[row["PurchaseOrderID"]], date.fromisoformat(row["DueDate"][:10])
        if order["Status"] not in ORDER_STATES or not PURCHASES_FROM <= due_on <= PURCHASES_TO:
            continue
        assert order["Status"] != "4" or due_on < PURCHASES_FROM + timedelta(days=60)
        result.append(
            {
                "purchase_order_key": row["PurchaseOrderID"],
                "line_key": row["PurchaseOrderDetailID"],
                "state": ORDER_STATES[order["Status"]],
                "vendor_key": accounts[order["VendorID"]],
                "product_number": number[row["ProductID"]],
                "quantity": scaled(row["OrderQty"], 0),
                **money("unit_price", row["UnitPrice"]),
                "ordered_on": day(order["OrderDate"]),
                "due_on": day(row["DueDate"]),
                "due_day_offset": (due_on - PURCHASES_FROM).days,
            }
        )
    return sorted(result, key=lambda fact: (fact["due_on"], int(fact["line_key"])))


def production_receipts(source: Source) -> Facts:
    """The work orders whose due date lies in the window, of finished goods and of subassemblies."""
    number = numbers(source)
    result: Facts = []
    for row in source.derived("derived_WorkOrder.csv.gz"):
        due_on = date.fromisoformat(row["due_date"])
        if PRODUCTION_FROM <= due_on <= PRODUCTION_TO:
            result.append(
                {
                    "work_order_key": row["work_order_id"],
                    "product_number": number[row["product_id"]],
                    "quantity": row["order_qty"],
                    "scrapped_quantity": row["scrapped_qty"],
                    "start_on": row["start_date"],
                    "due_on": row["due_date"],
                    "ended_on": row["end_date"],
                    "due_day_offset": (due_on - PRODUCTION_FROM).days,
                }
            )
    return sorted(result, key=lambda fact: (fact["due_on"], int(fact["work_order_key"])))
