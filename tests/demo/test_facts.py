"""The shipped facts hang together: whoever builds the demo company from them meets no gap."""

from collections import Counter, defaultdict
from datetime import date
from functools import cache
from importlib import resources

import pytest

from troth.demo.facts import rows

ROW_COUNTS = {
    "bills_of_materials": 2679,
    "countries": 238,
    "currencies": 105,
    "currency_rates": 14,
    "list_price_history": 395,
    "locations": 14,
    "order_history": 40442,
    "product_categories": 4,
    "product_cost_history": 395,
    "product_models": 128,
    "product_routings": 213,
    "product_subcategories": 37,
    "product_vendors": 460,
    "production_receipts": 6441,
    "products": 504,
    "purchase_receipts": 1757,
    "sales_people": 17,
    "sales_territories": 10,
    "scarce_products": 40,
    "ship_methods": 5,
    "special_offer_products": 538,
    "special_offers": 16,
    "states": 181,
    "stock": 1069,
    "store_shipping_addresses": 11,
    "stores": 701,
    "tax_rates": 29,
    "units": 38,
    "vendors": 104,
}
REFERENCES = [
    ("order_history", "product_number", "products"),
    ("order_history", "store_key", "stores"),
    ("scarce_products", "product_number", "products"),
    ("stock", "product_number", "products"),
    ("stock", "location_key", "locations"),
    ("bills_of_materials", "component_number", "products"),
    ("product_routings", "product_number", "products"),
    ("product_routings", "location_key", "locations"),
    ("list_price_history", "product_number", "products"),
    ("product_cost_history", "product_number", "products"),
    ("purchase_receipts", "product_number", "products"),
    ("purchase_receipts", "vendor_key", "vendors"),
    ("production_receipts", "product_number", "products"),
    ("product_vendors", "product_number", "products"),
    ("product_vendors", "vendor_key", "vendors"),
    ("product_vendors", "purchase_unit", "units"),
    ("products", "unit", "units"),
    ("bills_of_materials", "unit", "units"),
    ("product_subcategories", "category_key", "product_categories"),
    ("special_offer_products", "offer_key", "special_offers"),
    ("special_offer_products", "product_number", "products"),
    ("stores", "sales_person_key", "sales_people"),
    ("stores", "territory_key", "sales_territories"),
    ("stores", "country_code", "countries"),
    ("states", "country_code", "countries"),
    ("states", "territory_key", "sales_territories"),
    ("store_shipping_addresses", "store_key", "stores"),
    ("currency_rates", "to_currency", "currencies"),
]


@cache
def facts(name: str) -> tuple[dict[str, str], ...]:
    return tuple(rows(name))


def stock_by_product(column: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in facts("stock"):
        found[row["product_number"]] += int(row[column])
    return found


def short_lines(stock: Counter[str]) -> list[dict[str, str]]:
    """First come, first served: the lines that stock and receipts of their day cannot confirm in full."""
    arrivals: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for row in (*facts("purchase_receipts"), *facts("production_receipts")):
        arrivals[row["product_number"]][int(row["due_day_offset"])] += int(row["quantity"])
    promised: Counter[str] = Counter()
    short = []
    for line in facts("order_history"):
        product, quantity = line["product_number"], int(line["quantity"])
        there = stock[product] + sum(q for day, q in arrivals[product].items() if day <= int(line["day_offset"]))
        if promised[product] + quantity > there:
            short.append(line)
        promised[product] = min(promised[product] + quantity, stock[product] + arrivals[product].total())
    return short


@pytest.mark.parametrize("name", ROW_COUNTS)
def test_a_file_has_exactly_its_rows(name):
    assert len(facts(name)) == ROW_COUNTS[name]


def test_the_folder_holds_these_files_the_licences_and_a_note_and_is_small():
    files = {f.name: len(f.read_bytes()) for f in (resources.files("troth.demo") / "adventureworks").iterdir()}
    packed = {f"{name}.csv.gz" for name in ROW_COUNTS if name != "scarce_products"}
    notes = {"scarce_products.csv", "README.md", "LICENSE_microsoft.txt", "LICENSE_packt.txt"}
    assert set(files) == packed | notes
    assert sum(files.values()) <= 5_000_000


def test_an_unknown_name_is_refused():
    with pytest.raises(FileNotFoundError):
        next(rows("unicorns"))


@pytest.mark.parametrize(("name", "column", "target"), REFERENCES)
def test_every_reference_is_met(name, column, target):
    key = next(iter(facts(target)[0]))
    assert {row[column] for row in facts(name)} - {row[key] for row in facts(target)} == set()


@pytest.mark.parametrize("name", ["stores", "store_shipping_addresses", "vendors", "tax_rates"])
def test_every_state_is_known_in_its_country(name):
    states = {(row["country_code"], row["state_code"]) for row in facts("states")}
    assert {(row["country_code"], row["state_code"]) for row in facts(name)} - states == set()


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("products", ["product_number"]),
        ("stores", ["store_key"]),
        ("stores", ["account_number"]),
        ("vendors", ["vendor_key"]),
        ("stock", ["product_number", "location_key"]),
        ("order_history", ["order_key", "product_number"]),
        ("product_routings", ["product_number", "operation_sequence"]),
        ("purchase_receipts", ["purchase_order_key", "line_key"]),
        ("tax_rates", ["country_code", "state_code", "tax_kind"]),
    ],
)
def test_keys_are_unique(name, columns):
    keys = Counter(tuple(row[column] for column in columns) for row in facts(name))
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize(
    ("name", "amount"), [("list_price_history", "list_price"), ("product_cost_history", "standard_cost")]
)
def test_the_last_row_of_a_history_is_the_products_own_amount(name, amount):
    products = {row["product_number"]: row for row in facts("products")}
    last = {row["product_number"]: row for row in facts(name)}
    assert len(last) == 293
    assert {p for p, row in last.items() if row[f"{amount}_e4"] != products[p][f"{amount}_e4"]} == set()


