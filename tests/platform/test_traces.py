"""Traces: what is told of requests, actions and the worker's tasks, what caused what, nothing while they are off."""

import itertools
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import structlog
from django.core import mail as sent
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django_tasks import task
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from troth.kernel.errors import NotFound
from troth.platform import actions, events, jobs, mail, outbox, sql, traces
from troth.platform.actions import action
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.platform.metrics.requests import MeasureMiddleware
from troth.platform.models import Mail, Outbox

pytestmark = pytest.mark.django_db

ORDER = DocumentRef("order", 4711, "1004711")
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
OWN = os.environ | {"DJANGO_SETTINGS_MODULE": "troth.settings"}
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
SECRET = "carla@example.com"


@pytest.fixture
def spans():
    """`spans(name)` are the finished spans of that name; without one, all."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces.send_by(provider)
    yield lambda name=None: [span for span in exporter.get_finished_spans() if name in (None, span.name)]
    traces.send_by(None)


@action
def happen(*, by, clock, ref=ORDER):
    events.record("test.happened", ref, company_id=1, by=by, at=clock.now(), facts={"typed": SECRET})


@action
def refuse(*, by, clock):
    raise NotFound(f"There is no {SECRET}.")


@action
def break_down(*, by, clock):
    raise ValueError(SECRET)


@action
def write_mail(*, by, clock):
    mail.send_later(to=SECRET, subject="Order 4711", body="Confirmed.", company_id=1, clock=clock)


@task()
def count_something() -> None:
    """A task that runs an action."""
    sql.fetch("SELECT 1")


@task()
def fail_at_something() -> None:
    raise ValueError(SECRET)


@pytest.fixture
def acting(clock):
    return {"by": SYSTEM, "clock": clock}


@pytest.fixture
def subscribed(monkeypatch):
    """Subscribe one function to `test.happened`; the test says which."""
    return lambda function: monkeypatch.setattr(events, "_subscribers", {"test.happened": {"it": function}})


def facts(span):
    return {name.removeprefix("troth."): value for name, value in span.attributes.items()}


def test_a_request_is_a_span_with_its_route_cost_and_id(spans, browser):
    answer = browser.get(f"/?q={SECRET}")
    [span] = spans("GET /")
    told = facts(span)
    assert told.pop("statements") > 2
    assert told.pop("database_ms") > 0
    assert told == {
        "http.request.method": "GET",
        "http.route": "/",
        "http.response.status_code": 200,
        "request_id": answer["X-Request-ID"],
    }
    assert (span.kind.name, span.parent, span.status.status_code.name) == ("SERVER", None, "UNSET")


def test_a_request_continues_the_trace_that_it_names(spans):
    Client().get("/sign-in/", headers={"traceparent": f"00-{TRACE}-{CALLER}-01"})
    [span] = spans("GET sign-in/")
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == CALLER


@pytest.mark.parametrize("forged", ["nonsense", f"00-{TRACE}-{'0' * 16}-01", "00-\n-x-01"])
def test_a_request_that_names_no_trace_begins_its_own(spans, forged):
    Client().get("/sign-in/", headers={"traceparent": forged})
    [span] = spans("GET sign-in/")
    assert span.parent is None


def test_a_request_that_the_caller_does_not_sample_is_not_sent(spans):
    Client().get("/sign-in/", headers={"traceparent": f"00-{TRACE}-{CALLER}-00"})
    assert spans() == []


@pytest.mark.parametrize("path", ["/health/live", "/metrics", "/static/nothing.css"])
def test_files_and_signs_of_life_have_no_span(spans, path):
    Client().get(path)
    assert spans() == []


@pytest.mark.parametrize(("status", "mark"), [(500, "ERROR"), (404, "UNSET")])
def test_only_an_answer_that_is_our_fault_marks_the_span(spans, status, mark):
    MeasureMiddleware(lambda request: HttpResponse(status=status))(RequestFactory().post("/orders/"))
    [span] = spans("POST (nowhere)")
    assert (span.status.status_code.name, facts(span)["http.response.status_code"]) == (mark, status)


def test_an_action_says_its_document_and_that_it_is_done(spans, acting):
    happen(**acting)
    [span] = spans("platform.happen")
    told = facts(span)
    assert told.pop("database_ms") > 0
    assert told == {
        "action": "platform.happen",
        "outcome": "done",
        "document.kind": "order",
        "document.number": "1004711",
        "events": 1,
    }


def test_the_number_of_a_user_is_a_name_and_is_not_told(spans, acting):
    happen(**acting, ref=DocumentRef("user", 7, "carla"))
    [span] = spans("platform.happen")
    assert facts(span)["document.kind"] == "user"
    assert "document.number" not in facts(span)


def test_a_refusal_is_told_by_its_code(spans, acting):
    with pytest.raises(NotFound):
        refuse(**acting)
    [span] = spans("platform.refuse")
    assert (facts(span)["outcome"], facts(span)["refusal"]) == ("refused", NotFound.code)
    assert span.status.status_code.name == "UNSET"


def test_a_failure_is_told_by_its_class(spans, acting):
    with pytest.raises(ValueError, match=SECRET):
        break_down(**acting)
    [span] = spans("platform.break_down")
    assert (facts(span)["outcome"], facts(span)["error.type"]) == ("failed", "ValueError")
    assert span.status.status_code.name == "ERROR"


def test_an_action_that_a_rival_outran_says_how_often_it_was_begun_again(spans, acting):
    outran = [1, 2]

    @action
    def begin_again(*, by, clock):
        if outran:
            outran.pop()
            raise actions.BeginAgain

    begin_again(**acting)
    [span] = spans("platform.begin_again")
    assert (facts(span)["begun_again"], facts(span)["outcome"]) == (2, "done")


@pytest.mark.django_db(transaction=True)
def test_what_people_typed_and_what_statements_say_is_in_no_span(spans, subscribed, acting):
    def fail(event):
        raise ValueError(SECRET)

    subscribed(fail)
    happen(**acting)
    write_mail(**acting)
    for broken in (refuse, break_down):
        with pytest.raises((NotFound, ValueError)):
            broken(**acting)
    outbox.work_outbox(clock=acting["clock"])
    mail.send_mails(clock=acting["clock"])
    fail_at_something.enqueue()
    jobs.run_tasks()
    Client().post("/sign-in/", {"username": SECRET, "password": SECRET})
    assert {span.name for span in spans()} >= {"platform.happen", "event", "mail", "job", "POST sign-in/"}
    everything = "".join(span.to_json() for span in spans())
    assert SECRET not in everything
    assert "SELECT" not in everything


def test_what_an_event_sets_going_is_linked_to_the_request_that_recorded_it(spans, subscribed, acting):
    subscribed(lambda event: None)
    MeasureMiddleware(lambda request: happen(**acting) or HttpResponse())(RequestFactory().post("/orders/"))
    assert outbox.work_outbox(clock=acting["clock"]) == 1
    [request], [run], [heard] = spans("POST (nowhere)"), spans("platform.happen"), spans("event")
    assert run.parent == request.context
    [link] = heard.links
    assert (link.context.trace_id, link.context.span_id) == (request.context.trace_id, run.context.span_id)
    assert (heard.parent, heard.kind.name) == (None, "CONSUMER")
    told = facts(heard)
    assert told.pop("database_ms") >= 0
    assert told == {
        "event": "test.happened",
        "subscriber": "it",
        "document.kind": "order",
        "document.number": "1004711",
        "outcome": "done",
    }


def test_a_subscriber_that_fails_marks_its_span(spans, subscribed, acting):
    subscribed(lambda event: 1 / 0)
    happen(**acting)
    outbox.work_outbox(clock=acting["clock"])
    [heard] = spans("event")
    assert (facts(heard)["outcome"], facts(heard)["error.type"]) == ("failed", "ZeroDivisionError")


def test_a_mail_is_linked_to_the_action_that_wrote_it(spans, acting):
    write_mail(**acting)
    assert mail.send_mails(clock=acting["clock"]) == 1
    [wrote], [went] = spans("platform.write_mail"), spans("mail")
    assert [link.context.span_id for link in went.links] == [wrote.context.span_id]
    assert (facts(went)["mail"], facts(went)["outcome"]) == (Mail.objects.get().pk, "done")


def test_a_mail_that_was_not_sent_marks_its_span(spans, acting, settings):
    settings.EMAIL_BACKEND = "tests.platform.unreachable.EmailBackend"
    write_mail(**acting)
    mail.send_mails(clock=acting["clock"])
    [went] = spans("mail")
    assert (facts(went)["outcome"], went.status.status_code.name) == ("failed", "ERROR")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("one", "outcome"), [(count_something, "done"), (fail_at_something, "failed")])
def test_a_job_is_a_span_that_says_how_it_ended(spans, one, outcome):
    one.enqueue()
    assert jobs.run_tasks() == 1
    [span] = spans("job")
    assert (facts(span)["job"], facts(span)["outcome"]) == (one.module_path, outcome)


def test_lines_of_the_log_carry_the_trace_until_the_answer_has_gone(spans):
    seen = []

    def answer(request):
        seen.append(structlog.contextvars.get_contextvars().get("trace_id"))
        return HttpResponse()

    MeasureMiddleware(answer)(RequestFactory().get("/orders/"))
    seen.append(structlog.contextvars.get_contextvars().get("trace_id"))
    [span] = spans()
    assert seen == [f"{span.context.trace_id:032x}"] * 2
    Client().get("/sign-in/")
    assert "trace_id" not in structlog.contextvars.get_contextvars()


def test_lines_of_the_worker_carry_the_trace_of_their_task(spans, subscribed, acting):
    seen = []
    subscribed(lambda event: seen.append(structlog.contextvars.get_contextvars()["trace_id"]))
    happen(**acting)
    outbox.work_outbox(clock=acting["clock"])
    [heard] = spans("event")
    assert seen == [f"{heard.context.trace_id:032x}"]
    assert "trace_id" not in structlog.contextvars.get_contextvars()


def test_time_in_the_database_is_counted_once_however_it_is_asked(monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(sql.time, "perf_counter", lambda: float(next(ticks)))
    with sql.timing() as outer:
        sql.fetch("SELECT 1")
        with sql.timing() as inner, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with sql.timed(), sql.timed():
            pass
    assert (inner(), outer()) == (1.0 + 3.0, 1.0 + 1.0 + 3.0)
    sql.fetch("SELECT 1")
    assert outer() == 5.0


@pytest.mark.django_db(transaction=True)
def test_a_commit_is_time_in_the_database(monkeypatch, acting, spans):
    now, commit = [0.0], transaction.get_connection()._commit

    def commit_slowly():
        now[0] += 5
        commit()

    monkeypatch.setattr(sql.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(transaction.get_connection(), "_commit", commit_slowly)
    happen(**acting)
    [span] = spans("platform.happen")
    assert facts(span)["database_ms"] == 5000


def test_while_it_is_off_nothing_is_made_or_kept(subscribed, acting):
    subscribed(lambda event: None)
    before = sql.tally.seconds
    assert not traces.is_on()
    assert traces.request({}) is traces.run_of("x") is traces.task("event") is traces.OFF
    happen(**acting)
    write_mail(**acting)
    assert (Outbox.objects.get().cause, Mail.objects.get().cause, sql.tally.seconds) == (None, None, before)
    assert outbox.work_outbox(clock=acting["clock"]) == 1
    assert mail.send_mails(clock=acting["clock"]) == len(sent.outbox) == 1


def test_what_was_kept_with_traces_off_is_linked_to_nothing(subscribed, acting, spans):
    subscribed(lambda event: None)
    happen(**acting)
    Outbox.objects.update(cause=None)
    outbox.work_outbox(clock=acting["clock"])
    [heard] = spans("event")
    assert len(heard.links) == 0


def test_without_an_endpoint_nothing_of_the_library_is_imported():
    program = """
