"""What was not found closes its order line, where the line accepts so much less than was ordered.

The line is lowered to what is in deliveries, as by a change of the order: its promise and its claim of credit are free.
A rest that cannot be said in the line's unit (11 pieces of a box of 12) stays open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from troth.business.sales.actions.document import Document, load
from troth.business.sales.actions.settle import change_keys, settle
from troth.business.sales.rules.lines import Line
from troth.business.shipping import store
from troth.business.shipping.actions import books
from troth.business.shipping.rules.grouping import measure
from troth.business.shipping.rules.picking import Picked, completed_by
from troth.business.shipping.store import LineRow
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held


@dataclass(frozen=True, slots=True)
class Ending:
    """An order that is held, and the ids of its lines that may end with less."""

    order: Document
    line_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Closed:
    """`quantity` (smallest units of `unit` with `decimals`) of an order line that is not waited for any more."""

    order_id: int
    order_number: str
    line_number: int
    product: str
    quantity: int
    unit: str
    decimals: int


def orders_that_may_end(outcome: Iterable[Picked], lines: Mapping[int, LineRow]) -> list[Ending]:
    """The held orders of which something goes back that need not be delivered later."""
    wanted: dict[int, set[int]] = {}
    later = {lines[one.line.delivery_line_id].order_line_id for one in outcome if one.deliver_later}
    for one in outcome:
        line = lines[one.line.delivery_line_id]
        if one.given_back and line.order_line_id not in later:
            wanted.setdefault(line.order_id, set()).add(line.order_line_id)
    orders: Iterable[Any] = store.order_model()._default_manager.filter(pk__in=wanted).order_by("pk")
    found = [Ending(load(order), frozenset(wanted[order.pk])) for order in orders]
    return [one for one in found if any(line.accepted_shortfall for line in _lines(one))]


def _lines(ending: Ending) -> list[Line]:
    return [line for line in ending.order.standing if line.id in ending.line_ids]


def keys(endings: Iterable[Ending]) -> list[BalanceKey]:
    """What must be held before the orders are lowered."""
    return [key for one in endings for key in change_keys(one.order, one.order)]


def close(held: Held, endings: Sequence[Ending], *, by: Actor, clock: Clock) -> tuple[Closed, ...]:
    """Lower the lines that are complete with what is in deliveries; `keys` are held, the rest was given back."""
    closed: list[Closed] = []
    for one in endings:
        found = {line.id: lowered for line in _lines(one) if (lowered := _ended(held, one.order, line))}
        if found:
            lines = tuple(found.get(line.id, line) for line in one.order.lines)
            settle(held, one.order, replace(one.order, lines=lines), event="sales.rest_closed", by=by, clock=clock)
            closed += [_closed(one.order, line, found[line.id]) for line in _lines(one) if line.id in found]
    return tuple(closed)


def _ended(held: Held, order: Document, line: Line) -> Line | None:
    """The line as it ends; None where it waits for the rest."""
    delivered = held.balance(books.line_key(line.id)).delivered
    if not completed_by(line.base_quantity, delivered, accepted=line.accepted_shortfall):
        return None
    quantity, broken = divmod(line.quantity * delivered, line.base_quantity)
    if broken:
        return None
    product = order.terms.product(line.product_id)
    decimals = product.base_unit.decimals
    return line._replace(
        quantity=quantity,
        base_quantity=delivered,
        weight_g=measure(product.weight_g, delivered, decimals),
        volume_ml=measure(product.volume_ml, delivered, decimals),
    )


def _closed(order: Document, before: Line, after: Line) -> Closed:
    product = order.terms.product(before.product_id)
    return Closed(
        order.ref.id,
        order.ref.number,
        before.line_number,
        product.number,
        before.base_quantity - after.base_quantity,
        product.base_unit.code,
        product.base_unit.decimals,
    )
