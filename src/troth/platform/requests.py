"""Requests: one role hands a question about a document to another, with a receipt and a deadline.

Papers describe such hand-offs as calls and notes that get lost. Here each is a row: who asked whom for what, when it
was seen, what was answered, and until when. The mechanism knows neither the questions nor what follows from an
answer; upper apps subscribe to `platform.request_answered` and the like.

| from | acknowledge | accept | decline | withdraw | expire |
| --- | --- | --- | --- | --- | --- |
| asked | received | accepted | declined | withdrawn | expired |
| received | | accepted | declined | withdrawn | expired |
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.lifecycle import Lifecycle
from troth.platform import documents, events, locks, permissions
from troth.platform.actions import action, require
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.models import RequestRow


class RequestState(StrEnum):
    ASKED = "asked"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


_ASKED, _RECEIVED = RequestState.ASKED, RequestState.RECEIVED
OPEN = frozenset({_ASKED, _RECEIVED})
LIFECYCLE = Lifecycle(
    "request",
    {(_ASKED, "acknowledge"): _RECEIVED}
    | {(state, "accept"): RequestState.ACCEPTED for state in OPEN}
    | {(state, "decline"): RequestState.DECLINED for state in OPEN}
    | {(state, "withdraw"): RequestState.WITHDRAWN for state in OPEN}
    | {(state, "expire"): RequestState.EXPIRED for state in OPEN},
)


class AlreadyAsked(BusinessError):
    """The same question about the same document is open already."""

    code = "already_asked"


class NotYours(BusinessError):
    """The request is addressed to, or was made by, another role."""

    code = "not_yours"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as screens read it."""

    id: int
    company_id: int
    kind: str
    from_role: str
    to_role: str
    ref: DocumentRef
    question: str
    state: RequestState
    asked_by_id: int | None
    asked_at: datetime
    due_at: datetime
    receipt_by_id: int | None
    receipt_at: datetime | None
    answered_by_id: int | None
    answered_at: datetime | None
    answer: str
    reason: str


@action
def ask(
    kind: str,
    ref: DocumentRef,
    *,
    company_id: int,
    from_role: str,
    to_role: str,
    question: str,
    due_at: datetime,
    by: Actor,
    clock: Clock,
) -> int:
    """Ask a role for something about a document until `due_at`; return the request's id."""
    require(by, company_id=company_id)
    return open_request(
        kind,
        ref,
        company_id=company_id,
        roles=(from_role, to_role),
        question=question,
        due_at=due_at,
        by=by,
        clock=clock,
    )


