"""How deliveries that wait for credit rank: by priority, then by the day they leave, then by number."""

from collections.abc import Sequence

from troth.business.credit.actions import Ranked
from troth.business.shipping.actions.terms import credit_types
from troth.business.shipping.models import Delivery, DeliveryLine


def ranks(ids: Sequence[int]) -> dict[int, Ranked]:
    orders: dict[int, list[int]] = {}
    for delivery_id, order_id in DeliveryLine.objects.filter(delivery__in=ids).values_list("delivery_id", "order_id"):
        orders.setdefault(delivery_id, []).append(order_id)
    rows = Delivery.objects.filter(pk__in=ids).values_list("pk", "priority", "goods_issue_on", "number")
    return {
        key: Ranked(priority, on, number, credit_types(dict.fromkeys(orders.get(key, ()))))
        for key, priority, on, number in rows
    }
