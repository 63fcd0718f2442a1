"""The pages of customer issues: the list, the tab on every document, and what is done with one."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.platform import documents, issues
from troth.platform.issues import Issue, IssueState
from troth.platform.web import history, keyset
from troth.platform.web.access import allowed, demand
from troth.platform.web.acts import AskPage, clocked, step
from troth.platform.web.columns import Column, Filter
from troth.platform.web.documents import Tab, register_everywhere
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.ranges import between
from troth.platform.web.values import Empty, Link, Status, Step, Waiting

STATUS = {IssueState.OPEN: Status(_("Open"), "waiting"), IssueState.CLOSED: Status(_("Closed"), "done")}
OVERDUE = Status(_("Overdue"), "stopped")
SORTS = {"due_on": ("due_on",), "-due_on": ("-due_on",), "opened_on": ("id",), "-opened_on": ("-id",)}
history.words(
    {
        "platform.issue_opened": _("Issue opened"),
        "platform.issue_changed": _("Issue changed"),
        "platform.issue_closed": _("Issue closed"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """An issue in the list and on a document's tab."""

    id: int
    subject: str
    document: str
    owner: str
    opened_on: date
    due_on: date
    status: Status
    outcome: str
    url: str
    steps: tuple[Step, ...] = ()


def status(one: Issue, today: date) -> Status:
    return OVERDUE if one.is_open and one.due_on < today else STATUS[one.state]


def address(one: Issue) -> str:
    """The issue on its document's page."""
    kind = documents.kind_named(one.ref.kind, issues.kinds())
    return f"{reverse(kind.url_name, args=[one.ref.id])}?tab=issues"


def _row(one: Issue, today: date) -> Row:
    kind = documents.kind_named(one.ref.kind, issues.kinds())
    return Row(
        one.id, one.subject, f"{str(kind.title).capitalize()} {one.ref.number}", one.owner, one.opened_at.date(),
        one.due_on, status(one, today), one.outcome, address(one),
    )  # fmt: skip


def narrowed(query: ListQuery, today: date) -> Any:
    found = issues.seen(query.actor).filter(between("due_on", query.filters.get("due_on")))
    for word in query.search.split():
        found = found.filter(Q(subject__icontains=word) | Q(document_number__iexact=word))
    if state := query.filters.get("state"):
        found = found.filter(state=state)
    if query.filters.get("mine"):
        found = found.filter(owner_id=query.actor.user_id)
    if query.filters.get("overdue"):
        found = found.filter(state=IssueState.OPEN, due_on__lt=today)
    return found


class IssueList(ListPage):
    title = _("Issues")
    lead = _("What customers raised, each with somebody who sees to it and a day.")
    permission = "platform.view_issue"
    columns = (
        Column("subject", _("Subject"), wide=True),
        Column("document", _("About")),
        Column("owner", _("Owner")),
        Column("opened_on", _("Opened"), "date", sort=True),
        Column("due_on", _("Due"), "date", sort=True),
        Column("status", _("Status"), "status"),
        Column("outcome", _("Outcome"), offered=True),
    )
    filters = (
        Filter("state", _("State"), "choice", tuple((str(state), status.word) for state, status in STATUS.items())),
        Filter("due_on", _("Due"), "date_range"),
        Filter("mine", _("Mine"), "flag"),
        Filter("overdue", _("Overdue"), "flag"),
    )
    tabs = (
        Link(_("All"), "/issues/"),
        Link(_("My issues"), "/issues/?mine=1&state=open"),
        Link(_("Open"), "/issues/?state=open"),
        Link(_("Overdue"), "/issues/?overdue=1"),
    )
    search_label = _("Subject or document")
    empty = Empty(_("No issues yet"), _("An issue is opened on the order, delivery or customer that it is about."))
    row_key = staticmethod(lambda row: row.id)
    row_url = staticmethod(lambda row: row.url)

    def rows(self, query: ListQuery) -> Page:
        today = self.request.clock.now().date()  # type: ignore[attr-defined]
        found = narrowed(query, today)
        page = keyset.page(found, SORTS.get(query.sort, ("-id",)), query.after, query.limit, count=query.count)
        return replace(page, rows=[_row(issues.shown(row), today) for row in page.rows])


def mine(actor: Any, today: date) -> Waiting:
    """The actor's open issues, for the home."""
    found = issues.open_of(actor)
    counted = found.aggregate(count=Count("pk"), oldest=Min("opened_at__date"))
    return Waiting(counted["count"], counted["oldest"], found.filter(due_on__lt=today).count())


