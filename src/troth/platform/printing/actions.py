"""Printing a paper, and sending one by mail.

A printing is a row that stays: which version of the paper, what stood on it, who printed it, when and why. The paper is
made under the document's lock, so that a version says what the document said then, and no version comes twice.
"""

import hashlib
from dataclasses import dataclass

from django.apps import apps

from troth.kernel.errors import BusinessError, InvalidInput
from troth.platform import documents, events, locks, mail, permissions
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.models import Printing
from troth.platform.printing import contents, papers, queries, typesetting, wording
from troth.platform.printing.contents import Loaded
from troth.platform.printing.papers import Paper

REASON_MAX = 200


class ReasonMissing(InvalidInput):
    """The same paper again, without a word why."""

    code = "reprint_without_reason"


class NotOffered(BusinessError):
    """The document is not such that the paper makes sense."""

    code = "paper_not_offered"


class NotMailed(BusinessError):
    """A paper that is not for customers."""

    code = "paper_is_not_mailed"


@dataclass(frozen=True, slots=True)
class Printed:
    """A printing: its id, the version of the paper, and the hash of the file."""

    id: int
    paper: str
    version: int
    pdf_hash: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail that will go out, and to whom."""

    mail_id: int
    to: str


@action
def print_paper(*, paper: str, document_id: int, reason: str = "", by: Actor, clock: Clock) -> Printed:
    """Print a paper of a document as it stands: the next version of it.

    `ReasonMissing` where nothing has changed since the last version and nobody says why it is printed again.
    """
    found = papers.paper(paper)
    kind = documents.kind(found.document_kind)
    locks.hold(apps.get_model(kind.model), document_id, by=by)
    return print_held(found, document_id, reason=reason, by=by, clock=clock)


def print_held(found: Paper, document_id: int, *, reason: str = "", by: Actor, clock: Clock) -> Printed:
    """The same inside an action that holds the document."""
    if not found.offered(document_id):
        raise NotOffered("This document has no such paper as it stands. Print one that it offers.", paper=found.code)
    loaded = found.load(document_id)
    permissions.require(by, found.print, company_id=loaded.company_id, site_id=loaded.site_id)
    mark = loaded.mark or contents.mark_of(loaded.content)
    before = queries.last_of(loaded.ref, found.code)
    if before is not None and before.mark == mark and not reason.strip():
        raise ReasonMissing("Nothing has changed since it was printed. Say why it is printed again.", field="reason")
    version = before.version + 1 if before else 1
    banner = _banner(loaded, before, mark, reason.strip()[:REASON_MAX])
    words = contents.frozen(loaded.content, made_at=clock.now(), version=version, banner=banner)
    file_hash = hashlib.sha256(typesetting.pdf(words, found.layout)).hexdigest()
    row = Printing.objects.create(
        company_id=loaded.company_id,
        site_id=loaded.site_id,
        document_kind=loaded.ref.kind,
        document_id=loaded.ref.id,
        document_number=loaded.ref.number,
        paper=found.code,
        version=version,
        language=loaded.content.language,
        file_name=f"{loaded.name}-{version}" if version > 1 else loaded.name,
        email=loaded.email,
        content=words,
        mark=mark,
        pdf_hash=file_hash,
        reason=reason.strip()[:REASON_MAX],
        printed_by_id=by.user_id,
        printed_at=clock.now(),
    )
    facts = {"paper": found.code, "paper_version": version, "reason": row.reason, "file": file_hash}
    events.record("platform.paper_printed", loaded.ref, company_id=row.company_id, by=by, at=clock.now(), facts=facts)
    return Printed(row.pk, found.code, version, file_hash)


def _banner(loaded: Loaded, before: Printing | None, mark: str, reason: str) -> list[str]:
    """What a later version says of the one before."""
    if before is None:
        return []
    speak = wording.speaker(loaded.content.language)
    word = "version_same" if before.mark == mark else "version_changed"
    day = speak.day(before.printed_at.date())
    first = speak(word, version=str(before.version + 1), before=str(before.version), day=day)
    return [first, speak("why", reason=reason)] if reason else [first]


@action
def send_paper(*, printing_id: int, to: str, subject: str, body: str, by: Actor, clock: Clock) -> Sent:
    """Send a printed paper by mail, after the commit, with what the person wrote."""
    row = queries.printing(printing_id, by=by)
    return send_held(row, to=to.strip(), subject=subject.strip(), body=body, by=by, clock=clock)


@action
def mail_paper(*, paper: str, document_id: int, by: Actor, clock: Clock) -> Sent | None:
    """Print a paper as the document stands, unless it is printed so already, and send it with the usual words.

    Nothing happens where the document has no such paper, its customer has no address, or it went out as it stands.
    """
    found = papers.paper(paper)
    locks.hold(apps.get_model(documents.kind(found.document_kind).model), document_id, by=by)
    row = queries.last_of(DocumentRef(found.document_kind, document_id), found.code)
    # A change confirmation is no longer offered once it is printed.
    if row is None and not found.offered(document_id):
        return None
    loaded = found.load(document_id)
    if not loaded.email:
        return None
    if row is None or row.mark != (loaded.mark or contents.mark_of(loaded.content)):
        if not found.offered(document_id):
            return None
        made = print_held(found, document_id, by=by, clock=clock)
        row = Printing.objects.get(pk=made.id)
    elif queries.was_mailed(row):
        return None
    subject, body = queries.draft_mail(row)
    return send_held(row, to=loaded.email, subject=subject, body=body, by=by, clock=clock)


def send_held(row: Printing, *, to: str, subject: str, body: str, by: Actor, clock: Clock) -> Sent:
    """The same inside another action."""
    found = papers.paper(row.paper)
    if found.mail is None:
        raise NotMailed("This paper goes with the goods, not by mail. Print it.", paper=row.paper)
    permissions.require(by, found.print, company_id=row.company_id, site_id=row.site_id)
    if not subject:
        raise InvalidInput("Give the mail a subject.", field="subject")
    ref = queries.ref_of(row)
    mail_id = mail.send_later(
        to=to, subject=subject, body=body, company_id=row.company_id, clock=clock, about=ref, printing_id=row.pk
    )
    facts = {"paper": row.paper, "paper_version": row.version, "to": to}
    events.record("platform.paper_sent", ref, company_id=row.company_id, by=by, at=clock.now(), facts=facts)
    return Sent(mail_id, to)
