"""The chain over the history: each kind of attack on it shows."""

import pytest
from django.db import IntegrityError, connection

from tests.platform.shelves import Meeting
from troth.platform import events, seals, sql, triggers, verify
from troth.platform.actions import action
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.platform.models import Event, Seal


@action
def happen(number, company_id=1, *, by, clock):
    ref = DocumentRef("order", number, str(number))
    facts = {"ü": 1.5, "none": None}
    events.record("test.happened", ref, company_id=company_id, by=by, at=clock.now(), facts=facts)


@pytest.fixture
def history(db, clock):
    for number in range(1, 6):
        happen(number, by=SYSTEM, clock=clock)
    assert seals.seal_all() == 5


def broken(name="platform: seal chain"):
    [result] = verify.run([name])
    return result.broken


def test_the_chain_of_a_company_holds(history):
    [result] = verify.run(["platform: seal chain"])
    assert (result.broken, result.count_checked) == (0, 5)
    assert seals.head(1)[0] == 5
    assert len(seals.head(1)[1]) == 64


def test_each_company_has_its_own_chain(history, clock):
    happen(9, 2, by=SYSTEM, clock=clock)
    assert seals.seal_all() == 1
    assert (seals.head(1)[0], seals.head(2)[0]) == (5, 1)
    assert seals.companies() == seals.sealed_companies() == [1, 2]


def test_sealing_again_adds_what_is_new_even_with_a_lower_id(history, clock):
    happen(6, by=SYSTEM, clock=clock)
    assert seals.seal_events(1) == 1
    late = Event.objects.earliest("pk").pk - 1
    Event.objects.create(
        id=late, company_id=1, at=clock.now(), kind="test.late", document_kind="order", document_id=1,
        document_number="1", facts={}, changes={},
    )  # fmt: skip
    assert seals.seal_events(1) == 1
    assert Seal.objects.get(position=7).event_id == late
    assert broken() == 0


def test_sealing_goes_in_batches(db, clock):
    for number in range(5):
        happen(number, by=SYSTEM, clock=clock)
    assert [seals.seal_events(1, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert broken() == 0


ATTACKS = {
    "edited": ("UPDATE platform_event SET kind = 'x' WHERE id = (SELECT min(id) + 2 FROM platform_event)", 1),
    "redated": ("UPDATE platform_event SET at = '2020-01-01 00:00:00+00' WHERE document_number = '5'", 1),
    "rehashed": ("UPDATE platform_seal SET chain_hash = 'x' WHERE position = 3", 2),
    "cut out": ("DELETE FROM platform_seal WHERE position = 3", 1),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_event_that_was_tampered_with_shows(history, attack):
    statement, findings = ATTACKS[attack]
    triggers.lift()
    sql.fetch(statement if connection.vendor == "postgresql" else statement.replace("+00'", "'"))
    assert broken() == findings


def test_events_that_changed_places_show(history):
    triggers.lift()
    first, second = Event.objects.order_by("pk")[:2]
    Event.objects.filter(pk=first.pk).update(document_id=second.document_id, document_number=second.document_number)
    Event.objects.filter(pk=second.pk).update(document_id=first.document_id, document_number=first.document_number)
    assert broken() == 2


def test_a_cut_tail_shows_only_against_the_head_kept_outside(history):
    kept = seals.head(1)
    triggers.lift()
    sql.fetch("DELETE FROM platform_seal WHERE position = 5")
    assert broken() == 0
    assert seals.head(1) != kept


@pytest.fixture
def two_sealers(transactional_db, together, clock, monkeypatch):
    happen(1, by=SYSTEM, clock=clock)
    meeting, head = Meeting(), seals.head

    def slow_head(company_id):
        found = head(company_id)
        meeting.wait()
        return found

    monkeypatch.setattr(seals, "head", slow_head)
    return lambda: together(*[lambda: seals.seal_events(1)] * 2)


@pytest.mark.django_db(transaction=True)
def test_two_sealers_do_not_fork_the_chain(two_sealers):
    assert sorted(two_sealers()) == [0, 1]
    assert Seal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_sealers_lock_the_unique_position_stops_the_second(two_sealers, monkeypatch):
    from contextlib import nullcontext
    from types import SimpleNamespace

    monkeypatch.setattr(seals, "_only_sealer", lambda company_id: True)
    if connection.vendor == "sqlite":
        monkeypatch.setattr(seals, "transaction", SimpleNamespace(atomic=nullcontext))
    outcomes = two_sealers()
    late = [outcome for outcome in outcomes if outcome != 1]
    assert len(late) == 1
    assert late == [0] or isinstance(late[0], IntegrityError)
    assert Seal.objects.count() == 1
