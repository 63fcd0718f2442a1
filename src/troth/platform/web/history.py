"""The history of a document, drawn from the audit trail: what happened, who did it, what was before and after.

Each app says by `words` what its events are called; what has no words is shown by the event's own name.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from troth.platform.documents import DocumentRef
from troth.platform.models import Event, User
from troth.platform.web.values import Change, FieldChange, Text

MOST_CHANGES = 200
QUIET = frozenset({"block", "lines", "net", "gross", "kind", "scope", "version"})
"""Facts that the page shows elsewhere."""

_words: dict[str, Text] = {}


def words(known: Mapping[str, Text]) -> None:
    """Say what kinds of events are called: {"sales.order_submitted": "Submitted"}."""
    _words.update(known)


def names_of(user_ids: Iterable[int | None]) -> dict[int | None, str]:
    """What the people are called; the program itself is Troth."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    found: dict[int | None, str] = {
        user.pk: user.get_full_name() or user.username for user in User.objects.filter(pk__in=wanted)
    }
    return {None: "Troth", **found}


def changes_of(*refs: DocumentRef) -> list[Change]:
    """What happened to these documents, the newest first."""
    assert refs
    rows = Event.objects.filter(document_kind=refs[0].kind, document_id__in=[ref.id for ref in refs])
    events = list(rows.order_by("-id")[:MOST_CHANGES])
    names = names_of(event.actor_id for event in events)
    return [
        Change(at=event.at, who=names.get(event.actor_id, "–"), what=what(event.kind), fields=_fields(event))
        for event in events
    ]


def what(kind: str) -> Text:
    """What an event of this kind is called."""
    return _words.get(kind) or _label(kind.partition(".")[2])


def _fields(event: Any) -> tuple[FieldChange, ...]:
    changed = [FieldChange(_label(name), _text(pair[0]), _text(pair[1])) for name, pair in event.changes.items()]
    told = [
        FieldChange(_label(name), "", _text(value))
        for name, value in event.facts.items()
        if name not in QUIET and value not in (None, "", [], {})
    ]
    return tuple(changed + told)


def _label(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ").capitalize()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{_label(str(name))} {_text(one)}" for name, one in value.items())
    return str(value)
