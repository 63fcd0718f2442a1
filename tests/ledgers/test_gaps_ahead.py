"""What is missing of what was promised ahead of firm supply, in a series: goods not released, plans beside."""

import pytest

from troth.kernel import netting
from troth.kernel.netting import Category
from troth.ledgers.availability.rules import Gap, gap_unreleased

TODAY = 100
QUALITY, BLOCKED = frozenset({Category.QUALITY_STOCK}), frozenset({Category.BLOCKED_STOCK})
BOTH = QUALITY | BLOCKED
EITHER_PLANS = QUALITY | {Category.PLANNED}


def missing(series, promised, on_plans=(), **given):
    postings = [(kind, TODAY + day, quantity) for kind, day, quantity in series]
    wanted = {counted: [(TODAY + day, quantity) for day, quantity in flow] for counted, flow in promised.items()}
    planned = [(TODAY + day, quantity) for day, quantity in on_plans]
    return gap_unreleased(netting.series_of(postings), wanted, planned, TODAY, **given)


@pytest.mark.parametrize(
    ("series", "promised", "short"),
    [
        ([(Category.QUALITY_STOCK, 0, 8)], {QUALITY: [(2, 8)]}, None),
        ([(Category.BLOCKED_STOCK, 0, 8)], {QUALITY: [(2, 8)]}, (2, 8)),
        ([(Category.QUALITY_STOCK, 0, 4), (Category.STOCK, 0, 2)], {QUALITY: [(2, 8)]}, (2, 2)),
        (
            [(Category.QUALITY_STOCK, 0, 4), (Category.STOCK, 0, 2), (Category.ORDER, 5, -2)],
            {QUALITY: [(2, 8)]},
            (2, 4),
        ),
        ([(Category.QUALITY_STOCK, 0, 8), (Category.ORDER, 1, -5)], {QUALITY: [(2, 8)]}, None),
        ([(Category.QUALITY_STOCK, 5, 8)], {QUALITY: [(2, 3), (6, 5)]}, (2, 3)),
        ([(Category.QUALITY_STOCK, -9, 8)], {QUALITY: [(0, 8)]}, None),
        ([(Category.PLANNED, 0, 8)], {QUALITY: [(2, 8)]}, (2, 8)),
        ([(Category.PLANNED, 0, 8)], {EITHER_PLANS: [(2, 8)]}, None),
        ([(Category.BLOCKED_STOCK, 0, 9)], {QUALITY: [(1, 5)], BOTH: [(2, 4)]}, (1, 5)),
        ([(Category.BLOCKED_STOCK, 0, 3)], {QUALITY: [(1, 5)], BOTH: [(2, 4)]}, (1, 6)),
        ([], {QUALITY: [(1, 5)], BLOCKED: [(2, 4)]}, (1, 9)),
    ],
)
def test_what_counts_covers_and_nothing_else_does(series, promised, short):
    """A firm promise that lacks five takes nothing of the goods in inspection: what it lacks is its own."""
    found = missing(series, promised)
    assert found == (short and Gap(TODAY + short[0], short[1]))


def test_what_firm_supply_leaves_serves_who_was_promised_plans_first():
    goods = [(Category.PURCHASE, 1, 6)]
    assert missing(goods, {QUALITY: [(2, 6)]}, [(2, 4)]) == Gap(TODAY + 2, 4)
    assert missing([*goods, (Category.PLANNED, 1, 4)], {QUALITY: [(2, 6)]}, [(2, 4)]) is None


def test_what_is_tolerated_is_no_gap_until_more_is_missing():
    assert missing([], {QUALITY: [(2, 6)]}, tolerated=6) is None
    assert missing([], {QUALITY: [(2, 6)]}, tolerated=5) == Gap(TODAY + 2, 6)
