"""A million open lines in about a minute: some hundred orders entered like any other, then copied whole."""

import random

from troth.business.sales import actions as sales
from troth.doors.bench import copying
from troth.doors.bench.drafts import draft, draft_of
from troth.doors.bench.scene import BenchCompany, clock
from troth.platform.actors import SYSTEM

LINES_EACH = 10
TEMPLATES = 600


def fill(company: BenchCompany, lines: int) -> int:
    """Bring the books to about `lines` open order lines; return how many there are."""
    templates = min(TEMPLATES, lines // LINES_EACH)
    rng = random.Random(7)  # noqa: S311 - the same books every time, not a secret
    since = copying.marks()
    for _ in range(templates):
        sales.enter_order(draft(company, LINES_EACH, rng=rng, skewed=False), by=SYSTEM, clock=clock())
    return _copied(since, templates, lines)


def fill_all_products(company: BenchCompany, lines: int) -> int:
    """The same with each product in as many orders as the others, however many products there are."""
    rng = random.Random(7)  # noqa: S311 - the same books every time, not a secret
    rounds = max(TEMPLATES * LINES_EACH // len(company.products), 1)
    since, templates = copying.marks(), 0
    for _ in range(rounds):
        dealt = rng.sample(company.products, len(company.products))
        for first in range(0, len(dealt), LINES_EACH):
            products = dealt[first : first + LINES_EACH]
            sales.enter_order(draft_of(company, products, rng=rng), by=SYSTEM, clock=clock())
            templates += 1
    return _copied(since, templates, lines)


def _copied(since: copying.Marks, templates: int, lines: int) -> int:
    copies = max(lines // (templates * LINES_EACH) - 1, 0)
    copying.copy(since, copies)
    copying.sum_up()
    return templates * LINES_EACH * (copies + 1)
