"""Every address of Troth begins here."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from troth.doors import web

urlpatterns = [
    path("", web.home, name="home"),
    path("sign-in/", LoginView.as_view(template_name="doors/sign_in.html"), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
]
