"""What was read for a promise, and how it stands now: the books of the key, the master data, each quota it took from.

A record has the version of the series, the edition of the master data (scopes of check, rules, calendars, routes: drawn
anew with each change of any of them), and of the quotas that hold their version and each cell as it stood before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from troth.business.quotas import queries as quotas
from troth.business.quotas.queries import ProcedureTerms
from troth.business.quotas.rules import PROTECTIONS, values_of
from troth.kernel.calendars import date_of
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota.keys import QuotaKey
from troth.platform.locks import Overlay


@dataclass(frozen=True, slots=True)
class CellRead:
    """A quota's cell in a period (its `procedure` None: what is protected): planned and consumed then, and now."""

    procedure: ProcedureTerms | None
    values: Mapping[str, str]
    number: int
    planned: int
    consumed: int
    planned_now: int
    consumed_now: int


@dataclass(frozen=True, slots=True)
class Read:
    """What was read; None where the record says nothing of it."""

    looked_on: date | None
    scope: str
    version: int | None
    version_now: int
    masters: int | None
    masters_changed: bool
    quotas: int | None
    quotas_changed: bool
    rule: str
    cells: tuple[CellRead, ...]

    @property
    def changes(self) -> int | None:
        """How often the books of the key changed since."""
        return None if self.version is None else max(self.version_now - self.version, 0)


def read(record: Mapping[str, Any], key: AvailabilityKey) -> Read:
    """What the record of a promise says was read for it, beside what holds today. A fixed number of statements."""
    state = quotas.known()
    found: Mapping[str, Any] = record.get("quotas", {})
    rows = {QuotaKey(*row[:3]): tuple(row[3:]) for row in found.get("cells", ())}
    books = Overlay()
    books.take(key, *rows)
    masters = record.get("masters")
    return Read(
        looked_on=date_of(record["today"]) if "today" in record else None,
        scope=record.get("scope", ""),
        version=record.get("version"),
        version_now=books.balance(key).version,
        masters=masters,
        masters_changed=masters is not None and masters != state.edition,
        quotas=found.get("version"),
        quotas_changed=bool(found) and found.get("version") != state.version,
        rule=(record.get("considered") or {}).get("rule", ""),
        cells=tuple(_cell(one, then, books, state.procedures.get(one.procedure_id)) for one, then in rows.items()),
    )


def _cell(key: QuotaKey, then: tuple[int, ...], books: Overlay, procedure: ProcedureTerms | None) -> CellRead:
    named = procedure if key.procedure_id != PROTECTIONS else None
    now = books.balance(key)
    values = values_of(key.cell, named.characteristics) if named is not None else {}
    return CellRead(named, values, key.period, then[0], then[1], now.planned, now.consumed)
