"""A small AdventureWorks: the raw files, of which the long ones are cut to what a test needs."""

import gzip
import shutil
from pathlib import Path

from pyarrow import parquet

from troth.demo.raw import FIELD_END, ROW_END, Folder, text_of

BESIDE = [above / "shared" / "data" / "adventureworks" for above in Path(__file__).resolve().parents[3:]]
RAW = next((path for path in BESIDE if path.is_dir()), BESIDE[0])
ORDERS, STORES, PLACES, HEAD = 15, 20, 150, 12
LONG = (
    "BusinessEntity", "BusinessEntityContact", "Employee", "SalesOrderHeaderSalesReason",
    "derived_WorkOrder", "derived_WorkOrderRouting", "CurrencyRate", "SpecialOfferProduct",
)  # fmt: skip


def small(target: Path) -> Path:
    """Write the folder: the newest 15 orders with their customers, 20 stores, 150 places with goods in them …"""
    assert RAW.is_dir(), f"This test reads the raw files; they belong in {RAW}."
    shutil.copytree(RAW, target)
    target.chmod(0o755)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    raw = Folder(target)
    sold = parquet.read_table(raw.paths["InternetSales"])
    numbers = sorted(set(sold["SalesOrderNumber"].to_pylist()))[-ORDERS:]
    keep = [row["SalesOrderNumber"] in numbers for row in sold.select(["SalesOrderNumber"]).to_pylist()]
    sold = sold.filter(keep)
    parquet.write_table(sold, raw.paths["InternetSales"])
    buyers = set(sold["CustomerKey"].to_pylist())
    stores = {row["StoreID"] for row in raw.rows("Customer") if row["StoreID"] and not row["PersonID"]}
    stores = set(sorted(stores, key=int)[:STORES])
    _cut(raw, "Customer", lambda row: row["CustomerID"] in buyers or row["StoreID"] in stores)
    people = {row["StoreID"] or row["PersonID"] for row in raw.rows("Customer")}
    people |= {row["BusinessEntityID"] for row in raw.rows("Vendor")} | {"1", "2"}
    _cut(raw, "BusinessEntityAddress", lambda row: row["BusinessEntityID"] in people)
    places = {row["AddressID"] for row in raw.rows("BusinessEntityAddress")}
    _cut(raw, "Address", lambda row: row["AddressID"] in places)
    _cut(raw, "ProductInventory", lambda row: row.number <= PLACES)
    orders = {row["PurchaseOrderID"]: row for row in raw.rows("PurchaseOrderHeader")}
    _cut(raw, "PurchaseOrderDetail", lambda row: orders[row["PurchaseOrderID"]]["Status"] in "12" or row.number <= HEAD)
    ordered = {row["PurchaseOrderID"] for row in raw.rows("PurchaseOrderDetail")}
    _cut(raw, "PurchaseOrderHeader", lambda row: row["PurchaseOrderID"] in ordered)
    for name in LONG:
        _cut(raw, name, lambda row: row.number <= HEAD)
    return target


def _cut(raw: Folder, name: str, keep) -> None:
    rewrite(raw, name, [list(row.values.values()) for row in raw.rows(name) if keep(row)])


def rewrite(raw: Folder, name: str, rows: list[list[str]]) -> None:
    """Write a file anew in its own manner, in UTF-8."""
    path = raw.paths[name]
    before = text_of(path)
    if name.startswith("derived_"):
        text = "\n".join([before.partition("\n")[0].strip(), *(",".join(row) for row in rows)]) + "\n"
    elif ROW_END in before:
        text = "".join(FIELD_END.join(row) + ROW_END + "\n" for row in rows)
    else:
        text = "".join("\t".join(row) + "\n" for row in rows)
    content = text.encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def change(folder: Path, name: str, number: int, **values: str) -> None:
    """Change columns of one row; `fields=…` cuts it to so many fields."""
    raw = Folder(folder)
    rows = [dict(row.values) for row in raw.rows(name)]
    cut = int(values.pop("fields", "0"))
    rows[number - 1] |= values
    written = [list(row.values()) for row in rows]
    if cut:
        written[number - 1] = written[number - 1][:cut]
    rewrite(raw, name, written)
