"""Jobs: fired once a slot, sent at least once, alive or late."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as sent
from django.db import connection
from django.test import Client
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from tests.platform.shelves import Meeting
from troth.kernel.errors import InvalidInput
from troth.platform import health, jobs, mail, schedule, sql
from troth.platform.actions import action
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.platform.models import Event, Heartbeat, Mail, Seal, Slot
from troth.platform.schedule import Scheduled


@task()
def nothing() -> None:
    """A task that does nothing."""


HOURLY = Scheduled("hourly", "0 * * * *", nothing)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_due_slot_is_the_latest_that_has_come():
    assert HOURLY.due_slot(NINE, NINE + timedelta(minutes=59)) is None
    assert HOURLY.due_slot(NINE, NINE + timedelta(minutes=60)) == NINE + timedelta(hours=1)
    assert HOURLY.due_slot(NINE, NINE + timedelta(hours=5, minutes=5)) == NINE + timedelta(hours=5)


def test_slots_follow_the_wall_clock_of_their_zone():
    daily = Scheduled("daily", "0 6 * * *", nothing, zone="Europe/Berlin")
    winter, summer = datetime(2026, 3, 28, 0, 0, tzinfo=UTC), datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert daily.due_slot(winter, winter + timedelta(hours=12)).astimezone(UTC).hour == 5
    assert daily.due_slot(summer, summer + timedelta(hours=12)).astimezone(UTC).hour == 4


@pytest.mark.django_db
def test_a_slot_is_fired_once_and_missed_ones_are_made_up_for_by_one():
    at_noon = NINE + timedelta(hours=3, minutes=1)
    assert schedule.fire(HOURLY, at_noon, since=NINE)
    assert not schedule.fire(HOURLY, at_noon, since=NINE)
    assert [*Slot.objects.values_list("task", "slot_at")] == [("hourly", NINE + timedelta(hours=3))]
    assert DBTaskResult.objects.count() == 1
    assert schedule.fire(HOURLY, at_noon + timedelta(hours=1), since=NINE)


def two_clocks(together, monkeypatch):
    """Two clocks both see that the slot is due before either fires it."""
    meeting, due = Meeting(), Scheduled.due_slot

    def slow(entry, after, now):
        slot = due(entry, after, now)
        meeting.wait()
        return slot

    monkeypatch.setattr(Scheduled, "due_slot", slow)
    return together(*[lambda: schedule.fire(HOURLY, NINE + timedelta(hours=1), since=NINE)] * 2)


@pytest.mark.django_db(transaction=True)
def test_two_clocks_fire_a_slot_once(together, monkeypatch):
    assert sorted(two_clocks(together, monkeypatch)) == [False, True]
    assert (Slot.objects.count(), DBTaskResult.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_clocks_fire_a_slot_twice_without_the_constraint(together, monkeypatch):
    monkeypatch.setattr(schedule, "_FIRE", schedule._FIRE.replace("ON CONFLICT (task, slot_at) DO NOTHING", ""))
    constraint = Slot._meta.constraints[0]
    Slot._meta.constraints.remove(constraint)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Slot, constraint)
    try:
        assert two_clocks(together, monkeypatch) == [True, True]
        assert DBTaskResult.objects.count() == 2
    finally:
        Slot._meta.constraints.append(constraint)
        Slot.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Slot, constraint)


@action
def write_mail(to="carla@example.com", subject="Order 4711", *, by, clock):
    about = DocumentRef("order", 4711, "1004711")
    return mail.send_later(to=to, subject=subject, body="Confirmed.", company_id=1, clock=clock, about=about)


@pytest.mark.django_db
def test_a_mail_is_sent_after_the_action_with_a_stable_id(clock):
    number = write_mail(by=SYSTEM, clock=clock)
    assert len(sent.outbox) == 0
    assert mail.send_mails(clock=clock) == 1
    [message] = sent.outbox
    assert (message.to, message.subject, message.body) == (["carla@example.com"], "Order 4711", "Confirmed.")
    assert message.extra_headers["Message-ID"] == mail.message_id(number)
    assert (mail.send_mails(clock=clock), Mail.objects.get().state) == (0, "sent")


@pytest.mark.parametrize("wrong", [{"to": "carla"}, {"subject": "a\nBcc: x@example.com"}])
@pytest.mark.django_db
def test_a_wrong_address_and_a_subject_of_two_lines_are_refused(clock, wrong):
    with pytest.raises(InvalidInput):
        write_mail(**wrong, by=SYSTEM, clock=clock)
    assert Mail.objects.count() == 0


@pytest.mark.django_db
def test_a_mail_that_could_not_be_sent_is_sent_later_and_given_up_in_the_end(clock, settings):
    settings.EMAIL_BACKEND = "tests.platform.unreachable.EmailBackend"
    write_mail(by=SYSTEM, clock=clock)
    for attempt in range(mail.ATTEMPTS_MAX):
        assert (Mail.objects.get().state, Mail.objects.get().attempts) == ("waiting", attempt)
        assert mail.send_mails(clock=clock) == 0
        clock.at += timedelta(hours=2)
    assert (Mail.objects.get().state, Mail.objects.get().error) == ("failed", "no server")


@pytest.mark.django_db
def test_a_mail_whose_sender_died_goes_again_when_the_lease_is_over(clock):
    write_mail(by=SYSTEM, clock=clock)
    assert mail._lease(clock) is not None
    assert mail.send_mails(clock=clock) == 0
    clock.at += mail.LEASE
    assert mail.send_mails(clock=clock) == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_goes_round_and_does_all_that_waits(clock):
    write_mail(by=SYSTEM, clock=clock)
    sql.fetch("DELETE FROM platform_slot")
    clock.at += timedelta(minutes=6)
    assert jobs.run_once(since=clock.at - timedelta(minutes=6), clock=clock) == 7  # 3 slots, 1 mail, 3 tasks
    assert (Heartbeat.objects.get().worker, Heartbeat.objects.get().at) == (jobs.worker_name(), clock.now())
    assert {*DBTaskResult.objects.values_list("status", flat=True)} == {"SUCCESSFUL"}
    assert (Mail.objects.get().state, Seal.objects.count()) == ("sent", Event.objects.count())


@pytest.mark.django_db(transaction=True)
def test_the_loop_ends_when_it_is_told_to():
    stop, pauses = threading.Event(), []

    def pause(seconds):
        pauses.append(seconds)
        stop.set()

    jobs.run_forever(stop, pause=pause)
    assert pauses == [jobs.PAUSE_SECONDS]


@pytest.mark.urls("tests.platform.urls")
@pytest.mark.django_db
def test_health_tells_life_database_migrations_and_worker(clock):
    assert Client().get("/health/live").json() == {"status": "ok"}
    answer = Client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "migrations": "ok", "worker": "never seen"}
    jobs.beat()
    assert Client().get("/health/ready").json()["worker"] == "ok"


@pytest.mark.django_db
def test_a_worker_without_a_sign_of_life_is_late(clock):
    jobs.beat(clock)
    assert health.worker_state(clock) == "ok"
    clock.at += timedelta(minutes=3)
    assert health.worker_state(clock) == "late"


@pytest.mark.urls("tests.platform.urls")
@pytest.mark.django_db
def test_a_missing_migration_makes_the_process_unready():
    newest = "SELECT MAX(name) FROM django_migrations WHERE app = 'platform'"
    sql.fetch(f"DELETE FROM django_migrations WHERE app = 'platform' AND name = ({newest})")
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "missing")
