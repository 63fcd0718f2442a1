"""`/metrics`: who may read it, and what it says."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client

from troth.kernel.errors import Sentence
from troth.platform import metrics, permissions
from troth.platform.actions import action
from troth.platform.actors import NOBODY, SYSTEM
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.locks import Busy
from troth.platform.metrics import books
from troth.platform.models import Event, Mail, Outbox

pytestmark = pytest.mark.django_db

TOKEN = "a token for the tests only"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def counted(settings):
    """Metrics are on and begin with nothing; `counted(name, label=…)` is a figure, None where there is none."""
    settings.METRICS_TOKEN = TOKEN
    metrics.meters.cache_clear()
    yield figure
    metrics.meters.cache_clear()


@pytest.fixture
def acting():
    return {"by": SYSTEM, "clock": SYSTEM_CLOCK}


def text():
    answer = Client().get("/metrics", headers=SHOWN)
    assert answer.status_code == 200
    return answer.content.decode()


def figure(name, **labels):
    return read(text(), name, **labels)


def read(told, name, **labels):
    for line in told.splitlines():
        found = re.fullmatch(rf"troth_{name}(?:\{{(.*)\}})? (\S+)", line)
        if found and dict(re.findall(r'(\w+)="(.*?)"', found[1] or "")) == labels:
            return float(found[2])
    return None


def test_without_a_token_in_the_settings_there_is_no_such_page(settings):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("shown", [None, "Bearer wrong", "Bearer", f"Basic {TOKEN}", "Bearer ä"])
def test_who_does_not_show_the_token_is_told_nothing(counted, shown):
    answer = Client().get("/metrics", headers={"Authorization": shown} if shown else {})
    assert (answer.status_code, answer.content) == (401, b"")


def test_answers_are_counted_by_route_and_status(counted):
    for path in ("/health/live", "/health/live", "/orders/1/", "/orders/2/", "/nowhere/1", "/nowhere/2"):
        Client().get(path)
    told = text()
    assert read(told, "requests_total", route="health/live", method="GET", status="200") == 2
    assert read(told, "request_seconds_count", route="health/live") == 2
    assert read(told, "requests_total", route="orders/<int:key>/", method="GET", status="302") == 2
    assert read(told, "requests_total", route="(nowhere)", method="GET", status="404") == 2


def test_a_method_that_nobody_knows_has_no_name_of_its_own(counted):
    Client().generic("INVENTED", "/health/live")
    assert counted("requests_total", route="health/live", method="other", status="405") == 1


def test_the_statements_of_an_answer_are_counted(counted, browser):
    browser.get("/orders/")
    told = text()
    assert read(told, "request_statements_sum", route="orders/") > 2
    assert read(told, "request_statements_count", route="orders/") == 1


def test_runs_of_actions_are_counted_by_how_they_end(counted, acting):
    @action
    def runs(how, *, by, clock):
        if how is not None:
            raise how

    runs(None, **acting)
    runs(None, **acting)
    for how in (Busy(Sentence("Somebody else is working on it."), waited_seconds=0.1), ValueError("a fault")):
        with pytest.raises(type(how)):
            runs(how, **acting)
    name, told = "doors.runs", text()
    ends = {word: read(told, "actions_total", action=name, outcome=word) for word in ("done", "refused", "failed")}
    assert ends == {"done": 2, "refused": 1, "failed": 1}
    assert read(told, "refusals_total", action=name, code="busy") == 1
    assert read(told, "action_seconds_count", action=name) == 4


def test_a_refused_right_is_counted(counted, acting):
    from troth.platform import outbox

    with pytest.raises(permissions.NotAllowed):
        outbox.retry_outbox(1, by=NOBODY, clock=acting["clock"])
    assert counted("refusals_total", action="platform.retry_outbox", code=permissions.NotAllowed.code) == 1


def test_a_run_that_a_rival_outran_is_counted_as_begun_again(counted, acting):
    begun = []

    @action
    def outrun(*, by, clock):
        begun.append(1)
        if len(begun) == 1:
            raise DatabaseError("UNIQUE constraint failed: x.y")

    outrun(**acting)
    assert counted("action_repeats_total", action="doors.outrun") == 1


def test_what_is_waited_for_is_counted_by_its_table(counted, acting):
    from troth.kernel.errors import NotFound
    from troth.platform import locks

    @action
    def locks_nothing(*, by, clock):
        locks.hold(Outbox, 999_999, by=by)

    with pytest.raises(NotFound):
        locks_nothing(**acting)
    assert counted("lock_seconds_count", lock="platform_outbox") == 1
    assert counted("lock_seconds_count", lock="transaction") == 1


def happened(at):
    named = {"document_kind": "order", "document_id": 1, "document_number": "1"}
    return Event.objects.create(company_id=1, at=at, kind="test.happened", facts={}, changes=[], **named)


def test_the_books_are_read_when_they_are_asked_for(counted):
    event_of_an_hour_ago = happened(SYSTEM_CLOCK.now() - timedelta(hours=1))
    Outbox.objects.create(event=event_of_an_hour_ago, subscriber="a")
    Outbox.objects.create(event=event_of_an_hour_ago, subscriber="b", attempts=10)
    Mail.objects.create(company_id=1, to="a@example.org", subject="s", body="b", made_at=SYSTEM_CLOCK.now())
    told = text()
    assert (read(told, "outbox_waiting"), read(told, "outbox_stuck"), read(told, "mails_waiting")) == (1, 1, 1)
    assert 3600 <= read(told, "outbox_oldest_seconds") < 7200
    assert read(told, "jobs", state="ready") == 0
    assert read(told, "shortages_open") == 0
    assert read(told, "worker_seen_seconds") is None
    assert read(told, "database_up") == 1


def test_a_database_that_is_away_is_told_with_what_was_counted(counted, monkeypatch):
    def away():
        raise DatabaseError("it is away")

    Client().get("/health/live")
    monkeypatch.setitem(books._gauges, "outbox_waiting", ("It fails.", away))
    told = text()
    assert (read(told, "database_up"), read(told, "jobs", state="ready")) == (0, None)
    assert read(told, "requests_total", route="health/live", method="GET", status="200") == 1


def test_nothing_is_counted_while_it_is_off(settings, acting):
    settings.METRICS_TOKEN = ""
    metrics.meters.cache_clear()
    Client().get("/health/live")
    assert metrics.meters.cache_info().currsize == 0


SERVE = """
from troth.doors import serving
from troth.doors.cli.session import start_django
start_django()
serving.serve(host="127.0.0.1", port={port}, workers=3)
"""
DEMO = """
from troth.doors.cli.session import start_django
start_django()
from troth.doors import demo, serving
from troth.doors.cli import demo as command
from troth.platform import metrics

