"""Entries of a document, the trial balance, and the rows that go to the books of account."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, Sum

from troth.ledgers.journal.keys import JournalKey
from troth.ledgers.journal.models import Account, Entry, Posting
from troth.platform.documents import DocumentRef


@dataclass(frozen=True, slots=True)
class LineRow:
    account: str
    amount: int
    document_amount: int
    document_currency: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    id: int
    company_id: int
    on: date
    at: datetime
    text: str
    source: DocumentRef
    reverses_id: int | None
    lines: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True)
class TrialRow:
    """Minor units of the company's currency; debit and credit both positive."""

    account: str
    name: str
    debit: int
    credit: int

    @property
    def balance(self) -> int:
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class ExportRow:
    entry_id: int
    on: date
    text: str
    source_kind: str
    source_id: int
    account: str
    amount: int
    document_amount: int
    document_currency: str
    reverses_id: int | None


def entries(source: DocumentRef, *, line_id: int | None = None) -> list[EntryRow]:
    """The entries of a document, or of one line or movement of it, in the order posted."""
    found = Entry.objects.filter(source_kind=source.kind, source_id=source.id).order_by("id")
    if line_id is not None:
        found = found.filter(source_line_id=line_id)
    lines: dict[int, list[LineRow]] = {}
    rows = Posting.objects.filter(entry__in=found).order_by("id")
    for row in rows.values_list("entry_id", "balance__account", "amount", "document_amount", "document_currency"):
        lines.setdefault(row[0], []).append(LineRow(*row[1:]))
    return [
        EntryRow(
            entry.pk,
            entry.company_id,
            entry.on,
            entry.at,
            entry.text,
            source,
            entry.reverses_id,
            tuple(lines[entry.pk]),
        )
        for entry in found
    ]


def keys_of(entry_id: int) -> tuple[JournalKey, ...]:
    """The keys that a reversal of the entry needs."""
    rows = Posting.objects.filter(entry_id=entry_id).order_by("id")
    return tuple(dict.fromkeys(JournalKey(*row) for row in rows.values_list("balance__company_id", "balance__account")))


def trial_balance(company_id: int, *, from_on: date | None = None, to_on: date | None = None) -> list[TrialRow]:
    """Debit and credit by account, for entries dated within the days (both included); they sum to the same amount."""
    query = Posting.objects.filter(entry__company_id=company_id)
    if from_on is not None:
        query = query.filter(entry__on__gte=from_on)
    if to_on is not None:
        query = query.filter(entry__on__lte=to_on)
    names = dict(Account.objects.filter(company_id=company_id).values_list("code", "name"))
    rows = (
        query.values_list("balance__account")
        .annotate(debit=Sum("amount", filter=Q(amount__gt=0), default=0))
        .annotate(credit=Sum("amount", filter=Q(amount__lt=0), default=0))
        .order_by("balance__account")
    )
    return [TrialRow(account, names.get(account, ""), debit, -credit) for account, debit, credit in rows]


def export_rows(company_id: int, *, from_on: date, to_on: date) -> Iterator[ExportRow]:
    """All postings of entries dated within the days (both included), by entry; for CSV."""
    rows = (
        Posting.objects.filter(entry__company_id=company_id, entry__on__range=(from_on, to_on))
        .order_by("entry_id", "id")
        .values_list(
            "entry_id",
            "entry__on",
            "entry__text",
            "entry__source_kind",
            "entry__source_id",
            "balance__account",
            "amount",
            "document_amount",
            "document_currency",
            "entry__reverses_id",
        )
    )
    return (ExportRow(*row) for row in rows.iterator(chunk_size=2000))
