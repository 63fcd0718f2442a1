"""What changed since the person was last here: what others did to the documents this person works on.

Those are the documents that the person touched lately, and what followed from their orders and deliveries. A visit ends
when the home was not opened for half an hour; the next one begins with the news since then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from troth.ledgers.fulfilment import queries as fulfilment
from troth.platform import documents
from troth.platform.documents import DocumentRef
from troth.platform.models import Event, User
from troth.platform.web import history
from troth.platform.web.values import Text

VISIT_ENDS = timedelta(minutes=30)
NOTED_EACH = timedelta(minutes=1)
"""A look at the home within that is no write, which would wait for the disk and, on SQLite, for others."""
FIRST_LOOK_BACK = timedelta(days=3)
TOUCHED, MINE, SHOWN = 300, 100, 12
"""So many of the person's own events are read, so many documents are theirs, so many changes are shown."""


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    who: str
    what: Text
    kind: Text
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class News:
    since: datetime
    changes: tuple[Change, ...]


def of(request: HttpRequest) -> News | None:
    """The news for the person who asks, and a note that they were here; None for the program itself."""
    user = request.user
    if not isinstance(user, User):
        return None
    since = _arrive(user, request.clock.now())  # type: ignore[attr-defined]
    return News(since, tuple(_changes(request.actor, since)))  # type: ignore[attr-defined]


def _arrive(user: User, now: datetime) -> datetime:
    """Since when there is news, as of this visit. The first visit looks back three days."""
    since = user.news_since_at or now - FIRST_LOOK_BACK
    if user.here_at is None or now - user.here_at > VISIT_ENDS:
        since = user.here_at or now - FIRST_LOOK_BACK
    if user.here_at is None or now - user.here_at > NOTED_EACH:
        User.objects.filter(pk=user.pk).update(here_at=now, news_since_at=since)
    return since


def _changes(actor: Any, since: datetime) -> Iterable[Change]:
    mine = _documents(actor.user_id)
    if not mine:
        return
    clause = Q()
    for code in {ref.kind for ref in mine}:
        clause |= Q(document_kind=code, document_id__in=[ref.id for ref in mine if ref.kind == code])
    found = Event.objects.filter(clause, at__gt=since).exclude(actor_id=actor.user_id).order_by("-id")
    rows = [row for row in found[: 3 * SHOWN] if _open_to(actor, row)][:SHOWN]
    names = history.names_of(row.actor_id for row in rows)
    for row in rows:
        kind = documents.kind(row.document_kind)
        url = reverse(kind.url_name, args=[row.document_id])
        who = names.get(row.actor_id, "–")
        yield Change(row.at, who, history.what(row.kind), str(kind.title), row.document_number, url)


def _open_to(actor: Any, row: Event) -> bool:
    return actor.may(documents.kind(row.document_kind).permission, company_id=row.company_id)


def _documents(user_id: int) -> set[DocumentRef]:
    """What the person touched last, and what followed from it."""
    touched = Event.objects.filter(actor_id=user_id).order_by("-id")
    known = {kind.code for kind in documents.kinds()}
    rows = touched.values_list("document_kind", "document_id")[:TOUCHED]
    own = list(dict.fromkeys(DocumentRef(kind, key) for kind, key in rows if kind in known))[:MINE]
    return {*own, *fulfilment.followers(own)}
