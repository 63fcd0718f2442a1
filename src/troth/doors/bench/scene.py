"""What the processes of a bench tell each other; it loads no tables, so it can be read before Django is set up."""

from dataclasses import dataclass
from datetime import UTC, datetime

from troth.platform.clock import FixedClock

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TODAY = NOW.date()


@dataclass(frozen=True, slots=True)
class BenchCompany:
    company_id: int
    site_id: int
    customers: tuple[str, ...]
    products: tuple[str, ...]


def clock() -> FixedClock:
    return FixedClock(NOW)
