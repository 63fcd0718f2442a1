"""Instants on pages are told in the time zone that the person chose, or in that of the company they work for."""

from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from troth.platform.middleware import is_api
from troth.platform.models import User
from troth.platform.web.reading import zones
from troth.reference.models import Company


class LocalTimeMiddleware:
    """Stands behind `ActorMiddleware`. Who sees several companies has the time of the first; the API speaks UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        match, actor = request.resolver_match, request.actor  # type: ignore[attr-defined]
        if match is None or is_api(match.namespace) or not actor.is_signed_in:
            return
        if isinstance(user := request.user, User) and user.time_zone in zones():
            timezone.activate(ZoneInfo(user.time_zone))
            return
        for _name, zone in companies_of(request)[:1]:
            timezone.activate(ZoneInfo(zone))


def companies_of(request: HttpRequest) -> Sequence[tuple[str, str]]:
    """Name and time zone of the first two companies that the person works for; read once a request."""
    found: Sequence[tuple[str, str]] | None = getattr(request, "companies", None)
    if found is None:
        reached, actor = Company.objects.filter(is_active=True).order_by("pk"), request.actor  # type: ignore[attr-defined]
        if actor.company_ids is not None:
            reached = reached.filter(pk__in=actor.company_ids)
        found = request.companies = list(reached.values_list("name", "time_zone")[:2])  # type: ignore[attr-defined]
    return found
