"""Shipments: put deliveries on a trip, load it, send it off, and take each step back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from troth.business.shipping import store
from troth.business.shipping.models import Delivery, Shipment
from troth.business.shipping.rules.reversals import (
    AlreadyAssigned,
    EmptyShipment,
    NotAllIssued,
    NotAllPicked,
    NotAssigned,
    OtherSite,
    refuse_if_followed,
)
from troth.business.shipping.states import SHIPMENT, DeliveryState
from troth.kernel.errors import InvalidInput, NotFound, Sentence
from troth.platform import actions, events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference


@dataclass(frozen=True, slots=True)
class ShipmentMade:
    id: int
    number: str


_ASSIGNABLE = (DeliveryState.OPEN, DeliveryState.PICKED)


@action
def create_shipment(
    *,
    site_id: int,
    planned_on: date,
    delivery_ids: Sequence[int] = (),
    carrier_id: int | None = None,
    route_id: int | None = None,
    by: Actor,
    clock: Clock,
) -> ShipmentMade:
    """Make a shipment from a site, with these deliveries on it.

    Route and carrier are those of the first delivery's route where none is named. `AlreadyAssigned` or `OtherSite` for
    a delivery that cannot go along; `InvalidInput` for a date in the past.
    """
    site = _site(site_id, by)
    if planned_on < clock.today(site.time_zone):
        raise InvalidInput("A shipment leaves today or later.", field="planned_on", planned_on=str(planned_on))
    held = locks.begin()
    deliveries = held.hold(Delivery, *sorted(set(delivery_ids)), by=by)
    _refuse_unknown(carrier=carrier_id, route=route_id)
    if route_id is None and deliveries:
        route_id = deliveries[0].route_id
    [number] = store.numbers(store.SHIPMENT)
    shipment = Shipment.objects.create(
        company_id=site.company_id,
        site_id=site.id,
        number=number,
        carrier_id=carrier_id if carrier_id is not None else _carrier_of(route_id),
        route_id=route_id,
        planned_on=planned_on,
        made_by_id=by.user_id,
        made_at=clock.now(),
    )
    _put_on(shipment, deliveries)
    facts = {"deliveries": [delivery.number for delivery in deliveries], "planned_on": planned_on}
    _record("shipping.shipment_created", shipment, by=by, clock=clock, facts=facts)
    return ShipmentMade(shipment.pk, shipment.number)


@action
def assign_delivery(*, delivery_id: int, shipment_id: int, by: Actor, clock: Clock) -> None:
    """Put a delivery on a planned shipment of its site."""
    held = locks.begin()
    [delivery] = held.hold(Delivery, delivery_id, by=by)
    [shipment] = held.hold(Shipment, shipment_id, by=by)
    _change(shipment)
    _put_on(shipment, [delivery])
    _record("shipping.delivery_assigned", shipment, by=by, clock=clock, facts={"delivery": delivery.number})


@action
def unassign_delivery(*, delivery_id: int, by: Actor, clock: Clock) -> None:
    """Take a delivery off its planned shipment."""
    held = locks.begin()
    [delivery] = held.hold(Delivery, delivery_id, by=by)
    if delivery.shipment_id is None:
        raise NotAssigned(Sentence("Delivery %(delivery)s is on no shipment."), delivery=delivery.number)
    take_off(held, delivery, by=by)
    events.record(
        "shipping.delivery_unassigned",
        DocumentRef(store.DELIVERY, delivery.pk, delivery.number),
        company_id=delivery.company_id,
        by=by,
        at=clock.now(),
    )


def take_off(held: Held, delivery: Delivery, *, by: Actor) -> None:
    """Take a held delivery off its shipment, which must be planned still; inner verb."""
    assert delivery.shipment_id is not None
    [shipment] = held.hold(Shipment, delivery.shipment_id, by=by)
    leave(shipment, delivery)


def leave(shipment: Shipment, delivery: Delivery) -> None:
    """Take a delivery off its shipment, both held."""
    _change(shipment)
    delivery.shipment_id = None
    delivery.version += 1
    delivery.save(update_fields=["shipment", "version"])
    store.sum_shipments([shipment.pk])


@action
def cancel_shipment(*, shipment_id: int, reason: str, by: Actor, clock: Clock) -> None:
    """Cancel a planned shipment; its deliveries are free for another one, and their transfer orders stand."""
    if not reason.strip():
        raise InvalidInput("Say why the shipment is cancelled.", field="reason")
    shipment, deliveries = _hold(shipment_id, by)
    shipment.state = SHIPMENT.step(shipment.state, "cancel")
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(shipment=None)
    _save(shipment)
    store.sum_shipments([shipment.pk])
    facts = {"reason": reason, "deliveries": [delivery.number for delivery in deliveries]}
    _record("shipping.shipment_cancelled", shipment, by=by, clock=clock, facts=facts)


@action
def load_shipment(*, shipment_id: int, by: Actor, clock: Clock) -> None:
    """Begin to load: all on it must be picked; nothing is put on or taken off any more."""
    shipment, deliveries = _hold(shipment_id, by)
    shipment.state = SHIPMENT.step(shipment.state, "load")
    _refuse_empty(shipment, deliveries)
    unpicked = [delivery.number for delivery in deliveries if delivery.state == DeliveryState.OPEN]
    if unpicked:
        raise NotAllPicked(
            Sentence(
                "To load shipment %(shipment)s, confirm the pick of delivery %(deliveries)s, or take it off.",
                shipment=shipment.number,
                deliveries=", ".join(unpicked),
            ),
            shipment=shipment.number,
            deliveries=unpicked,
        )
    _save(shipment)
    _record("shipping.shipment_loading", shipment, by=by, clock=clock)


@action
def unload_shipment(*, shipment_id: int, by: Actor, clock: Clock) -> None:
    """Take loading back: the shipment is planned again. Refused once goods on it have been issued."""
    shipment, deliveries = _hold(shipment_id, by)
    shipment.state = SHIPMENT.step(shipment.state, "unload")
    issued = [
        Sentence("goods issue of %(number)s", number=one.number)
        for one in deliveries
        if one.state == DeliveryState.ISSUED
    ]
    refuse_if_followed(
        Sentence("shipment %(number)s", number=shipment.number),
        Sentence("unload it"),
        issued,
        Sentence("reverse the goods issue"),
    )
    _save(shipment)
    _record("shipping.shipment_unloaded", shipment, by=by, clock=clock)


@action
def depart_shipment(*, shipment_id: int, by: Actor, clock: Clock) -> None:
    """Send it off: everything on it has been issued."""
    shipment, deliveries = _hold(shipment_id, by)
    shipment.state = SHIPMENT.step(shipment.state, "depart")
    _refuse_empty(shipment, deliveries)
    waiting = [delivery.number for delivery in deliveries if delivery.state != DeliveryState.ISSUED]
    if waiting:
        raise NotAllIssued(
            Sentence(
                "To send shipment %(shipment)s off, post the goods issue of delivery %(deliveries)s.",
                shipment=shipment.number,
                deliveries=", ".join(waiting),
            ),
            shipment=shipment.number,
            deliveries=waiting,
        )
    shipment.departed_at = clock.now()
    _save(shipment)
    _record("shipping.shipment_departed", shipment, by=by, clock=clock)


@action
def recall_shipment(*, shipment_id: int, reason: str, by: Actor, clock: Clock) -> None:
    """Take the departure back: the lorry stands at the gate again, loaded."""
    if not reason.strip():
        raise InvalidInput("Say why the shipment is recalled.", field="reason")
    shipment, deliveries = _hold(shipment_id, by)
    shipment.state = SHIPMENT.step(shipment.state, "recall")
    arrived = [
        Sentence("proof of delivery %(number)s", number=one.number) for one in deliveries if one.arrived_on is not None
    ]
    refuse_if_followed(
        Sentence("shipment %(number)s", number=shipment.number),
        Sentence("recall it"),
        arrived,
        Sentence("take the proof of delivery back"),
    )
    shipment.departed_at = None
    _save(shipment)
    _record("shipping.shipment_recalled", shipment, by=by, clock=clock, facts={"reason": reason})


def _hold(shipment_id: int, by: Actor) -> tuple[Shipment, list[Delivery]]:
    """Lock a shipment behind its deliveries; what joins or leaves it needs its lock too, so the second look decides."""
    held = locks.begin()
    ids = Delivery.objects.filter(shipment_id=shipment_id).order_by("pk").values_list("pk", flat=True)
    held.hold(Delivery, *ids, by=by)
    [shipment] = held.hold(Shipment, shipment_id, by=by)
    return shipment, list(Delivery.objects.filter(shipment_id=shipment_id).order_by("pk"))


def _put_on(shipment: Shipment, deliveries: Sequence[Delivery]) -> None:
    for delivery in deliveries:
        if delivery.shipment_id is not None:
            raise AlreadyAssigned(
                Sentence("Delivery %(delivery)s is on a shipment already. Take it off that one first."),
                delivery=delivery.number,
            )
        if delivery.site_id != shipment.site_id:
            raise OtherSite(Sentence("Delivery %(delivery)s leaves from another site."), delivery=delivery.number)
        if delivery.state not in _ASSIGNABLE:
            raise AlreadyAssigned(
                Sentence("Delivery %(delivery)s is %(state)s; only what is still here goes on a shipment."),
                delivery=delivery.number,
                state=delivery.state,
            )
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(shipment=shipment)
    store.sum_shipments([shipment.pk])


def _change(shipment: Shipment) -> None:
    shipment.state = SHIPMENT.step(shipment.state, "change")
    _save(shipment)


def _save(shipment: Shipment) -> None:
    shipment.version += 1
    shipment.save(update_fields=["state", "departed_at", "version"])


def _refuse_empty(shipment: Shipment, deliveries: Sequence[Delivery]) -> None:
    if not deliveries:
        raise EmptyShipment(
            Sentence("Nothing is on shipment %(shipment)s. Put a delivery on it."), shipment=shipment.number
        )


def _site(site_id: int, by: Actor) -> reference.SiteRow:
    site = reference.site(site_id)
    if not by.sees(site.company_id, site.id):
        raise NotFound(Sentence("There is no site %(id)s that you may work on."), kind="site", id=site_id)
    actions.require(by, company_id=site.company_id, site_id=site.id)
    return site


def _refuse_unknown(*, carrier: int | None, route: int | None) -> None:
    if carrier is not None and not _named("carrier").filter(pk=carrier).exists():
        raise NotFound(Sentence("There is no carrier %(id)s.", id=carrier), field="carrier", kind="carrier")
    if route is not None and not _named("route").filter(pk=route).exists():
        raise NotFound(Sentence("There is no route %(id)s.", id=route), field="route", kind="route")


def _carrier_of(route_id: int | None) -> int | None:
    if route_id is None:
        return None
    found: int | None = _named("route").filter(pk=route_id).values_list("carrier_id", flat=True).first()
    return found


def _named(field: str) -> models.Manager[Any]:
    """The rows that a field of a shipment may name."""
    named = Shipment._meta.get_field(field).related_model
    assert named is not None
    assert not isinstance(named, str)
    return named._default_manager


def _record(
    kind: str, shipment: Shipment, *, by: Actor, clock: Clock, facts: Mapping[str, object] | None = None
) -> None:
    ref = DocumentRef(store.SHIPMENT, shipment.pk, shipment.number)
    events.record(kind, ref, company_id=shipment.company_id, by=by, at=clock.now(), facts=facts)
