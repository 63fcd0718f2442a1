"""Confirm what was picked, with differences; undo it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from troth.business.shipping import store
from troth.business.shipping.actions import books, more, rest
from troth.business.shipping.actions.books import Lowered
from troth.business.shipping.actions.rest import Closed
from troth.business.shipping.actions.transfer import hold_order
from troth.business.shipping.models import Delivery, Shipment, TransferOrder
from troth.business.shipping.queries.packing import handling_units
from troth.business.shipping.queries.packing import loose as loose_of
from troth.business.shipping.rules import picking
from troth.business.shipping.rules.picking import Found, Picked, ToFetch
from troth.business.shipping.rules.reversals import refuse_if_followed
from troth.business.shipping.states import DELIVERY, TRANSFER_ORDER, DeliveryState, ShipmentState
from troth.business.shipping.store import LineRow
from troth.kernel.errors import InvalidInput, Sentence
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import Measure
from troth.platform import events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef


@dataclass(frozen=True, slots=True)
class PickConfirmed:
    """Deliveries by id: `picked` are all in hand now, `open` still lack something. `differences` counts positions.

    `closed` are the order lines whose rest nobody waits for any more.
    """

    picked: tuple[int, ...]
    open: tuple[int, ...]
    differences: int
    closed: tuple[Closed, ...] = ()


@action
def confirm_pick(
    *,
    transfer_order_id: int,
    found: Mapping[int, Found] | None = None,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> PickConfirmed:
    """Confirm a transfer order: `found` names, by position, what differs from the list; the rest was found in full.

    A quantity that was not found goes back to the order, unless it is kept open on the delivery. Where the order line
    accepts so much less, the rest is closed, unless it is to be delivered later. What was found above
    the list raises the delivery, as far as `actions.more` finds room. Refuses a difference without a reason; a complete
    order keeps its rest on the delivery. `ChangedMeanwhile` where the list is not the one that was picked by.
    """
    return _confirm(transfer_order_id, found or {}, expected_version, by=by, clock=clock)


@action
def confirm_all(*, transfer_order_id: int, by: Actor, clock: Clock) -> PickConfirmed:
    """Confirm a transfer order as found in full."""
    return _confirm(transfer_order_id, {}, None, by=by, clock=clock)


def _confirm(
    transfer_order_id: int, found: Mapping[int, Found], expected_version: int | None, *, by: Actor, clock: Clock
) -> PickConfirmed:
    held, order, deliveries, lines = hold_order(transfer_order_id, by=by)
    locks.refuse_if_changed(order, expected_version)
    order.state = TRANSFER_ORDER.step(order.state, "confirm")
    fetched = store.transfer_lines(order.pk)
    outcome = picking.outcome(
        [ToFetch(one.id, one.position, one.delivery_line_id, one.quantity) for one in fetched], found
    )
    by_line = {line.id: line for line in lines}
    lowered = _lowered(outcome, by_line)
    books.refuse_parts_of_whole(lowered)
    touched = [by_line[line_id] for line_id in dict.fromkeys(one.line.delivery_line_id for one in outcome)]
    raised = more.raised(outcome, fetched, by_line)
    ending = rest.orders_that_may_end(outcome, by_line)
    if lowered or raised:
        held.take(*books.keys(deliveries, touched), *(one.key for one in raised), *rest.keys(ending))
    else:
        held.take(*map(books.line_key, books.order_line_ids(touched)))
    at, by_id = clock.now(), {delivery.pk: delivery for delivery in deliveries}
    by_line |= books.give_back(held, by_id, lowered, by=by, clock=clock)
    more.refuse_without_room(held, by_id, raised, clock)  # what one bin lacks may lie in the next
    by_line |= more.take(held, by_id, raised, by_line, by=by, clock=clock)
    closed = rest.close(held, ending, by=by, clock=clock)
    ref = _ref(order)
    sums = _sums(outcome)
    fulfilment.post(held, _entries(sums, by_line, by_id, ref, sign=1), at=at)
    by_line |= {line_id: _with_picked(by_line[line_id], quantity) for line_id, quantity in sums.items()}
    store.update_lines(by_line[line_id] for line_id in sums)
    store.update_transfer_lines([(one.line.id, one.picked, one.reason) for one in outcome])
    if lowered or raised:
        store.sum_deliveries(by_id)
        store.sum_shipments(delivery.shipment_id for delivery in deliveries)
    done = _advance(deliveries, list(by_line.values()))
    _close(order, by=by, at=at)
    differing = [one for one in outcome if one.reason]
    facts = {
        "picked": sum(one.picked for one in outcome),
        "differences": {str(one.line.position): [one.line.quantity, one.picked, one.reason] for one in differing},
    }
    events.record("shipping.pick_confirmed", ref, company_id=order.company_id, by=by, at=at, facts=facts)
    open_ones = tuple(delivery.pk for delivery in deliveries if delivery.pk not in done)
    return PickConfirmed(tuple(done), open_ones, len(differing), closed)


@action
def undo_pick(*, transfer_order_id: int, reason: str, by: Actor, clock: Clock) -> None:
    """Put back what a confirmed transfer order picked: it is cancelled, its deliveries are to be picked again.

    Quantities that went back to orders for a difference stay there; what was picked above the list leaves the delivery
    again. Refused while goods of it are issued or loaded.
    """
    if not reason.strip():
        raise InvalidInput("Say why the pick is undone.", field="reason")
    held, order, deliveries, lines = hold_order(transfer_order_id, by=by)
    order.state = TRANSFER_ORDER.step(order.state, "undo")
    name = Sentence("transfer order %(number)s", number=order.number)
    issued = [
        Sentence("goods issue of delivery %(number)s", number=one.number)
        for one in deliveries
        if one.state == DeliveryState.ISSUED
    ]
    refuse_if_followed(name, Sentence("undo the pick"), issued, Sentence("reverse the goods issue"))
    refuse_if_followed(name, Sentence("undo the pick"), _loading(deliveries), Sentence("unload the shipment"))
    picked: dict[int, int] = {}
    above: dict[int, int] = {}
    refuse_if_followed(name, Sentence("undo the pick"), _packed(deliveries, order.pk), Sentence("unpack"))
    for one in store.transfer_lines(order.pk):
        picked[one.delivery_line_id] = picked.get(one.delivery_line_id, 0) + (one.picked or 0)
        above[one.delivery_line_id] = above.get(one.delivery_line_id, 0) + max((one.picked or 0) - one.quantity, 0)
    by_line = {line.id: line for line in lines}
    by_id = {delivery.pk: delivery for delivery in deliveries}
    at = clock.now()
    touched = [by_line[line_id] for line_id in picked]
    held.take(
        *(
            books.keys(deliveries, touched)
            if any(above.values())
            else map(books.line_key, books.order_line_ids(touched))
        )
    )
    fulfilment.post(held, _entries(picked, by_line, by_id, _ref(order), sign=-1), at=at)
    by_line |= {line_id: _with_picked(by_line[line_id], -quantity) for line_id, quantity in picked.items()}
    store.update_lines(by_line[line_id] for line_id in picked)
    lowered = [Lowered(by_line[line_id], quantity) for line_id, quantity in above.items() if quantity]
    if lowered:
        books.give_back(held, by_id, lowered, by=by, clock=clock)
        store.sum_deliveries(by_id)
        store.sum_shipments(delivery.shipment_id for delivery in deliveries)
    for delivery in deliveries:
        if delivery.state == DeliveryState.PICKED:
            _step(delivery, "undo_pick")
    _close(order, by=by, at=at)
    events.record(
        "shipping.pick_undone", _ref(order), company_id=order.company_id, by=by, at=at, facts={"reason": reason}
    )


def _ref(order: TransferOrder) -> DocumentRef:
    return DocumentRef(store.TRANSFER_ORDER, order.pk, order.number)


def _lowered(outcome: Sequence[Picked], lines: Mapping[int, LineRow]) -> list[Lowered]:
    """What goes back, by delivery line."""
    back: dict[int, int] = {}
    for one in outcome:
        back[one.line.delivery_line_id] = back.get(one.line.delivery_line_id, 0) + one.given_back
    return [Lowered(lines[line_id], quantity) for line_id, quantity in back.items() if quantity]


def _sums(outcome: Sequence[Picked]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for one in outcome:
        if one.picked:
            sums[one.line.delivery_line_id] = sums.get(one.line.delivery_line_id, 0) + one.picked
    return sums


def _with_picked(line: LineRow, more: int) -> LineRow:
    return replace(line, picked=line.picked + more)


def _entries(
    quantities: Mapping[int, int],
    lines: Mapping[int, LineRow],
    deliveries: Mapping[int, Delivery],
    order: DocumentRef,
    *,
    sign: int,
) -> list[fulfilment.Entry]:
    return [
        fulfilment.Entry(
            books.line_key(lines[line_id].order_line_id),
            books.ref(deliveries[lines[line_id].delivery_id]),
            Measure.PICKED,
            sign * quantity,
            0,
            order,
            line_id,
        )
        for line_id, quantity in quantities.items()
        if quantity
    ]


def _advance(deliveries: Sequence[Delivery], lines: Sequence[LineRow]) -> list[int]:
    """Deliveries all of which is in hand become picked; return their ids."""
    done = []
    for delivery in deliveries:
        own = [line for line in lines if line.delivery_id == delivery.pk]
        if any(line.quantity for line in own) and all(line.picked == line.quantity for line in own):
            _step(delivery, "pick")
            done.append(delivery.pk)
    return done


def _step(delivery: Delivery, verb: str) -> None:
    delivery.state = DELIVERY.step(delivery.state, verb)
    store.step("shipping_delivery", delivery, {"state": "text"})


def _close(order: TransferOrder, *, by: Actor, at: datetime) -> None:
    order.confirmed_by_id, order.confirmed_at = by.user_id, at
    columns = {"state": "text", "confirmed_by_id": "int", "confirmed_at": "at"}
    store.step("shipping_transferorder", order, columns)


def _packed(deliveries: Sequence[Delivery], transfer_order_id: int) -> list[Sentence]:
    """The handling units that hold what would not be picked any more."""
    loose = {one.line_id: one.quantity for one in loose_of(store.first_look(delivery.pk for delivery in deliveries))}
    back: dict[int, int] = {}
    for one in store.transfer_lines(transfer_order_id):
        back[one.delivery_line_id] = back.get(one.delivery_line_id, 0) + (one.picked or 0)
    lacking = {line_id for line_id, quantity in back.items() if quantity > loose.get(line_id, 0)}
    units = handling_units([delivery.pk for delivery in deliveries])
    return [
        Sentence("handling unit %(number)s", number=unit.number)
        for unit in units
        if lacking & {one.line_id for one in unit.contents}
    ]


def _loading(deliveries: Sequence[Delivery]) -> list[Sentence]:
    ids = {delivery.shipment_id for delivery in deliveries if delivery.shipment_id is not None}
    found = Shipment.objects.filter(pk__in=ids, state__in=(ShipmentState.LOADING, ShipmentState.DEPARTED))
    return [
        Sentence("loading of shipment %(number)s", number=number)
        for number in found.order_by("pk").values_list("number", flat=True)
    ]
