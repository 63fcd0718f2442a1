"""Papers over the API: what there is of a document, print, fetch the file, send by mail."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from pydantic import Field

from troth.platform import documents
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, whole
from troth.platform.api.values import Entry, Id, Shown
from troth.platform.printing import actions, queries

operations = Operations("papers")

PaperCode = Annotated[str, Field(max_length=40)]
KindCode = Annotated[str, Field(max_length=40)]


class PrintingShown(Shown):
    """A version of a paper; `hash` is the SHA-256 of the file."""

    id: int
    version: int
    number: str
    printed_at: datetime
    printed_by: int | None
    reason: str
    hash: str


class PaperShown(Shown):
    """A paper of a document. `is_stale`: the document has changed since the newest version."""

    paper: str
    title: str
    is_stale: bool
    is_mailed: bool
    versions: list[PrintingShown]


@operations.reads("/documents/{kind}/{int:document_id}/papers", Page[PaperShown])
def list_papers(request: ApiRequest, kind: KindCode, document_id: Id) -> dict[str, Any]:
    """The papers of a document that were printed or may be, each with its versions, the newest first."""
    documents.refuse_unseen(kind, document_id, by=request.auth)
    return whole([_paper(row) for row in queries.papers_of(kind, document_id, by=request.auth)])


def _paper(row: queries.PaperRow) -> PaperShown:
    return PaperShown(
        paper=row.paper.code,
        title=str(row.paper.title),
        is_stale=row.is_stale,
        is_mailed=row.paper.mail is not None,
        versions=[
            PrintingShown(
                id=one.id,
                version=one.version,
                number=one.document_number,
                printed_at=one.printed_at,
                printed_by=one.printed_by_id,
                reason=one.reason,
                hash=one.pdf_hash,
            )
            for one in row.printings
        ],
    )


class PrintWanted(Entry):
    """`reason` is needed where nothing has changed since the paper was printed last."""

    reason: Annotated[str, Field(max_length=actions.REASON_MAX)] = ""


class PrintedShown(Shown):
    id: int
    paper: str
    version: int
    hash: str


@operations.creates("/papers/{paper}/{int:document_id}/print", PrintedShown)
def print_paper(request: ApiRequest, paper: PaperCode, document_id: Id, wanted: PrintWanted) -> PrintedShown:
    """Print a paper of a document: its next version. `GET /papers/{id}/pdf` fetches the file."""
    made = create(request, actions.print_paper, paper=paper, document_id=document_id, reason=wanted.reason)
    return PrintedShown(id=made.id, paper=made.paper, version=made.version, hash=made.pdf_hash)


@operations.reads("/papers/{int:printing_id}/pdf", None)
def get_paper(request: ApiRequest, printing_id: Id) -> HttpResponse:
    """The file of a printing, as application/pdf."""
    row = queries.printing(printing_id, by=request.auth)
    answer = HttpResponse(queries.pdf(row), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{row.file_name}.pdf"'
    return answer


class MailWanted(Entry):
    """What is left out comes from the document: whom it is for, and the usual words in their language."""

    to: Annotated[str, Field(max_length=254)] = ""
    subject: Annotated[str, Field(max_length=200)] = ""
    body: Annotated[str, Field(max_length=5000)] = ""


class SentShown(Shown):
    mail: int
    to: str


@operations.acts("/papers/{int:printing_id}/send", SentShown)
def send_paper(request: ApiRequest, printing_id: Id, wanted: MailWanted) -> SentShown:
    """Send a printed paper by mail; it goes out after this call has answered."""
    row = queries.printing(printing_id, by=request.auth)
    subject, body = queries.draft_mail(row)
    sent = act(
        request,
        actions.send_paper,
        printing_id=printing_id,
        to=wanted.to or row.email,
        subject=wanted.subject or subject,
        body=wanted.body or body,
    )
    return SentShown(mail=sent.mail_id, to=sent.to)
