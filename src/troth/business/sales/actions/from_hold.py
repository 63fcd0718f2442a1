"""An order in place of a hold: its goods go over in one transaction, so that nobody can take them in between."""

from dataclasses import replace
from datetime import date

from troth.business.promising import actions as promising
from troth.business.promising.actions.hold import Orderable
from troth.business.promising.queries import HeldLine
from troth.business.sales.actions import submit
from troth.business.sales.actions.answers import Submitted
from troth.business.sales.actions.displaced import Displaced
from troth.business.sales.rules import family, refusals
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.kernel.errors import Sentence
from troth.kernel.quantity import format_quantity
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock


@action
def order_from_hold(hold_id: int, draft: OrderDraft, *, by: Actor, clock: Clock) -> Submitted:
    """Order what is held for the customer of the draft, whose lines are those of the hold.

    `HoldExpired` where it has ended: nothing is ordered then, because the goods may be somebody else's. An order that
    lacks what its confirmation needs is refused, and the hold stays; so is one that would get less than is held,
    because its customer's quota or the life it wants of goods does not allow it (`HeldForOthers`). No line is wished
    before the day that its goods are held for.
    """
    hold, held = promising.open_to_order(hold_id, by=by, clock=clock)
    displaced = Displaced(hold.keys, hold.let_go)
    lines = _lines(hold, draft.requested_on)
    submitted = submit.enter_instead(held, replace(draft, lines=lines), displaced, by=by, clock=clock)
    _refuse_less(hold, submitted)
    return submitted


def _refuse_less(hold: Orderable, submitted: Submitted) -> None:
    """Refuse an order that loses held goods, unless it is blocked, and the block says what is confirmed."""
    short = [one.line_number for one in submitted.lines if one.short]
    if short and not submitted.blocks:
        raise refusals.HeldForOthers(
            Sentence(
                "Less than %(hold)s holds would be confirmed for this customer: its quota, how long goods must last "
                "for it, or the limits agreed with it, allow no more. Nothing was ordered, and the hold stays. Hold "
                "the goods for the customer, or release the hold and order what it can have."
            ),
            hold=hold.number,
            lines=short,
        )


def _least(one: HeldLine) -> str | None:
    """The least shipment that the hold names; of what is held in part only, all of it at most."""
    return None if one.min_shipment is None else format_quantity(min(one.min_shipment, one.held), one.decimals)


def _lines(hold: Orderable, wished: date | str | None) -> tuple[LineDraft, ...]:
    return tuple(
        LineDraft(
            product=one.product_number,
            quantity=format_quantity(one.held, one.decimals),
            site=hold.site_id,
            valuation=one.valuation,
            location=one.location,
            batch=one.batch,
            min_shipment=_least(one),
            lateness_days_max=one.lateness_days_max,
            deliveries_max=one.deliveries_max,
            requested_on=max(one.requested_on, wished) if isinstance(wished, date) else wished,
            alternatives=family.NONE,
            reference_kind="hold",
            reference_id=hold.id,
            reference_line_id=one.id,
        )
        for one in hold.lines
        if one.held
    )
