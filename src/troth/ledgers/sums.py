"""What the checks of all ledgers share: balances recomputed from postings, reversals held against what they reverse."""

from collections.abc import Iterator, Mapping

from troth.platform import sql
from troth.platform.verify import Count, Finding

Found = Iterator[Finding | Count]


def count(table: str) -> Count:
    [(rows,)] = sql.fetch(f"SELECT COUNT(*) FROM {table}")
    return Count(rows)


def by_measure(measure: str, *, column: str = "measure", amount: str = "quantity") -> str:
    """The SQL sum of the postings of one measure."""
    return f"SUM(CASE WHEN {column} = '{measure}' THEN {amount} ELSE 0 END)"


def compare_balances(ledger: str, sums: Mapping[str, str]) -> Found:
    """Yield each balance one of whose columns is not the sum of its postings.

    `sums` gives for each column of `<ledger>_balance` the SQL sum over `<ledger>_posting`. One statement, so that it
    sees one moment even while others post.
    """
    yield count(f"{ledger}_balance")
    totals = ", ".join(f"{expression} AS {column}" for column, expression in sums.items())
    pairs = ", ".join(f"b.{column}, COALESCE(s.{column}, 0)" for column in sums)
    differs = " OR ".join(f"b.{column} <> COALESCE(s.{column}, 0)" for column in sums)
    statement = (
        f"SELECT b.id, {pairs} FROM {ledger}_balance b"
        f" LEFT JOIN (SELECT balance_id, {totals} FROM {ledger}_posting GROUP BY balance_id) s"
        f" ON s.balance_id = b.id WHERE {differs} ORDER BY b.id"
    )
    for balance_id, *values in sql.fetch(statement):
        for column, stored, summed in zip(sums, values[::2], values[1::2], strict=True):
            if stored != summed:
                yield Finding(
                    f"{ledger.capitalize()} balance {balance_id}: {column} is {stored}, its postings sum to {summed}.",
                    {"balance": balance_id, "column": column, "stored": int(stored), "summed": int(summed)},
                )


def compare_reversals(ledger: str, *, negated: tuple[str, ...], kept: tuple[str, ...]) -> Found:
    """Yield each posting that does not exactly negate the one it reverses."""
    [(rows,)] = sql.fetch(f"SELECT COUNT(*) FROM {ledger}_posting WHERE reverses_id IS NOT NULL")
    yield Count(rows)
    differs = [f"r.{column} <> -o.{column}" for column in negated] + [f"r.{column} <> o.{column}" for column in kept]
    statement = (
        f"SELECT r.id, o.id FROM {ledger}_posting r JOIN {ledger}_posting o ON o.id = r.reverses_id"
        f" WHERE {' OR '.join(differs)} ORDER BY r.id"
    )
    for reversal_id, original_id in sql.fetch(statement):
        yield Finding(
            f"{ledger.capitalize()} posting {reversal_id} does not negate posting {original_id}, which it reverses.",
            {"posting": reversal_id, "reverses": original_id},
        )
