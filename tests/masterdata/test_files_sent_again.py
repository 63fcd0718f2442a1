"""A file that is sent again, five times or at the same moment, leaves what one sending leaves."""

import pytest

from tests.masterdata import world as small
from tests.masterdata.bad_files import GOOD, counted
from tests.masterdata.world import CLOCK, MASTER
from tests.rivals import outcomes
from troth.business.masterdata import imports


def send(kind, *, key=None):
    return imports.import_file(kind, GOOD[kind].encode(), by=MASTER, clock=CLOCK, key=key)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("named", [True, False])
def test_a_file_sent_five_times_leaves_what_one_sending_leaves(world, kind, named):
    key = "one file" if named else None
    first = send(kind, key=key)
    once = counted()
    again = [send(kind, key=key) for _ in range(4)]
    assert counted() == once
    assert all((one == first) if named else (one.created, one.changed) == (0, 0) for one in again)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", GOOD)
def test_a_file_sent_twice_at_the_same_moment_is_taken_once(kind):
    small.build()
    before = counted()
    told = outcomes(*[lambda: send(kind)] * 2)
    assert set(told) <= {"done", "busy"}
    assert "done" in told
    twice = counted()
    send(kind)
    assert counted() == twice
    assert [after - earlier for after, earlier in zip(twice, before, strict=True)] == ROWS[kind]


ROWS = {
    "customers": [2, 2, 0, 0, 0, 2],
    "products": [0, 0, 2, 1, 0, 2],
    "prices": [0, 0, 0, 0, 2, 2],
}
"""New rows of customers, parties, products, units, prices and events."""
