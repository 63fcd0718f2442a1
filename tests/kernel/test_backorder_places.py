"""Items that one place alone serves, beside those that all goods of the key may; the run equals its plain twin.

What is promised is handed out piece by piece by a judge that knows neither balances nor days from which goods are gone.
"""

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
    items_of_keys,
    rows_of,
    supply_of,
    timetables_of,
)
from tests.kernel.test_backorder import REACTIONS, by_id, item, tables
from tests.kernel.test_backorder_groups import needed_days
from troth.kernel.backorder import Raised, Reaction, Reactions, Strategy, Supply, run

PLACES = 2


@st.composite
def contests(draw, *, strategies=tuple(Strategy.__members__), with_groups=True):
    """Items, the changes of their key, and of each of two places (what it keeps, what else lies there).

    Stock lies at the places or elsewhere, so that no more than all of it lies at both; and a place keeps what those of
    its items have that are not moved.
    """
    items = draw(items_of_keys(most=8, strategies=list(strategies)))
    for one in items:
        one["aside"] = draw(st.integers(-1, PLACES - 1))
    if with_groups:
        members = [one for one in items if draw(st.booleans())]
        for one in members:
            one.update(group=0, rank=members[0]["rank"], strategy=members[0]["strategy"], needed=draw(needed_days()))
        asked = draw(st.integers(0, HORIZON))
        common = [day for day in range(asked, HORIZON + 1) if all(one["needed"][day] >= 0 for one in members)]
        for one in members:
            one["day"] = one["needed"][common[0]] if common else HORIZON
    lying = [draw(st.integers(0, 9)) for _ in range(PLACES)]
    supply = [(0, sum(lying)), *draw(changes)]
    places = []
    for place in range(PLACES):
        stays = [one for one in items if one["aside"] == place and one["strategy"] == "SKIP"]
        least = sum(quantity for one in stays for _, quantity in one["old"])
        places.append((least + draw(st.integers(0, 9)), lying[place]))
    return items, supply, places


def ran(contest, reactions=None):
    items, supply, places = contest
    flat = supply_of([supply])
    with_places = Supply(
        flat.offsets, flat.day, flat.quantity, column(kept for kept, _ in places), column(more for _, more in places)
    )
    return run(
        backlog_of(items), with_places, horizon=HORIZON, reactions=reactions, timetables=timetables_of(items)
    )  # fmt: skip


@given(contests(), REACTIONS)
@settings(max_examples=300)
def test_the_run_equals_its_plain_twin(contest, reactions):
    items, supply, places = contest
    plainly = (
        "abort" if reactions.win == Reaction.ABORT_KEY else reactions.win_fallback.name,
        "abort" if reactions.gain == Reaction.ABORT_KEY else reactions.gain_fallback.name,
    )
    new, raised, strategies = plain_backorder.run(items, [supply], HORIZON, plainly, places=places)

    outcome = ran(contest, reactions)

    assert {one["id"] for at, one in enumerate(items) if outcome.raised[at]} == raised
    assert outcome.aborted_keys.tolist() == [new is None]
    for at, one in enumerate(items):
        assert rows_of(outcome, at) == (one["old"] if new is None else new[one["id"]])
        assert new is None or Strategy(outcome.strategy[at]).name == strategies[one["id"]]


def served(contest, rows):
    """Whether each row finds goods that may serve it: a flow from pieces to rows, one path after the other.

    Pieces lie at a place (and are kept there or not), lie elsewhere, or come on a day; demand that stands besides the
    items is served by all but what is kept. What no item of a place that is moved draws on is left out of it.
    """
    items, supply, places = contest
    moved = {one["aside"] for one in items if one["strategy"] != "SKIP"}
    lying = sum(more for _, more in places)
    net = {}
    for day, quantity in supply:
        net[day] = net.get(day, 0) + quantity
    goods = [(place, 0, kept + more) for place, (kept, more) in enumerate(places) if place in moved]
    goods += [(None, 0, more) for place, (_, more) in enumerate(places) if place not in moved]
    net[0] -= lying
    goods += [(None, day, quantity) for day, quantity in net.items() if quantity > 0]
    wants = [(-1, day, -quantity) for day, quantity in net.items() if quantity < 0]
    for one, own in zip(items, rows, strict=True):
        if one["aside"] < 0 or one["aside"] in moved:
            wants += [(one["aside"], day, quantity) for day, quantity in own]
    return flows(goods, wants)


def flows(goods, wants):
    """Whether all that is wanted can be served at once."""
    left = [quantity for *_, quantity in goods]
    given_to = {}

    def fits(good, want):
        place, day, _ = goods[good]
        return wants[want][0] in (-1, place) and day <= wants[want][1]

    def find(want, seen):
        for good in range(len(goods)):
            if good in seen or not fits(good, want):
                continue
            seen.add(good)
            if left[good]:
                left[good] -= 1
                given_to[good, want] = given_to.get((good, want), 0) + 1
                return True
            for other in range(len(wants)):
                if given_to.get((good, other)) and other != want and find(other, seen):
                    given_to[good, other] -= 1
                    given_to[good, want] = given_to.get((good, want), 0) + 1
                    return True
        return False

    return all(find(want, set()) for want in range(len(wants)) for _ in range(wants[want][2]))


