"""What always holds for availability: the series are their postings, and promises are covered or known to be short."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from troth.kernel import lots, netting
from troth.kernel.calendars import day_of
from troth.ledgers.availability.rules import COUNTED, COVER, PROMISED
from troth.ledgers.sums import Found, count
from troth.platform import sql
from troth.platform.verify import Check, Count, Finding, register

BATCH = 5_000


def series() -> Found:
    last = 0
    while balances := sql.fetch(
        "SELECT id, series FROM availability_balance WHERE id > %s ORDER BY id LIMIT %s", [last, BATCH]
    ):
        first, last = balances[0][0], balances[-1][0]
        yield Count(len(balances))
        summed = dict(_sums(first, last))
        for balance_id, packed in balances:
            # A posting may fall between the two statements, so a difference is looked at again in one.
            if netting.unpack(bytes(packed)).postings() != summed.get(balance_id, []) and not _agrees(balance_id):
                yield Finding(
                    f"The series of availability balance {balance_id} is not the sum of its postings.",
                    {"balance": balance_id},
                )


def lots_as_posted() -> Found:
    """Where a key keeps lots they are its postings by batch and last day, and so add up to its series."""
    yield count("availability_balance")
    with_lots = "SELECT id, lots FROM availability_balance WHERE lots <> %s ORDER BY id"
    for balance_id, packed in sql.fetch(with_lots, [b""]):
        rows = sql.fetch(_BY_LOT, [balance_id])
        # A posting may fall between the two statements, so a difference is looked at again in one.
        if list(lots.unpack(packed)) != [lots.LotPosting(*row) for row in rows] and not _lots_agree(balance_id):
            yield Finding(
                f"The lots of availability balance {balance_id} are not the sum of its postings.",
                {"balance": balance_id},
            )


_BY_LOT = (
    "SELECT category, day, lasts, batch, CAST(SUM(quantity) AS bigint) FROM availability_posting"
    " WHERE balance_id = %s GROUP BY category, day, lasts, batch HAVING SUM(quantity) <> 0"
    " ORDER BY category, day, lasts, batch"
)


def _lots_agree(balance_id: int) -> bool:
    rows = sql.fetch(
        "SELECT b.lots, p.category, p.day, p.lasts, p.batch, p.quantity FROM availability_balance b"
        " LEFT JOIN availability_posting p ON p.balance_id = b.id WHERE b.id = %s",
        [balance_id],
    )
    postings = [lots.LotPosting(*row[1:]) for row in rows if row[1] is not None]
    return lots.unpack(rows[0][0]) == lots.merge(lots.EMPTY, postings)


def lasting() -> Found:
    """What is promised of goods that expire is covered by goods that last long enough, or noted as short."""
    yield count("availability_balance")
    for balance_id, packed, known in sql.fetch(
        "SELECT b.id, b.lots, COALESCE((SELECT SUM(s.quantity) FROM availability_shortage s"
        " WHERE s.balance_id = b.id AND s.closed_at IS NULL AND s.cover = 'firm'), 0)"
        " FROM availability_balance b WHERE b.lots <> %s ORDER BY b.id",
        [b""],
    ):
        missing = lots.as_posted(lots.unpack(packed), (*COVER, *PROMISED)).missing()
        if missing > known:
            yield Finding(
                f"Availability balance {balance_id} is promised {missing} beyond goods that last long enough; open "
                f"shortages name {known}.",
                {"balance": balance_id, "missing": int(missing), "known": int(known)},
            )


def _sums(first: int, last: int) -> Iterator[tuple[int, list[netting.Posting]]]:
    rows = sql.fetch(
        "SELECT balance_id, category, day, CAST(SUM(quantity) AS bigint) FROM availability_posting"
        " WHERE balance_id BETWEEN %s AND %s GROUP BY balance_id, category, day HAVING SUM(quantity) <> 0"
        " ORDER BY balance_id, category, day",
        [first, last],
    )
    for balance_id, postings in groupby(rows, key=itemgetter(0)):
        yield balance_id, [(category, day, quantity) for _, category, day, quantity in postings]


def _agrees(balance_id: int) -> bool:
    rows = sql.fetch(
        "SELECT b.series, p.category, p.day, p.quantity FROM availability_balance b"
        " LEFT JOIN availability_posting p ON p.balance_id = b.id WHERE b.id = %s",
        [balance_id],
    )
    postings = [(category, day, quantity) for _, category, day, quantity in rows if category is not None]
    return netting.unpack(bytes(rows[0][0])) == netting.series_of(postings)


def coverage() -> Found:
    """What is confirmed on stock and supply is covered on every day from today on, or open shortages say what is not.

    Time alone breaks nothing here: a receipt that is late counts as if it came today. The daily job notes late receipts
    as shortages, which only adds to what is allowed for.
    """
    # The latest day anywhere: no site has noted its shortages for a later one.
    return uncovered((datetime.now(UTC) + timedelta(hours=14)).date())


def uncovered(on: date) -> Found:
    """Yield the series that are promised beyond their supply and open shortages on some day from `on` on."""
    yield count("availability_balance")
    today = day_of(on)
    counted = ", ".join(str(category) for category in COUNTED)
    lacking = f"""
        WITH flow AS (
            SELECT balance_id, day, SUM(quantity) AS quantity FROM (
                SELECT balance_id, CASE WHEN day < {today} THEN {today} ELSE day END AS day, quantity
                FROM availability_posting WHERE category IN ({counted})
            ) c GROUP BY balance_id, day
        ), level AS (
            SELECT balance_id, SUM(quantity) OVER (PARTITION BY balance_id ORDER BY day) AS quantity FROM flow
        ), lowest AS (
            SELECT balance_id, MIN(quantity) AS quantity FROM level GROUP BY balance_id
        ), short AS (
            SELECT balance_id, SUM(quantity) AS quantity FROM availability_shortage
            WHERE closed_at IS NULL AND cover = 'firm' GROUP BY balance_id
        )
        SELECT w.balance_id, -w.quantity, COALESCE(s.quantity, 0) FROM lowest w
        LEFT JOIN short s ON s.balance_id = w.balance_id
        WHERE -w.quantity > COALESCE(s.quantity, 0) ORDER BY w.balance_id"""
    for balance_id, missing, known in sql.fetch(lacking):
        yield Finding(
            f"Availability balance {balance_id} is promised {missing} beyond its supply; open shortages name {known}.",
            {"balance": balance_id, "missing": int(missing), "known": int(known)},
        )


register(Check("availability: series", "Each series is the sum of its postings.", series))
register(Check("availability: lots", "Lots are the sum of their postings.", lots_as_posted))
register(Check("availability: lasting", "Promised goods last long enough, or are noted short.", lasting))
register(Check("availability: coverage", "What is confirmed on stock and supply is covered or noted short.", coverage))
