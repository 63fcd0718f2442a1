"""Items that come together are decided as one, over all of their keys; the run equals its plain twin."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kernel import plain_backorder
from tests.kernel.backlogs import (
    HORIZON,
    again,
    backlog_of,
    changes,
    confirmed,
    items_of_keys,
    rows_of,
    supply_of,
    timetables_of,
)
from tests.kernel.test_backorder import REACTIONS, by_id, item, tables
from troth.kernel.backorder import Raised, Reaction, Reactions, Strategy, run

KEYS = 3
supplies = st.lists(changes, min_size=KEYS, max_size=KEYS)


@st.composite
def needed_days(draw):
    """For each common day the day of the goods, so many days before; none before today and on closed days."""
    before, closed = draw(st.integers(0, 3)), draw(st.sets(st.integers(0, HORIZON), max_size=4))
    return [-1 if day in closed or day < before else day - before for day in range(HORIZON + 1)]


@st.composite
def items_with_groups(draw):
    """Items of three keys, some of which come together; a group has one strategy, one rank, and asks for one day."""
    items = draw(items_of_keys(keys=KEYS, most=9))
    groups = {}
    for one in items:
        one["group"] = draw(st.integers(-1, 2))
        if one["group"] >= 0:
            groups.setdefault(one["group"], []).append(one)
    for members in groups.values():
        rank, strategy = members[0]["rank"], members[0]["strategy"]
        for one in members:
            one.update(rank=rank, strategy=strategy, needed=draw(needed_days()))
        asked = draw(st.integers(0, HORIZON))
        common = [day for day in range(asked, HORIZON + 1) if all(one["needed"][day] >= 0 for one in members)]
        for one in members:
            one["day"] = one["needed"][common[0]] if common else HORIZON
    return items


def ran(items, supply, reactions=None):
    given = {"reactions": reactions, "timetables": timetables_of(items)}
    return run(backlog_of(items), supply_of(supply), horizon=HORIZON, **given)


def groups_of(items):
    found = {}
    for at, one in enumerate(items):
        if one["group"] >= 0:
            found.setdefault(one["group"], []).append(at)
    return found.values()


@given(items_with_groups(), supplies, REACTIONS)
@settings(max_examples=400)
def test_the_run_equals_its_plain_twin(items, supply, reactions):
    plainly = (
        "abort" if reactions.win == Reaction.ABORT_KEY else reactions.win_fallback.name,
        "abort" if reactions.gain == Reaction.ABORT_KEY else reactions.gain_fallback.name,
    )
    outcome = ran(items, supply, reactions)
    assume(not outcome.aborted_keys.any())

    new, raised, strategies = plain_backorder.run(items, supply, HORIZON, plainly)

    assert {one["id"] for at, one in enumerate(items) if outcome.raised[at]} == raised
    for at, one in enumerate(items):
        assert rows_of(outcome, at) == new[one["id"]]
        assert Strategy(outcome.strategy[at]).name == strategies[one["id"]]


@given(items_with_groups(), supplies, REACTIONS)
@settings(max_examples=300)
def test_a_group_is_whole_on_one_day_or_keeps_what_it_had_or_has_nothing(items, supply, reactions):
    outcome = ran(items, supply, reactions)
    for members in groups_of(items):
        rows = [rows_of(outcome, at) for at in members]
        whole = [
            day
            for day in range(HORIZON + 1)
            if all(
                [(items[at]["needed"][day], items[at]["quantity"])] == own
                for at, own in zip(members, rows, strict=True)
            )
        ]
        asked = all(own == [(items[at]["day"], items[at]["quantity"])] for at, own in zip(members, rows, strict=True))
        assert whole or asked or rows == [items[at]["old"] for at in members] or rows == [[] for _ in members]
        assert len({int(outcome.strategy[at]) for at in members}) == 1
        assert len({int(outcome.raised[at]) for at in members}) == 1
        assert len({bool(outcome.aborted_keys[items[at]["key"]]) for at in members}) == 1


@given(items_with_groups(), supplies, REACTIONS)
@settings(max_examples=300)
def test_nothing_is_confirmed_beyond_supply_and_each_strategy_keeps_its_guarantee(items, supply, reactions):
    outcome = ran(items, supply, reactions)
    for key in range(KEYS):
        if outcome.aborted_keys[key]:
            continue
        own = [(at, one) for at, one in enumerate(items) if one["key"] == key]
        frozen = [row for _, one in own if one["strategy"] == "SKIP" for row in one["old"]]
        moved = [row for at, one in own if one["strategy"] != "SKIP" for row in rows_of(outcome, at)]
        before = plain_backorder.free(confirmed(supply[key]), frozen)
        after = plain_backorder.free(confirmed(supply[key]), frozen + moved)
        assert all(now >= min(was, 0) for was, now in zip(before, after, strict=True))
    for at, one in enumerate(items):
        old, new, strategy = confirmed(one["old"]), confirmed(rows_of(outcome, at)), Strategy(outcome.strategy[at])
        if outcome.aborted_keys[one["key"]] or strategy == Strategy.SKIP:
            assert rows_of(outcome, at) == one["old"]
        elif strategy == Strategy.WIN:
            assert new == [one["quantity"] if t >= one["day"] else 0 for t in range(HORIZON + 1)]
        elif strategy == Strategy.GAIN:
            assert all(now >= was for was, now in zip(old, new, strict=True))
        elif strategy == Strategy.FILL:
            assert all(now <= was for was, now in zip(old, new, strict=True))
        elif strategy == Strategy.LOSE:
            assert new[-1] == 0


@given(items_with_groups(), supplies, REACTIONS)
@settings(max_examples=300)
def test_a_second_run_changes_nothing(items, supply, reactions):
    first = ran(items, supply, reactions)
    assume(not first.aborted_keys.any())
    settled = again(items, first)

    second = ran(settled, supply, reactions)

    for at, one in enumerate(settled):
        assert confirmed(rows_of(second, at)) == confirmed(one["old"])
    assert not second.raised.any()
    assert len(second.loss_item) == 0


@given(items_with_groups(), supplies, REACTIONS, st.randoms(use_true_random=False))
def test_neither_the_order_of_the_input_nor_a_repetition_matters(items, supply, reactions, random):
    outcome = ran(items, supply, reactions)
    assert tables(outcome) == tables(ran(items, supply, reactions))
    shuffled = list(items)
    random.shuffle(shuffled)
    assert by_id(items, outcome) == by_id(shuffled, ran(shuffled, supply, reactions))


@given(items_with_groups(), supplies, REACTIONS)
def test_every_loss_has_a_winner_or_was_not_there(items, supply, reactions):
    outcome = ran(items, supply, reactions)
    for at in range(len(items)):
        assert outcome.loss_quantity[outcome.loss_item == at].sum() == outcome.lost[at]
        assert outcome.loss_quantity[outcome.loss_winner == at].sum() <= outcome.gained[at]


def together(number, quantity, strategy, old=(), **more):
    return {**item(number, quantity, strategy, old, **more), "group": 0}


def test_a_group_waits_for_its_last_line_and_leaves_to_others_what_is_free_until_then():
    items = [
        together(1, 4, "REDISTRIBUTE", key=0),
        together(2, 6, "REDISTRIBUTE", key=1),
        {**item(3, 5, "REDISTRIBUTE", rank=1), "group": -1},
    ]
    outcome = run(backlog_of(items), supply_of([[(0, 5), (9, 4)], [(7, 6)]]))
    assert [rows_of(outcome, at) for at in range(3)] == [[(7, 4)], [(7, 6)], [(0, 1), (9, 4)]]


def test_two_lines_of_a_group_on_one_product_are_counted_together():
    items = [together(1, 4, "REDISTRIBUTE"), together(2, 4, "REDISTRIBUTE")]
    outcome = run(backlog_of(items), supply_of([[(0, 7), (3, 1)]]))
    assert [rows_of(outcome, at) for at in range(2)] == [[(3, 4)], [(3, 4)]]


def test_what_one_line_lacks_none_of_its_group_gets():
    items = [
        together(1, 4, "REDISTRIBUTE", key=0),
        together(2, 6, "REDISTRIBUTE", key=1),
        {**item(3, 4, "REDISTRIBUTE", rank=1), "group": -1},
    ]
    outcome = run(backlog_of(items), supply_of([[(0, 4)], [(0, 5)]]))
    assert [rows_of(outcome, at) for at in range(3)] == [[], [], [(0, 4)]]


def test_a_group_that_cannot_win_is_treated_otherwise_as_a_whole_or_leaves_all_its_keys():
    items = [
        together(1, 4, "WIN", key=0),
        together(2, 6, "WIN", key=1),
        {**item(3, 1, "LOSE", [(0, 1)], key=1), "group": -1},
    ]
    supply = supply_of([[(0, 4)], [(2, 6)]])
    outcome = run(backlog_of(items), supply)
    assert [rows_of(outcome, at) for at in range(3)] == [[(2, 4)], [(2, 6)], []]
    assert outcome.raised.tolist() == [Raised.WIN_MISSED, Raised.WIN_MISSED, 0]
    assert set(outcome.strategy.tolist()[:2]) == {Strategy.IMPROVE}
    aborted = run(backlog_of(items), supply, reactions=Reactions(win=Reaction.ABORT_KEY))
    assert aborted.aborted_keys.tolist() == [True, True]
    assert rows_of(aborted, 2) == [(0, 1)]


def test_a_common_day_lies_on_days_on_which_all_can_arrive():
    """The second line needs its goods two days before; nobody receives on day 4."""
    first = [-1 if day == 4 else day for day in range(HORIZON + 1)]
    second = [-1 if day in {0, 1, 4} else day - 2 for day in range(HORIZON + 1)]
    items = [
        {**together(1, 4, "REDISTRIBUTE", key=0), "needed": first},
        {**together(2, 6, "REDISTRIBUTE", key=1), "needed": second},
    ]
    outcome = run(backlog_of(items), supply_of([[(0, 4)], [(2, 6)]]), horizon=HORIZON, timetables=timetables_of(items))
    assert [rows_of(outcome, at) for at in range(2)] == [[(5, 4)], [(3, 6)]]


def test_a_group_of_two_strategies_is_no_group():
    with pytest.raises(AssertionError):
        run(backlog_of([together(1, 4, "GAIN"), together(2, 4, "WIN")]), supply_of([[]]))