@given(contests(), REACTIONS)
@settings(max_examples=200)
def test_every_promise_finds_goods_that_may_serve_it(contest, reactions):
    items = contest[0]
    skipped = [one["old"] if one["strategy"] == "SKIP" else [] for one in items]
    assume(served(contest, skipped))
    outcome = ran(contest, reactions)
    assume(not outcome.aborted_keys.any())
    assert served(contest, [rows_of(outcome, at) for at in range(len(items))])


def test_the_judge_sees_a_piece_that_is_promised_twice():
    """One lies at the place, one comes on day 4; by the sums of each day both rows could be served."""
    items = [{**item(1, 1, "GAIN"), "aside": 0}, {**item(2, 1, "GAIN"), "aside": -1}]
    contest = items, [(0, 1), (4, 1)], [(0, 1), (0, 0)]
    assert served(contest, [[(5, 1)], [(4, 1)]])
    assert not served(contest, [[(5, 1)], [(1, 1)]])


@given(contests(), REACTIONS)
@settings(max_examples=150)
def test_each_strategy_keeps_its_guarantee(contest, reactions):
    items, _, _ = contest
    outcome = ran(contest, reactions)
    for at, one in enumerate(items):
        old, new, strategy = confirmed(one["old"]), confirmed(rows_of(outcome, at)), Strategy(outcome.strategy[at])
        assert new[-1] <= one["quantity"]
        if outcome.aborted_keys.any() or strategy == Strategy.SKIP:
            assert rows_of(outcome, at) == one["old"]
        elif strategy == Strategy.WIN:
            assert new == [one["quantity"] if t >= one["day"] else 0 for t in range(HORIZON + 1)]
        elif strategy == Strategy.GAIN:
            assert all(now >= was for was, now in zip(old, new, strict=True))
        elif strategy == Strategy.FILL:
            assert all(now <= was for was, now in zip(old, new, strict=True))
        elif strategy == Strategy.LOSE:
            assert new[-1] == 0


@given(contests(strategies=["REDISTRIBUTE", "SKIP"], with_groups=False))
@settings(max_examples=200)
def test_no_later_line_of_a_place_has_of_it_what_an_earlier_one_misses(contest):
    items, _, _ = contest
    outcome = ran(contest)
    sharing = [at for at, one in enumerate(items) if one["strategy"] == "REDISTRIBUTE" and one["mode"] == "partial"]
    sharing = [at for at in sharing if items[at]["terms"].min_shipment <= 1 and items[at]["terms"].latest_day is None]
    sharing.sort(key=lambda at: (items[at]["rank"], items[at]["id"]))
    for place, first in enumerate(sharing):
        got = confirmed(rows_of(outcome, first))[-1]
        for later in sharing[place + 1 :] if got < items[first]["quantity"] else ():
            if items[first]["aside"] == items[later]["aside"] >= 0:
                assert rows_of(outcome, later) == []


@given(contests(), REACTIONS)
@settings(max_examples=200)
def test_a_second_run_changes_nothing(contest, reactions):
    items, supply, places = contest
    first = ran(contest, reactions)
    assume(not first.aborted_keys.any())
    settled = again(items, first)

    second = ran((settled, supply, places), reactions)

    for at, one in enumerate(settled):
        assert confirmed(rows_of(second, at)) == confirmed(one["old"])
    assert not second.raised.any()
    assert len(second.loss_item) == 0


@given(contests(), REACTIONS, st.randoms(use_true_random=False))
def test_neither_the_order_of_the_input_nor_a_repetition_matters(contest, reactions, random):
    items, supply, places = contest
    outcome = ran(contest, reactions)
    assert tables(outcome) == tables(ran(contest, reactions))
    shuffled = list(items)
    random.shuffle(shuffled)
    assert by_id(items, outcome) == by_id(shuffled, ran((shuffled, supply, places), reactions))


@given(contests(), REACTIONS)
@settings(max_examples=300)
def test_every_loss_has_a_winner_or_was_not_there(contest, reactions):
    items, _, _ = contest
    outcome = ran(contest, reactions)
    for at in range(len(items)):
        assert outcome.loss_quantity[outcome.loss_item == at].sum() == outcome.lost[at]
        assert outcome.loss_quantity[outcome.loss_winner == at].sum() <= outcome.gained[at]


