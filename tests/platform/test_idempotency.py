"""Client keys: however often it is asked, it is done once."""

from dataclasses import dataclass
from datetime import date

import pytest
from django.db import IntegrityError, connection

from tests.platform import shelves
from tests.platform.shelves import Meeting, Shelf, lying_on, put
from troth.kernel.errors import InvalidInput
from troth.platform import actions, idempotency, sql
from troth.platform.actions import action
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.idempotency import KeyInProgress, KeyReused, Request
from troth.platform.models import Idempotency, User
from troth.platform.permissions import PERMISSIONS

A = Shelf(1, "A")
RACE = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Made:
    number: int
    on: date


@action
def make(number: int, *, clock, by, meeting: None = None) -> Made:
    User.objects.create(username=str(number))
    return Made(number, date(2026, 3, 2))


@action
def race(number: int, *, by, clock) -> int:
    """Put ten on shelf A, waiting for the rival in between."""
    from troth.platform import locks

    held = locks.begin()
    MEETING[0].wait()
    held.take(A)
    shelves.write(held, A, held.balance(A).quantity + 10)
    return number


MEETING: list[Meeting] = []


@pytest.fixture
def rivals(ledger, together, clock):
    """Two send the same request with the same key at the same moment."""
    put(A, 0, by=SYSTEM, clock=clock)
    MEETING[:] = [Meeting()]
    return lambda: together(*[lambda: race(7, by=SYSTEM, clock=clock, key="k")] * 2)


@pytest.mark.django_db
def test_a_repeated_request_gets_the_first_answer_and_changes_nothing(clock):
    first = make(7, by=SYSTEM, clock=clock, key="k")
    assert make(7, by=SYSTEM, clock=clock, key="k") == first == Made(7, date(2026, 3, 2))
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_another_payload_under_the_same_key_is_refused(clock):
    make(7, by=SYSTEM, clock=clock, key="k")
    with pytest.raises(KeyReused):
        make(8, by=SYSTEM, clock=clock, key="k")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_of_two_people_is_two_keys(clock, monkeypatch):
    monkeypatch.setitem(PERMISSIONS, "platform.make", frozenset({"representative"}))
    make(7, by=Actor(1, "Carla", (Grant("representative"),)), clock=clock, key="k")
    make(8, by=Actor(2, "Dora", (Grant("representative"),)), clock=clock, key="k")
    assert User.objects.count() == 2


@pytest.mark.django_db
def test_a_refusal_is_not_remembered(clock):
    @action
    def grudge(*, by, clock) -> str:
        if not User.objects.exists():
            raise InvalidInput("There is nobody.")
        return "done"

    with pytest.raises(InvalidInput):
        grudge(by=SYSTEM, clock=clock, key="k")
    assert Idempotency.objects.count() == 0
    User.objects.create(username="x")
    assert grudge(by=SYSTEM, clock=clock, key="k") == "done"


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb"])
@pytest.mark.django_db
def test_a_key_that_is_empty_too_long_or_unprintable_is_refused(clock, key):
    with pytest.raises(InvalidInput):
        make(7, by=SYSTEM, clock=clock, key=key)
    assert User.objects.count() == 0


def test_the_hash_of_a_payload_does_not_depend_on_the_order_of_sets_and_names():
    def hashed(members):
        return Request.of("a", SYSTEM, "k", (frozenset(members), Made(1, date(2026, 1, 1))), {"x": {"b": 1, "a": 2}})

    assert hashed("abc").payload_hash == hashed("cba").payload_hash != hashed("ab").payload_hash


@RACE
def test_the_same_key_at_the_same_moment_acts_once(rivals, clock):
    outcomes = rivals()
    assert lying_on(A) == 10
    if connection.vendor == "postgresql":
        assert sorted(map(str, outcomes))[0] == "7"
        assert sum(isinstance(outcome, KeyInProgress) for outcome in outcomes) == 1
    else:
        assert outcomes == [7, 7]
    assert race(7, by=SYSTEM, clock=clock, key="k") == 7
    assert lying_on(A) == 10


@RACE
def test_the_same_key_at_the_same_moment_acts_twice_without_the_keys(rivals, monkeypatch):
    monkeypatch.setattr(idempotency, "once", lambda request, function, call: call())
    assert rivals() == [7, 7]
    assert lying_on(A) == 20


def unclaimed(monkeypatch):
    monkeypatch.setattr(idempotency, "_claim", lambda request: None)
    monkeypatch.setattr(actions, "ATTEMPTS", 1)


@RACE
def test_without_the_claim_the_unique_constraint_still_stops_the_second(rivals, monkeypatch):
    unclaimed(monkeypatch)
    outcomes = rivals()
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 1
    assert lying_on(A) == 10


@RACE
def test_without_claim_and_constraint_it_is_done_twice(rivals, monkeypatch, ledger):
    unclaimed(monkeypatch)
    with without_unique_keys():
        assert rivals() == [7, 7]
        assert lying_on(A) == 20


class without_unique_keys:
    """The table of client keys as it would be without its constraint, and back again."""

    def __enter__(self):
        constraint = Idempotency._meta.constraints[0]
        Idempotency._meta.constraints.remove(constraint)
        with connection.schema_editor() as editor:
            editor.remove_constraint(Idempotency, constraint)
        Idempotency._meta.constraints.append(constraint)
        self.constraint = constraint

    def __exit__(self, *_):
        sql.fetch("DELETE FROM platform_idempotency")
        with connection.schema_editor() as editor:
            editor.add_constraint(Idempotency, self.constraint)


@RACE
def test_a_rival_commit_under_the_key_is_found_by_running_again(rivals, monkeypatch):
    claim, blind = idempotency._claim, []

    def late(request):
        if len(blind) < 2:
            blind.append(request)
            return None
        return claim(request)

    monkeypatch.setattr(idempotency, "_claim", late)
    assert rivals() == [7, 7]
    assert lying_on(A) == 10
