"""What lies in the bins when the books are opened, and what is still to come of purchase orders."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal

from troth.business.supply import actions as supply
from troth.business.supply import queries as expected
from troth.business.supply.actions import ExpectedReceipt, OpeningStock
from troth.business.supply.actions.opening import NamedStock, read_opening_stock
from troth.demo.raw import Row
from troth.doors.adventureworks.bringing import Run, portions
from troth.doors.adventureworks.fates import Fate
from troth.doors.adventureworks.feeds import Faulty, fitting
from troth.doors.adventureworks.house import SITE
from troth.doors.adventureworks.readings import bin_of, location_of, number, product_number
from troth.kernel.errors import BusinessError, Refusals
from troth.kernel.quantity import Unit, parse_quantity
from troth.ledgers.stock import queries as stock
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow

INVENTORY, ORDERED, ORDERS = "ProductInventory", "PurchaseOrderDetail", "PurchaseOrderHeader"
STOCK_READS = ("ProductID", "LocationID", "Shelf", "Bin", "Quantity")
RECEIPT_READS = ("PurchaseOrderID", "PurchaseOrderDetailID", "DueDate", "OrderQty", "ProductID", "ReceivedQty")
PURCHASE = "purchase"
NOTHING_TO_COME = "Nothing of it is still to come."
COLUMNS = {"product": "ProductID", "bin": "Bin", "location": "LocationID", "quantity": "Quantity"}
OPEN = ("1", "2")
"""Pending and approved; rejected and complete purchase orders bring nothing more."""


def open_stock(run: Run) -> None:
    """Post the opening stock of each place once; what was opened with another quantity is refused, not changed."""
    for portion in portions(run.rows(INVENTORY)):
        named: list[tuple[Row, NamedStock]] = []
        for row in portion:
            try:
                held = number(row, "Quantity")
                product = product_number(row, run.look)
            except Faulty as fault:
                run.fates.refuse(row, fault.sentence, column=fault.column, fault=True)
                continue
            if held:
                one = NamedStock(
                    product=product, site=SITE, bin=bin_of(row), quantity=row["Quantity"], location=location_of(row)
                )
                named.append((row, one))
        _open(_read(named, run), run)


def _read(named: list[tuple[Row, NamedStock]], run: Run) -> list[tuple[Row, OpeningStock]]:
    """Places by id; those that name what is not there are refused."""
    while named:
        try:
            stocks = read_opening_stock([one for _, one in named])
        except Refusals as refused:
            wrong = {one.row: one for one in refused.refusals}
            for place, one in wrong.items():
                assert place is not None
                column = COLUMNS.get(one.field or "", "")
                run.fates.refuse(named[place - 1][0], one.message, column=column, fault=True)
            named = [one for place, one in enumerate(named, start=1) if place not in wrong]
            continue
        return list(zip((row for row, _ in named), stocks, strict=True))
    return []


def _open(found: list[tuple[Row, OpeningStock]], run: Run) -> None:
    there = stock.opened([one.bin_id for _, one in found])
    new: list[tuple[Row, OpeningStock]] = []
    for row, one in found:
        opened = there.get((one.bin_id, one.product_id))
        if opened is None:
            new.append((row, one))
        elif opened == one.quantity:
            run.fates.became([row], Fate.SAME)
        else:
            sentence = "The books were opened with another quantity in this bin. Correct it by a count."
            run.fates.refuse(row, sentence, column="Quantity", fault=True)
    if new:
        stocks = [one for _, one in new]
        supply.load_opening_stock(stocks, **run.acting, **run.key(f"opening {_digest(stocks)}"))
        run.fates.became([row for row, _ in new], Fate.NEW)


def _digest(stocks: Sequence[OpeningStock]) -> str:
    return hashlib.sha256(repr(stocks).encode()).hexdigest()[:32]


def expect_receipts(run: Run) -> None:
    """What is still to come of open purchase orders, as receipts with their vendor."""
    site = run.site()
    for portion in portions(run.rows(ORDERED)):
        wanted: list[tuple[tuple[Row, ...], ExpectedReceipt]] = []
        for row in portion:
            try:
                receipt = _receipt(row, run, site)
            except Faulty as fault:
                run.fates.refuse(row, fault.sentence, column=fault.column, fault=True)
                continue
            if receipt is None:
                run.fates.refuse(row, NOTHING_TO_COME)
            else:
                wanted.append(((row, *run.look.used), receipt))
        _expect(wanted, run, site)


def _receipt(row: Row, run: Run, site: SiteRow) -> ExpectedReceipt | None:
    """None where nothing is still to come."""
    look = run.look
    look.used = []
    order = look.one(ORDERS, "PurchaseOrderID", row["PurchaseOrderID"], of="PurchaseOrderID")
    open_quantity = number(row, "OrderQty") - number(row, "ReceivedQty")
    if order["Status"] not in OPEN or open_quantity <= 0:
        return None
    products: Mapping[str, ProductRow] = look.once("products", lambda: _products(run))
    parties: Mapping[str, int] = look.once("vendors", lambda: _vendors(run))
    product = products.get(product_number(row, look))
    vendor = look.one("Vendor", "BusinessEntityID", order["VendorID"], of="PurchaseOrderID")
    due_on = look.day(row["DueDate"], of="DueDate")
    if product is None or vendor["AccountNumber"] not in parties:
        raise Faulty("Its product or its vendor was refused. Mend that one first.", "ProductID")
    if due_on is None:
        raise Faulty("The day on which it is due is missing. Enter it.", "DueDate")
    return ExpectedReceipt(
        company_id=site.company_id,
        kind=PURCHASE,
        number=f"{row['PurchaseOrderID']}-{row['PurchaseOrderDetailID']}",
        product_id=product.id,
        site_id=site.id,
        due_on=due_on,
        quantity=_steps(open_quantity, product),
        supplier_id=parties[vendor["AccountNumber"]],
    )


def _products(run: Run) -> Mapping[str, ProductRow]:
    return reference.products_by_number(row["ProductNumber"] for row in fitting(run.folder, "Product"))


def _vendors(run: Run) -> Mapping[str, int]:
    return reference.party_ids(row["AccountNumber"] for row in fitting(run.folder, "Vendor"))


def _steps(quantity: Decimal, product: ProductRow) -> int:
    try:
        return parse_quantity(quantity, Unit(product.base_unit, product.decimals))
    except BusinessError as refused:
        raise Faulty(refused.message, "OrderQty") from refused


def _expect(wanted: list[tuple[tuple[Row, ...], ExpectedReceipt]], run: Run, site: SiteRow) -> None:
    there = expected.numbers(site.company_id, PURCHASE, [one.number for _, one in wanted])
    for rows, one in wanted:
        if one.number in there:
            run.fates.became(rows, Fate.SAME)
    new = [(rows, one) for rows, one in wanted if one.number not in there]
    if new:
        supply.expect_receipts([one for _, one in new], **run.acting)
        for rows, _ in new:
            run.fates.became(rows, Fate.NEW)
