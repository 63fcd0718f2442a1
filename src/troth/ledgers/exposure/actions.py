"""Post what a payer owes or will owe; move it from order to delivery to invoice; take back what a document posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from troth.kernel.quantity import checked
from troth.ledgers.exposure.keys import ExposureKey, Part
from troth.ledgers.postings import SOURCE_COLUMNS, source_values
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

_COLUMNS = {**SOURCE_COLUMNS, "balance_id": "int", "part": "text", "amount": "int", "due_on": "date"}
_PARTS = {part.value: "int" for part in Part}


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` (signed, minor units of the company's currency) of a part; `due_on` for invoices."""

    key: ExposureKey
    part: Part
    amount: int
    source: DocumentRef
    due_on: date | None = None

    @property
    def source_line_id(self) -> int:
        """Exposure stands for whole documents."""
        return 0


def post(held: Held, entries: Sequence[Entry], *, at: datetime) -> None:
    """Post the entries. Whether the sum is within a limit is decided by whoever claims credit, under the same lock."""
    entries = [entry for entry in entries if entry.amount]
    held.require(entry.key for entry in entries)
    for entry in entries:
        balance = held.balance(entry.key)
        part = Part(entry.part)
        setattr(balance, part, checked(getattr(balance, part) + entry.amount))
    if held.writes:
        _write(held, entries, at)


def move(
    held: Held,
    key: ExposureKey,
    *,
    from_part: Part,
    to_part: Part,
    amount: int,
    source: DocumentRef,
    to_source: DocumentRef,
    at: datetime,
    due_on: date | None = None,
) -> None:
    """Move `amount` from a part that stands for `source` to a part that stands for `to_source`; the sum stays."""
    post(
        held,
        [Entry(key, from_part, -amount, source), Entry(key, to_part, amount, to_source, due_on)],
        at=at,
    )


def withdraw(held: Held, key: ExposureKey, source: DocumentRef, *, at: datetime) -> int:
    """Take back all that stands for a document; return by how much the exposure fell (deposits count against it)."""
    rows = sql.fetch(
        "SELECT part, due_on, CAST(SUM(amount) AS bigint) FROM exposure_posting"
        " WHERE balance_id = %s AND source_kind = %s AND source_id = %s"
        " GROUP BY part, due_on HAVING SUM(amount) <> 0 ORDER BY part, due_on",
        [held.balance(key).id, source.kind, source.id],
    )
    standing = [Entry(key, Part(part), amount, source, due_on) for part, due_on, amount in rows]
    post(held, [Entry(key, entry.part, -entry.amount, source, entry.due_on) for entry in standing], at=at)
    return sum(-entry.amount if entry.part is Part.DEPOSITS else entry.amount for entry in standing)


def _write(held: Held, entries: Sequence[Entry], at: datetime) -> None:
    rows = [
        (*source_values(entry, at), held.balance(entry.key).id, str(entry.part), entry.amount, entry.due_on)
        for entry in entries
    ]
    sql.insert("exposure_posting", _COLUMNS, rows)
    balances = [held.balance(key) for key in dict.fromkeys(entry.key for entry in entries)]
    sql.update(
        "exposure_balance",
        "id",
        _PARTS,
        [(balance.id, *(getattr(balance, part) for part in _PARTS)) for balance in balances],
    )
