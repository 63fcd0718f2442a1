"""Every refusal as `application/problem+json` (RFC 9457), in one place.

    {"type": "urn:troth:refusal:unknown_product", "title": "Unknown product", "status": 422,
     "detail": "There is no product X9. Choose another one.", "code": "unknown_product", "facts": {"product": "X9"},
     "errors": [{"row": 3, "field": "product", "code": "unknown_product", "detail": "…", "remedy": "…"}]}

| refusal | status |
| --- | --- |
| not signed in | 401 |
| no right | 403 |
| no such record | 404 |
| no client key; body that cannot be read | 400 |
| the document changed since it was read (If-Match) | 412 |
| body of another type | 415 |
| the input is wrong, by row and field | 422 |
| no If-Match on a change | 428 |
| any other: the state of the books stands in the way | 409 |
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel

from troth.kernel.errors import BusinessError, Refusals
from troth.platform.web.refusals import status_of as page_status

CONTENT_TYPE = "application/problem+json"
API_PREFIX = "/api/"

STATUS = {
    "not_signed_in": 401,
    "malformed_body": 400,
    "client_key_missing": 400,
    "body_too_large": 413,
    "wrong_content_type": 415,
    "key_reused": 422,
    "version_missing": 428,
    "version_mismatch": 412,
    "changed_meanwhile": 412,
    "overflow": 422,
}
"""Status by code, where the kind of refusal does not say it."""

OF_INPUT = ("unknown_", "quantity_", "amount_")
"""Codes that begin so are about what was sent, wherever they are found."""

TRY_AGAIN = {"busy", "key_in_progress"}


class RefusedEntry(BaseModel):
    """One refusal of the input. `row` counts from 1; both are null where it is about the whole."""

    row: int | None
    field: str | None
    code: str
    detail: str
    remedy: str


class Problem(BaseModel):
    """Why it was refused and what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    facts: dict[str, Any] = {}
    errors: list[RefusedEntry] = []


def status_of(error: BusinessError) -> int:
    if error.code in STATUS:
        return STATUS[error.code]
    if error.field is not None or error.row is not None or error.code.startswith(OF_INPUT):
        return 422
    return page_status(error)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> HttpResponse:
    body = json.dumps(problem.model_dump(), default=str)
    return HttpResponse(body, status=problem.status, content_type=CONTENT_TYPE, headers=dict(headers or {}))


def refused(request: HttpRequest, error: BusinessError) -> HttpResponse:
    """The answer to a refusal."""
    several = error.refusals if isinstance(error, Refusals) else (error,)
    told = [one for one in several if isinstance(error, Refusals) or one.row is not None or one.field is not None]
    alone = several[0] if len(several) == 1 else error
    headers = {"WWW-Authenticate": 'Bearer realm="troth"'} if error.code == "not_signed_in" else {}
    if error.code in TRY_AGAIN:
        headers["Retry-After"] = str(error.facts.get("retry_after_seconds", 1))
    return answer(
        Problem(
            type=f"urn:troth:refusal:{alone.code}",
            title=_title(alone.code),
            status=status_of(error),
            detail=alone.message,
            code=alone.code,
            facts=alone.facts,
            errors=[_entry(one) for one in told],
        ),
        headers,
    )


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not have the shape that the operation declares."""
    found = [_shape_entry(one) for one in error.errors]
    detail = found[0].detail if len(found) == 1 else f"{len(found)} entries were refused."
    return answer(_problem("invalid_input", 422, detail, found))


def failed(request: HttpRequest, error: HttpError) -> HttpResponse:
    return answer(plain(error.status_code, str(error)))


def plain(status: int, detail: str = "") -> Problem:
    """A problem without a refusal of ours behind it."""
    phrase = HTTPStatus(status).phrase
    sentence = detail or SENTENCES.get(status, f"{phrase}.")
    return _problem(re.sub(r"[^a-z]+", "_", phrase.lower()), status, sentence)


SENTENCES = {
    404: "There is nothing at this address. The operations are listed at /api/v1/docs.",
    405: "This address does not know that method. See Allow.",
    500: "The server failed; this is its fault and was logged. It may have done what was asked, or not: ask again with "
    "the same Idempotency-Key, and it is done once.",
}


def _problem(code: str, status: int, detail: str, errors: Sequence[RefusedEntry] = ()) -> Problem:
    return Problem(
        type=f"urn:troth:refusal:{code}",
        title=_title(code),
        status=status,
        detail=detail,
        code=code,
        errors=list(errors),
    )


def _title(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _entry(error: BusinessError) -> RefusedEntry:
    remedy = str(getattr(error, "remedy", "")) or _last_sentence(error.message)
    return RefusedEntry(row=error.row, field=error.field, code=error.code, detail=error.message, remedy=remedy)


def _last_sentence(message: str) -> str:
    """What to do comes last; a message of one sentence has no remedy apart."""
    sentences = re.split(r"(?<=[.;]) (?=[A-Z])", message)
    return sentences[-1] if len(sentences) > 1 else ""


_REMEDIES = {
    "missing": "Add it.",
    "extra_forbidden": "Remove it, or correct its name.",
    "string_too_long": "Shorten it.",
}


def _shape_entry(error: Mapping[str, Any]) -> RefusedEntry:
    """A pydantic error; its place is ("body", name of the parameter, …)."""
    row, field = _place(error["loc"])
    kind = str(error["type"])
    sentence = f"{str(error['msg']).removeprefix('Value error, ').rstrip('.')}."
    return RefusedEntry(row=row, field=field, code=kind, detail=sentence, remedy=_REMEDIES.get(kind, "Correct it."))


def _place(loc: Iterable[Any]) -> tuple[int | None, str | None]:
    """("body", "draft", "lines", 2, "quantity") is row 3, field quantity."""
    source, *inner = loc
    path = inner[1:] if source == "body" else inner
    rows = [index for index, part in enumerate(path) if isinstance(part, int)]
    if not rows:
        return None, ".".join(map(str, path)) or (str(inner[0]) if inner else None)
    first = rows[0]
    below = ".".join(str(part) for part in path[first + 1 :])
    return path[first] + 1, below or str(path[first - 1])


class ProblemMiddleware:
    """Outermost: an error below /api/ that Django answered itself (405, 404, 413, 500) becomes a problem too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path_info.startswith(API_PREFIX) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
        return answer(plain(response.status_code), kept)
