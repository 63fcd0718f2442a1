"""SQL of shipping: lines of deliveries and transfer orders are read and written in whole sets, one statement each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Model

from troth.business.masterdata.queries import lots
from troth.business.shipping.models import TransferOrder
from troth.business.shipping.rules.bins import Shelf
from troth.business.supply.actions import Claim
from troth.kernel.errors import Sentence
from troth.kernel.lots import FOREVER
from troth.ledgers.stock.keys import StockKey
from troth.platform import numbering, sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

ORDER, DELIVERY, SHIPMENT, TRANSFER_ORDER = "order", "delivery", "shipment", "transfer_order"
"""The kinds of documents."""

HANDLING_UNIT = "handling_unit"
"""The series of the serials of handling units."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """A delivery line as it stands; quantities in smallest units, value in minor units of the company's currency."""

    id: int
    delivery_id: int
    line_number: int
    order_id: int
    order_number: str
    order_line_id: int
    order_line_number: int
    product_id: int
    quantity: int
    picked: int
    value: int
    weight_g: int
    volume_ml: int
    is_complete: bool
    lost: int = 0
    lost_value: int = 0
    proof_outcome: str = ""

    @property
    def order(self) -> DocumentRef:
        return DocumentRef(ORDER, self.order_id, self.order_number)


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A line of a transfer order with the delivery it fetches for; `picked` is None until confirmed."""

    id: int
    transfer_order_id: int
    position: int
    delivery_id: int
    delivery_line_id: int
    key: StockKey
    quantity: int
    picked: int | None


def order_model() -> type[Model]:
    """The orders' model, to lock its rows: the locks of a delivery begin at its orders."""
    return apps.get_model("sales.Order")


_DELIVERY = {
    "company_id": "int", "site_id": "int", "number": "text", "state": "text", "customer_id": "int", "sold_to_id": "int",
    "ship_to_id": "int", "payer_id": "int", "route_id": "int", "incoterm": "text", "priority": "int",
    "goods_issue_on": "date", "delivery_on": "date", "weight_g": "int", "volume_ml": "int", "made_by_id": "int",
    "made_at": "at", "version": "int", "texts": "json",
}  # fmt: skip
_LINE = {
    "delivery_id": "int", "line_number": "int", "order_id": "int", "order_number": "text", "order_line_id": "int",
    "order_line_number": "int", "product_id": "int", "quantity": "int", "picked": "int",
    "value": "int", "weight_g": "int", "volume_ml": "int", "material_on": "date", "is_complete": "bool",
    "texts": "json",
}  # fmt: skip
_TRANSFER_LINE = {
    "transfer_order_id": "int", "position": "int", "delivery_line_id": "int", "product_id": "int", "location_id": "int",
    "bin_id": "int", "batch": "text", "valuation": "text", "owner": "text", "quantity": "int",
    "difference_reason": "text",
}  # fmt: skip


_PREFIX = {DELIVERY: "DL", SHIPMENT: "SH", TRANSFER_ORDER: "TO"}
ALL_COMPANIES = 0


def numbers(kind: str, count: int = 1) -> list[str]:
    """New document numbers; one series serves all companies."""
    return [number_of(kind, serial) for serial in numbering.draw(kind, company_id=ALL_COMPANIES, count=count)]


def number_of(kind: str, serial: int) -> str:
    """A document's number as people read it: DL-000012."""
    return f"{_PREFIX[kind]}-{serial:06d}"


