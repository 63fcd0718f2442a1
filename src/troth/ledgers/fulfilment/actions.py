"""Open lines and post how far they come. Each posting is also an edge of the document flow."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import NamedTuple

from troth.kernel.quantity import checked
from troth.ledgers.fulfilment.keys import BillingBasis, FulfilmentBalance, FulfilmentKey, Measure
from troth.ledgers.fulfilment.rules import check
from troth.ledgers.postings import SOURCE_COLUMNS
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

_COLUMNS = {
    **SOURCE_COLUMNS,
    "balance_id": "int",
    "document_kind": "text",
    "document_id": "int",
    "measure": "text",
    "quantity": "int",
    "value": "int",
}
_MEASURES = {measure.value: "int" for measure in Measure}
_BALANCE = {"kind": "text", "line_id": "int", "ordered": "int", "tolerance": "int", "billing_basis": "text"}


class NewLine(NamedTuple):
    """A line that a document begins with: `ordered` and `tolerance` in smallest units, `value` in minor units."""

    key: FulfilmentKey
    document: DocumentRef
    ordered: int
    value: int
    tolerance: int = 0
    billing_basis: str = BillingBasis.ISSUED


class Entry(NamedTuple):
    """`quantity` and `value` (signed) of a measure of a line of `document` that go to a line of the document `to`."""

    key: FulfilmentKey
    document: DocumentRef
    measure: Measure
    quantity: int
    value: int
    to: DocumentRef
    to_line_id: int = 0


def open_lines(held: Held, lines: Sequence[NewLine], *, at: datetime) -> None:
    """Open the balances of new lines and post what is ordered; the lines count as held from here on."""
    balances: dict[tuple[str, int], FulfilmentBalance] = {}
    for line in lines:
        opened = balances[line.key.kind, line.key.line_id] = FulfilmentKey.empty(line.key)
        opened.ordered, opened.tolerance = checked(line.ordered), checked(line.tolerance)
        opened.billing_basis = BillingBasis(line.billing_basis).value
        if line.ordered < 0 or line.tolerance < 0:  # of a line that begins all else is zero and within its limits
            check(opened, kind=line.key.kind, line_id=line.key.line_id, document=line.document.number)
        held.add_new(line.key, opened)
    if held.writes and lines:
        rows = [
            (line.key.kind, line.key.line_id, line.ordered, line.tolerance, str(line.billing_basis)) for line in lines
        ]
        for row_id, kind, line_id in sql.insert(
            "fulfilment_balance", _BALANCE, rows, returning=("id", "kind", "line_id")
        ):
            balances[kind, line_id].id = row_id
        opened_lines = zip(lines, balances.values(), strict=True)
        _write_postings([(_ordered(line), balance) for line, balance in opened_lines], at)


def _ordered(line: NewLine) -> Entry:
    return Entry(line.key, line.document, Measure.ORDERED, line.ordered, line.value, line.document, line.key.line_id)


def post(held: Held, entries: Sequence[Entry], *, at: datetime) -> None:
    """Post the entries, all or none; a line that would be out of order is refused (see `rules`)."""
    keys = {entry.key: entry.document.number for entry in entries}
    held.require(keys)
    after: dict[FulfilmentKey, FulfilmentBalance] = {key: copy(held.balance(key)) for key in keys}
    for entry in entries:
        line, measure = after[entry.key], Measure(entry.measure)
        setattr(line, measure, checked(getattr(line, measure) + entry.quantity))
    for key, number in keys.items():
        check(after[key], kind=key.kind, line_id=key.line_id, document=number)
    for entry in entries:
        setattr(held.balance(entry.key), entry.measure, getattr(after[entry.key], entry.measure))
    if held.writes and entries:
        _write(held, entries, list(keys), at)


def _write(held: Held, entries: Sequence[Entry], keys: list[FulfilmentKey], at: datetime) -> None:
    _write_postings([(entry, held.balance(entry.key)) for entry in entries], at)
    lines = [held.balance(key) for key in keys]
    sql.update(
        "fulfilment_balance",
        "id",
        _MEASURES,
        [(line.id, *(getattr(line, measure) for measure in _MEASURES)) for line in lines],
    )


def _write_postings(entries: Sequence[tuple[Entry, FulfilmentBalance]], at: datetime) -> None:
    rows = [
        (
            entry.to.kind,
            entry.to.id,
            entry.to_line_id,
            at,
            balance.id,
            entry.document.kind,
            entry.document.id,
            str(entry.measure),
            entry.quantity,
            checked(entry.value),
        )
        for entry, balance in entries
    ]
    sql.insert("fulfilment_posting", _COLUMNS, rows)
