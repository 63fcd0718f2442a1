"""Changing an order before it is delivered: raise, lower, re-date, another product, more lines, header fields."""

from troth.business.sales.actions import held_goods
from troth.business.sales.actions.answers import Submitted
from troth.business.sales.actions.document import Document, load
from troth.business.sales.actions.revise import revised
from troth.business.sales.actions.settle import Differences, settle
from troth.business.sales.models import Order
from troth.business.sales.rules import family, refusals
from troth.business.sales.rules.changes import OrderChanges
from troth.business.sales.states import OrderState
from troth.kernel.errors import Sentence
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held

REASON_MAX = 80


@action
def change_order(
    order_id: int, changes: OrderChanges, *, expected_version: int | None = None, by: Actor, clock: Clock
) -> Submitted:
    """Change an order. Fields that matter to requirements re-run the promise of their lines; others are passed on.

    Prices are those of the order's entry date. What is in a delivery stands: a line may not fall below it.
    """
    held, before = opened(order_id, expected_version, by=by)
    after = revised(before, changes, by=by, clock=clock)
    if Differences.between(before, after).is_empty:
        raise refusals.NothingChanged(Sentence("Order %(number)s is like that already."), number=before.ref.number)
    displaced = held_goods.raised(held, before, after, by=by, clock=clock)
    return settle(held, before, after, event="sales.order_changed", by=by, clock=clock, displaced=displaced)


@action
def reject_item(
    order_id: int,
    line_number: int,
    *,
    reason: str,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> Submitted:
    """Reject a line with a reason: what was promised on it is free at once, and its value leaves the credit claim."""
    given = reason_given(reason)
    held, before = opened(order_id, expected_version, by=by)
    return settle(held, before, rejecting(before, line_number, given), event="sales.item_rejected", by=by, clock=clock)


def rejecting(before: Document, line_number: int, reason: str) -> Document:
    """Return the order as it would be with the line rejected, and its sub-items with it."""
    line = next((line for line in before.lines if line.line_number == line_number), None)
    if line is None:
        raise refusals.UnknownLine(
            Sentence("Order %(number)s has no line %(line_number)s."),
            number=before.ref.number,
            line_number=line_number,
            row=line_number,
        )
    if not line.stands:
        raise refusals.LineRejected(
            Sentence("Line %(line_number)s of order %(number)s was rejected before: %(reason)s."),
            line_number=line_number,
            number=before.ref.number,
            row=line_number,
            reason=line.rejection_reason,
        )
    ids = {one.id for one in family.members(before.lines, line_number) if one.stands}
    rejected = tuple(one._replace(rejection_reason=reason) if one.id in ids else one for one in before.lines)
    return Document(before.ref, before.header, before.status, rejected, before.terms, before.unpriced)


def opened(order_id: int, expected_version: int | None, *, by: Actor) -> tuple[Held, Document]:
    """Hold an order for a change. Refuses one that was changed meanwhile, or cancelled."""
    order, held = locks.hold(Order, order_id, by=by)
    locks.refuse_if_changed(order, expected_version)
    if order.state == OrderState.CANCELLED:
        raise refusals.OrderCancelled(
            Sentence("Order %(number)s was cancelled. Enter a new one, or copy it."), number=order.number
        )
    return held, load(order)


def reason_given(reason: str) -> str:
    """Return the reason, or ask for one."""
    given = reason.strip()
    if not given or len(given) > REASON_MAX:
        raise refusals.ReasonMissing(
            Sentence("Say why, in at most %(most)s characters.", most=REASON_MAX), field="reason"
        )
    return given
