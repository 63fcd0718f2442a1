"""What always holds between deliveries, their orders and the ledgers."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Sum

from troth.business.promising import queries as promises
from troth.business.shipping.models import Delivery, DeliveryLine, HandlingUnitLine, Shipment, TransferLine
from troth.business.shipping.states import DeliveryState, ShipmentState, TransferState
from troth.ledgers.exposure import queries as exposure
from troth.ledgers.exposure.keys import Part
from troth.ledgers.fulfilment import queries as fulfilment
from troth.ledgers.fulfilment.keys import Measure
from troth.platform.blocks import STOPS, BlockScope
from troth.platform.models import BlockRow
from troth.platform.verify import Check, Count, Finding, register

Found = Iterator[Finding | Count]


def nothing_leaves_blocked() -> Found:
    """No delivery made, and no goods issued, while a block of the order or the delivery stood that stops it."""
    blocks: dict[tuple[str, int], list[BlockRow]] = {}
    for row in BlockRow.objects.filter(document_kind__in=("order", "delivery")).order_by("pk"):
        blocks.setdefault((row.document_kind, row.document_id), []).append(row)
    pairs = (
        DeliveryLine.objects.exclude(delivery__state=DeliveryState.CANCELLED)
        .order_by("delivery_id", "order_id")
        .values_list("delivery_id", "delivery__number", "order_id", "delivery__made_at", "delivery__issued_at")
        .distinct()
    )
    checked = 0
    for delivery_id, number, order_id, made_at, issued_at in pairs:
        checked += 1
        own = blocks.get(("order", order_id), [])
        also = blocks.get(("delivery", delivery_id), [])
        steps = [("made", made_at, BlockScope.DELIVERY, own)]
        if issued_at is not None:
            steps.append(("issued", issued_at, BlockScope.GOODS_ISSUE, own + also))
        for step, at, scope, rows in steps:
            for row in rows:
                if scope in STOPS[BlockScope(row.scope)] and _stood(row, at):
                    yield Finding(
                        f"Delivery {number} was {step} while {row.document_number} was blocked ({row.kind}).",
                        {"delivery": delivery_id, "block": row.pk, "step": step},
                    )
    yield Count(checked)


def _stood(row: BlockRow, at: datetime) -> bool:
    """Whether the block was set before the instant and lifted after it, if at all."""
    return row.set_at < at and (row.released_at is None or row.released_at > at)


def issued_as_picked() -> Found:
    """Delivered = picked = issued on each issued delivery, and the ledger says the same."""
    rows = DeliveryLine.objects.filter(delivery__state=DeliveryState.ISSUED).order_by("pk")
    found = list(
        rows.values_list("pk", "delivery_id", "delivery__number", "line_number", "order_line_id", "quantity", "picked")
    )
    yield Count(len(found))
    for line_id, _, number, line_number, _, quantity, picked in found:
        if quantity != picked:
            yield Finding(
                f"Delivery {number}, line {line_number}: {quantity} issued, but {picked} picked.",
                {"line": line_id, "quantity": quantity, "picked": picked},
            )
    issued = fulfilment.posted_to("delivery", Measure.ISSUED, list({row[1] for row in found}))
    for line_id, delivery_id, number, line_number, order_line_id, quantity, _ in found:
        if issued.get((delivery_id, order_line_id), 0) != quantity:
            yield Finding(
                f"Delivery {number}, line {line_number}: {quantity} issued, the ledger says "
                f"{issued.get((delivery_id, order_line_id), 0)}.",
                {"line": line_id, "quantity": quantity},
            )


def departed_as_issued() -> Found:
    """What left is set against its promise in full, and only what left."""
    departed = promises.departed()
    rows = DeliveryLine.objects.filter(delivery__state=DeliveryState.ISSUED)
    issued = dict(rows.values_list("pk", "quantity"))
    yield Count(len(departed))
    for line_id, quantity in departed.items():
        if issued.get(line_id, 0) != quantity:
            yield Finding(
                f"Delivery line {line_id}: {issued.get(line_id, 0)} left, but {quantity} are set against promises.",
                {"line": line_id, "quantity": quantity},
            )


def picked_as_fetched() -> Found:
    """What a delivery line has picked is the sum of its confirmed transfer orders."""
    fetched: dict[int, int] = dict(
        TransferLine.objects.filter(transfer_order__state=TransferState.CONFIRMED)
        .values_list("delivery_line_id")
        .annotate(total=Sum("picked"))
        .order_by("delivery_line_id")
    )
    lines = DeliveryLine.objects.order_by("pk").values_list("pk", "delivery__number", "line_number", "picked")
    checked = 0
    for line_id, number, line_number, picked in lines:
        checked += 1
        if picked != fetched.get(line_id, 0):
            yield Finding(
                f"Delivery {number}, line {line_number}: {picked} picked, transfer orders fetched "
                f"{fetched.get(line_id, 0)}.",
                {"line": line_id, "picked": picked},
            )
    yield Count(checked)


def packed_of_picked() -> Found:
    """No more of a delivery line is in handling units than is picked, and a unit holds lines of its own delivery."""
    lines = DeliveryLine.objects.filter(packed_in__isnull=False).annotate(inside=Sum("packed_in__quantity"))
    checked = 0
    for pk, number, line_number, picked, inside in lines.order_by("pk").values_list(
        "pk", "delivery__number", "line_number", "picked", "inside"
    ):
        checked += 1
        if inside > picked:
            yield Finding(
                f"Delivery {number}, line {line_number}: {inside} packed, but {picked} picked.",
                {"line": pk, "packed": inside, "picked": picked},
            )
    strangers = HandlingUnitLine.objects.exclude(handling_unit__delivery_id=F("delivery_line__delivery_id"))
    for pk, number in strangers.order_by("pk").values_list("pk", "handling_unit__number"):
        yield Finding(f"Handling unit {number} holds goods of another delivery.", {"content": pk})
    yield Count(checked)


def value_as_exposed() -> Found:
    """The value of a delivery that is not billed stands under open deliveries; a cancelled one has nothing there."""
    standing = exposure.standing_for("delivery", Part.OPEN_DELIVERIES)
    billed = {document_id for document_id, _ in fulfilment.posted_from("delivery", Measure.BILLED)}
    values = DeliveryLine.objects.values_list("delivery_id", "delivery__number", "delivery__state")
    checked = 0
    totals = values.annotate(total=Sum("value") - Sum("lost_value")).order_by("delivery_id")
    for delivery_id, number, state, value in totals:
        if delivery_id in billed:
            continue
        checked += 1
        expected = 0 if state == DeliveryState.CANCELLED else value
        if standing.get(delivery_id, 0) != expected:
            yield Finding(
                f"Delivery {number} is worth {expected}, but {standing.get(delivery_id, 0)} stands in the exposure.",
                {"delivery": delivery_id, "value": expected, "exposed": standing.get(delivery_id, 0)},
            )
    yield Count(checked)


def predecessors() -> Found:
    """Each delivery line follows from its order in the document flow, with the same quantity."""
    rows = list(
        DeliveryLine.objects.exclude(delivery__state=DeliveryState.CANCELLED)
        .order_by("pk")
        .values_list("delivery_id", "delivery__number", "line_number", "order_line_id", "quantity")
    )
    yield Count(len(rows))
    delivered = fulfilment.posted_to("delivery", Measure.DELIVERED, list({row[0] for row in rows}))
    for delivery_id, number, line_number, order_line_id, quantity in rows:
        if delivered.get((delivery_id, order_line_id), 0) != quantity:
            yield Finding(
                f"Delivery {number}, line {line_number}, holds {quantity}, but "
                f"{delivered.get((delivery_id, order_line_id), 0)} came from its order.",
                {"delivery": delivery_id, "order_line": order_line_id, "quantity": quantity},
            )


def weights() -> Found:
    """Weight and volume of a delivery and of a shipment are the sums of their parts."""
    for model, parts, state in (
        (Delivery, "lines", DeliveryState.CANCELLED),
        (Shipment, "deliveries", ShipmentState.CANCELLED),
    ):
        rows = (
            model.objects.exclude(state=state)
            .annotate(weight=Sum(f"{parts}__weight_g"), volume=Sum(f"{parts}__volume_ml"))
            .order_by("pk")
        )
        checked = 0
        for row in rows:
            checked += 1
            if (row.weight_g, row.volume_ml) != (row.weight or 0, row.volume or 0):
                yield Finding(
                    f"{model._meta.verbose_name} {row.number} weighs {row.weight_g} g, its parts {row.weight or 0} g.",
                    {"id": row.pk, "weight_g": row.weight_g, "volume_ml": row.volume_ml},
                )
        yield Count(checked)


def states() -> Found:
    """A picked or issued delivery is picked in full and not empty; what is on a departed shipment has been issued."""
    rows = Delivery.objects.filter(state__in=(DeliveryState.PICKED, DeliveryState.ISSUED)).order_by("pk")
    checked = 0
    for row in rows.annotate(wanted=Sum("lines__quantity"), got=Sum("lines__picked")):
        checked += 1
        if not row.wanted or row.wanted != row.got:
            yield Finding(
                f"Delivery {row.number} is {row.state}, with {row.got} of {row.wanted} picked.", {"id": row.pk}
            )
    here = Delivery.objects.filter(shipment__state=ShipmentState.DEPARTED).exclude(state=DeliveryState.ISSUED)
    for pk, number, shipment in here.order_by("pk").values_list("pk", "number", "shipment__number"):
        yield Finding(f"Shipment {shipment} departed, but delivery {number} on it was not issued.", {"delivery": pk})
    checked += Delivery.objects.filter(shipment__state=ShipmentState.DEPARTED).count()
    early = Delivery.objects.filter(issued_at__lt=F("made_at"))
    for pk, number in early.order_by("pk").values_list("pk", "number"):
        yield Finding(f"Delivery {number} was issued before it was made.", {"delivery": pk})
    yield Count(checked)


def proofs() -> Found:
    """The ledger has lost what proofs say, nothing is lost without one, nothing billed before one that is needed."""
    billed = {document_id for document_id, _ in fulfilment.posted_from("delivery", Measure.BILLED)}
    waiting = Delivery.objects.filter(state=DeliveryState.ISSUED, needs_proof=True, arrived_on=None)
    yield Count(waiting.count())
    for pk, number in waiting.filter(pk__in=billed).order_by("pk").values_list("pk", "number"):
        yield Finding(f"Delivery {number} was billed before its proof.", {"delivery": pk})
    said: dict[tuple[int, int], int] = {}
    proven = DeliveryLine.objects.filter(lost__gt=0).order_by("pk")
    for delivery_id, line_id, lost in proven.values_list("delivery_id", "order_line_id", "lost"):
        said[delivery_id, line_id] = said.get((delivery_id, line_id), 0) + lost
    posted = fulfilment.posted_from("delivery", Measure.LOST)
    yield Count(len(said.keys() | posted.keys()))
    for delivery_id, line_id in sorted(said.keys() | posted.keys()):
        key = (delivery_id, line_id)
        if said.get(key, 0) != posted.get(key, 0):
            yield Finding(
                f"Delivery {delivery_id}: its proof says {said.get(key, 0)} of order line {line_id} were lost, the "
                f"ledger {posted.get(key, 0)}.",
                {"delivery": delivery_id, "order_line": line_id},
            )
    for pk, number in proven.filter(delivery__arrived_on=None).values_list("delivery_id", "delivery__number"):
        yield Finding(f"Goods of delivery {number} were lost without a proof.", {"delivery": pk})


register(Check("shipping: blocks", "Nothing is delivered or issued under a block.", nothing_leaves_blocked))
register(Check("shipping: issued as picked", "Delivered = picked = issued per issued delivery.", issued_as_picked))
register(Check("shipping: departures", "What left = what is set against promises.", departed_as_issued))
register(Check("shipping: picked as fetched", "Picked = confirmed transfer orders.", picked_as_fetched))
register(Check("shipping: packed", "Packed = at most what is picked, per delivery line.", packed_of_picked))
register(Check("shipping: value", "A delivery's value = its open deliveries in the exposure.", value_as_exposed))
register(Check("shipping: predecessors", "Each delivery line follows from its order.", predecessors))
register(Check("shipping: weights", "Weight and volume are the sums of the parts.", weights))
register(Check("shipping: proofs", "What was lost stands in proofs; nothing is billed before one.", proofs))
register(Check("shipping: states", "States agree with quantities.", states))
