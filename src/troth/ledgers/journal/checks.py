"""What always holds for the journal."""

from troth.ledgers.sums import Found, compare_balances, count
from troth.platform import sql
from troth.platform.verify import Check, Count, Finding, register


def balances() -> Found:
    return compare_balances("journal", {"amount": "SUM(amount)"})


def entries() -> Found:
    """Each entry has two postings or more, all on accounts of its company, and they sum to zero."""
    yield count("journal_entry")
    odd = """
        SELECT e.id, COUNT(p.id), COALESCE(SUM(p.amount), 0), COUNT(CASE WHEN b.company_id <> e.company_id THEN 1 END)
        FROM journal_entry e LEFT JOIN journal_posting p ON p.entry_id = e.id
        LEFT JOIN journal_balance b ON b.id = p.balance_id
        GROUP BY e.id HAVING COUNT(p.id) < 2 OR COALESCE(SUM(p.amount), 0) <> 0
        OR COUNT(CASE WHEN b.company_id <> e.company_id THEN 1 END) > 0 ORDER BY e.id"""
    for entry_id, lines, total, foreign in sql.fetch(odd):
        yield Finding(
            f"Entry {entry_id} has {lines} postings, {foreign} for another company, that sum to {total}.",
            {"entry": entry_id},
        )


def reversals() -> Found:
    """A reversal has, account by account, the postings of the entry it reverses, negated."""
    [(rows,)] = sql.fetch("SELECT COUNT(*) FROM journal_entry WHERE reverses_id IS NOT NULL")
    yield Count(rows)
    odd = """
        SELECT entry_id, balance_id FROM (
            SELECT r.id AS entry_id, p.balance_id, p.document_currency, p.amount, p.document_amount
            FROM journal_entry r JOIN journal_posting p ON p.entry_id = r.id WHERE r.reverses_id IS NOT NULL
            UNION ALL
            SELECT r.id, p.balance_id, p.document_currency, p.amount, p.document_amount
            FROM journal_entry r JOIN journal_posting p ON p.entry_id = r.reverses_id
        ) u GROUP BY entry_id, balance_id, document_currency
        HAVING SUM(amount) <> 0 OR SUM(document_amount) <> 0 ORDER BY entry_id, balance_id"""
    for entry_id, balance_id in sql.fetch(odd):
        yield Finding(
            f"Entry {entry_id} does not negate the entry it reverses on journal balance {balance_id}.",
            {"entry": entry_id},
        )


register(Check("journal: balances", "Each account is the sum of its postings.", balances))
register(Check("journal: entries", "Every entry sums to zero.", entries))
register(Check("journal: reversals", "A reversal negates the entry it reverses.", reversals))
