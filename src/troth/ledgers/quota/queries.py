"""What is planned and consumed, by cell and period."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Subquery
from django.db.models.functions import Coalesce

from troth.ledgers.quota.keys import QuotaKey
from troth.ledgers.quota.models import Balance


@dataclass(frozen=True, slots=True)
class QuotaRow:
    key: QuotaKey
    planned: int
    consumed: int

    @property
    def open(self) -> int:
        """What may still be taken; negative when the plan was lowered below what was promised."""
        return self.planned - self.consumed


def consumed() -> dict[tuple[int, str, int], int]:
    """What is consumed, by procedure, cell and period; cells of which nothing is are left out."""
    rows = Balance.objects.exclude(consumed=0).values_list("procedure_id", "cell", "period", "consumed")
    return {row[:3]: row[3] for row in rows}


def of_cells(procedure_id: int, cells: Sequence[str], *, first_period: int, last_period: int) -> list[QuotaRow]:
    """These cells of a procedure from one period to another, by cell and period."""
    rows = (
        Balance.objects.filter(procedure_id=procedure_id, cell__in=cells, period__range=(first_period, last_period))
        .order_by("cell", "period")
        .values_list("procedure_id", "cell", "period", "planned", "consumed")
    )
    return [QuotaRow(QuotaKey(*row[:3]), *row[3:]) for row in rows]


def planned() -> list[tuple[int, str, int]]:
    """(procedure, cell, period) of all for which something is planned."""
    rows = Balance.objects.exclude(planned=0).order_by("procedure_id", "cell", "period")
    return list(rows.values_list("procedure_id", "cell", "period"))


def planned_in(procedure_id: int, cell: Any, period: int) -> Coalesce:
    """For a query of another table: what is planned in the cell that an expression of it names, 0 where nothing is."""
    rows = Balance.objects.filter(procedure_id=procedure_id, cell=cell, period=period)
    return Coalesce(Subquery(rows.values("planned")[:1]), 0)


def cells(procedure_id: int, *, first_period: int, last_period: int) -> list[QuotaRow]:
    """The cells of a procedure from one period to another, by cell and period."""
    rows = (
        Balance.objects.filter(procedure_id=procedure_id, period__range=(first_period, last_period))
        .order_by("cell", "period")
        .values_list("procedure_id", "cell", "period", "planned", "consumed")
    )
    return [QuotaRow(QuotaKey(*row[:3]), *row[3:]) for row in rows]
