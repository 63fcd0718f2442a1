"""A hold is ordered and swept at the same moment: the goods are promised once, and not without the lock."""

import pytest

from tests import company, rivals
from tests.sales import books
from tests.sales.test_from_hold import held, order
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata.models import Customer
from troth.business.promising import actions as promising
from troth.business.promising.actions import hold as holding
from troth.business.promising.models import Hold
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.platform.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meeting(rep, monkeypatch):
    """Order and sweep one hold at the same moment; returns the hold."""

    def run(patience):
        small = company.build()
        company.put_in_stock(small, "HELMET", 4)
        hold = held(small, rep)
        late = FixedClock(hold.expires_at)
        rivals.meet_at(monkeypatch, (holding, "let_go"), patience_seconds=patience)
        rivals.outcomes(lambda: order(small, rep, hold.id), lambda: promising.expire_holds(by=SYSTEM, clock=late))
        return Hold.objects.get(pk=hold.id)

    return run


def ends():
    """What ended the hold, by the events."""
    kinds = ("promising.hold_ordered", "promising.hold_expired")
    return sorted(Event.objects.filter(kind__in=kinds).values_list("kind", flat=True))


def test_of_ordering_and_expiry_one_wins(meeting):
    hold = meeting(rivals.A_MOMENT_SECONDS)
    assert ends() == [f"promising.hold_{hold.state}"]
    assert books.demand() == (4 if hold.state == "ordered" else 0)
    assert_books_hold()


def test_ordering_and_expiry_both_win_without_the_lock(meeting, monkeypatch):
    rivals.without_locks(monkeypatch)
    meeting(rivals.LONG_SECONDS)
    assert ends() == ["promising.hold_expired", "promising.hold_ordered"]


@pytest.fixture
def holding_twice(monkeypatch):
    """Two people hold goods for a customer that may have one hold, at the same moment; returns what came of it."""

    def run(patience):
        small = company.build()
        company.put_in_stock(small, "HELMET", 4)
        Customer.objects.filter(party__number="ALPHA").update(holds_max=1)
        # Each has counted by then, and written nothing.
        rivals.meet_at(monkeypatch, (holding, "at_once"), patience_seconds=patience)
        people = [company.person("representative", user_id=number) for number in (31, 32)]
        return rivals.outcomes(*(lambda by=by: held(small, by, 1, customer="ALPHA") for by in people))

    return run


def test_of_two_who_hold_for_a_customer_that_may_have_one_hold_one_is_refused(holding_twice):
    assert holding_twice(rivals.A_MOMENT_SECONDS) == ["done", "too_many_holds_for_customer"]
    assert Hold.objects.count() == 1
    assert_books_hold()


def test_both_hold_without_the_lock(holding_twice, monkeypatch):
    rivals.without_locks(monkeypatch)
    assert holding_twice(rivals.LONG_SECONDS) == ["done", "done"]
    assert Hold.objects.count() == 2
