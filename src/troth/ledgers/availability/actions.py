"""Post supply and demand; take back what stands for a line; note where promises are no longer covered.

A posting changes the series in memory at once, so that a later read under the same lock sees it, and is written by one
INSERT for all postings and one UPDATE for all series.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from troth.kernel import lots, netting
from troth.kernel.calendars import date_of
from troth.kernel.lots import LotPosting
from troth.ledgers.availability import queries
from troth.ledgers.availability.ahead import AHEAD, Cover, gap_ahead, promised_ahead
from troth.ledgers.availability.keys import AvailabilityBalance, AvailabilityKey
from troth.ledgers.availability.rules import Gap, gap, spoilt_gap
from troth.ledgers.postings import SOURCE_COLUMNS, source_values
from troth.platform import sql
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

_COLUMNS = {**SOURCE_COLUMNS, "balance_id": "int", "category": "int", "day": "int", "quantity": "int"}
_LOT_COLUMNS = {**_COLUMNS, "batch": "text", "lasts": "int"}


class Entry(NamedTuple):
    """`quantity` (signed: supply positive, demand negative) of a category on a day (number since 1970-01-01).

    `batch` where the goods are of one, or one is wanted; `lasts` the last day of the goods, or until which they are to
    last (0: they do not expire, or it does not matter).
    """

    key: AvailabilityKey
    category: int
    day: int
    quantity: int
    source: DocumentRef
    source_line_id: int = 0
    batch: str = ""
    lasts: int = 0


def post(held: Held, entries: Sequence[Entry], *, at: datetime) -> None:
    """Post the entries to the held series; stock has no day and is kept at day 0.

    A key keeps its lots from the first entry on that names a batch or a last day.
    """
    by_key: dict[AvailabilityKey, list[Entry]] = {}
    for entry in entries:
        by_key.setdefault(entry.key, []).append(entry)
    moved: list[tuple[AvailabilityBalance, list[Entry]]] = [(held.balance(key), by_key[key]) for key in by_key]
    for balance, posted in moved:
        balance.series = netting.merge(balance.series, [(one.category, one.day, one.quantity) for one in posted])
        balance.version += 1
    aging = [balance for balance, posted in moved if _post_lots(balance, posted)]
    if held.writes:
        _write(moved, aging, at)


def _post_lots(balance: AvailabilityBalance, posted: Sequence[Entry]) -> bool:
    """Post to the lots of a balance; whether it has any. `balance.series` has the entries already."""
    if not balance.lots:
        if not any(entry.batch or entry.lasts for entry in posted):
            return False
        taken_back = [(one.category, one.day, -one.quantity) for one in posted]
        balance.lots = lots.without_batches(netting.merge(balance.series, taken_back))
    balance.lots = lots.merge(
        balance.lots, [LotPosting(one.category, one.day, one.lasts, one.batch, one.quantity) for one in posted]
    )
    return True


def withdraw(held: Held, lines: Sequence[tuple[str, int]], *, source: DocumentRef, at: datetime) -> None:
    """Take back all that stands for the lines, given as (source kind, source line id); their keys must be held.

    The negation is filed with the line it takes back, so that nothing stands for the line any more; `source` is the
    document that withdraws, which the event of the action names.
    """
    rows = queries.standing(lines)
    held.require(row.key for row in rows)
    entries = [Entry(r.key, r.category, r.day, -r.quantity, r.source, r.source_line_id, r.batch, r.lasts) for r in rows]
    post(held, entries, at=at)


def mark_limits(held: Held, keys: Iterable[AvailabilityKey], version: int) -> None:
    """Note on these keys, which are held, that what limits their promises changed with this version."""
    balances = [held.balance(key) for key in keys]
    for balance in balances:
        balance.limits = version
    if held.writes:
        sql.update("availability_balance", "id", {"limits": "int"}, [(one.id, version) for one in balances])


def mark_lapses(held: Held, lapses: Mapping[AvailabilityKey, int]) -> None:
    """Note on held keys from when on (seconds since 1970-01-01) something on them may have lapsed; 0: never."""
    changed = [(held.balance(key), at) for key, at in lapses.items() if held.balance(key).lapses != at]
    for balance, at in changed:
        balance.lapses = at
    if held.writes:
        sql.update("availability_balance", "id", {"lapses": "int"}, [(one.id, at) for one, at in changed])


def _write(
    moved: Sequence[tuple[AvailabilityBalance, Sequence[Entry]]], aging: Sequence[AvailabilityBalance], at: datetime
) -> None:
    rows = [
        (
            *source_values(entry, at),
            balance.id,
            int(entry.category),
            netting.STOCK_DAY if entry.category == netting.Category.STOCK else entry.day,
            entry.quantity,
            entry.batch,
            entry.lasts,
        )
        for balance, posted in moved
        for entry in posted
        if entry.quantity
    ]
    if aging:
        sql.insert("availability_posting", _LOT_COLUMNS, rows)
        sql.update(
            "availability_balance",
            "id",
            {"lots": "bytes"},
            [(balance.id, lots.pack(balance.lots)) for balance in aging],
        )
    else:
        sql.insert("availability_posting", _COLUMNS, [row[: len(_COLUMNS)] for row in rows])
    sql.update(
        "availability_balance",
        "id",
        {"version": "int", "series": "bytes"},
        [(balance.id, balance.version, netting.pack(balance.series)) for balance, _ in moved],
    )


_Side = tuple[AvailabilityKey, Cover]
Source = DocumentRef | Mapping[AvailabilityKey, DocumentRef] | None
"""The document that left something uncovered, or for each key its own."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """`quantity` of what is promised on the key is missing from `on` on; `cover` says what it was promised on."""

    key: AvailabilityKey
    on: date
    quantity: int
    cover: Cover = Cover.FIRM


def note_shortages(
    held: Held,
    keys: Sequence[AvailabilityKey],
    *,
    today: int,
    cause: str,
    at: datetime,
    source: Source = None,
) -> list[Shortfall]:
    """Open a shortage for each held key whose promises are covered no longer, beyond the shortages already open.

    To be called by whoever lowers or delays supply, in the same transaction, with the document that did (`source`, or
    one by key); `today` is the site's day. Promises on planned supply, and on goods that are not released, have
    shortages of their own. Returns the new ones. An overlay opens none, but says what would be opened for promises on
    firm supply.
    """
    standing = _open_shortages(held, keys)
    found = []
    for key in dict.fromkeys(keys):
        known = sum(row.quantity for row in standing.get((key, Cover.FIRM), ()))
        missing = gap_of(held.balance(key), today, tolerated=known)
        if missing is not None:
            found.append(Shortfall(key, date_of(missing.day), missing.quantity - known))
    found += _short_ahead(held, keys, standing, today)
    _open(held, [_Opening(one, cause, _source_of(source, one.key)) for one in found], at)
    return found


def note_ahead(
    held: Held, keys: Sequence[AvailabilityKey], *, today: int, cause: str, at: datetime
) -> list[Shortfall]:  # fmt: skip
    """As `note_shortages` of promises ahead of firm supply alone: for whoever promised others what covered them."""
    found = _short_ahead(held, keys, None, today)
    _open(held, [_Opening(one, cause) for one in found], at)
    return found


def _short_ahead(
    held: Held, keys: Sequence[AvailabilityKey], standing: "_Standing | None", today: int
) -> list[Shortfall]:  # fmt: skip
    """What is covered no longer, beyond what is known. Supposed books do not say who hangs on plans."""
    promised = promised_ahead(held, keys) if held.writes else {}
    if promised and standing is None:
        standing = _open_shortages(held, list(promised))
    found = []
    for key, cover in ((key, cover) for key in promised for cover in AHEAD):
        known = sum(row.quantity for row in (standing or {}).get((key, cover), ()))
        missing = gap_ahead(held.balance(key), promised[key], cover, today, tolerated=known)
        if missing is not None:
            found.append(Shortfall(key, date_of(missing.day), missing.quantity - known, cover))
    return found


def _source_of(source: Source, key: AvailabilityKey) -> DocumentRef | None:
    return source.get(key) if isinstance(source, Mapping) else source


def gap_of(balance: AvailabilityBalance, today: int, *, tolerated: int = 0) -> Gap | None:
    """What is missing of the goods themselves, or of goods that last long enough: the larger of both."""
    missing = gap(balance.series, today, tolerated=tolerated)
    spoilt = spoilt_gap(balance.lots, today, tolerated=tolerated) if balance.lots else None
    return max((one for one in (missing, spoilt) if one is not None), key=lambda one: one.quantity, default=None)


def known_shortage(held: Held, key: AvailabilityKey, cover: Cover = Cover.FIRM) -> int:
    """What the open shortages of a held key say is missing, in smallest units."""
    return sum(row.quantity for row in _open_shortages(held, [key]).get((key, cover), ()))


def close_shortages(
    held: Held, keys: Sequence[AvailabilityKey], *, today: int, at: datetime, but: Collection[_Side] = ()
) -> int:
    """Close the open shortages of the held keys that are covered again, the newest first; return how many.

    One that is covered in part is closed and opened again for the rest, so that the open ones say what is missing.
    `but` are those of which more is missing than before.
    """
    closed: list[int] = []
    rests: list[_Opening] = []
    standing = {side: rows for side, rows in _open_shortages(held, keys).items() if side not in but}
    ahead = [key for key, cover in standing if cover in AHEAD]
    promised = promised_ahead(held, ahead) if ahead else {}
    for (key, cover), rows in standing.items():
        balance = held.balance(key)
        if cover is Cover.FIRM:
            missing = gap_of(balance, today)
        else:
            missing = gap_ahead(balance, promised.get(key, ()), cover, today)
        covered = sum(row.quantity for row in rows) - (missing.quantity if missing else 0)
        for row in reversed(rows):
            if covered <= 0:
                break
            closed.append(row.id)
            if covered < row.quantity:
                rest = Shortfall(key, row.on, row.quantity - covered, cover)
                rests.append(_Opening(rest, row.cause, row.source, row.began_as))
            covered -= row.quantity
    if held.writes:
        sql.update("availability_shortage", "id", {"closed_at": "at"}, [(row_id, at) for row_id in closed])
        _open(held, rests, at)
    return len(closed)


def settle_shortages(
    held: Held,
    keys: Sequence[AvailabilityKey],
    *,
    today: int,
    cause: str,
    at: datetime,
    source: Source = None,
) -> list[Shortfall]:
    """Note what is not covered any more on the held keys and close what is covered again on the others.

    Returns the new shortages; `today` is the site's day.
    """
    opened = note_shortages(held, keys, today=today, cause=cause, at=at, source=source)
    short = {(one.key, one.cover) for one in opened}
    close_shortages(held, keys, today=today, at=at, but=short)
    return opened


def slipped(held: Held, key: AvailabilityKey, cover: Cover = Cover.FIRM) -> list[tuple[int, int]]:
    """(id of the shortage that each began as, quantity) of the open ones of a held key, the oldest first."""
    return [(row.began_as, row.quantity) for row in _open_shortages(held, [key]).get((key, cover), ())]


@dataclass(frozen=True, slots=True)
class _OpenShortage:
    """`began_as` is the shortage's own id, or that of the one that it is the rest of."""

    id: int
    on: date
    quantity: int
    cause: str
    began_as: int
    source: DocumentRef | None


