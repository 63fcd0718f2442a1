"""Items that go in whole packages: what the run gives them is what their rule makes of what is free, rounded down."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kernel import plain_backorder, plain_packages
from tests.kernel.backlogs import (
    HORIZON,
    again,
    any_packages,
    backlog_of,
    changes,
    confirmed,
    items_of_keys,
    packings_of,
    rows_of,
    supply_of,
    timetables_of,
)
from tests.kernel.test_backorder import REACTIONS
from tests.kernel.test_backorder_fair import asks
from tests.kernel.test_backorder_groups import items_with_groups
from tests.kernel.test_backorder_quotas import limited, quotas, supplies
from troth.kernel.backorder import Reaction, Strategy, run
from troth.kernel.packages import Packages
from troth.kernel.proposals import Terms, partial
from troth.kernel.shares import fair_share
from troth.kernel.steps import Steps

packed_items = items_of_keys(packages=any_packages)


def ran(items, supply, reactions=None, **more):
    return run(
        backlog_of(items), supply_of(supply), horizon=HORIZON, reactions=reactions, packings=packings_of(items),
        timetables=timetables_of(items), **more,
    )  # fmt: skip


def plainly(reactions):
    return (
        "abort" if reactions.win == Reaction.ABORT_KEY else reactions.win_fallback.name,
        "abort" if reactions.gain == Reaction.ABORT_KEY else reactions.gain_fallback.name,
    )


@given(packed_items, changes, REACTIONS)
@settings(max_examples=300)
def test_the_run_equals_its_plain_twin(items, supply, reactions):
    new, raised, _ = plain_backorder.run(items, [supply], HORIZON, plainly(reactions))
    outcome = ran(items, [supply], reactions)
    assert {item["id"] for at, item in enumerate(items) if outcome.raised[at]} == raised
    for at, item in enumerate(items):
        assert rows_of(outcome, at) == (item["old"] if new is None else new[item["id"]])


@given(items_with_groups(), st.lists(any_packages, min_size=9, max_size=9), supplies, REACTIONS)
@settings(max_examples=150)
def test_what_comes_together_equals_its_plain_twin(items, packages, supply, reactions):
    items = [{**item, "packages": own} for item, own in zip(items, packages, strict=False)]
    outcome = ran(items, supply, reactions)
    assume(not outcome.aborted_keys.any())
    new, raised, _ = plain_backorder.run(items, supply, HORIZON, plainly(reactions))
    assume(new is not None)
    assert {item["id"]: rows_of(outcome, at) for at, item in enumerate(items)} == new
    assert {item["id"] for at, item in enumerate(items) if outcome.raised[at]} == raised


@given(limited(), st.lists(any_packages, min_size=9, max_size=9), supplies, quotas)
@settings(max_examples=150)
def test_under_quotas_it_equals_its_plain_twin(items, packages, supply, limits):
    items = [{**item, "packages": own} for item, own in zip(items, packages, strict=False)]
    outcome = ran(items, supply, quotas=limits)
    new, *_ = plain_backorder.run(items, supply, HORIZON, ("IMPROVE", "IMPROVE"), (limits.procedures, limits.sequences))
    assert {item["id"]: rows_of(outcome, at) for at, item in enumerate(items)} == new


@given(packed_items, changes, REACTIONS)
@settings(max_examples=200)
def test_what_is_given_anew_is_in_whole_packages_and_a_second_run_changes_nothing(items, supply, reactions):
    first = ran(items, [supply], reactions)
    assume(not first.aborted_keys.any())
    for at, item in enumerate(items):
        rows = rows_of(first, at)
        if rows != item["old"]:
            assert all(plain_packages.is_whole(item, quantity) for _, quantity in rows)
    settled = again(items, first)
    second = ran(settled, [supply], reactions)
    assert [confirmed(rows_of(second, at)) for at in range(len(items))] == [confirmed(one["old"]) for one in settled]


def test_an_item_gets_what_its_rule_makes_of_the_curve_in_packages():
    terms = Terms(min_shipment=6, max_lines=2, latest_day=9)
    one = {**asks(1, 20, strategy="REDISTRIBUTE"), "terms": terms, "packages": (6, 8)}
    supply = [(0, 7), (4, 5), (8, 9)]
    by_rule = Packages((6, 8)).confirmed(partial(Steps(dict(supply), HORIZON), 20, 0, terms))
    assert rows_of(ran([one], [supply]), 0) == list(by_rule) == [(0, 6), (8, 14)]


def test_what_comes_together_is_whole_in_packages_or_has_nothing():
    days = list(range(HORIZON + 1))
    two = [{**asks(at, 9 - at, strategy="GAIN"), "group": 0, "needed": days, "packages": (2,)} for at in range(2)]
    two[1]["rank"] = 0
    assert [rows_of(ran(two, [[(0, 30)]]), at) for at in range(2)] == [[], []]
    even = [{**one, "quantity": 8} for one in two]
    assert [rows_of(ran(even, [[(0, 30)]]), at) for at in range(2)] == [[(0, 8)], [(0, 8)]]


def test_who_may_have_nothing_by_its_day_cannot_win():
    late = {**asks(1, 5, day=3, strategy="WIN"), "terms": Terms(latest_day=-1)}
    uneven = {**asks(2, 8, strategy="WIN"), "packages": (6,)}
    outcome = ran([late, uneven], [[(0, 20)]])
    assert [rows_of(outcome, at) for at in range(2)] == [[], [(0, 6)]]
    assert [Strategy(one).name for one in outcome.strategy.tolist()] == ["IMPROVE", "IMPROVE"]


@given(st.integers(0, 60), st.lists(st.integers(1, 30), min_size=1, max_size=8), st.integers(1, 7))
def test_fair_shares_are_rounded_down_to_packages(supply, quantities, package):
    """T17: then whole packages by rank."""
    items = [{**asks(at, quantity), "packages": (package,)} for at, quantity in enumerate(quantities)]
    outcome = ran(items, [[(0, supply)]])
    got = tuple(sum(q for _, q in rows_of(outcome, at)) for at in range(len(items)))
    assert got == fair_share(supply, quantities, package=package)
