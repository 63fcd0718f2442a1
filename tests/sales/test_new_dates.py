"""Order types that ask: supply slips and nothing is changed; new dates are proposed, and a person decides."""

import sys
from datetime import date

import pytest

from tests import company, rivals
from tests.sales import books
from tests.sales.test_repromise import expect, promised, slip
from tests.shipping.conftest import assert_books_hold
from troth.business.promising import queries as promises
from troth.business.sales import actions, jobs
from troth.business.sales.actions.new_dates import read
from troth.business.sales.models import NewDates, OrderLine
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.sales.rules.refusals import NewDatesOver
from troth.business.supply import actions as supply
from troth.kernel.lifecycle import IllegalTransition
from troth.ledgers.availability.queries import open_shortages
from troth.platform.actors import SYSTEM
from troth.platform.models import Event

OLD, NEW = ((4, company.NEXT_WEDNESDAY),), ((4, date(2026, 3, 24)),)


def asks(small):
    small.order_types["standard"].on_shortage = "ask"
    small.order_types["standard"].save()


@pytest.fixture
def slipped(small, rep, draft):
    """Four helmets are promised from a receipt that slips by ten days; the order's type asks."""
    asks(small)
    receipt_id = expect(small)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    slip(small, receipt_id)
    assert jobs.work_off(small.clock) == 0
    return order, receipt_id


def test_new_dates_are_proposed_once_and_nothing_is_changed(small, slipped):
    order, _receipt = slipped
    jobs.work_off(small.clock)
    row = NewDates.objects.get()
    assert (row.order_id, row.missing, row.state, row.version) == (order.id, 4, "open", 1)
    assert row.cause == "receipt 4500 was changed"
    assert read(row.lines) == {10: (OLD, NEW)}
    assert promised(order) == [list(OLD)]
    assert [one.quantity for one in open_shortages()] == [4]
    [event] = Event.objects.filter(kind="sales.new_dates_proposed")
    assert event.changes == {"10.confirmed": [[[4, "2026-03-11"]], [[4, "2026-03-24"]]]}
    assert "sales.order_repromised" not in books.events()
    assert_books_hold()


def test_taken_dates_are_promised_with_history_and_cause(small, rep, slipped):
    order, _receipt = slipped
    row = NewDates.objects.get()
    done = actions.take_new_dates(row.pk, version=1, by=rep, clock=small.clock)
    assert (done.outcome, dict(done.moved)) == ("taken", {10: (OLD, NEW)})
    assert promised(order) == [list(NEW)]
    assert open_shortages() == []
    line = OrderLine.objects.get(order_id=order.id)
    first, now = promises.history("order", line.pk)
    assert (first.delivery_on, now.delivery_on, now.cause) == (OLD[0][1], NEW[0][1], "supply")
    assert promises.promise("order", [line.pk])[line.pk].first_promised_on == OLD[0][1]
    event = Event.objects.get(kind="sales.order_repromised")
    assert (event.facts["proposal"], event.facts["cause"]) == (row.pk, "receipt 4500 was changed")
    row.refresh_from_db()
    assert (row.state, row.ended_at is None) == ("taken", False)
    with pytest.raises(NewDatesOver):
        actions.keep_old_dates(row.pk, reason="too late", by=rep, clock=small.clock)
    assert_books_hold()


def test_kept_dates_stay_and_nobody_is_asked_again_until_more_is_missing(small, rep, slipped):
    order, receipt_id = slipped
    row = NewDates.objects.get()
    actions.keep_old_dates(row.pk, reason="we fetch them elsewhere", by=rep, clock=small.clock)
    jobs.work_off(small.clock)
    row.refresh_from_db()
    assert (row.state, row.reason, row.ended_at) == ("kept", "we fetch them elsewhere", None)
    assert promised(order) == [list(OLD)]
    assert Event.objects.filter(kind="sales.old_dates_kept").count() == 1
    with pytest.raises(IllegalTransition):
        actions.keep_old_dates(row.pk, reason="again", by=rep, clock=small.clock)
    slip(small, receipt_id, company.TUESDAY)
    jobs.work_off(small.clock)
    row.refresh_from_db()
    assert (row.state, row.ended_at is None) == ("kept", False)
    slip(small, receipt_id)
    jobs.work_off(small.clock)
    assert [one.state for one in NewDates.objects.order_by("id")] == ["kept", "open"]


