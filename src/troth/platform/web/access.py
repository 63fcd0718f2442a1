"""Who is looking. Views ask here, so that a page and its rail never disagree about what may be opened."""

from typing import Any, Protocol, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from troth.platform import permissions
from troth.platform.actors import Reach


class Actor(Protocol):
    """The person, or the system, on whose behalf a request runs."""

    @property
    def name(self) -> str: ...

    @property
    def user_id(self) -> int | None: ...

    @property
    def is_signed_in(self) -> bool: ...

    @property
    def reach(self) -> Reach | None: ...

    @property
    def company_ids(self) -> frozenset[int] | None: ...

    @property
    def site_ids(self) -> frozenset[int] | None: ...

    def sees(self, company_id: int, site_id: int | None = None) -> bool: ...

    def may(self, permission: str, *, company_id: int | None = None, site_id: int | None = None) -> bool: ...


def actor_of(request: HttpRequest) -> Actor | None:
    """The actor that the platform's middleware has put on the request; None before sign-in."""
    actor = cast("Actor | None", getattr(request, "actor", None))
    return actor if actor is not None and actor.is_signed_in else None


def may(request: HttpRequest, permission: str) -> bool:
    """Whether the request's actor holds the permission. The empty permission asks only for a sign-in."""
    actor = actor_of(request)
    if actor is None:
        return False
    return not permission or actor.may(permission)


def demand(request: HttpRequest, permission: str) -> Any:
    """Return the actor, or refuse the page with 403."""
    if not may(request, permission):
        raise PermissionDenied(permission)
    return actor_of(request)


def allowed(actor: Any, route: str, *, company_id: int | None = None, site_id: int | None = None) -> bool:
    """Whether the actor may open a route, by its line in `permissions/routes.py`."""
    rule = permissions.declared(route)
    if rule in (permissions.PUBLIC, permissions.SIGNED_IN):
        return True
    return bool(actor.may(rule, company_id=company_id, site_id=site_id))
