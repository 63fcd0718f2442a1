"""What always holds for invoices."""

from collections.abc import Iterator

from troth.business.billing.models import Invoice
from troth.platform import sql
from troth.platform.numbering import Used, register_gapless
from troth.platform.verify import Check, Count, Finding, register

Found = Iterator[Finding | Count]


def _used() -> Iterator[Used]:
    rows = Invoice.objects.order_by("company_id", "year", "position").values_list("company_id", "year", "position")
    for company_id, year, position in rows:
        yield Used(company_id, year, position)


def _count(where: str = "1 = 1") -> Count:
    [(rows,)] = sql.fetch(f"SELECT COUNT(*) FROM billing_invoice WHERE {where}")
    return Count(rows)


def totals() -> Found:
    """Net, tax and gross of an invoice are the sums of its lines; net and tax make gross."""
    yield _count()
    for number, net, tax, gross in sql.fetch(
        "SELECT i.number, i.net - COALESCE(s.net, 0), i.tax - COALESCE(s.tax, 0), i.gross - i.net - i.tax"
        " FROM billing_invoice i LEFT JOIN (SELECT invoice_id, SUM(net) AS net, SUM(tax) AS tax"
        " FROM billing_invoiceline GROUP BY invoice_id) s ON s.invoice_id = i.id"
        " WHERE i.net <> COALESCE(s.net, 0) OR i.tax <> COALESCE(s.tax, 0) OR i.gross <> i.net + i.tax"
    ):
        yield Finding(
            f"Invoice {number} does not sum to its lines.", {"net": int(net), "tax": int(tax), "gross": int(gross)}
        )


def cancellations() -> Found:
    """A cancellation negates what it cancels."""
    yield _count("kind = 'cancellation'")
    for number, cancelled in sql.fetch(
        "SELECT c.number, i.number FROM billing_invoice c JOIN billing_invoice i ON i.id = c.cancels_id"
        " WHERE c.net <> -i.net OR c.tax <> -i.tax OR c.gross <> -i.gross OR c.payer_id <> i.payer_id"
    ):
        yield Finding(f"Cancellation {number} does not negate invoice {cancelled}.", {"invoice": cancelled})


def billed() -> Found:
    """What the fulfilment ledger says is billed of an order line is what its invoice lines say."""
    [(rows,)] = sql.fetch("SELECT COUNT(DISTINCT order_line_id) FROM billing_invoiceline")
    yield Count(rows)
    for line_id, stored, summed in sql.fetch(
        "SELECT b.line_id, b.billed, COALESCE(s.billed, 0) FROM fulfilment_balance b"
        " LEFT JOIN (SELECT order_line_id, SUM(quantity) AS billed FROM billing_invoiceline"
        " GROUP BY order_line_id) s ON s.order_line_id = b.line_id"
        " WHERE b.kind = 'order_line' AND b.billed <> COALESCE(s.billed, 0)"
    ):
        yield Finding(
            f"Order line {line_id}: {stored} billed by the ledger, {summed} by its invoices.", {"order_line": line_id}
        )


def journal_entries() -> Found:
    """Every invoice that claims something is in the journal, and its cancellation too."""
    yield _count("gross <> 0")
    for (number,) in sql.fetch(
        "SELECT i.number FROM billing_invoice i WHERE i.gross <> 0 AND NOT EXISTS"
        " (SELECT 1 FROM journal_entry e WHERE e.source_kind = 'invoice' AND e.source_id = i.id)"
    ):
        yield Finding(f"Invoice {number} is not in the journal.", {"invoice": number})


register_gapless("invoice", _used)
register(Check("billing: totals", "Every invoice is the sum of its lines.", totals))
register(Check("billing: cancellations", "Every cancellation negates its invoice.", cancellations))
register(Check("billing: billed", "What is billed of an order line is the sum of its invoice lines.", billed))
register(Check("billing: journal", "Every invoice is in the journal.", journal_entries))
