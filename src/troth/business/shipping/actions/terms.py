"""What a delivery takes from the orders it serves, read under their locks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troth.business.credit.queries import exchange
from troth.business.masterdata.queries import snapshot
from troth.business.sales import queries as sales
from troth.business.shipping.store import ORDER
from troth.kernel.money import apportion
from troth.ledgers.fulfilment import queries as fulfilment
from troth.ledgers.fulfilment.queries import Progress
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference

SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class LineTerms:
    """A line that is to be delivered; quantities in smallest units, `value` its gross in the company's currency."""

    id: int
    line_number: int
    product_id: int
    site_id: int | None
    route_id: int | None
    ordered: int
    delivered: int
    value: int

    @property
    def undelivered(self) -> int:
        return max(self.ordered - self.delivered, 0)


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """A submitted order with its lines by id: rejected lines and those that are not delivered are left out."""

    id: int
    number: str
    company_id: int
    customer_id: int
    sold_to_id: int
    ship_to_id: int
    payer_id: int
    incoterm: str
    priority: int
    complete_delivery: bool
    lines: Mapping[int, LineTerms]

    @property
    def ref(self) -> DocumentRef:
        return DocumentRef(ORDER, self.id, self.number)


def order_terms(held: Held, order_ids: Sequence[int]) -> dict[int, OrderTerms]:
    """The terms of held orders, by id; orders that are not submitted have no lines."""
    orders = sales.orders_to_deliver(order_ids)
    progress = fulfilment.progress("order_line", [line.id for order in orders for line in order.lines])
    currencies = {one: reference.company(one).currency for one in {order.company_id for order in orders}}
    return {order.id: _terms(order, progress, currencies[order.company_id]) for order in orders}


def _terms(order: "sales.OrderToDeliver", progress: Mapping[int, Progress], currency: str) -> OrderTerms:
    standing = [line for line in order.lines if order.state == SUBMITTED and not line.rejection_reason]
    total = exchange(sum(line.gross for line in standing), order.currency, currency, on=order.entered_on)
    values = apportion(total, [line.gross for line in standing]) if total else [0] * len(standing)
    categories = {one.id: one for one in snapshot().item_categories.values()}
    return OrderTerms(
        id=order.id,
        number=order.number,
        company_id=order.company_id,
        customer_id=order.customer_id,
        sold_to_id=order.sold_to_id,
        ship_to_id=order.ship_to_id,
        payer_id=order.payer_id,
        incoterm=order.incoterm,
        priority=order.priority,
        complete_delivery=order.complete_delivery,
        lines={
            line.id: LineTerms(
                line.id, line.line_number, line.product_id, line.site_id, line.route_id, line.base_quantity,
                progress[line.id].delivered, value,
            )
            for line, value in zip(standing, values, strict=True)
            if categories[line.item_category_id].is_delivered and line.id in progress
        },
    )  # fmt: skip


def checks_credit(orders: Sequence[DocumentRef]) -> bool:
    """Whether the order type of any of these orders has credit checked."""
    kinds = {kind.id: kind for kind in snapshot().order_types.values()}
    found = sales.orders_to_deliver([order.id for order in orders])
    return any(kinds[order.order_type_id].checks_credit for order in found)
