"""The pages for what went wrong: `handler400 = "troth.platform.web.errors.bad_request"` and so on in the root URLs.

400, 403 and 404 keep the frame; 500 stands alone, because whatever broke may be part of the frame.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from troth.platform.web.refusals import way_back


def _page(request: HttpRequest, status: int) -> HttpResponse:
    answer = render(request, f"{status}.html", {"back": way_back(request)}, status=status)
    if request.headers.get("HX-Request") == "true":
        answer["HX-Refresh"] = "true"
    return answer


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For `CSRF_FAILURE_VIEW`: the session has ended or cookies are off."""
    return render(request, "web/csrf.html", {"back": way_back(request)}, status=403)
