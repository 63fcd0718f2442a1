"""Raw SQL of orders and quotations: whole documents in a constant number of statements, however many lines they have.

An order of n lines is one INSERT for its header and one for all its lines; it is read by one SELECT and changed by one
UPDATE for the header and one for the lines that changed.
"""

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from pydantic_core import to_json

from troth.business.sales.models import Order, Quotation
from troth.business.sales.rules.lines import Header, Line
from troth.platform import sql


@dataclass(frozen=True, slots=True)
class Kind:
    """Where a kind of document is written: its tables, and the header columns that only it has."""

    table: str
    line_table: str
    foreign_key: str
    header_columns: Mapping[str, str]
    line_columns: Mapping[str, str]


_HEADER = {
    "company_id": "int",
    "sales_organisation_id": "int",
    "order_type_id": "int",
    "customer_id": "int",
    "sold_to_id": "int",
    "ship_to_id": "int",
    "bill_to_id": "int",
    "payer_id": "int",
    "currency_id": "text",
    "payment_terms_id": "int",
    "entered_on": "date",
    "requested_on": "date",
    "forwarding_agent_id": "int",
    "contact": "text",
    "customer_reference": "text",
    "incoterm": "text",
    "incoterm_place": "text",
    "shipping_condition": "text",
    "priority": "int",
    "complete_delivery": "bool",
    "deliveries_max": "int",
    "probability": "int",
    "project": "text",
    "source_system": "text",
    "text": "text",
    "texts": "json",
}
_STATUS = {
    "number": "text",
    "state": "text",
    "net": "int",
    "tax": "int",
    "gross": "int",
    "entered_by_id": "int",
    "entered_at": "at",
    "last_raised_by_id": "int",
    "version": "int",
}
_LINE = {
    "line_number": "int",
    "product_id": "int",
    "item_category_id": "int",
    "site_id": "int",
    "quantity": "int",
    "unit_id": "text",
    "base_quantity": "int",
    "requested_on": "date",
    "delivery_days": "int",
    "text": "text",
    "texts": "json",
    "main_line": "int",
    "role": "text",
    "asked": "json",
    "rejection_reason": "text",
    "net": "int",
    "tax": "int",
    "gross": "int",
    "price_trace": "json",
    "manual_conditions": "json",
    "weight_g": "int",
    "volume_ml": "int",
    "valuation": "text",
    "min_shipment": "int",
    "lateness_days_max": "int",
    "deliveries_max": "int",
    "delivery_mode": "text",
    "delivery_group": "int",
    "is_fixed": "bool",
    "route_id": "int",
    "batch": "text",
}
_ORDER_LINE = {
    **_LINE,
    "shipping_point_id": "int",
    "requirement_type": "text",
    "location": "text",
    "over_tolerance_basis_points": "int",
    "under_tolerance_basis_points": "int",
    "reference_kind": "text",
    "reference_id": "int",
    "reference_line_id": "int",
}
_JSON = {"price_trace": "[]", "manual_conditions": "[]", "texts": "{}", "asked": "{}"}
"""The columns in JSON, with what is written where there is nothing."""


def _dump(value: Any) -> str:
    return to_json(value).decode()


