"""Requests: asked, seen, answered, or late."""

from datetime import timedelta

import pytest

from troth.kernel.errors import InvalidInput
from troth.kernel.lifecycle import IllegalTransition
from troth.platform import requests
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.documents import DocumentRef
from troth.platform.models import Event
from troth.platform.requests import AlreadyAsked, NotYours, RequestState

pytestmark = pytest.mark.django_db
ORDER = DocumentRef("order", 4711, "1004711")
REP = Actor(1, "Rita", (Grant("representative", company_id=1),))
SCHEDULER = Actor(2, "Sam", (Grant("production_scheduler", company_id=1),))


@pytest.fixture
def ask(clock):
    def asked(**other):
        asked = {
            "company_id": 1, "from_role": "representative", "to_role": "production_scheduler", "by": REP,
            "question": "Can you make 40 by Friday?", "due_at": clock.now() + timedelta(hours=4), "clock": clock,
        }  # fmt: skip
        return requests.ask("confirm_date", ORDER, **(asked | other))

    return asked


def the_request():
    [request] = requests.requests_of(ORDER)
    return request


def test_a_request_is_asked_seen_and_answered(ask, clock):
    number = ask()
    assert (the_request().state, the_request().receipt_at) == (RequestState.ASKED, None)
    requests.acknowledge(number, by=SCHEDULER, clock=clock)
    assert (the_request().state, the_request().receipt_by_id) == (RequestState.RECEIVED, 2)
    clock.at += timedelta(hours=1)
    assert requests.answer(number, accepted=True, answer="40 on Friday", by=SCHEDULER, clock=clock) == "accepted"
    assert (the_request().answered_at, the_request().answer) == (clock.now(), "40 on Friday")
    kinds = [*Event.objects.order_by("pk").values_list("kind", flat=True)]
    assert kinds == ["platform.request_asked", "platform.request_received", "platform.request_answered"]


def test_an_answer_is_also_the_receipt(ask, clock):
    requests.answer(ask(), accepted=False, reason="no capacity", by=SCHEDULER, clock=clock)
    assert (the_request().state, the_request().receipt_by_id) == (RequestState.DECLINED, 2)


def test_declining_needs_a_reason(ask, clock):
    with pytest.raises(InvalidInput):
        requests.answer(ask(), accepted=False, by=SCHEDULER, clock=clock)
    assert the_request().state == RequestState.ASKED


def test_only_the_asked_role_answers_and_only_the_asking_one_withdraws(ask, clock):
    number = ask()
    for verb, wrong in ((requests.acknowledge, REP), (requests.withdraw, SCHEDULER)):
        with pytest.raises(NotYours):
            verb(number, by=wrong, clock=clock)
    requests.withdraw(number, by=REP, clock=clock)
    assert the_request().state == RequestState.WITHDRAWN


def test_a_closed_request_is_not_answered(ask, clock):
    number = ask()
    requests.withdraw(number, by=REP, clock=clock)
    with pytest.raises(IllegalTransition):
        requests.answer(number, accepted=True, by=SCHEDULER, clock=clock)
    assert the_request().state == RequestState.WITHDRAWN


def test_the_same_question_is_not_asked_twice_while_open(ask, clock):
    number = ask()
    with pytest.raises(AlreadyAsked):
        ask()
    requests.withdraw(number, by=REP, clock=clock)
    ask()
    assert [request.state for request in requests.requests_of(ORDER)] == ["withdrawn", "asked"]


def test_a_request_is_overdue_after_its_deadline_and_expires(ask, clock):
    number = ask()
    assert requests.overdue(clock.now()) == ()
    with pytest.raises(InvalidInput):
        requests.expire(number, by=SYSTEM, clock=clock)
    clock.at += timedelta(hours=5)
    assert [request.id for request in requests.overdue(clock.now())] == [number]
    requests.expire(number, by=SYSTEM, clock=clock)
    assert requests.overdue(clock.now()) == ()


@pytest.mark.parametrize("wrong", [{"to_role": "king"}, {"due_at": None}])
def test_an_unknown_role_and_a_past_deadline_are_refused(ask, clock, wrong):
    if "due_at" in wrong:
        wrong = {"due_at": clock.now()}
    with pytest.raises(InvalidInput):
        ask(**wrong)
    assert requests.requests_of(ORDER) == ()


def test_a_role_sees_what_is_open_for_it_in_its_companies(ask):
    number = ask()
    roles = {"production_scheduler"}
    assert [request.id for request in requests.open_for(roles, company_ids=frozenset({1}))] == [number]
    assert requests.open_for(roles, company_ids=frozenset({2})) == ()
    assert requests.open_for({"auditor"}, company_ids=None) == ()
