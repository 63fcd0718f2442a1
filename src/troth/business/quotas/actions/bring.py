"""Procedures, sequences and protections as rows of a file: looked at, compared with what is there, written together.

The rules are those of the forms, for the same inner verbs write. What is there already is locked before it is compared,
and of all that changes the promises are counted once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from troth.business.masterdata.actions import Brought
from troth.business.masterdata.rules import DuplicateKey, Field, complete, read
from troth.business.quotas.actions.procedure_rows import ProcedureSheet
from troth.business.quotas.actions.protection_rows import ProtectionSheet
from troth.business.quotas.actions.rows import write_or_refuse
from troth.business.quotas.actions.sequence_rows import bring_sequences
from troth.kernel.errors import BusinessError, Sentence
from troth.platform import locks
from troth.platform.actions import action, supposed
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held

Rows = Sequence[Mapping[str, str]]


@action
def import_table(table: str, rows: Rows, *, preview: bool = False, by: Actor, clock: Clock) -> Brought:
    """Create the records of these rows that are new and change those that differ, all or none; counts rows.

    `Refusals` by row and column. A `preview` refuses all the same and writes nothing.
    """
    brought = partial(SHEETS[table], rows, by=by, clock=clock)
    return supposed(brought) if preview else brought()


@dataclass(slots=True)
class Line:
    """A row that was read; `record` is what is there already."""

    row: int
    given: Mapping[str, str]
    values: dict[str, Any]
    record: Any = None


class Sheet(Protocol):
    """A table of one record a row."""

    @property
    def fields(self) -> Mapping[str, Field]: ...

    def understand(self, lines: Sequence[Line], *, by: Actor) -> Iterable[BusinessError]:
        """Turn what was typed into what is stored; refuse what cannot be, by row."""
        ...

    def key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """What makes a record one of its kind."""
        ...

    def find(self, held: Held, keys: Iterable[tuple[Any, ...]], *, by: Actor) -> dict[tuple[Any, ...], Any]:
        """The records of these keys that are there, locked."""
        ...

    def current(self, held: Held, record: Any) -> dict[str, Any]:
        """The values of a record by field."""
        ...

    def is_same(self, current: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool: ...

    def write(self, held: Held, lines: Sequence[Line], *, by: Actor, clock: Clock) -> None: ...


def bring(sheet: Sheet, rows: Rows, *, by: Actor, clock: Clock) -> Brought:
    """Inner verb of `import_table`."""
    lines, refusals = _read(sheet.fields, rows)
    refusals += sheet.understand(lines, by=by)
    refused = {one.row for one in refusals}
    lines, twins = _told_apart([one for one in lines if one.row not in refused], sheet)
    refusals += twins
    held = locks.begin()
    there = sheet.find(held, [sheet.key(one.values) for one in lines], by=by)
    changed = list[Line]()
    for one in lines:
        one.record = there.get(sheet.key(one.values))
        if one.record is None:
            one.values, lacking = complete(sheet.fields, one.values, given=one.given, row=one.row)
            refusals += lacking
            if not lacking:
                changed.append(one)
            continue
        current = sheet.current(held, one.record)
        one.values = {**current, **one.values}
        if not sheet.is_same(current, one.values):
            changed.append(one)
    write_or_refuse(refusals, lambda: sheet.write(held, changed, by=by, clock=clock) if changed else None)
    created = sum(one.record is None for one in changed)
    return Brought(created, len(changed) - created, len(lines) - len(changed))


def _read(fields: Mapping[str, Field], rows: Rows) -> tuple[list[Line], list[BusinessError]]:
    lines, refusals = list[Line](), list[BusinessError]()
    for number, row in enumerate(rows, start=1):
        values, refused = read(fields, row, row=number)
        refusals += refused
        if not refused:
            lines.append(Line(number, row, values))
    return lines, refusals


def _told_apart(lines: Sequence[Line], sheet: Sheet) -> tuple[list[Line], list[BusinessError]]:
    """The first row of each key, and a refusal for each that has the key of one before."""
    first, refusals = dict[tuple[Any, ...], Line](), list[BusinessError]()
    name = [name for name, field in sheet.fields.items() if field.is_key and field.required][-1]
    for one in lines:
        other = first.setdefault(sheet.key(one.values), one)
        if other is not one:
            sentence = Sentence("Row %(other)s has the same key. Remove one of the two.", other=other.row)
            refusals.append(DuplicateKey(sentence, row=one.row, field=name))
    return list(first.values()), refusals


SHEETS: Mapping[str, Callable[..., Brought]] = {
    "quota_procedures": partial(bring, ProcedureSheet()),
    "quota_sequences": bring_sequences,
    "supply_protections": partial(bring, ProtectionSheet()),
}
"""How the rows of each table are brought in."""
