"""What always holds for the progress of lines."""

from troth.ledgers.fulfilment.keys import Measure
from troth.ledgers.sums import Found, by_measure, compare_balances, count
from troth.platform import sql
from troth.platform.verify import Check, Finding, register


def balances() -> Found:
    return compare_balances("fulfilment", {measure.value: by_measure(measure) for measure in Measure})


def order() -> Found:
    """Lost <= issued <= picked <= delivered <= ordered + tolerance, and nothing below zero."""
    negative = " OR ".join(f"{measure} < 0" for measure in Measure)
    return _lines(
        f"lost > issued OR issued > picked OR picked > delivered OR delivered > ordered + tolerance OR {negative}",
        "is out of order: issued, picked, delivered and ordered must not fall behind one another",
    )


def billed() -> Found:
    return _lines(
        "billed > CASE billing_basis WHEN 'issued' THEN issued - lost"
        " WHEN 'ordered' THEN ordered + tolerance ELSE 0 END",
        "is billed beyond its basis",
    )


def _lines(broken: str, verdict: str) -> Found:
    yield count("fulfilment_balance")
    lines = sql.fetch(f"SELECT kind, line_id FROM fulfilment_balance WHERE {broken} ORDER BY kind, line_id")
    for kind, line_id in lines:
        yield Finding(f"{kind} {line_id} {verdict}.", {"kind": kind, "line_id": line_id})


register(Check("fulfilment: balances", "How far each line has come is the sum of its postings.", balances))
register(Check("fulfilment: order", "Issued <= picked <= delivered <= ordered + tolerance.", order))
register(Check("fulfilment: billed", "Billed stays within its basis.", billed))
