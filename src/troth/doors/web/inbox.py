"""The inbox: what waits for the person by name or by role, with its count in the top bar.

Requests come from other roles and have a deadline; issues are the customer's, and the person said to see to them;
notices tell that orders of theirs got other dates. Work that comes by the hundred (orders to deliver, lines to pick) is
counted on the home.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from troth.business.sales.actions.told import notices
from troth.business.sales.web.told import told
from troth.platform import documents, issues, requests
from troth.platform.web import requests as handoffs
from troth.platform.web.frame import Inbox
from troth.platform.web.issues import OVERDUE, address
from troth.platform.web.values import Empty, Text

SHOWN = 100


@dataclass(frozen=True, slots=True)
class View:
    """A list of hand-offs in the head of the inbox."""

    label: Text
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class Raised:
    """An issue that the person sees to."""

    subject: str
    document: str
    url: str
    due_on: Any
    late: bool


def inbox_of(request: HttpRequest) -> Inbox:
    actor, now = request.actor, request.clock.now()  # type: ignore[attr-defined]
    count = requests.open_to(actor, now).count() + issues.open_of(actor).count() + notices(actor).count()
    return Inbox(count, reverse("inbox"), reverse("inbox-count"))


def count(request: HttpRequest) -> HttpResponse:
    """The count alone, as the bar asks for it from time to time."""
    return render(request, "web/parts/inbox.html", {"inbox": inbox_of(request)})


def page(request: HttpRequest) -> HttpResponse:
    """Everything that waits, the nearest deadline first."""
    actor, now = request.actor, request.clock.now()  # type: ignore[attr-defined]
    context = {
        "title": _("Inbox"),
        "overdue": OVERDUE,
        "asked": handoffs.with_steps(actor, requests.open_to(actor, now).order_by("due_at", "pk")[:SHOWN], now),
        "waiting": handoffs.with_steps(actor, _open_of(actor).order_by("due_at", "pk")[:SHOWN], now),
        "views": _views(actor, now) if actor.may("platform.view_request") else (),
        "raised": tuple(_raised(actor, now)),
        "told": told(actor, SHOWN),
        "empty": Empty(
            _("Nothing waits for you"),
            _(
                "Questions of other roles, issues that you see to, and new dates of your orders appear here. "
                "Your work lists are on the home."
            ),
        ),
    }
    return render(request, "inbox.html", context)


def _views(actor: Any, now: datetime) -> Iterable[View]:
    """The lists of hand-offs, each with how many are in it."""
    mine = requests.open_to(actor, now)
    counts = (
        (_("To my roles"), "role", mine.count()),
        (_("Mine"), "mine", requests.working_on(actor).count()),
        (_("Late"), "role=1&late", mine.filter(requests.is_late(now)).count()),
        (_("Asked by me"), "asked", _open_of(actor).count()),
    )
    return [View(label, f"{reverse('web:requests')}?{name}=1", found) for label, name, found in counts]


def _open_of(actor: Any) -> Any:
    return requests.asked_by(actor).filter(state__in=sorted(requests.OPEN))


def _raised(actor: Any, now: datetime) -> Iterable[Raised]:
    for row in issues.open_of(actor).order_by("due_on", "pk")[:SHOWN]:
        one = issues.shown(row)
        kind = documents.kind_named(one.ref.kind, issues.kinds())
        name = f"{str(kind.title).capitalize()} {one.ref.number}"
        yield Raised(one.subject, name, address(one), one.due_on, one.due_on < now.date())
