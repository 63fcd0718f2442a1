"""What always holds for payments and clearings."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q, Sum

from troth.business.billing import queries as billing
from troth.business.receivables.models import Payment
from troth.ledgers.exposure import queries as exposure
from troth.ledgers.exposure.keys import Part
from troth.platform import sql
from troth.platform.verify import Check, Count, Finding, register
from troth.reference import queries as reference

Found = Iterator[Finding | Count]
BATCH = 500
ROUNDED = 100
"""Smallest units that conversions part by part may lie beside the conversion of the whole: of the lines and clearings
of one invoice."""


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


def claims() -> Found:
    """What an invoice still claims stands under open invoices.

    In the company's own currency to the cent; in another one each part was converted by itself, so that the smallest
    unit of each clearing and line may lie between.
    """
    standing = exposure.standing_for("invoice", Part.OPEN_INVOICES)
    wanted = sorted(standing.keys() | {invoice_id for invoice_id, _due_on in billing.standing()})
    for start in range(0, len(wanted), BATCH):
        invoices = billing.those_there(wanted[start : start + BATCH])
        yield Count(len(invoices))
        for one in invoices:
            stands = standing.get(one.id, 0)
            if not _is_worth(stands, one.open, one.currency, one.company_id, on=one.invoiced_on):
                yield Finding(
                    f"Invoice {one.number} claims {one.open} {one.currency}, but {stands} stands in the exposure.",
                    {"invoice": one.number},
                )


def deposits() -> Found:
    """What is left of a payment stands as a deposit, and counts against what its payer owes."""
    standing = exposure.standing_for("payment", Part.DEPOSITS)
    used = Sum("clearings__amount", filter=Q(clearings__reversed_at=None), default=0)
    rows = Payment.objects.annotate(used=used).order_by("pk")
    yield Count(len(rows))
    for row in rows:
        left = 0 if row.state == "reversed" else row.amount - row.used
        stands = standing.get(row.pk, 0)
        if not _is_worth(stands, left, row.currency_id, row.company_id, on=row.received_on):
            yield Finding(
                f"Of payment {row.number} {left} {row.currency_id} is left, but {stands} stands as a deposit.",
                {"payment": row.number},
            )


def _is_worth(stands: int, amount: int, currency: str, company_id: int, *, on: date) -> bool:
    own = reference.company(company_id).currency
    return abs(stands - reference.exchange(amount, currency, own, on=on)) <= (0 if currency == own else ROUNDED)


register(Check("receivables: payments", "No payment is used beyond its amount.", payments))
register(Check("receivables: paid", "What an invoice has paid is the sum of its clearings.", paid))
register(Check("receivables: claims", "What an invoice still claims stands in the exposure.", claims))
register(Check("receivables: deposits", "What is left of a payment stands as a deposit.", deposits))
