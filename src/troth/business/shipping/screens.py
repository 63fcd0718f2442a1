"""What the pages of shipping list: what is due, deliveries, shipments, transfer orders; and how their boxes look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from troth.business.promising.screens import DueDocument, due_documents, due_marks
from troth.business.promising.screens import due as due_orders
from troth.business.sales import queries as sales
from troth.business.shipping.models import Delivery, DeliveryLine, Shipment, TransferLine, TransferOrder
from troth.business.shipping.queries.packing import to_pack
from troth.business.shipping.states import DeliveryState, ShipmentState, TransferState
from troth.ledgers.fulfilment import pictures
from troth.ledgers.fulfilment.pictures import Face
from troth.platform import blocks, finding
from troth.platform.actors import Actor
from troth.platform.blocks import STOPS, BlockScope
from troth.platform.documents import DocumentRef, within
from troth.platform.web import formats, history, keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.tallies import tally
from troth.platform.web.values import Party, Quantity, Status, Waiting
from troth.reference import queries as reference

DELIVERY = {
    DeliveryState.OPEN: Status(_("To pick"), "waiting"),
    DeliveryState.PICKED: Status(_("Picked"), "going"),
    DeliveryState.ISSUED: Status(_("Shipped"), "done"),
    DeliveryState.CANCELLED: Status(_("Cancelled"), "stopped"),
}
ARRIVED = Status(_("Arrived"), "done")
SHIPMENT = {
    ShipmentState.PLANNED: Status(_("Planned"), "waiting"),
    ShipmentState.LOADING: Status(_("Loading"), "going"),
    ShipmentState.DEPARTED: Status(_("Departed"), "done"),
    ShipmentState.CANCELLED: Status(_("Cancelled"), "stopped"),
}
TRANSFER = {
    TransferState.OPEN: Status(_("To pick"), "waiting"),
    TransferState.CONFIRMED: Status(_("Picked"), "done"),
    TransferState.CANCELLED: Status(_("Cancelled"), "stopped"),
}
history.words(
    {
        "shipping.delivery_created": _("Created"),
        "shipping.delivery_changed": _("Changed"),
        "shipping.delivery_cancelled": _("Cancelled"),
        "shipping.delivery_assigned": _("Delivery put on the shipment"),
        "shipping.delivery_unassigned": _("Delivery taken off the shipment"),
        "shipping.packed": _("Packed"),
        "shipping.unpacked": _("Unpacked"),
        "shipping.goods_issued": _("Goods issued"),
        "shipping.goods_issue_reversed": _("Goods issue reversed"),
        "shipping.delivery_proven": _("Proof of delivery recorded"),
        "shipping.proof_withdrawn": _("Proof of delivery taken back"),
        "shipping.pick_confirmed": _("Pick confirmed"),
        "shipping.pick_undone": _("Pick undone"),
        "shipping.shipment_created": _("Created"),
        "shipping.shipment_loading": _("Loading began"),
        "shipping.shipment_unloaded": _("Unloaded"),
        "shipping.shipment_departed": _("Departed"),
        "shipping.shipment_recalled": _("Recalled"),
        "shipping.shipment_cancelled": _("Cancelled"),
        "shipping.transfer_order_created": _("Created"),
        "shipping.transfer_order_cancelled": _("Cancelled"),
    }
)


def words(of: Mapping[Any, Status]) -> tuple[tuple[str, Any], ...]:
    """States as the choices of a filter."""
    return tuple((str(state), status.word) for state, status in of.items())


@dataclass(frozen=True, slots=True)
class DueRow:
    """An order of which `lines` schedule lines are due at a site."""

    order_id: int
    number: str
    ship_to: Party
    site: str
    lines: int
    priority: int
    material_on: date
    goods_issue_on: date
    delivery_on: date
    block: Status | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    id: int
    number: str
    ship_to: Party
    site: str
    route: str
    shipment: str
    goods_issue_on: date
    delivery_on: date
    weight: Quantity
    status: Status


@dataclass(frozen=True, slots=True)
class UnprovenRow:
    """A delivery that left and waits for its proof; `days` since it should have arrived."""

    id: int
    number: str
    ship_to: Party
    site: str
    shipment: str
    carrier: str
    issued_on: date | None
    delivery_on: date
    days: int


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    id: int
    number: str
    carrier: str
    route: str
    site: str
    planned_on: date
    deliveries: int
    weight: Quantity
    volume: Quantity
    status: Status


@dataclass(frozen=True, slots=True)
class TransferRow:
    id: int
    number: str
    site: str
    shipment: str
    lines: int
    made_on: date
    status: Status


def day_at(at: datetime | None, site_id: int) -> date | None:
    """The date an instant fell on at a site."""
    return at.astimezone(ZoneInfo(reference.site(site_id).time_zone)).date() if at else None


def sites_of(actor: Actor) -> list[reference.SiteRow]:
    """The sites whose goods the actor may see, by code."""
    return [site for site in reference.sites() if actor.sees(site.company_id, site.id)]


def due(query: ListQuery, until: date) -> Page:
    """Orders of which something is due until a day, the earliest goods first."""
    chosen = query.filters.get("site")
    sites = [site.id for site in sites_of(query.actor) if chosen in (None, site.code)]
    page = keyset.page_of_marks(due_marks(sites, until), query.after, query.limit)
    rows = due_documents(sites, until, page.rows)
    blocked = _blocked([row.order_id for row in rows])
    shown = [_due_row(row, blocked.get(row.order_id)) for row in rows]
    if query.filters.get("unblocked"):
        shown = [row for row in shown if row.block is None]
    return replace(page, rows=shown)


def _blocked(order_ids: Sequence[int]) -> dict[int, Status]:
    """The orders among these whose delivery is stopped, by what."""
    found: dict[int, Status] = {}
    for block in blocks.standing([DocumentRef("order", key) for key in order_ids]):
        if BlockScope.DELIVERY in STOPS[block.scope]:
            found.setdefault(block.ref.id, Status(str(block.kind).replace("_", " ").capitalize(), "stopped"))
    return found


def _due_row(row: DueDocument, block: Status | None) -> DueRow:
    return DueRow(
        row.order_id, row.number, row.party, row.site, row.lines, row.priority, row.material_on, row.goods_issue_on,
        row.delivery_on, block,
    )  # fmt: skip


def waiting_for_delivery(actor: Actor, until: date) -> Waiting:
    """Of how many orders something is due at the actor's sites until a day, and since when."""
    return due_orders([site.id for site in sites_of(actor)], until)


