"""The pages of requests between desks: the list, the tab on every document, and what is done with one.

The inbox shows what waits for a person; here one asks, gives the receipt, answers and takes back.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.platform import documents, permissions, requests
from troth.platform.models import RequestRow
from troth.platform.requests import Request, RequestState
from troth.platform.web import formats, history, keyset
from troth.platform.web.access import demand
from troth.platform.web.acts import step, steps
from troth.platform.web.columns import Column, Filter
from troth.platform.web.documents import Tab, register_everywhere
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.values import Empty, Status, Step

STATUS = {
    RequestState.ASKED: Status(_("Asked"), "waiting"),
    RequestState.RECEIVED: Status(_("Received"), "going"),
    RequestState.ACCEPTED: Status(_("Accepted"), "done"),
    RequestState.DECLINED: Status(_("Declined"), "stopped"),
    RequestState.EXPIRED: Status(_("Expired"), "stopped"),
    RequestState.WITHDRAWN: Status(_("Withdrawn"), "draft"),
}
LATE = Status(_("Late"), "stopped")
SORTS = {"due_at": ("due_at", "id"), "-due_at": ("-due_at", "id"), "asked_at": ("id",), "-asked_at": ("-id",)}
history.words(
    {
        "platform.request_asked": _("Another desk asked"),
        "platform.request_received": _("Request received"),
        "platform.request_answered": _("Request answered"),
        "platform.request_withdrawn": _("Request withdrawn"),
        "platform.request_expired": _("Request expired"),
        "platform.request_escalated": _("Late request passed on"),
    }
)


def role_name(code: str) -> str:
    return str(permissions.ROLES.get(code, code))


def about(one: Request) -> str:
    kind = documents.kind_named(one.ref.kind)
    name = f"{str(kind.title).capitalize()} {one.ref.number}"
    return gettext("%(document)s, item %(item)s") % {"document": name, "item": one.item} if one.item else name


history.reads(
    {
        "from_role": role_name,
        "to_role": role_name,
        "escalated_to": role_name,
        "asked_for": requests.title_of,
        "late": lambda what: gettext("Answer") if what == "answer" else gettext("Receipt"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """A request in the list, in the inbox and on a document's tab. `due_at` is what is due next."""

    id: int
    question: str
    kind: str
    document: str
    item: str
    url: str
    who: str
    from_role: str
    to_role: str
    asked_at: datetime
    due_at: datetime | None
    status: Status
    late: bool
    went_to: str
    receiver: str
    answer: str
    steps: tuple[Step, ...] = ()


def rows_of(found: Any, now: datetime) -> list[Row]:
    """The rows as pages draw them; one statement for the names."""
    asked = requests.shown(found)
    names = history.names_of(user for one in asked for user in (one.asked_by_id, one.receipt_by_id))
    return [_row(one, names, now) for one in asked]


def _row(one: Request, names: dict[int | None, str], now: datetime) -> Row:
    is_late = one.is_late(now)
    return Row(
        id=one.id,
        question=one.question,
        kind=requests.title_of(one.kind),
        document=about(one),
        item=one.item,
        url=address(one),
        who=names.get(one.asked_by_id, "–"),
        from_role=role_name(one.from_role),
        to_role=role_name(one.to_role),
        asked_at=one.asked_at,
        due_at=one.next_due_at() if one.is_open else None,
        status=LATE if is_late else STATUS[one.state],
        late=is_late,
        went_to=role_name(one.escalates_to) if is_late and one.escalates_to else "",
        receiver=names.get(one.receipt_by_id, "–") if one.receipt_at else "",
        answer=one.answer or one.reason,
    )


def address(one: Request) -> str:
    """The request on its document's page."""
    return f"{reverse(documents.kind_named(one.ref.kind).url_name, args=[one.ref.id])}?tab=requests"


def with_steps(actor: Any, found: Any, now: datetime) -> list[Row]:
    """The rows with what the actor may do about each."""
    kept = list(found)
    return [replace(row, steps=_steps(actor, one, now)) for row, one in zip(rows_of(kept, now), kept, strict=True)]


def _steps(actor: Any, row: RequestRow, now: datetime) -> tuple[Step, ...]:
    if row.state not in requests.OPEN:
        return ()
    found: list[Step | None] = []
    if requests.may_answer(row, by=actor, now=now):
        if row.state == RequestState.ASKED:
            found.append(step(actor, _("Give receipt"), "web:request-receipt", row.pk))
        found.append(step(actor, _("Answer"), "web:request-answer", row.pk, method="get"))
    if requests.may_withdraw(row, by=actor):
        found.append(step(actor, _("Withdraw"), "web:request-withdraw", row.pk, method="get"))
    return steps(*found)


