"""An order in place of a hold: its goods go over in one transaction, so that nobody can take them in between."""

from dataclasses import replace

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.models import Hold
from troth.business.promising.states import HOLD
from troth.business.sales.actions import submit
from troth.business.sales.actions.answers import Submitted
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.kernel.quantity import format_quantity
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock


@action
def order_from_hold(hold_id: int, draft: OrderDraft, *, by: Actor, clock: Clock) -> Submitted:
    """Order what is held for the customer of the draft, whose lines are those of the hold.

    `HoldExpired` where it has ended: nothing is ordered then, because the goods may be somebody else's. An order that
    lacks what its confirmation needs is refused, and the hold stays.
    """
    hold, held = locks.hold(Hold, hold_id, by=by)
    promising.refuse_over(hold, clock)
    HOLD.step(hold.state, "order")
    ids = [line.id for line in promises.hold_lines(hold.pk)]
    displaced = submit.Displaced(
        promises.keys("hold", ids),
        lambda order_id: promising.order_from(held, hold, order_id, by=by, clock=clock),
    )
    return submit.enter_instead(held, replace(draft, lines=_lines(hold)), displaced, by=by, clock=clock)


def _lines(hold: Hold) -> tuple[LineDraft, ...]:
    return tuple(
        LineDraft(
            product=one.product_number,
            quantity=format_quantity(one.held, one.decimals),
            site=hold.site_id,
            reference_kind="hold",
            reference_id=hold.pk,
            reference_line_id=one.id,
        )
        for one in promises.hold_lines(hold.pk)
        if one.held
    )
