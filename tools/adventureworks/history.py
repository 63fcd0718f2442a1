"""Orders of business customers, folded from single pieces that nameless persons bought.

Every internet line has quantity 1.  Three steps make business orders of them:

    day      the last 365 days, day by day, modulo 60: six to seven days of the source fall on each day
    store    the persons are dealt out to the stores by a hash, the same on every machine
    order    a store orders once in each window of 18 days (the fourth has six), on a day of its own; what its
             persons bought in the window is summed by product

The `need` of a product is the smallest stock with which each of its lines could be confirmed for its day, given the
receipts.  The 40 scarce products are the best sellers by ordered lines that have stock and need at least half of it;
tyres and most tubes, which the source buys every week, do not.  Each scarce product's stock is scaled to a share of its
need; the shares follow its rank, so that some products lack from the first day, some run out late and some never.
"""

import hashlib
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as parquet

from adventureworks.masters import numbers
from adventureworks.source import Facts, Source

FIRST_PRODUCT_KEY, INTERNET_LINES = 210, 60_398
HISTORY_DAYS, FOLDED_DAYS, WINDOW_DAYS = 365, 60, 18
SCARCE_PRODUCTS = 40
SHARES_OF_NEED_PERCENT = (100, 5, 90, 80, 100)


Receipts = defaultdict[str, Counter[int]]


class Line(NamedTuple):
    day_offset: int
    store_key: str
    order_key: str
    product_number: str
    quantity: int


def product_keys(source: Source) -> dict[int, tuple[str, str]]:
    """Return product number and list price of each warehouse product key.

    The warehouse numbers the finished products by id from 210, one key per row of the cost history and at least one;
    the n-th key of a product carries the n-th row of its price history.
    """
    prices: dict[str, list[str]] = defaultdict(list)
    for row in sorted(source.table("ProductListPriceHistory"), key=lambda row: row["StartDate"]):
        prices[row["ProductID"]].append(row["ListPrice"])
    costs = Counter(row["ProductID"] for row in source.table("ProductCostHistory"))
    keys: list[tuple[str, str]] = []
    for row in sorted(source.table("Product"), key=lambda row: int(row["ProductID"])):
        if row["FinishedGoodsFlag"] == "1":
            own_prices = prices[row["ProductID"]] or [row["ListPrice"]]
            assert len(own_prices) == max(1, costs[row["ProductID"]])
            keys += [(row["ProductNumber"], price) for price in own_prices]
    return dict(enumerate(keys, start=FIRST_PRODUCT_KEY))


def internet_lines(source: Source, path: Path) -> list[tuple[date, str, str]]:
    """Return order date, customer and product number of every internet line, each price checked."""
    keys = product_keys(source)
    columns = ["OrderDate", "CustomerKey", "ProductKey", "OrderQuantity", "UnitPrice"]
    result = []
    for row in parquet.read_table(path, columns=columns).to_pylist():
        product, price = keys[int(row["ProductKey"])]
        assert price == row["UnitPrice"], f"key {row['ProductKey']} sold at {row['UnitPrice']}, listed at {price}"
        assert row["OrderQuantity"] == "1"
        result.append((date.fromisoformat(row["OrderDate"][:10]), row["CustomerKey"], product))
    assert len(result) == INTERNET_LINES
    return result


def stable_hash(text: str, modulus: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % modulus


def order_day(store_key: str, window: int) -> int:
    """Return the day on which a store orders in a window; the last window is cut off by the end of the 60 days."""
    days = min(WINDOW_DAYS, FOLDED_DAYS - window * WINDOW_DAYS)
    return window * WINDOW_DAYS + stable_hash(f"ordering day of store {store_key}", WINDOW_DAYS) % days


def folded(lines: list[tuple[date, str, str]], store_keys: list[str]) -> list[Line]:
    """Fold the last 12 months into business orders, sorted by day, order and product."""
    first = max(on for on, _, _ in lines) - timedelta(days=HISTORY_DAYS - 1)
    pieces: Counter[tuple[str, int, str]] = Counter()
    for on, customer, product in lines:
        if on >= first:
            store = store_keys[stable_hash(f"customer {customer}", len(store_keys))]
            pieces[store, (on - first).days % FOLDED_DAYS // WINDOW_DAYS, product] += 1
    return sorted(
        Line(order_day(store, window), store, f"{store}-{window + 1}", product, quantity)
        for (store, window, product), quantity in pieces.items()
    )


def dated_receipts(*facts: Facts) -> Receipts:
    """Return received quantities by product and day; a product without receipts has an empty counter."""
    receipts: Receipts = defaultdict(Counter)
    for fact in (row for rows in facts for row in rows):
        receipts[str(fact["product_number"])][int(fact["due_day_offset"])] += int(fact["quantity"])
    return receipts


def need(lines: list[Line], receipts: Counter[int]) -> int:
    """Return the smallest stock with which every line is confirmed for its day."""
    demand = largest = 0
    for on, same_day in groupby(lines, key=lambda line: line.day_offset):
        demand += sum(line.quantity for line in same_day)
        largest = max(largest, demand - sum(q for day, q in receipts.items() if day <= on))
    return largest


def short_lines(lines: list[Line], stock: int, receipts: Counter[int]) -> list[Line]:
    """Return the lines of one product that cannot be confirmed in full for their day.

    First come, first served: a line takes what is there on its day, then the next receipts, so that a later line never
    takes what an earlier one waits for.
    """
    supply, taken = stock + receipts.total(), 0
    short = []
    for line in lines:
        there = stock + sum(q for day, q in receipts.items() if day <= line.day_offset)
        if taken + line.quantity > there:
            short.append(line)
        taken = min(supply, taken + line.quantity)
    return short


def by_product(lines: list[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.product_number].append(line)
    return found


def counted_stock(source: Source) -> Counter[str]:
    number = numbers(source)
    counted: Counter[str] = Counter()
    for row in source.table("ProductInventory"):
        counted[number[row["ProductID"]]] += int(row["Quantity"])
    return counted


def scarce_products(source: Source, lines: list[Line], receipts: Receipts) -> Facts:
    names = {row["ProductNumber"]: row["Name"] for row in source.table("Product")}
    stock, ordered = counted_stock(source), by_product(lines)
    needs = {p: need(ordered[p], receipts[p]) for p in ordered}
    candidates = (p for p in ordered if 0 < stock[p] <= 2 * needs[p])
    ranked = sorted(candidates, key=lambda p: (-len(ordered[p]), p))
    result: Facts = []
    for rank, product in enumerate(ranked[:SCARCE_PRODUCTS]):
        wanted = needs[product]
        share = SHARES_OF_NEED_PERCENT[rank % len(SHARES_OF_NEED_PERCENT)]
        scale = -(-wanted * share * 10 // stock[product])
        quantity = stock[product] * scale // 1000
        result.append(
            {
                "product_number": product,
                "name": names[product],
                "ordered_lines": len(ordered[product]),
                "ordered_quantity": sum(line.quantity for line in ordered[product]),
                "receipt_quantity": receipts[product].total(),
                "need": wanted,
                "share_of_need_percent": share,
                "counted_quantity": stock[product],
                "scale_permille": scale,
                "scaled_quantity": quantity,
                "short_lines": len(short_lines(ordered[product], quantity, receipts[product])),
            }
        )
    return result
