"""What was delivered at once, and what was not, as the API shows it."""

from collections.abc import Iterable

from troth.business.sales.actions import DeliveryMade, DeliveryRefused
from troth.platform.api.values import Shown


class DeliveryMadeShown(Shown):
    id: int
    number: str
    orders: list[int]
    lines: int


class NotDelivered(Shown):
    """An order of which nothing, or not all that is due, could be delivered, and why."""

    order: int
    order_number: str
    code: str
    reason: str


def deliveries_made(made: Iterable[DeliveryMade]) -> list[DeliveryMadeShown]:
    return [
        DeliveryMadeShown(id=one.id, number=one.number, orders=list(one.order_ids), lines=one.lines) for one in made
    ]


def not_delivered(refused: Iterable[DeliveryRefused]) -> list[NotDelivered]:
    return [
        NotDelivered(order=one.order_id, order_number=one.order_number, code=one.code, reason=one.reason)
        for one in refused
    ]
