"""The outbox at work: subscribers run until they are done.

Each waiting row is taken and worked off in one transaction of its own: what the subscriber writes and the mark that
it is done stand or fall together, so a worker that is killed leaves the row for the next one. The outbox is a queue,
so rows that a rival works on are passed over. A subscriber that fails is tried again later, each time after a longer
pause; after `ATTEMPTS_MAX` failures the row waits for a person (`stuck`, `retry`).
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction

from troth.kernel.errors import NotFound
from troth.platform import events, sql, traces
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.documents import DocumentRef
from troth.platform.models import Event, Outbox

ATTEMPTS_MAX = 10
PAUSE_MAX_SECONDS = 3600

log = logging.getLogger(__name__)


class SubscriberGone(LookupError):
    """The outbox names a subscriber that the program no longer has."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """An outbox row that has failed too often."""

    id: int
    event_id: int
    kind: str
    subscriber: str
    attempts: int
    error: str


_Row = tuple[int, str, int, str | None]

_TAKE = """
SELECT o.id, o.subscriber, o.event_id, o.cause FROM platform_outbox o
WHERE o.done_at IS NULL AND o.attempts < %s AND (o.due_at IS NULL OR o.due_at <= %s)
ORDER BY o.id LIMIT 1"""
_DONE = "UPDATE platform_outbox SET done_at = %s, attempts = attempts + 1, error = '' WHERE id = %s"


def work_outbox(limit: int = 100, *, clock: Clock = SYSTEM_CLOCK) -> int:
    """Work off at most `limit` waiting rows; return how many were taken, done or failed."""
    taken = 0
    while taken < limit and _work_one(clock):
        taken += 1
    return taken


def _work_one(clock: Clock) -> bool:
    row: _Row | None = None
    try:
        with transaction.atomic():
            row = _take(clock.now())
            if row is None:
                return False
            row_id, subscriber, event_id, cause = row
            occurred = _occurred(Event.objects.get(pk=event_id))
            with traces.task("event", cause, event=occurred.kind, subscriber=subscriber) as span:
                span.tell(traces.document(occurred.ref))
                _subscriber(occurred.kind, subscriber)(occurred)
            sql.fetch(_DONE, (clock.now(), row_id))
    except Exception as error:
        if row is None:
            raise
        log.exception("outbox row %s failed", row[0])
        _note_failure(row[0], error, clock.now())
    return True


def _take(now: datetime) -> _Row | None:
    tail = " FOR UPDATE OF o SKIP LOCKED" if sql.is_postgres() else ""
    rows = sql.fetch(_TAKE + tail, (ATTEMPTS_MAX, now))
    return cast(_Row, tuple(rows[0])) if rows else None


def _subscriber(kind: str, name: str) -> events.Subscriber:
    found = events.subscribers(kind).get(name)
    if found is None:
        raise SubscriberGone(f"{name} does not subscribe to {kind} any more")
    return found


def _occurred(event: Event) -> events.Occurred:
    ref = DocumentRef(event.document_kind, event.document_id, event.document_number)
    return events.Occurred(event.pk, event.kind, ref, event.company_id, event.at, event.facts)


def _note_failure(row_id: int, error: BaseException, now: datetime) -> None:
    with transaction.atomic():
        row = Outbox.objects.select_for_update().filter(pk=row_id, done_at=None).first()
        if row is None:
            return
        row.attempts += 1
        row.error = f"{type(error).__name__}: {error}"[:2000]
        row.due_at = now + pause(row.attempts)
        row.save(update_fields=["attempts", "error", "due_at"])


def pause(attempts: int) -> timedelta:
    """How long to wait after this many failures: 2, 4, 8 … seconds, at most an hour."""
    return timedelta(seconds=min(2**attempts, PAUSE_MAX_SECONDS))


def stuck() -> tuple[Stuck, ...]:
    """The rows that have failed too often, oldest first."""
    rows = Outbox.objects.filter(done_at=None, attempts__gte=ATTEMPTS_MAX).select_related("event").order_by("pk")
    return tuple(Stuck(row.pk, row.event_id, row.event.kind, row.subscriber, row.attempts, row.error) for row in rows)


def waiting() -> int:
    """How many rows are not done and not stuck."""
    return Outbox.objects.filter(done_at=None, attempts__lt=ATTEMPTS_MAX).count()


@action
def retry_outbox(row_id: int, *, by: Actor, clock: Clock) -> None:
    """Give a stuck row another round of attempts."""
    row = Outbox.objects.select_for_update(of=("self",) if sql.is_postgres() else ()).select_related("event")
    found = row.filter(pk=row_id, done_at=None).first()
    if found is None:
        raise NotFound("This outbox row is done or does not exist.", row_id=row_id)
    found.attempts, found.due_at = 0, None
    found.save(update_fields=["attempts", "due_at"])
    facts: dict[str, Any] = {"outbox": row_id, "subscriber": found.subscriber}
    ref = _occurred(found.event).ref
    events.record("platform.outbox_retried", ref, company_id=found.event.company_id, by=by, at=clock.now(), facts=facts)
