"""A rush order: taken into the books and delivered in one transaction, as far as the goods are at hand."""

from dataclasses import dataclass
from typing import Any

from troth.business.masterdata.queries import order_type, snapshot
from troth.business.sales import actions as sales
from troth.business.sales.actions import Submitted
from troth.business.sales.rules.drafts import OrderDraft
from troth.business.shipping import store
from troth.business.shipping.actions.deliver import DeliveriesMade, Request, deliver
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held


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
    taken = sales.enter(held, draft, by=by, clock=clock)
    delivers = order_type(draft.order_type).delivers_on_saving
    return _delivered(held, taken, delivers=delivers, by=by, clock=clock)


@action
def submit_rush_order(order_id: int, *, expected_version: int | None = None, by: Actor, clock: Clock) -> RushOrder:
    """Submit a draft; where its type delivers on saving, make its delivery at once, as `enter_rush_order` does."""
    held = locks.begin()
    order: Any = held.hold(store.order_model(), order_id, by=by)[0]
    locks.refuse_if_changed(order, expected_version)
    taken = sales.submit_draft(held, order, by=by, clock=clock)
    delivers = snapshot().order_types_by_id[order.order_type_id].delivers_on_saving
    return _delivered(held, taken, delivers=delivers, by=by, clock=clock)


def _delivered(held: Held, taken: Submitted, *, delivers: bool, by: Actor, clock: Clock) -> RushOrder:
    if taken.state != "submitted" or not delivers:
        return RushOrder(taken, DeliveriesMade((), ()))
    made = deliver(held, [taken.id], Request(), by=by, clock=clock)
    return RushOrder(taken, DeliveriesMade(made.deliveries, made.refusals))


def entered(draft: OrderDraft, **acting: Any) -> Submitted:
    """`enter_rush_order` with the answer of `sales.enter_order`."""
    answer: RushOrder = enter_rush_order(draft, **acting)
    return answer.order


def submitted(order_id: int, **acting: Any) -> Submitted:
    """`submit_rush_order` with the answer of `sales.submit_order`."""
    answer: RushOrder = submit_rush_order(order_id, **acting)
    return answer.order
