"""What always holds for quotas."""

from troth.ledgers.quota.rules import NO_CEILING, Measure
from troth.ledgers.sums import Found, by_measure, compare_balances, count
from troth.platform import sql
from troth.platform.verify import Check, Finding, register


def balances() -> Found:
    consumed = f"({by_measure(Measure.CONSUMED)} + {by_measure(Measure.COUNTED)})"
    return compare_balances("quota", {"planned": by_measure(Measure.PLANNED), "consumed": consumed})


def not_negative() -> Found:
    yield count("quota_balance")
    negative = "SELECT id, planned, consumed FROM quota_balance WHERE planned < 0 OR consumed < 0 ORDER BY id"
    for balance_id, planned, consumed in sql.fetch(negative):
        yield Finding(
            f"Quota balance {balance_id} has {planned} planned and {consumed} consumed.", {"balance": balance_id}
        )


def within_plan() -> Found:
    """No promise consumed more than was planned then.

    A plan may be lowered below what is consumed, and what was promised before there was one is counted in full. A
    supply protection says how much is kept, not how much may be had: its own may consume more of it.
    """
    yield count("quota_posting")
    running: dict[int, dict[str, int]] = {}
    statement = (
        "SELECT p.balance_id, p.measure, p.quantity, p.id FROM quota_posting p JOIN quota_balance b"
        " ON b.id = p.balance_id WHERE b.consumed > b.planned AND b.procedure_id <> %s ORDER BY p.id"
    )
    for balance_id, measure, quantity, posting_id in sql.fetch(statement, [NO_CEILING]):
        sums = running.setdefault(balance_id, {"planned": 0, "consumed": 0})
        sums[Measure(measure).column] += quantity
        if measure == Measure.CONSUMED and quantity > 0 and sums["consumed"] > sums["planned"]:
            yield Finding(
                f"Quota posting {posting_id} consumed {quantity}; {sums['consumed']} of {sums['planned']} planned were"
                " consumed then.",
                {"posting": posting_id, "balance": balance_id},
            )


register(Check("quota: within the plan", "No more was consumed than was planned then.", within_plan))
register(Check("quota: balances", "Planned and consumed are the sums of their postings.", balances))
register(Check("quota: not negative", "No quota is negative.", not_negative))
