"""`troth import adventureworks`, with the real files: those that lie beside the project in `../shared`."""

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.doors import raw_files
from tests.doors.test_backup import TROTH, new_database  # noqa: F401
from tests.doors.test_cli import run
from tests.masterdata.world import build
from troth.business.masterdata import imports
from troth.business.sales.models import Order, OrderLine
from troth.business.supply.models import Receipt
from troth.demo.raw import Folder, UnreadableRaw
from troth.doors import adventureworks
from troth.doors.adventureworks import Chosen, goods, masters, orders
from troth.doors.adventureworks.feeds import Feed, Look
from troth.doors.adventureworks.files import FILES
from troth.ledgers.stock.models import Balance
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.platform.models import Event
from troth.reference.models import Company, Country

NOW = FixedClock(datetime(2026, 3, 2, 18, tzinfo=UTC))
DATABASE = pytest.mark.django_db


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder that no test changes."""
    return raw_files.small(tmp_path_factory.mktemp("raw") / "adventureworks")


@pytest.fixture
def folder(whole, tmp_path):
    """A folder of the test's own."""
    return shutil.copytree(whole, tmp_path / "own")


def take(folder, **wanted):
    return adventureworks.import_folder(folder, **{"clock": NOW} | wanted)


def count_of(report, file):
    [found] = [one for one in report.files if one.file == file]
    return found


def faults(report):
    return [(one.reason.file, one.rows, one.reason.column) for one in report.faults]


def books():
    """All that an import writes, by what people know it by."""
    tables = {kind: [list(row) for row in imports.export_rows(kind, by=SYSTEM)[1]] for kind in imports.KINDS}
    order = ("customer_reference", "customer__party__number", "requested_on", "state", "net", "gross")
    line = ("order__customer_reference", "line_number", "product__number", "quantity", "net", "gross")
    place = ("bin__code", "location__code", "product__number", "quantity")
    receipt = ("number", "product__number", "due_on", "quantity", "supplier__number")
    return tables | {
        "orders": list(Order.objects.order_by("customer_reference").values_list(*order)),
        "lines": list(OrderLine.objects.order_by("order__customer_reference", "line_number").values_list(*line)),
        "stock": list(Balance.objects.order_by(*place).values_list(*place)),
        "receipts": list(Receipt.objects.order_by("number").values_list(*receipt)),
    }


def test_every_column_of_every_raw_file_is_taken_or_left_with_a_reason(whole):
    raw = Folder(whole)
    assert set(raw.paths) == set(FILES)
    read = {
        goods.INVENTORY: set(goods.STOCK_READS),
        goods.ORDERED: set(goods.RECEIPT_READS),
        orders.SALES: set(orders.READS),
    }
    for feed in masters.FEEDS:
        if isinstance(feed, Feed):
            read.setdefault(feed.file, set()).update(feed.raw_columns)
    for name, one in FILES.items():
        if one.unused.startswith("No place"):
            continue
        used = read.get(name, set()) | set(one.looked_up)
        columns = set(raw.columns_of(name))
        assert used <= columns, name
        assert used | set(one.not_taken) >= columns, (name, columns - used - set(one.not_taken))
        assert not used & set(one.not_taken), (name, used & set(one.not_taken))


@DATABASE
def test_every_row_is_stored_or_refused_and_the_second_time_nothing_changes(whole):
    first = take(whole)
    raw = Folder(whole)
    assert {one.file: one.read for one in first.files} == {name: raw.count(name) for name in FILES}
    assert all(one.read == one.stored + one.unchanged + one.refused for one in first.files)
    assert first.faults == []
    kept = ("Customer", "Product", "ProductInventory", "Vendor", "ProductListPriceHistory", "InternetSales")
    assert [count_of(first, name).refused for name in kept] == [0] * len(kept)
    assert count_of(first, "BillOfMaterials").refused == count_of(first, "BillOfMaterials").read > 0
    assert sum(one.count for one in first.refusals) == sum(one.refused for one in first.files)
    there, events = books(), Event.objects.count()
    second = take(whole)
    assert [one.stored for one in second.files] == [0] * len(FILES)
    assert [(one.read, one.stored + one.unchanged, one.refused) for one in first.files] == [
        (one.read, one.unchanged, one.refused) for one in second.files
    ]
    assert (books(), Event.objects.count(), second.added) == (there, events, {})
    assert [result.name for result in verify.run() if not result.holds] == []


