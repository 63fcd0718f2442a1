"""The floor: a bare script that writes the same rows under the same locks, without logic.

It takes an order that the actions entered as its pattern and writes the same rows again, table by table, one statement
each, in one transaction, after locking the same balances; the order's number is drawn as an order's is. What Troth
costs above this is its logic.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from troth.platform import numbering, sql

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one table that the pattern order wrote, and which columns point at what is written anew."""

    name: str
    columns: dict[str, str]
    rows: tuple[Row, ...]
    points: dict[str, str]
    key: str = ""


PATTERN: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("sales_order", "id = {order}", {}, "number"),
    ("sales_orderline", "order_id = {order}", {"order_id": "sales_order"}, "line_number"),
    (
        "promising_requirement",
        "document_kind = 'order' AND document_id = {order}",
        {"document_id": "sales_order", "line_id": "sales_orderline"},
        "line_id",
    ),
    (
        "promising_scheduleline",
        "requirement_id IN (SELECT id FROM promising_requirement"
        " WHERE document_kind = 'order' AND document_id = {order})",
        {"requirement_id": "promising_requirement"},
        "",
    ),
    (
        "availability_posting",
        "source_kind = 'order' AND source_id = {order}",
        {"source_id": "sales_order", "source_line_id": "sales_orderline"},
        "",
    ),
    ("exposure_posting", "source_kind = 'order' AND source_id = {order}", {"source_id": "sales_order"}, ""),
    (
        "fulfilment_balance",
        "kind = 'order_line' AND line_id IN (SELECT id FROM sales_orderline WHERE order_id = {order})",
        {"line_id": "sales_orderline"},
        "line_id",
    ),
    (
        "fulfilment_posting",
        "source_kind = 'order' AND source_id = {order}",
        {
            "balance_id": "fulfilment_balance",
            "source_id": "sales_order",
            "source_line_id": "sales_orderline",
            "document_id": "sales_order",
        },
        "",
    ),
    ("platform_event", "document_kind = 'order' AND document_id = {order}", {"document_id": "sales_order"}, ""),
)


def writer(order_id: int) -> Callable[[], None]:
    """Return a function that writes the rows of this order again, as a new order, in a transaction of its own."""
    tables = [_pattern(name, where.format(order=order_id), points, key) for name, where, points, key in PATTERN]
    balances = sql.fetch(
        "SELECT b.id, b.version, b.series FROM availability_balance b WHERE b.id IN"
        " (SELECT balance_id FROM availability_posting WHERE source_kind = 'order' AND source_id = %s)",
        [order_id],
    )
    [(exposure_id,)] = sql.fetch(
        "SELECT DISTINCT balance_id FROM exposure_posting WHERE source_kind = 'order' AND source_id = %s", [order_id]
    )
    return lambda: _write(tables, [(row[0], row[1], bytes(row[2])) for row in balances], exposure_id)


def _write(tables: Sequence[Table], balances: Sequence[Row], exposure_id: int) -> None:
    tail = " FOR NO KEY UPDATE" if sql.is_postgres() else ""
    with transaction.atomic():
        sql.fetch(f"SELECT id, open_orders FROM exposure_balance WHERE id = %s{tail}", [exposure_id])
        with_clause, source, parameters = sql.relation("k", {"id": "int"}, [(row[0],) for row in balances])
        sql.fetch(
            f"{with_clause} SELECT b.id, b.version, b.series FROM availability_balance b JOIN {source}"
            f" ON b.id = k.id ORDER BY b.id{tail + ' OF b' if tail else ''}",
            parameters,
        )
        _write_rows(tables)
        sql.update("availability_balance", "id", {"version": "int", "series": "bytes"}, balances)
        sql.fetch("UPDATE exposure_balance SET open_orders = open_orders + 0 WHERE id = %s", [exposure_id])


def _write_rows(tables: Sequence[Table]) -> None:
    new: dict[str, dict[Any, int]] = {}
    for table in tables:
        names = [column.strip('"') for column in table.columns]
        rows = [
            tuple(_value(name, value, table, new) for name, value in zip(names, row[1:], strict=True))
            for row in table.rows
        ]
        returning = ("id", table.key) if table.key else ()
        made = sql.insert(table.name, table.columns, rows, returning=returning)
        if table.key:
            # A pattern row is found again by its key, which a column that points elsewhere has been changed in.
            found = {key: made_id for made_id, key in made}
            at = names.index(table.key)
            new[table.name] = {old[0]: found[row[at]] for old, row in zip(table.rows, rows, strict=True)}


def _value(name: str, value: Any, table: Table, new: dict[str, dict[Any, int]]) -> Any:
    if name in table.points and value in new[table.points[name]]:
        return new[table.points[name]][value]
    if table.name == "sales_order" and name == "number":
        return f"F{numbering.draw('order', company_id=0)[0]}"
    return value


def _pattern(name: str, where: str, points: dict[str, str], key: str) -> Table:
    columns = _columns(name)
    texts = ", ".join(
        f'CAST("{column}" AS text)' if word == "json" else f'"{column}"' for column, word in columns.items()
    )
    rows = sql.fetch(f"SELECT id, {texts} FROM {name} WHERE {where} ORDER BY id")
    return Table(name, {f'"{column}"': word for column, word in columns.items()}, tuple(rows), points, key)


def _columns(name: str) -> dict[str, str]:
    """The columns of a table but for its id, with their type words."""
    from django.apps import apps
    from django.db.models import ForeignKey

    model = next(model for model in apps.get_models() if model._meta.db_table == name)
    words = {
        "BigIntegerField": "int", "IntegerField": "int", "PositiveIntegerField": "int", "SmallIntegerField": "int",
        "PositiveSmallIntegerField": "int", "BooleanField": "bool", "DateField": "date", "DateTimeField": "at",
        "JSONField": "json", "BinaryField": "bytes",
    }  # fmt: skip
    columns = {}
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            kind = (field.target_field if isinstance(field, ForeignKey) else field).get_internal_type()
            columns[str(field.column)] = words.get(kind, "int" if kind == "BigAutoField" else "text")
    return columns
