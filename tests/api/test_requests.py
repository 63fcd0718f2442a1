"""Requests between desks over the API: asked once for its key, seen, answered, late, withdrawn."""

from datetime import timedelta

import pytest
import time_machine

from tests.api.conftest import assert_refused


@pytest.fixture
def order(small, caller):
    wanted = {"customer": "ALPHA", "lines": [{"product": "FRAME", "quantity": "1"}]}
    return caller("representative").post("orders", wanted).json()["id"]


def new(order, **changed):
    return {"kind": "quality_release", "document_kind": "order", "document": order, "question": "Lot 7?", **changed}


def test_a_request_goes_from_one_desk_to_the_other_and_back(order, caller):
    rita, quinn = caller("representative"), caller("quality_coordinator")
    made = rita.post("requests", new(order), key="one")
    assert made.status_code == 201, made.content
    assert rita.post("requests", new(order), key="one").json() == made.json()
    one = made.json()
    assert (one["state"], one["receipt_due_at"], one["due_at"]) == (
        "asked", "2026-03-02T08:30:00Z", "2026-03-02T09:00:00Z",
    )  # fmt: skip
    address = f"requests/{one['id']}"
    assert_refused(rita.post(f"{address}/answer", {"accepted": True}), 409, "not_yours")
    assert quinn.post(f"{address}/acknowledge").json()["receipt_by"] == quinn.user_id
    assert [row["id"] for row in quinn.get("requests?mine=true&waiting=true").json()["items"]] == [one["id"]]
    assert_refused(quinn.post(f"{address}/answer", {"accepted": False}), 422, "invalid_input")
    told = quinn.post(f"{address}/answer", {"accepted": False, "reason": "Lot 7 fails."}).json()
    assert (told["state"], told["reason"]) == ("declined", "Lot 7 fails.")
    assert rita.get("requests?asked_by_me=true").json()["items"] == []
    assert [row["id"] for row in rita.get("requests?only_open=false").json()["items"]] == [one["id"]]
    assert_refused(rita.post(f"{address}/withdraw", {}), 409, "illegal_transition")


def test_what_is_late_is_listed_for_who_sees_to_it(small, order, caller):
    rita, olga, paul = caller("representative"), caller("operations_team"), caller("production_scheduler")
    asked = rita.post("requests", new(order)).json()["id"]
    assert olga.get("requests?waiting=true").json()["items"] == []
    with time_machine.travel(small.clock.now() + timedelta(minutes=31), tick=False):
        late = olga.get("requests?waiting=true&late=true").json()["items"]
        assert [(row["id"], row["late"], row["escalates_to"]) for row in late] == [(asked, True, "operations_team")]
        assert paul.get("requests?waiting=true").json()["items"] == []


def test_who_does_not_see_the_order_neither_sees_nor_answers_the_request(small, order, caller):
    asked = caller("representative").post("requests", new(order)).json()["id"]
    elsewhere = caller("quality_coordinator", company_id=999_999)
    assert elsewhere.get("requests").json()["items"] == []
    assert_refused(elsewhere.get(f"requests/{asked}"), 404, "not_found")
    assert_refused(elsewhere.post(f"requests/{asked}/acknowledge"), 404, "not_found")


def test_kinds_say_who_asks_whom_and_how_long_there_is(small, caller):
    found = {one["code"]: one for one in caller("auditor").get("request-kinds").json()}
    one = found["quality_release"]
    assert (one["to_roles"], one["receipt_minutes"], one["answer_minutes"], one["same_day"]) == (
        ["quality_coordinator"], 30, 60, True,
    )  # fmt: skip
    assert found["plan_change"]["answer_minutes"] == 30


def test_an_auditor_asks_and_answers_nothing(order, caller):
    audrey = caller("auditor")
    assert_refused(audrey.post("requests", new(order)), 403, "not_allowed")
    asked = caller("representative").post("requests", new(order)).json()["id"]
    assert_refused(audrey.post(f"requests/{asked}/acknowledge"), 403, "not_allowed")
