"""Pages that belong to no single app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def home(request: HttpRequest) -> HttpResponse:
    """The page a person sees after signing in; the permission table opens it to everybody who has."""
    return render(request, "web/home.html", {"title": _("Home"), "groups": ()})