def numbers_of(order_ids: Sequence[int]) -> dict[int, str]:
    """The numbers of orders, for what is told about them."""
    return {row.order_id: row.order_number for row in sales.lines_of_orders(order_ids).values()}


def _seen(found: QuerySet[Any], query: ListQuery) -> QuerySet[Any]:
    found = within(found, query.actor.reach)
    for name, field in (("state", "state"), ("site", "site__code")):
        if value := query.filters.get(name):
            found = found.filter(**{field: value})
    return found


def _range(found: QuerySet[Any], query: ListQuery, field: str) -> QuerySet[Any]:
    first, last = query.filters.get(field) or (None, None)
    return found.filter(**{f"{field}__gte": first} if first else {}, **{f"{field}__lte": last} if last else {})


SORTS = {
    name: order
    for field in ("goods_issue_on", "delivery_on", "planned_on", "number")
    for name, order in ((field, (field,)), (f"-{field}", (f"-{field}", "-id")))
}


def deliveries(query: ListQuery) -> Page:
    found = _range(
        _seen(Delivery.objects.select_related("ship_to", "site", "route", "shipment"), query), query, "goods_issue_on"
    )
    searched = finding.narrowed(found, query.search, _places)
    found = searched.rows
    if key := query.filters.get("customer_id"):
        found = found.filter(customer_id=key)
    if query.filters.get("unassigned"):
        found = found.filter(shipment=None, state__in=(DeliveryState.OPEN, DeliveryState.PICKED))
    order = SORTS.get(query.sort, ("-id",))
    page = keyset.page(found, order, query.after, query.limit, count=query.count, most=searched.most)
    return replace(page, rows=[_delivery_row(one) for one in page.rows])


