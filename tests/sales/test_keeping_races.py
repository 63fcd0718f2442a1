"""What lapses is given up once, and a release beside it is told the truth; not so without the lock."""

from importlib import import_module

import pytest

from tests import company, rivals
from tests.sales import books
from tests.sales.test_keeping import TOO_LATE, confirmed, take
from tests.shipping.conftest import assert_books_hold
from troth.business.promising.actions import lapsing
from troth.business.sales import actions
from troth.platform.actors import SYSTEM
from troth.platform.models import BlockRow, Event

CONFIRM = "troth.business.promising.actions.confirm"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small(transactional_db):
    return company.build()


def two_take_them(keeps, draft, monkeypatch, *, locked):
    # Of two payers, so that it is not their exposure that lets one wait for the other.
    calls = [lambda: take(keeps, draft, TOO_LATE), lambda: take(keeps, draft, TOO_LATE, customer="GAMMA")]
    return rivals.race(monkeypatch, locked, [(lapsing, "_give_up")], *calls)


def test_of_two_who_want_them_one_has_them(keeps, waits, draft, monkeypatch):
    two_take_them(keeps, draft, monkeypatch, locked=True)
    assert books.demand() == 30
    assert_books_hold()


def test_two_who_want_them_both_give_them_up_without_the_lock(keeps, waits, draft, monkeypatch):
    two_take_them(keeps, draft, monkeypatch, locked=False)
    with pytest.raises(AssertionError):
        assert_books_hold()


def release_beside(keeps, waits, draft, monkeypatch, *, locked):
    """The order is promised anew after its release, while another takes its goods, who saw it blocked still."""
    monkeypatch.setattr(lapsing, "_waiting", list)
    BlockRow.objects.update(released_at=TOO_LATE.now(), release_reason="paid")
    return rivals.race(
        monkeypatch, locked, [(lapsing, "_give_up"), (import_module(CONFIRM), "still_holding")],
        lambda: take(keeps, draft, TOO_LATE),
        lambda: actions.resume_order(waits.id, by=SYSTEM, clock=TOO_LATE),
    )  # fmt: skip


def told_short():
    """Whether the history says that the order was promised anew, and that it is short."""
    return ["short_lines" in one.facts for one in Event.objects.filter(kind="sales.order_resumed")]


def test_a_release_beside_the_expiry_keeps_them_or_says_that_they_are_gone(keeps, waits, draft, monkeypatch):
    release_beside(keeps, waits, draft, monkeypatch, locked=True)
    assert books.demand() == 30
    assert (confirmed(waits), told_short()) in ((30, []), (0, [True]))


def test_a_release_beside_the_expiry_takes_them_for_kept_without_the_lock(keeps, waits, draft, monkeypatch):
    release_beside(keeps, waits, draft, monkeypatch, locked=False)
    assert (confirmed(waits), told_short()) == (0, [False])
