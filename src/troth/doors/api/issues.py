"""Customer issues over the API."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.platform import issues
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Day, Entry, Id, Name, Shown, Text
from troth.platform.issues import Issue

operations = Operations("house")


class IssueShown(Shown):
    """`owner` is the user's id. `state` is open or closed; the outcome comes with closing."""

    id: int
    document_kind: str
    document_id: int
    document_number: str
    subject: str
    owner: int
    owner_name: str
    due_on: date
    state: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    version: int


def _shown(one: Issue) -> dict[str, Any]:
    return {
        "id": one.id, "document_kind": one.ref.kind, "document_id": one.ref.id, "document_number": one.ref.number,
        "subject": one.subject, "owner": one.owner_id, "owner_name": one.owner, "due_on": one.due_on,
        "state": str(one.state), "opened_at": one.opened_at, "closed_at": one.closed_at, "outcome": one.outcome,
        "version": one.version,
    }  # fmt: skip


class IssueFilter(Paging):
    """Of one document by `kind` and `document`, of one `owner` by id; `only_open` leaves the closed ones out."""

    kind: Code = ""
    document: Id | None = None
    owner: Id | None = None
    only_open: bool = True


@operations.reads("/issues", Page[IssueShown])
def list_issues(request: ApiRequest, wanted: Query[IssueFilter]) -> dict[str, Any]:
    """Issues on what the caller may see, the newest first."""
    found = issues.seen(request.auth)
    if wanted.only_open:
        found = found.filter(state=issues.IssueState.OPEN)
    if wanted.kind:
        found = found.filter(document_kind=wanted.kind)
    if wanted.document is not None:
        found = found.filter(document_id=wanted.document)
    if wanted.owner is not None:
        found = found.filter(owner_id=wanted.owner)
    return page(request, found, wanted, lambda rows: [_shown(issues.shown(row)) for row in rows])


@operations.reads("/issues/{int:issue_id}", IssueShown)
def get_issue(request: ApiRequest, issue_id: Id) -> dict[str, Any]:
    return _shown(issues.one(issue_id, by=request.auth))


class NewIssue(Entry):
    """`kind` and `document` name what it is about: a document, or customer and the customer's id."""

    kind: Code
    document: Id
    subject: Name
    owner: Id
    due_on: Day


@operations.creates("/issues", IssueShown)
def open_issue(request: ApiRequest, new: NewIssue) -> dict[str, Any]:
    """Note what a customer raised, with who sees to it and until when."""
    issue_id = create(
        request,
        issues.open_issue,
        new.kind,
        new.document,
        subject=new.subject,
        owner_id=new.owner,
        due_on=new.due_on,
    )
    return get_issue(request, issue_id)


class IssueChange(Entry):
    """What is left out stays."""

    subject: Name | None = None
    owner: Id | None = None
    due_on: Day | None = None


@operations.changes("/issues/{int:issue_id}", IssueShown)
def change_issue(request: ApiRequest, issue_id: Id, change: IssueChange) -> dict[str, Any]:
    """Give an open issue another subject, owner or day."""
    version = versions.expected(request)
    wanted = {"subject": change.subject, "owner_id": change.owner, "due_on": change.due_on}
    act(request, issues.change_issue, issue_id, **wanted, expected_version=version)
    return get_issue(request, issue_id)


class Outcome(Entry):
    outcome: Annotated[Text, Field(min_length=1)]


@operations.acts("/issues/{int:issue_id}/close", IssueShown)
def close_issue(request: ApiRequest, issue_id: Id, told: Outcome) -> dict[str, Any]:
    """Close it with what came of it."""
    act(request, issues.close_issue, issue_id, outcome=told.outcome)
    return get_issue(request, issue_id)
