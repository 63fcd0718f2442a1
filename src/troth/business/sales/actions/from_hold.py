"""An order in place of a hold: its goods go over in one transaction, so that nobody can take them in between."""

from dataclasses import replace

from troth.business.promising import actions as promising
from troth.business.promising.actions.hold import Orderable
from troth.business.sales.actions import submit
from troth.business.sales.actions.answers import Submitted
from troth.business.sales.rules import family
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.kernel.quantity import format_quantity
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock


@action
def order_from_hold(hold_id: int, draft: OrderDraft, *, by: Actor, clock: Clock) -> Submitted:
    """Order what is held for the customer of the draft, whose lines are those of the hold.

    `HoldExpired` where it has ended: nothing is ordered then, because the goods may be somebody else's. An order that
    lacks what its confirmation needs is refused, and the hold stays.
    """
    hold, held = promising.open_to_order(hold_id, by=by, clock=clock)
    displaced = submit.Displaced(hold.keys, hold.let_go)
    return submit.enter_instead(held, replace(draft, lines=_lines(hold)), displaced, by=by, clock=clock)


def _lines(hold: Orderable) -> tuple[LineDraft, ...]:
    return tuple(
        LineDraft(
            product=one.product_number,
            quantity=format_quantity(one.held, one.decimals),
            site=hold.site_id,
            valuation=one.valuation,
            alternatives=family.NONE,
            reference_kind="hold",
            reference_id=hold.id,
            reference_line_id=one.id,
        )
        for one in hold.lines
        if one.held
    )
