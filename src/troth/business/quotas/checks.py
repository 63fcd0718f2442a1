"""What always holds between cells, protections and the quota ledger, for `troth verify`."""

from collections.abc import Iterator

from troth.business.quotas.actions import sharing
from troth.business.quotas.models import Cell, Protection, Total
from troth.business.quotas.rules import PROTECTIONS
from troth.ledgers.quota import queries as ledger
from troth.platform.verify import Check, Count, Finding, register


def _planned() -> Iterator[Finding | Count]:
    """Whatever is planned is planned for a cell, within its periods, or for a protection."""
    spans = {(one[0], one[1]): one[2:] for one in Cell.objects.values_list(
        "procedure_id", "cell", "first_period", "last_period"
    )}  # fmt: skip
    kept = set(Protection.objects.values_list("pk", flat=True))
    rows = ledger.planned()
    yield Count(len(rows))
    for procedure_id, cell, period in rows:
        if procedure_id == PROTECTIONS:
            is_known = cell.isdecimal() and int(cell) in kept
        else:
            first, last = spans.get((procedure_id, cell), (1, 0))
            is_known = first <= period <= last
        if not is_known:
            yield Finding(
                f"Something is planned for cell {cell} of procedure {procedure_id} in period {period}, which is none.",
                {"procedure": procedure_id, "cell": cell, "period": period},
            )


def _shares() -> Iterator[Finding | Count]:
    """Each share of a total is planned as what it comes to."""
    totals = list(Total.objects.order_by("procedure_id", "period").values_list("procedure_id", "period"))
    yield Count(len(totals))
    for procedure_id, period in totals:
        parts = sharing.standing(procedure_id, [period])[period].parts()
        rows = ledger.of_cells(procedure_id, list(parts), first_period=period, last_period=period)
        planned = {row.key.cell: row.planned for row in rows}
        for cell, part in parts.items():
            if planned.get(cell, 0) != part:
                yield Finding(
                    f"The share of cell {cell} of procedure {procedure_id} in period {period} comes to {part};"
                    f" {planned.get(cell, 0)} are planned.",
                    {"procedure": procedure_id, "cell": cell, "period": period},
                )


register(Check("quotas: shares", "Shares of a total are planned as what they come to.", _shares))
register(Check("quotas: cells", "What is planned is planned for a cell, or for a protection.", _planned))