ORDER = Kind("sales_order", "sales_orderline", "order_id", {**_HEADER, "site_id": "int"}, _ORDER_LINE)
QUOTATION = Kind("sales_quotation", "sales_quotationline", "quotation_id", _HEADER, _LINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What stands beside the header: state, number, totals, and who entered and last raised it."""

    number: str
    state: str
    net: int = 0
    tax: int = 0
    gross: int = 0
    entered_by_id: int | None
    entered_at: datetime
    last_raised_by_id: int | None
    version: int = 1


Written = tuple[int, tuple[Line, ...]]
"""The id of a document that was written, and its lines with theirs."""


def insert(
    kind: Kind, header: Header, status: Status, lines: Sequence[Line], extra: Mapping[str, tuple[str, Any]]
) -> Written:
    """Write a new document. `extra`: column -> (type word, value)."""
    [written] = insert_all(kind, [(header, status, lines)], extra)
    return written


def insert_all(
    kind: Kind, documents: Sequence[tuple[Header, Status, Sequence[Line]]], extra: Mapping[str, tuple[str, Any]]
) -> list[Written]:
    """Write new documents with the same `extra`, in two statements; their ids ascend in their order."""
    columns = {**kind.header_columns, **_STATUS, **{name: word for name, (word, _) in extra.items()}}
    values = [value for _, value in extra.values()]
    rows = [
        (*_header_values(kind, header), *(getattr(status, name) for name in _STATUS), *values)
        for header, status, _ in documents
    ]
    ids = [row[0] for row in sql.insert_in_order(kind.table, columns, rows, returning=("id",))]
    numbered = [(document_id, lines) for document_id, (_, _, lines) in zip(ids, documents, strict=True)]
    return list(zip(ids, _insert_lines(kind, numbered), strict=True))


def _header_values(kind: Kind, header: Header) -> list[Any]:
    values = zip(kind.header_columns, _header_of(kind.table)(header), strict=True)
    return [_json(name, value) if name in _JSON else value for name, value in values]


def insert_lines(kind: Kind, document_id: int, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Write new lines of a document; return them with their ids."""
    [written] = _insert_lines(kind, [(document_id, lines)])
    return written


def _insert_lines(kind: Kind, documents: Sequence[tuple[int, Sequence[Line]]]) -> list[tuple[Line, ...]]:
    columns = {kind.foreign_key: "int", **kind.line_columns}
    rows = [(document_id, *_line_values(kind, line)) for document_id, lines in documents for line in lines]
    inserted = sql.insert(kind.line_table, columns, rows, returning=("id", kind.foreign_key, "line_number"))
    ids = {(document_id, number): line_id for line_id, document_id, number in inserted}
    return [
        tuple([line.written(ids[document_id, line.line_number]) for line in lines]) for document_id, lines in documents
    ]


def update(kind: Kind, document_id: int, header: Header, status: Status, extra: Mapping[str, tuple[str, Any]]) -> None:
    """Write the header of a document anew."""
    columns = {**kind.header_columns, **_STATUS, **{name: word for name, (word, _) in extra.items()}}
    row = (
        document_id,
        *_header_values(kind, header),
        *(getattr(status, name) for name in _STATUS),
        *(value for _, value in extra.values()),
    )
    sql.update(kind.table, "id", columns, [row])


def update_lines(kind: Kind, lines: Iterable[Line]) -> None:
    """Write lines that changed; the number of a line never does."""
    sql.update(kind.line_table, "id", kind.line_columns, [(line.id, *_line_values(kind, line)) for line in lines])


def delete_lines(kind: Kind, document_id: int) -> None:
    """Take out all lines of a draft, which nothing refers to."""
    sql.fetch(f"DELETE FROM {kind.line_table} WHERE {kind.foreign_key} = %s", [document_id])


def lines(kind: Kind, document_id: int) -> tuple[Line, ...]:
    """The lines of a document by number."""
    return lines_of(kind, [document_id]).get(document_id, ())


def lines_of(kind: Kind, document_ids: Sequence[int]) -> dict[int, tuple[Line, ...]]:
    """The lines of several documents, by document and number."""
    return _read(kind, kind.foreign_key, document_ids)


def _read(kind: Kind, column: str, ids: Sequence[int]) -> dict[int, tuple[Line, ...]]:
    if not ids:
        return {}
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, [(one,) for one in dict.fromkeys(ids)])
    wanted = ", ".join(f"l.{name}" for name in kind.line_columns)
    rows = sql.fetch(
        f"{with_clause} SELECT l.{kind.foreign_key}, l.id, {wanted} FROM {kind.line_table} l"
        f" JOIN {source} ON l.{column} = k.id ORDER BY l.{kind.foreign_key}, l.line_number",
        parameters,
    )
    found: dict[int, list[Line]] = {}
    for document_id, line_id, *values in rows:
        found.setdefault(document_id, []).append(_line(kind, line_id, values))
    return {document_id: tuple(group) for document_id, group in found.items()}


