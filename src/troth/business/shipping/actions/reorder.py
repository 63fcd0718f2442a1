"""What was lost on the way opens again on its order line, and closes when the proof of delivery is taken back.

The line is raised by it, as by a change of the order: promised anew at the line's price. What it took of a quotation
for the lost goods is given back first, so that the same goods are not counted twice against it.
"""

from collections.abc import Mapping
from dataclasses import replace

from troth.business.sales.actions import books as orders
from troth.business.sales.actions.document import Document
from troth.business.sales.actions.settle import settle
from troth.business.sales.rules.lines import Line
from troth.business.shipping.actions import books
from troth.business.shipping.rules.grouping import measure
from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.quantity import format_quantity
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held


class NotInUnit(BusinessError):
    """A quantity that the unit of the order line cannot say: 5 pieces of a box of 12."""

    code = "not_in_unit"


def raise_by(held: Held, order: Document, lost: Mapping[int, int], *, by: Actor, clock: Clock) -> None:
    """Raise lines of a held order by what was lost of them (by line id, smallest units); its `change_keys` are held."""
    _refer(held, order, lost, clock=clock)
    _settle(held, order, lost, event="sales.lost_ordered_again", by=by, clock=clock)


def lower(held: Held, order: Document, lost: Mapping[int, int], *, by: Actor, clock: Clock) -> None:
    """Lower the lines again: to what they were, or as far as they are still open."""
    falls = {line.id: -_found(held, line, lost[line.id]) for line in order.lines if lost.get(line.id)}
    _settle(held, order, falls, event="sales.lost_found", takes_back=True, by=by, clock=clock)
    _refer(held, order, falls, clock=clock)


def _found(held: Held, line: Line, lost: int) -> int:
    """By how much a line falls: more than its tolerance may not stay above what it is then."""
    balance = held.balance(books.line_key(line.id))
    then = line._replace(base_quantity=max(line.base_quantity - lost, 0))
    if balance.delivered <= then.base_quantity + then.tolerance:
        return lost
    return max(min(lost, int(balance.ordered - balance.delivered)), 0)


def _refer(held: Held, order: Document, changes: Mapping[int, int], *, clock: Clock) -> None:
    """Let the lines take so much less of their quotations."""
    taken = [(line, -changes.get(line.id, 0), 0) for line in order.lines]
    orders.refer(held, order, taken, clock=clock)


def _settle(
    held: Held,
    order: Document,
    changes: Mapping[int, int],
    *,
    event: str,
    by: Actor,
    clock: Clock,
    takes_back: bool = False,
) -> None:
    lines = tuple(_changed(order, line, changes.get(line.id, 0)) for line in order.lines)
    if lines != order.lines:
        settle(held, order, replace(order, lines=lines), event=event, by=by, clock=clock, takes_back=takes_back)


def _changed(order: Document, line: Line, more: int) -> Line:
    if not more:
        return line
    product = order.terms.product(line.product_id)
    decimals, base = product.base_unit.decimals, line.base_quantity + more
    quantity, broken = divmod(line.quantity * base, line.base_quantity)
    if broken:
        raise NotInUnit(
            Sentence(
                "Line %(line)s of order %(order)s is ordered in %(unit)s, which cannot say %(amount)s more. Credit "
                "them, and add a line to the order for what is to be sent again.",
                line=line.line_number,
                order=order.ref.number,
                unit=line.unit_id,
                amount=format_quantity(more, decimals),
            )
        )
    return line._replace(
        quantity=quantity,
        base_quantity=base,
        weight_g=measure(product.weight_g, base, decimals),
        volume_ml=measure(product.volume_ml, base, decimals),
    )
