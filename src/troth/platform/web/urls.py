"""The platform's own pages. Include with `path("", include("troth.platform.web.urls"))`; sign-in stands beside it."""

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path

from troth.platform.web import gallery, preferences, search

app_name = "web"

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", search.search, name="search"),
    path("preferences/", preferences.prefer, name="prefer"),
]
if settings.DEBUG:
    urlpatterns += [path("parts/", include(gallery.urlpatterns))]

sign_in = [
    path("sign-in/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
]
