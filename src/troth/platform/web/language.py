"""The language of an answer: the person's own, before sign-in what the browser asks for; the API speaks English.

With the language go the person's own formats of numbers and dates, on pages alone.

Django's `LocaleMiddleware` has chosen by the cookie and `Accept-Language` before; this one stands behind whoever says
who acts.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from troth.kernel.errors import Sentence
from troth.kernel.plain_numbers import Figure
from troth.platform.middleware import is_api
from troth.platform.models import User
from troth.platform.web import formats

API_LANGUAGE = "en"


def worded(text: Any) -> str:
    """A sentence of the rules in the reader's language; a text that the catalogue does not know stays as it is."""
    if not isinstance(text, Sentence):
        return _recorded(str(text)) if text else ""
    pattern = translation.gettext(text.pattern)
    return pattern % {name: _fact(fact) for name, fact in text.facts.items()} if text.facts else pattern


def recorded(*patterns: Sentence) -> None:
    """Declare sentences that stand in records as text; they are recognised there and said in the reader's language."""
    for sentence in patterns:
        parts = re.split(r"%\((\w+)\)s", sentence.pattern)
        readable = "".join(f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
        _RECORDED[sentence.pattern] = re.compile(readable)


_RECORDED: dict[str, re.Pattern[str]] = {}


def _recorded(text: str) -> str:
    for pattern, reads in _RECORDED.items():
        if found := reads.fullmatch(text):
            return translation.gettext(pattern) % {
                name: _fact(_figure(word)) for name, word in found.groupdict().items()
            }
    return translation.gettext(text)


def _figure(word: str) -> str | date:
    """What stands in a record as an amount with its currency, or as a day."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
        return date.fromisoformat(word)
    found = re.fullmatch(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})", word)
    return Figure(found[1], found[2]) if found else word


def _fact(fact: Any) -> Any:
    if isinstance(fact, Sentence):
        return worded(fact)
    if isinstance(fact, Figure):
        return formats.figure_said(fact.number, fact.unit)
    return formats.plain_day(fact) if isinstance(fact, date) else fact


class LanguageMiddleware:
    """Stands behind `ActorMiddleware`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = getattr(request.actor, "language", "")  # type: ignore[attr-defined]
        if request.actor.is_signed_in and language in dict(settings.LANGUAGES):  # type: ignore[attr-defined]
            translation.activate(language)
        try:
            return self.get_response(request)
        finally:
            formats.choose(formats.Chosen())

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        match = request.resolver_match
        if match is not None and is_api(match.namespace):
            translation.activate(API_LANGUAGE)
        elif isinstance(user := request.user, User):
            formats.choose(formats.Chosen(user.number_format, user.date_format))
