"""What follows when an order is taken into the books, in the same transaction.

An order of a type that delivers on saving is delivered however it comes in: entered, submitted from a draft, ordered
from a quotation, on a page or over the API. Sales does not make deliveries: shipping says how.
"""

from collections.abc import Callable
from dataclasses import replace

from troth.business.sales.actions.answers import DeliveryMade, DeliveryRefused, Submitted
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held

Deliver = Callable[..., tuple[tuple[DeliveryMade, ...], tuple[DeliveryRefused, ...]]]
_deliver: list[Deliver] = []


def deliver_at_once_by(deliver: Deliver) -> None:
    """Have `deliver(held, order_id, by=…, clock=…)` make the deliveries; it refuses in its answer, never by raising."""
    assert not _deliver or _deliver == [deliver], "one app makes deliveries"
    _deliver[:] = [deliver]


def delivered(held: Held, taken: Submitted, *, by: Actor, clock: Clock) -> Submitted:
    """The answer with the deliveries that were made of the order at once, and with what could not be delivered."""
    assert _deliver, "an order type delivers on saving, and nobody makes deliveries"
    deliveries, refusals = _deliver[0](held, taken.id, by=by, clock=clock)
    return replace(taken, deliveries=deliveries, not_delivered=refusals)
