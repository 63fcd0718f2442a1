"""What always holds for payments and clearings."""

from collections.abc import Iterator

from troth.platform import sql
from troth.platform.verify import Check, Count, Finding, register

Found = Iterator[Finding | Count]


def payments() -> Found:
    """No more of a payment is used than it brought; a reversed one is not used at all."""
    [(rows,)] = sql.fetch("SELECT COUNT(*) FROM receivables_payment")
    yield Count(rows)
    for number, amount, used in sql.fetch(
        "SELECT p.number, p.amount, s.used FROM receivables_payment p JOIN (SELECT payment_id, SUM(amount) AS used"
        " FROM receivables_clearing WHERE reversed_at IS NULL GROUP BY payment_id) s ON s.payment_id = p.id"
        " WHERE s.used > p.amount OR p.state = 'reversed'"
    ):
        yield Finding(f"Payment {number} brought {amount}, its clearings use {used}.", {"payment": number})


def paid() -> Found:
    """What an invoice has paid by the ledger is the sum of its standing clearings, and never above what it claims."""
    [(rows,)] = sql.fetch("SELECT COUNT(*) FROM fulfilment_balance WHERE kind = 'invoice'")
    yield Count(rows)
    for invoice_id, stored, ordered, cleared in sql.fetch(
        "SELECT b.line_id, b.paid, b.ordered, COALESCE(s.cleared, 0) FROM fulfilment_balance b"
        " LEFT JOIN (SELECT invoice_id, SUM(amount + discount) AS cleared FROM receivables_clearing"
        " WHERE reversed_at IS NULL GROUP BY invoice_id) s ON s.invoice_id = b.line_id"
        " WHERE b.kind = 'invoice' AND (b.paid <> COALESCE(s.cleared, 0) OR b.paid > b.ordered)"
    ):
        yield Finding(
            f"Invoice {invoice_id}: {stored} paid of {ordered}, clearings sum to {cleared}.", {"invoice": invoice_id}
        )


register(Check("receivables: payments", "No payment is used beyond its amount.", payments))
register(Check("receivables: paid", "What an invoice has paid is the sum of its clearings.", paid))
