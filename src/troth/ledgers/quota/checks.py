"""What always holds for quotas."""

from troth.ledgers.quota.rules import Measure
from troth.ledgers.sums import Found, by_measure, compare_balances, count
from troth.platform import sql
from troth.platform.verify import Check, Finding, register


def balances() -> Found:
    return compare_balances("quota", {measure.value: by_measure(measure) for measure in Measure})


def not_negative() -> Found:
    yield count("quota_balance")
    negative = "SELECT id, planned, consumed FROM quota_balance WHERE planned < 0 OR consumed < 0 ORDER BY id"
    for balance_id, planned, consumed in sql.fetch(negative):
        yield Finding(
            f"Quota balance {balance_id} has {planned} planned and {consumed} consumed.", {"balance": balance_id}
        )


register(Check("quota: balances", "Planned and consumed are the sums of their postings.", balances))
register(Check("quota: not negative", "No quota is negative.", not_negative))
