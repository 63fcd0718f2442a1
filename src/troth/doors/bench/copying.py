"""Rows copied whole within the database: some hundred documents become as many as a bench needs, in a minute.

The documents are played by the actions. Then every row that they wrote is copied, table by table and copy by copy: its
id, and each id by which another table's row is named, moves on by as many as that table's rows take up. Balances are
not copied but summed anew from the postings, so that the books hold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from troth.kernel import netting
from troth.ledgers.exposure.recount import recount
from troth.platform import sql

DOCUMENTS = {
    "order": "sales.Order",
    "quotation": "sales.Quotation",
    "delivery": "shipping.Delivery",
    "transfer_order": "shipping.TransferOrder",
    "shipment": "shipping.Shipment",
    "invoice": "billing.Invoice",
    "payment": "receivables.Payment",
    "receipt": "supply.Receipt",
}
LINES = {
    "order": "sales.OrderLine",
    "quotation": "sales.QuotationLine",
    "delivery": "shipping.DeliveryLine",
    "transfer_order": "shipping.DeliveryLine",
    "invoice": "billing.InvoiceLine",
    "receipt": "supply.Receipt",
}
BALANCED = {"order_line": "sales.OrderLine", "quotation_line": "sales.QuotationLine", "invoice": "billing.Invoice"}
Refers = str | tuple[str, Mapping[str, str]]
"""The table whose rows a column names, or the column that says which kind, with a table for each."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A table: what its columns name in others, and which columns tell a row from its copies.

    `numbered` columns get the copy's number appended, `counted` ones go on counting within another column.
    """

    label: str
    refers: Mapping[str, Refers] = field(default_factory=dict)
    numbered: tuple[str, ...] = ()
    counted: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return str(apps.get_model(self.label)._meta.db_table)


_SOURCE: dict[str, Refers] = {"source_id": ("source_kind", DOCUMENTS)}
_SOURCE_LINE: dict[str, Refers] = {"source_line_id": ("source_kind", LINES)}
_DOCUMENT: dict[str, Refers] = {"document_id": ("document_kind", DOCUMENTS)}
TABLES = (
    Copied("sales.Quotation", {"revises_id": "sales.Quotation"}, ("number",)),
    Copied("sales.QuotationLine", {"quotation_id": "sales.Quotation"}),
    Copied("sales.Order", {"copied_from_id": "sales.Order"}, ("number",)),
    Copied("sales.OrderLine", {"order_id": "sales.Order"}),
    Copied(
        "promising.Requirement",
        _DOCUMENT | {"line_id": ("document_kind", LINES)},
        ("document_number",),
    ),
    Copied("promising.ScheduleLine", {"requirement_id": "promising.Requirement"}),
    Copied("shipping.Shipment", {}, ("number",)),
    Copied("shipping.Delivery", {"shipment_id": "shipping.Shipment", "journal_entry_id": "journal.Entry"}, ("number",)),
    Copied(
        "shipping.DeliveryLine",
        {"delivery_id": "shipping.Delivery", "order_id": "sales.Order", "order_line_id": "sales.OrderLine"},
        ("order_number",),
    ),
    Copied("shipping.TransferOrder", {"shipment_id": "shipping.Shipment"}, ("number",)),
    Copied(
        "shipping.TransferLine",
        {"transfer_order_id": "shipping.TransferOrder", "delivery_line_id": "shipping.DeliveryLine"},
    ),
    Copied("billing.Invoice", {"cancels_id": "billing.Invoice"}, ("number",), {"position": "year"}),
    Copied(
        "billing.InvoiceLine",
        {
            "invoice_id": "billing.Invoice",
            "order_id": "sales.Order",
            "order_line_id": "sales.OrderLine",
            "delivery_id": "shipping.Delivery",
            "delivery_line_id": "shipping.DeliveryLine",
        },
        ("order_number",),
    ),
    Copied("receivables.Payment", {}, ("number",)),
    Copied(
        "receivables.Clearing",
        {"payment_id": "receivables.Payment", "invoice_id": "billing.Invoice"},
        ("invoice_number",),
    ),
    Copied("supply.Receipt", {"made_from_id": "supply.Receipt"}, ("number",)),
    Copied("journal.Entry", _SOURCE | {"source_line_id": ("source_kind", {"receipt": "stock.Posting"})}),
    Copied("journal.Posting", {"entry_id": "journal.Entry"}),
    Copied("stock.Posting", _SOURCE | _SOURCE_LINE),
    Copied("availability.Posting", _SOURCE | _SOURCE_LINE),
    Copied("fulfilment.Balance", {"line_id": ("kind", BALANCED)}),
    Copied("fulfilment.Posting", _SOURCE | _SOURCE_LINE | _DOCUMENT | {"balance_id": "fulfilment.Balance"}),
    Copied("exposure.Posting", _SOURCE | _SOURCE_LINE),
    Copied("credit.Excess", _DOCUMENT),
    Copied("platform.BlockRow", _DOCUMENT, ("document_number",)),
    Copied("platform.IssueRow", _DOCUMENT, ("document_number",)),
    Copied("platform.Event", _DOCUMENT, ("document_number",)),
)
Marks = Mapping[str, int]
Tell = Callable[[str], None]


def marks() -> Marks:
    """The last id of each table: what is written after it will be copied."""
    return {one.label: _last(one.table) for one in TABLES}


def copy(since: Marks, times: int, *, days_apart: int = 0, tell: Tell = lambda _table: None) -> None:
    """Copy all that was written since the marks so many times, each copy so many days before the one before it."""
    if times < 1:
        return
    widths = {one.label: _last(one.table) - since[one.label] for one in TABLES}
    for one in TABLES:
        tell(one.label)
        with transaction.atomic():
            if sql.is_postgres():  # it thinks the table as small as before the copies, and would read all of it
                sql.fetch("SET LOCAL enable_seqscan = off")
            statement = _statement(one, since, widths)
            for number in range(1, times + 1):
                sql.fetch(statement.format(n=number, days=number * days_apart))
            _move_sequence(one.table)
        if sql.is_postgres():  # or foreign keys are checked as if their tables were still small
            sql.fetch(f"ANALYZE {one.table}")
    _count_up()
    _wait()


def _last(table: str) -> int:
    return int(sql.fetch(f"SELECT COALESCE(MAX(id), 0) FROM {table}")[0][0])


def _statement(one: Copied, since: Marks, widths: Mapping[str, int]) -> str:
    """The statement of a copy, its number and days still open."""
    fields = apps.get_model(one.label)._meta.concrete_fields
    values = [_value(column, one, since, widths) for column in fields]
    names = ", ".join(f'"{column.column}"' for column in fields)
    first, last = since[one.label], since[one.label] + widths[one.label]
    return (
        f"INSERT INTO {one.table} ({names}) SELECT {', '.join(values)} FROM {one.table} t"
        f" WHERE t.id > {first} AND t.id <= {last} ORDER BY t.id"
    )


def _value(column: Any, one: Copied, since: Marks, widths: Mapping[str, int]) -> str:
    name = f't."{column.column}"'
    if column.primary_key:
        return f"{name} + {widths[one.label]} * {{n}}"
    if within := one.counted.get(column.column):
        played = f"id > {since[one.label]} AND id <= {since[one.label] + widths[one.label]}"
        return f"{name} + (SELECT COUNT(*) FROM {one.table} w WHERE w.{within} = t.{within} AND {played}) * {{n}}"
    if column.column in one.numbered:
        return f"{name} || '-{{n}}'"
    refers = one.label if column.column == "reverses_id" else one.refers.get(column.column, "")
    if isinstance(refers, tuple):
        kind, tables = refers
        cases = " ".join(f"WHEN '{word}' THEN {widths[label]}" for word, label in tables.items())
        return f't."{column.column}" + CASE WHEN {name} = 0 THEN 0 ELSE CASE t."{kind}" {cases} ELSE 0 END * {{n}} END'
    if refers:
        return f"CASE WHEN {name} > {since[refers]} THEN {name} + {widths[refers]} * {{n}} ELSE {name} END"
    return _earlier(column, name)


def _earlier(column: Any, name: str) -> str:
    """A date or instant so many days before; the requested dates of what is open stay where they are."""
    kind = column.get_internal_type()
    if kind == "DateField":
        return f"{name} - {{days}}" if sql.is_postgres() else f"date({name}, '-{{days}} days')"
    if kind == "DateTimeField":
        return f"{name} - interval '{{days}} days'" if sql.is_postgres() else f"datetime({name}, '-{{days}} days')"
    return name


def _move_sequence(table: str) -> None:
    if sql.is_postgres():
        sql.fetch(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")


def _wait() -> None:
    """What stands under a copied credit block waits, as what it was copied from does."""
    sql.fetch(
        "INSERT INTO credit_waiting (block_id, company_id, party_id, document_kind, document_id, point)"
        " SELECT b.id, b.company_id, a.party_id, b.document_kind, b.document_id, e.point FROM platform_block b"
        " JOIN credit_excess e ON e.id = (SELECT MAX(x.id) FROM credit_excess x WHERE x.document_kind = b.document_kind"
        " AND x.document_id = b.document_id AND x.outcome = 'block')"
        " JOIN credit_creditaccount a ON a.id = e.account_id WHERE b.kind = 'credit' AND b.released_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM credit_waiting w WHERE w.block_id = b.id)"
    )


def _count_up() -> None:
    """The numbers that copies used are drawn."""
    sql.fetch(
        "UPDATE platform_numberrange SET last = (SELECT MAX(i.position) FROM billing_invoice i"
        " WHERE i.company_id = platform_numberrange.company_id AND i.year = platform_numberrange.year)"
        " WHERE series = 'invoice'"
    )


def sum_up() -> None:
    """Make the balances that copies share what their postings sum to."""
    with transaction.atomic():
        _sum("stock", {"quantity": "SUM(quantity)"})
        _sum("journal", {"amount": "SUM(amount)"})
        parts = ("open_orders", "open_deliveries", "open_invoices", "deposits")
        _sum("exposure", {part: _part(part) for part in parts})
        recount()
        _series()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _part(part: str) -> str:
    return f"COALESCE(SUM(CASE WHEN part = '{part}' THEN amount END), 0)"


def _sum(ledger: str, columns: Mapping[str, str]) -> None:
    sums = ", ".join(f"CAST({total} AS bigint)" for total in columns.values())
    rows = sql.fetch(f"SELECT balance_id, {sums} FROM {ledger}_posting GROUP BY balance_id")
    sql.update(f"{ledger}_balance", "id", dict.fromkeys(columns, "int"), rows)


def _series() -> None:
    sums = sql.fetch(
        "SELECT balance_id, category, day, CAST(SUM(quantity) AS bigint) FROM availability_posting"
        " GROUP BY balance_id, category, day HAVING SUM(quantity) <> 0 ORDER BY balance_id, category, day"
    )
    postings: dict[int, list[netting.Posting]] = {}
    for balance_id, category, day, quantity in sums:
        postings.setdefault(balance_id, []).append((category, day, quantity))
    packed = [(balance_id, netting.pack(netting.series_of(rows))) for balance_id, rows in postings.items()]
    sql.update("availability_balance", "id", {"series": "bytes"}, packed)
