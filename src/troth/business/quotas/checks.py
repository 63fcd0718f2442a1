"""What always holds between cells, protections and the quota ledger, for `troth verify`."""

from collections.abc import Iterator

from troth.business.quotas.models import Cell, Protection
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


register(Check("quotas: cells", "What is planned is planned for a cell, or for a protection.", _planned))
