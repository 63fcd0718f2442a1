"""Random backlogs with rules: a run does what it tells, nobody gets what another has, and undoing gives it back."""

from datetime import timedelta
from random import Random

import pytest

from tests import company
from tests.backorders.test_rules import holds, placed, rule, serving_of
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.platform.actors import SYSTEM

__all__ = ["rule"]

PRODUCTS, SITES = ("HELMET", "FRAME", "GLOVE"), ("HAM", "ROT")
STRATEGIES = ("win", "gain", "improve", "redistribute", "share", "fill")


def backlog(desk, rule, chance):
    """Rules that name each other, orders of both sites in need of goods that come in afterwards."""
    for place, product in enumerate(PRODUCTS):
        steps = [(chance.choice((None, *PRODUCTS)), chance.choice((None, *SITES))) for _ in range(chance.randint(1, 3))]
        named = list(dict.fromkeys(step for step in steps if step != (None, None) and step[0] != product))
        if named:
            how = chance.choice((("waterfall", "earliest"), ("pick_one", "full"), ("pick_one", "on_time")))
            rule(product, *named, code=f"R{place}", picking=how[0], building=how[1])
    orders = []
    for _ in range(10):
        lines = tuple(
            LineDraft(
                product=chance.choice(PRODUCTS), quantity=chance.randint(1, 6), site=chance.choice(SITES),
                delivery_mode=chance.choice(("partial", "partial", "complete")),
            )
            for _ in range(chance.randint(1, 2))
        )  # fmt: skip
        on = company.NEXT_WEDNESDAY + timedelta(days=chance.choice((0, 0, 7)))
        draft = OrderDraft(
            customer=chance.choice(("ALPHA", "BETA")), requested_on=on, lines=lines, priority=chance.randint(1, 9)
        )
        orders.append(sales.enter_order(draft, by=SYSTEM, clock=desk.small.clock).id)
        some(desk, chance)
    some(desk, chance)
    return orders


def some(desk, chance):
    """Goods come in, now or later."""
    product = chance.choice(PRODUCTS)
    if chance.random() < 0.5:
        company.put_in_stock(desk.small, product, chance.randint(1, 5), site=chance.choice(SITES))
    else:
        due_on = company.TUESDAY + timedelta(days=chance.choice((0, 7, 14)))
        desk.receipt(product, chance.randint(1, 6), due_on, number=f"45{chance.randint(0, 10**6)}")


@pytest.mark.parametrize("seed", [0, 1, 3, 4, 5, 6, 9, 14, 16, 23])
def test_what_is_told_is_done_and_taken_back(desk, rule, seed):
    chance = Random(seed)
    orders = backlog(desk, rule, chance)
    before = [(placed(one), desk.promised(one)) for one in orders]
    first = SegmentDraft("Beta", chance.choice(STRATEGIES), Filter(customers=("BETA",)))
    run = desk.simulated(first, SegmentDraft("All", chance.choice(STRATEGIES)), asks_rules=True)
    assert [(placed(one), desk.promised(one)) for one in orders] == before
    assert serving_of(run), "a seed for which no rule serves proves nothing"
    desk.apply(run)
    run.refresh_from_db()
    assert run.state == "applied"
    assert set(serving_of(run)) == {"applied"}
    assert set(run.changes.values_list("state", flat=True)) == {"applied"}
    assert holds()
    desk.undo(run)
    assert set(serving_of(run)) == {"undone"}
    assert holds()
