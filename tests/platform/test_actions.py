"""Actions: one transaction each, with its events, or nothing."""

import pytest
from django.db import connection

from tests.platform.shelves import Shelf, lying_on, put
from troth.kernel.errors import InvalidInput
from troth.platform import actions, events, locks
from troth.platform.actions import action
from troth.platform.actors import NOBODY, SYSTEM, Actor, Grant
from troth.platform.documents import DocumentRef
from troth.platform.models import BlockRow, Event, Outbox, User
from troth.platform.permissions import PERMISSIONS, NotAllowed

A = Shelf(1, "A")
ORDER = DocumentRef("order", 4711, "1004711")


@action
def note(what="seen", *, fail=False, by, clock):
    User.objects.create(username=what)
    facts, changes = {"what": what}, {"name": (None, what)}
    events.record(f"test.{what}", ORDER, company_id=1, by=by, at=clock.now(), facts=facts, changes=changes)
    if fail:
        raise InvalidInput("No.")
    return what


@pytest.mark.django_db
def test_an_action_leaves_its_effect_and_its_event(clock):
    assert note(by=SYSTEM, clock=clock) == "seen"
    event = Event.objects.get()
    assert (event.kind, event.company_id, event.at) == ("test.seen", 1, clock.now())
    assert (event.document_kind, event.document_id, event.document_number) == ("order", 4711, "1004711")
    assert (event.facts, event.changes) == ({"what": "seen"}, {"name": [None, "seen"]})


@pytest.mark.django_db
def test_a_refused_action_leaves_neither_effect_nor_event(clock):
    with pytest.raises(InvalidInput):
        note(fail=True, by=SYSTEM, clock=clock)
    assert (User.objects.count(), Event.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_an_action_inside_an_action_is_a_defect(clock):
    @action
    def outer(*, by, clock):
        note(by=by, clock=clock)

    with pytest.raises(AssertionError, match="called inside another action"):
        outer(by=SYSTEM, clock=clock)
    assert Event.objects.count() == 0


@pytest.mark.django_db
def test_after_a_refusal_the_next_action_runs(clock):
    with pytest.raises(InvalidInput):
        note(fail=True, by=SYSTEM, clock=clock)
    assert note(by=SYSTEM, clock=clock) == "seen"


def test_an_event_outside_an_action_is_a_defect(clock):
    with pytest.raises(AssertionError, match="only an action writes"):
        events.record("test.seen", ORDER, company_id=1, by=SYSTEM, at=clock.now())


@pytest.mark.django_db
def test_a_subscriber_gets_an_outbox_row_with_the_event(clock, monkeypatch):
    monkeypatch.setattr(events, "_subscribers", {"test.seen": {"one": print, "two": print}})
    note(by=SYSTEM, clock=clock)
    rows = Outbox.objects.order_by("subscriber").values_list("event_id", "subscriber", "attempts", "done_at")
    assert [*rows] == [(Event.objects.get().pk, "one", 0, None), (Event.objects.get().pk, "two", 0, None)]


@pytest.mark.django_db
def test_who_has_no_role_for_an_action_is_refused_before_it_begins(clock):
    for nobody in (NOBODY, Actor(7, "Carla", (Grant("representative"),))):
        with pytest.raises(NotAllowed):
            note(by=nobody, clock=clock)
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_a_role_in_one_company_does_not_act_in_another(clock, monkeypatch):
    monkeypatch.setitem(PERMISSIONS, "platform.touch", frozenset({"representative"}))

    @action
    def touch(block_id, *, by, clock):
        return locks.hold(BlockRow, block_id, by=by)[0].document_number

    block = BlockRow.objects.create(
        company_id=2, document_kind="order", document_id=1, document_number="17", kind="credit", scope="delivery",
        reason="limit", set_at=clock.now(),
    )  # fmt: skip
    carla = Actor(7, "Carla", (Grant("representative", company_id=1), Grant("auditor", company_id=2)))
    with pytest.raises(NotAllowed):
        touch(block.pk, by=carla, clock=clock)
    dora = Actor(8, "Dora", (Grant("representative", company_id=2),))
    assert touch(block.pk, by=dora, clock=clock) == "17"


def test_an_action_is_named_by_its_app():
    from troth.platform.actions import _app

    assert _app("troth.business.sales.actions.submit") == "sales"
    assert _app("troth.business.sales.actions") == "sales"
    assert _app("troth.ledgers.stock.store") == "stock"
    assert _app("troth.platform.users") == "platform"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_all_count(ledger, together, clock):
    put(A, 0, by=SYSTEM, clock=clock)

    def five():
        return [put(A, 1, by=SYSTEM, clock=clock) for _ in range(5)]

    answers = together(five, five, five, five)
    assert sorted(number for some in answers for number in some) == list(range(1, 21))
    assert lying_on(A) == 20


@pytest.mark.django_db
def test_an_empty_action_with_an_event_costs_one_statement_besides_the_transaction(clock):
    from troth.platform.sql import tally

    @action
    def quick(*, by, clock):
        events.record("test.quick", ORDER, company_id=1, by=by, at=clock.now())

    before = tally.statements
    quick(by=SYSTEM, clock=clock)
    assert tally.statements - before == 1
    assert connection.in_atomic_block


def test_what_is_remembered_is_read_once_within_reading_and_anew_afterwards():
    read = []

    def look() -> int:
        read.append(1)
        return len(read)

    with actions.reading():
        assert [actions.remembered(("order", 1), look), actions.remembered(("order", 1), look)] == [1, 1]
        assert actions.remembered(("order", 2), look) == 2
    assert [actions.remembered(("order", 1), look), actions.remembered(("order", 1), look)] == [3, 4]
