"""A million open lines in about a minute: some hundred orders entered like any other, then copied whole."""

import random

from troth.business.sales import actions as sales
from troth.doors.bench import copying
from troth.doors.bench.drafts import draft
from troth.doors.bench.scene import BenchCompany, clock
from troth.platform.actors import SYSTEM

LINES_EACH = 10


def fill(company: BenchCompany, lines: int) -> int:
    """Bring the books to about `lines` open order lines; return how many there are."""
    templates = min(600, lines // LINES_EACH)
    rng = random.Random(7)  # noqa: S311 - the same books every time, not a secret
    since = copying.marks()
    for _ in range(templates):
        sales.enter_order(draft(company, LINES_EACH, rng=rng, skewed=False), by=SYSTEM, clock=clock())
    copies = lines // (templates * LINES_EACH) - 1
    copying.copy(since, copies)
    copying.sum_up()
    return templates * LINES_EACH * (copies + 1)
