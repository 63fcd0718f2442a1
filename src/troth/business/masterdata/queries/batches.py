"""Batches: what is known of them, and how long they last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from troth.kernel.calendars import day_of
from troth.platform import sql

Named = tuple[int, str]
"""(product id, batch number)."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """`expires_on` is the last day its goods can be used, None where they keep."""

    id: int
    product_id: int
    number: str
    produced_on: date | None
    expires_on: date | None
    supplier_batch: str
    is_active: bool

    @property
    def lasts(self) -> int:
        """Its last day as availability has it; 0 where the goods keep."""
        return 0 if self.expires_on is None else day_of(self.expires_on)


def batches(wanted: Iterable[Named]) -> dict[Named, BatchRow]:
    """These batches, active or not, in one statement; what is no batch is left out."""
    names = [one for one in dict.fromkeys(wanted) if one[1]]
    if not names:
        return {}
    with_clause, source, parameters = sql.relation("k", {"product_id": "int", "number": "text"}, names)
    rows = sql.fetch(
        f"{with_clause} SELECT b.id, b.product_id, b.number, b.produced_on, b.expires_on, b.supplier_batch, b.is_active"
        f" FROM masterdata_batch b JOIN {source} ON b.product_id = k.product_id AND b.number = k.number",
        parameters,
    )
    found = (BatchRow(row[0], row[1], row[2], _day(row[3]), _day(row[4]), row[5], bool(row[6])) for row in rows)
    return {(one.product_id, one.number): one for one in found}


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def lots(wanted: Iterable[Named]) -> dict[Named, tuple[str, int]]:
    """As what goods count in availability: (batch, last day), and ("", 0) where they are of no known batch."""
    names = list(wanted)
    known = batches(names)
    return {name: (known[name].number, known[name].lasts) if name in known else ("", 0) for name in names}
