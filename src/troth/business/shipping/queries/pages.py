"""One document with everything its page shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from troth.business.shipping.models import Delivery, DeliveryLine, Shipment, TransferLine, TransferOrder
from troth.business.shipping.queries.lists import DeliveryRow, deliveries, delivery_rows, spelled
from troth.business.shipping.queries.ready import reasons_of
from troth.business.shipping.rules.readiness import Reason
from troth.business.shipping.states import DELIVERY, SHIPMENT, TRANSFER_ORDER, DeliveryState
from troth.kernel.errors import NotFound, Sentence
from troth.platform.actors import Actor


@dataclass(frozen=True, slots=True)
class DeliveryLineView:
    """Quantities in smallest units of `unit`, which has `decimals`; value in minor units of the company's currency."""

    id: int
    line_number: int
    order_id: int
    order_number: str
    order_line_id: int
    order_line_number: int
    product_id: int
    product: str
    product_name: str
    quantity: int
    picked: int
    unit: str
    decimals: int
    value: int
    weight_g: int
    volume_ml: int
    material_on: date
    texts: Mapping[str, str]
    lost: int = 0
    turned_away: int = 0
    kept: int = 0
    proof_reason: str = ""
    proof_outcome: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """`verbs` are what the state allows; `reasons` what stands between the delivery and its goods issue.

    `arrived_on` is the day of its proof; one that `needs_proof` is not billed before.
    """

    id: int
    number: str
    state: str
    version: int
    company_id: int
    site_id: int
    site: str
    customer_id: int
    sold_to: str
    ship_to: str
    payer_id: int
    payer: str
    route: str
    shipment_id: int | None
    shipment: str
    incoterm: str
    priority: int
    goods_issue_on: date
    delivery_on: date
    issued_on: date | None
    weight_g: int
    volume_ml: int
    made_at: datetime
    made_by_id: int | None
    cancel_reason: str
    texts: Mapping[str, str]
    needs_proof: bool
    arrived_on: date | None
    signed_by: str
    lines: tuple[DeliveryLineView, ...]
    transfer_orders: tuple[tuple[int, str, str], ...]
    reasons: tuple[Reason, ...]

    @property
    def verbs(self) -> tuple[str, ...]:
        done = "prove" if self.arrived_on else "withdraw_proof"
        return tuple(verb for verb in DELIVERY.verbs(self.state) if verb != done)

    @property
    def waits_for_proof(self) -> bool:
        return self.state == DeliveryState.ISSUED and self.needs_proof and self.arrived_on is None


@dataclass(frozen=True, slots=True)
class ShipmentView:
    id: int
    number: str
    state: str
    version: int
    company_id: int
    site_id: int
    site: str
    carrier: str
    route: str
    planned_on: date
    departed_at: datetime | None
    weight_g: int
    volume_ml: int
    made_at: datetime
    deliveries: tuple[DeliveryRow, ...]
    transfer_orders: tuple[tuple[int, str, str], ...]

    @property
    def verbs(self) -> tuple[str, ...]:
        return SHIPMENT.verbs(self.state)


@dataclass(frozen=True, slots=True)
class PickLine:
    """A line of the picking list, along the walk; `picked` is None until confirmed."""

    position: int
    location: str
    bin: str
    product_id: int
    product: str
    product_name: str
    batch: str
    valuation: str
    delivery_id: int
    delivery: str
    delivery_line_number: int
    quantity: int
    picked: int | None
    unit: str
    decimals: int
    difference_reason: str


@dataclass(frozen=True, slots=True)
class TransferOrderView:
    id: int
    number: str
    state: str
    version: int
    company_id: int
    site_id: int
    site: str
    shipment_id: int | None
    shipment: str
    made_at: datetime
    made_by_id: int | None
    confirmed_at: datetime | None
    confirmed_by_id: int | None
    lines: tuple[PickLine, ...]

    @property
    def verbs(self) -> tuple[str, ...]:
        return TRANSFER_ORDER.verbs(self.state)


