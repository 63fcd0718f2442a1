"""Customer issues: what a customer raised, kept on the document it is about until somebody has seen to it.

A complaint on the telephone is lost unless it has an owner and a day. An issue stands on any document, or on the
customer where it is about none; it is opened, changed while it is open, and closed with its outcome.

| from | change | close |
| --- | --- | --- |
| open | open | closed |
| closed | | |
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from troth.kernel.errors import InvalidInput, NotFound, Sentence
from troth.kernel.lifecycle import Lifecycle
from troth.platform import documents, events, locks
from troth.platform.actions import action, require
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef, Kind
from troth.platform.models import IssueRow, User


class IssueState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


LIFECYCLE = Lifecycle(
    "issue",
    {(IssueState.OPEN, "change"): IssueState.OPEN, (IssueState.OPEN, "close"): IssueState.CLOSED},
)
_others: dict[str, Kind] = {}


def accept(kind: Kind) -> None:
    """Let issues stand on something that is no document and has a page: the customer."""
    _others[kind.code] = kind


def kinds() -> tuple[Kind, ...]:
    return (*documents.kinds(), *_others.values())


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as pages and the API read it."""

    id: int
    ref: DocumentRef
    subject: str
    state: IssueState
    owner_id: int
    owner: str
    due_on: date
    opened_by_id: int | None
    opened_at: datetime
    closed_by_id: int | None
    closed_at: datetime | None
    outcome: str
    version: int

    @property
    def is_open(self) -> bool:
        return self.state is IssueState.OPEN


@action
def open_issue(
    kind: str, document_id: int, *, subject: str, owner_id: int, due_on: date, by: Actor, clock: Clock
) -> int:
    """Open an issue on a document that the actor may see; return its id."""
    ref, company_id = documents.seen(documents.kind_named(kind, kinds()), document_id, by=by)
    require(by, company_id=company_id)
    row = IssueRow(
        company_id=company_id,
        document_kind=ref.kind,
        document_id=ref.id,
        document_number=ref.number,
        subject=_subject(subject),
        state=IssueState.OPEN,
        owner=_owner(owner_id, company_id),
        due_on=due_on,
        opened_by_id=by.user_id,
        opened_at=clock.now(),
    )
    row.save(force_insert=True)
    facts = {"subject": row.subject, "owner": _name(row.owner), "due_on": row.due_on.isoformat()}
    _record("opened", row, by=by, clock=clock, facts=facts)
    return row.pk


