"""What the verbs share: whose a request is, and its line in the history."""

from typing import Any

from troth.kernel.errors import InvalidInput, Sentence
from troth.platform import documents, events, permissions
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.models import RequestRow
from troth.platform.requests.states import NotYours


def ref_of(row: RequestRow) -> DocumentRef:
    return DocumentRef(row.document_kind, row.document_id, row.document_number)


def holds(by: Actor, role: str, company_id: int, site_id: int | None) -> bool:
    """Whether the actor holds this role, for the company and site."""
    own = Actor(by.user_id, by.name, tuple(grant for grant in by.grants if grant.role == role))
    return by.is_system or own.sees(company_id, site_id)


def require_role(by: Actor, role: str, company_id: int, site_id: int | None) -> None:
    if not holds(by, role, company_id, site_id):
        said = Sentence(
            "This is for the %(role)s; %(name)s does not hold that role here.",
            role=str(permissions.ROLES[role]),
            name=by.name,
        )
        raise NotYours(said, role=role)


def require_known(*roles: str) -> None:
    for role in roles:
        if role not in permissions.ROLES:
            known = ", ".join(permissions.ROLES)
            said = Sentence("%(role)s is not a role; there are: %(known)s.", role=role, known=known)
            raise InvalidInput(said, field="to_role")


def site_of(row: RequestRow) -> int | None:
    return documents.site_of(ref_of(row))


def record(what: str, row: RequestRow, *, by: Actor, clock: Clock, **told: Any) -> None:
    facts: dict[str, Any] = {"request": row.pk, "kind": row.kind, "asked_for": row.kind}
    facts |= {"from_role": row.from_role, "to_role": row.to_role}
    if row.item:
        facts["item"] = row.item
    if what == "asked":
        facts["question"] = row.question
    if row.answer or row.reason:
        facts |= {"answer": row.answer, "reason": row.reason}
    facts |= {"state": row.state, **told}
    events.record(
        f"platform.request_{what}", ref_of(row), company_id=row.company_id, by=by, at=clock.now(), facts=facts
    )
