"""Goods that expire in a run: an item has of them what lasts long enough; the run equals its plain twin.

A flow from goods to rows, which knows no order, judges whether all that is promised can be served.
"""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kernel import plain_backorder, plain_lasting, plain_lots
from tests.kernel.backlogs import (
    HORIZON,
    STRATEGIES,
    again,
    backlog_of,
    confirmed,
    easy_terms,
    items_of_keys,
    rows_of,
    supply_of,
    timetables_of,
    usable_days,
)
from tests.kernel.test_backorder import REACTIONS, by_id, item, tables
from troth.kernel.backorder import Raised, Reaction, Strategy, Supply, run
from troth.kernel.lots import FOREVER, Part, Pool

BY_RANK = [name for name in STRATEGIES if name != "SHARE"]
"""Goods that expire are never shared in proportion, but dealt by rank (decision 0026)."""

LASTS = st.integers(0, 2 * HORIZON) | st.just(FOREVER)


@st.composite
def contests(draw, *, calendars=True, **more):
    """Items that say until when their goods must last, and what is there: (goods, what is wanted besides)."""
    items = draw(items_of_keys(most=6, **more))
    for one in items:
        travel, life = draw(st.integers(0, 3)), draw(st.integers(0, 6))
        one["lasts"] = [day + travel + life for day in range(HORIZON + 1)]
        one["row_lasts"] = [day + travel + life + draw(st.integers(-4, 6)) for day, _ in one["old"]]
        if calendars and draw(st.booleans()):
            one["usable"] = draw(usable_days(least=one["day"]))
    goods = draw(st.lists(st.builds(Part, st.integers(0, HORIZON), LASTS, st.just(""), st.integers(1, 9)), max_size=5))
    wanted = st.builds(Part, st.integers(0, HORIZON), st.integers(0, 2 * HORIZON), st.just(""), st.integers(1, 4))
    return items, (goods, draw(st.lists(wanted, max_size=2)))


def ran(contest, reactions=None):
    items, (goods, demands) = contest
    flat = supply_of([[]])
    supply = Supply(flat.offsets, flat.day, flat.quantity, larders={0: Pool(tuple(goods), tuple(demands))})
    return run(
        backlog_of(items), supply, horizon=HORIZON, reactions=reactions, timetables=timetables_of(items),
        lasting=[one["lasts"] for one in items],
    )  # fmt: skip


def settled(items, outcome):
    """The items as they stand after a run, with what their rows must last."""
    found = again(items, outcome)
    for old, new in zip(items, found, strict=True):
        new["row_lasts"] = [plain_lasting.until(old, day) for day, _ in new["old"]]
    return found


@given(contests(), REACTIONS)
@settings(max_examples=300)
def test_the_run_equals_its_plain_twin(contest, reactions):
    items, larder = contest
    plainly = (
        "abort" if reactions.win == Reaction.ABORT_KEY else reactions.win_fallback.name,
        "abort" if reactions.gain == Reaction.ABORT_KEY else reactions.gain_fallback.name,
    )
    new, raised, strategies = plain_backorder.run(items, [[]], HORIZON, plainly, larder=larder)

    outcome = ran(contest, reactions)

    assert {one["id"] for at, one in enumerate(items) if outcome.raised[at]} == raised
    assert outcome.aborted_keys.tolist() == [new is None]
    for at, one in enumerate(items):
        assert rows_of(outcome, at) == (one["old"] if new is None else new[one["id"]])
        assert new is None or Strategy(outcome.strategy[at]).name == strategies[one["id"]]


def served(contest, rows):
    """Whether goods serve all rows, and whatever is wanted besides, at once."""
    items, (goods, demands) = contest
    wanted = [*demands, *(part for one, own in zip(items, rows, strict=True) for part in plain_lasting.parts(one, own))]
    return plain_lots.served(goods, wanted) == sum(part.quantity for part in wanted)


