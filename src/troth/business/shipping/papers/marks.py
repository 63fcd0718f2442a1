"""What delivery notes and packing lists are compared by: another mark after every change that matters on them."""

from collections.abc import Mapping, Sequence
from typing import Any

from troth.business.shipping.models import Delivery, DeliveryLine, HandlingUnitLine
from troth.platform.printing import contents


def marks(delivery_ids: Sequence[int]) -> Mapping[int, str]:
    """Another mark after every change of what goes, to whom and when. Two statements."""
    heads = Delivery.objects.filter(pk__in=delivery_ids).values_list("pk", "ship_to_id", "delivery_on", "incoterm")
    said: dict[int, list[Any]] = {row[0]: [row[1], str(row[2]), row[3]] for row in heads}
    rows = DeliveryLine.objects.filter(delivery_id__in=delivery_ids, quantity__gt=0).order_by("line_number")
    for delivery_id, *line in rows.values_list("delivery_id", "line_number", "product_id", "quantity"):
        said[delivery_id].append(line)
    return {delivery_id: contents.hash_of(words) for delivery_id, words in said.items()}


def packing_marks(delivery_ids: Sequence[int]) -> Mapping[int, str]:
    """As `marks`, and another after everything that is packed or unpacked. Three statements."""
    said: dict[int, list[Any]] = {delivery_id: [mark] for delivery_id, mark in marks(delivery_ids).items()}
    rows = HandlingUnitLine.objects.filter(handling_unit__delivery_id__in=delivery_ids)
    for delivery_id, *content in rows.order_by("handling_unit_id", "delivery_line_id").values_list(
        "handling_unit__delivery_id", "handling_unit__number", "delivery_line_id", "quantity"
    ):
        said[delivery_id].append(content)
    return {delivery_id: contents.hash_of(words) if len(words) > 1 else words[0] for delivery_id, words in said.items()}