def narrowed(query: ListQuery, now: datetime) -> Any:
    """The requests that the filters leave of those whose document the person may see."""
    by, filters = query.actor, query.filters
    found = requests.seen(by)
    for word in query.search.split():
        found = found.filter(question__icontains=word) | found.filter(document_number__iexact=word)
    for key in ("kind", "to_role"):
        if filters.get(key):
            found = found.filter(**{key: filters[key]})
    if filters.get("open"):
        found = found.filter(state__in=sorted(requests.OPEN))
    if filters.get("late"):
        found = found.filter(requests.is_late(now))
    if filters.get("mine"):
        found = found.filter(pk__in=requests.working_on(by).values("pk"))
    if filters.get("role"):
        found = found.filter(pk__in=requests.open_to(by, now).values("pk"))
    if filters.get("asked"):
        found = found.filter(asked_by_id=by.user_id)
    return found


def _kind_choices() -> list[tuple[str, str]]:
    return [(one.code, str(one.title)) for one in requests.kinds()]


def _role_choices() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in permissions.ROLES.items()]


class RequestList(ListPage):
    title = _("Hand-offs")
    lead = _("What one desk asks of another, each with a receipt and an answer that are due.")
    permission = "platform.view_request"
    columns = (
        Column("question", _("Question"), wide=True),
        Column("document", _("About")),
        Column("kind", _("Kind"), offered=True),
        Column("who", _("From")),
        Column("to_role", _("Desk")),
        Column("asked_at", _("Asked"), sort=True, value=lambda row: formats.instant(row.asked_at)),
        Column("due_at", _("Due"), sort=True, value=lambda row: formats.instant(row.due_at) if row.due_at else ""),
        Column("status", _("Status"), "status"),
        Column("receiver", _("Received by"), offered=True),
        Column("answer", _("Answer"), offered=True),
    )
    filters = (
        Filter("open", _("Open"), "flag"),
        Filter("late", _("Late"), "flag"),
        Filter("mine", _("Mine"), "flag"),
        Filter("role", _("To my roles"), "flag"),
        Filter("asked", _("Asked by me"), "flag"),
        Filter("kind", _("Kind"), "choice", _kind_choices),
        Filter("to_role", _("Desk"), "choice", _role_choices),
    )
    search_label = _("Question or document")
    empty = Empty(_("No requests"), _("Ask another desk from the page of an order, a delivery or another document."))
    row_key = staticmethod(lambda row: row.id)
    row_url = staticmethod(lambda row: row.url)

    def rows(self, query: ListQuery) -> Page:
        now = self.request.clock.now()  # type: ignore[attr-defined]
        found = narrowed(query, now)
        page = keyset.page(found, SORTS.get(query.sort, ("-id",)), query.after, query.limit, count=query.count)
        return replace(page, rows=rows_of(page.rows, now))


def request_page(request: HttpRequest, key: int) -> HttpResponse:
    """A request is read where it stands."""
    return HttpResponseRedirect(address(requests.one(key, by=demand(request, ""))))


def _tab(actor: Any, kind: str, key: Any) -> Tab | None:
    known = {one.code for one in documents.kinds()}
    if kind not in known or not actor.may("platform.view_request"):
        return None
    open_ones = requests.seen(actor).filter(document_kind=kind, document_id=key, state__in=sorted(requests.OPEN))
    count = open_ones.count()
    return Tab("requests", _("Requests"), "web/document/requests.html", lambda: panel(actor, kind, key), count or None)


def panel(actor: Any, kind: str, key: Any) -> dict[str, Any]:
    """The requests about a document with what may be done about each, the open ones first."""
    now = timezone.now()
    found = requests.seen(actor).filter(document_kind=kind, document_id=key).order_by("-pk")[:200]
    rows = with_steps(actor, sorted(found, key=lambda row: row.state not in requests.OPEN), now)
    new = step(actor, _("Ask another desk"), "web:request-new", kind, key, method="get")
    why = _("Ask another desk here; its inbox shows the question, and until when it answers.")
    return {"requests": rows, "new_request": new, "empty": Empty(_("No requests"), why, new)}


register_everywhere(_tab)
