"""A table of master data that comes and goes as a file.

A declaration names the model and what makes its records one of their kind. The columns of the file are those of the
model, in its order: what may be left out, how long a text may be and what is chosen from is read there. Another record
is named by its code, and one that lies in something by both, with / between: the bin `BOT/01/A-05`, the customer
`AWC/C0042` of a company.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models as db
from django.db.models.fields import NOT_PROVIDED

from troth.business.masterdata import models
from troth.business.masterdata.rules import MAX_32, As, Field
from troth.kernel.quantity import MAX
from troth.reference import models as reference

LONGEST_CODE = 80
MAX_16 = 2**15 - 1

REFERENCES: Mapping[type[db.Model], tuple[str, tuple[str, ...]]] = {
    reference.Company: ("company", ("code",)),
    reference.Country: ("country", ("code",)),
    reference.Currency: ("currency", ("code",)),
    reference.Unit: ("unit", ("code",)),
    reference.WorkingCalendar: ("calendar", ("code",)),
    reference.Site: ("site", ("code",)),
    reference.StorageLocation: ("storage_location", ("site.code", "code")),
    reference.Bin: ("bin", ("location.site.code", "location.code", "code")),
    reference.Product: ("product", ("number",)),
    reference.Party: ("party", ("number",)),
    models.Carrier: ("carrier", ("party.number",)),
    models.Route: ("route", ("code",)),
    models.ItemCategory: ("item_category", ("code",)),
    models.TextKind: ("text_kind", ("code",)),
    models.CheckingScope: ("checking_scope", ("code",)),
    models.Customer: ("customer_of_company", ("company.code", "party.number")),
    models.OrderType: ("order_type", ("code",)),
    models.AvailabilityRule: ("availability_rule", ("code",)),
    reference.SalesOrganisation: ("sales_organisation_of_company", ("company.code", "code")),
}
"""What a record is named by where another points at it: the word by which `store.lookup` knows it, its parts."""

Check = Callable[[Any], str]
Typed = Callable[[str, Mapping[str, Any]], str]
RowCheck = Callable[[Mapping[str, Any]], tuple[str, str] | None]
RowsCheck = Callable[[Sequence[Mapping[str, Any]]], Iterable[tuple[int, str, str]]]


def no_fault(_: Mapping[str, Any]) -> None:
    """Most tables have no rule across columns."""


def no_faults(_: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, str, str], ...]:
    """Most tables have no rule across records."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as a file. `fixed` columns cannot change once the record is there; `checks` answer with a sentence where
    a value cannot be, `check` with a column and a sentence where values do not go together, `across` with both and the
    place of the record among those that are written together; `typed` columns are read with the others of their record,
    or refused; `company` is the way to the company that the records belong to; `last_day` is the column of the day
    after which a record holds no more: what would be over when it is entered is refused."""

    code: str
    title: str
    model: type[db.Model]
    key: tuple[str, ...]
    fixed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    typed: Mapping[str, Typed] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    check: RowCheck = no_fault
    across: RowsCheck = no_faults
    company: str = ""
    last_day: str = ""

    @cached_property
    def columns(self) -> dict[str, "db.Field[Any, Any]"]:
        hidden = {"id", "version", *self.left_out}
        found = {one.name: one for one in self.model._meta.concrete_fields if one.name not in hidden}
        return {name: found[name] for name in (*self.key, *(name for name in found if name not in self.key))}

    @cached_property
    def has_version(self) -> bool:
        return issubclass(self.model, reference.Masters)

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {name: _field(column, is_key=name in self.key) for name, column in self.columns.items()}

    def stored(self, record: Any) -> dict[str, Any]:
        """The record's values by column, codes as ids; text of several lines as it is read from a file."""
        return {name: _read_back(column, getattr(record, column.attname)) for name, column in self.columns.items()}

    def written(self, record: Any) -> dict[str, Any]:
        """The record's values as a file has them."""
        return {name: _written(record, column) for name, column in self.columns.items()}

    def number(self, record: Any, known: Mapping[tuple[str, Any], str]) -> str:
        """What people know the record by: its key, whose codes are `known` by column and id, or else are read."""
        parts = ((name, column, getattr(record, column.attname)) for name, column in self._key_columns)
        written = (known.get((name, value)) or _written(record, column) for name, column, value in parts)
        return "/".join(str(one) for one in written if one not in (None, ""))

    @property
    def _key_columns(self) -> list[tuple[str, "db.Field[Any, Any]"]]:
        return [(name, self.columns[name]) for name in self.key]

    def found(self) -> db.QuerySet[Any]:
        """All records by their key, with what their codes are read from."""
        joined = [one for name, column in self.columns.items() for one in _joined(name, column)]
        found = self.model._default_manager.select_related(*joined) if joined else self.model._default_manager.all()
        return found.order_by(*self.key, "pk")


def _read_back(column: "db.Field[Any, Any]", value: Any) -> Any:
    """A page ends its lines otherwise than a file does, which is no change."""
    return "\n".join(value.strip().splitlines()) if isinstance(column, db.TextField) and value else value


def _joined(name: str, column: "db.Field[Any, Any]") -> list[str]:
    if not isinstance(column, db.ForeignKey):
        return []
    _, parts = REFERENCES[column.related_model]
    beyond = (part.rpartition(".")[0].replace(".", "__") for part in parts)
    return ["__".join(filter(None, (name, one))) for one in beyond]


def _written(record: Any, column: "db.Field[Any, Any]") -> Any:
    value = getattr(record, column.name)
    if not isinstance(column, db.ForeignKey) or value is None:
        return value
    _, parts = REFERENCES[column.related_model]
    return "/".join(_part(value, part) for part in parts)


def _part(record: Any, path: str) -> str:
    for name in path.split("."):
        record = getattr(record, name)
    return str(record)


def _field(column: "db.Field[Any, Any]", *, is_key: bool) -> Field:
    """The rule of a column, as the model has it. What is null in the books is left empty in a file."""
    has_standard = column.null or column.blank or column.default is not NOT_PROVIDED
    common: dict[str, Any] = {
        "required": not has_standard,
        "is_key": is_key,
        "standard": None if column.null else column.get_default(),
    }
    if isinstance(column, db.ForeignKey):
        return Field(As.CODE, LONGEST_CODE, of=REFERENCES[column.related_model][0], **common)
    if column.choices:
        return Field(As.CHOICE, choices=tuple(str(code) for code, _ in column.flatchoices), **common)
    read_as = next((one for kind, one in _KINDS.items() if isinstance(column, kind)), As.TEXT)
    most = next((one for kind, one in _LARGEST.items() if isinstance(column, kind)), column.max_length or 0)
    return Field(read_as, most, **common)


_KINDS: Mapping[type[Any], As] = {
    db.BooleanField: As.YES_NO,
    db.DateField: As.DAY,
    db.TextField: As.LINES,
    db.IntegerField: As.WHOLE,
}
_LARGEST: Mapping[type[Any], int] = {
    db.BigIntegerField: MAX,
    db.PositiveSmallIntegerField: MAX_16,
    db.IntegerField: MAX_32,
}
