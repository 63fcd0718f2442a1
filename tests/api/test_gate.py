"""Who may come in: tokens, sessions, scopes; and what a body must be to be looked at."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.api.conftest import assert_refused
from troth.platform.api.problems import plain
from troth.platform.models import ApiToken, RoleGrant


def test_a_token_tells_who_asks_and_what_they_may(caller):
    clerk = caller("billing_clerk", scopes=("billing",))
    me = clerk.get("me").json()
    assert (me["user"], me["scopes"], me["grants"]) == (
        clerk.user_id,
        ["billing"],
        [{"role": "billing_clerk", "company": None, "site": None}],
    )
    assert me["permissions"] == [
        "billing.cancel_invoice",
        "billing.create_invoices",
        "billing.print_papers",
        "billing.view_invoice",
        "billing.view_journal",
    ]


def test_nobody_comes_in_without_a_token(stranger):
    response = stranger.get("me")
    assert_refused(response, 401, "not_signed_in")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="troth"'


@pytest.mark.parametrize("text", ["troth_unknown", "", "something"])
def test_an_unknown_token_is_refused_even_beside_a_session(browser, text):
    assert_refused(browser.get("/api/v1/me", headers={"Authorization": f"Bearer {text}"}), 401, "not_signed_in")


@pytest.mark.parametrize("end", ["revoked_at", "expires_at"])
def test_a_token_that_has_ended_opens_nothing(caller, end):
    clerk = caller("billing_clerk")
    ApiToken.objects.update(**{end: datetime(2020, 1, 1, tzinfo=UTC)})
    assert_refused(clerk.get("me"), 401, "not_signed_in")


def test_a_browser_that_is_signed_in_may_read(browser, person):
    assert browser.get("/api/v1/me").json()["user"] == person.pk


def test_health_is_open_to_everybody(stranger):
    well = {"status": "ok", "worker": "never seen"}
    assert stranger.get("health").json() == well
    assert stranger.get("health", Authorization="Bearer troth_ended").json() == well


def test_an_unknown_address_is_a_problem_too(stranger):
    assert_refused(stranger.get("nothing/here"), 404, "not_found")
    assert_refused(stranger.get("/api/v9/me"), 404, "not_found")


def test_another_method_is_a_problem_that_names_the_allowed_ones(stranger):
    response = stranger.send("DELETE", "me", None)
    assert_refused(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "GET"


def test_the_description_of_the_api_is_served_without_another_host(db):
    page = Client().get("/api/v1/docs")
    assert page.status_code == 200
    assert b"//" not in page.content.replace(b"<!--", b"")
    assert b"<script>" not in page.content
    described = Client().get("/api/v1/openapi.json").json()
    assert described["paths"]["/api/v1/me"]["get"]["operationId"] == "who_am_i"
    assert {"Problem", "RefusedEntry"} <= described["components"]["schemas"].keys()


def test_a_session_that_changes_something_needs_the_token_of_its_page(small, person):
    RoleGrant.objects.create(user=person, role="master_data")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    headers = {"Idempotency-Key": "1"}
    sent = {"number": "AXLE", "name": "Axle", "base_unit": "piece"}
    refused = browser.post("/api/v1/products", sent, content_type="application/json", headers=headers)
    assert_refused(refused, 403, "csrf_not_allowed")
    secret = "a" * 32
    browser.cookies["csrftoken"] = secret
    allowed = browser.post(
        "/api/v1/products", sent, content_type="application/json", headers={**headers, "X-CSRFToken": secret}
    )
    assert allowed.status_code == 201


def test_a_failure_of_the_server_asks_for_the_same_key_again():
    assert "ask again with the same Idempotency-Key" in plain(500).detail
