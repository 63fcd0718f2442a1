"""Asking: by a declared kind, or with roles and a deadline of the caller's own."""

from datetime import datetime

from django.db import IntegrityError, transaction

from troth.kernel.errors import InvalidInput, Sentence
from troth.platform import documents
from troth.platform.actions import action, require
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.models import RequestRow
from troth.platform.requests import rows
from troth.platform.requests.kinds import RequestKind, deadlines, items_of, kind_named, terms_of
from troth.platform.requests.states import AlreadyAsked, RequestState

LONGEST_QUESTION = 1000


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


@action
def ask_about(
    kind: str,
    document_kind: str,
    document_id: int,
    *,
    question: str,
    from_role: str = "",
    to_role: str = "",
    item: str = "",
    by: Actor,
    clock: Clock,
) -> int:
    """Ask by a declared kind about a document that the actor may see, or a line of it; return the request's id.

    `from_role` and `to_role` may be left out where the kind, or what the actor holds, leaves one role alone.
    """
    ref, company_id = documents.seen(documents.kind_named(document_kind), document_id, by=by)
    require(by, company_id=company_id)
    declared = kind_named(kind)
    site_id = documents.site_of(ref)
    held = [role for role in sorted(declared.from_roles) if by.is_system or rows.holds(by, role, company_id, site_id)]
    roles = (from_role or _asking(declared, held), to_role or _only(declared.to_roles, "to_role"))
    return open_declared(
        declared, ref, company_id=company_id, roles=roles, question=question, item=item, by=by, clock=clock
    )


def open_declared(
    kind: RequestKind,
    ref: DocumentRef,
    *,
    company_id: int,
    roles: tuple[str, str],
    question: str,
    item: str = "",
    by: Actor,
    clock: Clock,
) -> int:
    """The inner verb of `ask_about`, for actions that ask on their way; `roles` are (from, to)."""
    from_role, to_role = roles
    rows.require_known(*roles)
    _require_fits(kind, ref, from_role, to_role, item)
    words = question.strip()
    if not words or len(words) > LONGEST_QUESTION:
        raise InvalidInput(
            Sentence("Say in at most %(most)s letters what is asked.", most=LONGEST_QUESTION), field="question"
        )
    site_id = documents.site_of(ref)
    rows.require_role(by, from_role, company_id, site_id)
    terms = terms_of(kind, to_role)
    due = deadlines(terms, company_id=company_id, site_id=site_id, asked_at=clock.now())
    row = _row(kind.code, ref, company_id, roles, words)
    row.item, row.expires, row.escalates_to = item, kind.expires, terms.escalates_to
    row.receipt_due_at, row.due_at = due.receipt_at, due.answer_at
    return _written(row, by=by, clock=clock)


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
    """The inner verb of `ask`, for actions that ask on their way; `roles` are (from, to). It ends at `due_at`."""
    rows.require_known(*roles)
    rows.require_role(by, roles[0], company_id, documents.site_of(ref))
    if due_at <= clock.now():
        raise InvalidInput("The answer would be late already; choose a later time.", field="due_at")
    row = _row(kind, ref, company_id, roles, question)
    row.due_at = due_at
    return _written(row, by=by, clock=clock)


def _asking(kind: RequestKind, held: list[str]) -> str:
    """The role in which the actor asks; where they hold none of the kind's, the one that the refusal names."""
    return held[0] if held else min(kind.from_roles)


def _only(roles: tuple[str, ...], field: str) -> str:
    if len(roles) == 1:
        return roles[0]
    raise InvalidInput("Say which desk is asked.", field=field)


def _require_fits(kind: RequestKind, ref: DocumentRef, from_role: str, to_role: str, item: str) -> None:
    if not kind.is_about(ref.kind):
        about = ", ".join(sorted(kind.subjects))
        said = Sentence("%(kind)s is asked about: %(about)s.", kind=kind.code, about=about)
        raise InvalidInput(said, field="kind")
    for field, role, known in (("from_role", from_role, sorted(kind.from_roles)), ("to_role", to_role, kind.to_roles)):
        if role not in known:
            said = Sentence("%(kind)s is not for %(role)s. It is for: %(known)s.", kind=kind.code, role=role,
                            known=", ".join(known))  # fmt: skip
            raise InvalidInput(said, field=field)
    if item and item not in dict(items_of(ref.kind, ref.id)):
        said = Sentence("%(document)s has no item %(item)s.", document=ref.number, item=item)
        raise InvalidInput(said, field="item")


def _row(kind: str, ref: DocumentRef, company_id: int, roles: tuple[str, str], question: str) -> RequestRow:
    return RequestRow(
        company_id=company_id,
        kind=kind,
        from_role=roles[0],
        to_role=roles[1],
        document_kind=ref.kind,
        document_id=ref.id,
        document_number=ref.number,
        question=question,
        state=RequestState.ASKED,
    )


def _written(row: RequestRow, *, by: Actor, clock: Clock) -> int:
    row.asked_by_id, row.asked_at = by.user_id, clock.now()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise AlreadyAsked(
            Sentence(
                "This was asked about %(document)s already and is open; wait for the answer or withdraw it first."
            ),
            document=row.document_number,
            kind=row.kind,
        ) from None
    rows.record("asked", row, by=by, clock=clock)
    return row.pk