def insert_deliveries(rows: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """Insert rows in the order of `_DELIVERY`; return the id of each by its number."""
    return {
        number: row_id
        for row_id, number in sql.insert("shipping_delivery", _DELIVERY, rows, returning=("id", "number"))
    }


def insert_lines(rows: Sequence[tuple[Any, ...]]) -> dict[tuple[int, int], int]:
    """Insert rows in the order of `_LINE`; return the id of each by (delivery id, line number)."""
    made = sql.insert("shipping_deliveryline", _LINE, rows, returning=("id", "delivery_id", "line_number"))
    return {(delivery_id, number): row_id for row_id, delivery_id, number in made}


def insert_transfer_lines(rows: Sequence[tuple[Any, ...]]) -> None:
    sql.insert("shipping_transferline", _TRANSFER_LINE, rows)


def update_lines(lines: Iterable[LineRow]) -> None:
    """Write quantity, picked, value and measures of the lines."""
    columns = {"quantity": "int", "picked": "int", "value": "int", "weight_g": "int", "volume_ml": "int"}
    sql.update(
        "shipping_deliveryline",
        "id",
        columns,
        [(line.id, line.quantity, line.picked, line.value, line.weight_g, line.volume_ml) for line in lines],
    )


def write_differences(rows: Sequence[tuple[int, int, int, int, int, str, str]]) -> None:
    """Rows of (line id, lost, its value, turned away, kept, reason, outcome)."""
    columns = {
        "lost": "int", "lost_value": "int", "turned_away": "int", "kept": "int", "proof_reason": "text",
        "proof_outcome": "text",
    }  # fmt: skip
    sql.update("shipping_deliveryline", "id", columns, rows)


def update_transfer_lines(rows: Sequence[tuple[int, int, str]]) -> None:
    """Rows of (id, picked, reason for the difference)."""
    sql.update("shipping_transferline", "id", {"picked": "int", "difference_reason": "text"}, rows)


def shorten_transfer_lines(quantities: Mapping[int, int]) -> None:
    """Set what lines of open transfer orders fetch, by id; a line that fetches nothing is struck off the list."""
    kept = [(line_id, quantity) for line_id, quantity in quantities.items() if quantity]
    sql.update("shipping_transferline", "id", {"quantity": "int"}, kept)
    struck = [line_id for line_id, quantity in quantities.items() if not quantity]
    if struck:
        chosen, parameters = sql.one_of("id", struck)
        sql.write(f"DELETE FROM shipping_transferline WHERE {chosen}", parameters)


def sum_deliveries(delivery_ids: Iterable[int]) -> None:
    """Set weight and volume of the deliveries to the sum of their lines."""
    _sum("shipping_delivery", "shipping_deliveryline", "delivery_id", delivery_ids)


def sum_shipments(shipment_ids: Iterable[int | None]) -> None:
    """Set weight and volume of the shipments to the sum of their deliveries."""
    _sum("shipping_shipment", "shipping_delivery", "shipment_id", [one for one in shipment_ids if one is not None])


def _sum(table: str, parts: str, column: str, ids: Iterable[int]) -> None:
    wanted = [(one,) for one in sorted(set(ids))]
    if not wanted:
        return
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, wanted)
    total = f"(SELECT CAST(COALESCE(SUM(p.%s), 0) AS bigint) FROM {parts} p WHERE p.{column} = {table}.id)"
    sql.fetch(
        f"{with_clause} UPDATE {table} SET weight_g = {total % 'weight_g'}, volume_ml = {total % 'volume_ml'}"
        f" WHERE id IN (SELECT k.id FROM {source})",
        parameters,
    )


_LINE_COLUMNS = (
    "l.id, l.delivery_id, l.line_number, l.order_id, l.order_number, l.order_line_id, l.order_line_number,"
    " l.product_id, l.quantity, l.picked, l.value, l.weight_g, l.volume_ml, l.is_complete, l.lost, l.lost_value,"
    " l.proof_outcome"
)


def lines(held: Held, delivery_ids: Iterable[int]) -> list[LineRow]:
    """The lines of held deliveries, by delivery and line number."""
    return first_look(delivery_ids)