def _places(word: str) -> tuple[Q, ...]:
    """Where a word of a search may stand: the delivery's number, its ship-to, the number of its order."""
    return (
        finding.among("ship_to", reference.parties_named(word)),
        finding.containing("number", word),
        Q(pk__in=_of_order(word)),
    )


def _of_order(number: str) -> QuerySet[Any, int]:
    """The deliveries of the order with this number; by its lines, which deliveries are indexed by."""
    return DeliveryLine.objects.filter(order_line_id__in=sales.lines_of_number(number)).values_list(
        "delivery_id", flat=True
    )


def _delivery_row(one: Delivery) -> DeliveryRow:
    return DeliveryRow(
        one.pk, one.number, Party(one.ship_to.name, one.ship_to.number), one.site.code,
        one.route.name if one.route else "", one.shipment.number if one.shipment else "", one.goods_issue_on,
        one.delivery_on, Quantity(one.weight_g, 3, "kg"), status_of(one.state, one.arrived_on),
    )  # fmt: skip


def status_of(state: str, arrived_on: date | None) -> Status:
    """The state of a delivery as people say it; one with its proof has arrived."""
    return ARRIVED if arrived_on else DELIVERY[DeliveryState(state)]


def unproven(query: ListQuery, today: date) -> Page:
    """What left and is billed only after the proof, the longest waiting first."""
    found = _seen(_unproven().select_related("ship_to", "site", "shipment__carrier__party"), query)
    for word in query.search.split():
        found = found.filter(
            Q(number__icontains=word) | Q(ship_to__name__icontains=word) | Q(shipment__number__iexact=word)
        )
    page = keyset.page(found, SORTS.get(query.sort, ("delivery_on", "id")), query.after, query.limit, count=query.count)
    return replace(page, rows=[_unproven_row(one, today) for one in page.rows])


def _unproven() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=DeliveryState.ISSUED, needs_proof=True, arrived_on=None)


def _unproven_row(one: Delivery, today: date) -> UnprovenRow:
    trip = one.shipment
    return UnprovenRow(
        one.pk, one.number, Party(one.ship_to.name, one.ship_to.number), one.site.code, trip.number if trip else "",
        trip.carrier.party.name if trip and trip.carrier else "", one.issued_on, one.delivery_on,
        max((today - one.delivery_on).days, 0),
    )  # fmt: skip


def shipments(query: ListQuery) -> Page:
    found = _seen(Shipment.objects.select_related("carrier__party", "route", "site"), query)
    found = _range(found, query, "planned_on")
    for word in query.search.split():
        found = found.filter(Q(number__icontains=word) | Q(carrier__party__name__icontains=word))
    if query.filters.get("incomplete"):
        found = found.filter(state__in=(ShipmentState.PLANNED, ShipmentState.LOADING))
    page = keyset.page(found, SORTS.get(query.sort, ("-id",)), query.after, query.limit, count=query.count)
    held = _held(Delivery, "shipment_id", page.rows)
    return replace(page, rows=[_shipment_row(one, held.get(one.pk, 0)) for one in page.rows])


def _held(model: Any, of: str, rows: Sequence[Any]) -> dict[int, int]:
    """How many rows of a table each of these holds; of what a page shows alone, not of all that it is a page of."""
    found = model._default_manager.filter(**{f"{of}__in": [one.pk for one in rows]}).order_by()
    return dict(found.values_list(of).annotate(Count("pk")))


def _shipment_row(one: Shipment, held: int) -> ShipmentRow:
    return ShipmentRow(
        one.pk, one.number, one.carrier.party.name if one.carrier else "", one.route.name if one.route else "",
        one.site.code, one.planned_on, held, Quantity(one.weight_g, 3, "kg"), Quantity(one.volume_ml, 3, "l"),
        SHIPMENT[ShipmentState(one.state)],
    )  # fmt: skip


