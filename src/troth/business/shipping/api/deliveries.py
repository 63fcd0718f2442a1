"""The delivery due list, deliveries, and rush orders, which are delivered as they are entered."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.sales import actions as sales
from troth.business.sales.api import at_once
from troth.business.sales.api import shown as orders
from troth.business.sales.api.entries import OrderEntry, order_draft
from troth.business.shipping import actions, queries
from troth.business.shipping.actions import DeliveriesMade
from troth.business.shipping.api.shared import (
    DeliveryListed,
    LackShown,
    SiteFilter,
    TransferRef,
    dated,
    deliveries_shown,
    lacks_shown,
    page,
    refs,
    site_of,
)
from troth.kernel.errors import InvalidInput
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging
from troth.platform.api.paging import page as page_of_rows
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Name, Reason, Shown, quantity
from troth.reference import queries as reference

operations = Operations("deliveries")


class DueShown(Shown):
    """A confirmed quantity that is to be delivered; `block` says what stops it."""

    id: int
    order: int
    order_number: str
    line_number: int
    product: str
    quantity: str
    unit: str
    material_on: date
    goods_issue_on: date
    delivery_on: date
    priority: int
    complete_delivery: bool
    block: str


@operations.reads("/deliveries/due", Page[DueShown])
def list_due_deliveries(request: ApiRequest, found: Query[SiteFilter]) -> dict[str, Any]:
    """The delivery due list of a site: confirmed, not delivered, the goods there by `until` (today if left out)."""
    until = found.until or request.clock.today(site_of(request, found.site).time_zone)
    rows = queries.due(found.site, until, after=dated(found.after), limit=found.limit)
    products = reference.products({row.product_id for row in rows})
    items = [
        DueShown(
            id=row.id,
            order=row.order_id,
            order_number=row.order_number,
            line_number=row.line_number,
            product=products[row.product_id].number,
            quantity=quantity(row.quantity, products[row.product_id].decimals),
            unit=products[row.product_id].base_unit,
            material_on=row.material_on,
            goods_issue_on=row.goods_issue_on,
            delivery_on=row.delivery_on,
            priority=row.priority,
            complete_delivery=row.is_complete,
            block=row.block,
        )
        for row in rows
    ]
    return page(request, items, found.limit, lambda: f"{rows[-1].material_on}/{rows[-1].id}")


class DeliveriesMadeShown(Shown):
    """`more` says that further orders are due that this run did not look at."""

    deliveries: list[at_once.DeliveryMadeShown]
    refusals: list[at_once.NotDelivered]
    more: bool


def _made(made: DeliveriesMade) -> DeliveriesMadeShown:
    return DeliveriesMadeShown(
        deliveries=at_once.deliveries_made(made.deliveries),
        refusals=at_once.not_delivered(made.refusals),
        more=made.more,
    )


class NewDeliveries(Entry):
    """One order (all that is confirmed, or what is due until a day), or all that is due at a site until a day."""

    order: Id | None = None
    site: Id | None = None
    orders: Annotated[list[Id], Field(max_length=500)] | None = None
    until: Day | None = None


@operations.creates("/deliveries", DeliveriesMadeShown)
def create_deliveries(request: ApiRequest, wanted: NewDeliveries) -> DeliveriesMadeShown:
    """Make deliveries from what is due, a delivery for each group of lines that go together."""
    if wanted.order is not None:
        return _made(create(request, actions.create_delivery, order_id=wanted.order, until=wanted.until))
    if wanted.site is None:
        raise InvalidInput("Name an order, or a site and a day. Send order or site.", field="site")
    until = wanted.until or request.clock.today(site_of(request, wanted.site).time_zone)
    chosen = {} if wanted.orders is None else {"order_ids": tuple(wanted.orders)}
    return _made(create(request, actions.create_deliveries, site_id=wanted.site, until=until, **chosen))


class RushShown(Shown):
    order: orders.OrderWritten
    deliveries: DeliveriesMadeShown


@operations.creates("/rush-orders", RushShown)
def enter_rush_order(request: ApiRequest, order: OrderEntry) -> RushShown:
    """Enter an order whose type delivers on saving, and make its delivery at once, as far as goods are at hand."""
    answer = create(request, sales.enter_order, order_draft(order))
    made = DeliveriesMade(answer.deliveries, answer.not_delivered)
    return RushShown(order=orders.order_written(answer), deliveries=_made(made))


class DeliveryFilter(Paging):
    site: Id | None = None
    state: Code | None = None
    customer: Id | None = None
    shipment: Id | None = None


@operations.reads("/deliveries", Page[DeliveryListed])
def list_deliveries(request: ApiRequest, found: Query[DeliveryFilter]) -> dict[str, Any]:
    """Deliveries, the newest first."""
    companies = request.auth.company_ids
    rows = queries.deliveries(
        company_ids=None if companies is None else sorted(companies),
        site_ids=request.auth.site_ids,
        site_id=found.site,
        state=found.state,
        customer_id=found.customer,
        shipment_id=found.shipment,
    )
    return page_of_rows(request, rows.values("id"), found, _deliveries)


def _deliveries(chosen: Iterable[dict[str, int]]) -> list[DeliveryListed]:
    return deliveries_shown(queries.delivery_rows([row["id"] for row in chosen]))


class DeliveryLineShown(Shown):
    line_number: int
    order: int
    order_number: str
    order_line_number: int
    product: str
    product_name: str
    quantity: str
    picked: str
    unit: str
    lost: str
    turned_away: str
    kept: str
    proof_reason: str
    proof_outcome: str
    material_on: date
    texts: dict[str, str]


class DeliveryShown(Shown):
    """A delivery. `lacks` is what stands between it and its goods issue; `arrived_on` is the day of its proof.

    Of a line `lost` did not arrive and is not billed; on top came `kept`, or `turned_away`, which went back.
    """

    id: int
    number: str
    state: str
    version: int
    site: str
    ship_to: str
    payer: str
    route: str
    shipment_id: int | None
    shipment: str
    incoterm: str
    priority: int
    goods_issue_on: date
    delivery_on: date
    issued_on: date | None
    needs_proof: bool
    arrived_on: date | None
    signed_by: str
    weight_g: int
    volume_ml: int
    made_at: datetime
    cancel_reason: str
    texts: dict[str, str]
    lines: list[DeliveryLineShown]
    transfer_orders: list[TransferRef]
    lacks: list[LackShown]
    verbs: list[str]


@operations.reads("/deliveries/{int:delivery_id}", DeliveryShown)
def get_delivery(request: ApiRequest, delivery_id: Id) -> DeliveryShown:
    """A delivery with its lines, what fetches for it, and what it lacks to leave."""
    return _delivery(request, delivery_id)


def _delivery(request: ApiRequest, delivery_id: int) -> DeliveryShown:
    view = queries.delivery(delivery_id, by=request.auth)
    own = {name: getattr(view, name) for name in DeliveryShown.model_fields if hasattr(view, name)}
    lines = [
        DeliveryLineShown(
            line_number=line.line_number,
            order=line.order_id,
            order_number=line.order_number,
            order_line_number=line.order_line_number,
            product=line.product,
            product_name=line.product_name,
            quantity=quantity(line.quantity, line.decimals),
            picked=quantity(line.picked, line.decimals),
            unit=line.unit,
            lost=quantity(line.lost, line.decimals),
            turned_away=quantity(line.turned_away, line.decimals),
            kept=quantity(line.kept, line.decimals),
            proof_reason=line.proof_reason,
            proof_outcome=line.proof_outcome,
            material_on=line.material_on,
            texts=dict(line.texts),
        )
        for line in view.lines
    ]
    shown = {"lines": lines, "transfer_orders": refs(view.transfer_orders), "verbs": list(view.verbs)}
    return DeliveryShown(**{**own, **shown}, lacks=lacks_shown(view.reasons))


class DeliveryChange(Entry):
    """`quantities` by line number in the product's base unit; 0 removes the line."""

    quantities: Annotated[dict[Annotated[str, Field(pattern=r"^\d{1,9}$")], Figure], Field(min_length=1)]
    reason: Name = ""


