"""A million open lines in about a minute: templates entered by the actions, then copied whole by SQL.

Some hundred orders are entered like any other. Each table they wrote to is then copied within the database, ids shifted
by the same stride, and the balances multiplied, so that the books stay what the postings sum to.
"""

import random
from dataclasses import dataclass

from django.db import connection, transaction

from troth.business.sales import actions as sales
from troth.doors.bench.drafts import draft
from troth.doors.bench.scene import BenchCompany, clock
from troth.kernel import netting
from troth.platform import sql
from troth.platform.actors import SYSTEM

LINES_EACH = 10
SUFFIX = "{column} || '-' || g.n"


@dataclass(frozen=True, slots=True)
class Copied:
    """A table, which of its rows are copied, and by which table's stride each id column is shifted."""

    table: str
    where: str
    shifted: dict[str, str]
    numbered: tuple[str, ...] = ()


TABLES = (
    Copied("sales_order", "true", {"id": "sales_order"}, ("number",)),
    Copied("sales_orderline", "true", {"id": "sales_orderline", "order_id": "sales_order"}),
    Copied(
        "promising_requirement",
        "document_kind = 'order'",
        {"id": "promising_requirement", "document_id": "sales_order", "line_id": "sales_orderline"},
        ("document_number",),
    ),
    Copied(
        "promising_scheduleline",
        "true",
        {"id": "promising_scheduleline", "requirement_id": "promising_requirement"},
    ),
    Copied(
        "availability_posting",
        "source_kind = 'order'",
        {"id": "availability_posting", "source_id": "sales_order", "source_line_id": "sales_orderline"},
    ),
    Copied(
        "fulfilment_balance",
        "kind = 'order_line'",
        {"id": "fulfilment_balance", "line_id": "sales_orderline"},
    ),
    Copied(
        "fulfilment_posting",
        "source_kind = 'order'",
        {
            "id": "fulfilment_posting",
            "balance_id": "fulfilment_balance",
            "source_id": "sales_order",
            "source_line_id": "sales_orderline",
            "document_id": "sales_order",
        },
    ),
    Copied("exposure_posting", "source_kind = 'order'", {"id": "exposure_posting", "source_id": "sales_order"}),
    Copied(
        "platform_event",
        "document_kind = 'order'",
        {"id": "platform_event", "document_id": "sales_order"},
        ("document_number",),
    ),
)


def fill(company: BenchCompany, lines: int) -> int:
    """Bring the books to about `lines` open order lines; return how many there are."""
    templates = min(600, lines // LINES_EACH)
    rng = random.Random(7)  # noqa: S311 - the same books every time, not a secret
    for _ in range(templates):
        sales.enter_order(draft(company, LINES_EACH, rng=rng, skewed=False), by=SYSTEM, clock=clock())
    copies = lines // (templates * LINES_EACH) - 1
    if copies > 0:
        with transaction.atomic():
            _copy(copies)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return templates * LINES_EACH * (copies + 1)


def _copy(copies: int) -> None:
    # The stride leaves room for the largest id there is, so that copies of different rounds never meet.
    strides = {one.table: sql.fetch(f"SELECT COALESCE(MAX(id), 0) FROM {one.table}")[0][0] for one in TABLES}
    for one in TABLES:
        _copy_table(one, copies, strides)
    _multiply_balances(copies + 1)
    if sql.is_postgres():
        for one in TABLES:
            sql.fetch(f"SELECT setval(pg_get_serial_sequence('{one.table}', 'id'), (SELECT MAX(id) FROM {one.table}))")


def _copy_table(one: Copied, copies: int, strides: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, one.table)]
    values = [_value(column, one, strides) for column in columns]
    series = f"SELECT generate_series(1, {copies}) AS n"
    if not sql.is_postgres():
        series = f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {copies}) SELECT n FROM c"
    quoted = ", ".join(f'"{column}"' for column in columns)
    sql.fetch(
        f"INSERT INTO {one.table} ({quoted}) SELECT {', '.join(values)} FROM {one.table} t"
        f" CROSS JOIN ({series}) AS g WHERE {one.where}"
    )


def _value(column: str, one: Copied, strides: dict[str, int]) -> str:
    name = f't."{column}"'
    if column in one.shifted:
        return f"{name} + {strides[one.shifted[column]]} * g.n"
    return SUFFIX.format(column=name) if column in one.numbered else name


def _multiply_balances(times: int) -> None:
    rows = sql.fetch("SELECT id, series FROM availability_balance")
    updated = []
    for balance_id, packed in rows:
        series = netting.unpack(bytes(packed))
        demand = [
            (category, day, quantity * (times - 1))
            for category, day, quantity in series.postings()
            if category == netting.Category.ORDER
        ]
        updated.append((balance_id, netting.pack(netting.merge(series, demand))))
    sql.update("availability_balance", "id", {"series": "bytes"}, updated)
    sql.fetch("UPDATE exposure_balance SET open_orders = open_orders * %s", [times])
