"""What representatives ask of other desks: deadlines by the hours of the site, receipts, answers, and what is late."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import company
from troth.business.sales import actions as sales
from troth.kernel.errors import InvalidInput, NotFound
from troth.platform import jobs, requests
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.clock import FixedClock
from troth.platform.documents import DocumentRef
from troth.platform.models import Event, RequestRow
from troth.platform.requests import NotYours, TooLate
from troth.reference.models import CalendarDay, RequestTerms, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(small, rep, draft):
    company.put_in_stock(small, "HELMET", 9)
    return sales.enter_order(draft("ALPHA", ("HELMET", 3), ("FRAME", 1)), by=rep, clock=small.clock).id


@pytest.fixture
def asked(order, rep):
    """`asked(11, 30)`: the quality coordinator is asked on Monday at this hour in Hamburg."""

    def ask(hour=9, minute=0, *, kind="quality_release", by=rep, **more):
        named = {"question": "May lot 7 go to this order?", **more}
        found = requests.ask_about(kind, "order", order, by=by, clock=at(hour, minute), **named)
        return RequestRow.objects.get(pk=found)

    return ask


def at(hour, minute=0, *, days=0):
    """A clock in Hamburg, in winter."""
    return FixedClock(datetime(2026, 3, 2, hour - 1, minute, tzinfo=UTC) + timedelta(days=days))


def somebody(role, number=2):
    return Actor(number, role, (Grant(role),))


QUALITY, SCHEDULER, TEAM = (
    somebody("quality_coordinator"),
    somebody("production_scheduler", 3),
    somebody("operations_team", 4),
)


def history(request):
    events = Event.objects.filter(document_kind="order", document_id=request.document_id, facts__request=request.pk)
    return [event.kind.partition("request_")[2] for event in events.order_by("id")]


def test_the_receipt_is_due_in_thirty_minutes_and_the_decision_in_an_hour(asked):
    found = asked(9)
    assert (found.receipt_due_at, found.due_at) == (at(9, 30).now(), at(10).now())
    assert (found.from_role, found.to_role, found.escalates_to) == (
        "representative", "quality_coordinator", "operations_team",
    )  # fmt: skip


def test_nothing_that_is_of_one_day_stays_open_after_four(asked):
    found = asked(15, 45)
    assert (found.receipt_due_at, found.due_at) == (at(16).now(), at(16).now())


def test_the_scheduler_answers_within_thirty_minutes_of_work_over_a_holiday(asked, small):
    site = Site.objects.get(code="HAM")
    CalendarDay.objects.create(calendar=site.calendar, on=company.TUESDAY, is_open=False)
    type(site.calendar).objects.update(version=999_999)  # no other test kept this one in memory
    found = asked(15, 50, kind="plan_change")
    assert (found.receipt_due_at, found.due_at) == (None, at(8, 20, days=2).now())


def test_a_company_sets_times_and_the_role_that_late_ones_go_to(asked):
    RequestTerms.objects.create(
        kind="quality_release", receipt_minutes=10, answer_minutes=20, escalates_to="warehouse_supervisor"
    )
    found = asked(9)
    assert (found.receipt_due_at, found.due_at) == (at(9, 10).now(), at(9, 20).now())
    assert found.escalates_to == "warehouse_supervisor"


def test_hours_of_the_site_are_what_its_desks_keep(asked):
    Site.objects.update(opens="06:00", closes="22:00")
    assert asked(15, 45).due_at == at(16, 45).now()


def test_a_line_is_asked_about_beside_its_order_and_another_line(asked, order):
    lines = [number for number, _ in requests.items_of("order", order)]
    for item in ("", *lines):
        asked(item=item)
    assert len(lines) == 2
    with pytest.raises(requests.AlreadyAsked):
        asked(item=lines[0])
    with pytest.raises(InvalidInput, match="no item 999"):
        asked(item="999")
    assert sorted(RequestRow.objects.values_list("item", flat=True)) == ["", *lines]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "riddle"}, "kind"),
        ({"to_role": "credit_manager"}, "to_role"),
        ({"from_role": "auditor"}, "from_role"),
        ({"kind": "question"}, "to_role"),
        ({"question": "  "}, "question"),
        ({"question": "x" * 1001}, "question"),
    ],
)
def test_what_no_desk_asks_of_another_is_refused(asked, wrong, field):
    with pytest.raises(InvalidInput) as refused:
        asked(**wrong)
    assert (refused.value.field, RequestRow.objects.count()) == (field, 0)


def test_who_holds_no_asking_role_or_does_not_see_the_order_asks_nothing(asked, order):
    with pytest.raises(NotYours):
        asked(by=QUALITY)
    with pytest.raises(NotFound):
        asked(by=Actor(5, "Else", (Grant("representative", company_id=999_999),)))
    assert RequestRow.objects.count() == 0


def test_a_late_receipt_and_a_late_answer_escalate_once_each_and_stay_open(asked):
    found = asked(9)
    for hour, minute, told in ((9, 30, False), (9, 31, True), (9, 59, False), (10, 1, True), (15, 0, False)):
        assert requests.escalate(found.pk, by=SYSTEM, clock=at(hour, minute)) is told
    found.refresh_from_db()
    assert (found.state, found.escalation) == ("asked", requests.ANSWER_LATE)
    assert history(found) == ["asked", "escalated", "escalated"]


def test_a_receipt_in_time_leaves_the_answer_to_be_late(asked):
    found = asked(9)
    requests.acknowledge(found.pk, by=QUALITY, clock=at(9, 20))
    assert requests.escalate(found.pk, by=SYSTEM, clock=at(9, 50)) is False
    assert requests.escalate(found.pk, by=SYSTEM, clock=at(10, 1)) is True
    assert history(found) == ["asked", "received", "escalated"]


def test_what_is_late_is_seen_by_the_supervisor_before_the_job_comes_by(asked):
    found = asked(9)
    assert not requests.open_to(TEAM, at(9, 30).now()).exists()
    assert [row.pk for row in requests.open_to(TEAM, at(9, 31).now())] == [found.pk]
    assert not requests.open_to(somebody("warehouse_supervisor"), at(9, 31).now()).exists()


def test_a_late_answer_writes_first_that_it_was_late(asked):
    found = asked(9)
    requests.answer(found.pk, accepted=True, answer="Lot 7 is yours.", by=QUALITY, clock=at(11))
    assert history(found) == ["asked", "escalated", "answered"]
    assert not requests.open_to(TEAM, at(11).now()).exists()


def test_the_supervisor_answers_for_a_late_desk_only_where_the_kind_lets_them(asked):
    decision, load = asked(9), asked(9, kind="load_change")
    for found in (decision, load):
        with pytest.raises(NotYours):
            requests.answer(found.pk, accepted=True, by=TEAM, clock=at(9, 20))
    with pytest.raises(NotYours):
        requests.answer(decision.pk, accepted=True, by=TEAM, clock=at(12))
    assert requests.answer(load.pk, accepted=True, by=TEAM, clock=at(12)) == "accepted"


def test_only_what_expires_by_its_kind_ends_with_its_deadline(asked, order, rep):
    stays = asked(9)
    with pytest.raises(InvalidInput):
        requests.expire(stays.pk, by=SYSTEM, clock=at(12))
    ends = requests.ask(
        "offer", DocumentRef("order", order, "x"), company_id=stays.company_id, from_role="representative",
        to_role="quality_coordinator", question="Until ten?", due_at=at(10).now(), by=rep, clock=at(9),
    )  # fmt: skip
    with pytest.raises(TooLate):
        requests.answer(ends, accepted=True, by=QUALITY, clock=at(10, 1))
    assert [one.id for one in requests.overdue(at(12).now())] == [ends]
    requests.expire(ends, by=SYSTEM, clock=at(12))
    assert RequestRow.objects.get(pk=ends).state == "expired"


def test_the_jobs_go_on_after_one_that_was_answered_meanwhile(asked, monkeypatch):
    first, second = asked(9), asked(9, kind="load_change")
    requests.withdraw(first.pk, by=somebody("representative"), clock=at(9, 5))
    monkeypatch.setattr(jobs, "SYSTEM_CLOCK", at(12))
    monkeypatch.setattr(requests, "late_ones", lambda now: [first.pk, second.pk])
    assert jobs.escalate_requests.func() == 1
    assert RequestRow.objects.get(pk=second.pk).escalation == requests.ANSWER_LATE


def test_the_job_finds_what_is_late(asked, monkeypatch):
    found = asked(9)
    monkeypatch.setattr(jobs, "SYSTEM_CLOCK", at(9, 45))
    assert (jobs.escalate_requests.func(), jobs.escalate_requests.func()) == (1, 0)
    assert history(found) == ["asked", "escalated"]
