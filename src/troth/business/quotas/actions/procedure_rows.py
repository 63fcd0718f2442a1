"""Quota procedures as rows of a file: the code is the key."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Field as Column

from troth.business.masterdata.rules import As, Field
from troth.business.quotas.actions.drafts import ProcedureDraft
from troth.business.quotas.actions.maintain import write_procedures
from troth.business.quotas.actions.rows import Wanted
from troth.business.quotas.models import Procedure
from troth.business.quotas.rules import WINDOW_MAX, read_characteristics
from troth.kernel.errors import BusinessError
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held


def _choice(name: str) -> Field:
    column: Column[Any, Any] = Procedure._meta.get_field(name)  # type: ignore[assignment]
    choices = tuple(str(code) for code, _ in column.flatchoices)
    return Field(As.CHOICE, choices=choices, standard=column.get_default())


FIELDS: Mapping[str, Field] = {
    "code": Field(As.TEXT, 20, required=True, is_key=True),
    "name": Field(As.TEXT, 80, required=True),
    "characteristics": Field(As.TEXT, 120, required=True),
    "unit": Field(As.TEXT, 20, required=True),
    "period": _choice("period"),
    "look_back": Field(As.WHOLE, WINDOW_MAX, standard=0),
    "look_ahead": Field(As.WHOLE, WINDOW_MAX, standard=0),
    "order": _choice("order"),
    "without_cell": _choice("without_cell"),
    "exhausted": _choice("exhausted"),
    "is_active": Field(As.YES_NO, standard=True),
}


def values_of(record: Procedure) -> dict[str, Any]:
    """The values of a procedure by field."""
    return {name: record.unit_id if name == "unit" else getattr(record, name) for name in FIELDS}


class ProcedureSheet:
    """`Sheet` of procedures."""

    fields = FIELDS

    def understand(self, lines: Sequence[Any], *, by: Actor) -> Iterable[BusinessError]:
        """Characteristics stand in the order in which cells name them, however they were typed."""
        for one in lines:
            try:
                if "characteristics" in one.values:
                    one.values["characteristics"] = ",".join(read_characteristics(one.values["characteristics"]))
            except BusinessError as refusal:
                refusal.row = one.row
                yield refusal

    def key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return (values["code"],)

    def find(self, held: Held, keys: Iterable[tuple[Any, ...]], *, by: Actor) -> dict[tuple[Any, ...], Any]:
        ids = Procedure.objects.filter(code__in={code for (code,) in keys}).values_list("pk", flat=True)
        records = held.hold(Procedure, *ids, by=by) if ids else []
        return {(one.code,): one for one in records}

    def current(self, held: Held, record: Procedure) -> dict[str, Any]:
        return values_of(record)

    def is_same(self, current: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        return current == wanted

    def write(self, held: Held, lines: Sequence[Any], *, by: Actor, clock: Clock) -> None:
        wanted = [Wanted(ProcedureDraft(**one.values), one.record or Procedure(version=0), one.row) for one in lines]
        write_procedures(held, wanted, by=by, clock=clock)
