"""The run under quotas and beside promises on the lead time."""

from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kernel import plain_backorder, plain_quota
from tests.kernel.backlogs import (
    HORIZON,
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
from tests.kernel.test_quota import procedures
from troth.kernel.backorder import Quotas, Raised, Reaction, Reactions, Strategy, run
from troth.kernel.backorder.links import NO_QUOTAS
from troth.kernel.quota import Cell, procedure_of

SEQUENCES = (((0,),), ((1,),), ((0, 1),), ((0,), (2,)))
REACTIONS = st.sampled_from(
    [Reactions(), Reactions(win_fallback=Strategy.GAIN), Reactions(win=Reaction.ABORT_KEY, gain=Reaction.ABORT_KEY)]
)


@st.composite
def limited(draw):
    items = draw(items_of_keys(keys=3))
    return [{**one, "sequences": draw(st.integers(-1, len(SEQUENCES) - 1))} for one in items]


quotas = st.lists(procedures(), min_size=3, max_size=3).map(lambda three: Quotas(three, SEQUENCES))
supplies = st.tuples(changes, changes, changes)


def bookings_of(outcome, at):
    own = np.flatnonzero(outcome.booking_item == at)
    return [
        (int(outcome.booking_procedure[b]), int(outcome.booking_cell[b]), int(outcome.booking_quantity[b])) for b in own
    ]


def in_aborted(outcome, one):
    return bool(outcome.aborted_keys[one["key"]])


@given(limited(), supplies, quotas, REACTIONS)
@settings(max_examples=200)
def test_no_cell_and_no_supply_is_exceeded_and_every_row_is_booked(items, supply, limits, reactions):
    outcome = run(backlog_of(items), supply_of(supply), horizon=HORIZON, reactions=reactions, quotas=limits)
    used = {}
    for at, one in enumerate(items):
        moved = one["strategy"] != "SKIP" and not in_aborted(outcome, one)
        bookings = bookings_of(outcome, at)
        for procedure, cell, quantity in bookings:
            used[procedure, cell] = used.get((procedure, cell), 0) + quantity
        # A quota may open past the horizon only; then the row lies there as well.
        total = sum(quantity for _, quantity in rows_of(outcome, at)) if moved and one["sequences"] >= 0 else 0
        for sequence in SEQUENCES[one["sequences"]] if one["sequences"] >= 0 else ():
            assert sum(q for procedure, _, q in bookings if procedure in sequence) == total
    assert all(q <= limits.procedures[p].cells[c].free for (p, c), q in used.items())
    for key in range(3):
        if outcome.aborted_keys[key]:
            continue
        of_key = [(at, one) for at, one in enumerate(items) if one["key"] == key]
        frozen = [row for _, one in of_key if one["strategy"] == "SKIP" for row in one["old"]]
        moved = [row for at, one in of_key if one["strategy"] != "SKIP" for row in rows_of(outcome, at)]
        before = plain_backorder.free(confirmed(supply[key]), frozen)
        after = plain_backorder.free(confirmed(supply[key]), frozen + moved)
        assert all(now >= min(was, 0) for was, now in zip(before, after, strict=True))


@given(limited(), supplies, quotas, REACTIONS)
def test_the_strategies_keep_their_guarantees_under_quotas(items, supply, limits, reactions):
    outcome = run(backlog_of(items), supply_of(supply), horizon=HORIZON, reactions=reactions, quotas=limits)
    for at, one in enumerate(items):
        old, new, strategy = confirmed(one["old"]), confirmed(rows_of(outcome, at)), Strategy(outcome.strategy[at])
        if in_aborted(outcome, one) or strategy == Strategy.SKIP:
            assert rows_of(outcome, at) == one["old"]
        elif strategy == Strategy.WIN:
            assert new[-1] == new[one["day"]] == one["quantity"]
        elif strategy == Strategy.GAIN:
            assert all(now >= was for was, now in zip(old, new, strict=True))
        elif strategy == Strategy.FILL:
            assert all(now <= was for was, now in zip(old, new, strict=True))
        elif strategy == Strategy.LOSE:
            assert new[-1] == 0


@given(limited(), supplies, quotas, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter_under_quotas(items, supply, limits, random):
    shuffled = list(items)
    random.shuffle(shuffled)
    one, other = (
        run(backlog_of(order), supply_of(supply), horizon=HORIZON, quotas=limits) for order in (items, shuffled)
    )
    place = {each["id"]: at for at, each in enumerate(shuffled)}
    for at, each in enumerate(items):
        assert rows_of(one, at) == rows_of(other, place[each["id"]])
        assert bookings_of(one, at) == bookings_of(other, place[each["id"]])


def assert_equals_its_twin(items, supply, limits, reactions):
    words = ("abort" if reactions.win == Reaction.ABORT_KEY else reactions.win_fallback.name,
             "abort" if reactions.gain == Reaction.ABORT_KEY else reactions.gain_fallback.name)  # fmt: skip
    new, raised, strategies, units = plain_backorder.run(
        items, supply, HORIZON, words, (limits.procedures, limits.sequences)
    )
    outcome = run(backlog_of(items), supply_of(supply), horizon=HORIZON, reactions=reactions, quotas=limits)
    assume(not outcome.aborted_keys.any())
    assert {one["id"] for at, one in enumerate(items) if outcome.raised[at]} == raised
    for at, one in enumerate(items):
        assert rows_of(outcome, at) == new[one["id"]]
        assert Strategy(outcome.strategy[at]).name == strategies[one["id"]]
        if one["strategy"] != "SKIP":
            booked = [(place, cell) for place, cell, quantity in bookings_of(outcome, at) for _ in range(quantity)]
            assert sorted(booked) == sorted(units.get(one["id"], []))
    return outcome


@given(limited(), supplies, quotas, REACTIONS, st.integers(-1, HORIZON))
@settings(max_examples=200)
def test_the_run_under_quotas_equals_its_plain_twin(items, supply, limits, reactions, last):
    items = [{**one, "open_after": last} if one["sequences"] >= 0 and last >= one["day"] else one for one in items]
    assert_equals_its_twin(items, supply, limits, reactions)


@given(limited(), supplies, supplies, quotas, REACTIONS)
@settings(max_examples=100)
def test_a_run_on_what_one_booked_before_equals_its_plain_twin(items, before, supply, limits, reactions):
    first = run(backlog_of(items), supply_of(before), horizon=HORIZON, quotas=limits)
    assume(all(day <= HORIZON for day in first.row_day.tolist()))
    stand = [{**one, "strategy": was["strategy"]} for one, was in zip(settled(items, first), items, strict=True)]
    assert_equals_its_twin(stand, supply, limits, reactions)


def settled(items, outcome):
    """The items as they stand after a run, with what they book."""
    return [{**one, "booked": bookings_of(outcome, at)} for at, one in enumerate(again(items, outcome))]


@given(limited(), supplies, quotas, REACTIONS)
@settings(max_examples=200)
def test_a_second_run_under_quotas_changes_nothing(items, supply, limits, reactions):
    first = run(backlog_of(items), supply_of(supply), horizon=HORIZON, reactions=reactions, quotas=limits)
    assume(not first.aborted_keys.any())
    stand = settled(items, first)
    second = run(backlog_of(stand), supply_of(supply), horizon=HORIZON, reactions=reactions, quotas=limits)
    for at, one in enumerate(stand):
        assert rows_of(second, at) == one["old"]
        assert sorted(bookings_of(second, at)) == sorted(one["booked"])
    assert not second.raised.any()


@given(limited(), supplies, quotas)
def test_a_quota_that_nobody_reaches_changes_nothing(items, supply, limits):
    vast = Quotas([replace_cells(procedure) for procedure in limits.procedures], SEQUENCES)
    free = [{**one, "sequences": -1} for one in items]
    under = run(backlog_of(items), supply_of(supply), horizon=HORIZON, quotas=vast)
    without = run(backlog_of(free), supply_of(supply), horizon=HORIZON)
    assert [rows_of(under, at) for at in range(len(items))] == [rows_of(without, at) for at in range(len(items))]


def replace_cells(procedure):
    return procedure_of([Cell(-50, 200, 10**6)], look_back=procedure.look_back)


def test_two_keys_share_a_quota_and_the_loser_learns_who_took_it():
    limits = Quotas([procedure_of([Cell(0, 30, 10)])], (((0,),),))
    items = [
        {**item(1, 8, "WIN", rank=0, key=0), "sequences": 0},
        {**item(2, 9, "REDISTRIBUTE", [(0, 9)], rank=1, key=1), "sequences": 0},
    ]
    outcome = run(backlog_of(items), supply_of([[(0, 50)], [(0, 50)]]), quotas=limits)
    assert [rows_of(outcome, at) for at in range(2)] == [[(0, 8)], [(0, 2)]]
    assert (outcome.loss_item.tolist(), outcome.loss_winner.tolist(), outcome.loss_quantity.tolist()) == (
        [1],
        [0],
        [7],
    )
    assert [bookings_of(outcome, at) for at in range(2)] == [[(0, 0, 8)], [(0, 0, 2)]]


def test_an_exception_leaves_all_keys_that_a_quota_links():
    limits = Quotas([procedure_of([Cell(0, 30, 10)])], (((0,),),))
    items = [
        {**item(1, 11, "WIN", key=0), "sequences": 0},
        {**item(2, 9, "LOSE", [(0, 9)], key=1), "sequences": 0},
        item(3, 9, "LOSE", [(0, 9)], key=2),
    ]
    outcome = run(
        backlog_of(items),
        supply_of([[(0, 50)]] * 3),
        reactions=Reactions(win=Reaction.ABORT_KEY),
        quotas=limits,
    )
    assert outcome.aborted_keys.tolist() == [True, True, False]
    assert [rows_of(outcome, at) for at in range(3)] == [[], [(0, 9)], []]
    assert outcome.raised.tolist() == [Raised.WIN_MISSED, 0, 0]


def with_lead_times(items, ready, procured):
    backlog = backlog_of(items)
    return replace(backlog, replenishment_day=column(ready), row_lead_time=np.array(procured, np.bool_))


def test_what_supply_does_not_cover_is_procured_and_takes_nothing_from_supply():
    items = [item(1, 12, "REDISTRIBUTE", day=0), item(2, 3, "REDISTRIBUTE", day=0, rank=1)]
    outcome = run(with_lead_times(items, [10, -1], []), supply_of([[(0, 5), (4, 3)]]))
    assert [rows_of(outcome, at) for at in range(2)] == [[(0, 5), (4, 3), (10, 4)], []]
    assert outcome.row_lead_time.tolist() == [False, False, True]


def test_a_row_on_the_lead_time_is_kept_without_supply_and_moves_when_goods_are_there():
    items = [item(1, 6, "GAIN", [(8, 6)])]
    kept = run(with_lead_times(items, [10], [True]), supply_of([[(0, 0)]]))
    assert (rows_of(kept, 0), kept.row_lead_time.tolist(), kept.raised.tolist()) == ([(8, 6)], [True], [0])
    earlier = run(with_lead_times(items, [10], [True]), supply_of([[(3, 6)]]))
    assert (rows_of(earlier, 0), earlier.row_lead_time.tolist()) == ([(3, 6)], [False])
    assert (earlier.gained.tolist(), earlier.lost.tolist()) == ([6], [0])


def run_twice(items, supply, ready, procured, limits=NO_QUOTAS):
    """The outcome of a run, after a second one that changes nothing in it."""
    backlog, columns = with_lead_times(items, ready, procured), supply_of(supply)
    first = run(backlog, columns, horizon=HORIZON, quotas=limits)
    assert not first.aborted_keys.any()
    again_asked = with_lead_times(settled(items, first), ready, first.row_lead_time)
    second = run(again_asked, columns, horizon=HORIZON, quotas=limits)
    assert [rows_of(second, at) for at in range(len(items))] == [rows_of(first, at) for at in range(len(items))]
    assert second.row_lead_time.tolist() == first.row_lead_time.tolist()
    assert not second.gained.any()
    assert not second.lost.any()
    assert not second.raised.any()
    return first


def test_supply_that_is_given_back_for_the_lead_time_goes_to_those_asked_before():
    early, late = item(1, 3, "IMPROVE", day=9), {**item(2, 13, "IMPROVE", [(7, 13)], rank=1), "mode": "partial"}
    outcome = run_twice([early, late], [[(3, 8), (12, 14)]], [-1, 0], [False])
    assert [rows_of(outcome, at) for at in range(2)] == [[(9, 3)], [(0, 13)]]
    assert outcome.row_lead_time.tolist() == [False, True]


def test_a_win_item_on_the_lead_time_takes_supply_that_gain_gives_back():
    wins = item(1, 3, "WIN", day=10)
    gains = {**item(2, 6, "GAIN", [(8, 4)], day=2), "mode": "one_time"}
    outcome = run_twice([wins, gains], [[(4, 4)]], [7, 2], [False])
    assert [rows_of(outcome, at) for at in range(2)] == [[(10, 3)], [(2, 6)]]
    assert outcome.row_lead_time.tolist() == [False, True]


def test_a_win_item_on_the_lead_time_leaves_supply_to_one_that_has_no_other():
    first, second = item(1, 5, "WIN", [(2, 5)]), item(2, 4, "WIN", rank=1)
    for each in (first, second):
        each["day"] = 2
    outcome = run_twice([first, second], [[(0, 5)]], [1, -1], [True])
    assert (outcome.raised.tolist(), outcome.row_lead_time.tolist()) == ([0, 0], [True, False])


def test_two_rows_on_the_lead_time_share_what_is_left_of_a_quota():
    limits = Quotas([procedure_of([Cell(0, 30, 5)])], (((0,),),))
    items = [{**item(1, 8, "IMPROVE", [(3, 4), (6, 4)]), "sequences": 0}]
    outcome = run_twice(items, [[(0, 0)]], [-1], [True, True], limits)
    assert rows_of(outcome, 0) == [(3, 4), (6, 1)]


def test_an_item_that_finds_nothing_better_keeps_the_cells_it_had():
    limits = Quotas([procedure_of([Cell(0, 9, 1)]), procedure_of([Cell(0, 5, 1)])], (((0, 1),),))
    items = [{**item(1, 3, "IMPROVE", [(2, 1), (7, 1)]), "sequences": 0}]
    outcome = run(with_lead_times(items, [-1], [False, True]), supply_of([[(2, 1)]]), horizon=HORIZON, quotas=limits)
    assert rows_of(outcome, 0) == [(2, 1), (7, 1)]
    assert bookings_of(outcome, 0) == [(0, 0, 1), (1, 0, 1)]


@given(limited(), supplies, quotas, st.lists(st.integers(-1, HORIZON), min_size=7, max_size=7), st.data())
@settings(max_examples=300)
def test_a_second_run_under_quotas_changes_nothing_beside_the_lead_time(items, supply, limits, ready, data):
    rows = sum(len(one["old"]) for one in items)
    procured = data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    outcome = run_twice(items, supply, ready[: len(items)], procured, limits)
    used = {}
    for at in range(len(items)):
        for procedure, cell, quantity in bookings_of(outcome, at):
            used[procedure, cell] = used.get((procedure, cell), 0) + quantity
    assert all(q <= limits.procedures[p].cells[c].free for (p, c), q in used.items())


@given(items_of_keys(), changes, st.lists(st.integers(-1, HORIZON), min_size=7, max_size=7), st.data())
@settings(max_examples=500)
def test_a_second_run_changes_nothing_beside_the_lead_time(items, supply, ready, data):
    rows = sum(len(one["old"]) for one in items)
    procured = data.draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    first = run_twice(items, [supply], ready[: len(items)], procured)
    supplied = [
        (int(day), int(quantity))
        for day, quantity, on_lead_time in zip(first.row_day, first.row_quantity, first.row_lead_time, strict=True)
        if not on_lead_time
    ]
    assume(all(one["strategy"] != "SKIP" for one in items))
    after = plain_backorder.free(confirmed(supply), supplied)
    before = plain_backorder.free(confirmed(supply), [])
    assert all(now >= min(was, 0) for was, now in zip(before, after, strict=True))


def test_the_plain_walk_of_cells_is_the_one_the_run_books_by():
    procedure = procedure_of([Cell(0, 3, 2), Cell(4, 7, 3)], look_back=1)
    outcome = run(
        backlog_of([{**item(1, 5, "REDISTRIBUTE", day=5), "sequences": 0}]),
        supply_of([[(0, 9)]]),
        quotas=Quotas([procedure], (((0,),),)),
    )
    _, taken = plain_quota.one_by_one([[2, 3]], [procedure], ((0,),), 5, 5)
    assert {(p, c): q for p, c, q in bookings_of(outcome, 0)} == {cell: taken.count(cell) for cell in set(taken)}


def shared(limits, *items, supply=((0, 50),), timetables=()):
    given = {"quotas": limits, "timetables": timetables}
    keys = max(one["key"] for one in items) + 1
    outcome = run(backlog_of(items), supply_of([list(supply)] * keys), horizon=HORIZON, **given)
    return [rows_of(outcome, at) for at in range(len(items))], outcome


def test_what_a_quota_cannot_confirm_in_its_own_period_stays_open_where_it_says_so():
    weeks = Quotas([procedure_of([Cell(0, 6, 5), Cell(7, 13, 10)])], (((0,),),))
    wanted = {**item(1, 8, "REDISTRIBUTE"), "sequences": 0}
    assert shared(weeks, wanted)[0] == [[(0, 5), (7, 3)]]
    assert shared(weeks, {**wanted, "open_after": 6})[0] == [[(0, 5)]]
    # Where it is supply that is late and not the quota, the rest comes later all the same.
    assert shared(weeks, {**wanted, "open_after": 6}, supply=((0, 3), (8, 50)))[0] == [[(0, 3), (8, 5)]]


def test_rows_under_quotas_lie_on_days_on_which_goods_can_be_used_and_book_those():
    workdays = [7 if day in (5, 6) else day for day in range(HORIZON + 1)]
    weeks = Quotas([procedure_of([Cell(0, 6, 2), Cell(7, 13, 3)])], (((0,),),))
    wanted = {**item(1, 8, "REDISTRIBUTE"), "sequences": 0, "usable": workdays}
    rows, outcome = shared(weeks, wanted, supply=((0, 2), (5, 8)), timetables=[workdays])
    assert rows == [[(0, 2), (7, 3)]]
    assert bookings_of(outcome, 0) == [(0, 0, 2), (0, 1, 3)]


def test_one_row_of_targets_is_shared_by_sites_with_another_today():
    """Key 1 lies where it is a day later: the week that ends on day 6 of key 0 ends on its day 5."""
    seen = [procedure_of([Cell(first, first + 6, 10)]) for first in (0, -1)]
    limits = Quotas(seen, (((0,),), ((1,),)), rows=[0, 0])
    one = {**item(1, 8, "WIN", key=0), "sequences": 0}
    other = {**item(2, 9, "REDISTRIBUTE", [(0, 9)], rank=1, key=1), "sequences": 1}
    rows, outcome = shared(limits, one, other)
    assert rows == [[(0, 8)], [(0, 2)]]
    assert (outcome.loss_item.tolist(), outcome.loss_winner.tolist()) == ([1], [0])


def test_a_floor_that_looked_ahead_keeps_what_it_booked():
    """Booked anew in the order of the run the second line would find its own week used, and lose its floor."""
    limits = Quotas([procedure_of([Cell(0, 6, 5), Cell(7, 13, 5)], look_ahead=1)], (((0,),),))
    first = {**item(1, 5, "GAIN", [(0, 5)]), "sequences": 0, "booked": [(0, 1, 5)]}
    second = {**item(2, 5, "GAIN", [(0, 5)], rank=1), "sequences": 0, "booked": [(0, 0, 5)]}
    rows, outcome = shared(limits, first, second)
    assert rows == [[(0, 5)], [(0, 5)]]
    assert not outcome.raised.any()
    assert [bookings_of(outcome, at) for at in range(2)] == [[(0, 1, 5)], [(0, 0, 5)]]


def test_who_goes_to_another_period_leaves_room_to_those_asked_before():
    """Goods of the second come early: it leaves the second week, which the first, asked before it, had found full."""
    limits = Quotas([procedure_of([Cell(0, 6, 5), Cell(7, 13, 5)])], (((0,),),))
    first = {**item(1, 5, "GAIN", key=0, day=7), "sequences": 0}
    second = {**item(2, 5, "GAIN", [(7, 5)], rank=1, key=1), "sequences": 0, "booked": [(0, 1, 5)]}
    rows, _ = shared(limits, first, second)
    assert rows == [[(7, 5)], [(0, 5)]]


def test_a_group_that_comes_to_nothing_books_nothing():
    """The first of the two can be had, and is given back when the second cannot."""
    limits = Quotas([procedure_of([Cell(0, 30, 20)])], (((0,),),))
    every_day = list(range(HORIZON + 1))
    together = {"sequences": 0, "group": 0, "needed": every_day, "mode": "complete"}
    items = [{**item(1, 3, "IMPROVE"), **together}, {**item(2, 9, "IMPROVE"), **together}]
    rows, outcome = shared(limits, *items, supply=((0, 5),), timetables=[every_day, every_day])
    assert rows == [[], []]
    assert [bookings_of(outcome, at) for at in range(2)] == [[], []]
