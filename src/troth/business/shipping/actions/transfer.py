"""Transfer orders: what to fetch from which bin for which delivery."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from troth.business.masterdata.queries.bins import fixed_bins
from troth.business.promising import queries as promises
from troth.business.shipping import store
from troth.business.shipping.actions import books
from troth.business.shipping.models import Delivery, Shipment, TransferOrder
from troth.business.shipping.rules import bins
from troth.business.shipping.rules.bins import Fetch, Missing, NothingFound, Wanted
from troth.business.shipping.rules.picking import NothingToPick
from troth.business.shipping.rules.reversals import OtherSite
from troth.business.shipping.states import TRANSFER_ORDER, DeliveryState
from troth.business.shipping.store import LineRow
from troth.kernel.errors import InvalidInput, Sentence
from troth.kernel.places import location_of
from troth.kernel.valuations import valuation_of
from troth.ledgers.availability import queries as availability
from troth.ledgers.stock import queries as stock
from troth.platform import events
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class TransferMade:
    """The order that was made, and what of its deliveries lies in no bin."""

    id: int
    number: str
    lines: int
    missing: tuple[Missing, ...]


@action
def create_transfer_order(
    *, shipment_id: int | None = None, delivery_ids: Sequence[int] = (), by: Actor, clock: Clock
) -> TransferMade:
    """Make the list of what to fetch for a shipment's open deliveries, or for these deliveries.

    Bins are chosen by `rules.bins`; what other transfer orders fetch is not free. Goods that lie nowhere are reported
    as missing and may be put on another order later. `NothingToPick` where all is on an order already, `NothingFound`
    where nothing of it lies in a bin.
    """
    held, deliveries, lines = _hold(shipment_id, delivery_ids, by)
    wanted = _wanted(deliveries, lines)
    fetches, missing = _choose(held, deliveries, wanted, clock)
    if not fetches:
        raise NothingFound(
            "None of the goods lie in a bin that is free. Check the stock, or move stock to where it can be picked.",
            deliveries=[delivery.number for delivery in deliveries],
        )
    order = _write(deliveries[0], shipment_id, fetches, by=by, clock=clock)
    facts = {
        "deliveries": [delivery.number for delivery in deliveries],
        "lines": len(fetches),
        "missing": len(missing),
    }
    _record("shipping.transfer_order_created", order, by=by, clock=clock, facts=facts)
    return TransferMade(order.pk, order.number, len(fetches), missing)


@action
def cancel_transfer_order(*, transfer_order_id: int, reason: str, by: Actor, clock: Clock) -> None:
    """Take back a transfer order whose pick is not confirmed; the bins are free for others."""
    if not reason.strip():
        raise InvalidInput("Say why the transfer order is cancelled.", field="reason")
    _, order, _, _ = hold_order(transfer_order_id, by=by)
    order.state = TRANSFER_ORDER.step(order.state, "cancel")
    order.version += 1
    order.save(update_fields=["state", "version"])
    _record("shipping.transfer_order_cancelled", order, by=by, clock=clock, facts={"reason": reason})


def hold_order(transfer_order_id: int, *, by: Actor) -> tuple[Held, TransferOrder, list[Delivery], list[LineRow]]:
    """Lock a transfer order behind the deliveries it fetches for, and those behind their orders."""
    fetched = store.transfer_lines(transfer_order_id)
    held, deliveries, lines = books.hold({line.delivery_id for line in fetched}, by=by)
    [order] = held.hold(TransferOrder, transfer_order_id, by=by)
    return held, order, deliveries, lines


def _hold(
    shipment_id: int | None, delivery_ids: Sequence[int], by: Actor
) -> tuple[Held, list[Delivery], list[LineRow]]:
    """Lock the deliveries that are still to be picked: those named, or the open ones of the shipment."""
    if (shipment_id is None) == (not delivery_ids):
        raise InvalidInput("Name a shipment or deliveries.", field="deliveries")
    ids = set(delivery_ids)
    if shipment_id is not None:
        open_ones = Delivery.objects.filter(shipment_id=shipment_id, state=DeliveryState.OPEN)
        ids = set(open_ones.values_list("pk", flat=True))
    held, deliveries, lines = books.hold(ids, by=by)
    if shipment_id is not None:
        held.hold(Shipment, shipment_id, by=by)
        deliveries = [one for one in deliveries if one.shipment_id == shipment_id]
    deliveries = [one for one in deliveries if one.state == DeliveryState.OPEN]
    if not deliveries:
        raise NothingToPick("Nothing of this is still to be picked.", shipment=shipment_id)
    if len({delivery.site_id for delivery in deliveries}) > 1:
        raise OtherSite("The deliveries leave from different sites. Make a transfer order for each site.")
    kept = {delivery.pk for delivery in deliveries}
    return held, deliveries, [line for line in lines if line.delivery_id in kept]


def _wanted(deliveries: Sequence[Delivery], lines: Sequence[LineRow]) -> list[Wanted]:
    """What of the lines is on no transfer order yet."""
    listed: dict[int, int] = {}
    for fetched in store.transfers_for(delivery.pk for delivery in deliveries):
        quantity = fetched.quantity if fetched.picked is None else fetched.picked
        listed[fetched.delivery_line_id] = listed.get(fetched.delivery_line_id, 0) + quantity
    wanted = [
        Wanted(line.id, line.order_line_id, line.product_id, line.quantity - listed.get(line.id, 0))
        for line in lines
        if line.quantity > listed.get(line.id, 0)
    ]
    if not wanted:
        numbers = [delivery.number for delivery in deliveries]
        raise NothingToPick(
            Sentence(
                "All of delivery %(deliveries)s is on a transfer order already. Confirm or cancel that one.",
                deliveries=", ".join(numbers),
            ),
            deliveries=numbers,
        )
    return wanted


def _choose(
    held: Held, deliveries: Sequence[Delivery], wanted: Sequence[Wanted], clock: Clock
) -> tuple[tuple[Fetch, ...], tuple[Missing, ...]]:
    """Choose bins under their locks: two transfer orders never fetch the same pieces."""
    site_id = deliveries[0].site_id
    products = sorted({line.product_id for line in wanted})
    found = stock.in_bins(site_id, products)
    held.take(*(one.key for one in found))
    if any(one.key.batch for one in found):
        wanted = _lasting(deliveries, wanted, clock.today(reference.site(site_id).time_zone))
    if any(location_of(one.key.owner) for one in found):
        wanted = _located(wanted)
    if any(one.key.valuation for one in found):
        wanted = _valued(wanted)
    shelves = store.shelves(held, found, store.claims(site_id, products))
    return bins.choose(wanted, shelves, fixed_bins(site_id, products))


def _located(wanted: Sequence[Wanted]) -> list[Wanted]:
    """With the location that keeps a line's goods, where it is served from that one alone."""
    standing = availability.standing([(store.DELIVERY, line.delivery_line_id) for line in wanted])
    kept = {row.source_line_id: row.key.segment for row in standing if location_of(row.key.segment)}
    return [replace(line, segment=kept.get(line.delivery_line_id, "")) for line in wanted]


