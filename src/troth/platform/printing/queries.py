"""What was printed, and whether it still says what the document says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from troth.kernel.errors import NotFound, Sentence
from troth.platform import permissions
from troth.platform.actors import Actor
from troth.platform.documents import DocumentRef
from troth.platform.models import Mail, Printing
from troth.platform.printing import contents, papers, typesetting
from troth.platform.printing.papers import Paper


@dataclass(frozen=True, slots=True)
class PrintingRow:
    """A version of a paper. `sent` are the mails it went out with: to whom, and their state."""

    id: int
    paper: str
    version: int
    document_id: int
    document_number: str
    reason: str
    printed_by_id: int | None
    printed_at: datetime
    pdf_hash: str
    file_name: str
    sent: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper of a document: its versions, the newest first; `is_stale` if the document has changed since."""

    paper: Paper
    printings: tuple[PrintingRow, ...]
    is_stale: bool


def papers_of(document_kind: str, document_id: int, *, by: Actor) -> list[PaperRow]:
    """The papers that the actor may see of a document: those printed, and those that may be."""
    rows: dict[str, list[Printing]] = {}
    for row in Printing.objects.filter(document_kind=document_kind, document_id=document_id).order_by("-version"):
        if by.sees(row.company_id, row.site_id):
            rows.setdefault(row.paper, []).append(row)
    sent = _sent([row.pk for found in rows.values() for row in found])
    return [
        PaperRow(
            one,
            tuple(_row(row, sent) for row in rows.get(one.code, ())),
            bool(rows.get(one.code)) and _is_stale(one, document_id, rows[one.code][0].mark),
        )
        for one in papers.papers_of(document_kind)
        if by.may(one.view) and (one.code in rows or one.offered(document_id))
    ]


def _row(row: Printing, sent: Mapping[int, list[tuple[str, str]]]) -> PrintingRow:
    return PrintingRow(
        row.pk, row.paper, row.version, row.document_id, row.document_number, row.reason, row.printed_by_id,
        row.printed_at, row.pdf_hash, row.file_name, tuple(sent.get(row.pk, ())),
    )  # fmt: skip


def _sent(printing_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    mails = Mail.objects.filter(printing_id__in=printing_ids).order_by("pk")
    for printing_id, to, state in mails.values_list("printing_id", "to", "state"):
        assert printing_id is not None
        found.setdefault(printing_id, []).append((to, state))
    return found


def mailed(kind: str, document_ids: Sequence[int]) -> dict[int, list[tuple[datetime, str]]]:
    """(when it was written, to whom) of the mails with papers of these documents, by document, the first one first."""
    found: dict[int, list[tuple[datetime, str]]] = {}
    mails = Mail.objects.filter(printing__document_kind=kind, printing__document_id__in=document_ids).order_by("pk")
    for document_id, at, to in mails.values_list("printing__document_id", "made_at", "to"):
        found.setdefault(document_id, []).append((at, to))
    return found


def _is_stale(paper: Paper, document_id: int, mark: str) -> bool:
    """Whether something that matters has changed since the last version; what cannot be printed any more has not."""
    if not paper.offered(document_id):
        return False
    if paper.marks is not None:
        return paper.marks([document_id])[document_id] != mark
    loaded = paper.load(document_id)
    return (loaded.mark or contents.mark_of(loaded.content)) != mark


def last_of(ref: DocumentRef, paper: str) -> Printing | None:
    """The newest version of a paper of a document."""
    found = Printing.objects.filter(document_kind=ref.kind, document_id=ref.id, paper=paper)
    return found.order_by("-version").first()


def last_marks(paper: str, document_ids: Sequence[int]) -> dict[int, str]:
    """The mark of the newest version of a paper, of each of these documents that it was printed for."""
    kind = papers.paper(paper).document_kind
    rows = Printing.objects.filter(document_kind=kind, document_id__in=document_ids, paper=paper)
    newest = rows.values("document_id").annotate(last=Max("pk")).values_list("last", flat=True)
    return dict(Printing.objects.filter(pk__in=list(newest)).values_list("document_id", "mark"))


def printing(printing_id: int, *, by: Actor) -> Printing:
    """A printing; `NotFound` unless the actor may see it."""
    row = Printing.objects.filter(pk=printing_id).first()
    if row is None or not by.sees(row.company_id, row.site_id):
        raise NotFound(Sentence("There is no printing %(id)s that you may see."), kind="printing", id=printing_id)
    permissions.require(by, papers.paper(row.paper).view, company_id=row.company_id, site_id=row.site_id)
    return row


def ref_of(row: Printing) -> DocumentRef:
    return DocumentRef(row.document_kind, row.document_id, row.document_number)


def pdf(row: Printing) -> bytes:
    """The file of a printing, made again from what stood on it."""
    return typesetting.pdf(row.content, papers.paper(row.paper).layout)


def was_mailed(row: Printing) -> bool:
    """Whether this printing went out by mail, or is about to."""
    return Mail.objects.filter(printing=row).exists()


def draft_mail(row: Printing) -> tuple[str, str]:
    """The subject and the text that a mail with this paper begins with."""
    found = papers.paper(row.paper)
    return found.mail(found.load(row.document_id)) if found.mail is not None else ("", "")