@action
def change_issue(
    issue_id: int,
    *,
    subject: str | None = None,
    owner_id: int | None = None,
    due_on: date | None = None,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> None:
    """Change what is given of an open issue."""
    row = _held(issue_id, by=by)
    locks.refuse_if_changed(row, expected_version)
    row.state = LIFECYCLE.step(row.state, "change")
    before = (row.subject, _name(row.owner), row.due_on.isoformat())
    row.subject = row.subject if subject is None else _subject(subject)
    row.owner = row.owner if owner_id is None else _owner(owner_id, row.company_id)
    row.due_on = due_on or row.due_on
    after = (row.subject, _name(row.owner), row.due_on.isoformat())
    pairs = zip(("subject", "owner", "due_on"), before, after, strict=True)
    changes = {name: (old, new) for name, old, new in pairs if old != new}
    if changes:
        row.version += 1
        row.save(update_fields=["subject", "owner", "due_on", "version"])
        _record("changed", row, by=by, clock=clock, facts={"issue": row.subject}, changes=changes)


@action
def close_issue(issue_id: int, *, outcome: str, by: Actor, clock: Clock) -> None:
    """Close an issue with what came of it, which the next caller is told."""
    row = _held(issue_id, by=by)
    if not outcome.strip():
        raise InvalidInput("Say what came of it; the next person reads it to the customer.", field="outcome")
    row.state = LIFECYCLE.step(row.state, "close")
    row.closed_by_id, row.closed_at, row.outcome = by.user_id, clock.now(), outcome.strip()
    row.version += 1
    row.save(update_fields=["state", "closed_by_id", "closed_at", "outcome", "version"])
    _record("closed", row, by=by, clock=clock, facts={"issue": row.subject, "outcome": row.outcome})


def opened(kind: str, document_ids: list[int]) -> list[tuple[int, datetime, str]]:
    """(document, when, owner's name) of the issues on these documents, the first one first."""
    rows = IssueRow.objects.filter(document_kind=kind, document_id__in=document_ids).select_related("owner")
    return [(one.document_id, one.opened_at, _name(one.owner)) for one in rows.order_by("id")]


def _held(issue_id: int, *, by: Actor) -> IssueRow:
    """The issue under its lock. Refuses who may not see the document that it is about."""
    row, _ = locks.hold(IssueRow, issue_id, by=by)
    documents.seen(documents.kind_named(row.document_kind, kinds()), row.document_id, by=by)
    return row


def _subject(text: str) -> str:
    subject = " ".join(text.split())
    if not subject or len(subject) > 200:
        raise InvalidInput("Say in at most 200 letters what it is about.", field="subject")
    return subject


def _owner(user_id: int, company_id: int) -> User:
    found = owners(frozenset({company_id})).filter(pk=user_id).first()
    if found is None:
        raise InvalidInput("The owner is somebody who works for this company. Choose another.", field="owner")
    return found


def _name(user: User) -> str:
    return user.get_full_name() or user.username


def _record(verb: str, row: IssueRow, *, by: Actor, clock: Clock, **told: Any) -> None:
    ref = DocumentRef(row.document_kind, row.document_id, row.document_number)
    events.record(f"platform.issue_{verb}", ref, company_id=row.company_id, by=by, at=clock.now(), **told)


def owners(company_ids: frozenset[int] | None) -> QuerySet[User]:
    """Who may see to an issue: active people with a role in one of these companies, by name."""
    granted = Q(grants__isnull=False)
    if company_ids is not None:
        granted &= Q(grants__company_id=None) | Q(grants__company_id__in=company_ids)
    return User.objects.filter(granted, is_active=True).distinct().order_by("first_name", "last_name", "username")


def seen(by: Actor) -> QuerySet[IssueRow]:
    """The issues on what the actor may see."""
    return documents.about(IssueRow.objects.select_related("owner"), kinds(), by=by)


def on_document(kind: str, document_id: int, *, by: Actor) -> list[Issue]:
    """The issues of a document: open ones first, by their day."""
    found = seen(by).filter(document_kind=kind, document_id=document_id)
    rows = [shown(row) for row in found.order_by("due_on", "id")[:200]]
    return sorted(rows, key=lambda one: not one.is_open)


def open_of(by: Actor) -> QuerySet[IssueRow]:
    """The open issues that the actor sees to."""
    return seen(by).filter(owner_id=by.user_id, state=IssueState.OPEN)


def open_count(kind: str, document_id: int, *, by: Actor) -> int:
    """How many issues of a document are open that the actor may see."""
    return seen(by).filter(document_kind=kind, document_id=document_id, state=IssueState.OPEN).count()


def one(issue_id: int, *, by: Actor) -> Issue:
    row = seen(by).filter(pk=issue_id).first()
    if row is None:
        raise NotFound(Sentence("There is no issue %(id)s that you may see."), id=issue_id)
    return shown(row)


def shown(row: IssueRow) -> Issue:
    return Issue(
        id=row.pk,
        ref=DocumentRef(row.document_kind, row.document_id, row.document_number),
        subject=row.subject,
        state=IssueState(row.state),
        owner_id=row.owner_id,
        owner=_name(row.owner),
        due_on=row.due_on,
        opened_by_id=row.opened_by_id,
        opened_at=row.opened_at,
        closed_by_id=row.closed_by_id,
        closed_at=row.closed_at,
        outcome=row.outcome,
        version=row.version,
    )
