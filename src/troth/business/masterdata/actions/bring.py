"""From rows of text to records: one path for the form of one record and the file of thousands.

read        each field by its rule                                           `rules.read`
resolve     codes to what they stand for, one statement for each kind of code `store.lookup`
find        the records that are there already, by their key
compare     nothing differs: nothing is written, so the same file again changes nothing
write       all rows, or none where one was refused
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from troth.business.masterdata import store
from troth.business.masterdata.rules import As, Closed, DuplicateKey, Field, FieldFixed, UnknownCode, complete, read
from troth.business.masterdata.rules.words import word
from troth.kernel.errors import BusinessError, Refusals, Sentence
from troth.platform import actions, events
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef

Changes = dict[str, tuple[Any, Any]]


@dataclass(slots=True, eq=False)
class Row:
    """A row on its way. `values` are typed, codes are ids; `record` is what is there already."""

    number: int | None
    given: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    known: dict[str, store.Known] = field(default_factory=dict)
    refusals: list[BusinessError] = field(default_factory=list)
    record: Any = None
    changes: Changes = field(default_factory=dict)

    def refuse(self, kind: type[BusinessError], sentence: str, name: str, **facts: Any) -> None:
        self.refusals.append(kind(sentence, row=self.number, field=name, **facts))

    @property
    def refused(self) -> set[str]:
        return {refusal.field or "" for refusal in self.refusals}


def figure(row: Row, name: str, parse: Callable[[str], int]) -> None:
    """Turn text of a row into a figure; a refusal stands at its field, and what is a number is left alone."""
    text = row.values.get(name)
    if text == "":
        row.values[name] = None
    if not isinstance(text, str) or text == "":
        return
    try:
        row.values[name] = parse(text)
    except BusinessError as refusal:
        row.refuse(type(refusal), refusal.message, name, given=text)
        del row.values[name]


class State(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record; a record that is its code has no other id, and counts no versions."""

    id: int
    version: int
    state: State


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of many; `became` in their order, a letter for each: n new, c changed, s the same."""

    created: int
    changed: int
    unchanged: int
    became: str = field(default="", compare=False)


class Sheet(Protocol):
    """A kind of record: its fields, and how its records are found, compared and written."""

    @property
    def title(self) -> str:
        """What a record is called in events."""
        ...

    @property
    def fields(self) -> Mapping[str, Field]: ...

    def prepare(self, row: Row, record: Any) -> None:
        """Turn what was typed into what is stored, where that takes the other fields."""
        ...

    def key(self, row: Row) -> tuple[Any, ...]:
        """What makes the record one of its kind, from the row's values."""
        ...

    def find(self, rows: Sequence[Row], *, by: Actor) -> dict[tuple[Any, ...], Any]:
        """The records of these rows that are there, locked, by key."""
        ...

    def current(self, record: Any) -> dict[str, Any]:
        """The record's values by field, codes as ids."""
        ...

    def judge(self, rows: Sequence[Row], *, by: Actor, clock: Clock) -> None:
        """Refuse what only this kind can know."""
        ...

    def write(self, rows: Sequence[Row], *, at: datetime) -> None:
        """Create or change the record of each row, by its `changes`."""
        ...

    def ref(self, record: Any) -> DocumentRef: ...

    def company_id(self, record: Any) -> int: ...


def bring(
    sheet: Sheet,
    given: Sequence[Mapping[str, Any]],
    *,
    by: Actor,
    clock: Clock,
    record: Any = None,
    must_be_new: bool = False,
    preview: bool = False,
) -> list[Outcome]:
    """Create or change the records of these rows, all or none (`Refusals` with row and field).

    With `record` there is one row, which changes that record. `must_be_new`: a key that is there is refused. A
    `preview` refuses all the same, says what would become of each row, and writes nothing; new records have the id 0.
    """
    numbered = len(given) > 1 or (record is None and not must_be_new)
    rows = [Row(number if numbered else None, values) for number, values in enumerate(given, start=1)]
    for row in rows:
        row.values, row.refusals = read(sheet.fields, row.given, row=row.number)
    _resolve(sheet, rows, record)
    _match(sheet, rows, record, by=by)
    _companies(rows, by)
    if must_be_new:
        _refuse_existing(sheet, rows)
    sheet.judge(rows, by=by, clock=clock)
    refusals = [refusal for row in rows for refusal in row.refusals]
    if refusals:
        raise Refusals(refusals)
    new = {id(row) for row in rows if row.record is None}
    if not preview:
        _write(sheet, rows, new, by=by, clock=clock)
    return [_outcome(row, is_new=id(row) in new) for row in rows]


def _resolve(sheet: Sheet, rows: Sequence[Row], record: Any) -> None:
    """Replace codes by ids. The company comes first: the others may stand for something in one company only."""
    coded = [(name, one) for name, one in sheet.fields.items() if one.read_as is As.CODE]
    by_kind: dict[str, set[str]] = {}
    for name, one in coded:
        by_kind.setdefault(one.of, set()).update(row.values[name] for row in rows if row.values.get(name))
    found = {of: store.lookup(of, codes) for of, codes in by_kind.items()}
    for row in rows:
        for name, one in coded:
            code = row.values.get(name)
            if code:
                _resolve_one(row, name, one, found[one.of].get(code, []), getattr(record, "company_id", None))