def issue(request: HttpRequest, key: int) -> HttpResponse:
    """An issue is read where it stands."""
    return HttpResponseRedirect(address(issues.one(key, by=demand(request, ""))))


def _tab(actor: Any, kind: str, key: Any) -> Tab | None:
    known = {one.code for one in issues.kinds()}
    if kind not in known or not actor.may("platform.view_issue"):
        return None
    count = issues.open_count(kind, key, by=actor)
    return Tab("issues", _("Issues"), "web/document/issues.html", lambda: panel(actor, kind, key), count or None)


def panel(actor: Any, kind: str, key: Any) -> dict[str, Any]:
    """The issues of a document with what may be done about each."""
    from django.utils import timezone

    today = timezone.localdate()
    found = [replace(_row(one, today), steps=_steps(actor, one)) for one in issues.on_document(kind, key, by=actor)]
    new = step(actor, _("New issue"), "web:issue-new", kind, key, method="get")
    why = _("Note here what the customer raises, who sees to it and until when.")
    return {"issues": found, "new_issue": new, "empty": Empty(_("No issues"), why, new)}


def _steps(actor: Any, one: Issue) -> tuple[Step, ...]:
    if not one.is_open:
        return ()
    offered = ((_("Close"), "web:issue-close"), (_("Change"), "web:issue-change"))
    return tuple(Step(label, reverse(route, args=[one.id]), "get") for label, route in offered if allowed(actor, route))


register_everywhere(_tab)


class IssueForm(forms.Form):
    subject = forms.CharField(
        label=_("What it is about"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True})
    )
    owner = forms.TypedChoiceField(label=_("Who sees to it"), coerce=int)
    due_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, owners: list[tuple[int, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]


class _Ask(AskPage):
    danger = False
    form_class: type[forms.BaseForm] = IssueForm

    def form_arguments(self) -> dict[str, Any]:
        found = issues.owners(self.actor.company_ids)
        return {"owners": [(one.pk, one.get_full_name() or one.username) for one in found]}

    def ask(self, actor: Any, key: Any) -> None:
        self.actor = actor
        self.words(actor, key)

    def words(self, actor: Any, key: Any) -> None:
        raise AssertionError("says what is asked")


class IssueNew(_Ask):
    def words(self, actor: Any, key: Any) -> None:
        kind = documents.kind_named(self.kwargs["kind"], issues.kinds())
        ref, _company = documents.seen(kind, key, by=actor)
        self.title = gettext("New issue on %(kind)s %(number)s") % {"kind": kind.title, "number": ref.number}
        self.cancel_url = f"{reverse(kind.url_name, args=[ref.id])}?tab=issues"
        self.submit_label = _("Open issue")

    def initial(self) -> dict[str, Any]:
        return {"owner": self.actor.user_id}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        issues.open_issue(
            self.kwargs["kind"], self.kwargs["key"], subject=given["subject"], owner_id=given["owner"],
            due_on=given["due_on"], **clocked(self.request, actor),
        )  # fmt: skip
        return self.done(_("Issue opened."), self.cancel_url)


class IssueChange(_Ask):
    def words(self, actor: Any, key: Any) -> None:
        self.issue = issues.one(key, by=actor)
        self.title, self.cancel_url = gettext("Change the issue"), address(self.issue)
        self.submit_label = _("Save")

    def initial(self) -> dict[str, Any]:
        return {"subject": self.issue.subject, "owner": self.issue.owner_id, "due_on": self.issue.due_on}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        issues.change_issue(
            self.issue.id, subject=given["subject"], owner_id=given["owner"], due_on=given["due_on"],
            **clocked(self.request, actor),
        )  # fmt: skip
        return self.done(_("Issue changed."), self.cancel_url)


class Outcome(forms.Form):
    outcome = forms.CharField(
        label=_("What came of it"),
        help_text=_("The next person reads it to the customer."),
        widget=forms.Textarea(attrs={"autofocus": True}),
    )


class IssueClose(_Ask):
    form_class = Outcome

    def form_arguments(self) -> dict[str, Any]:
        return {}

    def words(self, actor: Any, key: Any) -> None:
        self.issue = issues.one(key, by=actor)
        self.title, self.sentence = gettext("Close the issue"), self.issue.subject
        self.cancel_url, self.submit_label = address(self.issue), _("Close issue")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        issues.close_issue(self.issue.id, outcome=form.cleaned_data["outcome"], **clocked(self.request, actor))
        return self.done(_("Issue closed."), self.cancel_url)
