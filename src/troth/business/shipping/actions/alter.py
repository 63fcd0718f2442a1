"""Change a delivery before it is picked, or take it back: what it held goes back to the orders."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth.business.credit import actions as credit
from troth.business.shipping import store
from troth.business.shipping.actions import books, ship
from troth.business.shipping.actions.books import Lowered
from troth.business.shipping.models import Delivery
from troth.business.shipping.rules.reversals import LineUnknown, NotLower, refuse_if_followed
from troth.business.shipping.states import DELIVERY
from troth.business.shipping.store import LineRow
from troth.kernel.errors import InvalidInput, Sentence
from troth.platform import blocks, events
from troth.platform.actions import action
from troth.platform.actors import SYSTEM, Actor
from troth.platform.clock import Clock


@dataclass(frozen=True, slots=True)
class DeliveryChanged:
    """`given_back` by line number, in smallest units."""

    given_back: Mapping[int, int]


@action
def change_delivery(
    *,
    delivery_id: int,
    quantities: Mapping[int, int],
    reason: str = "",
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> DeliveryChanged:
    """Lower lines of an open delivery to `quantities` (by line number, smallest units; 0 removes the line).

    The rest goes back to its order. Refuses a raise (`NotLower`: create another delivery), a line that is on a transfer
    order (`LaterDocuments`), and part of an order that is to be delivered complete (`NotWhole`).
    """
    held, delivery, lines = books.hold_one(delivery_id, expected_version=expected_version, by=by)
    delivery.state = DELIVERY.step(delivery.state, "change")
    lowered = _lowered(delivery, lines, quantities)
    refuse_if_followed(
        Sentence("delivery %(number)s", number=delivery.number),
        Sentence("change it"),
        _transfer_orders(delivery),
        Sentence("cancel the transfer order or undo its pick"),
    )
    books.refuse_parts_of_whole(lowered)
    held.take(*books.keys([delivery], [one.line for one in lowered]))
    books.give_back(held, {delivery.pk: delivery}, lowered, by=by, clock=clock)
    _finish(delivery)
    changes = {f"line {one.line.line_number}": (one.line.quantity, one.line.quantity - one.quantity) for one in lowered}
    events.record(
        "shipping.delivery_changed",
        books.ref(delivery),
        company_id=delivery.company_id,
        by=by,
        at=clock.now(),
        facts={"reason": reason},
        changes=changes,
    )
    return DeliveryChanged({one.line.line_number: one.quantity for one in lowered})


@action
def cancel_delivery(
    *, delivery_id: int, reason: str, expected_version: int | None = None, by: Actor, clock: Clock
) -> None:
    """Cancel an open delivery: everything goes back to the orders, and it leaves its planned shipment.

    `LaterDocuments` while a transfer order fetches for it.
    """
    if not reason.strip():
        raise InvalidInput("Say why the delivery is cancelled.", field="reason")
    held, delivery, lines = books.hold_one(delivery_id, expected_version=expected_version, by=by)
    state = DELIVERY.step(delivery.state, "cancel")
    refuse_if_followed(
        Sentence("delivery %(number)s", number=delivery.number),
        Sentence("cancel it"),
        _transfer_orders(delivery),
        Sentence("cancel the transfer order or undo its pick"),
    )
    if delivery.shipment_id is not None:
        ship.take_off(held, delivery, by=by)
    lowered = [Lowered(line, line.quantity) for line in lines if line.quantity]
    held.take(*books.keys([delivery], lines))
    books.give_back(held, {delivery.pk: delivery}, lowered, by=by, clock=clock)
    delivery.state, delivery.cancel_reason = state, reason.strip()[:200]
    _finish(delivery)
    for block in blocks.standing([books.ref(delivery)]):
        blocks.release(held, block.id, reason=Sentence("The delivery was cancelled."), by=SYSTEM, clock=clock)
    credit.end_waiting(books.ref(delivery))
    events.record(
        "shipping.delivery_cancelled",
        books.ref(delivery),
        company_id=delivery.company_id,
        by=by,
        at=clock.now(),
        facts={"reason": reason},
    )


def _lowered(delivery: Delivery, lines: list[LineRow], quantities: Mapping[int, int]) -> list[Lowered]:
    by_number = {line.line_number: line for line in lines}
    lowered = []
    for number, quantity in quantities.items():
        line = by_number.get(number)
        if line is None:
            raise LineUnknown(
                Sentence("Delivery %(delivery)s has no line %(line)s.", delivery=delivery.number, line=number),
                field=str(number),
            )
        if quantity < 0:
            raise InvalidInput("A quantity is zero or more.", field=str(number), quantity=quantity)
        if quantity > line.quantity:
            raise NotLower(
                Sentence(
                    "Line %(number)s of delivery %(delivery_number)s holds %(there)s; it can only be "
                    "lowered. To send more, make another delivery of the order."
                ),
                number=number,
                delivery_number=delivery.number,
                field=str(number),
                quantity=quantity,
                there=line.quantity,
            )
        if quantity < line.quantity:
            lowered.append(Lowered(line, line.quantity - quantity))
    if not lowered:
        raise InvalidInput("Nothing is changed. Name a line and a lower quantity.", field="quantities")
    return lowered


def _transfer_orders(delivery: Delivery) -> list[Sentence]:
    ids = sorted({one.transfer_order_id for one in store.transfers_for([delivery.pk])})
    return [Sentence("transfer order %(number)s", number=number) for number in store.transfer_numbers(ids)]


def _finish(delivery: Delivery) -> None:
    delivery.version += 1
    delivery.save(update_fields=["state", "cancel_reason", "version"])
    store.sum_deliveries([delivery.pk])
    store.sum_shipments([delivery.shipment_id])
