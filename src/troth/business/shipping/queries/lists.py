"""Work lists of shipping, page by page; each names the key that the next page begins after."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from troth.business.promising import queries as promises
from troth.business.sales import queries as sales
from troth.business.shipping import store
from troth.business.shipping.models import Delivery, Shipment, TransferOrder
from troth.business.shipping.states import DeliveryState, ShipmentState, TransferState
from troth.ledgers.fulfilment import queries as fulfilment
from troth.ledgers.fulfilment.keys import BillingBasis, Measure
from troth.platform import blocks
from troth.platform.blocks import STOPS, BlockScope
from troth.platform.documents import DocumentRef


@dataclass(frozen=True, slots=True)
class DueRow:
    """A schedule line that is to be delivered; `block` says what stops it. (material_on, id) is the page key."""

    id: int
    order_id: int
    order_number: str
    line_number: int
    customer_id: int
    ship_to_id: int
    product_id: int
    site_id: int
    route_id: int | None
    quantity: int
    material_on: date
    goods_issue_on: date
    delivery_on: date
    priority: int
    is_complete: bool
    block: str


def due(
    site_id: int,
    until: date,
    *,
    route_id: int | None = None,
    customer_id: int | None = None,
    after: tuple[date, int] | None = None,
    limit: int = 100,
) -> list[DueRow]:
    """The delivery due list: confirmed, not delivered, goods there by `until`; the earliest first.

    `after` is (material_on, id) of the last row. Route and customer narrow the list; it is read on until it is full.
    """
    rows: list[DueRow] = []
    while len(rows) < limit:
        found = promises.due(site_id, until, after=after, limit=limit)
        rows += [
            row
            for row in _due_rows(found)
            if route_id in (None, row.route_id) and customer_id in (None, row.customer_id)
        ]
        if len(found) < limit:
            break
        after = (found[-1].material_on, found[-1].id)
    return rows[:limit]


def _due_rows(found: Sequence[promises.DueRow]) -> list[DueRow]:
    lines = sales.order_lines([row.line_id for row in found])
    standing = _blocks([row.document for row in found])
    return [
        DueRow(
            row.id, row.document.id, row.document.number, order.line.line_number, order.customer_id, order.ship_to_id,
            row.product_id, row.site_id, order.line.route_id, row.open, row.material_on, row.goods_issue_on,
            row.delivery_on, row.priority, order.complete_delivery, standing.get(row.document, ""),
        )
        for row, order in ((row, lines[row.line_id]) for row in found)
    ]  # fmt: skip


def _blocks(orders: Sequence[DocumentRef]) -> dict[DocumentRef, str]:
    found: dict[DocumentRef, str] = {}
    for block in blocks.standing(list(dict.fromkeys(orders))):
        if BlockScope.DELIVERY in STOPS[block.scope]:
            found.setdefault(block.ref, f"{block.kind}: {block.reason}")
    return found


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """`id` is the page key."""

    id: int
    number: str
    state: str
    site_id: int
    site: str
    customer_id: int
    ship_to: str
    route: str
    shipment_id: int | None
    shipment: str
    goods_issue_on: date
    delivery_on: date
    priority: int
    weight_g: int
    volume_ml: int


def deliveries(
    *,
    company_ids: Sequence[int] | None = None,
    site_ids: Iterable[int] | None = None,
    site_id: int | None = None,
    state: str | None = None,
    customer_id: int | None = None,
    route_id: int | None = None,
    shipment_id: int | None = None,
    unproven: bool = False,
) -> QuerySet[Delivery]:
    """Deliveries, the newest first; `unproven` are those that left and are billed only after a proof."""
    narrowed = {
        "company_id__in": company_ids,
        "site_id__in": site_ids,
        "site_id": site_id,
        "state": state,
        "customer_id": customer_id,
        "route_id": route_id,
        "shipment_id": shipment_id,
    }
    query = Delivery.objects.filter(**{name: value for name, value in narrowed.items() if value is not None})
    if unproven:
        query = query.filter(state=DeliveryState.ISSUED, needs_proof=True, arrived_on=None)
    return query.order_by("-pk")


def delivery_rows(delivery_ids: Sequence[int]) -> list[DeliveryRow]:
    """These deliveries as a list shows them, the newest first."""
    return _delivery_rows(Delivery.objects.filter(pk__in=delivery_ids).order_by("-pk"), len(delivery_ids))


@dataclass(frozen=True, slots=True)
class SentRow:
    """What an invoice says of a delivery."""

    number: str
    issued_on: date | None
    ship_to_id: int


def sent(delivery_ids: Iterable[int]) -> dict[int, SentRow]:
    """These deliveries by id."""
    rows = Delivery.objects.filter(pk__in=set(delivery_ids))
    return {row[0]: SentRow(*row[1:]) for row in rows.values_list("pk", "number", "issued_on", "ship_to_id")}


def unassigned(site_id: int, *, after: tuple[date, int] | None = None, limit: int = 100) -> list[DeliveryRow]:
    """Deliveries that are on no shipment and have not left, the most urgent first; `after` is (goods_issue_on, id)."""
    query = Delivery.objects.filter(
        site_id=site_id, shipment=None, state__in=(DeliveryState.OPEN, DeliveryState.PICKED)
    )
    if after is not None:
        query = query.filter(Q(goods_issue_on__gt=after[0]) | Q(goods_issue_on=after[0], pk__gt=after[1]))
    return _delivery_rows(query.order_by("goods_issue_on", "pk"), limit)


def _delivery_rows(query: QuerySet[Delivery], limit: int) -> list[DeliveryRow]:
    rows: QuerySet[Any, Any] = query.values_list(
        "pk", "number", "state", "site_id", "site__code", "customer_id", "ship_to__name", "route__name", "shipment_id",
        "shipment__number", "goods_issue_on", "delivery_on", "priority", "weight_g", "volume_ml",
    )  # fmt: skip
    return [DeliveryRow(*spelled(row, 7, 9)) for row in rows[:limit]]


def spelled(row: Sequence[Any], *places: int) -> list[Any]:
    """The row with "" for a name that a missing record leaves empty."""
    return [value or "" if place in places else value for place, value in enumerate(row)]


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    id: int
    number: str
    state: str
    site_id: int
    site: str
    carrier: str
    route: str
    planned_on: date
    deliveries: int
    weight_g: int
    volume_ml: int


def incomplete_shipments(site_id: int, *, after: tuple[date, int] | None = None, limit: int = 100) -> list[ShipmentRow]:
    """Shipments that have not departed, the earliest planned first; `after` is (planned_on, id)."""
    query = Shipment.objects.filter(site_id=site_id, state__in=(ShipmentState.PLANNED, ShipmentState.LOADING))
    if after is not None:
        query = query.filter(Q(planned_on__gt=after[0]) | Q(planned_on=after[0], pk__gt=after[1]))
    rows = (
        query.order_by("planned_on", "pk")
        .annotate(count=Count("deliveries"))
        .values_list(
            "pk", "number", "state", "site_id", "site__code", "carrier__party__name", "route__name", "planned_on",
            "count", "weight_g", "volume_ml",
        )
    )  # fmt: skip
    return [ShipmentRow(*spelled(row, 5, 6)) for row in rows[:limit]]


@dataclass(frozen=True, slots=True)
class TransferOrderRow:
    id: int
    number: str
    state: str
    site_id: int
    shipment: str
    lines: int
    made_at: datetime


def transfer_orders(
    site_id: int, *, state: str | None = TransferState.OPEN, before_id: int | None = None, limit: int = 100
) -> list[TransferOrderRow]:
    """Transfer orders of a site, the newest first; `state` None lists all."""
    query = TransferOrder.objects.filter(site_id=site_id)
    if state is not None:
        query = query.filter(state=state)
    if before_id is not None:
        query = query.filter(pk__lt=before_id)
    rows = (
        query.order_by("-pk")
        .annotate(count=Count("lines"))
        .values_list("pk", "number", "state", "site_id", "shipment__number", "count", "made_at")
    )
    return [TransferOrderRow(*spelled(row, 4)) for row in rows[:limit]]


@dataclass(frozen=True, slots=True)
class ToBill:
    """An issued delivery line with what of it is not billed; `line_id` is the page key.

    Quantities in smallest units. `value` is what the line has in the exposure ledger under open deliveries, in minor
    units of the company's currency, for its whole `issued` quantity. `billed_of_order_line` counts all deliveries.
    """

    delivery_id: int
    delivery_number: str
    line_id: int
    line_number: int
    company_id: int
    site_id: int
    customer_id: int
    sold_to_id: int
    ship_to_id: int
    payer_id: int
    order_id: int
    order_number: str
    order_line_id: int
    product_id: int
    issued: int
    billed: int
    value: int
    issued_on: date
    billed_of_order_line: int

    @property
    def quantity(self) -> int:
        return self.issued - self.billed


def to_bill(
    *,
    company_ids: Sequence[int] | None = None,
    delivery_ids: Sequence[int] | None = None,
    customer_id: int | None = None,
    until: date | None = None,
    after_line_id: int = 0,
    limit: int = 500,
) -> list[ToBill]:
    """Issued delivery lines that are billed by delivery and not yet billed in full, by line id.

    What of a line is billed is read from the fulfilment ledger: postings of `billed` from this delivery.
    """
    narrowed = store.Narrowed(company_ids, delivery_ids, customer_id, until)
    if delivery_ids is None:
        # The ledger keeps a short list of what waits, so the cost does not grow with what was billed before.
        narrowed = replace(narrowed, order_line_ids=fulfilment.to_bill(BillingBasis.ISSUED))
    found: list[ToBill] = []
    while len(found) < limit:
        page = store.issued_lines(narrowed, after_id=after_line_id, limit=limit)
        after_line_id = page[-1][2] if page else after_line_id
        found += _unbilled(page)
        if len(page) < limit:
            break
    return found[:limit]


PART = 10_000
"""So many waiting order lines are read at once."""


def deliveries_to_bill(*, company_ids: Sequence[int] | None, until: date | None, limit: int) -> dict[int, date]:
    """The deliveries of lines that `to_bill` would give, and the day each was issued on; about `limit` of them.

    What waits is read in parts: much of it may wait for a proof or belong to others, and must not hide the rest.
    """
    found: dict[int, date] = {}
    after, read = 0, 0
    while read < limit:
        waiting = fulfilment.billed_of_waiting(BillingBasis.ISSUED, after=after, limit=PART)
        of_part = _unbilled_deliveries(store.Narrowed(company_ids, until=until), waiting, limit=limit)
        found |= of_part
        if len(waiting) < PART:
            break
        after, read = max(waiting), read + len(of_part)
    return found


def _unbilled_deliveries(narrowed: store.Narrowed, waiting: Mapping[int, int], *, limit: int) -> dict[int, date]:
    """The same of these order lines, which come with what of each is billed already.

    Where nothing is, all that was issued waits; else each delivery's part of the line is looked at.
    """
    found = dict(store.issued_with([one for one, billed in waiting.items() if not billed], narrowed, limit=limit))
    partly = [order_line_id for order_line_id, billed in waiting.items() if billed]
    lines = store.issued_days(replace(narrowed, order_line_ids=partly), limit=limit) if partly else []
    billed = fulfilment.posted_from("delivery", Measure.BILLED, [delivery_id for delivery_id, *_rest in lines])
    return found | {
        delivery_id: issued_on
        for delivery_id, order_line_id, quantity, issued_on in lines
        if quantity > billed.get((delivery_id, order_line_id), 0)
    }


def _unbilled(page: Sequence[tuple[Any, ...]]) -> list[ToBill]:
    bases = fulfilment.progress("order_line", [row[12] for row in page])
    page = [row for row in page if row[12] in bases and bases[row[12]].billing_basis == "issued"]
    partly = [row[0] for row in page if bases[row[12]].billed]
    billed = fulfilment.posted_from("delivery", Measure.BILLED, partly)
    return [
        ToBill(*(*row[:15], billed.get((row[0], row[12]), 0), *row[15:], bases[row[12]].billed))
        for row in page
        if row[14] > billed.get((row[0], row[12]), 0)
    ]
