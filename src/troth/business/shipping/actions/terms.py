"""What a delivery takes from the orders it serves, read under their locks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from troth.business.masterdata.queries import Snapshot, passed_on, snapshot
from troth.business.sales import queries as sales
from troth.business.sales.queries import OrderLineRow
from troth.business.sales.rules.lines import Line
from troth.business.shipping.store import ORDER
from troth.kernel.money import apportion
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference.queries import exchange


@dataclass(frozen=True, slots=True)
class LineTerms:
    """A line that is to be delivered; quantities in smallest units, `value` its gross in the company's currency.

    What is billed by the order is claimed as an open order until it is invoiced, so its deliveries claim nothing.
    """

    id: int
    line_number: int
    product_id: int
    site_id: int | None
    route_id: int | None
    ordered: int
    value: int
    texts: Mapping[str, str]


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
    texts: Mapping[str, str]
    lines: Mapping[int, LineTerms]

    @property
    def ref(self) -> DocumentRef:
        return DocumentRef(ORDER, self.id, self.number)


def order_terms(held: Held, order_ids: Sequence[int]) -> dict[int, OrderTerms]:
    """The terms of held orders that have lines, by id; of one that is not submitted no line is left."""
    by_order: dict[int, list[OrderLineRow]] = {}
    for row in sales.lines_of_orders(order_ids).values():
        by_order.setdefault(row.order_id, []).append(row)
    state = snapshot()
    return {order_id: _terms(rows, state) for order_id, rows in by_order.items()}


def _terms(rows: Sequence[OrderLineRow], state: Snapshot) -> OrderTerms:
    currency = state.companies[rows[0].company_id].currency
    order, standing = rows[0], [row for row in rows if row.stands]
    total = exchange(sum(row.line.gross for row in standing), order.currency, currency, on=order.entered_on)
    values = apportion(total, [row.line.gross for row in standing]) if total else [0] * len(standing)
    return OrderTerms(
        id=order.order_id,
        number=order.order_number,
        company_id=order.company_id,
        customer_id=order.customer_id,
        sold_to_id=order.sold_to_id,
        ship_to_id=order.ship_to_id,
        payer_id=order.payer_id,
        incoterm=order.incoterm,
        priority=order.priority,
        complete_delivery=order.complete_delivery,
        texts=passed_on(order.texts, state.text_kinds, "delivery"),
        lines={
            row.line_id: _line(row.line, 0 if row.is_billed_by_order else value, state)
            for row, value in zip(standing, values, strict=True)
            if row.is_delivered
        },
    )


def _line(line: Line, value: int, state: Snapshot) -> LineTerms:
    return LineTerms(
        id=line.id,
        line_number=line.line_number,
        product_id=line.product_id,
        site_id=line.site_id,
        route_id=line.route_id,
        ordered=line.base_quantity,
        value=value,
        texts=passed_on(line.texts, state.text_kinds, "delivery"),
    )


def credit_types(order_ids: Iterable[int]) -> tuple[int, ...]:
    """The types of these orders that have credit checked."""
    kinds = snapshot().order_types_by_id
    return tuple(kind for kind in sales.order_type_ids(order_ids) if kinds[kind].checks_credit)
