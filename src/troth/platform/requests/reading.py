"""Requests as screens and jobs read them. What is late is late by the clock, whether the job has come by or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from troth.kernel.errors import NotFound, Sentence
from troth.platform import documents
from troth.platform.actors import Actor
from troth.platform.documents import DocumentRef
from troth.platform.models import RequestRow
from troth.platform.requests import rows
from troth.platform.requests.states import ANSWER_LATE, OPEN, RECEIPT_LATE, RequestState

IS_OPEN = Q(state__in=sorted(OPEN))


@dataclass(frozen=True, slots=True)
class Request:
    """A request as screens read it. `item` is a line of the document, empty for all of it."""

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
    item: str
    receipt_due_at: datetime | None
    expires: bool
    escalates_to: str
    escalation: int
    escalated_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_late(self, now: datetime) -> bool:
        """Whether its receipt or its answer is overdue."""
        return self.is_open and (self.due_at < now or self._waits_for_receipt(now))

    def next_due_at(self) -> datetime:
        """What is due next: the receipt, if one is and none was given, else the answer."""
        waits = self.state is RequestState.ASKED and self.receipt_due_at is not None
        return self.receipt_due_at if waits and self.receipt_due_at else self.due_at

    def _waits_for_receipt(self, now: datetime) -> bool:
        return self.state is RequestState.ASKED and self.receipt_due_at is not None and self.receipt_due_at < now


def is_late(now: datetime) -> Q:
    """Open requests whose receipt or answer is overdue."""
    waits = Q(state=RequestState.ASKED, receipt_due_at__lt=now)
    return IS_OPEN & (Q(due_at__lt=now) | waits)


def overdue(now: datetime) -> tuple[Request, ...]:
    """The open requests whose deadline has passed and that end with it, the longest waiting first."""
    found = RequestRow.objects.filter(IS_OPEN, due_at__lt=now, expires=True)
    return shown(found.order_by("due_at", "pk"))


def late_ones(now: datetime) -> list[int]:
    """The ids of the late requests whose lateness is not in the history yet, the longest waiting first."""
    answers = Q(due_at__lt=now, escalation__lt=ANSWER_LATE)
    receipts = Q(state=RequestState.ASKED, receipt_due_at__lt=now, escalation__lt=RECEIPT_LATE)
    found = RequestRow.objects.filter(IS_OPEN & (answers | receipts)).exclude(escalates_to="")
    return list(found.order_by("due_at", "pk").values_list("pk", flat=True))


def open_for(roles: Iterable[str], *, company_ids: frozenset[int] | None) -> tuple[Request, ...]:
    """What is open for these roles in these companies (None: all), the nearest deadline first."""
    found = RequestRow.objects.filter(IS_OPEN, to_role__in=set(roles))
    if company_ids is not None:
        found = found.filter(company_id__in=company_ids)
    return shown(found.order_by("due_at", "pk"))


def open_to(by: Actor, now: datetime | None = None) -> QuerySet[RequestRow]:
    """The open requests to the roles that the actor holds, in the companies and at the sites where they hold them.

    A document without a site is of all sites. What is late is open to the role that late ones go to as well; with
    `now` also where that is not in the history yet.
    """
    late = Q(escalation__gt=0) if now is None else Q(escalation__gt=0) | is_late(now)
    return RequestRow.objects.filter(IS_OPEN, _of_roles(by, "to_role") | late & _of_roles(by, "escalates_to"))


def _of_roles(by: Actor, field: str) -> Q:
    """Where the role in this column is one that the actor holds for the request's company and site."""
    everywhere = [grant.role for grant in by.grants if grant.company_id is None and grant.site_id is None]
    held = Q(**{f"{field}__in": everywhere})
    for grant in by.grants:
        if grant.role in everywhere:
            continue
        bound = Q(**{field: grant.role})
        if grant.company_id is not None:
            bound &= Q(company_id=grant.company_id)
        if grant.site_id is not None:
            bound &= ~_elsewhere(grant.site_id)
        held |= bound
    return held


def _elsewhere(site_id: int) -> Q:
    """Requests about documents of another site."""
    found = Q(pk__in=())
    for kind, model in documents.with_site():
        others = model._default_manager.exclude(site_id=site_id).exclude(site_id=None)
        found |= Q(document_kind=kind.code, document_id__in=others.values("pk"))
    return found


def seen(by: Actor) -> QuerySet[RequestRow]:
    """All requests about documents that the actor may see."""
    return documents.about(RequestRow.objects.all(), documents.kinds(), by=by)


def asked_by(by: Actor) -> QuerySet[RequestRow]:
    """What the actor asked, open or not, newest first."""
    return RequestRow.objects.filter(asked_by_id=by.user_id).order_by("-pk")


def working_on(by: Actor) -> QuerySet[RequestRow]:
    """What the actor gave the receipt for and has not answered."""
    return RequestRow.objects.filter(IS_OPEN, receipt_by_id=by.user_id)


def unanswered() -> QuerySet[RequestRow]:
    """All that is open, by desk, the nearest deadline first."""
    return RequestRow.objects.filter(IS_OPEN).order_by("to_role", F("due_at").asc(), "pk")


def one(request_id: int, *, by: Actor) -> Request:
    """The request, where its document, or the request itself, is the actor's to see."""
    found = RequestRow.objects.filter(pk=request_id)
    row = seen(by).filter(pk=request_id).first() or found.filter(pk__in=open_to(by).values("pk")).first()
    if row is None:
        raise NotFound(Sentence("There is no request %(id)s that you may see."), id=request_id)
    [request] = shown([row])
    return request


def requests_of(ref: DocumentRef) -> tuple[Request, ...]:
    """All requests about a document, oldest first."""
    return shown(RequestRow.objects.filter(document_kind=ref.kind, document_id=ref.id).order_by("pk"))


def shown(found: Iterable[RequestRow]) -> tuple[Request, ...]:
    """The rows as screens read them."""
    return tuple(
        Request(
            id=row.pk,
            company_id=row.company_id,
            kind=row.kind,
            from_role=row.from_role,
            to_role=row.to_role,
            ref=rows.ref_of(row),
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
            item=row.item,
            receipt_due_at=row.receipt_due_at,
            expires=row.expires,
            escalates_to=row.escalates_to,
            escalation=row.escalation,
            escalated_at=row.escalated_at,
        )
        for row in found
    )
