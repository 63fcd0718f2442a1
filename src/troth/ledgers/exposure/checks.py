"""What always holds for exposure."""

from troth.ledgers.exposure.keys import COUNTED, Part
from troth.ledgers.sums import Found, by_measure, compare_balances, count
from troth.platform import sql
from troth.platform.verify import Check, Count, Finding, register


def balances() -> Found:
    return compare_balances("exposure", {part.value: by_measure(part, column="part", amount="amount") for part in Part})


def days() -> Found:
    """What is due on each day is the sum of the open invoices due on it."""
    rows = sql.fetch(
        "SELECT s.balance_id, s.due_on, SUM(s.kept), SUM(s.posted) FROM ("
        "SELECT balance_id, due_on, amount AS kept, 0 AS posted FROM exposure_day UNION ALL"
        " SELECT balance_id, due_on, 0, amount FROM exposure_posting"
        " WHERE part = 'open_invoices' AND due_on IS NOT NULL) s"
        " GROUP BY s.balance_id, s.due_on ORDER BY s.balance_id, s.due_on"
    )
    yield Count(len(rows))
    for balance_id, due_on, kept, posted in rows:
        if kept != posted:
            yield Finding(
                f"Exposure balance {balance_id}: {kept} is due on {due_on}, its postings sum to {posted}.",
                {"balance": balance_id},
            )


def documents() -> Found:
    """The open documents of a balance are counted as they stand."""
    counted: dict[tuple[int, str], int] = {}
    for balance_id, part in sql.fetch(
        "SELECT balance_id, part FROM exposure_posting GROUP BY balance_id, part, source_kind, source_id"
        " HAVING SUM(amount) <> 0"
    ):
        counted[balance_id, part] = counted.get((balance_id, part), 0) + 1
    rows = sql.fetch("SELECT id, orders, deliveries, invoices FROM exposure_balance ORDER BY id")
    yield Count(len(rows))
    for balance_id, *kept in rows:
        stand = [counted.get((balance_id, str(part)), 0) for part in COUNTED]
        if kept != stand:
            yield Finding(
                f"Exposure balance {balance_id} counts {kept} open orders, deliveries and invoices; {stand} stand.",
                {"balance": balance_id},
            )


def groups() -> Found:
    """What a group owes is what its members owe, part by part."""
    parts = [str(part) for part in Part]
    sums = ", ".join(f"SUM({part}) AS {part}" for part in parts)
    differs = " OR ".join(f"COALESCE(g.{part}, 0) <> COALESCE(s.{part}, 0)" for part in parts)
    pairs = ", ".join(f"COALESCE(g.{part}, 0), COALESCE(s.{part}, 0)" for part in parts)
    summed = f"(SELECT company_id, root, {sums} FROM exposure_balance WHERE root <> 0 GROUP BY company_id, root)"
    yield count("exposure_group")
    for company_id, root, *values in sql.fetch(
        "SELECT u.company_id, u.root, " + pairs + " FROM (SELECT company_id, party_id AS root FROM exposure_group"
        " UNION SELECT company_id, root FROM exposure_balance WHERE root <> 0) u"
        " LEFT JOIN exposure_group g ON g.company_id = u.company_id AND g.party_id = u.root"
        f" LEFT JOIN {summed} s ON s.company_id = u.company_id AND s.root = u.root WHERE {differs} ORDER BY 1, 2"
    ):
        yield Finding(
            f"The group of party {root} stands at {values[::2]}, its members at {values[1::2]} ({', '.join(parts)}).",
            {"company": company_id, "party": root},
        )


register(Check("exposure: groups", "What a group owes is what its members owe, to the cent.", groups))
register(Check("exposure: days", "What is due on each day is the sum of the invoices due on it.", days))
register(Check("exposure: documents", "Open orders, deliveries and invoices are counted as they stand.", documents))
register(Check("exposure: balances", "Each part of an exposure is the sum of its postings, to the cent.", balances))
