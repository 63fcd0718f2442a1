"""The few things that every check asks: which procedures hold for a product, and what is protected where.

A process keeps them in memory under the edition of the master data (`masterdata.queries.snapshot`), so an order without
a quota learns without a statement that there is none. Cells are too many for that; they are looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from troth.business.masterdata import queries as masterdata
from troth.business.quotas import store
from troth.business.quotas.rules import Characteristic, Exhausted, WithoutCell, cell_of
from troth.kernel.calendars import day_of
from troth.kernel.periods import PeriodKind
from troth.kernel.quota import Order
from troth.platform import sql


@dataclass(frozen=True, slots=True)
class ProcedureTerms:
    """A procedure as a check needs it."""

    id: int
    code: str
    name: str
    characteristics: tuple[Characteristic, ...]
    unit: str
    period: PeriodKind
    look_back: int
    look_ahead: int
    order: Order
    without_cell: WithoutCell
    exhausted: Exhausted


@dataclass(frozen=True, slots=True)
class ReachTerms:
    """The procedures of a sequence in their order, for wishes from one day to another (numbers)."""

    first_day: int
    last_day: int
    procedures: tuple[ProcedureTerms, ...]


@dataclass(frozen=True, slots=True)
class ProtectionTerms:
    """What is kept for whom, from one day to another (numbers, both in it)."""

    id: int
    characteristics: tuple[Characteristic, ...]
    core: str
    """The values of those for whom it is kept, as `rules.core_of` writes them for a line."""
    priority: int | None
    first_day: int
    last_day: int


@dataclass(frozen=True)
class Known:
    """All of it under one edition."""

    edition: int
    procedures: Mapping[int, ProcedureTerms]
    by_product: Mapping[int, tuple[ReachTerms, ...]]
    by_group: Mapping[str, tuple[ReachTerms, ...]]
    protections: Mapping[tuple[int, int], tuple[ProtectionTerms, ...]]
    version: int = 0
    """The last change of quotas that stands in it; read before the rest, so that nothing newer is missed."""

    @property
    def is_empty(self) -> bool:
        return not (self.by_product or self.by_group or self.protections)


class _Memory:
    latest: Known | None = None


def known(edition: int | None = None) -> Known:
    """The state under this edition; without one the books are asked for it."""
    current = masterdata.snapshot(edition).edition
    kept = _Memory.latest
    if kept is None or kept.edition != current or not current:
        kept = _Memory.latest = _load(current)
    return kept


def fresh(version: int) -> Known:
    """The state of the running transaction, kept nowhere: it may not be committed yet."""
    return replace(_load(0), version=version)


_EVER = 10**6
"""A day (number) that nobody plans for."""


def _load(edition: int) -> Known:
    version = sql.fetch(store.VERSION)
    procedures = {
        row[0]: ProcedureTerms(
            row[0], row[1], row[2], tuple(map(Characteristic, row[3].split(","))), row[4], PeriodKind(row[5]),
            row[6], row[7], Order(row[8]), WithoutCell(row[9]), Exhausted(row[10]),
        )
        for row in sql.fetch(store.PROCEDURES)
    }  # fmt: skip
    by_product: dict[int, list[ReachTerms]] = {}
    by_group: dict[str, list[ReachTerms]] = {}
    for (product_id, group, first, last, _), steps in groupby(sql.fetch(store.REACHES), key=lambda row: row[:5]):
        used = tuple(procedures[row[5]] for row in steps if row[5] in procedures)
        if used:
            terms = ReachTerms(_day(first), _EVER if last is None else _day(last), used)
            (by_group.setdefault(group, []) if product_id is None else by_product.setdefault(product_id, [])).append(
                terms
            )
    protections: dict[tuple[int, int], list[ProtectionTerms]] = {}
    for row in sql.fetch(store.PROTECTIONS):
        named = [(Characteristic(name), value) for name, value in (row[3:5], row[5:7]) if name]
        names, values = zip(*named, strict=True)
        one = ProtectionTerms(row[0], names, cell_of(values), row[7], _day(row[8]), _day(row[9]))
        protections.setdefault((row[1], row[2]), []).append(one)
    return Known(
        edition,
        procedures,
        {key: tuple(found) for key, found in by_product.items()},
        {key: tuple(found) for key, found in by_group.items()},
        {key: tuple(found) for key, found in protections.items()},
        version[0][0] if version else 0,
    )


def _day(value: Any) -> int:
    return day_of(value if isinstance(value, date) else date.fromisoformat(value))