def open_request(
    kind: str,
    ref: DocumentRef,
    *,
    company_id: int,
    roles: tuple[str, str],
    question: str,
    due_at: datetime,
    by: Actor,
    clock: Clock,
) -> int:
    """The inner verb of `ask`, for actions that ask on their way; `roles` are (from, to)."""
    from_role, to_role = roles
    for role in roles:
        if role not in permissions.ROLES:
            known = ", ".join(permissions.ROLES)
            said = Sentence("%(role)s is not a role; there are: %(known)s.", role=role, known=known)
            raise InvalidInput(said, field="to_role")
    _require_role(by, from_role, company_id, documents.site_of(ref))
    if due_at <= clock.now():
        raise InvalidInput("The answer would be late already; choose a later time.", field="due_at")
    row = RequestRow(
        company_id=company_id,
        kind=kind,
        from_role=from_role,
        to_role=to_role,
        document_kind=ref.kind,
        document_id=ref.id,
        document_number=ref.number,
        question=question,
        state=RequestState.ASKED,
        asked_by_id=by.user_id,
        asked_at=clock.now(),
        due_at=due_at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise AlreadyAsked(
            Sentence(
                "This was asked about %(document)s already and is open; wait for the answer or withdraw it first."
            ),
            document=ref.number,
            kind=kind,
        ) from None
    _record("asked", row, by=by, clock=clock)
    return row.pk


@action
def acknowledge(request_id: int, *, by: Actor, clock: Clock) -> None:
    """Give the receipt: the asked role has seen the request."""
    row, _ = locks.hold(RequestRow, request_id, by=by)
    _require_role(by, row.to_role, row.company_id, documents.site_of(_ref(row)))
    row.state = LIFECYCLE.step(row.state, "acknowledge")
    row.receipt_by_id, row.receipt_at = by.user_id, clock.now()
    row.save(update_fields=["state", "receipt_by_id", "receipt_at"])
    _record("received", row, by=by, clock=clock)


@action
def answer(
    request_id: int, *, accepted: bool, answer: str = "", reason: str = "", by: Actor, clock: Clock
) -> RequestState:
    """Accept or decline a request. Declining needs a reason; the answer counts as the receipt if none was given."""
    row, _ = locks.hold(RequestRow, request_id, by=by)
    _require_role(by, row.to_role, row.company_id, documents.site_of(_ref(row)))
    if not accepted and not reason.strip():
        raise InvalidInput("Say why the request is declined.", field="reason")
    state = LIFECYCLE.step(row.state, "accept" if accepted else "decline")
    if row.receipt_at is None:
        row.receipt_by_id, row.receipt_at = by.user_id, clock.now()
    row.state, row.answer, row.reason = state, answer, reason
    row.answered_by_id, row.answered_at = by.user_id, clock.now()
    row.save()
    _record("answered", row, by=by, clock=clock)
    return state


@action
def withdraw(request_id: int, *, reason: str = "", by: Actor, clock: Clock) -> None:
    """Take an open request back; for the role that asked."""
    row, _ = locks.hold(RequestRow, request_id, by=by)
    _require_role(by, row.from_role, row.company_id, documents.site_of(_ref(row)))
    row.state, row.reason = LIFECYCLE.step(row.state, "withdraw"), reason
    row.save(update_fields=["state", "reason"])
    _record("withdrawn", row, by=by, clock=clock)


@action
def expire(request_id: int, *, by: Actor, clock: Clock) -> None:
    """Close a request that was not answered in time; refused before its deadline."""
    row, _ = locks.hold(RequestRow, request_id, by=by)
    if clock.now() <= row.due_at:
        raise InvalidInput("The request may still be answered in time.", field="due_at")
    row.state = LIFECYCLE.step(row.state, "expire")
    row.save(update_fields=["state"])
    _record("expired", row, by=by, clock=clock)


def overdue(now: datetime) -> tuple[Request, ...]:
    """The open requests whose deadline has passed, the longest waiting first."""
    return shown(RequestRow.objects.filter(state__in=OPEN, due_at__lt=now).order_by("due_at", "pk"))


def open_for(roles: Iterable[str], *, company_ids: frozenset[int] | None) -> tuple[Request, ...]:
    """What is open for these roles in these companies (None: all), the nearest deadline first."""
    rows = RequestRow.objects.filter(state__in=OPEN, to_role__in=set(roles))
    if company_ids is not None:
        rows = rows.filter(company_id__in=company_ids)
    return shown(rows.order_by("due_at", "pk"))


def open_to(by: Actor) -> QuerySet[RequestRow]:
    """The open requests to the roles that the actor holds, in the companies and at the sites where they hold them.

    A document without a site is of all sites.
    """
    everywhere = [grant.role for grant in by.grants if grant.company_id is None and grant.site_id is None]
    held = Q(to_role__in=everywhere)
    for grant in by.grants:
        if grant.role in everywhere:
            continue
        bound = Q(to_role=grant.role)
        if grant.company_id is not None:
            bound &= Q(company_id=grant.company_id)
        if grant.site_id is not None:
            bound &= ~_elsewhere(grant.site_id)
        held |= bound
    return RequestRow.objects.filter(held, state__in=OPEN)


def _elsewhere(site_id: int) -> Q:
    """Requests about documents of another site."""
    found = Q(pk__in=())
    for kind, model in documents.with_site():
        others = model._default_manager.exclude(site_id=site_id).exclude(site_id=None)
        found |= Q(document_kind=kind.code, document_id__in=others.values("pk"))
    return found


def requests_of(ref: DocumentRef) -> tuple[Request, ...]:
    """All requests about a document, oldest first."""
    return shown(RequestRow.objects.filter(document_kind=ref.kind, document_id=ref.id).order_by("pk"))


def shown(rows: Iterable[RequestRow]) -> tuple[Request, ...]:
    """The rows as screens read them."""
    return tuple(
        Request(
            id=row.pk,
            company_id=row.company_id,
            kind=row.kind,
            from_role=row.from_role,
            to_role=row.to_role,
            ref=_ref(row),
            question=row.question,
            state=RequestState(row.state),
            asked_by_id=row.asked_by_id,
            asked_at=row.asked_at,
            due_at=row.due_at,
            receipt_by_id=row.receipt_by_id,
            receipt_at=row.receipt_at,
            answered_by_id=row.answered_by_id,
            answered_at=row.answered_at,
            answer=row.answer,
            reason=row.reason,
        )
        for row in rows
    )


def _ref(row: RequestRow) -> DocumentRef:
    return DocumentRef(row.document_kind, row.document_id, row.document_number)


def _require_role(by: Actor, role: str, company_id: int, site_id: int | None) -> None:
    if by.is_system:
        return
    own = Actor(by.user_id, by.name, tuple(grant for grant in by.grants if grant.role == role))
    if not own.sees(company_id, site_id):
        said = Sentence(
            "This is for the %(role)s; %(name)s does not hold that role here.",
            role=str(permissions.ROLES[role]),
            name=by.name,
        )
        raise NotYours(said, role=role)


def _record(what: str, row: RequestRow, *, by: Actor, clock: Clock) -> None:
    facts: dict[str, Any] = {"request": row.pk, "kind": row.kind, "from": row.from_role, "to": row.to_role}
    if row.answer or row.reason:
        facts |= {"answer": row.answer, "reason": row.reason}
    facts["state"] = row.state
    events.record(f"platform.request_{what}", _ref(row), company_id=row.company_id, by=by, at=clock.now(), facts=facts)
