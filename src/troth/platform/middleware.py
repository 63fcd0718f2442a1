"""What every request carries: who acts (`request.actor`), what time it is (`request.clock`); and the gate of pages.

The gate opens a page only for those to whom the route table grants it; a page without a line there opens for nobody.
API operations name their own actor by token, so the gate leaves the API's namespace to it. A session ends as soon as
the rights or the password of its user change: it remembers the epoch of the user under which it began.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import auth
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from troth.kernel.plain_numbers import MAX
from troth.platform import permissions
from troth.platform.actors import NOBODY
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.models import User
from troth.platform.users import actor_of
from troth.platform.web.refusals import way_back

EPOCH = "troth_session_epoch"
API_NAMESPACE = "api"


class ActorMiddleware:
    """Stands behind Django's `AuthenticationMiddleware`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.clock = SYSTEM_CLOCK  # type: ignore[attr-defined]
        request.actor = self._actor(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _actor(self, request: HttpRequest) -> Any:
        user = request.user
        if not isinstance(user, User):
            return NOBODY
        if request.session.get(EPOCH) != user.session_epoch:
            auth.logout(request)
            return NOBODY
        return actor_of(user)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is None or is_api(match.namespace):
            return None
        if any(isinstance(value, int) and value > MAX for value in kwargs.values()):
            raise Http404
        rule = permissions.declared(match.view_name)
        if rule == permissions.PUBLIC:
            return None
        actor = request.actor  # type: ignore[attr-defined]
        if not actor.is_signed_in:
            return _to_sign_in(request)
        if rule != permissions.SIGNED_IN and not actor.may(rule):
            raise PermissionDenied(rule)
        return None


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Send the person to sign in and from there back to the page that they were on.

    An address that only takes what is posted is no page to come back to, nor is a part of a page that a script asked
    for: then it is the page around it. What was typed there the browser keeps (`keep.js`).
    """
    if request.headers.get("HX-Request") == "true":
        around = urlsplit(request.headers.get("HX-Current-URL", ""))
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = redirect_to_login(around._replace(scheme="", netloc="").geturl() or "/").url
        return answer
    page = request.get_full_path() if request.method == "GET" else urlsplit(way_back(request)).path
    return redirect_to_login(page)


def is_api(namespace: str) -> bool:
    """Whether a URL namespace is the API's (`api`, `api-1`)."""
    return namespace.partition("-")[0] == API_NAMESPACE


def connect() -> None:
    """Have each new session remember the epoch of its user."""
    user_logged_in.connect(_remember_epoch, dispatch_uid="troth.platform.middleware")


def _remember_epoch(*, request: HttpRequest, user: User, **_: Any) -> None:
    request.session[EPOCH] = user.session_epoch
