"""Any declared table (`masterdata.tables`): records are found by their key, compared and written column by column."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models

from troth.business.masterdata import store
from troth.business.masterdata.actions.batches import post_last_days
from troth.business.masterdata.actions.bring import Row
from troth.business.masterdata.actions.protect import post_safety_stock
from troth.business.masterdata.actions.valuations import refuse_begun
from troth.business.masterdata.models import Batch, ProductSite, ValuationType
from troth.business.masterdata.rules import Field, FieldFixed
from troth.business.masterdata.rules.words import word
from troth.business.masterdata.tables import Table
from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.platform import locks
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.reference import queries as reference

ALL_COMPANIES = 0
NUMBER_MAX = 40


class TableSheet:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.title: str = table.title
        self.fields: Mapping[str, Field] = table.fields
        self._codes: dict[tuple[str, Any], str] = {}

    def prepare(self, row: Row, record: Any) -> None:
        """Columns are stored as they are read, but for those that others of the record say how to read."""
        for name, read in self.table.typed.items():
            if not row.values.get(name):
                continue
            try:
                current = self.current(record) if record is not None else {}
                row.values[name] = read(row.values[name], {**current, **row.values})
            except BusinessError as refusal:
                row.refuse(type(refusal), refusal.message, name, given=str(row.values.pop(name))[:80])

    def key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row.values.get(name, self.fields[name].standard) for name in self.table.key)

    def find(self, rows: Sequence[Row], *, by: Actor) -> dict[tuple[Any, ...], Any]:
        wanted = {self.key(row) for row in rows}
        near = self.table.model._default_manager.all()
        for name, values in zip(self.table.key, zip(*wanted, strict=True), strict=bool(wanted)):
            if None not in values:
                near = near.filter(**{f"{self.table.columns[name].attname}__in": set(values)})
        found = {self._key_of(record): record for record in near}
        ids = [found[key].pk for key in wanted & found.keys()]
        if self.table.has_version and ids:
            return {self._key_of(one): one for one in locks.begin().hold(self.table.model, *ids, by=by)}
        return {key: found[key] for key in wanted & found.keys()}

    def _key_of(self, record: Any) -> tuple[Any, ...]:
        return tuple(getattr(record, self.table.columns[name].attname) for name in self.table.key)

    def current(self, record: Any) -> dict[str, Any]:
        return self.table.stored(record)

    def judge(self, rows: Sequence[Row], *, by: Actor, clock: Clock) -> None:
        if self.table.model is ValuationType:
            refuse_begun(rows, by=by)
        today = reference.today(clock) if self.table.last_day else None
        for row in rows:
            for name in row.changes.keys() & set(self.table.fixed):
                said = Sentence("The %(name)s cannot change: what is in the books is kept in it.", name=word(name))
                row.refuse(FieldFixed, said, name)
            for name, check in self.table.checks.items():
                sentence = check(row.values[name]) if name in row.values else ""
                if sentence:
                    row.refuse(InvalidInput, sentence, name, given=str(row.values[name])[:80])
            if not row.refusals and today is not None:
                self._refuse_over(row, today)
            if not row.refusals:
                self._judge_together(row)
        sound = [row for row in rows if not row.refusals]
        for place, name, sentence in self.table.across([self._whole(row) for row in sound]):
            sound[place].refuse(InvalidInput, sentence, name)

    def _refuse_over(self, row: Row, today: date) -> None:
        """What is over may stay, change otherwise and come in again as it stands; nothing new is over at once."""
        whole = self._whole(row)
        last_on = whole[self.table.last_day]
        is_new = row.record is None or row.changes.keys() & {self.table.last_day, "is_active"}
        if last_on is None or last_on >= today or not is_new or not whole["is_active"]:
            return
        said = Sentence(
            "It would hold until %(last)s and be over already. "
            "Choose an end from %(today)s on or none, or mark it as not active.",
            last=last_on,
            today=today,
        )
        row.refuse(InvalidInput, said, self.table.last_day, given=last_on.isoformat())

    def _judge_together(self, row: Row) -> None:
        fault = self.table.check(self._whole(row))
        if fault is not None:
            row.refuse(InvalidInput, fault[1], fault[0])

    def _whole(self, row: Row) -> dict[str, Any]:
        """The record as it would be, with the id that it has already."""
        current = {"id": row.record.pk, **self.current(row.record)} if row.record is not None else {"id": None}
        return {**current, **row.values}

    def write(self, rows: Sequence[Row], *, at: datetime) -> None:
        new = [row for row in rows if row.record is None]
        changed = [row for row in rows if row.record is not None]
        for row in rows:
            self._codes |= {
                (name, row.known[name].id): str(row.given[name]) for name in self.table.key if name in row.known
            }
            row.record = row.record if row.record is not None else self._empty()
            for name, (_, value) in row.changes.items():
                setattr(row.record, self.table.columns[name].attname, value)
            if self.table.has_version:
                row.record.version += 1
        self._save([row.record for row in new], [row.record for row in changed])
        if self.table.model is ProductSite:
            post_safety_stock(rows, new=new, at=at)
        if self.table.model is Batch:
            post_last_days(changed, locks.begin(), at=at)
        if rows:
            store.touch()

    def _empty(self) -> models.Model:
        return self.table.model(version=0) if self.table.has_version else self.table.model()

    def _save(self, new: Sequence[models.Model], changed: Sequence[models.Model]) -> None:
        written = [column.attname for name, column in self.table.columns.items() if name not in self.table.key]
        manager = self.table.model._default_manager
        manager.bulk_create(new)
        if changed:
            manager.bulk_update(changed, [*written, *(["version"] if self.table.has_version else [])])

    def ref(self, record: Any) -> DocumentRef:
        """By the number that people know; a record that is its code has no other id."""
        number = self.table.number(record, self._codes)
        return DocumentRef(self.title, record.pk if isinstance(record.pk, int) else 0, number[:NUMBER_MAX])

    def company_id(self, record: Any) -> int:
        own = record.pk if self.table.company == "pk" else getattr(record, "company_id", None)
        return own or ALL_COMPANIES
