"""The run over the backorders keeps what each strategy guarantees, and equals its plain twin."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kernel import plain_backorder
from tests.kernel.backlogs import (
    HORIZON,
    again,
    backlog_of,
    changes,
    column,
    confirmed,
    easy_terms,
    items_of_keys,
    rows_of,
    supply_of,
    timetables_of,
    usable_days,
)
from troth.kernel.backorder import Raised, Reaction, Reactions, Strategy, run
from troth.kernel.backorder.columns import FallbackGuarantees
from troth.kernel.proposals import Terms

REACTIONS = st.sampled_from(
    [
        Reactions(),
        Reactions(win_fallback=Strategy.GAIN, gain_fallback=Strategy.FILL),
        Reactions(win_fallback=Strategy.LOSE, gain_fallback=Strategy.REDISTRIBUTE),
        Reactions(win=Reaction.ABORT_KEY, gain=Reaction.ABORT_KEY),
        Reactions(win=Reaction.FALLBACK, gain=Reaction.ABORT_KEY, win_fallback=Strategy.REDISTRIBUTE),
    ]
)
easy = {"terms": easy_terms, "modes": ["partial"]}


def ran(items, supply, reactions=None):
    given = {"reactions": reactions, "timetables": timetables_of(items)}
    return run(backlog_of(items), supply_of([supply]), horizon=HORIZON, **given)


@st.composite
def items_with_calendars(draw):
    """Items that can use goods on some days only; the day that each asks for is one of them."""
    return [{**item, "usable": draw(usable_days(least=item["day"]))} for item in draw(items_of_keys())]


def tables(outcome):
    """All columns of an outcome, as lists."""
    columns = (getattr(outcome, name) for name in outcome.__slots__)
    return [column.tolist() if isinstance(column, np.ndarray) else column for column in columns]


def by_id(items, outcome):
    """What each item came to, whatever the order of the input."""
    ids = [item["id"] for item in items]
    losses = sorted(
        (ids[item], ids[winner] if winner >= 0 else -1, quantity, day)
        for item, winner, quantity, day in zip(
            outcome.loss_item.tolist(),
            outcome.loss_winner.tolist(),
            outcome.loss_quantity.tolist(),
            outcome.loss_day.tolist(),
            strict=True,
        )
    )
    each = {
        item["id"]: (rows_of(outcome, at), int(outcome.gained[at]), int(outcome.lost[at]), int(outcome.raised[at]))
        for at, item in enumerate(items)
    }
    return each, losses


@given(items_of_keys() | items_with_calendars(), changes, REACTIONS)
@settings(max_examples=400)
def test_the_run_equals_its_plain_twin(items, supply, reactions):
    plainly = (
        "abort" if reactions.win == Reaction.ABORT_KEY else reactions.win_fallback.name,
        "abort" if reactions.gain == Reaction.ABORT_KEY else reactions.gain_fallback.name,
    )
    new, raised, strategies = plain_backorder.run(items, [supply], HORIZON, plainly)

    outcome = ran(items, supply, reactions)

    assert {item["id"] for at, item in enumerate(items) if outcome.raised[at]} == raised
    assert outcome.aborted_keys.tolist() == [new is None]
    for at, item in enumerate(items):
        assert rows_of(outcome, at) == (item["old"] if new is None else new[item["id"]])
        assert new is None or Strategy(outcome.strategy[at]).name == strategies[item["id"]]


@given(items_of_keys(), changes, REACTIONS)
def test_nothing_is_confirmed_beyond_supply(items, supply, reactions):
    outcome = ran(items, supply, reactions)
    assume(not outcome.aborted_keys.any())
    frozen = [row for item in items if item["strategy"] == "SKIP" for row in item["old"]]
    before = plain_backorder.free(confirmed(supply), frozen)
    moved = [row for at, item in enumerate(items) if item["strategy"] != "SKIP" for row in rows_of(outcome, at)]
    after = plain_backorder.free(confirmed(supply), frozen + moved)
    assert all(now >= min(was, 0) for was, now in zip(before, after, strict=True))


@given(items_of_keys(), changes, REACTIONS)
@settings(max_examples=200)
def test_each_strategy_keeps_its_guarantee(items, supply, reactions):
    outcome = ran(items, supply, reactions)
    for at, item in enumerate(items):
        old, new, strategy = confirmed(item["old"]), confirmed(rows_of(outcome, at)), Strategy(outcome.strategy[at])
        assert new[-1] <= item["quantity"]
        if outcome.aborted_keys.any() or strategy == Strategy.SKIP:
            assert rows_of(outcome, at) == item["old"]
        elif strategy == Strategy.WIN:
            assert new == [item["quantity"] if t >= item["day"] else 0 for t in range(HORIZON + 1)]
        elif strategy == Strategy.GAIN:
            assert all(now >= was for was, now in zip(old, new, strict=True))
        elif strategy == Strategy.FILL:
            assert all(now <= was for was, now in zip(old, new, strict=True))
        elif strategy == Strategy.LOSE:
            assert new[-1] == 0
        if strategy < Strategy(Strategy[item["strategy"]]):
            pytest.fail("a fallback never guarantees more")


@given(items_of_keys(**easy, strategies=["REDISTRIBUTE", "WIN", "SKIP"]), changes)
def test_no_later_rank_holds_what_an_earlier_one_misses(items, supply):
    outcome = ran(items, supply, Reactions(win_fallback=Strategy.LOSE))
    sharing = [at for at, item in enumerate(items) if item["strategy"] == "REDISTRIBUTE"]
    sharing.sort(key=lambda at: (items[at]["rank"], items[at]["id"]))
    for place, first in enumerate(sharing):
        got = confirmed(rows_of(outcome, first))
        misses = [t for t in range(items[first]["day"], HORIZON + 1) if got[t] < items[first]["quantity"]]
        for later in sharing[place + 1 :]:
            assert all(confirmed(rows_of(outcome, later))[t] == 0 for t in misses)


@given(items_of_keys(strategies=["IMPROVE", "REDISTRIBUTE", "FILL", "SKIP", "LOSE"]), changes)
def test_an_improve_item_loses_nothing_to_those_below_it(items, supply):
    held = [row for item in items if item["strategy"] in {"IMPROVE", "SKIP"} for row in item["old"]]
    assume(min(plain_backorder.free(confirmed(supply), held)) >= 0)
    outcome = ran(items, supply)
    for at, item in enumerate(items):
        if item["strategy"] == "IMPROVE":
            old, new = confirmed(item["old"]), confirmed(rows_of(outcome, at))
            assert all(now >= was for was, now in zip(old, new, strict=True))


@given(items_of_keys(), changes, REACTIONS)
@settings(max_examples=300)
def test_a_second_run_changes_nothing(items, supply, reactions):
    first = ran(items, supply, reactions)
    assume(not first.aborted_keys.any())
    settled = again(items, first)

    second = ran(settled, supply, reactions)

    for at, item in enumerate(settled):
        assert confirmed(rows_of(second, at)) == confirmed(item["old"])
    assert not second.raised.any()
    assert not second.gained.any()
    assert not second.lost.any()
    assert len(second.loss_item) == 0


@pytest.mark.parametrize(
    "waiting",
    [
        {"old": [(5, 5)], "terms": Terms(max_lines=1)},
        {"terms": Terms(max_lines=1, latest_day=11), "usable": [*range(10), 12, 12, 12]},
    ],
)
def test_an_item_that_waits_for_its_last_units_has_the_others_sooner_when_those_are_taken(waiting):
    items = [{**item(1, 8, "IMPROVE"), **waiting}, item(2, 1, "IMPROVE", day=10, rank=1)]
    outcome = ran(items, [(4, 7), (10, 1)])
    assert [rows_of(outcome, at) for at in range(2)] == [[(4, 7)], [(10, 1)]]
    second = ran(again(items, outcome), [(4, 7), (10, 1)])
    assert not second.gained.any()
    assert not second.lost.any()


@given(items_of_keys(), changes)
def test_a_second_run_after_one_without_exceptions_needs_no_other_strategies(items, supply):
    first = ran(items, supply)
    assume(not first.raised.any())
    second = ran(again(items, first, strategies=False), supply)
    assert not second.gained.any()
    assert not second.lost.any()


@given(items_of_keys(keys=3), st.tuples(changes, changes, changes), REACTIONS, st.randoms(use_true_random=False))
def test_neither_the_order_of_the_input_nor_a_repetition_matters(items, supply, reactions, random):
    columns = supply_of(supply)
    outcome = run(backlog_of(items), columns, horizon=HORIZON, reactions=reactions)
    assert tables(outcome) == tables(run(backlog_of(items), columns, horizon=HORIZON, reactions=reactions))
    shuffled = list(items)
    random.shuffle(shuffled)
    other = run(backlog_of(shuffled), columns, horizon=HORIZON, reactions=reactions)
    assert by_id(items, outcome) == by_id(shuffled, other)


@given(items_of_keys(keys=3), st.tuples(changes, changes, changes))
def test_a_key_is_decided_alone(items, supply):
    outcome = run(backlog_of(items), supply_of(supply), horizon=HORIZON)
    for key in range(3):
        own = [item for item in items if item["key"] == key]
        alone = ran([{**item, "key": 0} for item in own], supply[key])
        places = [at for at, item in enumerate(items) if item["key"] == key]
        assert [rows_of(outcome, at) for at in places] == [rows_of(alone, at) for at in range(len(own))]


@given(items_of_keys(**easy), changes, st.integers(0, HORIZON), st.integers(1, 12))
def test_more_supply_never_gives_win_and_gain_items_less(items, supply, day, more):
    before = ran(items, supply)
    assume(not before.raised.any())
    after = ran(items, [*supply, (day, more)])
    assert not after.raised.any()
    firm = [at for at, item in enumerate(items) if item["strategy"] in {"WIN", "GAIN"}]
    assert sum(confirmed(rows_of(after, at))[-1] for at in firm) >= sum(
        confirmed(rows_of(before, at))[-1] for at in firm
    )


@given(items_of_keys(), changes, REACTIONS)
@settings(max_examples=200)
def test_every_loss_has_a_winner_or_was_not_there(items, supply, reactions):
    outcome = ran(items, supply, reactions)
    old = [confirmed(item["old"]) for item in items]
    new = [confirmed(rows_of(outcome, at)) for at in range(len(items))]
    quantities, winners = outcome.loss_quantity, outcome.loss_winner
    for at in range(len(items)):
        assert quantities[outcome.loss_item == at].sum() == outcome.lost[at]
        assert quantities[winners == at].sum() <= outcome.gained[at]
        assert (outcome.gained[at] > 0) == any(n > o for o, n in zip(old[at], new[at], strict=True))
        assert (outcome.lost[at] > 0) == any(n < o for o, n in zip(old[at], new[at], strict=True))
    for loser, winner in zip(outcome.loss_item.tolist(), winners.tolist(), strict=True):
        if winner >= 0:
            assert any(
                o > n and m > w for o, n, w, m in zip(old[loser], new[loser], old[winner], new[winner], strict=True)
            ), "the winner has more on a day on which the loser has less"


def item(number, quantity, strategy, old=(), *, day=0, rank=0, key=0):
    from troth.kernel.proposals import ANY_TERMS

    return {
        "key": key,
        "id": number,
        "rank": rank,
        "strategy": strategy,
        "quantity": quantity,
        "day": day,
        "old": list(old),
        "mode": "partial",
        "terms": ANY_TERMS,
    }


def test_an_exception_may_leave_the_key_or_everything_as_it_was():
    items = [item(1, 9, "WIN"), item(2, 5, "LOSE", [(0, 5)]), item(3, 4, "REDISTRIBUTE", key=1)]
    supply = supply_of([[(0, 5)], [(0, 4)]])
    key = run(backlog_of(items), supply, reactions=Reactions(win=Reaction.ABORT_KEY))
    assert [rows_of(key, at) for at in range(3)] == [[], [(0, 5)], [(0, 4)]]
    assert key.aborted_keys.tolist() == [True, False]
    assert key.raised.tolist() == [Raised.WIN_MISSED, 0, 0]
    assert not key.aborted
    everything = run(backlog_of(items), supply, reactions=Reactions(win=Reaction.ABORT_RUN))
    assert everything.aborted
    assert [rows_of(everything, at) for at in range(3)] == [[], [(0, 5)], []]
    assert everything.raised.tolist() == [Raised.WIN_MISSED, 0, 0]


def test_a_fallback_that_guarantees_as_much_is_refused():
    with pytest.raises(FallbackGuarantees):
        Reactions(gain_fallback=Strategy.WIN)
    with pytest.raises(FallbackGuarantees):
        Reactions(win_fallback=Strategy.SKIP)


def test_an_empty_run_comes_to_nothing():
    outcome = run(backlog_of([]), supply_of([[(0, 5)], []]))
    assert outcome.row_offsets.tolist() == [0]
    assert outcome.aborted_keys.tolist() == [False, False]


def test_items_that_hold_more_than_they_want_are_no_backlog():
    with pytest.raises(AssertionError):
        run(backlog_of([item(1, 4, "GAIN", [(0, 5)])]), supply_of([[]]))
    twice = backlog_of([item(1, 4, "GAIN"), item(2, 4, "GAIN")])
    with pytest.raises(AssertionError):
        run(type(twice)(**{**{n: getattr(twice, n) for n in twice.__slots__}, "id": column([1, 1])}), supply_of([[]]))


@given(items_with_calendars(), changes)
@settings(max_examples=200)
def test_new_rows_lie_on_days_on_which_the_goods_can_be_used(items, supply):
    outcome = ran(items, supply)
    for at, item in enumerate(items):
        for day, quantity in set(rows_of(outcome, at)) - set(item["old"]):
            assert item["usable"][day] == day or (day in dict(item["old"]) and dict(item["old"])[day] >= quantity)


@given(items_with_calendars(), changes)
@settings(max_examples=200)
def test_with_calendars_too_a_second_run_changes_nothing(items, supply):
    first = ran(items, supply)
    after = again(items, first)
    second = ran(after, supply)
    assert [rows_of(second, at) for at in range(len(items))] == [item["old"] for item in after]
