"""Document numbers.

Two kinds of series. A *sequence* is fast and may leave gaps: a number drawn by a transaction that is then rolled back
is gone. A *gapless* range, where the law wants one (invoices, per company and year), is a row that is locked last and
counted up in the transaction that uses the number, so it holds everyone who invoices in that company until the
commit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from troth.platform import sql
from troth.platform.locks import Held

_GAPLESS = """
INSERT INTO platform_numberrange (company_id, series, year, last) VALUES (%s, %s, %s, %s)
ON CONFLICT (company_id, series, year) DO UPDATE SET last = platform_numberrange.last + excluded.last
RETURNING last"""
_SEQUENCE = "SELECT nextval(%s::regclass) FROM generate_series(1, %s)"


def draw(series: str, *, company_id: int, count: int = 1) -> Sequence[int]:
    """Draw `count` numbers of a series that may have gaps; rivals may draw in between.

    PostgreSQL has one sequence `platform_number_<series>` for all companies; a migration of the app that owns the
    series makes it (`troth.platform.sequences.NumberSequence`). SQLite counts in the range table, where the one
    writer has no rival.
    """
    if sql.is_postgres():
        numbers = [int(n) for (n,) in sql.fetch(_SEQUENCE, (f"platform_number_{series}", count))]
        assert len(numbers) == count
        return numbers
    [(last,)] = sql.fetch(_GAPLESS, (company_id, series, 0, count))
    return range(last - count + 1, last + 1)


def draw_gapless(held: Held, series: str, *, company_id: int, year: int) -> int:
    """Draw the next number of a gapless range, from 1 each year. The last lock of the transaction."""
    assert held.writes
    [(last,)] = sql.fetch(_GAPLESS, (company_id, series, year, 1))
    return int(last)


@dataclass(frozen=True, slots=True, order=True)
class Used:
    """A number of a gapless range that a document carries."""

    company_id: int
    year: int
    number: int


_gapless: dict[str, Callable[[], Iterable[Used]]] = {}


def register_gapless(series: str, used: Callable[[], Iterable[Used]]) -> None:
    """Have `troth verify` compare the numbers that documents carry with the range: no gap, none twice."""
    _gapless[series] = used


def gapless_series() -> dict[str, Callable[[], Iterable[Used]]]:
    return dict(_gapless)
