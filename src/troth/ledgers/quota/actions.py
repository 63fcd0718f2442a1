"""Post what is planned for a cell and what promises consume.

Consumed may exceed planned when the plan was lowered afterwards; whether a promise may take is decided where it is
made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.kernel.errors import Sentence
from troth.kernel.quantity import checked
from troth.ledgers.postings import SOURCE_COLUMNS, source_values
from troth.ledgers.quota.keys import QuotaKey
from troth.ledgers.quota.rules import Measure, QuotaNegative
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

_COLUMNS = {**SOURCE_COLUMNS, "balance_id": "int", "measure": "text", "quantity": "int"}


@dataclass(frozen=True, slots=True)
class Entry:
    """`quantity` (signed, smallest units) more planned or consumed."""

    key: QuotaKey
    measure: Measure
    quantity: int
    source: DocumentRef
    source_line_id: int = 0


def post(held: Held, entries: Sequence[Entry], *, at: datetime) -> None:
    """Post the entries, all or none; `QuotaNegative` where less than nothing would be left of a measure."""
    sums: dict[tuple[QuotaKey, str], int] = {}
    for entry in entries:
        cell = (entry.key, Measure(entry.measure).column)
        sums[cell] = sums.get(cell, 0) + checked(entry.quantity)
    after = {(key, m): checked(getattr(held.balance(key), m) + quantity) for (key, m), quantity in sums.items()}
    for (key, measure), quantity in after.items():
        if quantity < 0:
            raise QuotaNegative(
                Sentence(
                    "Cell %(cell)s would have %(quantity)s %(measure)s. Give back no more than was %(measure)s.",
                    cell=key.cell,
                    quantity=quantity,
                    measure=Sentence(measure),
                ),
                procedure_id=key.procedure_id,
                cell=key.cell,
                period=key.period,
                measure=measure,
                there=getattr(held.balance(key), measure),
            )
    for (key, measure), quantity in after.items():
        setattr(held.balance(key), measure, quantity)
    if held.writes:
        _write(held, entries, at)


def _write(held: Held, entries: Sequence[Entry], at: datetime) -> None:
    rows = [
        (*source_values(entry, at), held.balance(entry.key).id, str(entry.measure), entry.quantity) for entry in entries
    ]
    sql.insert("quota_posting", _COLUMNS, rows)
    balances = [held.balance(key) for key in dict.fromkeys(entry.key for entry in entries)]
    sql.update(
        "quota_balance",
        "id",
        {"planned": "int", "consumed": "int"},
        [(balance.id, balance.planned, balance.consumed) for balance in balances],
    )