@given(contests(strategies=["WIN", "GAIN", "SKIP"], with_groups=False), st.integers(0, PLACES), st.integers(1, 5))
@settings(max_examples=200)
def test_more_goods_never_give_less(contest, where, more):
    """Of a key, or of what a place keeps, where no exception is raised with or without them."""
    items, supply, places = contest
    less = ran(contest)
    if where < PLACES:
        richer = items, supply, [(kept + more * (at == where), lying) for at, (kept, lying) in enumerate(places)]
    else:
        richer = items, [*supply, (0, more)], places
    plenty = ran(richer)
    assume(not less.raised.any() and not plenty.raised.any())
    items = [at for at, one in enumerate(items) if one["mode"] == "partial" and one["terms"].min_shipment <= 1]
    for at in items:
        assert sum(q for _, q in rows_of(plenty, at)) >= sum(q for _, q in rows_of(less, at))


def at_place(number, quantity, strategy, old=(), **more):
    return {**item(number, quantity, strategy, old, **more), "aside": 0}


def test_lines_of_a_place_contest_what_it_keeps():
    contest = (
        [at_place(1, 4, "REDISTRIBUTE", [(3, 4)], rank=1), at_place(2, 3, "WIN", day=9)],
        [(0, 10)],
        [(4, 0), (0, 0)],
    )
    outcome = ran(contest)
    assert [rows_of(outcome, at) for at in range(2)] == [[(0, 1)], [(9, 3)]]
    assert list(zip(outcome.loss_item, outcome.loss_winner, outcome.loss_quantity, strict=True)) == [(0, 1, 3)]


def test_a_line_of_a_place_takes_of_the_site_what_lies_there_and_is_given_up():
    site = {**item(1, 8, "LOSE", [(5, 8)]), "aside": -1}
    contest = [site, at_place(2, 6, "WIN", day=7)], [(0, 8)], [(0, 4), (0, 4)]
    outcome = ran(contest)
    assert outcome.raised.tolist() == [0, Raised.WIN_MISSED]
    assert [rows_of(outcome, at) for at in range(2)] == [[], [(7, 4)]]
    assert list(zip(outcome.loss_item, outcome.loss_winner, outcome.loss_quantity, strict=True)) == [
        (0, 1, 4), (0, -1, 4),
    ]  # fmt: skip


def test_what_lines_of_a_place_give_up_goes_to_the_site():
    site = {**item(1, 8, "IMPROVE", [(0, 2)]), "aside": -1}
    contest = [site, at_place(2, 6, "LOSE", [(4, 6)])], [(0, 2)], [(6, 2), (0, 0)]
    outcome = ran(contest)
    assert [rows_of(outcome, at) for at in range(2)] == [[(0, 8)], []]
    assert list(zip(outcome.loss_item, outcome.loss_winner, outcome.loss_quantity, strict=True)) == [(1, 0, 6)]


def test_a_line_of_a_place_does_not_wait_for_receipts_and_takes_nothing_that_the_site_keeps_until_then():
    site = {**item(1, 4, "GAIN", [(1, 4)], day=1), "aside": -1}
    contest = [site, at_place(2, 4, "REDISTRIBUTE", day=8)], [(0, 4), (3, 9)], [(0, 4), (0, 0)]
    outcome = ran(contest)
    assert [rows_of(outcome, at) for at in range(2)] == [[(1, 4)], []]


def test_lines_together_wait_where_one_would_take_today_what_the_place_needs():
    """On the first day the two want five of four; on the next one more is there, and the place keeps one of today's."""
    together = {"group": 0, "needed": list(range(HORIZON + 1))}
    items = [{**item(1, 4, "WIN"), "aside": -1, **together}, {**item(2, 1, "WIN"), "aside": 1, **together}]
    outcome = ran((items, [(0, 4), (1, 1)], [(0, 0), (0, 4)]))
    assert [rows_of(outcome, at) for at in range(2)] == [[(1, 4)], [(1, 1)]]


def test_lines_together_get_the_first_day_on_which_both_can_though_one_before_would_take_it_from_the_other():
    """The second needs its goods a day sooner; were the first served on day 1, it would find none until day 2."""
    needed = list(range(HORIZON + 1))
    items = [
        {**item(1, 4, "WIN", day=1), "aside": -1, "group": 0, "needed": needed},
        {**item(2, 1, "WIN"), "aside": -1, "group": 0, "needed": [-1, *needed[:-1]]},
    ]
    outcome = ran((items, [(0, 4), (2, 1)], [(0, 0), (0, 4)]))
    assert [rows_of(outcome, at) for at in range(2)] == [[(2, 4)], [(1, 1)]]


def test_an_exception_at_a_place_leaves_the_whole_key():
    site = {**item(1, 2, "LOSE", [(1, 2)]), "aside": -1}
    contest = [site, at_place(2, 9, "WIN")], [(0, 4)], [(0, 4), (0, 0)]
    outcome = ran(contest, Reactions(win=Reaction.ABORT_KEY))
    assert outcome.aborted_keys.tolist() == [True]
    assert rows_of(outcome, 0) == [(1, 2)]


def test_lines_that_stay_have_their_goods_before_a_place_gives_any():
    with pytest.raises(AssertionError):
        ran(([at_place(1, 4, "SKIP", [(0, 4)]), at_place(2, 1, "GAIN")], [(0, 4)], [(3, 1), (0, 0)]))
