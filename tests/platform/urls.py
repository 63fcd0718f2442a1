"""Addresses for the platform's own tests: its pages, the admin site, what the frame leads to, and two pages
that ask for rights."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from troth.platform.web.urls import sign_in


def whoami(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.actor.name} {sorted(request.actor.roles)} {request.clock.now():%Y}")


urlpatterns = [
    *sign_in,
    path("", include("troth.platform.web.urls")),
    path("health/", include("troth.platform.urls")),
    path("admin/", admin.site.urls),
    path("home/", whoami, name="home"),
    path("inbox/", whoami, name="inbox"),
    path("inbox/count/", whoami, name="inbox-count"),
    path("order/", whoami, name="test_order"),
    path("undeclared/", whoami, name="undeclared"),
]
