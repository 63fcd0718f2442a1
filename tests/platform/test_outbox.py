"""The outbox: what follows from an event happens, once done, however often workers die or meet."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection

from tests.platform import shelves
from tests.platform.shelves import Meeting, Shelf, lying_on
from troth.platform import events, outbox, sql
from troth.platform.actions import action
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.documents import DocumentRef
from troth.platform.models import Event, Outbox, User

ORDER = DocumentRef("order", 4711, "1004711")
A = Shelf(1, "A")
RACE = pytest.mark.django_db(transaction=True)


@action
def happen(*, by, clock):
    events.record("test.happened", ORDER, company_id=1, by=by, at=clock.now(), facts={"n": 1})


@pytest.fixture
def subscribed(monkeypatch):
    """Subscribe one function to `test.happened`; the test says which."""

    def subscribe(function):
        monkeypatch.setattr(events, "_subscribers", {"test.happened": {"it": function}})

    return subscribe


@pytest.mark.django_db
def test_a_subscriber_runs_once_for_an_event(subscribed, clock):
    seen = []
    subscribed(seen.append)
    happen(by=SYSTEM, clock=clock)
    assert outbox.work_outbox(clock=clock) == 1
    assert outbox.work_outbox(clock=clock) == 0
    [event] = seen
    assert (event.kind, event.ref, event.company_id, event.facts) == ("test.happened", ORDER, 1, {"n": 1})
    assert (event.ref.number, event.at) == ("1004711", clock.now())
    assert Outbox.objects.get().done_at == clock.now()


@pytest.mark.django_db
def test_what_a_failing_subscriber_wrote_is_undone_and_it_is_tried_again_later(subscribed, clock):
    fails = [True]

    def write_and_fail(event):
        User.objects.create(username="x")
        if fails:
            raise ValueError(fails.pop())

    subscribed(write_and_fail)
    happen(by=SYSTEM, clock=clock)
    assert outbox.work_outbox(clock=clock) == 1
    row = Outbox.objects.get()
    assert (User.objects.count(), row.attempts, row.error) == (0, 1, "ValueError: True")
    assert row.due_at == clock.now() + timedelta(seconds=2)
    assert outbox.work_outbox(clock=clock) == 0
    clock.at += timedelta(seconds=2)
    assert outbox.work_outbox(clock=clock) == 1
    row.refresh_from_db()
    assert (User.objects.count(), row.done_at, row.error) == (1, clock.now(), "")


@pytest.mark.django_db
def test_a_row_that_fails_too_often_waits_for_a_person(subscribed, clock):
    def fail(event):
        raise ValueError("broken")

    subscribed(fail)
    happen(by=SYSTEM, clock=clock)
    for _ in range(outbox.ATTEMPTS_MAX):
        assert outbox.work_outbox(clock=clock) == 1
        clock.at += timedelta(hours=1)
    assert (outbox.work_outbox(clock=clock), outbox.waiting()) == (0, 0)
    [stuck] = outbox.stuck()
    assert (stuck.kind, stuck.subscriber, stuck.attempts) == ("test.happened", "it", outbox.ATTEMPTS_MAX)
    outbox.retry_outbox(stuck.id, by=SYSTEM, clock=clock)
    assert (outbox.stuck(), outbox.waiting()) == ((), 1)
    assert Event.objects.last().kind == "platform.outbox_retried"


@pytest.mark.django_db
def test_a_subscriber_that_is_gone_is_an_error_of_the_row(subscribed, clock):
    subscribed(print)
    happen(by=SYSTEM, clock=clock)
    events._subscribers["test.happened"] = {}
    assert outbox.work_outbox(clock=clock) == 1
    assert Outbox.objects.get().error.startswith("SubscriberGone")


@pytest.mark.django_db
def test_a_subscriber_may_call_actions(subscribed, clock):
    subscribed(lambda event: follow(by=SYSTEM, clock=clock))

    @action
    def follow(*, by, clock):
        events.record("test.followed", ORDER, company_id=1, by=by, at=clock.now())

    happen(by=SYSTEM, clock=clock)
    outbox.work_outbox(clock=clock)
    assert [*Event.objects.order_by("pk").values_list("kind", flat=True)] == ["test.happened", "test.followed"]


@pytest.fixture
def two_workers(ledger, subscribed, together):
    """Two workers meet over one row whose subscriber puts ten on a shelf."""
    meeting = Meeting()

    def put_ten(event):
        meeting.wait()
        sql.fetch("UPDATE test_shelf SET quantity = quantity + 10")

    shelves.put(A, 0, by=SYSTEM, clock=SYSTEM_CLOCK)
    subscribed(put_ten)
    happen(by=SYSTEM, clock=SYSTEM_CLOCK)
    return lambda: together(*[lambda: outbox.work_outbox(1)] * 2)


@RACE
def test_two_workers_do_a_row_once(two_workers):
    assert sorted(two_workers()) == [0, 1]
    assert lying_on(A) == 10


@RACE
def test_two_workers_do_a_row_twice_without_the_lock(two_workers, monkeypatch):
    from contextlib import nullcontext

    def looks_only(now):
        rows = sql.fetch("SELECT id, subscriber, event_id, cause FROM platform_outbox WHERE done_at IS NULL")
        return rows[0]

    monkeypatch.setattr(outbox, "_take", looks_only)
    if connection.vendor == "sqlite":
        monkeypatch.setattr(outbox, "transaction", SimpleNamespace(atomic=nullcontext))
    assert two_workers() == [1, 1]
    assert lying_on(A) == 20


@pytest.mark.django_db
def test_an_event_that_a_subscriber_does_not_care_for_takes_no_outbox_row(subscribed, monkeypatch, clock):
    subscribed(lambda event: None)
    monkeypatch.setattr(events, "_cares", {("test.happened", "it"): lambda event: event.facts["n"] > 1})
    happen(by=SYSTEM, clock=clock)
    assert (Event.objects.count(), Outbox.objects.count()) == (1, 0)
    monkeypatch.setattr(events, "_cares", {("test.happened", "it"): lambda event: event.facts["n"] == 1})
    happen(by=SYSTEM, clock=clock)
    assert (Event.objects.count(), Outbox.objects.count()) == (2, 1)


@pytest.mark.django_db
def test_events_are_written_in_the_order_in_which_they_happened(monkeypatch, clock):
    @action
    def thrice(*, by, clock):
        for kind in ("test.first", "test.second", "test.third"):
            events.record(kind, ORDER, company_id=1, by=by, at=clock.now())

    monkeypatch.setattr(events, "_subscribers", {"test.second": {"it": print, "other": print}})
    thrice(by=SYSTEM, clock=clock)
    assert [*Event.objects.order_by("pk").values_list("kind", flat=True)] == ["test.first", "test.second", "test.third"]
    assert {*Outbox.objects.values_list("event__kind", "subscriber")} == {
        ("test.second", "it"),
        ("test.second", "other"),
    }


@pytest.mark.django_db
def test_each_of_many_events_gets_the_outbox_row_that_is_its_own(monkeypatch, clock):
    @action
    def often(*, by, clock):
        for n in range(200):
            kind = "test.even" if n % 2 == 0 else "test.odd"
            events.record(kind, DocumentRef("order", n), company_id=1, by=by, at=clock.now(), facts={"n": n})

    monkeypatch.setattr(events, "_subscribers", {"test.odd": {"it": print}})
    often(by=SYSTEM, clock=clock)
    assert [*Event.objects.order_by("pk").values_list("document_id", flat=True)] == [*range(200)]
    rows = Outbox.objects.order_by("pk").values_list("event__kind", "event__document_id")
    assert [*rows] == [("test.odd", n) for n in range(1, 200, 2)]