import sys
from troth.doors.cli.session import start_django
start_django()
from django.urls import reverse
reverse("home")
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""
    ran = subprocess.run((sys.executable, "-c", program), env=OWN, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize("missing", ["opentelemetry.not_installed", "not_installed.sdk"])
def test_without_the_packages_nothing_is_sent_and_the_log_says_so(missing, settings, monkeypatch, caplog):
    settings.TRACES_ENDPOINT = "http://127.0.0.1:4318/v1/traces"
    monkeypatch.setattr(traces, "PACKAGES", ("opentelemetry.sdk", missing))
    assert traces.start() is None
    assert not traces.is_on()
    assert "pip install 'troth[traces]'" in caplog.text


@pytest.fixture
def collector():
    """A collector on this machine: its address, and what was posted to it."""
    posted = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, ExportTraceServiceRequest.FromString(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Take)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", posted
    server.shutdown()
    server.server_close()
    traces.send_by(None)


def test_spans_reach_the_collector_under_the_name_of_the_service(collector, settings, acting):
    address, posted = collector
    settings.TRACES_ENDPOINT, settings.TRACES_SERVICE = f"{address}/v1/traces", "troth-of-acme"
    provider = traces.start()
    happen(**acting)
    provider.shutdown()
    [(path, told)] = posted
    [resource] = told.resource_spans
    named = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
    assert (path, named["service.name"]) == ("/v1/traces", "troth-of-acme")
    assert [span.name for scope in resource.scope_spans for span in scope.spans] == ["platform.happen"]


def test_a_process_of_a_server_sends_what_waits_when_it_ends(collector):
    address, posted = collector
    program = """
import multiprocessing
from troth.doors.cli.session import start_django
start_django()
from troth.platform import traces

def work():
    with traces.task("in a process of its own"):
        pass

process = multiprocessing.get_context("fork").Process(target=work)
process.start()
process.join()
"""
    subprocess.run((sys.executable, "-c", program), env=OWN | {ENDPOINT: address}, check=True)
    [(_, told)] = posted
    [span] = told.resource_spans[0].scope_spans[0].spans
    assert span.name == "in a process of its own"
