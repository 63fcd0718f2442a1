"""The books in short, to compare before and after."""

from troth.platform import sql

_STATEMENTS = {
    "orders": "SELECT number, state, version, net, gross, priority FROM sales_order ORDER BY id",
    "lines": "SELECT order_id, line_number, product_id, quantity, rejection_reason FROM sales_orderline ORDER BY id",
    "quotations": "SELECT number, state, version FROM sales_quotation ORDER BY id",
    "exposure": "SELECT id, open_orders, open_deliveries FROM exposure_balance WHERE open_orders <> 0 ORDER BY id",
    "exposure postings": "SELECT count(*) FROM exposure_posting",
    "availability postings": "SELECT count(*) FROM availability_posting",
    "fulfilment": "SELECT kind, line_id, ordered, referenced, delivered FROM fulfilment_balance ORDER BY id",
    "requirements": "SELECT line_id, quantity, open_quantity, confirmed_quantity, priority, is_withdrawn"
    " FROM promising_requirement ORDER BY id",
    "blocks": "SELECT document_id, kind, scope, reason, released_at FROM platform_block ORDER BY id",
    "events": "SELECT kind, document_number FROM platform_event ORDER BY id",
}


def picture() -> dict[str, list[tuple]]:
    """Everything that an action of sales may write."""
    return {name: sql.fetch(statement) for name, statement in _STATEMENTS.items()}


def demand(line_id: int | None = None) -> int:
    """What orders take of availability, in smallest units."""
    where = "" if line_id is None else f" AND source_line_id = {line_id:d}"
    [(quantity,)] = sql.fetch(f"SELECT COALESCE(SUM(quantity), 0) FROM availability_posting WHERE category = 16{where}")
    return -quantity


def exposure() -> int:
    [(amount,)] = sql.fetch("SELECT COALESCE(SUM(open_orders), 0) FROM exposure_balance")
    return amount


def events() -> list[str]:
    return [kind for (kind,) in sql.fetch("SELECT kind FROM platform_event ORDER BY id")]


def blocks() -> list[tuple]:
    return sql.fetch("SELECT kind, scope FROM platform_block WHERE released_at IS NULL ORDER BY id")
