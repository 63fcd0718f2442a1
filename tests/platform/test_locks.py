"""Locks: nobody loses what another wrote, nobody waits in a circle, nobody looks without proof."""

import pytest
from django.db import OperationalError, connection, transaction

from tests.platform import shelves
from tests.platform.shelves import Account, Meeting, Seat, Shelf, lying_on, put, put_on_each
from troth.kernel.errors import NotFound, Sentence
from troth.platform import actions, locks, sql
from troth.platform.actions import action
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.api.problems import refused
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.locks import Busy, KeyNotHeld, LockOrder, Overlay
from troth.platform.models import BlockRow, User

A, B = Shelf(1, "A"), Shelf(2, "B")
RACE = pytest.mark.django_db(transaction=True)


def put_ten(key, meeting=None):
    return put(key, 10, meeting=meeting, by=SYSTEM, clock=SYSTEM_CLOCK)


@RACE
def test_two_who_change_the_same_balance_do_not_lose_an_update(ledger, together):
    put_ten(A)
    meeting = Meeting()
    assert sorted(together(*[lambda: put_ten(A, meeting)] * 2)) == [20, 30]
    assert lying_on(A) == 30


@RACE
def test_a_balance_loses_an_update_without_the_lock(ledger, together, monkeypatch):
    put_ten(A)
    shelves.without_locks(monkeypatch)
    meeting = Meeting()
    assert together(*[lambda: put_ten(A, meeting)] * 2) == [20, 20]
    assert lying_on(A) == 20


@RACE
def test_two_who_need_the_same_missing_row_share_one(ledger, together):
    meeting = Meeting()
    assert sorted(together(*[lambda: put_ten(A, meeting)] * 2)) == [10, 20]
    assert lying_on(A) == 20


def cross(together, monkeypatch):
    """Two takers want a shelf and a seat, in opposite order, and wait for each other between the two."""
    put_on_each((A, Seat(1)), by=SYSTEM, clock=SYSTEM_CLOCK)
    meeting, read = Meeting(), locks._read

    def slow_read(*args, **kwargs):
        found = read(*args, **kwargs)
        meeting.wait()
        return found

    monkeypatch.setattr(locks, "_read", slow_read)
    return together(
        lambda: put_on_each((A, Seat(1)), by=SYSTEM, clock=SYSTEM_CLOCK),
        lambda: put_on_each((Seat(1), A), by=SYSTEM, clock=SYSTEM_CLOCK),
    )


@RACE
def test_takers_in_opposite_order_do_not_block_each_other(ledger, together, monkeypatch):
    monkeypatch.setattr(actions, "ATTEMPTS", 1)
    assert cross(together, monkeypatch) == [None, None]
    assert (lying_on(A), lying_on(Seat(1))) == (3, 3)


@RACE
def test_takers_in_request_order_block_each_other_without_the_fixed_order(ledger, together, monkeypatch):
    monkeypatch.setattr(actions, "ATTEMPTS", 1)
    monkeypatch.setattr(locks, "_kind_order", lambda kind: 0)
    outcomes = cross(together, monkeypatch)
    deadlocks = 1 if connection.vendor == "postgresql" else 0  # SQLite has one writer, who cannot be crossed
    assert sum(isinstance(outcome, Busy) for outcome in outcomes) == deadlocks
    assert lying_on(A) == 3 - deadlocks


@RACE
def test_a_deadlock_that_the_database_breaks_is_run_again(ledger, together, monkeypatch):
    monkeypatch.setattr(locks, "_kind_order", lambda kind: 0)
    assert cross(together, monkeypatch) == [None, None]
    assert (lying_on(A), lying_on(Seat(1))) == (3, 3)


@RACE
def test_whoever_waits_longer_than_the_lock_timeout_is_told_that_it_is_busy(ledger, together):
    import threading

    put_ten(A)
    locked, done = threading.Event(), threading.Event()

    @action
    def keep(*, by, clock):
        locks.begin().take(A)
        locked.set()
        done.wait(30)

    @action
    def hurry(*, by, clock):
        if connection.vendor == "postgresql":
            sql.fetch("SET LOCAL lock_timeout = '100ms'")
        locks.begin().take(A)

    def second():
        locked.wait(30)
        if connection.vendor == "sqlite":
            sql.fetch("PRAGMA busy_timeout = 100")
        try:
            return hurry(by=SYSTEM, clock=SYSTEM_CLOCK)
        finally:
            done.set()

    first, other = together(lambda: keep(by=SYSTEM, clock=SYSTEM_CLOCK), second)
    assert first is None
    assert isinstance(other, Busy)
    assert (other.code, other.facts["retry_after_seconds"]) == ("busy", 1)
    assert str(other.message).endswith("Try again in about 1 s.")
    headers = refused(None, other).headers
    assert headers["Retry-After"] == "1"


@pytest.mark.parametrize(("waited", "told"), [(0.0, 1), (2.2, 3), (20.0, 20), (900.0, 60)])
def test_who_is_told_that_it_is_busy_is_told_to_come_back_after_as_long_as_they_waited(waited, told):
    busy = Busy(Sentence("Try again in about %(retry_after_seconds)s s."), waited_seconds=waited)
    assert (busy.facts, str(busy.message)) == ({"retry_after_seconds": told}, f"Try again in about {told} s.")
    answer = refused(None, busy)
    assert (answer.status_code, answer.headers["Retry-After"]) == (409, str(told))


