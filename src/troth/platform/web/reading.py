"""How a person reads figures, dates and hours: their own formats, on a page of their menu.

What is left to the language or the company is kept as empty, so that it follows them.
"""

from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.platform.models import User
from troth.platform.web import formats
from troth.platform.web.access import Actor
from troth.platform.web.acts import said
from troth.platform.web.forms import FormPage

FIELDS = ("number_format", "date_format", "time_zone")
EXAMPLE, EXAMPLE_DAY = 123456, date(2026, 11, 28)
"""1,234.56 and the day as each choice writes them."""
AREAS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
"""Where zones are named by a place in them; all other names are old ones."""
UNIVERSAL = "UTC"


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The time zones that a person may live in, by name."""
    return (
        UNIVERSAL,
        *sorted(zone for zone in available_timezones() if zone.partition("/")[0] in AREAS and "/" in zone),
    )


def number_formats() -> list[tuple[str, str]]:
    return [("", gettext("as the language writes them")), *((key, _example(key)) for key in formats.NUMBERS)]


def _example(key: str) -> str:
    return formats.number_in(formats.NUMBERS[key], EXAMPLE, 2)


def date_formats() -> list[tuple[str, str]]:
    return [("", gettext("as the language writes them")), (formats.ISO, f"ISO: {EXAMPLE_DAY.isoformat()}")]


def time_zones() -> list[tuple[str, str]]:
    return [("", gettext("the company's")), *((zone, zone.replace("_", " ")) for zone in zones())]


class ReadingForm(forms.Form):
    number_format = forms.ChoiceField(label=_("Numbers"), required=False, choices=number_formats)
    date_format = forms.ChoiceField(label=_("Date and time"), required=False, choices=date_formats)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=time_zones)


class Reading(FormPage):
    """The formats of whoever is signed in."""

    title = _("Numbers, dates and time")
    lead = _("They hold on your pages, for what you read and what you type. Papers are written for who gets them.")
    form_class = ReadingForm
    cancel_url = reverse_lazy("home")

    def initial(self) -> dict[str, Any]:
        user = self.request.user
        return {name: getattr(user, name) for name in FIELDS} if isinstance(user, User) else {}

    def submit(self, actor: Actor, form: Any, rows: Any) -> str:
        User.objects.filter(username=self.request.user.get_username()).update(**form.cleaned_data)
        said(self.request, gettext("Your formats are saved."))
        return str(reverse_lazy("web:reading"))
