"""Items that share get the same part of what they ask for, by each day, to a unit; nobody before them loses by it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel import plain_backorder, plain_fair
from tests.kernel.backlogs import HORIZON, backlog_of, changes, confirmed, easy_terms, items_of_keys, rows_of, supply_of
from troth.kernel.backorder import Quotas, Strategy, run
from troth.kernel.backorder.fair import portions
from troth.kernel.proposals import Terms
from troth.kernel.quota import Cell, procedure_of
from troth.kernel.shares import fair_share
from troth.kernel.steps import Steps

easy = {"terms": easy_terms, "modes": ["partial"]}


def asks(number, quantity, day=0, strategy="SHARE", **more):
    return {
        "key": 0, "id": number, "rank": number, "strategy": strategy, "quantity": quantity, "day": day, "old": [],
        "mode": "partial", "terms": Terms(max_lines=99), **more,
    }  # fmt: skip


def dealt(items, *supply):
    backlog = backlog_of(items)
    outcome = run(backlog, supply_of([supply]), horizon=HORIZON)
    return outcome, [rows_of(outcome, at) for at in range(len(items))]


def shares_of(outcome):
    columns = (
        outcome.share_item, outcome.share_supply, outcome.share_demand, outcome.share_among, outcome.share_day,
    )  # fmt: skip
    return [tuple(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def test_supply_for_80_percent_gives_everybody_80_percent():
    """T17."""
    outcome, rows = dealt([asks(one, 100) for one in range(5)], (0, 400))
    assert rows == [[(0, 80)]] * 5
    assert shares_of(outcome) == [(one, 400, 500, 5, 0) for one in range(5)]


def test_what_rounding_leaves_goes_out_by_rank():
    _, rows = dealt([asks(1, 3), asks(2, 3), asks(3, 3)], (0, 5))
    assert rows == [[(0, 2)], [(0, 2)], [(0, 1)]]


def test_who_is_due_earlier_leaves_the_same_part_to_who_is_due_later():
    outcome, rows = dealt([asks(1, 10), asks(2, 10, day=5)], (0, 4), (9, 4))
    assert rows == [[(0, 2), (9, 2)], [(5, 2), (9, 2)]]
    assert shares_of(outcome) == [(0, 8, 20, 2, 9), (1, 8, 20, 2, 9)]


def test_who_gets_all_of_it_late_is_told_what_there_was_by_its_day():
    outcome, rows = dealt([asks(1, 10), asks(2, 10)], (0, 10), (9, 10))
    assert rows == [[(0, 5), (9, 5)]] * 2
    assert shares_of(outcome) == [(0, 10, 20, 2, 0), (1, 10, 20, 2, 0)]


def test_who_takes_all_or_nothing_leaves_its_share_to_the_others():
    """But where they are met, it has what is left over."""
    whole = {"mode": "complete"}
    _, rows = dealt([asks(1, 10, **whole), asks(2, 10), asks(3, 10)], (0, 15))
    assert rows == [[], [(0, 8)], [(0, 7)]]
    assert dealt([asks(1, 10, **whole), asks(2, 10, **whole)], (0, 15))[1] == [[(0, 10)], []]
    assert dealt([asks(1, 10, **whole), asks(2, 5)], (0, 15))[1] == [[(0, 10)], [(0, 5)]]


def test_segments_share_by_themselves_one_after_the_other():
    items = [asks(1, 6), asks(2, 6), asks(3, 6), asks(4, 6)]
    backlog = backlog_of(items)
    backlog.pool[:] = [0, 0, 1, 1]
    outcome = run(backlog, supply_of([[(0, 16)]]), horizon=HORIZON)
    assert [rows_of(outcome, at) for at in range(4)] == [[(0, 6)], [(0, 6)], [(0, 2)], [(0, 2)]]


def test_redistribute_before_and_after_a_share_keeps_its_rank():
    first, last = asks(1, 4, strategy="REDISTRIBUTE"), asks(9, 4, strategy="REDISTRIBUTE")
    _, rows = dealt([last, asks(2, 6), asks(3, 6), first], (0, 10))
    assert rows == [[], [(0, 3)], [(0, 3)], [(0, 4)]]


def test_who_shares_of_one_product_has_its_place_whoever_shares_of_another():
    """What nothing links is settled by itself, in the twin as well."""
    items = [asks(1, 1, key=1), asks(2, 1, strategy="REDISTRIBUTE"), asks(3, 1)]
    supplies = [[(0, 1)], []]
    outcome = run(backlog_of(items), supply_of(supplies), horizon=HORIZON)
    assert [rows_of(outcome, at) for at in range(3)] == [[], [(0, 1)], []]
    plainly, *_ = plain_backorder.run(items, supplies, HORIZON, ("IMPROVE", "IMPROVE"))
    assert plainly == {1: [], 2: [(0, 1)], 3: []}


def test_who_shares_of_products_that_a_quota_links_comes_at_the_place_of_the_first():
    cell = Cell(0, HORIZON, 99)
    limits = Quotas((procedure_of([cell]),), (((0,),),))
    own = {"sequences": 0}
    items = [asks(1, 1, key=1, **own), asks(2, 1, strategy="REDISTRIBUTE", **own), asks(3, 1, **own)]
    supplies = [[(0, 1)], []]
    outcome = run(backlog_of(items), supply_of(supplies), horizon=HORIZON, quotas=limits)
    assert [rows_of(outcome, at) for at in range(3)] == [[], [], [(0, 1)]]
    told = limits.procedures, limits.sequences
    plainly, *_ = plain_backorder.run(items, supplies, HORIZON, ("IMPROVE", "IMPROVE"), told)
    assert plainly == {1: [], 2: [], 3: [(0, 1)]}


@given(st.integers(0, 60), st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_what_lies_here_is_shared_as_any_quantity_is(supply, quantities):
    _, rows = dealt([asks(at, quantity) for at, quantity in enumerate(quantities)], (0, supply))
    assert tuple(sum(q for _, q in own) for own in rows) == fair_share(supply, quantities)


@given(items_of_keys(**easy, strategies=["SHARE"]), changes)
@settings(max_examples=300)
def test_by_each_day_nobody_has_less_than_its_exact_part_nor_in_all_a_unit_more(items, supply):
    """By a day somebody may have more, where nobody else could have it then: it only comes sooner."""
    items.sort(key=lambda item: (item["rank"], item["id"]))
    _, rows = dealt(items, *supply)
    if not items:
        return
    curve = plain_backorder.free(confirmed(supply), [])
    parts = plain_fair.portions(curve, items)
    got = [confirmed(own) for own in rows]
    for item, own in zip(items, got, strict=True):
        exact = plain_fair.share(item, parts)
        assert all(low <= got_by_day for low, got_by_day in zip(exact, own, strict=True))
        assert own[-1] <= exact[-1] + 1
    together = [sum(column) for column in zip(*got, strict=True)]
    assert all(given <= max(level, 0) for given, level in zip(together, curve, strict=True))
    total = min(sum(item["quantity"] for item in items), max(curve[-1], 0))
    assert sum(own[-1] for own in got) == total, "nothing is left over that somebody asks for"


@given(items_of_keys(), changes)
@settings(max_examples=200)
def test_nobody_of_a_higher_segment_is_worse_for_what_is_shared_after_it(items, supply):
    ranked = [{**item, "rank": 9} if item["strategy"] == "SHARE" else item for item in items]
    without = [{**item, "strategy": "LOSE"} if item["strategy"] == "SHARE" else item for item in ranked]
    _, rows = dealt(ranked, *supply)
    _, alone = dealt(without, *supply)
    for at, item in enumerate(ranked):
        if Strategy[item["strategy"]] < Strategy.SHARE:
            assert rows[at] == alone[at]


@given(st.lists(st.tuples(st.integers(0, HORIZON), st.integers(1, 15)), min_size=1, max_size=7), changes)
@settings(max_examples=300)
def test_portions_equal_their_plain_twin(asked, supply):
    net = {0: 0}
    for day, quantity in supply:
        net[day] = net.get(day, 0) + quantity
    found = portions(Steps(net, HORIZON), asked)
    plainly = plain_fair.portions(
        plain_backorder.free(confirmed(supply), []), [{"day": day, "quantity": quantity} for day, quantity in asked]
    )
    by_day = {one.day: one.supply / one.demand for one in found}
    part = None
    for day in range(HORIZON + 1):
        part = by_day.get(day, part)
        assert part is None or part == float(plainly[day])
