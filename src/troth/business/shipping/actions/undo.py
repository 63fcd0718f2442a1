"""Cutting what is on its way for an order: deliveries are lowered, lists shortened, picked goods go back to their bins.

Runs inside an action that holds the order: `hold` locks the deliveries, shipments and transfer orders behind it, `cut`
posts what `rules.amendment` decided.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from troth.business.sales.actions.document import Document
from troth.business.shipping import store
from troth.business.shipping.actions import books, ship
from troth.business.shipping.actions.books import Lowered
from troth.business.shipping.models import Delivery, DeliveryLine, Shipment, TransferOrder
from troth.business.shipping.queries.packing import packed
from troth.business.shipping.rules.amendment import Cut, Part
from troth.business.shipping.states import DELIVERY, TRANSFER_ORDER, DeliveryState, ShipmentState
from troth.business.shipping.store import LineRow, TransferRow
from troth.kernel.errors import Sentence
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import Measure
from troth.platform import events
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

REASON = Sentence("The order was changed.")


@dataclass(frozen=True, slots=True)
class Undone:
    """One document that was changed: `kind` is delivery, transfer_order or pick; `what` quantity or cancelled."""

    kind: str
    id: int
    number: str
    line_number: int
    what: str
    before: int
    after: int
    product_id: int = 0


@dataclass(slots=True)
class Road:
    """All that is on its way for an order, held: deliveries, shipments and transfer orders by id, lines by id."""

    deliveries: dict[int, Delivery]
    lines: dict[int, LineRow]
    shipments: dict[int, Shipment]
    transfers: dict[int, TransferOrder]
    fetched: list[TransferRow]
    packed: dict[int, int]

    def parts(self, order_line_id: int) -> list[Part]:
        """What the deliveries hold of an order line, the earliest delivery first."""
        own = [line for line in self.lines.values() if line.order_line_id == order_line_id and line.quantity]
        own.sort(key=lambda line: (self.deliveries[line.delivery_id].goods_issue_on, line.delivery_id))
        return [self._part(line) for line in own]

    def _part(self, line: LineRow) -> Part:
        delivery = self.deliveries[line.delivery_id]
        listed = sum(one.quantity for one in self.fetched if one.delivery_line_id == line.id and one.picked is None)
        inside = self.packed.get(line.id, 0)
        return Part(line.id, delivery.number, line.quantity, listed, line.picked, self._stays(delivery), inside)

    def _stays(self, delivery: Delivery) -> str:
        if delivery.state == DeliveryState.ISSUED:
            return Sentence("has left")
        shipment = self.shipments.get(delivery.shipment_id or 0)
        if shipment is not None and shipment.state != ShipmentState.PLANNED:
            return Sentence("is being loaded on shipment %(number)s", number=shipment.number)
        return ""


def hold(held: Held, order: Document, *, by: Actor) -> Road:
    """Lock all that is on its way for an order that is held."""
    standing = DeliveryLine.objects.filter(order_line_id__in=[line.id for line in order.lines], quantity__gt=0)
    found = standing.exclude(delivery__state=DeliveryState.CANCELLED).values_list("delivery_id", flat=True)
    ids = sorted(set(found))
    deliveries = {one.pk: one for one in held.hold(Delivery, *ids, by=by)} if ids else {}
    trips = sorted({one.shipment_id for one in deliveries.values() if one.shipment_id is not None})
    shipments = {one.pk: one for one in held.hold(Shipment, *trips, by=by)} if trips else {}
    fetched = store.transfers_for(ids)
    orders = sorted({one.transfer_order_id for one in fetched})
    transfers = {one.pk: one for one in held.hold(TransferOrder, *orders, by=by)} if orders else {}
    lines = {line.id: line for line in store.lines(held, ids)}
    return Road(deliveries, lines, shipments, transfers, store.transfers_for(ids) if orders else [], packed(ids))


def cut(held: Held, road: Road, cuts: Sequence[Cut], *, by: Actor, clock: Clock) -> list[Undone]:
    """Post the cuts; the keys of `books.keys` are held. Returns what was changed, list by list, then the deliveries."""
    if not cuts:
        return []
    made = _shorten(road, cuts, by=by, clock=clock)
    made += _put_back(held, road, cuts, by=by, clock=clock)
    before = {cut.delivery_line_id: road.lines[cut.delivery_line_id].quantity for cut in cuts}
    lowered = [Lowered(road.lines[cut.delivery_line_id], cut.quantity) for cut in cuts]
    road.lines |= books.give_back(held, road.deliveries, lowered, by=by, clock=clock)
    for delivery_id in sorted({one.line.delivery_id for one in lowered}):
        made += _lower(road, road.deliveries[delivery_id], before, by=by, clock=clock)
    store.sum_deliveries({one.line.delivery_id for one in lowered})
    store.sum_shipments(road.shipments)
    return made


def _shorten(road: Road, cuts: Iterable[Cut], *, by: Actor, clock: Clock) -> list[Undone]:
    """Take goods off open transfer orders; one with nothing left to fetch is cancelled."""
    shorter = _spread({cut.delivery_line_id: cut.listed for cut in cuts}, road.fetched, picked=False)
    made = []
    left = {one.id: one.quantity - shorter.get(one.id, 0) for one in road.fetched if one.picked is None}
    store.shorten_transfer_lines({line_id: left[line_id] for line_id in shorter})
    for one in road.fetched:
        if one.id in shorter:
            made.append(_undone("transfer_order", road, one, one.quantity, left[one.id]))
    for order_id in sorted({one.transfer_order_id for one in road.fetched if one.id in shorter}):
        order = road.transfers[order_id]
        if not store.transfer_lines(order_id):
            order.state = TRANSFER_ORDER.step(order.state, "cancel")
            made.append(Undone("transfer_order", order.pk, order.number, 0, "cancelled", 0, 0))
        store.step("shipping_transferorder", order, {"state": "text"})
        _tell("shipping.transfer_order_changed", order, store.TRANSFER_ORDER, by=by, clock=clock)
    return made


def _put_back(held: Held, road: Road, cuts: Iterable[Cut], *, by: Actor, clock: Clock) -> list[Undone]:
    """Picked goods go back to their bins: the pick falls in the ledger and on its list."""
    back = _spread({cut.delivery_line_id: cut.picked for cut in cuts}, road.fetched, picked=True)
    touched = [one for one in road.fetched if one.id in back]
    entries = []
    for one in touched:
        line, order = road.lines[one.delivery_line_id], road.transfers[one.transfer_order_id]
        source = DocumentRef(store.TRANSFER_ORDER, order.pk, order.number)
        origin = books.ref(road.deliveries[line.delivery_id])
        key = books.line_key(line.order_line_id)
        entries.append(fulfilment.Entry(key, origin, Measure.PICKED, -back[one.id], 0, source, line.id))
        road.lines[line.id] = replace(line, picked=line.picked - back[one.id])
    fulfilment.post(held, entries, at=clock.now())
    store.update_transfer_lines([(one.id, (one.picked or 0) - back[one.id], REASON) for one in touched])
    for order_id in sorted({one.transfer_order_id for one in touched}):
        store.step("shipping_transferorder", road.transfers[order_id], {})
        _tell("shipping.pick_changed", road.transfers[order_id], store.TRANSFER_ORDER, by=by, clock=clock)
    return [_undone("pick", road, one, one.picked or 0, (one.picked or 0) - back[one.id]) for one in touched]


def _spread(wanted: Mapping[int, int], fetched: Sequence[TransferRow], *, picked: bool) -> dict[int, int]:
    """By transfer line, how much of what each delivery line gives back comes off it; the last line first."""
    rest, shares = dict(wanted), {}
    for one in reversed(fetched):
        there = (one.picked or 0) if picked else (one.quantity if one.picked is None else 0)
        taken = min(rest.get(one.delivery_line_id, 0), there)
        if taken:
            shares[one.id] = taken
            rest[one.delivery_line_id] -= taken
    assert not any(rest.values()), "lists hold what the delivery says they do"
    return shares


def _lower(road: Road, delivery: Delivery, before: Mapping[int, int], *, by: Actor, clock: Clock) -> list[Undone]:
    own = [line for line in road.lines.values() if line.delivery_id == delivery.pk]
    touched = [line for line in own if line.id in before]
    made = [
        Undone("delivery", delivery.pk, delivery.number, line.line_number, "quantity", before[line.id], line.quantity,
               line.product_id)
        for line in touched
    ]  # fmt: skip
    if not any(line.quantity for line in own):
        _cancel(road, delivery)
        made.append(Undone("delivery", delivery.pk, delivery.number, 0, "cancelled", 0, 0))
    elif delivery.state == DeliveryState.OPEN and all(line.picked == line.quantity for line in own):
        delivery.state = DELIVERY.step(delivery.state, "pick")
    delivery.version += 1
    delivery.save(update_fields=["state", "cancel_reason", "version"])
    changes = {f"line {line.line_number}": (before[line.id], line.quantity) for line in touched}
    _tell("shipping.delivery_changed", delivery, store.DELIVERY, changes=changes, by=by, clock=clock)
    return made


def _cancel(road: Road, delivery: Delivery) -> None:
    if delivery.state == DeliveryState.PICKED:
        delivery.state = DELIVERY.step(delivery.state, "undo_pick")
    if delivery.shipment_id is not None:
        ship.leave(road.shipments[delivery.shipment_id], delivery)
    delivery.state, delivery.cancel_reason = DELIVERY.step(delivery.state, "cancel"), REASON


def _undone(kind: str, road: Road, one: TransferRow, before: int, after: int) -> Undone:
    order = road.transfers[one.transfer_order_id]
    return Undone(kind, order.pk, order.number, one.position, "quantity", before, after, one.key.product_id)


def _tell(
    name: str,
    document: Delivery | TransferOrder,
    kind: str,
    *,
    changes: Mapping[str, tuple[int, int]] | None = None,
    by: Actor,
    clock: Clock,
) -> None:
    ref = DocumentRef(kind, document.pk, document.number)
    facts = {"reason": REASON}
    events.record(name, ref, company_id=document.company_id, by=by, at=clock.now(), facts=facts, changes=changes or {})