@DATABASE
def test_on_a_later_day_the_days_of_the_source_are_still_the_same(whole):
    take(whole)
    there = books()
    report = take(whole, clock=FixedClock(NOW.at + timedelta(days=9)))
    assert sum(one.stored for one in report.files) == 0
    assert books() == there


@DATABASE
def test_the_backlog_becomes_orders_with_a_promise_and_the_price_that_was_paid(whole):
    take(whole)
    sold = {}
    for row in Folder(whole).rows(orders.SALES):
        sold.setdefault(row["SalesOrderNumber"], []).append(row)
    assert len(sold) == raw_files.ORDERS
    for order in Order.objects.prefetch_related("lines"):
        rows = sold.pop(order.customer_reference)
        assert order.state == "submitted"
        assert order.requested_on >= NOW.today("America/Los_Angeles")
        assert order.net == sum(round(float(row["UnitPrice"]) * 100) for row in rows)
        assert [line.line_number for line in order.lines.order_by("line_number")] == [
            10 * int(row["SalesOrderLineNumber"]) for row in rows
        ]
    assert sold == {}


@DATABASE
def test_a_price_that_is_not_on_the_list_any_more_is_entered_by_hand(folder):
    raw = Folder(folder)
    key, paid = [(row["ProductKey"], row["UnitPrice"]) for row in raw.rows(orders.SALES)][-1]
    product = orders.product_keys(Look(raw, timedelta(0)))[key]
    [listed] = [
        row.number for row in raw.rows("ProductListPriceHistory") if row["ProductID"] == product and not row["EndDate"]
    ]
    raw_files.change(folder, "ProductListPriceHistory", listed, ListPrice="1.0000")
    assert take(folder).faults == []
    by_hand = [line for line in OrderLine.objects.select_related("product") if line.manual_conditions]
    assert {line.product.number for line in by_hand} == {
        row["ProductNumber"] for row in raw.rows("Product") if row["ProductID"] == product
    }
    assert {line.net for line in by_hand} == {round(float(paid) * 100)}


@DATABASE
def test_orders_are_chosen_by_their_number_or_their_day(whole):
    report = take(whole, chosen=Chosen(count=3))
    assert Order.objects.count() == 3
    newest = sorted(row["SalesOrderNumber"] for row in Folder(whole).rows(orders.SALES))[-1]
    assert Order.objects.filter(customer_reference=newest).exists()
    left = count_of(report, orders.SALES)
    assert left.read == left.stored + left.refused
    assert left.stored == OrderLine.objects.count()
    ordered_on = max(row["OrderDate"] for row in Folder(whole).rows(orders.SALES))
    since = datetime.fromisoformat(ordered_on).date() + orders.BEHIND
    take(whole, chosen=Chosen(since=since))
    wanted = {row["SalesOrderNumber"] for row in Folder(whole).rows(orders.SALES) if row["OrderDate"] == ordered_on}
    assert set(Order.objects.values_list("customer_reference", flat=True)) >= wanted
    assert take(whole, chosen=Chosen(since=since + timedelta(days=1))).faults == []


