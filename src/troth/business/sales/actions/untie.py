"""Stock tied to lines is free, with what was promised on them, when they are rejected or cancelled (SO-7)."""

from collections.abc import Iterable

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.sales.actions import save
from troth.business.sales.actions.document import ORDER_KIND, Document
from troth.business.sales.rules.lines import Line
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held


def untie(held: Held, document: Document, lines: Iterable[Line], *, by: Actor, clock: Clock) -> None:
    """Let all stock go that is tied to these lines and not in a delivery; each line has an event of its own.

    The series of the lines must be held. Their bins are locked here, so no balance of the fulfilment ledger may be.
    """
    there = {line.id: line for line in lines}
    tied = promises.promise(ORDER_KIND, list(promises.allocations(ORDER_KIND, list(there))))
    for line_id, promised in tied.items():
        line = there[line_id]
        if not promised.allocated:
            continue
        assert line.site_id is not None
        today = clock.today(document.terms.state.sites[line.site_id].time_zone)
        freed = promising.release_allocation(held, ORDER_KIND, line_id, today=today, at=clock.now())
        facts = {"line_number": line.line_number, "quantity": freed}
        save.record(document, "sales.allocation_released", by=by, clock=clock, facts=facts)
