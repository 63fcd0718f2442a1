"""More arrived than left, and the customer keeps it: what was loaded above the list is picked and issued late.

It leaves the bin it was fetched from, as far as it lies free there and is promised to nobody, and stands on the
delivery, its transfer order and in the books as if the pick had found it. So it is billed, and goes back with the goods
issue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from troth.business.masterdata.queries import Valuation, at_standard_cost, customer_groups, snapshot
from troth.business.promising import actions as promising
from troth.business.shipping import store
from troth.business.shipping.actions import books, more
from troth.business.shipping.actions.issue import GOODS_ISSUED, INVENTORY, post_cost
from troth.business.shipping.actions.more import Raised
from troth.business.shipping.models import Delivery
from troth.business.shipping.rules.picking import Picked, ToFetch
from troth.business.shipping.store import LineRow, TransferRow
from troth.kernel.errors import Sentence
from troth.kernel.valuations import segment_of
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import Measure
from troth.ledgers.journal import actions as journal
from troth.ledgers.stock import actions as stock
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import BalanceKey, Held

REASON = Sentence("arrived above what left")


def raised(delivery: Delivery, kept: Mapping[LineRow, int]) -> list[Raised]:
    """The kept quantities, each on the position that fetched most of its line."""
    fetched = [one for one in store.transfers_for([delivery.pk]) if one.picked]
    # A line that fell to nothing in the pick has no position; more of it is turned away.
    return [_raised(line, quantity, fetched) for line, quantity in kept.items() if quantity and line.quantity]


def _raised(line: LineRow, quantity: int, fetched: Sequence[TransferRow]) -> Raised:
    own = [one for one in fetched if one.delivery_line_id == line.id]
    source = max(own, key=lambda one: one.picked or 0)
    listed = ToFetch(source.id, source.position, line.id, source.picked or 0)
    return Raised(Picked(listed, (source.picked or 0) + quantity, REASON, 0), line, source.key)


def value(delivery: Delivery, late: Sequence[Raised]) -> Valuation:
    group = customer_groups([delivery.customer_id])[delivery.customer_id]
    goods = [(one.line.product_id, one.picked.more) for one in late]
    return at_standard_cost(delivery.company_id, goods, debit=GOODS_ISSUED, credit=INVENTORY, customer_group=group)


def keys(delivery: Delivery, late: Sequence[Raised]) -> list[BalanceKey]:
    """What must be held beside `books.keys`."""
    return [*(one.key for one in late), *journal.keys(delivery.company_id, value(delivery, late).by_account)]


def issue(held: Held, delivery: Delivery, late: Sequence[Raised], clock: Clock) -> None:
    """Pick and issue it; `FoundTooMuch` where it does not lie free in its bin or is promised to others."""
    if not late:
        return
    by_id, ref, at = {delivery.pk: delivery}, books.ref(delivery), clock.now()
    more.refuse_without_room(held, by_id, late, clock)
    on = clock.today(snapshot().sites[delivery.site_id].time_zone)
    for one in late:
        after = more.take(held, by_id, [one], {one.line.id: one.line}, clock=clock)[one.line.id]
        _post(held, delivery, one, after, clock)
    issuing = [
        promising.Issuing(
            one.line.order_line_id,
            one.line.id,
            one.line.product_id,
            delivery.site_id,
            one.picked.more,
            batches=((one.key.batch, one.picked.more),) if one.key.batch and not one.key.owner else (),
            segment=segment_of(one.key.valuation),
        )
        for one in late
    ]
    promising.issue(held, issuing, delivery=ref, today=on, arrives_on=delivery.arrived_on or on, at=at)
    moved = [stock.Movement(one.key, -one.picked.more, "issue", on, ref, one.line.id) for one in late]
    stock.post(held, moved, at=at)
    store.update_transfer_lines([(one.picked.line.id, one.picked.picked, REASON) for one in late])
    store.sum_deliveries([delivery.pk])
    store.sum_shipments([delivery.shipment_id])
    post_cost(held, delivery, value(delivery, late), clock=clock)


def _post(held: Held, delivery: Delivery, one: Raised, after: LineRow, clock: Clock) -> None:
    """Fulfilment: picked on its transfer order, issued with its value."""
    key, ref, quantity = books.line_key(after.order_line_id), books.ref(delivery), one.picked.more
    [order_id] = {row.transfer_order_id for row in store.transfers_for([delivery.pk]) if row.id == one.picked.line.id}
    order = DocumentRef(store.TRANSFER_ORDER, order_id)
    picked = fulfilment.Entry(key, ref, Measure.PICKED, quantity, 0, order, after.id)
    worth = after.value - one.line.value
    issued = fulfilment.Entry(key, after.order, Measure.ISSUED, quantity, worth, ref, after.id)
    fulfilment.post(held, [picked, issued], at=clock.now())
    store.update_lines([replace(after, picked=after.picked + quantity)])