@RACE
def test_two_who_hold_the_same_document_come_one_after_the_other(together):
    user = User.objects.create(username="carla", first_name="")
    meeting = Meeting()

    @action
    def lengthen(*, by, clock):
        held, _ = locks.hold(User, user.pk, by=by)
        meeting.wait()
        held.first_name += "x"
        held.save(update_fields=["first_name"])

    together(*[lambda: lengthen(by=SYSTEM, clock=SYSTEM_CLOCK)] * 2)
    assert User.objects.get(pk=user.pk).first_name == "xx"


@RACE
def test_a_document_loses_an_update_without_the_lock(together, monkeypatch):
    user = User.objects.create(username="carla", first_name="")
    meeting = Meeting()
    monkeypatch.setattr(locks, "_documents", lambda model, ids, by: list(model.objects.filter(pk__in=ids)))
    if connection.vendor == "sqlite":
        shelves.without_locks(monkeypatch)

    @action
    def stretch(*, by, clock):
        held, _ = locks.hold(User, user.pk, by=by)
        meeting.wait()
        held.first_name += "x"
        held.save(update_fields=["first_name"])

    together(*[lambda: stretch(by=SYSTEM, clock=SYSTEM_CLOCK)] * 2)
    assert User.objects.get(pk=user.pk).first_name == "x"


@pytest.mark.django_db
def test_a_key_that_was_not_taken_cannot_be_read(ledger):
    with transaction.atomic():
        held = locks.begin()
        held.take(A)
        assert held.balance(A).quantity == 0
        with pytest.raises(KeyNotHeld):
            held.balance(B)


@pytest.mark.django_db
def test_a_balance_of_an_earlier_kind_cannot_be_taken_later(ledger):
    with transaction.atomic():
        held = locks.begin()
        held.take(A)
        with pytest.raises(LockOrder, match="take both at once"):
            held.take(Account(1))
        assert list(held.keys()) == [A]


@pytest.mark.django_db
def test_documents_are_locked_before_balances(ledger):
    user = User.objects.create(username="carla")
    with transaction.atomic():
        held = locks.begin()
        held.take(A)
        with pytest.raises(LockOrder):
            held.hold(User, user.pk, by=SYSTEM)
        assert not held.holds(user)


@pytest.mark.django_db
def test_keys_are_locked_by_kind_and_then_by_key_in_one_statement_a_kind(ledger, monkeypatch):
    with transaction.atomic():
        locks.begin().take(B, A, Account(9))
    statements = []
    fetch = sql.fetch
    monkeypatch.setattr(sql, "fetch", lambda text, values=(): statements.append(text) or fetch(text, values))
    with transaction.atomic():
        locks.begin().take(B, Account(9), A, B)
    assert [text.partition(" b JOIN")[0].rpartition(" ")[2] for text in statements] == ["test_account", "test_shelf"]
    assert all("ORDER BY b." in text for text in statements)
    locked = connection.vendor == "postgresql"
    assert [text.endswith("FOR NO KEY UPDATE OF b") for text in statements] == [locked, locked]


def take_five_and_fail(held):
    with held.attempt():
        held.take(A)
        shelves.write(held, A, 5)
        raise OperationalError


@pytest.mark.django_db
def test_an_attempt_that_fails_gives_its_locks_and_writes_back(ledger):
    with transaction.atomic():
        held = locks.begin()
        with pytest.raises(OperationalError):
            take_five_and_fail(held)
        assert list(held.keys()) == []
        assert lying_on(A) is None


@pytest.mark.django_db
def test_an_overlay_supposes_and_leaves_no_trace(ledger):
    with transaction.atomic():
        held = locks.begin()
        held.take(A)
        shelves.write(held, A, 7)
    overlay = Overlay()
    overlay.take(A, B)
    overlay.balance(A).quantity -= 7
    assert (overlay.balance(A).quantity, overlay.balance(B).quantity, overlay.writes) == (0, 0, False)
    assert (lying_on(A), lying_on(B)) == (7, None)


def block_of_company(company_id):
    return BlockRow.objects.create(
        company_id=company_id, document_kind="order", document_id=1, document_number="1", kind="credit",
        scope="delivery", reason="limit", set_at=SYSTEM_CLOCK.now(),
    )  # fmt: skip


@pytest.mark.django_db
def test_a_document_of_another_company_is_not_there():
    theirs = block_of_company(2)
    ours = Actor(7, "Carla", (Grant("representative", company_id=1),))
    with transaction.atomic(), pytest.raises(NotFound) as refused:
        locks.hold(BlockRow, theirs.pk, by=ours)
    assert refused.value.facts == {"kind": "platform.blockrow", "id": theirs.pk}


@pytest.mark.django_db
def test_hold_returns_documents_in_the_order_asked_for():
    first, second = User.objects.create(username="a"), User.objects.create(username="b")
    with transaction.atomic():
        held = locks.begin()
        assert held.hold(User, second.pk, first.pk, by=SYSTEM) == [second, first]
        assert held.holds(first)
