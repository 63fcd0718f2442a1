"""A name for each request: in every line that is logged on its way, and in the answer's header `X-Request-ID`.

A proxy in front may have named the request already; its name is kept where it is well formed, so that one search finds
both logs. Anything else in the header could be a forged line of the log, and gets a new name.
"""

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.core.signals import request_finished
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bind_contextvars, unbind_contextvars

from troth.platform import traces

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


class RequestIdMiddleware:
    """Stands before all others, so that what they log carries the name too.

    Django tells of an answer with an error status when it has left all of them, so the name stays until the end.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        request_finished.connect(_forget, dispatch_uid=__name__)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        name = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        bind_contextvars(request_id=name)
        answer = self.get_response(request)
        answer[HEADER] = name
        return answer


def _forget(**_: Any) -> None:
    unbind_contextvars("request_id", traces.LOGGED)
