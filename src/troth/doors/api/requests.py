"""Requests between desks over the API: asked by a declared kind, seen, answered, withdrawn."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.platform import requests
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Entry, Id, Shown, Text
from troth.platform.models import RequestRow
from troth.platform.requests import Request, RequestKind

operations = Operations("house")


class RequestKindShown(Shown):
    """Who may ask whom, about which kinds of documents (none: all), and the minutes of work there are.

    `receipt_minutes` 0: no receipt is due before the answer. `same_day`: answered before the desk closes.
    """

    code: str
    title: str
    from_roles: list[str]
    to_roles: list[str]
    documents: list[str]
    receipt_minutes: int
    answer_minutes: int
    same_day: bool
    expires: bool


class RequestShown(Shown):
    """`state` is asked, received, accepted, declined, expired or withdrawn; times in UTC.

    `item` is the line of the document that is meant, empty for all of it. `escalation` is 0, 1 (the receipt was late)
    or 2 (the answer was); late ones go to the role `escalates_to`.
    """

    id: int
    kind: str
    document_kind: str
    document_id: int
    document_number: str
    item: str
    from_role: str
    to_role: str
    question: str
    state: str
    asked_by: int | None
    asked_at: datetime
    receipt_due_at: datetime | None
    receipt_by: int | None
    receipt_at: datetime | None
    due_at: datetime
    answered_by: int | None
    answered_at: datetime | None
    answer: str
    reason: str
    late: bool
    escalates_to: str
    escalation: int
    escalated_at: datetime | None


def _kind(one: RequestKind) -> dict[str, Any]:
    terms = requests.terms_of(one, one.to_roles[0])
    return {
        "code": one.code, "title": str(one.title), "from_roles": sorted(one.from_roles), "to_roles": list(one.to_roles),
        "documents": sorted(one.subjects), "receipt_minutes": terms.receipt_minutes,
        "answer_minutes": terms.answer_minutes, "same_day": terms.same_day, "expires": one.expires,
    }  # fmt: skip


def _shown(one: Request, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id, "kind": one.kind, "document_kind": one.ref.kind, "document_id": one.ref.id,
        "document_number": one.ref.number, "item": one.item, "from_role": one.from_role, "to_role": one.to_role,
        "question": one.question, "state": str(one.state), "asked_by": one.asked_by_id, "asked_at": one.asked_at,
        "receipt_due_at": one.receipt_due_at, "receipt_by": one.receipt_by_id, "receipt_at": one.receipt_at,
        "due_at": one.due_at, "answered_by": one.answered_by_id, "answered_at": one.answered_at, "answer": one.answer,
        "reason": one.reason, "late": one.is_late(now), "escalates_to": one.escalates_to,
        "escalation": one.escalation, "escalated_at": one.escalated_at,
    }  # fmt: skip


class RequestFilter(Paging):
    """`waiting`: open to the caller's roles, late ones that went to them included. `mine`: the caller gave the receipt
    and has not answered. `asked_by_me`: asked by the caller. Each that is set narrows further."""

    kind: Code = ""
    to_role: Code = ""
    document_kind: Code = ""
    document: Id | None = None
    waiting: bool = False
    mine: bool = False
    asked_by_me: bool = False
    late: bool = False
    only_open: bool = True


@operations.reads("/request-kinds", list[RequestKindShown])
def list_request_kinds(request: ApiRequest) -> list[dict[str, Any]]:
    """What desks ask of each other, with the times that hold now."""
    return [_kind(one) for one in requests.kinds()]


@operations.reads("/requests", Page[RequestShown])
def list_requests(request: ApiRequest, wanted: Query[RequestFilter]) -> dict[str, Any]:
    """Requests about documents that the caller may see, the newest first."""
    now = request.clock.now()
    plain = {"kind": wanted.kind, "to_role": wanted.to_role, "document_kind": wanted.document_kind,
             "document_id": wanted.document}  # fmt: skip
    found = requests.seen(request.auth).filter(**{name: value for name, value in plain.items() if value})
    narrowing = (
        (wanted.waiting, lambda: requests.open_to(request.auth, now)),
        (wanted.mine, lambda: requests.working_on(request.auth)),
        (wanted.asked_by_me, lambda: requests.asked_by(request.auth).order_by()),
        (wanted.late, lambda: RequestRow.objects.filter(requests.is_late(now))),
        (wanted.only_open, requests.unanswered),
    )
    for is_wanted, chosen in narrowing:
        if is_wanted:
            found = found.filter(pk__in=chosen().values("pk"))
    return page(request, found, wanted, lambda rows: [_shown(one, now) for one in requests.shown(rows)])


@operations.reads("/requests/{int:request_id}", RequestShown)
def get_request(request: ApiRequest, request_id: Id) -> dict[str, Any]:
    return _shown(requests.one(request_id, by=request.auth), request.clock.now())


class NewRequest(Entry):
    """`document_kind` and `document` name what it is about, `item` a line of it.

    `from_role` and `to_role` may be left out where the kind and the caller's roles leave one alone.
    """

    kind: Code
    document_kind: Code
    document: Id
    item: Code = ""
    from_role: Code = ""
    to_role: Code = ""
    question: Annotated[Text, Field(min_length=1)]


@operations.creates("/requests", RequestShown)
def ask_about(request: ApiRequest, new: NewRequest) -> dict[str, Any]:
    """Ask another desk about a document; until when it answers follows from the kind and the hours of the site."""
    request_id = create(
        request, requests.ask_about, new.kind, new.document_kind, new.document, question=new.question,
        from_role=new.from_role, to_role=new.to_role, item=new.item,
    )  # fmt: skip
    return get_request(request, request_id)


@operations.acts("/requests/{int:request_id}/acknowledge", RequestShown)
def acknowledge_request(request: ApiRequest, request_id: Id) -> dict[str, Any]:
    """Give the receipt: the desk has seen it, and the caller sees to it."""
    act(request, requests.acknowledge, requests.one(request_id, by=request.auth).id)
    return get_request(request, request_id)


class Answer(Entry):
    """`reason` is needed where it is declined."""

    accepted: bool
    answer: Text = ""
    reason: Text = ""


@operations.acts("/requests/{int:request_id}/answer", RequestShown)
def answer_request(request: ApiRequest, request_id: Id, told: Answer) -> dict[str, Any]:
    """Accept or decline it; that counts as the receipt where none was given."""
    found = requests.one(request_id, by=request.auth)
    act(request, requests.answer, found.id, accepted=told.accepted, answer=told.answer, reason=told.reason)
    return get_request(request, request_id)


class Withdrawal(Entry):
    reason: Text = ""


@operations.acts("/requests/{int:request_id}/withdraw", RequestShown)
def withdraw_request(request: ApiRequest, request_id: Id, told: Withdrawal) -> dict[str, Any]:
    """Take it back; for the desk that asked."""
    act(request, requests.withdraw, requests.one(request_id, by=request.auth).id, reason=told.reason)
    return get_request(request, request_id)
