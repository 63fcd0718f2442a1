"""The inbox: what waits for the person by name or by role, with its count in the top bar.

Requests come from other roles and have a deadline; issues are the customer's, and the person said to see to them. Work
that comes by the hundred (orders to deliver, lines to pick) is counted on the home.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from troth.platform import documents, issues, permissions, requests
from troth.platform.web import history
from troth.platform.web.frame import Inbox
from troth.platform.web.issues import OVERDUE, address
from troth.platform.web.values import Empty

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a role of the person."""

    question: str
    number: str
    url: str
    who: str
    role: str
    due_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Raised:
    """An issue that the person sees to."""

    subject: str
    document: str
    url: str
    due_on: Any
    late: bool


def inbox_of(request: HttpRequest) -> Inbox:
    actor = request.actor  # type: ignore[attr-defined]
    count = requests.open_to(actor).count() + issues.open_of(actor).count()
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
        "asked": tuple(_asked(actor, now)),
        "raised": tuple(_raised(actor, now)),
        "empty": Empty(
            _("Nothing waits for you"),
            _("Questions of other roles and issues that you see to appear here. Your work lists are on the home."),
        ),
    }
    return render(request, "inbox.html", context)


def _asked(actor: Any, now: datetime) -> Iterable[Asked]:
    rows = requests.shown(requests.open_to(actor).order_by("due_at", "pk")[:SHOWN])
    names = history.names_of(row.asked_by_id for row in rows)
    for row in rows:
        kind = documents.kind(row.ref.kind)
        url = reverse(kind.url_name, args=[row.ref.id])
        role = str(permissions.ROLES[row.from_role])
        who = names.get(row.asked_by_id, "–")
        yield Asked(row.question, row.ref.number, url, who, role, row.due_at, row.due_at < now)


def _raised(actor: Any, now: datetime) -> Iterable[Raised]:
    for row in issues.open_of(actor).order_by("due_on", "pk")[:SHOWN]:
        one = issues.shown(row)
        kind = documents.kind_named(one.ref.kind, issues.kinds())
        name = f"{str(kind.title).capitalize()} {one.ref.number}"
        yield Raised(one.subject, name, address(one), one.due_on, one.due_on < now.date())