@given(contests(), REACTIONS)
@settings(max_examples=200)
def test_goods_that_last_long_enough_serve_every_promise(contest, reactions):
    items, _ = contest
    assume(served(contest, [one["old"] if one["strategy"] == "SKIP" else [] for one in items]))
    outcome = ran(contest, reactions)
    assume(not outcome.aborted_keys.any())
    assert served(contest, [rows_of(outcome, at) for at in range(len(items))])


@given(contests(), REACTIONS)
@settings(max_examples=200)
def test_each_strategy_keeps_its_guarantee(contest, reactions):
    items, _ = contest
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


@given(contests(strategies=["IMPROVE", "REDISTRIBUTE", "FILL", "SKIP", "LOSE"]))
@settings(max_examples=150)
def test_an_improve_item_loses_nothing_to_those_below_it(contest):
    items, _ = contest
    assume(served(contest, [one["old"] if one["strategy"] in {"IMPROVE", "SKIP"} else [] for one in items]))
    outcome = ran(contest)
    for at, one in enumerate(items):
        if one["strategy"] == "IMPROVE":
            old, new = confirmed(one["old"]), confirmed(rows_of(outcome, at))
            assert all(now >= was for was, now in zip(old, new, strict=True))


@given(contests(terms=easy_terms, modes=["partial"], strategies=["REDISTRIBUTE"], calendars=False))
@settings(max_examples=150)
def test_what_an_earlier_rank_misses_it_could_not_have_of_what_it_and_those_before_it_leave(contest):
    items, (goods, demands) = contest
    outcome = ran(contest)
    sharing = sorted(range(len(items)), key=lambda at: (items[at]["rank"], items[at]["id"]))
    for place, first in enumerate(sharing):
        one, got = items[first], rows_of(outcome, first)
        missing = one["quantity"] - sum(quantity for _, quantity in got)
        held = [part for at in sharing[: place + 1] for part in plain_lasting.parts(items[at], rows_of(outcome, at))]
        last = max([day for day, _ in got], default=one["day"])
        for day in range(last, HORIZON + 1) if missing else ():
            assert Pool(tuple(goods), (*demands, *held)).free(day, plain_lasting.until(one, day)) <= 0


@given(contests(), REACTIONS)
@settings(max_examples=300)
def test_a_second_run_changes_nothing(contest, reactions):
    items, larder = contest
    first = ran(contest, reactions)
    assume(not first.aborted_keys.any())
    standing = settled(items, first)

    second = ran((standing, larder), reactions)

    for at, one in enumerate(standing):
        assert confirmed(rows_of(second, at)) == confirmed(one["old"])
    assert not second.raised.any()
    assert len(second.loss_item) == 0


@given(contests(), REACTIONS, st.randoms(use_true_random=False))
def test_neither_the_order_of_the_input_nor_a_repetition_matters(contest, reactions, random):
    items, larder = contest
    outcome = ran(contest, reactions)
    assert tables(outcome) == tables(ran(contest, reactions))
    shuffled = list(items)
    random.shuffle(shuffled)
    assert by_id(items, outcome) == by_id(shuffled, ran((shuffled, larder), reactions))


@given(contests(), REACTIONS)
@settings(max_examples=150)
def test_every_loss_has_a_winner_or_was_not_there(contest, reactions):
    items, _ = contest
    outcome = ran(contest, reactions)
    for at in range(len(items)):
        assert outcome.loss_quantity[outcome.loss_item == at].sum() == outcome.lost[at]
        assert outcome.loss_quantity[outcome.loss_winner == at].sum() <= outcome.gained[at]