@DATABASE
def test_a_broken_row_is_refused_with_file_row_column_and_remedy_and_all_others_come_in(folder):
    raw_files.change(folder, "Product", 7, Weight="heavy", WeightUnitMeasureCode="LB")
    raw_files.change(folder, "Product", 9, ProductNumber="")
    raw_files.change(folder, "Customer", 2, TerritoryID="77")
    raw_files.change(folder, "Currency", 3, fields="2")
    raw_files.change(folder, "ProductInventory", 5, Quantity="-4")
    raw_files.change(folder, "ProductInventory", 6, ProductID="99999")
    raw_files.change(folder, "PurchaseOrderDetail", 13, DueDate="soon", OrderQty="900000")
    report = take(folder)
    assert {
        ("Product", "7", "Weight"),
        ("Product", "9", "ProductNumber"),
        ("Customer", "2", "TerritoryID"),
        ("Currency", "3", ""),
        ("PurchaseOrderDetail", "13", "DueDate"),
        ("ProductInventory", "5", "Quantity"),
        ("ProductInventory", "6", "ProductID"),
    } <= set(faults(report))
    assert all(one.read == one.stored + one.unchanged + one.refused for one in report.files)
    assert count_of(report, "Customer").refused == 1
    sentences = {one.reason.sentence for one in report.faults}
    assert "heavy is no number. Write it as 12.50." in sentences
    assert any("There is no sales organisation 77" in one for one in sentences)
    assert take(folder).faults == report.faults


@DATABASE
def test_an_order_with_a_broken_line_stays_out_whole(folder):
    path = Folder(folder).paths[orders.SALES]
    table = raw_files.parquet.read_table(path)
    keys = table["ProductKey"].to_pylist()
    keys[-1] = "7"
    table = table.set_column(table.schema.get_field_index("ProductKey"), "ProductKey", [keys])
    raw_files.parquet.write_table(table, path)
    number = table["SalesOrderNumber"].to_pylist()[-1]
    report = take(folder)
    assert not Order.objects.filter(customer_reference=number).exists()
    assert Order.objects.count() == raw_files.ORDERS - 1
    assert {one.reason.sentence for one in report.faults} == {"There is no product with the key 7. Correct it."}
    assert count_of(report, orders.SALES).refused == table["SalesOrderNumber"].to_pylist().count(number)


@DATABASE
def test_what_was_opened_with_another_quantity_is_refused_and_not_posted_again(folder):
    take(folder)
    there = books()["stock"]
    raw_files.change(folder, "ProductInventory", 1, Quantity="12345")
    report = take(folder)
    assert faults(report) == [("ProductInventory", "1", "Quantity")]
    assert books()["stock"] == there


@DATABASE
def test_a_dry_run_says_the_same_and_writes_nothing(whole):
    tried = take(whole, dry_run=True)
    assert (Country.objects.count(), Event.objects.count(), Order.objects.count()) == (0, 0, 0)
    assert take(whole) == tried


class Stopped(Exception):
    """The machine goes down here."""


@DATABASE
@pytest.mark.parametrize("part", [0.3, 0.85, 0.999])
def test_a_run_that_is_stopped_in_the_middle_and_done_again_is_as_if_done_once(whole, part):
    with transaction.atomic():
        take(whole)
        once = books()
        transaction.set_rollback(True)
    left = int(adventureworks.steps(whole) * part)

    def advance(steps, *, doing):
        nonlocal left
        left -= steps
        if left < 0:
            raise Stopped

    with pytest.raises(Stopped):
        take(whole, advance=advance)
    assert Company.objects.exists()
    report = take(whole)
    assert sum(one.stored for one in report.files) > 0
    assert books() == once


