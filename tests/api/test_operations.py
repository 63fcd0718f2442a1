"""All operations at once: each opens for whom its permission names, and for nobody else."""

import pytest

from tests.api.conftest import assert_refused
from tests.operations import ALL, address_of
from troth.platform import permissions
from troth.platform.permissions.operations import OPERATIONS

GUARDED = {name: rule for name, rule in OPERATIONS.items() if rule not in (permissions.PUBLIC, permissions.SIGNED_IN)}
ROLES = (
    "representative",
    "warehouse_clerk",
    "credit_manager",
    "billing_clerk",
    "master_data",
    "auditor",
    "administrator",
)


@pytest.mark.parametrize("role", ROLES)
def test_each_operation_opens_for_the_roles_of_its_permission_and_for_nobody_else(small, caller, role):
    """Who may gets another answer than 403, whatever it is: the records asked for are not there."""
    someone = caller(role, scopes=("platform", *{rule.partition(".")[0] for rule in GUARDED.values()}))
    told = {}
    for name in GUARDED:
        path, operation = ALL[name]
        [method] = operation.methods
        body = b"" if method == "GET" else b"{}"
        kind = "text/csv" if operation.auth_callbacks[0].accepts == "text/csv" else "application/json"
        response = someone.send(
            method, address_of(path), body, content_type=kind, If_Match="*", Idempotency_Key=f"{role}-{name}"
        )
        told[name] = response.status_code != 403
    expected = {name: role in permissions.PERMISSIONS[rule] for name, rule in GUARDED.items()}
    assert told == expected


def test_nothing_guarded_opens_for_a_stranger(stranger):
    for name in OPERATIONS:
        path, operation = ALL[name]
        if OPERATIONS[name] != permissions.PUBLIC:
            response = stranger.send(operation.methods[0], address_of(path), None)
            assert_refused(response, 401, "not_signed_in")


def test_a_session_that_changes_something_needs_the_token_of_its_page(small, person):
    from django.test import Client

    from troth.platform.models import RoleGrant

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
