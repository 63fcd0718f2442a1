"""Each line that is logged while a request is answered carries the id that the answer names."""

import io
import json
import logging

import pytest
from django.test import Client
from opentelemetry.sdk.trace import TracerProvider

from troth.logs import logging_for
from troth.platform import jobs, traces

pytestmark = pytest.mark.django_db

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def lines():
    """`lines()` are the lines that were logged meanwhile, as a machine reads them."""
    described = {**logging_for(level="info", as_json=True)["formatters"]["line"]}
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(described.pop("()")(**described))
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in handler.stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_a_line_that_is_logged_carries_the_id_that_the_answer_names(lines):
    answers = [Client().get("/health/nowhere") for _ in range(2)]
    told = [line["request_id"] for line in lines() if "/health/nowhere" in line["event"]]
    assert told == [answer["X-Request-ID"] for answer in answers]
    assert len(set(told)) == 2


def test_the_id_that_a_proxy_gave_is_kept(lines):
    assert Client().get("/health/live", headers={"X-Request-ID": "proxy-0001"})["X-Request-ID"] == "proxy-0001"


@pytest.mark.parametrize("forged", ["short", "a line\nof its own", "x" * 65, "<script>alert</script>"])
def test_an_id_that_is_not_well_formed_is_replaced(forged):
    given = Client().get("/health/live", headers={"X-Request-ID": forged})["X-Request-ID"]
    assert given != forged
    assert len(given) == 32


def test_each_request_is_a_line_with_what_it_cost_and_without_what_was_searched_for(lines, browser, person):
    answer = browser.get("/?q=secret")
    [line] = [line for line in lines() if line["event"] == "request"]
    assert (line["method"], line["path"], line["route"], line["status"]) == ("GET", "/", "/", 200)
    assert (line["request_id"], line["user"]) == (answer["X-Request-ID"], person.pk)
    assert line["statements"] > 2
    assert line["ms"] > 0
    assert "secret" not in str(line)
    assert answer["Server-Timing"] == f"total;dur={line['ms']}"


def test_who_is_not_signed_in_is_not_told_what_an_answer_took(lines):
    assert "Server-Timing" not in Client().get("/sign-in/")


def test_signs_of_life_are_no_lines_of_their_own(lines):
    Client().get("/health/live")
    assert [line for line in lines() if line["event"] == "request"] == []


def test_a_line_carries_the_trace_that_the_request_continues(lines):
    traces.send_by(TracerProvider())
    try:
        Client().get("/nowhere/", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
    finally:
        traces.send_by(None)
    told = lines()
    assert {"request", "Not Found: /nowhere/"} <= {line["event"] for line in told}
    assert {line["trace_id"] for line in told} == {TRACE}


def test_what_is_logged_afterwards_carries_no_id(lines):
    Client().get("/health/live")
    logging.getLogger("troth.test").warning("afterwards")
    [line] = [line for line in lines() if line["event"] == "afterwards"]
    assert "request_id" not in line


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_finds_nothing_to_do_says_nothing(lines):
    assert jobs.run_tasks() == 0
    assert lines() == []
