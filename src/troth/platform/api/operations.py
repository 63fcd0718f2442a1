"""The kinds of API operation. Each app's `api.py` has one `Operations` and hangs its functions on it.

| kind | method | client key | If-Match |
| --- | --- | --- | --- |
| `reads` | GET | | answers with ETag, knows If-None-Match |
| `creates` | POST, 201 | required: `create(request, action, …)` | |
| `acts` | POST | taken if sent: `act(request, action, …)` | with `checks_version` checked if sent |
| `changes` | PATCH or another | taken if sent | required |

The operation's id is the function's name, and what it asks for stands in the table of routes under `api:` and that
name. Refusals are declared on each operation, so that what a client generator makes of the description knows them.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import NinjaAPI, Router

from troth.platform import permissions
from troth.platform.api import bodies, versions
from troth.platform.api.gate import ApiRequest, Gate
from troth.platform.api.keys import CLIENT_KEY, client_key, stated_key
from troth.platform.api.problems import CONTENT_TYPE, Problem

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")


def create(request: ApiRequest, action: Callable[..., R], *args: Any, **named: Any) -> R:
    """Do it once for the client key, which must be there."""
    key = client_key(request)
    return action(*args, **named, by=request.auth, clock=request.clock, key=key)


def act(request: ApiRequest, action: Callable[..., R], *args: Any, **named: Any) -> R:
    """Do it; once, where the caller sends a client key."""
    return action(*args, **named, by=request.auth, clock=request.clock, key=stated_key(request))


def _header(name: str, sentence: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": sentence, "schema": {"type": "string"}}


_KEY = "A key of the caller's making; a repeat with the same key gets the first answer and does nothing."
_KEY_NEEDED = _header(CLIENT_KEY, _KEY, required=True)
_MATCH = "The ETag of the version that is changed, or *."


_KNOWN = "The ETag of the version that the caller has: 304 where it is still the one."


def _responses(*codes: int) -> dict[int, Any]:
    problem = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": "Refused", "content": problem} for code in (*codes, 404, 422)}


def _is_versioned(response: Any) -> bool:
    return "version" in getattr(response, "model_fields", ())


def _described(operation_id: str, headers: list[dict[str, Any]], refusals: Sequence[int]) -> dict[str, Any]:
    """What the description says of an operation beside what its signature says; a public one asks for no token."""
    if permissions.declared(f"api:{operation_id}") == permissions.PUBLIC:
        return {"parameters": headers, "responses": _responses(*refusals)}
    described: dict[str, Any] = {"parameters": headers, "responses": _responses(*refusals, 401, 403)}
    if any(one["name"] == "If-None-Match" for one in headers):
        described["responses"][304] = {"description": "The version that the caller has"}
    return described


_FILE = {
    "content": {
        bodies.CSV: {"schema": {"type": "string"}},
        bodies.WORKBOOK: {"schema": {"type": "string", "format": "binary"}},
    },
    "required": True,
}
"""Rows are sent as CSV or as an Excel workbook."""


class Operations(Router):
    """The operations of an app; `accepts` of an operation is the type of its body."""

    def __init__(self, tag: str) -> None:
        super().__init__(tags=[tag])

    def reads(self, path: str, response: Any) -> Callable[[F], F]:
        headers = [_header("If-None-Match", _KNOWN, required=False)] if _is_versioned(response) else []
        return self._operation("GET", path, {200: response}, headers=headers, refusals=(400,))

    def creates(self, path: str, response: Any, *, accepts: str = bodies.JSON, status: int = 201) -> Callable[[F], F]:
        headers, refusals = [_KEY_NEEDED], (400, 409, 413, 415)
        return self._operation("POST", path, {status: response}, headers=headers, refusals=refusals, accepts=accepts)

    def acts(
        self,
        path: str,
        response: Any,
        *,
        accepts: str = bodies.JSON,
        checks_version: bool = False,
        takes_key: bool = True,
    ) -> Callable[[F], F]:
        """`takes_key` false: the answer is a secret, which is not kept to be given again."""
        headers, refusals = [_header(CLIENT_KEY, _KEY, required=False)] if takes_key else [], [400, 409, 413, 415]
        if checks_version:
            headers.append(_header("If-Match", _MATCH, required=False))
            refusals.append(412)
        return self._operation("POST", path, {200: response}, headers=headers, refusals=refusals, accepts=accepts)

    def changes(self, path: str, response: Any, *, method: str = "PATCH") -> Callable[[F], F]:
        headers = [_header("If-Match", _MATCH, required=True)]
        refusals = (400, 409, 412, 413, 415, 428)
        return self._operation(method, path, {200: response}, headers=headers, refusals=refusals)

    def _operation(
        self,
        method: str,
        path: str,
        response: dict[int, Any],
        *,
        headers: list[dict[str, Any]],
        refusals: Sequence[int],
        accepts: str = bodies.JSON,
    ) -> Callable[[F], F]:
        def register(function: F) -> F:
            extra = _described(function.__name__, headers, refusals)
            if accepts == bodies.CSV:
                extra["requestBody"] = _FILE
            self.add_api_operation(
                path,
                [method],
                function,
                auth=Gate(function.__name__, accepts, needs_key=any(one is _KEY_NEEDED for one in headers)),
                response=response,
                operation_id=function.__name__,
                summary=function.__name__.replace("_", " ").capitalize(),
                openapi_extra=extra,
            )
            return function

        return register


class TrothApi(NinjaAPI):
    """Answers of a versioned record carry its ETag; who has that version already is told so."""

    def create_response(
        self,
        request: HttpRequest,
        data: Any,
        *,
        status: int | None = None,
        temporal_response: HttpResponse | None = None,
    ) -> HttpResponse:
        response = super().create_response(request, data, status=status, temporal_response=temporal_response)
        version = data.get("version") if isinstance(data, dict) else None
        if version is None or response.status_code >= 300:
            return response
        if request.method == "GET" and versions.is_known(request, version):
            response = HttpResponseNotModified()
        response["ETag"] = versions.etag(version)
        return response

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> Any:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        entries = problem.pop("$defs")
        schema["components"]["schemas"].update({"Problem": problem, **entries})
        _name_bounds(schema)
        return schema


def _name_bounds(told: Any) -> None:
    """Bounds of a value that is looked at before it is read come by pydantic's names; a client knows JSON Schema's."""
    if isinstance(told, list):
        for one in told:
            _name_bounds(one)
    elif isinstance(told, dict):
        for ours, theirs in _BOUNDS.items():
            if "type" in told and ours in told:
                told[theirs] = told.pop(ours)
        for one in told.values():
            _name_bounds(one)


_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
