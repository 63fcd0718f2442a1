"""Two act on one request at the same moment: one wins, and both would without the lock."""

import pytest

from tests import company, rivals
from tests.sales.test_handoffs import QUALITY, at
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.platform import requests
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.platform.models import Event, RequestRow
from troth.platform.requests import asking, verbs

pytestmark = pytest.mark.django_db(transaction=True)
ENDS = ("platform.request_answered", "platform.request_expired", "platform.request_escalated")


@pytest.fixture
def meeting(rep, monkeypatch):
    """Two calls of one request that ends at ten o'clock; returns what became of each."""

    def run(patience, *calls):
        small = company.build()
        wanted = OrderDraft(
            customer="ALPHA", requested_on=company.NEXT_WEDNESDAY, lines=(LineDraft(product="HELMET", quantity=1),)
        )
        order = sales.enter_order(wanted, by=rep, clock=small.clock)
        found = requests.ask(
            "offer", DocumentRef("order", order.id, "x"), company_id=small.company.pk, from_role="representative",
            to_role="quality_coordinator", question="Until ten?", due_at=at(10).now(), by=rep, clock=at(9),
        )  # fmt: skip
        rivals.meet_at(monkeypatch, (verbs, "step"), patience_seconds=patience)
        return rivals.outcomes(*(lambda call=call: call(found) for call in calls))

    return run


def accepted(found):
    requests.answer(found, accepted=True, by=QUALITY, clock=at(10))


def declined(found):
    requests.answer(found, accepted=False, reason="not today", by=QUALITY, clock=at(10))


def expired(found):
    requests.expire(found, by=SYSTEM, clock=at(10, 1))


def ends():
    return Event.objects.filter(kind__in=ENDS).count()


PAIRS = pytest.mark.parametrize(
    "calls", [(accepted, expired), (accepted, declined)], ids=["answer and expiry", "two answers"]
)


@PAIRS
def test_one_of_two_ends_the_request(meeting, calls):
    assert meeting(rivals.A_MOMENT_SECONDS, *calls) == ["done", "illegal_transition"]
    assert ends() == 1


@PAIRS
def test_both_end_it_without_the_lock(meeting, monkeypatch, calls):
    rivals.without_locks(monkeypatch)
    assert meeting(rivals.LONG_SECONDS, *calls) == ["done", "done"]
    assert ends() == 2


def escalated(found):
    requests.escalate(found, by=SYSTEM, clock=at(10, 1))


@pytest.fixture
def ladder(monkeypatch):
    """What is asked goes to the operations team when it is late."""
    plain = asking._row

    def row(*given):
        made = plain(*given)
        made.escalates_to = "operations_team"
        return made

    monkeypatch.setattr(asking, "_row", row)


@pytest.mark.usefixtures("ladder")
def test_two_workers_tell_of_what_is_late_once(meeting):
    assert meeting(rivals.A_MOMENT_SECONDS, escalated, escalated) == ["done", "done"]
    assert (ends(), RequestRow.objects.get().escalation) == (1, requests.ANSWER_LATE)


@pytest.mark.usefixtures("ladder")
def test_two_workers_tell_of_it_twice_without_the_lock(meeting, monkeypatch):
    rivals.without_locks(monkeypatch)
    assert meeting(rivals.LONG_SECONDS, escalated, escalated) == ["done", "done"]
    assert ends() == 2