def start(database, *words):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DJANGO_"))}
    ours = {"TROTH_DATABASE_URL": database.url, "TROTH_HOME": str(database.folder)}
    command = [sys.executable, "-c", TROTH, *words]
    return subprocess.Popen(command, env=kept | ours, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_two_at_once_of_which_one_is_killed_leave_what_one_run_leaves(whole, new_database):  # noqa: F811
    database = new_database("raw")
    database.run("manage", "migrate", "--verbosity=0")

    def rows(table):
        return database.sql(f"SELECT count(*) FROM {table}")[0][0]

    other, killed = (start(database, "import", "adventureworks", str(whole)) for _ in range(2))
    while rows("reference_party") < raw_files.STORES and killed.poll() is None:
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    said = other.communicate()[0]
    assert other.returncode == 0 or "Try again" in said or "Ask again" in said, said
    database.run("import", "adventureworks", whole)
    tables = ("stock_posting", "supply_receipt", "masterdata_customer", "platform_event")
    there = [rows(table) for table in tables]
    read, stored, _, _ = total_of(database.run("import", "adventureworks", whole))
    assert (stored, read > 0) == (0, True)
    assert [rows(table) for table in tables] == there
    assert rows("sales_order") == raw_files.ORDERS
    assert rows("stock_posting") == sum(row["Quantity"] != "0" for row in Folder(whole).rows(goods.INVENTORY))
    database.run("verify")


def total_of(output):
    """The figures of the last line of the table: read, stored, unchanged, refused."""
    line = next(line for line in output.splitlines() if line.strip() and set(line) <= set("0123456789, "))
    return [int(figure.replace(",", "")) for figure in line.split()]


@DATABASE
def test_the_command_shows_each_file_with_its_counts_and_ends_with_1_where_something_is_to_be_mended(folder):
    took = run("import", "adventureworks", str(folder), "--orders", "2")
    assert took.exit_code == 0, took.output
    read, stored, unchanged, refused = total_of(took.output)
    assert read == stored + unchanged + refused
    assert "BillOfMaterials: 2,679 refused. No place for it yet: bills of materials" in took.output
    assert Order.objects.count() == 2
    raw_files.change(folder, "Product", 7, Weight="heavy", WeightUnitMeasureCode="LB")
    tried = run("import", "adventureworks", str(folder), "--since", "2014-06-30", "--dry-run")
    assert tried.exit_code == 1
    assert "Product row 7, Weight: heavy is no number. Write it as 12.50." in tried.output
    assert "Nothing was written." in tried.output


def test_what_is_typed_wrongly_is_exit_code_2(whole, tmp_path):
    file = tmp_path / "routes.csv"
    file.write_text("code,name\n")
    typed = (
        ("routes", str(whole)),
        ("adventureworks", str(file)),
        ("routes", str(file), "--orders", "3"),
        ("adventureworks", str(whole), "--orders", "3", "--since", "2014-06-01"),
        ("adventureworks", str(whole), "--since", "June"),
        ("adventureworks", str(tmp_path / "nowhere")),
    )
    assert [run("import", *words).exit_code for words in typed] == [2] * len(typed)


def test_a_folder_that_is_not_whole_is_refused_before_anything_is_written(folder, tmp_path):
    with pytest.raises(UnreadableRaw, match="no folder of AdventureWorks"):
        adventureworks.steps(tmp_path)
    (folder / "oltp" / "Vendor.csv").rename(folder / "oltp" / "Sellers.csv")
    with pytest.raises(UnreadableRaw, match=r"Sellers.csv belongs to no table"):
        adventureworks.steps(folder)
    (folder / "oltp" / "Sellers.csv").unlink()
    with pytest.raises(UnreadableRaw, match="lacks Vendor"):
        take(folder)
    packed = folder / "oltp" / "Product.csv.gz"
    packed.write_bytes(packed.read_bytes()[:2000])
    with pytest.raises(UnreadableRaw, match=r"Product.csv.gz cannot be read"):
        adventureworks.steps(folder)
    (folder / "sales" / "InternetSales.parquet").write_bytes(b"PAR1 not")
    with pytest.raises(UnreadableRaw, match=r"InternetSales.parquet cannot be read"):
        Folder(folder).count(orders.SALES)


@DATABASE
def test_books_of_another_company_are_left_alone(whole):
    build()
    with pytest.raises(adventureworks.OtherBooks, match="holds the company 10"):
        take(whole)


@DATABASE
def test_without_the_reader_of_parquet_files_the_command_says_how_to_install_it(whole, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused = run("import", "adventureworks", str(whole))
    assert refused.exit_code == 3
    assert "pip install 'troth[adventureworks]'" in refused.output