def transfer_orders(query: ListQuery) -> Page:
    found = _seen(TransferOrder.objects.select_related("site", "shipment"), query)
    for word in query.search.split():
        found = found.filter(Q(number__icontains=word) | Q(shipment__number__icontains=word))
    page = keyset.page(found, SORTS.get(query.sort, ("-id",)), query.after, query.limit, count=query.count)
    held = _held(TransferLine, "transfer_order_id", page.rows)
    return replace(page, rows=[_transfer_row(one, held.get(one.pk, 0)) for one in page.rows])


def _transfer_row(one: TransferOrder, held: int) -> TransferRow:
    made_on = one.made_at.astimezone(ZoneInfo(one.site.time_zone)).date()
    return TransferRow(
        one.pk, one.number, one.site.code, one.shipment.number if one.shipment else "", held, made_on,
        TRANSFER[TransferState(one.state)],
    )  # fmt: skip


def open_shipments(site_id: int) -> list[tuple[int, str]]:
    """Planned shipments of a site, to put a delivery on."""
    found = Shipment.objects.filter(site_id=site_id, state=ShipmentState.PLANNED).order_by("planned_on", "pk")
    return [
        (
            one.pk,
            f"{one.number} · {formats.day(one.planned_on)} · {one.carrier.party.name if one.carrier else ''}".rstrip(
                " ·"
            ),
        )
        for one in found.select_related("carrier__party")[:200]
    ]


def of_site(delivery_ids: Sequence[int], actor: Actor) -> dict[int, list[Delivery]]:
    """Deliveries that the actor may see, by site."""
    found: dict[int, list[Delivery]] = {}
    for one in Delivery.objects.filter(pk__in=delivery_ids).order_by("pk"):
        if actor.sees(one.company_id, one.site_id):
            found.setdefault(one.site_id, []).append(one)
    return found


def waiting(actor: Actor, task: str, today: date) -> Waiting:
    """What waits in the yard and the store, late when it should have left before today."""
    query = ListQuery(actor, {})
    if task == "transfer_orders":
        orders = _seen(TransferOrder.objects.filter(state=TransferState.OPEN), query)
        return tally(orders, "made_at__date", late="made_at__date", before=today)
    if task in ("shipments", "leaving"):
        planned = _seen(Shipment.objects.filter(state__in=(ShipmentState.PLANNED, ShipmentState.LOADING)), query)
        leaving = planned.filter(planned_on__lte=today) if task == "leaving" else planned
        return tally(leaving, "planned_on", late="planned_on", before=today)
    if task == "unproven":
        return tally(_seen(_unproven(), query), "delivery_on", late="delivery_on", before=today)
    if task == "to_pack":
        return tally(to_pack(actor), "goods_issue_on", late="goods_issue_on", before=today)
    open_ones = _seen(Delivery.objects.filter(state__in=(DeliveryState.OPEN, DeliveryState.PICKED)), query)
    if task == "unassigned":
        chosen = open_ones.filter(shipment=None)
    else:
        chosen = open_ones.filter(state={"to_pick": DeliveryState.OPEN, "to_issue": DeliveryState.PICKED}[task])
    return tally(chosen, "goods_issue_on", late="goods_issue_on", before=today)


def delivery_faces(ids: Sequence[int]) -> dict[int, Face]:
    rows = Delivery.objects.filter(pk__in=ids).values_list(
        "pk", "number", "state", "issued_on", "goods_issue_on", "arrived_on"
    )
    return {
        pk: Face(number, status_of(state, arrived), arrived or issued or planned)
        for pk, number, state, issued, planned, arrived in rows
    }


def transfer_faces(ids: Sequence[int]) -> dict[int, Face]:
    rows = TransferOrder.objects.filter(pk__in=ids).values_list("pk", "number", "state", "made_at")
    return {pk: Face(number, TRANSFER[TransferState(state)], at.date()) for pk, number, state, at in rows}


pictures.register("delivery", delivery_faces)
pictures.register("transfer_order", transfer_faces)
