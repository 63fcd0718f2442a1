"""Pickers: a text field that offers what fits while one types, by number or words.

The field holds the number, which can always be typed outright; the offers come from an address of an app that answers
with `options`. Without scripts it is a plain text field.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from troth.platform.web.markup import joined


class Picker(forms.TextInput):
    """`route` answers with options for what was typed; each field has its own list of them."""

    template_name = "web/parts/picker.html"

    def __init__(self, route: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.route = route

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        listed = f"{context['widget']['attrs'].get('id', name)}_options"
        context["widget"]["listed"] = listed
        context["widget"]["attrs"] |= {
            "list": listed,
            "autocomplete": "off",
            "hx-get": reverse(self.route),
            "hx-trigger": "input changed delay:150ms, focus once",
            "hx-target": "next datalist",
            "hx-swap": "innerHTML",
            "hx-push-url": "false",
            "hx-params": name,
        }
        return context


def typed(request: HttpRequest) -> str:
    """What was typed into the picker, whatever its field is called."""
    return str(next(iter(request.GET.values()), "")).strip()[:80]


def options(found: Iterable[tuple[str, str]]) -> HttpResponse:
    """The offers as (number, words)."""
    return HttpResponse(joined('<option value="{}">{}</option>', found))