def _valued(wanted: Sequence[Wanted]) -> list[Wanted]:
    """With the valuation type that each line was promised."""
    found = promises.promise("order", [line.order_line_id for line in wanted])
    types = {line_id: valuation_of(one.segment) for line_id, one in found.items()}
    return [replace(line, valuation=types.get(line.order_line_id, "")) for line in wanted]


def _lasting(deliveries: Sequence[Delivery], wanted: Sequence[Wanted], today: date) -> list[Wanted]:
    """With the day until which the goods must last, as promised and longer by what they leave too late; their batch."""
    late = max(0, *((today - delivery.goods_issue_on).days for delivery in deliveries))
    standing = availability.standing([(store.DELIVERY, line.delivery_line_id) for line in wanted])
    marks = {row.source_line_id: (row.lasts, row.batch) for row in sorted(standing, key=lambda row: row.lasts)}
    found = []
    for line in wanted:
        lasts, batch = marks.get(line.delivery_line_id, (0, ""))
        found.append(replace(line, lasts=lasts + late if lasts else 0, batch=batch))
    return found


def _write(
    first: Delivery, shipment_id: int | None, fetches: Sequence[Fetch], *, by: Actor, clock: Clock
) -> TransferOrder:
    [number] = store.numbers(store.TRANSFER_ORDER)
    order = TransferOrder.objects.create(
        company_id=first.company_id,
        site_id=first.site_id,
        number=number,
        shipment_id=shipment_id,
        made_by_id=by.user_id,
        made_at=clock.now(),
    )
    store.insert_transfer_lines(
        [
            (
                order.pk, position, fetch.delivery_line_id, fetch.shelf.product_id, fetch.shelf.key.location_id,
                fetch.shelf.bin_id, fetch.shelf.key.batch, fetch.shelf.key.valuation, fetch.shelf.owner, fetch.quantity,
                "",
            )
            for position, fetch in enumerate(fetches, start=1)
        ]
    )  # fmt: skip
    return order


def _record(kind: str, order: TransferOrder, *, by: Actor, clock: Clock, facts: dict[str, object]) -> None:
    ref = DocumentRef(store.TRANSFER_ORDER, order.pk, order.number)
    events.record(kind, ref, company_id=order.company_id, by=by, at=clock.now(), facts=facts)
