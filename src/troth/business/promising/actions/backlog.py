"""What is open of orders, read for whole sets of keys as columns: what a run over the backorders shares out anew.

A line is open as far as it is neither delivered nor tied to stock. Its rows are its confirmations of that part. What is
not checked or withdrawn is no part of it. Lines of one storage location say which; they stand on a series of their own.
Lines that quotas or supply protection hold for, or held, say so: `limited` reads what does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from troth.business.promising.states import Basis, Mode
from troth.kernel.distinct import distinct
from troth.kernel.netting import Array
from troth.kernel.places import PREFIX
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import sql

MODES = (Mode.ONE_TIME, Mode.COMPLETE, Mode.PARTIAL)
"""By the numbers of `OpenLines.mode`, which are those of the kernel's backlog."""

BASES = (Basis.STOCK, Basis.SUPPLY, Basis.PLANNED, Basis.LEAD_TIME, Basis.UNRELEASED)
"""By the numbers of `OpenLines.row_basis`."""

LINES_AT_A_TIME = 20_000

Key = tuple[int, int]
"""Product and site, with all that the site's locations keep of it."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenLines:
    """One entry a line, in the order of the requirements' ids. Quantities in smallest units, days since 1970-01-01.

    key                     place among the keys that were asked for
    wanted                  what is open: neither delivered nor tied to stock, zero or more
    requested               the day on which the customer wants it
    mode                    place in `MODES`; complete for a line that was to arrive with others, of which none is open
    group                   number of those that arrive together; -1: it comes by itself
    is_apart                it is to arrive together with what is not all among these lines, or with stock tied to it
    is_rationed             quotas or supply protection hold for it
    is_held                 a block keeps the line from being confirmed
    life                    how long the goods must last from the day of delivery on; -1: they are not kept in batches
    batch                   the one that was asked for; "" for any
    least                   the least of it that may arrive at once; 0: any
    lateness                so many days after `requested` nothing of it may arrive any more; -1: however late
    displaced               how many runs over the backorders made it later, or took goods from it, and stand
    segment                 what is kept apart for it: one storage location (`kernel.places`); "" for the site's goods
    row_offsets             one more than lines; the rows of a line in the order of their days
    row_quantity, row_material, row_delivery, row_basis      what is confirmed of `wanted`, and on what (`BASES`)
    """

    key: Array
    requirement: Array
    line: Array
    document: Array
    wanted: Array
    requested: Array
    mode: Array
    priority: Array
    value: Array
    most: Array
    is_fixed: npt.NDArray[np.bool_]
    group: Array
    is_apart: npt.NDArray[np.bool_]
    is_rationed: npt.NDArray[np.bool_]
    is_held: npt.NDArray[np.bool_]
    life: Array
    scope: list[str]
    batch: list[str]
    least: Array
    lateness: Array
    displaced: Array
    segment: list[str]
    row_offsets: Array
    row_quantity: Array
    row_material: Array
    row_delivery: Array
    row_basis: Array

    def __len__(self) -> int:
        return len(self.requirement)


def keys_of(company_id: int, *, site_ids: Sequence[int] = (), product_ids: Sequence[int] = ()) -> list[tuple[Key, int]]:
    """The keys on which lines of orders of a company are open, and how many; empty: of all sites, of all products."""
    chosen, parameters = ["company_id = %s"], [company_id]
    for column, ids in (("site_id", site_ids), ("product_id", product_ids)):
        if ids:
            condition, values = sql.one_of(column, ids)
            chosen.append(condition)
            parameters += values
    rows = sql.fetch(
        f"SELECT product_id, site_id, COUNT(*) FROM promising_requirement WHERE {' AND '.join(chosen)} AND {OPEN}"
        " GROUP BY product_id, site_id ORDER BY product_id, site_id",
        parameters,
    )
    return [((product_id, site_id), count) for product_id, site_id, count in rows]


_LOCATED = f"substr(segment, 1, {len(PREFIX)}) = '{PREFIX}'"
OPEN = (
    "document_kind = 'order' AND open_quantity > 0 AND NOT is_withdrawn AND is_checked"
    f" AND (segment = '' OR {_LOCATED})"
)
_GROUP = "CASE WHEN {r}.complete_delivery THEN 0 ELSE {r}.delivery_group END"
_TOGETHER = (
    "CASE WHEN r.complete_delivery OR r.delivery_group > 0 THEN (SELECT COUNT(*) FROM promising_requirement o"
    " WHERE o.document_kind = 'order' AND o.document_id = r.document_id AND o.open_quantity > 0 AND NOT o.is_withdrawn"
    " AND o.complete_delivery = r.complete_delivery"
    " AND (r.complete_delivery OR o.delivery_group = r.delivery_group)) ELSE 0 END"
)
"""How many open lines arrive together with a line, itself among them; 0 where it comes by itself."""


def linked_keys(company_id: int) -> list[list[Key]]:
    """The keys of each group of open lines of a company that arrive together and lie on several; the oldest first."""
    rows = sql.fetch(
        f"SELECT DISTINCT r.document_id, {_GROUP.format(r='r')}, r.product_id, r.site_id FROM promising_requirement r"
        f" WHERE r.company_id = %s AND {OPEN} AND (r.complete_delivery OR r.delivery_group > 0)"
        " ORDER BY 1, 2, 3, 4",
        [company_id],
    )
    found = ([(row[2], row[3]) for row in own] for _, own in groupby(rows, key=itemgetter(0, 1)))
    return [keys for keys in found if len(keys) > 1]


def locations_of(keys: Sequence[AvailabilityKey]) -> list[AvailabilityKey]:
    """The series of the locations that alone serve open lines of these keys, in their order. One statement."""
    with_clause, source, parameters = sql.relation(
        "k", {"product_id": "int", "site_id": "int"}, [(key.product_id, key.site_id) for key in keys]
    )
    of_key = sql.looked_up(
        source, "promising_requirement", "r",
        f"r.product_id = k.product_id AND r.site_id = k.site_id AND {OPEN} AND {_LOCATED}",
        index="promising_requirement_held",
    )  # fmt: skip
    rows = sql.fetch(
        f"{with_clause} SELECT DISTINCT r.product_id, r.site_id, r.segment FROM {of_key} ORDER BY 1, 2, 3", parameters
    )
    return [AvailabilityKey(*row) for row in rows]


def open_lines(keys: Sequence[AvailabilityKey]) -> OpenLines:
    """What is open of these keys, which are at least one. Two statements, three where lines are very many."""
    places = [(key.product_id, key.site_id, place) for place, key in enumerate(keys)]
    with_clause, source, parameters = sql.relation("k", {"product_id": "int", "site_id": "int", "place": "int"}, places)
    of_key = sql.looked_up(
        source, "promising_requirement", "r",
        f"r.product_id = k.product_id AND r.site_id = k.site_id AND {OPEN}", index="promising_requirement_held",
    )  # fmt: skip
    lines = sql.fetch(
        f"{with_clause} SELECT k.place, r.id, r.line_id, r.document_id, r.open_quantity, {day('r.requested_on')},"
        f" {_place('r.mode', MODES)}, r.priority, r.value, {_TOGETHER}, r.deliveries_max, r.is_fixed,"
        f" r.is_rationed, {_held()}, r.scope, {_GROUP.format(r='r')}, r.segment, r.batch,"
        f" COALESCE(r.life_days, -1), r.min_shipment, COALESCE(r.lateness_days_max, -1), r.displaced"
        f" FROM {of_key} ORDER BY r.id",
        parameters,
    )
    ids = [row[1] for row in lines]
    rows = [
        row
        for first in range(0, len(ids), LINES_AT_A_TIME)
        for row in _confirmations(ids[first : first + LINES_AT_A_TIME])
    ]
    return _columns(lines, rows)


def _confirmations(requirement_ids: Sequence[int]) -> list[sql.Row]:
    """(requirement, open quantity, material day, delivery day, place of the basis) by requirement and day."""
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, [(one,) for one in requirement_ids])
    of_line = sql.looked_up(
        source, "promising_scheduleline", "s", "s.requirement_id = k.id AND s.delivered < s.quantity"
    )
    return sql.fetch(
        f"{with_clause} SELECT s.requirement_id, s.quantity - s.delivered, {day('s.material_on')},"
        f" {day('s.delivery_on')}, {_place('s.basis', BASES)} FROM {of_line}"
        " ORDER BY s.requirement_id, s.material_on, s.position",
        parameters,
    )


def _held() -> str:
    """Whether a block keeps a line from being confirmed; asked only of lines that are not confirmed in full."""
    said = "r.explanation ->> 'held'" if sql.is_postgres() else "json_extract(r.explanation, '$.held')"
    return f"CASE WHEN r.confirmed_quantity < r.quantity THEN {said} = 'blocked' ELSE FALSE END"


def day(column: str) -> str:
    """A date as its number of days since 1970-01-01."""
    if sql.is_postgres():
        return f"({column} - DATE '1970-01-01')"
    return f"CAST(julianday({column}) - 2440587.5 AS integer)"


def _place(column: str, words: Sequence[str]) -> str:
    """A word as its place among the words; -1 for any other."""
    chosen = " ".join(f"WHEN '{word}' THEN {at}" for at, word in enumerate(words))
    return f"CASE {column} {chosen} ELSE -1 END"


def _columns(lines: list[sql.Row], rows: list[sql.Row]) -> OpenLines:
    wide = list(zip(*lines, strict=True)) or [()] * 22
    ints = [np.array(column, np.int64) for column in wide[:11]]
    fixed, rationed, held = (np.array([bool(value) for value in column], np.bool_) for column in wide[11:14])
    flat = np.array(rows, np.int64).reshape(-1, 5)
    tied = flat[:, 4] < 0
    # Whichever line it is of, stock that is tied to it is its own already.
    owner = np.searchsorted(ints[1], flat[:, 0])
    wanted = ints[4] - np.bincount(owner[tied], flat[tied, 1], len(lines)).astype(np.int64)
    flat, owner = flat[~tied], owner[~tied]
    group, apart = _grouped(np.column_stack((ints[3], np.array(wide[15], np.int64))), ints[9], wanted < ints[4])
    offsets = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=len(lines))))).astype(np.int64)
    return OpenLines(
        key=ints[0], requirement=ints[1], line=ints[2], document=ints[3], wanted=wanted, requested=ints[5],
        mode=np.where(ints[9] == 1, MODES.index(Mode.COMPLETE), ints[6]), priority=ints[7], value=ints[8],
        most=ints[10], is_fixed=fixed, group=group, is_apart=apart, is_rationed=rationed, is_held=held,
        life=np.array(wide[18], np.int64), scope=list(wide[14]), batch=list(wide[17]), segment=list(wide[16]),
        least=np.array(wide[19], np.int64), lateness=np.array(wide[20], np.int64),
        displaced=np.array(wide[21], np.int64), row_offsets=offsets, row_quantity=flat[:, 1],
        row_material=flat[:, 2], row_delivery=flat[:, 3], row_basis=flat[:, 4],
    )  # fmt: skip


def _grouped(names: Array, mates: Array, is_tied: npt.NDArray[np.bool_]) -> tuple[Array, npt.NDArray[np.bool_]]:
    """The group of each line, and whether not all of it is here: `mates` lines of it are open, itself among them."""
    group = np.full(len(names), -1, np.int64)
    own = np.flatnonzero(mates > 1)
    apart = (mates == 1) & is_tied
    if len(own):
        group[own] = distinct(*names[own].T)[1]
        here, tied = np.bincount(group[own]), np.bincount(group[own], is_tied[own])
        apart[own] = (here[group[own]] < mates[own]) | (tied[group[own]] > 0)
    return group, apart
