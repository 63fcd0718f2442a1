"""All operations at once, without a database: each declared, guarded, and described with its refusals."""

from typing import get_args

from pydantic import BaseModel

from tests.operations import ALL, operations
from troth.doors.api.root import api
from troth.platform import permissions
from troth.platform.api.gate import Gate
from troth.platform.permissions.operations import OPERATIONS


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
