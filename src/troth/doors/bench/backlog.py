"""A backlog for the run over the backorders, in the books: orders promised on plenty of stock, which then runs short.

Fifty open lines to a product. What is left of the supply is nine tenths of the demand: half of it in stock, the rest in
three receipts over six weeks. A tenth of the customers Win, a fifth Gain, the same Improve, and half Redistribute.
"""

import random
from datetime import timedelta

from django.db import transaction

from troth.business.backorders.actions.variants import save_variant
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.variants import SegmentDraft, Settings, VariantDraft
from troth.business.promising.actions.backlog import keys_of
from troth.doors.bench import company, open_lines
from troth.doors.bench.scene import TODAY, BenchCompany, clock
from troth.kernel import netting
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import locks
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef

LINES_OF_A_KEY = 50
PLENTY = 10**9
KEYS_AT_A_TIME = 2_000
LEFT = ((0, 50), (10, 14), (24, 13), (42, 13))
"""(days from today, percent of the demand) of what is left."""
SHARES = (("win", 100), ("gain", 200), ("improve", 200))
"""So many of the thousand customers; all others redistribute."""


def fill(lines: int) -> tuple[int, int]:
    """Fill the books with about so many open lines; return how many there are, and the variant to run."""
    products = max(lines // LINES_OF_A_KEY // open_lines.LINES_EACH, 1) * open_lines.LINES_EACH
    built = company.build(company.Size(stock=(PLENTY,) * products, receipts=0))
    there = open_lines.fill_all_products(built, lines)
    _run_short(built)
    return there, _variant(built)


def _run_short(built: BenchCompany) -> None:
    keys = [AvailabilityKey(*key) for key, _ in keys_of(built.company_id)]
    for first in range(0, len(keys), KEYS_AT_A_TIME):
        with transaction.atomic():
            held = locks.begin()
            held.take(*keys[first : first + KEYS_AT_A_TIME])
            entries = [entry for key in keys[first : first + KEYS_AT_A_TIME] for entry in _left(held, key)]
            availability.post(held, entries, at=clock().now())


def _left(held: locks.Held, key: AvailabilityKey) -> list[Entry]:
    series, source = held.balance(key).series, DocumentRef("bench", 1)
    stock = netting.total(series, [Category.STOCK])
    demand = -netting.total(series, [Category.ORDER])
    found = [Entry(key, Category.STOCK, 0, demand * LEFT[0][1] // 100 - stock, source)]
    return found + [
        Entry(key, Category.PURCHASE, day_of(TODAY + timedelta(days=days)), demand * share // 100, source)
        for days, share in LEFT[1:]
    ]


def _variant(built: BenchCompany) -> int:
    customers = list(built.customers)
    random.Random(7).shuffle(customers)  # noqa: S311 - the same variant every time, not a secret
    segments, first = [], 0
    for strategy, count in SHARES:
        segments.append(SegmentDraft(strategy, strategy, Filter(customers=tuple(customers[first : first + count]))))
        first += count
    settings = Settings(segments=(*segments, SegmentDraft("others", "redistribute")))
    return save_variant(VariantDraft(built.company_id, "Bench", settings), by=SYSTEM, clock=clock())
