"""Raw SQL of billing: one statement for all lines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from troth.business.billing.rules import Billable, Share, Terms
from troth.platform import sql
from troth.platform.actors import Actor

_INVOICE = {
    "company_id": "int",
    "number": "text",
    "year": "int",
    "position": "int",
    "kind": "text",
    "cancels_id": "int",
    "sold_to_id": "int",
    "bill_to_id": "int",
    "payer_id": "int",
    "invoiced_on": "date",
    "due_on": "date",
    "currency_id": "text",
    "payment_terms_id": "int",
    "net": "int",
    "tax": "int",
    "gross": "int",
    "made_by_id": "int",
    "made_at": "at",
    "texts": "json",
}
_LINE = {
    "invoice_id": "int",
    "line_number": "int",
    "order_id": "int",
    "order_number": "text",
    "order_line_id": "int",
    "delivery_id": "int",
    "delivery_line_id": "int",
    "product_id": "int",
    "description": "text",
    "quantity": "int",
    "net": "int",
    "tax": "int",
    "gross": "int",
    "tax_name": "text",
    "tax_basis_points": "int",
    "texts": "json",
}


@dataclass(frozen=True, slots=True)
class Head:
    """An invoice before its lines; money in minor units of the terms' currency."""

    terms: Terms
    number: str
    year: int
    position: int
    invoiced_on: date
    due_on: date
    net: int
    tax: int
    kind: str = "invoice"
    cancels_id: int | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


def insert_invoice(head: Head, *, by: Actor, at: datetime) -> int:
    terms = head.terms
    row = (
        terms.company_id,
        head.number,
        head.year,
        head.position,
        head.kind,
        head.cancels_id,
        terms.sold_to_id,
        terms.bill_to_id,
        terms.payer_id,
        head.invoiced_on,
        head.due_on,
        terms.currency,
        terms.payment_terms_id,
        head.net,
        head.tax,
        head.net + head.tax,
        by.user_id,
        at,
        json.dumps(head.texts),
    )
    [(invoice_id,)] = sql.insert("billing_invoice", _INVOICE, [row], returning=("id",))
    return int(invoice_id)


def insert_lines(invoice_id: int, parts: Sequence[tuple[Billable, Share]]) -> dict[int, int]:
    """Insert the lines of an invoice; return the id of each by its position in `parts`."""
    rows = [
        (
            invoice_id,
            number,
            line.order_id,
            line.order_number,
            line.order_line_id,
            line.source_id if line.source_kind == "delivery" else None,
            line.source_line_id if line.source_kind == "delivery" else None,
            line.product_id,
            line.description,
            line.quantity,
            part.net,
            part.tax,
            part.gross,
            line.tax_name,
            line.tax_basis_points,
            json.dumps(line.texts),
        )
        for number, (line, part) in enumerate(parts, start=1)
    ]
    made = sql.insert("billing_invoiceline", _LINE, rows, returning=("id", "line_number"))
    return {number - 1: line_id for line_id, number in made}


def insert_negated_lines(invoice_id: int, cancelled_id: int) -> None:
    """Copy the lines of an invoice to its cancellation, with the signs turned."""
    names = ", ".join(name for name in _LINE if name != "invoice_id")
    turned = ", ".join(
        f"-{name}" if name in {"quantity", "net", "tax", "gross"} else name for name in _LINE if name != "invoice_id"
    )
    sql.fetch(
        f"INSERT INTO billing_invoiceline (invoice_id, {names})"
        f" SELECT CAST(%s AS bigint), {turned} FROM billing_invoiceline WHERE invoice_id = %s",
        [invoice_id, cancelled_id],
    )
