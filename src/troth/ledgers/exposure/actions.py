"""Post what a payer owes or will owe; move it from order to delivery to invoice; take back what a document posted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from troth.kernel.quantity import checked
from troth.ledgers.exposure import fallen
from troth.ledgers.exposure.keys import COUNTED, ExposureKey, GroupBalance, GroupKey, Part
from troth.ledgers.postings import SOURCE_COLUMNS, source_values
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

_COLUMNS = {**SOURCE_COLUMNS, "balance_id": "int", "part": "text", "amount": "int", "due_on": "date"}
_BALANCE = dict.fromkeys(ExposureKey.columns, "int")
_Standing = dict[tuple[ExposureKey, Part, DocumentRef], int]


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` (signed, minor units of the company's currency) of a part; `due_on` for invoices."""

    key: ExposureKey
    part: Part
    amount: int
    source: DocumentRef
    due_on: date | None = None
    is_first: bool = False
    """Nothing stands in this part for the document yet, so nobody looks."""

    @property
    def source_line_id(self) -> int:
        """Exposure stands for whole documents."""
        return 0


def post(held: Held, entries: Sequence[Entry], *, at: datetime) -> None:
    """Post the entries. Whether the sum is within a limit is decided by whoever claims credit, under the same lock."""
    entries = [entry for entry in entries if entry.amount]
    held.require(entry.key for entry in entries)
    _post(held, entries, _standing(held, entries) if held.writes else {}, at)


def _post(held: Held, entries: Sequence[Entry], before: _Standing, at: datetime) -> None:
    """Post what nobody but the holder of the keys can move; `before` is what stood for the documents counted."""
    after = dict(before)
    for entry in entries:
        balance = held.balance(entry.key)
        part = Part(entry.part)
        setattr(balance, part, checked(getattr(balance, part) + entry.amount))
        if (group := group_of(held, entry.key)) is not None:
            setattr(group, part, checked(getattr(group, part) + entry.amount))
        place = (entry.key, part, entry.source)
        after[place] = after.get(place, 0) + entry.amount
    if held.writes:
        _count(held, before, after)
        _write(held, entries, at)
        fallen.note(
            (entry.key, entry.part, entry.amount, entry.source, held.balance(entry.key).root) for entry in entries
        )


def group_of(held: Held, key: ExposureKey) -> GroupBalance | None:
    """The balance of the group in which a held payer counts, if it does in one."""
    root = held.balance(key).root
    found: GroupBalance | None = held.balance(GroupKey(key.company_id, root)) if root else None
    return found


def regroup(held: Held, roots: Mapping[ExposureKey, int]) -> None:
    """Let payers count under these parties (0: under none) from here on. They and the groups must be held."""
    assert held.writes
    changed = [(key, held.balance(key), root) for key, root in roots.items() if held.balance(key).root != root]
    groups: dict[GroupKey, GroupBalance] = {}
    for key, balance, root in changed:
        for sign, party_id in ((-1, balance.root), (1, root)):
            if party_id:
                place = GroupKey(key.company_id, party_id)
                group = groups[place] = held.balance(place)
                for part in Part:
                    setattr(group, part, checked(getattr(group, part) + sign * getattr(balance, part)))
        balance.root = root
    sql.update("exposure_balance", "id", {"root": "int"}, [(balance.id, root) for _, balance, root in changed])
    _write_groups(groups.values())


def _write_groups(groups: Iterable[GroupBalance]) -> None:
    rows = [(group.id, *(getattr(group, column) for column in GroupKey.columns)) for group in groups]
    sql.update("exposure_group", "id", dict.fromkeys(GroupKey.columns, "int"), rows)


def _count(held: Held, before: _Standing, after: _Standing) -> None:
    """A document is counted as long as something stands for it."""
    for (key, part, source), amount in after.items():
        more = bool(amount) - bool(before.get((key, part, source), 0))
        if part in COUNTED and more:
            balance = held.balance(key)
            setattr(balance, COUNTED[part], getattr(balance, COUNTED[part]) + more)


def _standing(held: Held, entries: Iterable[Entry]) -> _Standing:
    """What stands for the documents that are counted, in one statement; none where all of them are new."""
    wanted = {
        (held.balance(entry.key).id, str(entry.part), entry.source.kind, entry.source.id): (
            entry.key, Part(entry.part), entry.source,
        )
        for entry in entries
        if entry.part in COUNTED and not entry.is_first
    }  # fmt: skip
    if not wanted:
        return {}
    columns = {"balance_id": "int", "part": "text", "kind": "text", "id": "int"}
    with_clause, source, parameters = sql.relation("k", columns, list(wanted))
    rows = sql.fetch(
        f"{with_clause} SELECT k.balance_id, k.part, k.kind, k.id, CAST(SUM(p.amount) AS bigint) FROM {source}"
        " JOIN exposure_posting p ON p.balance_id = k.balance_id AND p.source_kind = k.kind AND p.source_id = k.id"
        " AND p.part = k.part GROUP BY k.balance_id, k.part, k.kind, k.id",
        parameters,
    )
    return {wanted[row[0], row[1], row[2], row[3]]: row[4] for row in rows}


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
    before: _Standing = {}
    for entry in standing:
        place = (key, entry.part, source)
        before[place] = before.get(place, 0) + entry.amount
    _post(held, [Entry(key, entry.part, -entry.amount, source, entry.due_on) for entry in standing], before, at)
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
        _BALANCE,
        [(balance.id, *(getattr(balance, column) for column in _BALANCE)) for balance in balances],
    )
    groups = {id(group): group for entry in entries if (group := group_of(held, entry.key)) is not None}
    _write_groups(groups.values())
    _write_days(held, entries)


def _write_days(held: Held, entries: Sequence[Entry]) -> None:
    """What is due on a day rises and falls with the invoices of that day."""
    due: dict[tuple[int, date], int] = {}
    for entry in entries:
        if entry.part == Part.OPEN_INVOICES and entry.due_on is not None:
            place = (held.balance(entry.key).id, entry.due_on)
            due[place] = due.get(place, 0) + entry.amount
    rows = [(*place, amount) for place, amount in due.items() if amount]
    if not rows:
        return
    columns = {"balance_id": "int", "due_on": "date", "amount": "int"}
    with_clause, source, parameters = sql.relation("k", columns, rows)
    sql.fetch(
        f"{with_clause} INSERT INTO exposure_day (balance_id, due_on, amount)"
        f" SELECT k.balance_id, k.due_on, k.amount FROM {source} WHERE TRUE"
        " ON CONFLICT (balance_id, due_on) DO UPDATE SET amount = exposure_day.amount + excluded.amount",
        parameters,
    )
