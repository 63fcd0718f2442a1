"""Addresses of the platform: `path("health/", include("troth.platform.urls"))` and the admin site beside it."""

from django.urls import path

from troth.platform import health

app_name = "health"
urlpatterns = [
    path("live", health.live, name="live"),
    path("ready", health.ready, name="ready"),
]
