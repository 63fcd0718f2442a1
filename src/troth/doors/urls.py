"""Every address of Troth begins here."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from troth.doors import web

urlpatterns = [
    path("", web.home, name="home"),
    path("sign-in/", LoginView.as_view(template_name="doors/sign_in.html"), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("health/", include("troth.platform.urls")),
    path("admin/", admin.site.urls),
]
