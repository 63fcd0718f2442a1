"""Post entries that balance, and reverse them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from troth.kernel.errors import NotFound, Sentence
from troth.kernel.quantity import checked
from troth.ledgers.journal.keys import JournalKey
from troth.ledgers.journal.rules import AlreadyReversed
from troth.ledgers.postings import SOURCE_COLUMNS
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

_ENTRY = {**SOURCE_COLUMNS, "reverses_id": "int", "company_id": "int", '"on"': "date", "text": "text"}
_POSTING = {
    "entry_id": "int",
    "balance_id": "int",
    "amount": "int",
    "document_amount": "int",
    "document_currency": "text",
}


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` in minor units of the company's currency, debit positive; the document's own amount beside it."""

    account: str
    amount: int
    document_amount: int
    document_currency: str


def keys(company_id: int, accounts: Iterable[str]) -> tuple[JournalKey, ...]:
    """The keys to take before posting to these accounts."""
    return tuple(JournalKey(company_id, account) for account in dict.fromkeys(accounts))


def post(
    held: Held,
    *,
    company_id: int,
    on: date,
    text: str,
    source: DocumentRef,
    lines: Sequence[Line],
    at: datetime,
    source_line_id: int = 0,
) -> int:
    """Post an entry and return its id (0 on an overlay). `on` is the company's date; the lines sum to zero.

    `source_line_id` says which line or movement of the document the entry is for, where it has several.
    """
    return _post(held, _Entry(company_id, on, text, source, source_line_id=source_line_id), lines, at)


def reverse(held: Held, entry_id: int, *, on: date, text: str, source: DocumentRef, at: datetime) -> int:
    """Post the entry that negates another and return its id; the accounts of `queries.keys_of(entry_id)` must be held.

    `AlreadyReversed` where it was reversed before.
    """
    found = sql.fetch(
        "SELECT e.company_id, e.source_line_id, (SELECT r.id FROM journal_entry r WHERE r.reverses_id = e.id)"
        " FROM journal_entry e WHERE e.id = %s",
        [entry_id],
    )
    if not found:
        raise NotFound(Sentence("There is no journal entry %(id)s."), kind="journal_entry", id=entry_id)
    [(company_id, line_id, reversed_by)] = found
    if reversed_by is not None:
        raise AlreadyReversed(
            Sentence("Entry %(entry)s was reversed by entry %(reversed_by)s. Post a new entry instead."),
            entry=entry_id,
            reversed_by=reversed_by,
        )
    rows = sql.fetch(
        "SELECT b.account, -p.amount, -p.document_amount, p.document_currency FROM journal_posting p"
        " JOIN journal_balance b ON b.id = p.balance_id WHERE p.entry_id = %s ORDER BY p.id",
        [entry_id],
    )
    return _post(held, _Entry(company_id, on, text, source, entry_id, line_id), [Line(*row) for row in rows], at)


@dataclass(frozen=True, slots=True)
class _Entry:
    company_id: int
    on: date
    text: str
    source: DocumentRef
    reverses_id: int | None = None
    source_line_id: int = 0


def _post(held: Held, entry: _Entry, lines: Sequence[Line], at: datetime) -> int:
    assert len(lines) >= 2, "an entry has two lines or more"
    assert sum(line.amount for line in lines) == 0, "an entry sums to zero"
    lines = sorted(lines, key=lambda line: line.account)
    touched = keys(entry.company_id, (line.account for line in lines))
    held.require(touched)
    for line in lines:
        balance = held.balance(JournalKey(entry.company_id, line.account))
        balance.amount = checked(balance.amount + line.amount)
    if not held.writes:
        return 0
    [(entry_id,)] = sql.insert(
        "journal_entry",
        _ENTRY,
        [
            (
                entry.source.kind,
                entry.source.id,
                entry.source_line_id,
                at,
                entry.reverses_id,
                entry.company_id,
                entry.on,
                entry.text,
            )
        ],
        returning=("id",),
    )
    rows = [
        (
            entry_id,
            held.balance(JournalKey(entry.company_id, line.account)).id,
            line.amount,
            checked(line.document_amount),
            line.document_currency,
        )
        for line in lines
    ]
    sql.insert("journal_posting", _POSTING, rows)
    balances = [held.balance(key) for key in touched]
    sql.update("journal_balance", "id", {"amount": "int"}, [(balance.id, balance.amount) for balance in balances])
    return int(entry_id)
