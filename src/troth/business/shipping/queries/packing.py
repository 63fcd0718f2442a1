"""Handling units, and what is picked and in none of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from troth.business.shipping.models import Delivery, DeliveryLine, HandlingUnit, HandlingUnitLine
from troth.business.shipping.rules.packing import Loose
from troth.business.shipping.states import DeliveryState
from troth.business.shipping.store import LineRow
from troth.kernel.errors import NotFound, Sentence
from troth.platform.actors import Actor
from troth.platform.documents import within
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Content:
    """`quantity` of a delivery line in a handling unit, in smallest units of `unit`, which has `decimals`."""

    line_id: int
    line_number: int
    product: str
    product_name: str
    quantity: int
    unit: str
    decimals: int


@dataclass(frozen=True, slots=True)
class HandlingUnitView:
    """A handling unit of a delivery: `number` is its SSCC, weights in grams, `weight_g` gross."""

    id: int
    delivery_id: int
    position: int
    number: str
    packaging: str
    packaging_name: str
    tare_weight_g: int
    weight_g: int
    contents: tuple[Content, ...]


def packed(delivery_ids: Iterable[int]) -> dict[int, int]:
    """What of the deliveries is in handling units, by delivery line."""
    rows = HandlingUnitLine.objects.filter(handling_unit__delivery_id__in=list(delivery_ids))
    sums = rows.values_list("delivery_line_id").annotate(total=Sum("quantity")).order_by("delivery_line_id")
    return {line_id: int(total) for line_id, total in sums}


def loose(lines: Sequence[LineRow]) -> list[Loose]:
    """What of these lines is picked and in no handling unit. The delivery is held where this decides."""
    inside = packed({line.delivery_id for line in lines})
    products = reference.products({line.product_id for line in lines})
    return [
        Loose(
            line.id,
            line.line_number,
            products[line.product_id].number,
            line.picked - inside.get(line.id, 0),
            products[line.product_id].weight_g,
            products[line.product_id].decimals,
            products[line.product_id].base_unit,
        )
        for line in lines
        if line.quantity
    ]


def handling_units(delivery_ids: Sequence[int]) -> list[HandlingUnitView]:
    """The handling units of deliveries, by delivery and position."""
    contents: dict[int, list[Content]] = {}
    rows = HandlingUnitLine.objects.filter(handling_unit__delivery_id__in=delivery_ids)
    names = (
        "delivery_line_id", "delivery_line__line_number", "delivery_line__product__number",
        "delivery_line__product__name", "quantity", "delivery_line__product__base_unit_id",
        "delivery_line__product__base_unit__decimals",
    )  # fmt: skip
    for unit_id, *content in rows.order_by("delivery_line__line_number").values_list("handling_unit_id", *names):
        contents.setdefault(unit_id, []).append(Content(*content))
    units = HandlingUnit.objects.filter(delivery_id__in=delivery_ids).order_by("delivery_id", "position")
    heads = units.values_list(
        "pk", "delivery_id", "position", "number", "packaging__code", "packaging__name", "tare_weight_g", "weight_g"
    )
    return [HandlingUnitView(*head, tuple(contents.get(head[0], ()))) for head in heads]


def to_pack(by: Actor) -> QuerySet[Delivery]:
    """Deliveries of the actor's sites that pack before the goods issue, of which something is picked and not packed."""
    lines = DeliveryLine.objects.filter(delivery=OuterRef("pk")).values("delivery")
    picked = lines.annotate(total=Sum("picked")).values("total")
    inside = HandlingUnitLine.objects.filter(handling_unit__delivery=OuterRef("pk")).values("handling_unit__delivery")
    packing = Delivery.objects.filter(
        state__in=(DeliveryState.OPEN, DeliveryState.PICKED), site__packing_before_issue=True
    )
    found = within(packing, by.reach).annotate(
        picked=Coalesce(Subquery(picked), 0),
        inside=Coalesce(Subquery(inside.annotate(total=Sum("quantity")).values("total")), 0),
    )
    return found.filter(picked__gt=F("inside"))


def delivery_scanned(code: str, *, by: Actor) -> int:
    """The id of the delivery of this number, or of the only one that a transfer order of this number fetched for."""
    said = code.strip().upper()
    rows = Delivery.objects.filter(Q(number=said) | Q(lines__transfer_lines__transfer_order__number=said)).distinct()
    found = [row for row in rows.values_list("pk", "company_id", "site_id")[:2] if by.sees(*row[1:])]
    if len(found) != 1:
        several = Sentence("%(code)s fetched for several deliveries. Type the number of one of them.")
        unknown = Sentence("%(code)s is no delivery of yours. Type the number of a delivery or of its transfer order.")
        raise NotFound(several if found else unknown, code=code.strip()[:40], kind="delivery", field="code")
    return int(found[0][0])


def delivery_of_unit(handling_unit_id: int) -> int:
    """The delivery that a handling unit belongs to. `NotFound` where it is gone."""
    found = HandlingUnit.objects.filter(pk=handling_unit_id).values_list("delivery_id", flat=True).first()
    if found is None:
        raise NotFound(UNPACKED, kind="handling_unit", id=handling_unit_id)
    return int(found)


UNPACKED = Sentence("There is no handling unit %(id)s; it may have been unpacked already.")
