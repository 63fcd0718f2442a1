"""What the ledger keeps beside its postings, made anew from them: for copies of books that were written raw."""

from troth.ledgers.exposure.keys import COUNTED
from troth.platform import sql


def recount() -> None:
    """Count the open documents of each balance, and sum what of its invoices is due on each day."""
    for part, column in COUNTED.items():
        sql.fetch(
            f"UPDATE exposure_balance SET {column} = (SELECT COUNT(*) FROM (SELECT 1 FROM exposure_posting p"
            " WHERE p.balance_id = exposure_balance.id AND p.part = %s"
            " GROUP BY p.source_kind, p.source_id HAVING SUM(p.amount) <> 0) s)",
            [str(part)],
        )
    sql.fetch("DELETE FROM exposure_day")
    sql.fetch(
        "INSERT INTO exposure_day (balance_id, due_on, amount) SELECT balance_id, due_on, CAST(SUM(amount) AS bigint)"
        " FROM exposure_posting WHERE part = 'open_invoices' AND due_on IS NOT NULL"
        " GROUP BY balance_id, due_on HAVING SUM(amount) <> 0"
    )