def first_look(delivery_ids: Iterable[int]) -> list[LineRow]:
    """The lines of deliveries before they are locked: only to know what to lock."""
    wanted = [(one,) for one in sorted(set(delivery_ids))]
    if not wanted:
        return []
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, wanted)
    return [
        LineRow(*row)
        for row in sql.fetch(
            f"{with_clause} SELECT {_LINE_COLUMNS} FROM shipping_deliveryline l JOIN {source} ON l.delivery_id = k.id"
            " ORDER BY l.delivery_id, l.line_number",
            parameters,
        )
    ]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which issued lines are asked for; None for all."""

    company_ids: Sequence[int] | None = None
    delivery_ids: Sequence[int] | None = None
    customer_id: int | None = None
    until: date | None = None
    order_line_ids: Sequence[int] | None = None


def issued_lines(narrowed: Narrowed, *, after_id: int, limit: int) -> list[sql.Row]:
    """Lines of issued deliveries from behind an id on, by id; the columns as `queries.ToBill` has them.

    What was lost on the way is left out, and what waits for its proof.
    """
    condition, parameters = _issued(narrowed)
    return sql.fetch(
        "SELECT l.delivery_id, d.number, l.id, l.line_number, d.company_id, d.site_id, d.customer_id, d.sold_to_id,"
        " d.ship_to_id, d.payer_id, l.order_id, l.order_number, l.order_line_id, l.product_id,"
        " l.quantity - l.lost, l.value - l.lost_value,"
        " d.issued_on FROM shipping_deliveryline l JOIN shipping_delivery d ON d.id = l.delivery_id"
        f" WHERE {condition} AND l.id > %s ORDER BY l.id LIMIT %s",
        [*parameters, after_id, limit],
    )


def issued_days(narrowed: Narrowed, *, limit: int) -> list[tuple[int, int, int, date]]:
    """(delivery, order line, quantity, day of the goods issue) of lines of issued deliveries, by id."""
    condition, parameters = _issued(narrowed)
    return sql.fetch(
        "SELECT l.delivery_id, l.order_line_id, l.quantity - l.lost, d.issued_on FROM shipping_deliveryline l"
        f" JOIN shipping_delivery d ON d.id = l.delivery_id WHERE {condition} ORDER BY l.id LIMIT %s",
        [*parameters, limit],
    )


def issued_with(order_line_ids: Sequence[int], narrowed: Narrowed, *, limit: int) -> list[tuple[int, date]]:
    """(delivery, day of the goods issue) of issued deliveries with any of these order lines, by id.

    Each delivery is looked at once, however many of the lines it has.
    """
    if not order_line_ids:
        return []
    lines, wanted = sql.one_of("l.order_line_id", order_line_ids)
    # Asked for by themselves: in one statement with the deliveries PostgreSQL would rather read all that ever left.
    on = sql.fetch(
        f"SELECT DISTINCT l.delivery_id FROM shipping_deliveryline l WHERE l.quantity > l.lost AND {lines}", wanted
    )
    if not on:
        return []
    condition, parameters = _issued_deliveries(replace(narrowed, delivery_ids=[delivery_id for (delivery_id,) in on]))
    return sql.fetch(
        f"SELECT d.id, d.issued_on FROM shipping_delivery d WHERE {condition} ORDER BY d.id LIMIT %s",
        [*parameters, limit],
    )


def _issued(narrowed: Narrowed) -> tuple[str, list[Any]]:
    """The condition, and its parameters, of the issued lines that are asked for."""
    condition, parameters = _issued_deliveries(narrowed)
    conditions = [condition, "l.quantity > l.lost"]
    if narrowed.order_line_ids is not None:
        lines, wanted = sql.one_of("l.order_line_id", narrowed.order_line_ids)
        conditions.append(lines)
        parameters += wanted
    return " AND ".join(conditions), parameters


def _issued_deliveries(narrowed: Narrowed) -> tuple[str, list[Any]]:
    """The same of the deliveries alone."""
    parameters: list[Any] = []
    conditions = ["d.state = 'issued'", "(NOT d.needs_proof OR d.arrived_on IS NOT NULL)"]
    for column, values in (("d.company_id", narrowed.company_ids), ("d.id", narrowed.delivery_ids)):
        if values is not None:
            condition, wanted = sql.one_of(column, values)
            conditions.append(condition)
            parameters += wanted
    for condition, value in (("d.customer_id = %s", narrowed.customer_id), ("d.issued_on <= %s", narrowed.until)):
        if value is not None:
            conditions.append(condition)
            parameters.append(value)
    return " AND ".join(conditions), parameters


def pick_states(delivery_ids: Sequence[int]) -> list[sql.Row]:
    """(delivery, line, order, its number, line number, product, quantity, picked, unit, its decimals), by line."""
    chosen, parameters = sql.one_of("l.delivery_id", delivery_ids)
    return sql.fetch(
        "SELECT l.delivery_id, l.id, l.order_id, l.order_number, l.line_number, p.number, l.quantity, l.picked,"
        " p.base_unit_id, u.decimals FROM shipping_deliveryline l JOIN reference_product p ON p.id = l.product_id"
        f" JOIN reference_unit u ON u.code = p.base_unit_id WHERE {chosen} ORDER BY l.delivery_id, l.line_number",
        parameters,
    )


def open_transfer_orders(delivery_ids: Sequence[int]) -> list[sql.Row]:
    """(delivery, number of an open transfer order that fetches for it)."""
    chosen, parameters = sql.one_of("l.delivery_id", delivery_ids)
    return sql.fetch(
        f"SELECT DISTINCT l.delivery_id, o.number, o.id FROM {_TRANSFERS}"
        f" WHERE {chosen} AND o.state = 'open' ORDER BY o.id",
        parameters,
    )


def standing_values(held: Held, order_line_ids: Iterable[int]) -> dict[int, int]:
    """The value of all deliveries that stand, by order line; the fulfilment balances of the lines must be held."""
    wanted = [(one,) for one in sorted(set(order_line_ids))]
    if not wanted:
        return {}
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, wanted)
    return dict(
        sql.fetch(
            f"{with_clause} SELECT l.order_line_id, CAST(SUM(l.value) AS bigint) FROM shipping_deliveryline l"
            f" JOIN {source} ON l.order_line_id = k.id JOIN shipping_delivery d ON d.id = l.delivery_id"
            " WHERE d.state <> 'cancelled' GROUP BY l.order_line_id",
            parameters,
        )
    )


_TRANSFER_COLUMNS = (
    "t.id, t.transfer_order_id, t.position, l.delivery_id, t.delivery_line_id, o.site_id, t.location_id, t.bin_id,"
    " t.product_id, t.batch, t.valuation, t.owner, t.quantity, t.picked"
)
_TRANSFERS = (
    "shipping_transferline t JOIN shipping_transferorder o ON o.id = t.transfer_order_id"
    " JOIN shipping_deliveryline l ON l.id = t.delivery_line_id"
)


def transfer_lines(transfer_order_id: int) -> list[TransferRow]:
    return _transfers(
        f"SELECT {_TRANSFER_COLUMNS} FROM {_TRANSFERS} WHERE o.id = %s ORDER BY t.position", [transfer_order_id]
    )


def transfers_for(delivery_ids: Iterable[int]) -> list[TransferRow]:
    """Lines of open and confirmed transfer orders that fetch for the deliveries."""
    wanted = [(one,) for one in sorted(set(delivery_ids))]
    if not wanted:
        return []
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, wanted)
    return _transfers(
        f"{with_clause} SELECT {_TRANSFER_COLUMNS} FROM {_TRANSFERS} JOIN {source} ON l.delivery_id = k.id"
        " WHERE o.state <> 'cancelled' ORDER BY t.transfer_order_id, t.position",
        parameters,
    )


def _transfers(statement: str, parameters: Sequence[Any]) -> list[TransferRow]:
    return [
        TransferRow(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            StockKey(row[5], row[6], row[7], row[8], row[9], row[10], owner=row[11]),
            row[12],
            row[13],
        )
        for row in sql.fetch(statement, parameters)
    ]


_CLAIMED_IN = "o.site_id, t.location_id, t.bin_id, t.product_id, t.batch, t.valuation, t.owner"


def claims(site_id: int, product_ids: Iterable[int]) -> dict[StockKey, tuple[Claim, ...]]:
    """What transfer orders fetch, or have fetched without a goods issue yet, by stock key."""
    wanted = [(one,) for one in sorted(set(product_ids))]
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, wanted)
    rows = sql.fetch(
        f"{with_clause} SELECT {_CLAIMED_IN}, o.number, o.state,"
        f" CAST(SUM(COALESCE(t.picked, t.quantity)) AS bigint) FROM {_TRANSFERS}"
        f" JOIN {source} ON t.product_id = k.id JOIN shipping_delivery d ON d.id = l.delivery_id"
        " WHERE o.site_id = %s AND o.state <> 'cancelled' AND d.state IN ('open', 'picked')"
        f" GROUP BY {_CLAIMED_IN}, o.number, o.state ORDER BY o.number",
        [*parameters, site_id],
    )
    found: dict[StockKey, tuple[Claim, ...]] = {}
    for row in rows:
        key = StockKey(row[0], row[1], row[2], row[3], row[4], row[5], owner=row[6])
        number, state, quantity = row[7:]
        if quantity:
            claim = Claim(
                Sentence("transfer order %(number)s", number=number),
                quantity,
                Sentence(_LETS_GO[state].pattern, number=number),
            )
            found[key] = (*found.get(key, ()), claim)
    return found


_LETS_GO = {
    "open": Sentence("cancel transfer order %(number)s"),
    "confirmed": Sentence("undo the pick of transfer order %(number)s"),
}


def shelves(held: Held, found: Sequence[Any], claimed: dict[StockKey, tuple[Claim, ...]]) -> list[Shelf]:
    """Bins under their locks, less what is claimed there; `found` are the stock ledger's bins of a first look."""
    made = []
    known = lots((one.key.product_id, one.key.batch) for one in found if one.key.batch)
    for one in found:
        balance = held.balance(one.key)
        free = balance.quantity - sum(claim.quantity for claim in claimed.get(one.key, ()))
        received_on: date | None = balance.received_on
        made.append(
            Shelf(
                one.key, one.key.product_id, one.key.bin_id, one.bin, one.sequence, free, received_on, one.key.owner,
                known.get((one.key.product_id, one.key.batch), ("", 0))[1] or FOREVER, one.key.batch,
                one.key.valuation,
            )
        )  # fmt: skip
    return made


def with_id(line: LineRow, line_id: int) -> LineRow:
    """The line with its id."""
    return replace(line, id=line_id)


def step(table: str, document: Model, columns: dict[str, str]) -> None:
    """Write these columns of a document that is held, with its next version."""
    document.version += 1  # type: ignore[attr-defined]
    values = [getattr(document, column) for column in ("pk", *columns, "version")]
    sql.update(table, "id", {**columns, "version": "int"}, [tuple(values)])


def transfer_numbers(ids: Sequence[int]) -> list[str]:
    """The numbers of transfer orders, in order of their ids."""
    return list(TransferOrder.objects.filter(pk__in=ids).order_by("pk").values_list("number", flat=True))