def test_cents_are_the_exact_amount_rounded_half_up():
    amounts = [
        (int(row["list_price_e4"]), int(row["list_price_cents"]))
        for row in (*facts("products"), *facts("list_price_history"))
    ]
    assert [pair for pair in amounts if (pair[0] + 50) // 100 != pair[1]] == []
    assert (336442, 3364) in amounts


def test_every_ordered_product_is_sold_and_has_a_price():
    sold = {
        row["product_number"]
        for row in facts("products")
        if row["finished"] == "1" and not row["sell_end_on"] and int(row["list_price_cents"]) > 0
    }
    ordered = {row["product_number"] for row in facts("order_history")}
    assert len(ordered) == 102
    assert ordered <= sold


def test_the_order_history_has_its_orders_lines_and_pieces():
    lines = facts("order_history")
    orders = {(row["order_key"], row["store_key"], row["day_offset"]) for row in lines}
    assert len({row["order_key"] for row in lines}) == len(orders) == 2749
    assert sum(int(row["quantity"]) for row in lines) == 53449
    assert round(len(lines) / len(orders), 2) == 14.71
    assert {int(row["day_offset"]) for row in lines} == set(range(60))
    assert {row["store_key"] for row in lines} == {row["store_key"] for row in facts("stores")}


@pytest.mark.parametrize(
    ("name", "first_day", "last_offset"),
    [("production_receipts", date(2014, 4, 15), 59), ("purchase_receipts", date(2014, 6, 19), 125)],
)
def test_receipts_are_dated_from_the_first_day_of_their_window(name, first_day, last_offset):
    receipts = facts(name)
    off = [r for r in receipts if (date.fromisoformat(r["due_on"]) - first_day).days != int(r["due_day_offset"])]
    assert off == []
    assert {int(row["due_day_offset"]) for row in receipts} <= set(range(last_offset + 1))
    assert min(int(row["quantity"]) for row in receipts) > 0


def test_stock_is_the_sources_but_for_the_scarce_products():
    counted, used = stock_by_product("counted_quantity"), stock_by_product("quantity")
    scarce = {row["product_number"]: row for row in facts("scarce_products")}
    assert counted.total() == 335_974
    assert {p: q for p, q in used.items() if p not in scarce} == {p: q for p, q in counted.items() if p not in scarce}
    for product, row in scarce.items():
        assert counted[product] == int(row["counted_quantity"])
        assert used[product] == int(row["scaled_quantity"]) == counted[product] * int(row["scale_permille"]) // 1000


def test_every_place_of_a_finished_product_is_sellable():
    finished = {row["product_number"] for row in facts("products") if row["finished"] == "1"}
    assert {row["product_number"] for row in facts("stock") if row["sellable"] == "1"} <= finished
    assert sum(int(row["counted_quantity"]) for row in facts("stock") if row["sellable"] == "1") == 77_818


def test_more_than_a_tenth_of_the_lines_is_short():
    short = short_lines(stock_by_product("quantity"))
    assert len(short) == 7140
    assert len(short) * 10 >= len(facts("order_history"))


def test_more_than_a_tenth_is_short_already_in_the_first_400_orders():
    first = set(list(dict.fromkeys(row["order_key"] for row in facts("order_history")))[:400])
    lines = [row for row in facts("order_history") if row["order_key"] in first]
    short = [row for row in short_lines(stock_by_product("quantity")) if row["order_key"] in first]
    assert len(short) * 10 >= len(lines)


def test_the_short_lines_of_each_scarce_product_are_as_stated():
    short = Counter(row["product_number"] for row in short_lines(stock_by_product("quantity")))
    stated = {row["product_number"]: int(row["short_lines"]) for row in facts("scarce_products")}
    assert {product: short[product] for product in stated} == stated