@operations.changes("/deliveries/{int:delivery_id}", DeliveryShown)
def change_delivery(request: ApiRequest, delivery_id: Id, change: DeliveryChange) -> DeliveryShown:
    """Lower lines of an open delivery; the rest goes back to its order."""
    version = versions.expected(request)
    view = queries.delivery(delivery_id, by=request.auth)
    units = {line.line_number: Unit(line.unit, line.decimals) for line in view.lines}
    wanted = {
        int(number): _read(f"quantities.{number}", text, units.get(int(number)))
        for number, text in change.quantities.items()
    }
    act(
        request,
        actions.change_delivery,
        delivery_id=delivery_id,
        quantities=wanted,
        reason=change.reason,
        expected_version=version,
    )
    return _delivery(request, delivery_id)


def _read(field: str, text: str, unit: Unit | None) -> int:
    if unit is None:
        raise InvalidInput("There is no such line. Name a line of this delivery.", field=field)
    return parse_quantity(text, unit, zero_allowed=True)


@operations.acts("/deliveries/{int:delivery_id}/cancel", DeliveryShown, checks_version=True)
def cancel_delivery(request: ApiRequest, delivery_id: Id, why: Reason) -> DeliveryShown:
    """Cancel an open delivery: everything goes back to the orders."""
    version = versions.stated(request)
    act(request, actions.cancel_delivery, delivery_id=delivery_id, reason=why.reason, expected_version=version)
    return _delivery(request, delivery_id)
