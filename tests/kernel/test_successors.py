"""Chains of what stands in for what, and what is free of what is ordered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.free_goods import EXCLUSIVE, INCLUSIVE, Grant, grant
from troth.kernel.successors import LONGEST, followed, ring


def test_a_ring_is_told_by_its_shortest_way():
    after = {"A": ["B", "C"], "B": ["D"], "D": ["A"], "C": ["A"]}
    assert ring("A", after) == ("A", "C")
    assert ring("B", {"A": ["B"], "B": ["C"]}) == ()
    assert ring("A", {"A": ["A"]}) == ("A",)


def test_a_ring_elsewhere_is_no_ring_of_the_start():
    assert ring("A", {"A": ["B"], "B": ["C"], "C": ["B"]}) == ()


def test_a_chain_is_followed_to_its_end_and_stops_where_it_would_come_back():
    after = {"A": "B", "B": "C", "C": "A"}
    assert followed("A", after.get) == ("A", "B", "C")
    assert followed("A", {"A": "B"}.get) == ("A", "B")
    assert len(followed(0, lambda one: one + 1)) == LONGEST + 1


@pytest.mark.parametrize(
    ("ordered", "kind", "least", "expected"),
    [
        (25, INCLUSIVE, 0, Grant(23, 2)),
        (25, EXCLUSIVE, 0, Grant(25, 2)),
        (9, INCLUSIVE, 0, Grant(9, 0)),
        (19, EXCLUSIVE, 20, Grant(19, 0)),
        (20, EXCLUSIVE, 20, Grant(20, 2)),
    ],
)
def test_of_each_ten_one_is_free(ordered, kind, least, expected):
    assert grant(ordered, kind=kind, from_quantity=least, per_quantity=10, free_quantity=1) == expected


@given(st.integers(1, 10**9), st.integers(2, 10**6), st.data())
def test_within_the_order_nothing_is_lost_and_something_is_paid(ordered, per, data):
    free = data.draw(st.integers(1, per - 1))
    found = grant(ordered, kind=INCLUSIVE, from_quantity=0, per_quantity=per, free_quantity=free)
    assert found.payable + found.free == ordered
    assert found.payable > 0
    on_top = grant(ordered, kind=EXCLUSIVE, from_quantity=0, per_quantity=per, free_quantity=free)
    assert on_top == Grant(ordered, found.free)
