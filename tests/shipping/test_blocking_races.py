"""Two at once at one block: it is released once, and an order that is cancelled has no release beside it."""

import pytest

from tests import company as companies
from tests.rivals import race
from tests.shipping.conftest import Yard, assert_books_hold
from troth.business.sales import actions as sales
from troth.platform import blocking, blocks
from troth.platform.models import BlockRow, Event

pytestmark = pytest.mark.django_db(transaction=True)
RITA, SAM, WALTER = (companies.person("representative", "warehouse_clerk", user_id=key) for key in (21, 22, 23))


@pytest.fixture
def rivals(transactional_db):
    small = companies.build()
    companies.put_in_stock(small, "FRAME", 5)
    return Yard(small)


def released_events():
    return Event.objects.filter(kind="platform.block_released").count()


def block(rivals, of, scope="delivery", on="order", kind="delivery"):
    clock = rivals.company.clock
    return blocking.set_block(on, of.id, kind, scope, reason="a question", by=RITA, clock=clock)


def releasing(rivals, made, by):
    def release():
        blocking.release_block(made.block_id, reason=f"told {by.name}", by=by, clock=rivals.company.clock)

    return release


def test_of_two_who_release_a_block_at_once_one_is_told_that_it_stands_no_more(rivals, monkeypatch):
    made = block(rivals, rivals.order(FRAME=2))
    two = [releasing(rivals, made, by) for by in (SAM, WALTER)]
    assert race(monkeypatch, True, [(blocks, "_last_raised_by")], *two) == ["block_not_standing", "done"]
    assert released_events() == 1
    assert_books_hold()


def test_without_the_lock_both_would_have_released_it(rivals, monkeypatch):
    made = block(rivals, rivals.order(FRAME=2))
    two = [releasing(rivals, made, by) for by in (SAM, WALTER)]
    assert race(monkeypatch, False, [(blocks, "_last_raised_by")], *two) == ["done", "done"]
    assert released_events() == 2


def cancelling(rivals, order):
    return lambda: sales.cancel_order(order.id, reason="customer withdrew", **rivals.acting)


@pytest.mark.parametrize("locked", [True, False])
def test_a_block_is_released_or_falls_with_its_order_but_not_both(rivals, monkeypatch, locked):
    """The order is read and the block found standing; without the lock each releases it."""
    order = rivals.order(FRAME=2)
    made = block(rivals, order)
    places = [(blocks, "_last_raised_by")]
    found = race(monkeypatch, locked, places, releasing(rivals, made, SAM), cancelling(rivals, order))
    if locked:
        assert found in (["done", "order_cancelled"], ["done", "done"])
        assert released_events() == 1
        assert_books_hold()
    else:
        assert (found, released_events()) == (["done", "done"], 2)
    assert BlockRow.objects.filter(released_at=None).count() == 0