def delivery(delivery_id: int, *, by: Actor) -> DeliveryView:
    """A delivery with lines, transfer orders (id, number, state) and what it lacks. `NotFound` if it is not theirs."""
    names = (
        "pk", "number", "state", "version", "company_id", "site_id", "site__code", "customer_id", "sold_to__name",
        "ship_to__name", "payer_id", "payer__name", "route__name", "shipment_id", "shipment__number", "incoterm",
        "priority", "goods_issue_on", "delivery_on", "issued_on", "weight_g", "volume_ml", "made_at", "made_by_id",
        "cancel_reason", "texts", "needs_proof", "arrived_on", "signed_by",
    )  # fmt: skip
    row: Any = Delivery.objects.filter(pk=delivery_id).values_list(*names).first()
    if row is None or not by.sees(row[4], row[5]):
        raise NotFound(Sentence("There is no delivery %(id)s that you may see."), kind="delivery", id=delivery_id)
    lines = DeliveryLine.objects.filter(delivery_id=delivery_id).order_by("line_number").values_list(
        "pk", "line_number", "order_id", "order_number", "order_line_id", "order_line_number", "product_id",
        "product__number", "product__name", "quantity", "picked", "product__base_unit_id",
        "product__base_unit__decimals", "value", "weight_g", "volume_ml", "material_on", "texts", "lost",
        "turned_away", "kept", "proof_reason", "proof_outcome",
    )  # fmt: skip
    fetching = (
        TransferOrder.objects.filter(lines__delivery_line__delivery_id=delivery_id)
        .distinct()
        .order_by("pk")
        .values_list("pk", "number", "state")
    )
    lacks = reasons_of([delivery_id])[delivery_id] if row[2] in ("open", "picked") else ()
    values: list[Any] = spelled(row, 12, 14)
    return DeliveryView(*[*values, tuple(DeliveryLineView(*line) for line in lines), tuple(fetching), lacks])


def shipment(shipment_id: int, *, by: Actor) -> ShipmentView:
    """A shipment with its deliveries and transfer orders (id, number, state). `NotFound` if it is not theirs."""
    names = (
        "pk", "number", "state", "version", "company_id", "site_id", "site__code", "carrier__party__name", 
        "route__name", "planned_on", "departed_at", "weight_g", "volume_ml", "made_at",
    )  # fmt: skip
    row: Any = Shipment.objects.filter(pk=shipment_id).values_list(*names).first()
    if row is None or not by.sees(row[4], row[5]):
        raise NotFound(Sentence("There is no shipment %(id)s that you may see."), kind="shipment", id=shipment_id)
    held = tuple(delivery_rows(list(deliveries(shipment_id=shipment_id).values_list("pk", flat=True)[:1000])))
    orders = TransferOrder.objects.filter(shipment_id=shipment_id).order_by("pk").values_list("pk", "number", "state")
    return ShipmentView(*[*spelled(row, 7, 8), held, tuple(orders)])


def transfer_order(transfer_order_id: int, *, by: Actor) -> TransferOrderView:
    """A transfer order as its picking list reads. `NotFound` if it is not theirs."""
    names = (
        "pk", "number", "state", "version", "company_id", "site_id", "site__code", "shipment_id", "shipment__number",
        "made_at", "made_by_id", "confirmed_at", "confirmed_by_id",
    )  # fmt: skip
    row: Any = TransferOrder.objects.filter(pk=transfer_order_id).values_list(*names).first()
    if row is None or not by.sees(row[4], row[5]):
        raise NotFound(
            Sentence("There is no transfer order %(id)s that you may see."),
            kind="transfer_order",
            id=transfer_order_id,
        )
    lines = TransferLine.objects.filter(transfer_order_id=transfer_order_id).order_by("position").values_list(
        "position", "location__code", "bin__code", "product_id", "product__number", "product__name", "batch",
        "valuation", "delivery_line__delivery_id", "delivery_line__delivery__number", "delivery_line__line_number",
        "quantity", "picked", "product__base_unit_id", "product__base_unit__decimals", "difference_reason",
    )  # fmt: skip
    return TransferOrderView(*[*spelled(row, 8), tuple(PickLine(*line) for line in lines)])
