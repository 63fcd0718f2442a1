"""The run where something of a key is kept for groups of items."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kernel import plain_backorder, plain_protection
from tests.kernel.backlogs import (
    HORIZON,
    OWNERS,
    again,
    backlog_of,
    changes,
    column,
    confirmed,
    items_of_keys,
    rows_of,
    supply_of,
)
from tests.kernel.test_backorder import item
from tests.kernel.test_backorder_quotas import REACTIONS, SEQUENCES, bookings_of, quotas
from troth.kernel import protection
from troth.kernel.backorder import Kept, Reaction, Reactions, Strategy, run
from troth.kernel.backorder.links import NO_QUOTAS
from troth.kernel.protection import Group, Protection

EU, US = OWNERS.index(Group("EU")), OWNERS.index(Group("US"))


@st.composite
def protections(draw):
    first = draw(st.integers(-4, HORIZON + 2))
    consumed = draw(st.integers(0, 6))
    return Protection(draw(st.sampled_from(OWNERS)), first, first + draw(st.integers(0, 8)), draw(st.integers(0, 12)),
                      consumed)  # fmt: skip


@st.composite
def guarded(draw):
    """Items of two keys of which something is kept on the first, and what their old rows use up of it."""
    kept = draw(st.lists(protections(), min_size=1, max_size=4))
    items = []
    for one in draw(items_of_keys(keys=2)):
        own = {**one, "asks_as": draw(st.integers(0, len(OWNERS) - 1)) if one["key"] == 0 else -1}
        if own["asks_as"] >= 0 and one["strategy"] != "SKIP" and draw(st.booleans()):
            taken = []
            for day, quantity in one["old"]:
                taken += protection.consume(kept, OWNERS[own["asks_as"]], day=day, quantity=quantity)
            own["kept"] = [tuple(each) for each in taken]
        items.append(own)
    return items, Kept({0: kept}, OWNERS)


supplies = st.tuples(changes, changes)


def taken_of(outcome, at):
    own = np.flatnonzero(outcome.taken_item == at)
    return [(int(outcome.taken_protection[each]), int(outcome.taken_quantity[each])) for each in own]


def worked(given, supply, reactions=None, limits=NO_QUOTAS):
    items, kept = given
    return run(
        backlog_of(items), supply_of(supply), horizon=HORIZON, reactions=reactions, quotas=limits, kept=kept
    )  # fmt: skip


def stands(items, outcome, *, strategies=True):
    """The items as they stand after a run, with what they use up and book."""
    found = again(items, outcome, strategies=strategies)
    return [
        {**one, "kept": taken_of(outcome, at), "booked": bookings_of(outcome, at)} for at, one in enumerate(found)
    ]  # fmt: skip


def assert_equals_its_twin(given, supply, reactions, limits=None):
    items, kept = given
    words = ("abort" if reactions.win == Reaction.ABORT_KEY else reactions.win_fallback.name,
             "abort" if reactions.gain == Reaction.ABORT_KEY else reactions.gain_fallback.name)  # fmt: skip
    told = (limits.procedures, limits.sequences) if limits is not None else None
    new, raised, strategies, *_, used = plain_backorder.run(
        items, supply, HORIZON, words, told, protections=kept.protections
    )  # fmt: skip
    outcome = worked(given, supply, reactions, limits or NO_QUOTAS)
    assume(not outcome.aborted_keys.any())
    assert {one["id"] for at, one in enumerate(items) if outcome.raised[at]} == raised
    for at, one in enumerate(items):
        assert rows_of(outcome, at) == new[one["id"]]
        assert Strategy(outcome.strategy[at]).name == strategies[one["id"]]
        if one["strategy"] != "SKIP":
            assert summed(taken_of(outcome, at)) == summed(used.get(one["id"], []))


def summed(taken):
    return {place: sum(q for at, q in taken if at == place) for place, _ in taken}


@given(guarded(), supplies, REACTIONS)
@settings(max_examples=400)
def test_the_run_beside_what_is_kept_equals_its_plain_twin(given, supply, reactions):
    assert_equals_its_twin(given, supply, reactions)


@given(guarded(), supplies, quotas, REACTIONS, st.data())
@settings(max_examples=150)
def test_so_does_one_under_quotas(given, supply, limits, reactions, data):
    items, kept = given
    rationed = [{**one, "sequences": data.draw(st.integers(-1, len(SEQUENCES) - 1))} for one in items]
    assert_equals_its_twin((rationed, kept), supply, reactions, limits)


@given(guarded(), supplies, supplies, REACTIONS)
@settings(max_examples=150)
def test_so_does_one_on_what_a_run_came_to_before(given, before, supply, reactions):
    items, kept = given
    first = stands(items, worked(given, before), strategies=False)
    assert_equals_its_twin((first, kept), supply, reactions)


@given(guarded(), supplies, REACTIONS)
@settings(max_examples=400)
def test_a_second_run_changes_nothing_of_rows_or_of_what_is_used_up(given, supply, reactions):
    items, kept = given
    first = worked(given, supply, reactions)
    assume(not first.aborted_keys.any())
    stand = stands(items, first)
    second = worked((stand, kept), supply, reactions)
    for at, one in enumerate(stand):
        assert rows_of(second, at) == one["old"]
        assert sorted(taken_of(second, at)) == sorted(one["kept"])
    assert not second.raised.any()


@given(guarded(), supplies, quotas, st.lists(st.integers(-1, HORIZON), min_size=7, max_size=7), st.data())
@settings(max_examples=200)
def test_nor_does_it_under_quotas_and_beside_the_lead_time(given, supply, limits, ready, data):
    items, kept = given
    items = [{**one, "sequences": data.draw(st.integers(-1, len(SEQUENCES) - 1))} for one in items]
    rows = sum(len(one["old"]) for one in items)
    procured = data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows))

    def of(some, on_lead_time):
        procured = np.array(on_lead_time, np.bool_)
        return replace(backlog_of(some), replenishment_day=column(ready[: len(some)]), row_lead_time=procured)

    first = run(of(items, procured), supply_of(supply), horizon=HORIZON, quotas=limits, kept=kept)
    stand = stands(items, first)
    second = run(of(stand, first.row_lead_time), supply_of(supply), horizon=HORIZON, quotas=limits, kept=kept)
    assert [rows_of(second, at) for at in range(len(items))] == [one["old"] for one in stand]
    assert second.row_lead_time.tolist() == first.row_lead_time.tolist()
    assert [summed(taken_of(second, at)) for at in range(len(items))] == [summed(one["kept"]) for one in stand]


@given(guarded(), supplies, REACTIONS)
@settings(max_examples=200)
def test_the_strategies_keep_their_guarantees(given, supply, reactions):
    outcome = worked(given, supply, reactions)
    for at, one in enumerate(given[0]):
        old, new, strategy = confirmed(one["old"]), confirmed(rows_of(outcome, at)), Strategy(outcome.strategy[at])
        if outcome.aborted_keys[one["key"]] or strategy == Strategy.SKIP:
            assert rows_of(outcome, at) == one["old"]
        elif strategy == Strategy.WIN:
            assert new[-1] == new[one["day"]] == one["quantity"]
        elif strategy == Strategy.GAIN:
            assert all(now >= was for was, now in zip(old, new, strict=True))
        elif strategy == Strategy.FILL:
            assert all(now <= was for was, now in zip(old, new, strict=True))
        elif strategy == Strategy.LOSE:
            assert new[-1] == 0


@given(guarded(), supplies, st.integers(0, len(OWNERS) - 1), st.sampled_from([[], [(3, 4)], [(0, 2), (5, 9)]]))
@settings(max_examples=200)
def test_nobody_gets_more_than_it_had_of_what_is_kept_for_others(given, supply, owner, had):
    """Who is asked last of all sees what the run leaves: more than it had it has only of what others need not have."""
    items, kept = given
    last = {**item(999, 20, "REDISTRIBUTE", had, rank=9), "asks_as": owner}
    items = [*[one for one in items if one["strategy"] != "FILL"], last]
    given = items, kept
    outcome = worked(given, supply)
    used = list(kept.protections[0])
    for at, one in enumerate(items):
        if one is not last and one["key"] == 0:
            for place, quantity in taken_of(outcome, at):
                used[place] = used[place]._replace(consumed=used[place].consumed + quantity)
    rows = [row for at, one in enumerate(items) if one["key"] == 0 and one is not last for row in rows_of(outcome, at)]
    after = [(day, change) for day, change in supply[0]] + [(day, -quantity) for day, quantity in rows]
    net = [sum(change for on, change in after if on == day) for day in range(HORIZON + 1)]
    for_it = plain_protection.curve(net, used, OWNERS[last["asks_as"]], lapses=False)
    new, old = confirmed(rows_of(outcome, items.index(last))), confirmed(last["old"])
    assert all(got <= max(was, left, 0) for got, was, left in zip(new, old, for_it, strict=True))


@given(guarded(), supplies, protections())
@settings(max_examples=200)
def test_what_is_kept_since_takes_no_promise_from_anybody(given, supply, more):
    """Not even from those who may lose."""
    items, kept = given
    items = [{**one, "strategy": "REDISTRIBUTE" if one["strategy"] != "SKIP" else "SKIP"} for one in items]
    stand = stands(items, worked((items, kept), supply))
    with_more = Kept({0: [*kept.protections[0], more._replace(consumed=0)]}, OWNERS)
    after = worked((stand, with_more), supply)
    assert [rows_of(after, at) for at in range(len(stand))] == [one["old"] for one in stand]


@given(guarded(), supplies, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(given, supply, random):
    items, kept = given
    shuffled = list(items)
    random.shuffle(shuffled)
    one, other = worked((items, kept), supply), worked((shuffled, kept), supply)
    place = {each["id"]: at for at, each in enumerate(shuffled)}
    for at, each in enumerate(items):
        assert rows_of(one, at) == rows_of(other, place[each["id"]])
        assert taken_of(one, at) == taken_of(other, place[each["id"]])


def shared(kept, *items, supply=((0, 10),)):
    outcome = worked((list(items), Kept({0: kept}, OWNERS)), [list(supply)])
    return [rows_of(outcome, at) for at in range(len(items))], outcome


SIX_FOR_EU = Protection(Group("EU"), 0, HORIZON, 6)


def test_what_is_kept_is_left_by_others_and_taken_by_whom_it_is_for():
    others = {**item(1, 10, "REDISTRIBUTE"), "asks_as": US}
    own = {**item(2, 8, "REDISTRIBUTE", rank=1), "asks_as": EU}
    rows, outcome = shared([SIX_FOR_EU], others, own)
    assert rows == [[(0, 4)], [(0, 6)]]
    assert (taken_of(outcome, 0), taken_of(outcome, 1)) == ([], [(0, 6)])


@pytest.mark.parametrize("strategy", ["GAIN", "IMPROVE", "REDISTRIBUTE", "FILL"])
def test_who_had_it_before_has_it_again(strategy):
    had = {**item(2, 10, strategy, [(0, 8)]), "asks_as": US}
    assert shared([SIX_FOR_EU], had)[0] == [[(0, 8)]]


def test_what_others_had_of_it_goes_to_whom_it_is_for_and_to_nobody_else_by_rank():
    had = {**item(2, 10, "REDISTRIBUTE", [(0, 8)], rank=1), "asks_as": US}
    assert shared([SIX_FOR_EU], {**item(1, 9, "REDISTRIBUTE"), "asks_as": US}, had)[0] == [[(0, 4)], [(0, 6)]]
    assert shared([SIX_FOR_EU], {**item(1, 9, "REDISTRIBUTE"), "asks_as": EU}, had)[0] == [[(0, 9)], [(0, 1)]]


def test_win_takes_nothing_that_is_kept_for_others():
    rows, outcome = shared([SIX_FOR_EU], {**item(1, 5, "WIN"), "asks_as": US})
    assert (rows, outcome.raised.tolist()) == ([[(0, 4)]], [1])


def test_who_takes_its_own_later_leaves_goods_to_those_who_were_asked_before():
    """The six that come on day five serve EU, which then needs none of those that lie here."""
    others = {**item(1, 9, "GAIN"), "asks_as": US}
    own = {**item(2, 6, "GAIN", [], rank=1, day=5), "asks_as": EU}
    rows, outcome = shared([SIX_FOR_EU], others, own, supply=((0, 6), (5, 6)))
    assert rows == [[(0, 6)], [(5, 6)]]
    assert taken_of(outcome, 1) == [(0, 6)]


def test_who_shares_of_another_product_does_not_change_whose_turn_it_is():
    """Who comes first uses up the first of what is kept for both; who shares of another key comes first of all."""
    kept = Kept({0: [Protection(Group("EU"), 0, HORIZON, 1), Protection(Group("EU"), 0, HORIZON, 1)]}, OWNERS)
    first = {**item(2, 1, "REDISTRIBUTE"), "asks_as": EU}
    items = [{**item(1, 1, "SHARE"), "key": 1}, first, {**item(3, 1, "SHARE"), "asks_as": EU}]
    supply = [[(0, 2)], []]
    outcome = worked((items, kept), supply)
    assert [taken_of(outcome, at) for at in range(3)] == [[], [(0, 1)], [(1, 1)]]
    assert_equals_its_twin((items, kept), supply, Reactions())