@dataclass(frozen=True, slots=True)
class _Opening:
    shortfall: Shortfall
    cause: str
    source: DocumentRef | None = None
    began_as: int | None = None


_Standing = dict[_Side, list[_OpenShortage]]


def _open_shortages(held: Held, keys: Sequence[AvailabilityKey]) -> _Standing:
    held.require(keys)
    by_id = {held.balance(key).id: key for key in keys}
    if not by_id:
        return {}
    with_clause, relation, parameters = sql.relation("k", {"id": "int"}, [(balance_id,) for balance_id in by_id])
    found: _Standing = {}
    for balance_id, shortage_id, on, quantity, cause, began_as, kind, source_id, cover in sql.fetch(
        f'{with_clause} SELECT s.balance_id, s.id, s."on", s.quantity, s.cause, COALESCE(s.began_as_id, s.id),'
        f" s.source_kind, s.source_id, s.cover FROM availability_shortage s"
        f" JOIN {relation} ON s.balance_id = k.id WHERE s.closed_at IS NULL ORDER BY s.balance_id, s.id",
        parameters,
    ):
        source = DocumentRef(kind, source_id) if kind else None
        row = _OpenShortage(shortage_id, on, quantity, cause, began_as, source)
        found.setdefault((by_id[balance_id], Cover(cover)), []).append(row)
    return found


def _open(held: Held, openings: Sequence[_Opening], at: datetime) -> None:
    if not held.writes:
        return
    sql.insert(
        "availability_shortage",
        {
            "balance_id": "int", '"on"': "date", "quantity": "int", "cause": "text", "source_kind": "text",
            "source_id": "int", "began_as_id": "int", "opened_at": "at", "cover": "text",
        },
        [
            (
                held.balance(one.shortfall.key).id, one.shortfall.on, one.shortfall.quantity, one.cause,
                one.source.kind if one.source else "", one.source.id if one.source else None, one.began_as, at,
                str(one.shortfall.cover),
            )
            for one in openings
        ],
    )  # fmt: skip
