"""Tying unrestricted stock to an order line, and letting it go (SI-6)."""

from dataclasses import dataclass

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.sales.actions import save
from troth.business.sales.actions.blocking import refuse_while_unconfirmed
from troth.business.sales.actions.change import opened
from troth.business.sales.actions.document import ORDER_KIND, Document, wishes
from troth.business.sales.rules import refusals
from troth.business.sales.rules.drafts import quantities
from troth.business.sales.rules.lines import Line
from troth.business.sales.states import OrderState
from troth.kernel.errors import Sentence
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock


@dataclass(frozen=True, slots=True)
class Allocated:
    """What is tied to a line now, in smallest units."""

    order_id: int
    line_number: int
    allocated: int


@action
def allocate_stock(
    order_id: int, line_number: int, *, quantity: str | int | None = None, by: Actor, clock: Clock
) -> Allocated:
    """Tie stock to a line: `quantity` in the line's unit, or all that is open. Goods that others were promised stay."""
    held, document = opened(order_id, None, by=by)
    line = _line(document, line_number)
    refuse_while_unconfirmed(document)
    standing = promises.promise(ORDER_KIND, [line.id])[line.id]
    wanted = standing.open - standing.allocated
    if quantity is not None:
        _, _, wanted = quantities(document.terms.product(line.product_id), quantity, line.unit_id)
    if wanted <= 0:
        raise refusals.NothingToAllocate(
            Sentence("Nothing is open on line %(line_number)s of order %(number)s that stock could be tied to."),
            number=document.ref.number,
            line_number=line_number,
        )
    [wish] = wishes(document, [line])
    held.take(*promises.keys(ORDER_KIND, [line.id], own=True), *promising.keys([wish]))
    promising.allocate(held, wish, wanted, clock=clock, by=by)
    facts = {"line_number": line_number, "quantity": wanted}
    save.record(document, "sales.stock_allocated", by=by, clock=clock, facts=facts)
    return _answer(document, line)


@action
def release_allocation(
    order_id: int, line_number: int, *, quantity: str | int | None = None, by: Actor, clock: Clock
) -> Allocated:
    """Let go of stock tied to a line, `quantity` in its unit or all of it; the promise stays, on common stock."""
    held, document = opened(order_id, None, by=by)
    line = _line(document, line_number)
    freed = None
    if quantity is not None:
        _, _, freed = quantities(document.terms.product(line.product_id), quantity, line.unit_id)
    held.take(*promises.keys(ORDER_KIND, [line.id], own=True))
    assert line.site_id is not None
    today = clock.today(document.terms.state.sites[line.site_id].time_zone)
    released = promising.release_allocation(held, ORDER_KIND, line.id, freed, today=today, at=clock.now())
    facts = {"line_number": line_number, "quantity": released}
    save.record(document, "sales.allocation_released", by=by, clock=clock, facts=facts)
    return _answer(document, line)


def _line(document: Document, line_number: int) -> Line:
    """The line that stock can be tied to."""
    line = next((line for line in document.lines if line.line_number == line_number), None)
    number = document.ref.number
    if line is None:
        raise refusals.UnknownLine(
            Sentence("Order %(number)s has no line %(line_number)s."),
            number=number,
            line_number=line_number,
            row=line_number,
        )
    checked = wishes(document, [line]) if document.status.state == OrderState.SUBMITTED else ()
    if not (checked and checked[0].is_checked):
        raise refusals.NothingToAllocate(
            Sentence(
                "Line %(line_number)s of order %(number)s wants no stock. Submit the order first, or "
                "choose another line."
            ),
            number=number,
            line_number=line_number,
        )
    return line


def _answer(document: Document, line: Line) -> Allocated:
    tied = promises.allocations(ORDER_KIND, [line.id]).get(line.id, 0)
    return Allocated(document.ref.id, line.line_number, tied)
