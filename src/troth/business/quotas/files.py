"""Targets of a procedure as a file, in and out: a row is a cell, a day of a period, and what is planned in it.

The rows go through `actions.set_targets`, as those do that are pasted. What goes out is what is looked at: a retired
cell stays out, for bringing in another target for it would bring it back.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Greatest

from troth.business.masterdata.actions import Brought
from troth.business.masterdata.imports import Shape
from troth.business.masterdata.rules import As, Field
from troth.business.masterdata.rules import read as read_fields
from troth.business.quotas import actions
from troth.business.quotas.actions import TargetDraft
from troth.business.quotas.models import Cell, Procedure
from troth.business.quotas.notation import LONGEST, read_target
from troth.business.quotas.queries import screens
from troth.business.quotas.rules import LONGEST_VALUE, TooManyTargets
from troth.kernel.calendars import date_of, day_of
from troth.kernel.errors import BusinessError, Refusals, Sentence
from troth.kernel.periods import PeriodKind, first_day, period_of
from troth.kernel.quantity import Unit, format_quantity
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.web.imports import MOST_ROWS

DAY, QUANTITY = "on", "quantity"
CELLS_AT_ONCE = 500


def shape_of(procedure_id: int) -> Shape:
    """The file of a procedure. `NotFound` where there is none.

    Every column must be there: a cell is all of its values, and one that is left empty is any other.
    """
    names = screens.procedure(procedure_id).characteristics.split(",")
    fields = {name: Field(As.TEXT, LONGEST_VALUE, is_key=True) for name in names}
    fields |= {DAY: Field(As.DAY, required=True, is_key=True), QUANTITY: Field(As.TEXT, LONGEST, required=True)}
    return Shape(f"quota_targets {procedure_id}", fields, partial(_take, procedure_id, fields), complete=True)


def _take(
    procedure_id: int, fields: Mapping[str, Field], rows: Sequence[Mapping[str, str]], *, by: Actor, clock: Clock,
    preview: bool, key: str | None = None,
) -> Brought:  # fmt: skip
    procedure = screens.procedure(procedure_id)
    unit = Unit(procedure.unit_id, procedure.unit.decimals)
    drafts, refusals = list[TargetDraft](), list[BusinessError]()
    for number, row in enumerate(rows, start=1):
        read, refused = _read(fields, row, unit, number)
        refusals += refused
        if not refused:
            values = {name: read[name] for name in fields if name not in (DAY, QUANTITY)}
            quantity, share = read[QUANTITY]
            drafts.append(TargetDraft(values, read[DAY], quantity, number, share))
    common: dict[str, Any] = {"by": by, "clock": clock, "key": key}
    if not refusals:
        return actions.set_targets(procedure_id, drafts, preview=preview, **common)
    # So that people mend a file in one go, what the others are refused for is told with it.
    try:
        actions.set_targets(procedure_id, drafts, preview=True, by=by, clock=clock)
    except Refusals as more:
        refusals += more.refusals
    raise Refusals(sorted(refusals, key=lambda one: one.row or 0))


def _read(
    fields: Mapping[str, Field], row: Mapping[str, str], unit: Unit, number: int
) -> tuple[dict[str, Any], list[BusinessError]]:
    """The values of a row by column, the quantity as `read_target` has it; a cell that a short row lacks is empty."""
    read, refusals = read_fields(fields, {name: row.get(name, "") for name in fields}, row=number)
    if read.get(QUANTITY):
        try:
            read[QUANTITY] = read_target(read[QUANTITY], unit)
        except BusinessError as refusal:
            refusals.append(type(refusal)(refusal.message, row=number, field=QUANTITY, **refusal.facts))
    return read, refusals


def count(procedure: Procedure, *, on: date, words: str = "") -> int:
    """How many targets there are from the period of a day on, in cells that have all the words in their values."""
    first = period_of(PeriodKind(procedure.period), day_of(on))
    spans = F("last_period") - Greatest(F("first_period"), first) + 1
    return int(_cells(procedure, first, words).aggregate(found=Sum(spans))["found"] or 0)


def export_rows(procedure: Procedure, *, on: date, words: str = "") -> tuple[list[str], Iterator[list[str]]]:
    """Header and rows as text from the period of a day on. `TooManyTargets` where they could not be brought in again.

    A period is named by its first day; nothing planned within the time of a cell is 0.
    """
    found = count(procedure, on=on, words=words)
    if found > MOST_ROWS:
        raise too_many(found)
    header = [*procedure.characteristics.split(","), DAY, QUANTITY]
    return header, _rows(procedure, period_of(PeriodKind(procedure.period), day_of(on)), words)


def too_many(found: int) -> TooManyTargets:
    """Of more targets than a file may have."""
    return TooManyTargets(
        Sentence(
            "These are %(count)s targets, and a file has at most %(most)s rows. Choose a later day, or fewer cells by "
            "their values.",
            count=found,
            most=MOST_ROWS,
        )
    )


def _cells(procedure: Procedure, first: int, words: str) -> QuerySet[Cell]:
    return screens.all_cells(procedure.pk, words=words).filter(last_period__gte=first)


def _rows(procedure: Procedure, first: int, words: str) -> Iterator[list[str]]:
    kind, decimals = PeriodKind(procedure.period), procedure.unit.decimals
    cells = list(_cells(procedure, first, words).order_by("cell"))
    for start in range(0, len(cells), CELLS_AT_ONCE):
        some = cells[start : start + CELLS_AT_ONCE]
        last = max(one.last_period for one in some)
        shown = screens.cell_rows(procedure, some, first=first, last=last)
        shares = screens.shares(procedure, some, first=first, last=last)
        for cell, row in zip(some, shown, strict=True):
            for at in range(max(first, cell.first_period), cell.last_period + 1):
                planned, _consumed = row.periods.get(at, (0, 0))
                on = date_of(first_day(kind, at)).isoformat()
                figure = shares.get((cell.cell, at)) or str(format_quantity(planned, decimals))
                yield [*row.values.values(), on, figure]