def _resolve_one(
    row: Row, name: str, one: Field, candidates: Sequence[store.Known], record_company_id: int | None
) -> None:
    """What stands for something in one company only must do so in the row's own."""
    code = row.values[name]
    company = row.known.get("company")
    company_id = company.id if company else record_company_id
    fitting = [
        known for known in candidates if None in (known.company_id, company_id) or known.company_id == company_id
    ]
    if not fitting:
        said = Sentence(
            "There is no %(kind)s %(code)s. Enter one that exists, or create it first.", kind=word(one.of), code=code
        )
        row.refuse(UnknownCode, said, name, code=code)
        del row.values[name]
        return
    row.known[name] = fitting[0]
    row.values[name] = fitting[0].id


def _match(sheet: Sheet, rows: Sequence[Row], record: Any, *, by: Actor) -> None:
    """Join each row with its record, or fill it up as a new one."""
    found: dict[tuple[Any, ...], Any] = {}
    keys: list[tuple[Any, ...] | None] = []
    for row in rows:
        sheet.prepare(row, record)
    if record is None:
        keys = [sheet.key(row) if _has_key(sheet, row) else None for row in rows]
        found = sheet.find([row for row, key in zip(rows, keys, strict=True) if key is not None], by=by)
        _refuse_twins(sheet, rows, keys)
    for row, key in zip(rows, keys or [None], strict=True):
        row.record = record if key is None else found.get(key)
        if row.record is None:
            row.values, lacking = complete(sheet.fields, row.values, given=row.given, row=row.number)
            row.refusals += lacking
            sheet.prepare(row, None)
            continue
        current = sheet.current(row.record)
        row.changes = {name: (current[name], value) for name, value in row.values.items() if current.get(name) != value}
        for name in row.changes.keys() & _key_fields(sheet):
            said = Sentence("The %(name)s cannot change. Deactivate this one and create another.", name=word(name))
            row.refuse(FieldFixed, said, name)
    _refuse_closed(sheet, rows)


def _has_key(sheet: Sheet, row: Row) -> bool:
    """Whether the row says what record it is: nothing of its key is refused or left out."""
    needed = {name for name, one in sheet.fields.items() if one.is_key and one.required}
    return not row.refused & _key_fields(sheet) and needed <= row.values.keys()


def _key_fields(sheet: Sheet) -> set[str]:
    return {name for name, one in sheet.fields.items() if one.is_key}


def _refuse_twins(sheet: Sheet, rows: Sequence[Row], keys: Sequence[Any]) -> None:
    last = [name for name, one in sheet.fields.items() if one.is_key and one.required][-1]
    first: dict[Any, int | None] = {}
    for row, key in zip(rows, keys, strict=True):
        if key is None:
            continue
        if key in first:
            said = Sentence("Row %(row)s has the same key. Remove one of the two.", row=first[key])
            row.refuse(DuplicateKey, said, last)
        first.setdefault(key, row.number)


def _refuse_closed(sheet: Sheet, rows: Sequence[Row]) -> None:
    """What is not active any more cannot be chosen anew; what was chosen before may stay."""
    for row in rows:
        for name, known in row.known.items():
            if known.is_active or (row.record is not None and name not in row.changes):
                continue
            code = row.given[name]
            kind = word(sheet.fields[name].of)
            said = Sentence("The %(kind)s %(code)s is closed. Choose one that is active.", kind=kind, code=code)
            row.refuse(Closed, said, name, code=code)


def _refuse_existing(sheet: Sheet, rows: Sequence[Row]) -> None:
    for row in rows:
        if row.record is not None:
            row.refusals.clear()
            said = Sentence(
                "There is such a record already: %(kind)s. Open that one and change it.", kind=word(sheet.title)
            )
            row.refuse(DuplicateKey, said, next(iter(_key_fields(sheet) - {"company"})))


def _companies(rows: Sequence[Row], by: Actor) -> None:
    """Whoever brings rows in must be allowed to in each company that they name."""
    named = {known.company_id for row in rows for known in row.known.values()}
    for company_id in sorted(named - {None}):  # type: ignore[type-var]
        actions.require(by, company_id=company_id)  # type: ignore[arg-type]


def _write(sheet: Sheet, rows: Sequence[Row], new: set[int], *, by: Actor, clock: Clock) -> None:
    for row in rows:
        if id(row) in new:
            row.changes = {name: (None, value) for name, value in row.values.items()}
    changed = [row for row in rows if row.changes]
    sheet.write(changed, at=clock.now())
    for row in changed:
        events.record(
            f"masterdata.{sheet.title}_{'created' if id(row) in new else 'changed'}",
            sheet.ref(row.record),
            company_id=sheet.company_id(row.record),
            by=by,
            at=clock.now(),
            changes=row.changes,
        )


def _outcome(row: Row, *, is_new: bool) -> Outcome:
    if row.record is None:
        return Outcome(0, 0, State.CREATED)
    state = State.CREATED if is_new else State.CHANGED if row.changes else State.UNCHANGED
    number = row.record.pk if isinstance(row.record.pk, int) else 0
    return Outcome(number, getattr(row.record, "version", 0), state)