def test_who_kept_the_old_dates_may_take_the_new_ones_after_all(small, rep, slipped):
    order, _receipt = slipped
    row = NewDates.objects.get()
    actions.keep_old_dates(row.pk, reason="we try", by=rep, clock=small.clock)
    assert actions.take_new_dates(row.pk, version=1, by=rep, clock=small.clock).outcome == "taken"
    assert promised(order) == [list(NEW)]


def test_when_the_books_have_changed_other_dates_are_proposed_and_nothing_is_taken(small, rep, slipped):
    order, _receipt = slipped
    expect(small, due_on=date(2026, 3, 13), number="4501")
    row = NewDates.objects.get()
    done = actions.take_new_dates(row.pk, version=1, by=rep, clock=small.clock)
    assert (done.outcome, done.version) == ("renewed", 2)
    [(was, now)] = done.moved.values()
    assert (was, dict(done.before)) == (OLD, {10: (OLD, NEW)})
    assert now[0][1] < NEW[0][1]
    assert promised(order) == [list(OLD)]
    assert actions.take_new_dates(row.pk, version=1, by=rep, clock=small.clock).outcome == "renewed"
    assert actions.take_new_dates(row.pk, version=2, by=rep, clock=small.clock).outcome == "taken"
    assert promised(order) == [list(now)]
    assert_books_hold()


def test_what_supply_covers_again_is_not_asked_any_more(small, rep, slipped):
    order, receipt_id = slipped
    row = NewDates.objects.get()
    slip(small, receipt_id, company.TUESDAY)
    done = actions.take_new_dates(row.pk, version=1, by=rep, clock=small.clock)
    assert done.outcome == "covered"
    assert promised(order) == [list(OLD)]


def test_the_proposal_of_a_cancelled_order_ends(small, rep, slipped):
    order, _receipt = slipped
    actions.cancel_order(order.id, reason="no need", by=rep, clock=small.clock)
    jobs.work_off(small.clock)
    row = NewDates.objects.get()
    assert (row.state, row.ended_at is None) == ("covered", False)
    assert actions.settle_new_dates(row.pk, by=SYSTEM, clock=small.clock) is False


def test_what_waits_for_an_answer_is_not_taken_from_an_order_that_matters_more(small, rep, draft):
    asks(small)
    receipt_id = expect(small, quantity=10)
    urgent = actions.enter_order(
        draft("ALPHA", ("HELMET", 5), priority=1, order_type="free"), by=SYSTEM, clock=small.clock
    )  # fmt: skip
    asked = actions.enter_order(draft("BETA", ("HELMET", 5), priority=9), by=rep, clock=small.clock)
    supply.change_receipt(receipt_id, quantity=7, by=SYSTEM, clock=small.clock)
    assert jobs.work_off(small.clock) == 0
    assert promised(urgent) == promised(asked) == [[(5, company.NEXT_WEDNESDAY)]]
    assert NewDates.objects.get().missing == 3
    assert_books_hold()


@pytest.fixture
def two_who_take(transactional_db):
    """Two people take the same new dates at the same moment."""
    small = company.build()
    asks(small)
    receipt_id = expect(small)
    wanted = OrderDraft(
        customer="ALPHA", lines=(LineDraft(product="HELMET", quantity=4),), requested_on=company.NEXT_WEDNESDAY
    )
    actions.enter_order(wanted, by=SYSTEM, clock=small.clock)
    slip(small, receipt_id)
    jobs.work_off(small.clock)
    row = NewDates.objects.get()

    def take():
        actions.take_new_dates(row.pk, version=1, by=SYSTEM, clock=small.clock)

    return take, take


BEFORE_PROMISING = [(sys.modules["troth.business.promising.actions"], "repromise_short")]


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_takes_the_new_dates(monkeypatch, two_who_take):
    assert rivals.race(monkeypatch, True, BEFORE_PROMISING, *two_who_take) == ["done", "new_dates_over"]
    assert Event.objects.filter(kind="sales.order_repromised").count() == 1
    assert_books_hold()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_promise_anew_and_one_fails_at_what_the_other_wrote(monkeypatch, two_who_take):
    assert rivals.race(monkeypatch, False, BEFORE_PROMISING, *two_who_take) == ["IntegrityError", "done"]
