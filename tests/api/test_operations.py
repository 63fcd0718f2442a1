"""All operations at once: each declared, guarded, and described with its refusals."""

from typing import get_args

import pytest
from pydantic import BaseModel

from tests.api.conftest import assert_refused
from troth.doors.api.root import api
from troth.platform import permissions
from troth.platform.api.gate import Gate
from troth.platform.permissions.operations import OPERATIONS


def operations():
    """(path, operation) of every operation of the API."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield path, operation


ALL = {operation.operation_id: (path, operation) for path, operation in operations()}


def test_every_operation_is_declared_and_every_declaration_is_an_operation():
    assert sorted(ALL) == sorted(OPERATIONS)
    assert len(ALL) == len(list(operations()))


def test_every_operation_stands_behind_the_gate():
    gates = {name: [one.operation_id for one in operation.auth_callbacks] for name, (_, operation) in ALL.items()}
    assert gates == {name: [name] for name in ALL}
    assert all(isinstance(operation.auth_callbacks[0], Gate) for _, operation in ALL.values())


def test_no_path_hides_another():
    """Two routers with one path would leave the second one out."""
    paths = [path for router in api._get_bound_routers() for path in router.path_operations]
    assert len(paths) == len(set(paths))


def test_every_operation_declares_its_refusals():
    described = api.get_openapi_schema()["paths"]
    for path, methods in described.items():
        for method, operation in methods.items():
            responses = operation["responses"]
            assert {404, 422} <= responses.keys(), (path, method)
            assert ({401, 403} <= responses.keys()) == ("security" in operation), (path, method)
            for code in responses.keys() - {200, 201, 304}:
                assert "application/problem+json" in responses[code]["content"], (path, method, code)
            if method == "patch":
                assert {412, 428} <= responses.keys(), path
            if 201 in responses:
                names = [one["name"] for one in operation["parameters"]]
                assert "Idempotency-Key" in names, path


def shapes(kind):
    """Each shape below a type, with itself."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from shapes(field.annotation)
    for part in get_args(kind):
        yield from shapes(part)


def test_no_two_shapes_share_a_name():
    """The description keeps one shape a name; the second would be told as the first."""
    kinds = {}
    for _, operation in ALL.values():
        sent = [field.annotation for model in operation.models for field in model.model_fields.values()]
        answered = [model.model_fields["response"].annotation for model in operation.response_models.values() if model]
        for shape in {one for kind in (*sent, *answered) for one in shapes(kind)}:
            kinds.setdefault(shape.__name__, set()).add(f"{shape.__module__}.{shape.__qualname__}")
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}
    assert {"OrderWritten", "Reason", "CustomerEntry"} <= kinds.keys()


def test_only_what_is_open_to_everybody_is_described_so():
    described = api.get_openapi_schema()["paths"]
    open_ones = {
        operation["operationId"]
        for methods in described.values()
        for operation in methods.values()
        if "security" not in operation
    }
    assert open_ones == {name for name, rule in OPERATIONS.items() if rule == permissions.PUBLIC}


def address_of(path):
    """The path with a record in it that is not there."""
    kinds = {"{kind}": "order"}
    for part in [piece for piece in path.split("/") if piece.startswith("{")]:
        path = path.replace(part, kinds.get(part, "999999"))
    return path.lstrip("/")


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
