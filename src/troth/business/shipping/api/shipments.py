"""Shipments: trips of a carrier, and the deliveries on them."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.shipping import actions, queries
from troth.business.shipping.api.shared import (
    DeliveryListed,
    SiteFilter,
    TransferRef,
    dated,
    deliveries_shown,
    page,
    refs,
    site_of,
)
from troth.kernel.errors import InvalidInput
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page
from troth.platform.api.values import Day, Entry, Id, Reason, Shown

operations = Operations("shipments")


class NewShipment(Entry):
    """`planned_on` a day; `deliveries`, `carrier` and `route` by id. The carrier is the route's if left out."""

    site: Id
    planned_on: Day
    deliveries: Annotated[list[Id], Field(max_length=500)] = []
    carrier: Id | None = None
    route: Id | None = None


class Made(Shown):
    id: int
    number: str


class ShipmentShown(Shown):
    id: int
    number: str
    state: str
    version: int
    site: str
    carrier: str
    route: str
    planned_on: date
    departed_at: datetime | None
    weight_g: int
    volume_ml: int
    deliveries: list[DeliveryListed]
    transfer_orders: list[TransferRef]
    verbs: list[str]


class ShipmentListed(Shown):
    id: int
    number: str
    state: str
    site: str
    carrier: str
    route: str
    planned_on: date
    deliveries: int
    weight_g: int
    volume_ml: int


@operations.reads("/shipments", Page[ShipmentListed])
def list_shipments(request: ApiRequest, found: Query[SiteFilter]) -> dict[str, Any]:
    """Shipments of a site that have not departed, the earliest planned first."""
    site_of(request, found.site)
    rows = queries.incomplete_shipments(found.site, after=dated(found.after), limit=found.limit)
    items = [ShipmentListed.model_validate(row) for row in rows]
    return page(request, items, found.limit, lambda: f"{rows[-1].planned_on}/{rows[-1].id}")


@operations.reads("/shipments/{int:shipment_id}", ShipmentShown)
def get_shipment(request: ApiRequest, shipment_id: Id) -> ShipmentShown:
    return _shipment(request, shipment_id)


def _shipment(request: ApiRequest, shipment_id: int) -> ShipmentShown:
    view = queries.shipment(shipment_id, by=request.auth)
    own = {name: getattr(view, name) for name in ShipmentShown.model_fields if hasattr(view, name)}
    own |= {"deliveries": deliveries_shown(view.deliveries), "transfer_orders": refs(view.transfer_orders)}
    return ShipmentShown(**{**own, "verbs": list(view.verbs)})


@operations.creates("/shipments", Made)
def create_shipment(request: ApiRequest, shipment: NewShipment) -> Made:
    """Make a shipment from a site, with these deliveries on it."""
    made = create(
        request,
        actions.create_shipment,
        site_id=shipment.site,
        planned_on=shipment.planned_on,
        delivery_ids=tuple(shipment.deliveries),
        carrier_id=shipment.carrier,
        route_id=shipment.route,
    )
    return Made(id=made.id, number=made.number)


class DeliveryRef(Entry):
    delivery: Id


@operations.acts("/shipments/{int:shipment_id}/assign", ShipmentShown)
def assign_delivery(request: ApiRequest, shipment_id: Id, wanted: DeliveryRef) -> ShipmentShown:
    """Put a delivery on a planned shipment of its site."""
    act(request, actions.assign_delivery, delivery_id=wanted.delivery, shipment_id=shipment_id)
    return _shipment(request, shipment_id)


@operations.acts("/shipments/{int:shipment_id}/unassign", ShipmentShown)
def unassign_delivery(request: ApiRequest, shipment_id: Id, wanted: DeliveryRef) -> ShipmentShown:
    """Take a delivery off its planned shipment."""
    view = queries.delivery(wanted.delivery, by=request.auth)
    if view.shipment_id != shipment_id:
        raise InvalidInput("The delivery is not on this shipment. Name one that is.", field="delivery")
    act(request, actions.unassign_delivery, delivery_id=wanted.delivery)
    return _shipment(request, shipment_id)


@operations.acts("/shipments/{int:shipment_id}/load", ShipmentShown)
def load_shipment(request: ApiRequest, shipment_id: Id) -> ShipmentShown:
    """Begin to load: all on it must be picked."""
    act(request, actions.load_shipment, shipment_id=shipment_id)
    return _shipment(request, shipment_id)


@operations.acts("/shipments/{int:shipment_id}/unload", ShipmentShown)
def unload_shipment(request: ApiRequest, shipment_id: Id) -> ShipmentShown:
    """Take loading back: the shipment is planned again."""
    act(request, actions.unload_shipment, shipment_id=shipment_id)
    return _shipment(request, shipment_id)


@operations.acts("/shipments/{int:shipment_id}/depart", ShipmentShown)
def depart_shipment(request: ApiRequest, shipment_id: Id) -> ShipmentShown:
    """Send it off: everything on it has been issued."""
    act(request, actions.depart_shipment, shipment_id=shipment_id)
    return _shipment(request, shipment_id)


@operations.acts("/shipments/{int:shipment_id}/recall", ShipmentShown)
def recall_shipment(request: ApiRequest, shipment_id: Id, why: Reason) -> ShipmentShown:
    """Take the departure back."""
    act(request, actions.recall_shipment, shipment_id=shipment_id, reason=why.reason)
    return _shipment(request, shipment_id)


@operations.acts("/shipments/{int:shipment_id}/cancel", ShipmentShown)
def cancel_shipment(request: ApiRequest, shipment_id: Id, why: Reason) -> ShipmentShown:
    """Cancel a planned shipment; its deliveries are free for another one."""
    act(request, actions.cancel_shipment, shipment_id=shipment_id, reason=why.reason)
    return _shipment(request, shipment_id)
