"""Seals: a chain of hashes over the events of a company, so that a change to the history shows.

Each link holds SHA-256 of the link before it and of one event. Events are written without it (a chain under a lock
would cost a quarter of the throughput) and sealed in batches after their commit, by one sealer at a time. Ids commit
out of order, so the sealer looks for events without a seal in a wide window behind the last one it sealed, and a
thorough run, nightly, looks everywhere. Position in the chain is the order of sealing.

A superuser can rewrite the whole chain: the head's hash, sent out of the house daily, is what shows that.
Tamper-evident, not tamper-proof.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from troth.platform import sql
from troth.platform.models import Event, Seal

START = "0" * 64
WINDOW = 100_000
BATCH = 1_000
SEALED_WITHIN = timedelta(hours=1)

_COLUMNS = (
    "e.id, e.company_id, e.at, e.actor_id, e.acting_for_id, e.kind, e.document_kind, e.document_id, e.document_number, "
    "e.facts, e.changes"
)
_UNSEALED = f"""
SELECT {_COLUMNS} FROM platform_event e LEFT JOIN platform_seal s ON s.event_id = e.id
WHERE s.event_id IS NULL AND e.company_id = %s AND e.id > %s ORDER BY e.id LIMIT %s"""
_HEAD = "SELECT position, chain_hash FROM platform_seal WHERE company_id = %s ORDER BY position DESC LIMIT 1"
_LAST = "SELECT max(event_id) FROM platform_seal WHERE company_id = %s"
_CHAIN = f"""
SELECT s.position, s.chain_hash, {_COLUMNS} FROM platform_seal s JOIN platform_event e ON e.id = s.event_id
WHERE s.company_id = %s AND s.position > %s ORDER BY s.position LIMIT %s"""
_ADVISORY_CLASS = 7_341


def seal_events(company_id: int, *, limit: int = BATCH, thorough: bool = False) -> int:
    """Seal up to `limit` committed events of a company; return how many. 0 also while another sealer is at work."""
    with transaction.atomic():
        if not _only_sealer(company_id):
            return 0
        position, previous = head(company_id)
        [(last,)] = sql.fetch(_LAST, (company_id,))
        after = 0 if thorough or last is None else last - WINDOW
        rows = []
        for event in sql.fetch(_UNSEALED, (company_id, after, limit)):
            position, previous = position + 1, link(previous, event)
            rows.append((company_id, position, event[0], previous))
        columns = {"company_id": "int", "position": "int", "event_id": "int", "chain_hash": "text"}
        sql.insert("platform_seal", columns, rows)
        return len(rows)


def seal_all(*, thorough: bool = False) -> int:
    """Seal what is committed in every company; return how many events were sealed."""
    total = 0
    for company_id in companies():
        while sealed := seal_events(company_id, thorough=thorough):
            total += sealed
    return total


def companies() -> list[int]:
    """The companies that have events; 0 stands for the installation."""
    return sorted(Event.objects.order_by().values_list("company_id", flat=True).distinct())


def head(company_id: int) -> tuple[int, str]:
    """The last position and hash of a company's chain: what is to be kept outside."""
    rows = sql.fetch(_HEAD, (company_id,))
    return (rows[0][0], rows[0][1]) if rows else (0, START)


def link(previous: str, event: tuple[Any, ...]) -> str:
    """The hash of a link: of the hash before it and the event's row in a canonical form."""
    number, company_id, at, *middle, facts, changes = event
    assert isinstance(at, datetime)
    row = [number, company_id, at.isoformat(timespec="microseconds"), *middle, _parsed(facts), _parsed(changes)]
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous.encode() + canonical.encode()).hexdigest()


def chain(company_id: int) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
    """The links of a company in order: (position, hash, event's row)."""
    position = 0
    while rows := sql.fetch(_CHAIN, (company_id, position, BATCH)):
        for found, chain_hash, *event in rows:
            yield found, chain_hash, tuple(event)
        position = rows[-1][0]


def sealed_companies() -> list[int]:
    return sorted(Seal.objects.order_by().values_list("company_id", flat=True).distinct())


def _parsed(stored: Any) -> Any:
    return json.loads(stored) if isinstance(stored, str) else stored


def _only_sealer(company_id: int) -> bool:
    """Whether this transaction is the company's only sealer; on SQLite a transaction has no rival."""
    if not sql.is_postgres():
        return True
    [(free,)] = sql.fetch("SELECT pg_try_advisory_xact_lock(%s::int, %s::int)", (_ADVISORY_CLASS, company_id))
    return bool(free)
