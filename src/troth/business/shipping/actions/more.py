"""More was found than the list says: whether it may leave, and the postings that raise the delivery by it.

What is still promised on the order line is taken first. What is above it comes from no order: it raises the open
deliveries of the exposure by the line's price, and the demand of the delivery by goods that are promised to nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from troth.business.credit import actions as credit
from troth.business.masterdata.queries import snapshot
from troth.business.promising import actions as promising
from troth.business.shipping import store
from troth.business.shipping.actions import books
from troth.business.shipping.actions.checked import check_raised
from troth.business.shipping.actions.terms import order_terms
from troth.business.shipping.models import Delivery
from troth.business.shipping.rules import picking
from troth.business.shipping.rules.grouping import measure, share
from troth.business.shipping.rules.picking import Limit, Picked, Room
from troth.business.shipping.store import LineRow, TransferRow
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import Part
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import BillingBasis, Measure
from troth.ledgers.stock.keys import StockKey
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held, Overlay
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Raised:
    """A position of which more was found, with its delivery line and the stock it lies in."""

    picked: Picked
    line: LineRow
    key: StockKey


def raised(outcome: Iterable[Picked], fetched: Iterable[TransferRow], lines: Mapping[int, LineRow]) -> list[Raised]:
    """The positions of which more was found than the list says."""
    keys = {one.id: one.key for one in fetched}
    return [Raised(one, lines[one.line.delivery_line_id], keys[one.line.id]) for one in outcome if one.more]


def refuse_without_room(held: Held, deliveries: Mapping[int, Delivery], raised: Sequence[Raised], clock: Clock) -> None:
    """Refuse what is above the tolerance, does not lie free in its bin, or is promised to others.

    The keys of `books.keys` and the stock of the positions are held, so no other pick or list takes the same pieces.
    """
    if not raised:
        return
    products = reference.products(one.line.product_id for one in raised)
    free = _free_in_bins(held, raised)
    granted = _granted(held, deliveries, raised, clock)
    rising: dict[int, int] = {}
    for one, promised in zip(raised, granted, strict=True):
        line_id = one.line.order_line_id
        before = rising.get(line_id, 0)
        rooms = [_by_order(held, line_id, before), _by_bin(one, free), Room(promised, Limit.PROMISED)]
        picking.refuse_without_room(one.picked, rooms, decimals=products[one.line.product_id].decimals)
        rising[line_id] = before + one.picked.more
        free[one.key] -= one.picked.more


def _by_order(held: Held, order_line_id: int, rising: int) -> Room:
    balance = held.balance(books.line_key(order_line_id))
    if balance.billing_basis == BillingBasis.ORDERED:
        return Room(balance.ordered - balance.delivered - rising, Limit.BILLED)
    return Room(balance.ordered + balance.tolerance - balance.delivered - rising, Limit.ORDER)


def _by_bin(one: Raised, free: Mapping[StockKey, int]) -> Room:
    return Room(0, Limit.TIED) if one.key.owner else Room(free[one.key], Limit.BIN)


def _free_in_bins(held: Held, raised: Sequence[Raised]) -> dict[StockKey, int]:
    """What lies in the bins and is on no list."""
    [site_id] = {one.key.site_id for one in raised}
    claimed = store.claims(site_id, {one.line.product_id for one in raised})
    return {
        one.key: held.balance(one.key).quantity - sum(claim.quantity for claim in claimed.get(one.key, ()))
        for one in raised
    }


def _granted(held: Held, deliveries: Mapping[int, Delivery], raised: Sequence[Raised], clock: Clock) -> list[int]:
    """What the check at delivery time would grant of each, in turn, on an overlay that writes nothing."""
    takings = _takings(raised, deliveries)
    taken = promising.take_more(
        Overlay.of(held), takings, delivery=DocumentRef(store.DELIVERY, 0), today=_today(deliveries, clock),
        at=clock.now(),
    )  # fmt: skip
    return [one.quantity for one in taken]


def _takings(raised: Iterable[Raised], deliveries: Mapping[int, Delivery]) -> list[promising.Taking]:
    return [
        promising.Taking(
            one.line.order_line_id, one.line.id, one.picked.more, deliveries[one.line.delivery_id].goods_issue_on
        )
        for one in raised
    ]


def _today(deliveries: Mapping[int, Delivery], clock: Clock) -> date:
    [site_id] = {delivery.site_id for delivery in deliveries.values()}
    return clock.today(snapshot().sites[site_id].time_zone)


def take(
    held: Held,
    deliveries: Mapping[int, Delivery],
    raised: Sequence[Raised],
    lines: Mapping[int, LineRow],
    *,
    clock: Clock,
    by: Actor | None = None,
) -> dict[int, LineRow]:
    """Raise the delivery lines by what was found above the list; return them by id. `refuse_without_room` came first.

    Posts availability (through promising), exposure and fulfilment and writes the lines. Credit is checked where
    somebody (`by`) raises it; what has left is not refused.
    """
    after: dict[int, LineRow] = {}
    for one in raised:
        line = after.get(one.line.id, lines[one.line.id])
        delivery = deliveries[line.delivery_id]
        after[line.id] = risen = _raise(held, delivery, replace(one, line=line), clock)
        if by is not None:
            check_raised(held, delivery, line, risen.value - line.value, by=by, clock=clock)
    return after


def _raise(held: Held, delivery: Delivery, one: Raised, clock: Clock) -> LineRow:
    line, more, to = one.line, one.picked.more, books.ref(delivery)
    before = books.above_promise(held, [line]).values.get(line.order_line_id, 0)
    after = _risen(held, line, more)
    value = after.value - line.value
    taking = _takings([one], {delivery.pk: delivery})
    today = _today({delivery.pk: delivery}, clock)
    [taken] = promising.take_more(held, taking, delivery=to, today=today, at=clock.now())
    assert not taken.short, "what was granted is there"
    entry = fulfilment.Entry(
        books.line_key(line.order_line_id), line.order, Measure.DELIVERED, more, value, to, line.id
    )
    fulfilment.post(held, [entry], at=clock.now())
    store.update_lines([after])
    above = books.above_promise(held, [after]).values.get(line.order_line_id, 0) - before
    account = credit.key(delivery.company_id, delivery.payer_id)
    moves = books.moved(
        account, value - above, source=(Part.OPEN_ORDERS, line.order), target=(Part.OPEN_DELIVERIES, to)
    )
    moves.append(exposure.Entry(account, Part.OPEN_DELIVERIES, above, to))
    exposure.post(held, books.summed(moves), at=clock.now())
    return after


def _risen(held: Held, line: LineRow, more: int) -> LineRow:
    """The line with more on it: its value by the order line's price, its measures by the product's."""
    terms = order_terms(held, [line.order_id])[line.order_id].lines[line.order_line_id]
    delivered = held.balance(books.line_key(line.order_line_id)).delivered + more
    standing = store.standing_values(held, [line.order_line_id])[line.order_line_id]
    value = share(terms.value, ordered=terms.ordered, delivered_after=delivered, standing=standing)
    product = reference.products([line.product_id])[line.product_id]
    quantity = line.quantity + more
    return replace(
        line,
        quantity=quantity,
        value=line.value + value,
        weight_g=measure(product.weight_g, quantity, product.decimals),
        volume_ml=measure(product.volume_ml, quantity, product.decimals),
    )
