"""A rush order: taken into the books and delivered in one transaction, as far as the goods are at hand."""

from dataclasses import dataclass

from troth.business.masterdata.queries import order_type
from troth.business.sales import actions as sales
from troth.business.sales.actions import Submitted
from troth.business.sales.rules.drafts import OrderDraft
from troth.business.shipping.actions.deliver import DeliveriesMade, Request, deliver
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock


@dataclass(frozen=True, slots=True)
class RushOrder:
    """The order as it was taken, and its deliveries; refusals say what was not delivered, and why."""

    order: Submitted
    deliveries: DeliveriesMade


@action
def enter_rush_order(draft: OrderDraft, *, by: Actor, clock: Clock) -> RushOrder:
    """Enter an order; where its type delivers on saving, make its delivery at once.

    The order stands whatever becomes of the delivery: a block or goods that are not at hand are told in the answer.
    """
    held = locks.begin()
    entered = sales.enter(held, draft, by=by, clock=clock)
    if entered.state != "submitted" or not order_type(draft.order_type).delivers_on_saving:
        return RushOrder(entered, DeliveriesMade((), ()))
    made = deliver(held, [entered.id], Request(), by=by, clock=clock)
    return RushOrder(entered, DeliveriesMade(made.deliveries, made.refusals))