def with_orders(column: str, ids: Sequence[int], order_columns: str) -> list[tuple[tuple[Any, ...], Line]]:
    """(values of the order's columns, named with `o.`; the line) of the lines whose `column` is one of `ids`."""
    if not ids:
        return []
    names = ", ".join(f"l.{name}" for name in ORDER.line_columns)
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, [(one,) for one in dict.fromkeys(ids)])
    rows = sql.fetch(
        f"{with_clause} SELECT l.id, {names}, {order_columns} FROM sales_orderline l JOIN {source} ON l.{column} = k.id"
        " JOIN sales_order o ON o.id = l.order_id ORDER BY l.order_id, l.line_number",
        parameters,
    )
    width = 1 + len(ORDER.line_columns)
    return [(row[width:], _line(ORDER, row[0], row[1:width])) for row in rows]


class LineValue(NamedTuple):
    """What of a line its amounts are told by; `net` and `tax` of the whole line, in minor units of `currency`."""

    order_id: int
    order_number: str
    sold_to_id: int
    currency: str
    base_quantity: int
    net: int
    tax: int


def line_values(line_ids: Sequence[int]) -> dict[int, LineValue]:
    """What these lines cost, by line id, without what they say: a tenth of what `order_lines` takes. One statement."""
    if not line_ids:
        return {}
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, [(one,) for one in dict.fromkeys(line_ids)])
    rows = sql.fetch(
        f"{with_clause} SELECT l.id, o.id, o.number, o.sold_to_id, o.currency_id, l.base_quantity, l.net, l.tax"
        f" FROM sales_orderline l JOIN {source} ON l.id = k.id JOIN sales_order o ON o.id = l.order_id",
        parameters,
    )
    return {line_id: LineValue(*values) for line_id, *values in rows}


def _line(kind: Kind, line_id: int, values: Sequence[Any]) -> Line:
    named = dict(zip(kind.line_columns, values, strict=True))
    for name in _JSON:
        named[name] = parsed(named[name])
    return Line(id=line_id, **named)


_NOTHING: dict[str, Callable[[], Any]] = {"[]": list, "{}": dict}
"""What most columns of most lines hold; a page reads a thousand of them."""


def parsed(stored: Any) -> Any:
    if not isinstance(stored, str):
        return stored
    return _NOTHING[stored]() if stored in _NOTHING else json.loads(stored)


def _line_values(kind: Kind, line: Line) -> list[Any]:
    values = list(_values_of(kind.line_table)(line))
    for position, name in _json_positions(kind.line_table):
        values[position] = _json(name, values[position])
    return values


def _json(name: str, value: Any) -> str:
    return _dump(value) if value else _JSON[name]


@functools.cache
def _values_of(line_table: str) -> Callable[[Line], tuple[Any, ...]]:
    """Reads all columns of a line at once: by name, one after the other, they cost as much as the statement."""
    return attrgetter(*_kind(line_table).line_columns)


@functools.cache
def _header_of(table: str) -> Callable[[Header], tuple[Any, ...]]:
    return attrgetter(*(ORDER if table == ORDER.table else QUOTATION).header_columns)


@functools.cache
def _json_positions(line_table: str) -> tuple[tuple[int, str], ...]:
    return tuple((at, name) for at, name in enumerate(_kind(line_table).line_columns) if name in _JSON)


def _kind(line_table: str) -> Kind:
    return ORDER if line_table == ORDER.line_table else QUOTATION


def header(document: Order | Quotation) -> Header:
    """The header of a document that was loaded."""
    site_id = document.site_id if isinstance(document, Order) else None
    return Header(site_id=site_id, **{name: getattr(document, name) for name in _HEADER})


def status(document: Order | Quotation, **changed: Any) -> Status:
    """What stands beside the header, with what changed."""
    return Status(**{name: getattr(document, name) for name in _STATUS} | changed)


def reference_used(customer_id: int, customer_reference: str, *, but_for: int | None = None) -> str:
    """The number of another order of the customer with this reference that stands; empty where there is none."""
    if not customer_reference:
        return ""
    rows = sql.fetch(
        "SELECT number FROM sales_order WHERE customer_id = %s AND customer_reference = %s AND state <> 'cancelled'"
        " AND id <> %s ORDER BY id LIMIT 1",
        [customer_id, customer_reference, but_for or 0],
    )
    return rows[0][0] if rows else ""
