"""Which documents wait under a credit block, on whose exposure, and how they rank."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from troth.business.credit.models import Waiting
from troth.business.credit.rules import Point
from troth.ledgers.exposure.keys import ExposureKey
from troth.platform import sql
from troth.platform.documents import DocumentRef


@dataclass(frozen=True, slots=True)
class Ranked:
    """What an app tells of a document of its own: its priority (the least goes first), its day, its number, and the
    types of its orders that have credit checked."""

    priority: int
    on: date
    number: str
    order_type_ids: tuple[int, ...]


Ranks = Callable[[Sequence[int]], Mapping[int, Ranked]]
_ranks: dict[str, Ranks] = {}


def ranked_by(kind: str, ranks: Ranks) -> None:
    """Have documents of this kind ranked by their app, many in a few statements."""
    _ranks[kind] = ranks


def ranks(kind: str, ids: Sequence[int]) -> Mapping[int, Ranked]:
    return _ranks[kind](ids) if kind in _ranks else {}


class Kept(Protocol):
    """Until when goods are kept for a document that waits, and whether they were given up since."""

    @property
    def until(self) -> datetime: ...
    @property
    def is_lapsed(self) -> bool: ...


Keeps = Callable[[Sequence[int]], Mapping[int, Kept]]
_keeps: dict[str, Keeps] = {}


def kept_by(kind: str, keeps: Keeps) -> None:
    """Have it told until when documents of this kind keep their goods; by their app, many in one statement."""
    _keeps[kind] = keeps


def kept(refs: Iterable[DocumentRef]) -> dict[DocumentRef, Kept]:
    """Of these documents those for which goods are, or were, kept for a time."""
    wanted, found = list(refs), dict[DocumentRef, Kept]()
    for kind, keeps in _keeps.items():
        ids = [ref.id for ref in wanted if ref.kind == kind]
        found |= {DocumentRef(kind, one): told for one, told in keeps(ids).items()} if ids else {}
    return found


def wait(key: ExposureKey, block_id: int, ref: DocumentRef, point: Point) -> None:
    """A check set this block, or found it standing: the document waits on this exposure."""
    sql.fetch(
        "INSERT INTO credit_waiting (block_id, company_id, party_id, document_kind, document_id, point)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (block_id) DO UPDATE"
        " SET party_id = excluded.party_id, point = excluded.point, passes_at = NULL",
        [block_id, key.company_id, key.party_id, ref.kind, ref.id, str(point)],
    )


def follow_payer(ref: DocumentRef, key: ExposureKey) -> None:
    """Another payer pays for the document: if it waits, it does so on that one's exposure."""
    Waiting.objects.filter(document_kind=ref.kind, document_id=ref.id).update(party_id=key.party_id, passes_at=None)


def end(ref: DocumentRef) -> None:
    """Nothing of the document waits any more: its block was released, or it was cancelled."""
    Waiting.objects.filter(document_kind=ref.kind, document_id=ref.id).delete()


@dataclass(frozen=True, slots=True)
class One:
    """A document that waits, on this exposure."""

    key: ExposureKey
    block_id: int
    ref: DocumentRef
    point: Point
    passed: bool
    is_kept: bool


def on(keys: Iterable[ExposureKey]) -> list[One]:
    """What waits on these exposures under a block that stands, by block; in one statement."""
    wanted = [(key.company_id, key.party_id) for key in dict.fromkeys(keys)]
    with_clause, source, parameters = sql.relation("k", {"company_id": "int", "party_id": "int"}, wanted)
    rows = sql.fetch(
        f"{with_clause} SELECT w.company_id, w.party_id, w.block_id, w.document_kind, w.document_id, b.document_number,"
        f" w.point, w.passes_at IS NOT NULL, w.kept_by_id IS NOT NULL FROM {source} JOIN credit_waiting w"
        " ON w.company_id = k.company_id AND w.party_id = k.party_id"
        " JOIN platform_block b ON b.id = w.block_id AND b.released_at IS NULL ORDER BY w.block_id",
        parameters,
    )
    return [
        One(
            ExposureKey(row[0], row[1]), row[2], DocumentRef(row[3], row[4], row[5]), Point(row[6]), bool(row[7]),
            bool(row[8]),
        )
        for row in rows
    ]  # fmt: skip


def accounts_with(keys: Iterable[ExposureKey]) -> dict[ExposureKey, tuple[int, str]]:
    """Of these exposures those on which something waits: the credit account's id and its payer's number."""
    rows = [(key.company_id, key.party_id) for key in keys]
    if not rows:
        return {}
    with_clause, source, parameters = sql.relation("k", {"company_id": "int", "party_id": "int"}, rows)
    found = sql.fetch(
        f"{with_clause} SELECT k.company_id, k.party_id, a.id, p.number FROM {source}"
        " JOIN credit_creditaccount a ON a.company_id = k.company_id AND a.party_id = k.party_id"
        " JOIN reference_party p ON p.id = k.party_id WHERE EXISTS (SELECT 1 FROM credit_waiting w"
        " WHERE w.company_id = k.company_id AND w.party_id = k.party_id)",
        parameters,
    )
    return {ExposureKey(row[0], row[1]): (row[2], row[3]) for row in found}
