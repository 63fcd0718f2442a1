"""What always holds for capacity."""

from troth.ledgers.sums import Found, compare_balances, count
from troth.platform import sql
from troth.platform.verify import Check, Finding, register


def balances() -> Found:
    return compare_balances("capacity", {"booked_minutes": "SUM(minutes)"})


def cancellations() -> Found:
    """No more is cancelled of a span than was booked for the same document."""
    yield count("capacity_posting")
    negative = """
        SELECT balance_id, source_kind, source_id, SUM(minutes) FROM capacity_posting
        GROUP BY balance_id, starts_at, ends_at, source_kind, source_id, source_line_id
        HAVING SUM(minutes) < 0 ORDER BY balance_id, source_kind, source_id"""
    for balance_id, kind, document_id, minutes in sql.fetch(negative):
        yield Finding(
            f"Capacity balance {balance_id} has {minutes} minutes booked for {kind} {document_id}.",
            {"balance": balance_id},
        )


register(Check("capacity: balances", "Booked minutes are the sum of the bookings.", balances))
register(Check("capacity: cancellations", "No more is cancelled than was booked.", cancellations))
