"""Events: what happened, by whom, when; the one audit trail and the outbox.

An action records events while it runs; they are written together in one statement, in its transaction. An event is a
row that never changes. Its kind is `app.what_happened`; `facts` say what is worth knowing later, `changes` hold
{field: [before, after]}. Where somebody subscribed to the kind, an outbox row goes with it, so that nothing that
follows from the event is lost: subscribers run later, each in its own transaction, until done.

Readers take outbox rows that are not done, never "ids above the last one": ids commit out of order.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from troth.platform import sql, traces
from troth.platform.actors import Actor
from troth.platform.documents import DocumentRef


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event before it has a row."""

    kind: str
    ref: DocumentRef
    company_id: int
    at: datetime
    by: Actor
    facts: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


Subscriber = Callable[["Occurred"], None]


@dataclass(frozen=True, slots=True)
class Occurred:
    """An event as a subscriber reads it."""

    id: int
    kind: str
    ref: DocumentRef
    company_id: int
    at: datetime
    facts: Mapping[str, Any]


_subscribers: dict[str, dict[str, Subscriber]] = {}
_cares: dict[tuple[str, str], Callable[[Recorded], bool]] = {}


def subscribe(kind: str, *, when: Callable[[Recorded], bool] | None = None) -> Callable[[Subscriber], Subscriber]:
    """Have the function called once for each event of this kind, at least once, in its own transaction.

    `when` is asked as the event is written: an event that the subscriber does not care for takes no outbox row.
    """

    def register(function: Subscriber) -> Subscriber:
        name = f"{function.__module__}.{function.__name__}"
        _subscribers.setdefault(kind, {})[name] = function
        if when is not None:
            _cares[kind, name] = when
        return function

    return register


def subscribers(kind: str) -> Mapping[str, Subscriber]:
    return _subscribers.get(kind, {})


def record(
    kind: str,
    ref: DocumentRef,
    *,
    company_id: int,
    by: Actor,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    """Note that something happened to a document, in the action that is running."""
    from troth.platform.actions import current

    current().events.append(Recorded(kind, ref, company_id, at, by, facts or {}, changes or {}))


_COLUMNS = {
    "company_id": "int",
    "at": "at",
    "actor_id": "int",
    "acting_for_id": "int",
    "kind": "text",
    "document_kind": "text",
    "document_id": "int",
    "document_number": "text",
    "facts": "json",
    "changes": "json",
}


def write(recorded: list[Recorded]) -> None:
    """Write the events of an action in the order in which they happened, with an outbox row for each subscriber."""
    caring = [_caring(event) for event in recorded]
    rows = [_row(event) for event in recorded]
    if not any(caring):
        sql.insert_in_order("platform_event", _COLUMNS, rows)
        return
    ids = sql.insert_in_order("platform_event", _COLUMNS, rows, returning=("id",))
    columns = {"event_id": "int", "subscriber": "text", "attempts": "int"}
    waiting: list[tuple[Any, ...]] = [
        (event_id, name, 0) for (event_id,), names in zip(ids, caring, strict=True) for name in names
    ]
    if cause := traces.carried():
        columns, waiting = columns | {"cause": "text"}, [(*row, cause) for row in waiting]
    sql.insert("platform_outbox", columns, waiting)


def _caring(event: Recorded) -> list[str]:
    """The subscribers that wait for this event."""
    found = []
    for name in subscribers(event.kind):
        when = _cares.get((event.kind, name))
        if when is None or when(event):
            found.append(name)
    return found


def _row(event: Recorded) -> tuple[Any, ...]:
    return (
        event.company_id,
        event.at,
        event.by.user_id,
        event.by.acting_for_id,
        event.kind,
        event.ref.kind,
        event.ref.id,
        event.ref.number,
        json.dumps(dict(event.facts), default=str, sort_keys=True),
        json.dumps({name: list(pair) for name, pair in event.changes.items()}, default=str, sort_keys=True),
    )
