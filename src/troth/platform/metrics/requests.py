"""What each request costs: a line of the log, the counts of `metrics`, and a span of `traces`.

The line names route, method, status, milliseconds, database statements and who asked; what was searched for stays out
of it, and so do bodies. Files and signs of life are logged at `debug`, because they come by the thousand. Who is signed
in finds the milliseconds in the answer's header `Server-Timing` too, which the developer tools of a browser draw.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from troth.platform import metrics, sql, traces

FILES, NOWHERE = "(files)", "(nowhere)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HEADER = "Server-Timing"
QUIET = (FILES, "health/live", "health/ready", "metrics")
QUIET_PATHS = tuple(f"/{route}" for route in QUIET[1:])

log = structlog.get_logger("troth.requests")


class MeasureMiddleware:
    """Stands behind the one that names requests, before all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with _span(request) as span:
            return self._measured(request, span)

    def _measured(self, request: HttpRequest, span: traces.Span) -> HttpResponseBase:
        began = time.perf_counter()
        with sql.counting() as sent:
            answer = self.get_response(request)
        seconds = time.perf_counter() - began
        if _user_id(request) is not None:
            answer[HEADER] = f"total;dur={seconds * 1000:.1f}"
        _told(request, answer.status_code, seconds, sent())
        if traces.is_on():
            _traced(request, span, answer.status_code, sent())
        return answer


def _told(request: HttpRequest, status: int, seconds: float, statements: int) -> None:
    route, method = _route(request), _method(request)
    metrics.answered(route, method, status, seconds=seconds, statements=statements)
    tell = log.debug if route in QUIET else log.info
    figures = {"status": status, "ms": round(seconds * 1000, 1), "statements": statements}
    tell("request", method=method, path=request.path, route=route, user=_user_id(request), **figures)


def _span(request: HttpRequest) -> AbstractContextManager[traces.Span]:
    """The request's span; files and signs of life have none."""
    if not traces.is_on() or request.path.startswith((settings.STATIC_URL, *QUIET_PATHS)):
        return traces.OFF
    return traces.request(request.headers)


def _traced(request: HttpRequest, span: traces.Span, status: int, statements: int) -> None:
    route, method = _route(request), _method(request)
    facts: dict[str, traces.Fact] = {"http.request.method": method, "http.route": route}
    facts |= {"http.response.status_code": status, "troth.statements": statements}
    span.tell(facts, name=f"{method} {route}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        span.fail(str(status))


def _route(request: HttpRequest) -> str:
    """The pattern of the address, so that there are not as many as there are documents."""
    if request.resolver_match is not None:
        return request.resolver_match.route or "/"
    return FILES if request.path.startswith(settings.STATIC_URL) else NOWHERE


def _method(request: HttpRequest) -> str:
    """What was asked for is anybody's word; only those that exist are counted by name."""
    return request.method if request.method in METHODS else "other"


def _user_id(request: HttpRequest) -> int | None:
    actor = getattr(request, "auth", None) or getattr(request, "actor", None)
    return getattr(actor, "user_id", None)
