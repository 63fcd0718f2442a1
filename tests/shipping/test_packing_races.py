"""Two packers at one delivery: the last pieces of a line go into one handling unit."""

import pytest

from tests import company, rivals
from tests.shipping.conftest import Yard, assert_books_hold
from tests.shipping.test_packing import pack, ready_to_pack
from troth.business.shipping import queries
from troth.business.shipping.rules import packing

pytestmark = pytest.mark.django_db(transaction=True)

WHERE_WHAT_IS_LOOSE_WAS_READ = [(packing, "refuse_beyond")]


@pytest.fixture
def packers():
    """Two calls that each pack the same last three frames of a delivery, and the delivery."""
    small = company.build()
    company.put_in_stock(small, "FRAME", 5)
    yard = ready_to_pack(Yard(small))
    _order, delivery, _transfer = yard.picked(FRAME=5)
    pack(yard, delivery, FRAME=2)

    def pack_the_rest():
        pack(yard, delivery, "PALLET", FRAME=3)

    return (pack_the_rest, pack_the_rest), delivery


def in_units(delivery):
    return sum(queries.packed([delivery.id]).values())


def test_of_two_who_pack_the_last_pieces_the_second_is_told(monkeypatch, packers):
    calls, delivery = packers
    found = rivals.race(monkeypatch, True, WHERE_WHAT_IS_LOOSE_WAS_READ, *calls)
    assert found == ["done", "packed_too_much"]
    assert in_units(delivery) == 5
    assert_books_hold()


def test_without_the_lock_both_go_past_the_comparison(monkeypatch, packers):
    """The control: both find three frames loose, and nobody is told that the other took them. Either they are packed
    twice, or only the second unit's place in the delivery stops it."""
    calls, delivery = packers
    found = rivals.race(monkeypatch, False, WHERE_WHAT_IS_LOOSE_WAS_READ, *calls)
    assert found in (["IntegrityError", "done"], ["done", "done"])
    assert in_units(delivery) == (8 if found[0] == "done" else 5)