def run(history):
    metrics.begun_again("built")  # counted before it serves, as each action of the real company is
    return ()

demo.run = run
serving.migrate = lambda: None
command(port={port}, host="127.0.0.1", no_serve=False, history=False, db=None)
"""
PATIENCE_SECONDS = 60


@contextmanager
def served(folder, program=SERVE):
    """Serve without tables; the port, and the folder in which its processes count."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DJANGO_"))}
    named = {"TROTH_HOME": str(folder), "TROTH_METRICS_TOKEN": TOKEN, "TROTH_LOG_LEVEL": "error"}
    command = [sys.executable, "-c", program.format(port=port)]
    server = subprocess.Popen(command, env=kept | named, start_new_session=True)
    try:
        yield port, folder / "metrics" / str(port)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def asked(port, path):
    """The answer on a connection of its own, asked for until there is one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=SHOWN)
            ) as told:
                return told.read().decode()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def times_asked(port):
    return read(asked(port, "/metrics"), "requests_total", route="health/live", method="GET", status="200")


def test_the_processes_of_a_server_are_added_up_whichever_answers_and_whoever_dies(tmp_path):
    with served(tmp_path) as (port, folder):
        for _ in range(12):
            asked(port, "/health/live")
        assert {times_asked(port) for _ in range(6)} == {12}
        for file in folder.glob("counter_*.db"):
            victim = int(file.stem.removeprefix("counter_"))
            os.kill(victim, signal.SIGKILL)
            break
        asked(port, "/health/live")
        assert {times_asked(port) for _ in range(6)} == {13}
        assert read(asked(port, "/metrics"), "database_up") == 0


def test_a_server_that_built_the_demo_company_first_counts_all_the_same(tmp_path):
    with served(tmp_path, DEMO) as (port, _folder):
        for _ in range(3):
            asked(port, "/health/live")
        assert times_asked(port) == 3
