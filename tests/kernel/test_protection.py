"""What is kept for a group is there for it, and for others only once it is over."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel import plain_protection
from troth.kernel.netting import free_curve
from troth.kernel.proposals import Line, partial, take
from troth.kernel.protection import (
    Group,
    Protection,
    Taken,
    booked,
    consume,
    given_back,
    protected,
    protected_curve,
)
from troth.kernel.steps import Steps

HORIZON = 12
groups = st.builds(Group, st.sampled_from(["EU", "US"]), st.sampled_from([None, 1, 2]))
nets = st.lists(st.integers(-6, 15), min_size=HORIZON + 1, max_size=HORIZON + 1).map(lambda n: np.array(n, np.int64))


@st.composite
def protections(draw):
    first = draw(st.integers(-6, HORIZON + 3))
    quantity = draw(st.integers(0, 12))
    return Protection(draw(groups), first, first + draw(st.integers(0, 8)), quantity, draw(st.integers(0, 14)))


many = st.lists(protections(), max_size=5)


@given(nets, many, groups, st.booleans())
def test_the_curve_of_a_group_equals_its_plain_twin(net, kept, group, lapses):
    found = protected_curve(net, kept, group, lapses=lapses)
    assert found.tolist() == plain_protection.curve(net.tolist(), kept, group, lapses=lapses)


@given(nets, many, groups)
def test_the_steps_of_a_group_are_those_of_its_curve(net, kept, group):
    found = Steps(protected(dict(enumerate(net.tolist())), kept, group, HORIZON), HORIZON)
    assert [found[day] for day in range(HORIZON + 1)] == protected_curve(net, kept, group).tolist()


@given(nets, many, groups, groups, st.integers(1, 30), st.integers(0, HORIZON))
def test_what_others_take_leaves_a_group_what_is_kept_for_it(net, kept, owner, other, quantity, day):
    """Whoever must respect a protection can take no goods that the protected still need, on no day of its period."""
    respected = [p for p in kept if plain_protection.is_others(p, other) and p.group == owner]
    lines = partial(protected_curve(net, kept, other), quantity, day)
    before, after = free_curve(net), free_curve(take(net, lines))
    for s in range(HORIZON + 1):
        claimed = sum(p.left for p in respected if p.first_day <= s and p.last_day >= 0)
        assert after[s] >= min(before[s], claimed)


@given(nets, many, groups, st.integers(1, 30), st.integers(0, HORIZON))
def test_nobody_sees_more_than_is_free_and_nothing_protected_means_all_of_it(net, kept, group, quantity, day):
    assert (protected_curve(net, kept, group) <= free_curve(net)).all()
    assert protected_curve(net, [], group).tolist() == free_curve(net).tolist()


@given(many, st.lists(st.tuples(groups, st.integers(-2, HORIZON), st.integers(1, 15)), max_size=5))
def test_what_is_consumed_is_given_back(kept, lines):
    before, taken = tuple(kept), []
    after = before
    for group, day, quantity in lines:
        took = consume(after, group, day=day, quantity=quantity)
        assert sum(one.quantity for one in took) in (0, quantity)
        after = booked(after, took)
        taken += took
    assert given_back(after, taken) == before


def test_cores_are_protected_from_each_other_and_priorities_from_those_behind_them():
    kept = [Protection(Group("EU"), 0, 9, 4), Protection(Group("EU", 1), 0, 9, 3), Protection(Group("US"), 0, 9, 2)]
    net = np.array([10] + [0] * 9, np.int64)
    seen = {group: int(protected_curve(net, kept, group)[0]) for group in map(Group, ("EU", "US", "ASIA"))}
    assert seen == {Group("EU"): 5, Group("US"): 3, Group("ASIA"): 1}
    assert protected_curve(net, kept, Group("EU", 1))[0] == 8
    assert protected_curve(net, kept, Group("EU", 2))[0] == 5


def test_own_protection_is_consumed_before_that_of_the_core_and_before_free_supply():
    kept = [
        Protection(Group("EU"), 0, 9, 4),
        Protection(Group("EU", 1), 0, 9, 3, 1),
        Protection(Group("EU"), 10, 19, 9),
    ]
    assert consume(kept, Group("EU", 1), day=3, quantity=10) == (Taken(1, 6), Taken(0, 4))
    assert consume(kept, Group("EU", 1), day=3, quantity=5) == (Taken(1, 2), Taken(0, 3))
    assert consume(kept, Group("EU"), day=3, quantity=1) == (Taken(0, 1),)
    assert consume(kept, Group("US"), day=3, quantity=1) == ()


def test_a_protection_holds_past_its_end_until_the_end_has_passed():
    net = np.array([10] + [0] * 12, np.int64)
    kept = [Protection(Group("EU"), 0, 4, 10)]
    us = Group("US")
    assert partial(protected_curve(net, kept, us), 10, 6) == ()
    assert partial(protected_curve(net, kept, us, lapses=True), 10, 6) == (Line(6, 10),)
    passed = [Protection(Group("EU"), -5, -1, 10)]
    assert partial(protected_curve(net, passed, us), 10, 1) == (Line(1, 10),)


def test_later_supply_may_cover_a_later_protection():
    net = np.zeros(13, np.int64)
    net[0], net[5] = 6, 10
    kept = [Protection(Group("EU"), 8, 12, 10)]
    assert partial(protected_curve(net, kept, Group("US")), 9, 0) == (Line(0, 6),)
