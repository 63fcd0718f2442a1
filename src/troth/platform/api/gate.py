"""The gate of the API: who asks, and whether they may.

A caller shows a token (`Authorization: Bearer troth_…`) or is signed in with a browser; then a request that changes
something needs the CSRF token too. What an operation asks for stands in the table of routes under its operation id.
"""

from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from troth.kernel.errors import BusinessError
from troth.platform import permissions, tokens
from troth.platform.actors import NOBODY, Actor
from troth.platform.api import bodies
from troth.platform.api.keys import client_key
from troth.platform.clock import Clock


class NotSignedIn(BusinessError):
    """No token, or one that is not known, expired or revoked; and no session."""

    code = "not_signed_in"


class CsrfFailed(BusinessError):
    """A browser session changes something without the token of its page."""

    code = "csrf_not_allowed"


class ApiRequest(HttpRequest):
    """A request behind the gate."""

    auth: Actor
    clock: Clock


class Gate(AuthBase):
    """Asked before each operation; its answer is `request.auth`, the actor."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, operation_id: str, accepts: str = bodies.JSON, *, needs_key: bool = False) -> None:
        super().__init__()
        if permissions.declared(f"api:{operation_id}") == permissions.PUBLIC:
            del self.openapi_security_schema  # the description asks for no token then
        self.operation_id = operation_id
        self.accepts = accepts
        self.needs_key = needs_key

    def __call__(self, request: HttpRequest) -> Actor:
        rule = permissions.declared(f"api:{self.operation_id}")
        actor = NOBODY if rule == permissions.PUBLIC else _admitted(request, rule)
        _refuse_unstorable_address(request)
        if self.needs_key:
            client_key(request)
        request.sent = bodies.read(request, self.accepts)  # type: ignore[attr-defined]
        return actor


def _admitted(request: HttpRequest, rule: str) -> Actor:
    """Who asks, if they may."""
    actor = identify(request)
    if not actor.is_signed_in:
        raise NotSignedIn("Show a token: Authorization: Bearer troth_…, or sign in with a browser.")
    if rule != permissions.SIGNED_IN:
        permissions.require(actor, rule)
    return actor


def identify(request: HttpRequest) -> Actor:
    """The actor of the token or of the browser's session; nobody where there is neither."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        clock: Clock = request.clock  # type: ignore[attr-defined]
        actor = tokens.authenticate(text.strip(), clock=clock) if scheme.lower() == "bearer" else None
        if actor is None:
            raise NotSignedIn(
                "This token is not known, has expired or was revoked. Ask an administrator for a new one."
            )
        return actor
    found = getattr(request, "actor", NOBODY)
    if found.is_signed_in and request.method not in ("GET", "HEAD") and check_csrf(request) is not None:
        raise CsrfFailed("Send the CSRF token of the page in X-CSRFToken, or use an API token.")
    assert isinstance(found, Actor)
    return found


def _refuse_unstorable_address(request: HttpRequest) -> None:
    match = request.resolver_match
    for name, value in (match.kwargs if match else {}).items():
        bodies.refuse_unstorable(str(value), field=name)
    for name, values in request.GET.lists():
        for value in (name, *values):
            bodies.refuse_unstorable(value, field=name)
