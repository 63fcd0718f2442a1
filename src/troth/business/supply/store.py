"""Receipts in whole sets."""

from collections.abc import Iterable, Sequence
from typing import Any

from troth.platform import sql

_KEY = {"company_id": "int", "kind": "text", "number": "text"}
_COLUMNS = _KEY | {
    "supplier_id": "int", "product_id": "int", "site_id": "int", "due_on": "date", "quantity": "int",
    "expires_on": "date", "valuation": "text", "is_firm": "bool", "made_from_id": "int",
}  # fmt: skip


def existing(numbers: Sequence[tuple[int, str, str]]) -> set[tuple[int, str, str]]:
    """Those of the (company id, kind, number) that there are."""
    with_clause, source, parameters = sql.relation("k", _KEY, numbers)
    rows = sql.fetch(
        f"{with_clause} SELECT r.company_id, r.kind, r.number FROM supply_receipt r JOIN {source}"
        " ON r.company_id = k.company_id AND r.kind = k.kind AND r.number = k.number",
        parameters,
    )
    return {(company_id, kind, number) for company_id, kind, number in rows}


def insert(rows: Iterable[tuple[Any, ...]]) -> list[int]:
    """Insert (company id, kind, number, supplier id, product id, site id, due on, quantity, expires on,
    valuation type, firm, id of what it was made from).

    Returns the ids in the same order.
    """
    rows = list(rows)
    ids = {row[:3]: row[3] for row in sql.insert("supply_receipt", _COLUMNS, rows, returning=(*_KEY, "id"))}
    return [ids[row[:3]] for row in rows]
