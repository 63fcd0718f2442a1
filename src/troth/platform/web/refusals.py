"""One handler for refusals on pages: a BusinessError becomes a sentence, a remedy and a way back, never a raw error.

| refusal | status |
| --- | --- |
| NotFound | 404 |
| InvalidInput and several refusals of one input | 422 |
| code ends in "forbidden" or "not_allowed" | 403 |
| any other: the state of the books stands in the way | 409 |
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from troth.kernel.errors import BusinessError, InvalidInput, NotFound, Refusals

FORBIDDEN = ("forbidden", "not_allowed")


def status_of(error: BusinessError) -> int:
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, InvalidInput | Refusals):
        return 422
    return 403 if error.code.endswith(FORBIDDEN) else 409


def way_back(request: HttpRequest) -> str:
    """The page the person came from, where it is one of ours and not this one; else the start."""
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    if not before or not ours or (request.method == "GET" and urlsplit(before).path == request.path):
        return "/"
    return before


def refused(request: HttpRequest, error: BusinessError) -> HttpResponse:
    """The refusal as a page, or as a fragment where htmx asked. `remedy` and `remedy_url` may stand on the error."""
    fragment = request.headers.get("HX-Request") == "true"
    context = {
        "error": error,
        "refusals": getattr(error, "refusals", ()) if len(getattr(error, "refusals", ())) > 1 else (),
        "remedy": getattr(error, "remedy", ""),
        "remedy_url": getattr(error, "remedy_url", ""),
        "back": way_back(request),
    }
    answer = render(
        request, "web/refused_fragment.html" if fragment else "web/refused.html", context, status=status_of(error)
    )
    if fragment:
        answer["HX-Retarget"] = "#notices"
        answer["HX-Reswap"] = "innerHTML show:top"
        answer["HX-Push-Url"] = "false"
    return answer


class RefusalMiddleware:
    """Add it after sessions, messages and sign-in, so that the page of a refusal has its frame."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return refused(request, exception) if isinstance(exception, BusinessError) else None
