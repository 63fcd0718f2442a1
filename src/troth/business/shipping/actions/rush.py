"""A rush order: taken into the books and delivered in one transaction, as far as the goods are at hand."""

from troth.business.sales.actions import DeliveryMade, DeliveryRefused
from troth.business.shipping.actions.deliver import Request, deliver
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held


def deliver_at_once(
    held: Held, order_id: int, *, by: Actor, clock: Clock
) -> tuple[tuple[DeliveryMade, ...], tuple[DeliveryRefused, ...]]:
    """Make the deliveries of an order that was just taken into the books, in the transaction that took it.

    The order stands whatever becomes of the delivery: a block or goods that are not at hand are told in the answer.
    """
    made = deliver(held, [order_id], Request(), by=by, clock=clock)
    return made.deliveries, made.refusals
