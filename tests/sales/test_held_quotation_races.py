"""An order takes over what its quotation holds, while the hold expires or another order wants the goods."""

import threading
from datetime import timedelta

import pytest

from tests import company, rivals
from tests.sales import books
from tests.sales.test_held_quotation import OFFER
from tests.shipping.conftest import assert_books_hold
from troth.business.promising import actions as promising
from troth.business.promising.actions import hold as holding
from troth.business.promising.actions import taking
from troth.business.promising.models import Hold
from troth.business.sales import actions
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.kernel.errors import BusinessError
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.platform.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def held(rep):
    """Four helmets, held for a quotation: (the company, the quotation, the hold)."""
    small = company.build()
    company.put_in_stock(small, "HELMET", 4)
    saved = actions.save_quotation(OFFER, by=rep, clock=small.clock)
    actions.send_quotation(saved.id, by=rep, clock=small.clock)
    until = small.clock.now() + timedelta(days=3)
    actions.hold_quoted_goods(saved.id, until, lines=[10], by=rep, clock=small.clock)
    return small, saved.id, Hold.objects.get()


def order(small, rep, quotation_id):
    return actions.order_from_quotation(quotation_id, quantities={10: "4"}, by=rep, clock=small.clock)


@pytest.fixture
def meeting(rep, monkeypatch):
    """Order what is held and sweep it at the same moment; returns the hold."""

    def run(patience):
        small, quotation_id, hold = held(rep)
        late = FixedClock(hold.expires_at)
        rivals.meet_at(monkeypatch, (holding, "let_go"), (taking, "withdraw"), patience_seconds=patience)
        told = rivals.outcomes(
            lambda: order(small, rep, quotation_id), lambda: promising.expire_holds(by=SYSTEM, clock=late)
        )
        assert told == ["done", "done"]
        return Hold.objects.get(pk=hold.pk)

    return run


def ends():
    """What ended the hold, by the events."""
    kinds = ("promising.hold_ordered", "promising.hold_expired")
    return sorted(Event.objects.filter(kind__in=kinds).values_list("kind", flat=True))


def test_of_an_order_and_expiry_one_ends_the_hold_and_the_order_has_its_goods(meeting):
    hold = meeting(rivals.A_MOMENT_SECONDS)
    assert ends() == [f"promising.hold_{hold.state}"]
    assert books.demand() == 4
    assert_books_hold()


def test_an_order_and_expiry_both_end_the_hold_without_the_lock(meeting, monkeypatch):
    rivals.without_locks(monkeypatch)
    meeting(rivals.LONG_SECONDS)
    assert ends() == ["promising.hold_expired", "promising.hold_ordered"]


@pytest.fixture
def between(rep, monkeypatch):
    """Another order, for which the hold has expired, comes when the order of the quotation is about to take it over."""

    def run(patience):
        small, quotation_id, hold = held(rep)
        late = FixedClock(hold.expires_at)
        wanted = OrderDraft(
            customer="BETA", lines=(LineDraft(product="HELMET", quantity="4"),), requested_on=company.NEXT_WEDNESDAY
        )
        let_go, told = taking.Taking.let_go, []
        rival = threading.Thread(
            target=lambda: told.extend(rivals.outcomes(lambda: actions.enter_order(wanted, by=SYSTEM, clock=late)))
        )

        def meanwhile(*args, **kwargs):
            rival.start()
            rival.join(patience)
            return let_go(*args, **kwargs)

        monkeypatch.setattr(taking.Taking, "let_go", meanwhile)
        try:
            came = [line.short for line in order(small, rep, quotation_id).lines]
        except BusinessError as refused:
            came = refused.code
        rival.join(60)
        assert told == ["done"]
        return came

    return run


def test_another_order_cannot_come_between_the_hold_and_its_order(between):
    assert between(rivals.A_MOMENT_SECONDS) == [0]
    assert books.demand() == 4
    assert Hold.objects.get().state == "ordered"
    assert_books_hold()


def test_another_order_takes_what_is_held_without_the_lock(between, monkeypatch):
    rivals.without_locks(monkeypatch)
    assert between(rivals.LONG_SECONDS) == "held_for_others"
    assert books.demand() == 4