@given(
    items_of_keys(strategies=BY_RANK),
    st.lists(st.tuples(st.integers(0, HORIZON), st.integers(0, 12)), max_size=5),
    REACTIONS,
)
@settings(max_examples=150)
def test_goods_that_keep_are_shared_out_as_without_lots(items, receipts, reactions):
    """Where nothing expires and nothing was promised beyond supply it is the run that knows no lots."""
    plain = run(backlog_of(items), supply_of([receipts]), horizon=HORIZON, reactions=reactions)
    skipped = [row for one in items if one["strategy"] == "SKIP" for row in one["old"]]
    assume(min(plain_backorder.free(confirmed(receipts), skipped)) >= 0)
    aged = [{**one, "lasts": list(range(HORIZON + 1)), "row_lasts": [day for day, _ in one["old"]]} for one in items]
    goods = [Part(day, FOREVER, "", quantity) for day, quantity in receipts if quantity]
    outcome = ran((aged, (goods, ())), reactions)
    for at in range(len(items)):
        assert rows_of(outcome, at) == rows_of(plain, at)


def aging(number, quantity, strategy, old=(), *, life=0, **more):
    found = item(number, quantity, strategy, old, **more)
    lasts = [day + life for day in range(HORIZON + 1)]
    return {**found, "lasts": lasts, "row_lasts": [lasts[day] for day, _ in old]}


def test_who_ranks_first_but_needs_fresher_goods_has_those_that_last():
    """Six last to day 4, four to day 20: the second item takes what the first could not use."""
    items = [aging(1, 6, "REDISTRIBUTE", life=10), aging(2, 6, "REDISTRIBUTE", life=2, rank=1)]
    outcome = ran((items, ([Part(0, 4, "", 6), Part(0, 20, "", 4)], ())))
    assert [rows_of(outcome, at) for at in range(2)] == [[(0, 4)], [(0, 6)]]


def test_a_later_day_needs_fresher_goods():
    items = [aging(1, 6, "WIN", life=2, day=5)]
    outcome = ran((items, ([Part(0, 6, "", 6), Part(7, 30, "", 6)], ())))
    assert outcome.raised.tolist() == [Raised.WIN_MISSED]
    assert rows_of(outcome, 0) == [(7, 6)]


def test_what_lasts_long_is_left_to_who_needs_it():
    """The first item could have the long-lived goods; it is served from the others as long as they last."""
    items = [aging(1, 4, "GAIN", [(0, 4)], life=1), aging(2, 4, "WIN", life=9, rank=1)]
    outcome = ran((items, ([Part(0, 3, "", 4), Part(0, 12, "", 4)], ())))
    assert [rows_of(outcome, at) for at in range(2)] == [[(0, 4)], [(0, 4)]]
    assert not outcome.raised.any()


def test_what_it_had_must_last_as_it_was_promised():
    items = [{**aging(1, 4, "GAIN", [(2, 4)], life=1, day=2), "row_lasts": [5]}]
    missed = ran((items, ([Part(0, 4, "", 4)], ())))
    assert missed.raised.tolist() == [Raised.FLOOR_MISSED]
    assert not ran((items, ([Part(0, 5, "", 4)], ()))).raised.any()


def test_one_line_stays_one_where_other_goods_would_do_for_the_rest():
    items = [{**aging(1, 2, "FILL", [(0, 2)]), "mode": "one_time"}]
    larder = [Part(0, 0, "", 1), Part(1, FOREVER, "", 1)], ()
    assert rows_of(ran((items, larder)), 0) == [(0, 1)]
    assert plain_backorder.run(items, [[]], HORIZON, ("IMPROVE", "IMPROVE"), larder=larder)[0] == {1: [(0, 1)]}


def test_the_day_after_a_row_may_do_where_goods_arrive_sooner_by_now():
    """What it had on day 3 must last to day 9; of day 4, as it is delivered now, only to day 5."""
    items = [{**aging(1, 4, "REDISTRIBUTE", [(3, 4)], life=1, day=3), "row_lasts": [9]}]
    assert rows_of(ran((items, ([Part(0, 6, "", 4)], ()))), 0) == [(4, 4)]
