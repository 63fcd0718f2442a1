"""The backlog: internet orders that were not shipped on the source's last day, entered as a person would enter them.

An order keeps the source's number as the customer's own number of it, and by that it is found again. Its lines carry
product keys of a warehouse: the finished products by id from 210, one key for each row of the cost history and at least
one. A price that is not today's list price is entered as a price by hand. What was wanted before today is wanted today.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from troth.business.sales import actions as sales
from troth.business.sales import queries as books
from troth.business.sales.rules import sources
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.demo.raw import Row
from troth.doors.adventureworks.bringing import Run, portions
from troth.doors.adventureworks.fates import Fate
from troth.doors.adventureworks.feeds import Faulty, Look, fitting
from troth.doors.adventureworks.readings import cents, number
from troth.doors.demo.dates import SOURCE_TODAY, ZONE
from troth.kernel.errors import BusinessError, Refusals

SALES = "InternetSales"
BEHIND = timedelta(days=153)
"""So far the days of internet sales lie before those of all other files."""
FIRST_PRODUCT_KEY = 210
READS = (
    "SalesOrderNumber",
    "SalesOrderLineNumber",
    "CustomerKey",
    "ProductKey",
    "OrderQuantity",
    "UnitPrice",
    "OrderDate",
    "DueDate",
    "ShipDate",
)
COLUMNS = {"product": "ProductKey", "quantity": "OrderQuantity", "customer": "CustomerKey", "requested_on": "DueDate"}
PORTION = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which orders are brought in: the backlog, or the newest `count`, or those ordered `since` a day of the source."""

    count: int | None = None
    since: date | None = None


BACKLOG = Chosen()


@dataclass(frozen=True, slots=True)
class _Order:
    number: str
    customer: str
    rows: tuple[Row, ...]


def bring_orders(run: Run, chosen: Chosen) -> None:
    newest = _newest(run, chosen.count)
    for portion in portions(_orders(run, chosen, newest), PORTION):
        there = books.numbers_of_references(
            [(one.customer, one.number) for one in portion], company_id=run.site().company_id
        )
        for one in portion:
            if (one.customer, one.number) in there:
                run.fates.became(one.rows, Fate.SAME)
            else:
                _enter(one, run)


def _newest(run: Run, count: int | None) -> frozenset[str] | None:
    """The numbers of the newest orders; None where they are chosen otherwise."""
    if count is None:
        return None
    numbers: deque[str] = deque(maxlen=count)
    for order_number, _ in groupby(run.folder.rows(SALES, ["SalesOrderNumber"]), key=itemgetter("SalesOrderNumber")):
        numbers.append(order_number)
    return frozenset(numbers)


def _orders(run: Run, chosen: Chosen, newest: frozenset[str] | None) -> Iterator[_Order]:
    """The lines of an order stand together. What is not chosen, or has no customer, is refused line by line."""
    for order_number, found in groupby(run.rows(SALES, READS), key=itemgetter("SalesOrderNumber")):
        lines = tuple(found)
        first = lines[0]
        try:
            why = _left_out(first, chosen, newest)
            account = "" if why else _account(first, run.look)
        except Faulty as fault:
            _refuse(lines, fault.sentence, fault.column, run)
            continue
        if why:
            for row in lines:
                run.fates.refuse(row, why)
        else:
            yield _Order(order_number, account, lines)


def _left_out(row: Row, chosen: Chosen, newest: frozenset[str] | None) -> str:
    if newest is not None:
        return "" if row["SalesOrderNumber"] in newest else "Older than the orders that --orders asks for."
    if chosen.since is not None:
        return "" if _day(row, "OrderDate") >= chosen.since else "Ordered before the day that --since names."
    return "" if _day(row, "ShipDate") > SOURCE_TODAY else "It was shipped before the books are opened."


def _day(row: Row, column: str) -> date:
    """As the days of the other files count."""
    try:
        return date.fromisoformat(row[column][:10]) + BEHIND
    except (ValueError, OverflowError):
        raise Faulty(f"{row[column]} is no day. Write it as 2014-06-30 00:00:00.", column) from None


def _account(row: Row, look: Look) -> str:
    return look.one("Customer", "CustomerID", row["CustomerKey"], of="CustomerKey")["AccountNumber"]


def _enter(one: _Order, run: Run) -> None:
    try:
        draft = _draft(one, run)
        sales.enter_order(draft, **run.acting, **run.key(f"order {one.customer} {one.number}"))
    except Faulty as fault:
        _refuse(one.rows, fault.sentence, fault.column, run)
    except Refusals as refused:
        for wrong in refused.refusals:
            _refuse_line(one, wrong, run)
        _refuse(one.rows, "Another line of the order was refused. Mend that one.", "", run)
    except BusinessError as wrong:
        _refuse_line(one, wrong, run)
    else:
        run.fates.became(one.rows, Fate.NEW)


def _refuse_line(one: _Order, wrong: BusinessError, run: Run) -> None:
    rows = one.rows if wrong.row is None else (one.rows[wrong.row - 1],)
    _refuse(rows, wrong.message, COLUMNS.get(wrong.field or "", ""), run)


def _refuse(rows: tuple[Row, ...], sentence: str, column: str, run: Run) -> None:
    for row in rows:
        run.fates.refuse(row, sentence, column=column, fault=True)


def _draft(one: _Order, run: Run) -> OrderDraft:
    due_on = run.look.shift + _day(one.rows[0], "DueDate")
    return OrderDraft(
        customer=one.customer,
        requested_on=max(due_on, run.clock.today(ZONE)),
        customer_reference=one.number,
        source_system=sources.IMPORT,
        lines=tuple(_line(row, run.look) for row in one.rows),
    )


def _line(row: Row, look: Look) -> LineDraft:
    keys: Mapping[str, str] = look.once("product keys", lambda: product_keys(look))
    if row["ProductKey"] not in keys:
        raise Faulty(f"There is no product with the key {row['ProductKey']}. Correct it.", "ProductKey")
    product_id = keys[row["ProductKey"]]
    product = look.one("Product", "ProductID", product_id, of="ProductKey")
    listed = look.glance("ProductListPriceHistory", "ProductID+EndDate", f"{product_id}+")
    paid = number(row, "UnitPrice")
    by_hand: tuple[Mapping[str, str], ...] = ()
    if listed is None or Decimal(cents(listed, "ListPrice")) != paid:
        by_hand = ({"price": str(paid)},)
    return LineDraft(
        product=product["ProductNumber"],
        quantity=row["OrderQuantity"],
        line_number=int(number(row, "SalesOrderLineNumber")) * 10,
        manual_conditions=by_hand,
    )


def product_keys(look: Look) -> Mapping[str, str]:
    """The id of the product by its key in the warehouse."""
    costs = Counter(row["ProductID"] for row in fitting(look.folder, "ProductCostHistory"))
    finished = (row["ProductID"] for row in fitting(look.folder, "Product") if row["FinishedGoodsFlag"] == "1")
    ids = [one for one in sorted(finished, key=int) for _ in range(max(1, costs[one]))]
    return {str(key): product_id for key, product_id in enumerate(ids, start=FIRST_PRODUCT_KEY)}
