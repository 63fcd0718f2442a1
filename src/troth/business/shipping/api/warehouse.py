"""The warehouse: transfer orders and their picks, the ready check, and the goods issue."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field, StrictBool

from troth.business.credit import actions as credit
from troth.business.shipping import actions, queries
from troth.business.shipping.actions import GoodsIssued
from troth.business.shipping.api.shared import (
    Ids,
    LackShown,
    Mark,
    SiteFilter,
    lacks_shown,
    numbered,
    page,
    site_of,
)
from troth.business.shipping.rules.picking import Found
from troth.kernel.errors import InvalidInput
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging
from troth.platform.api.values import Code, Entry, Figure, Id, Money, Name, Reason, Shown, Whole, money, quantity
from troth.reference import queries as reference

operations = Operations("warehouse")


class TransferListed(Shown):
    id: int
    number: str
    state: str
    shipment: str
    lines: int
    made_at: datetime


class TransferFilter(Paging):
    """`state` open, confirmed, cancelled; all where it is empty."""

    site: Id
    state: Code = "open"
    after: Mark = ""


@operations.reads("/transfer-orders", Page[TransferListed])
def list_transfer_orders(request: ApiRequest, found: Query[TransferFilter]) -> dict[str, Any]:
    """Transfer orders of a site, the newest first."""
    site_of(request, found.site)
    rows = queries.transfer_orders(
        found.site, state=found.state or None, before_id=numbered(found.after), limit=found.limit
    )
    return page(request, [TransferListed.model_validate(row) for row in rows], found.limit, lambda: str(rows[-1].id))


class PickLineShown(Shown):
    """A line of the picking list, along the walk; `picked` is null until confirmed."""

    position: int
    location: str
    bin: str
    product: str
    product_name: str
    batch: str
    valuation: str
    delivery: str
    delivery_line_number: int
    quantity: str
    picked: str | None
    unit: str
    difference_reason: str


class TransferShown(Shown):
    id: int
    number: str
    state: str
    version: int
    site: str
    shipment: str
    made_at: datetime
    confirmed_at: datetime | None
    lines: list[PickLineShown]
    verbs: list[str]


@operations.reads("/transfer-orders/{int:transfer_order_id}", TransferShown)
def get_transfer_order(request: ApiRequest, transfer_order_id: Id) -> TransferShown:
    """A transfer order as its picking list reads."""
    return _transfer(request, transfer_order_id)


def _transfer(request: ApiRequest, transfer_order_id: int) -> TransferShown:
    view = queries.transfer_order(transfer_order_id, by=request.auth)
    own = {name: getattr(view, name) for name in TransferShown.model_fields}
    lines = [
        PickLineShown(
            position=line.position,
            location=line.location,
            bin=line.bin,
            product=line.product,
            product_name=line.product_name,
            batch=line.batch,
            valuation=line.valuation,
            delivery=line.delivery,
            delivery_line_number=line.delivery_line_number,
            quantity=quantity(line.quantity, line.decimals),
            picked=None if line.picked is None else quantity(line.picked, line.decimals),
            unit=line.unit,
            difference_reason=line.difference_reason,
        )
        for line in view.lines
    ]
    return TransferShown(**{**own, "lines": lines, "verbs": list(view.verbs)})


class NewTransfer(Entry):
    """A shipment, or deliveries by id."""

    shipment: Id | None = None
    deliveries: Annotated[list[Id], Field(max_length=500)] = []


class NotFoundInBins(Shown):
    """What of the deliveries lies in no bin."""

    product: str
    quantity: str
    unit: str


class TransferMadeShown(Shown):
    id: int
    number: str
    lines: int
    missing: list[NotFoundInBins]


@operations.creates("/transfer-orders", TransferMadeShown)
def create_transfer_order(request: ApiRequest, wanted: NewTransfer) -> TransferMadeShown:
    """Make the list of what to fetch from which bin."""
    if wanted.shipment is None and not wanted.deliveries:
        raise InvalidInput("Name a shipment or deliveries. Send shipment or deliveries.", field="deliveries")
    made = create(
        request,
        actions.create_transfer_order,
        shipment_id=wanted.shipment,
        delivery_ids=tuple(wanted.deliveries),
    )
    products = reference.products({one.product_id for one in made.missing})
    missing = [
        NotFoundInBins(
            product=products[one.product_id].number,
            quantity=quantity(one.quantity, products[one.product_id].decimals),
            unit=products[one.product_id].base_unit,
        )
        for one in made.missing
    ]
    return TransferMadeShown(id=made.id, number=made.number, lines=made.lines, missing=missing)


class Difference(Entry):
    """What was found of a position where it is less or more, and why.

    `keep_open` leaves a rest to be picked. Otherwise it goes back to its order. In the line's tolerance it is closed
    there, unless `deliver_later` says that it waits for another delivery.
    """

    position: Annotated[Whole, Field(ge=1, le=2**31 - 1)]
    picked: Figure
    reason: Name = ""
    keep_open: StrictBool = False
    deliver_later: StrictBool = False


class Confirmation(Entry):
    """`differences` from the list; everything else was found in full."""

    differences: Annotated[list[Difference], Field(max_length=2000)] = []


class RestClosed(Shown):
    """`quantity` of an order line that was not found, and that its tolerance closes."""

    order: int
    order_number: str
    line_number: int
    product: str
    quantity: str
    unit: str


class PickConfirmed(Shown):
    """Deliveries by id: `picked` are all in hand now, `open` still lack something. `closed` are lines that are complete
    with less than was ordered."""

    picked: list[int]
    open: list[int]
    differences: int
    closed: list[RestClosed]


@operations.acts("/transfer-orders/{int:transfer_order_id}/confirm", PickConfirmed, checks_version=True)
def confirm_pick(request: ApiRequest, transfer_order_id: Id, confirmation: Confirmation) -> PickConfirmed:
    """Confirm the pick. Less lowers the delivery, unless the rest stays to be picked; more raises it in tolerance."""
    view = queries.transfer_order(transfer_order_id, by=request.auth)
    units = {line.position: Unit(line.unit, line.decimals) for line in view.lines}
    found = {
        one.position: Found(_picked(row, one, units.get(one.position)), one.reason, one.keep_open, one.deliver_later)
        for row, one in enumerate(confirmation.differences, start=1)
    }
    made = act(
        request,
        actions.confirm_pick,
        transfer_order_id=transfer_order_id,
        found=found,
        expected_version=versions.stated(request),
    )
    closed = [
        RestClosed(
            order=one.order_id,
            order_number=one.order_number,
            line_number=one.line_number,
            product=one.product,
            quantity=quantity(one.quantity, one.decimals),
            unit=one.unit,
        )
        for one in made.closed
    ]
    return PickConfirmed(picked=list(made.picked), open=list(made.open), differences=made.differences, closed=closed)


def _picked(row: int, one: Difference, unit: Unit | None) -> int:
    if unit is None:
        raise InvalidInput("There is no such position. Name one of the list.", row=row, field="position")
    return parse_quantity(one.picked, unit, zero_allowed=True)


@operations.acts("/transfer-orders/{int:transfer_order_id}/cancel", TransferShown)
def cancel_transfer_order(request: ApiRequest, transfer_order_id: Id, why: Reason) -> TransferShown:
    """Take back a transfer order whose pick is not confirmed."""
    act(request, actions.cancel_transfer_order, transfer_order_id=transfer_order_id, reason=why.reason)
    return _transfer(request, transfer_order_id)


@operations.acts("/transfer-orders/{int:transfer_order_id}/undo-pick", TransferShown)
def undo_pick(request: ApiRequest, transfer_order_id: Id, why: Reason) -> TransferShown:
    """Put back what a confirmed transfer order picked."""
    act(request, actions.undo_pick, transfer_order_id=transfer_order_id, reason=why.reason)
    return _transfer(request, transfer_order_id)


class ReadyShown(Shown):
    """A delivery that has not left yet; ready when nothing is lacking."""

    id: int
    number: str
    site: str
    ship_to: str
    goods_issue_on: date
    shipment: str
    is_ready: bool
    lacks: list[LackShown]


@operations.reads("/ready-check", Page[ReadyShown])
def check_ready(request: ApiRequest, found: Query[SiteFilter]) -> dict[str, Any]:
    """Deliveries of a site that have not left, with what each still lacks."""
    site_of(request, found.site)
    rows = queries.ready_to_ship(found.site, until=found.until, after_id=numbered(found.after) or 0, limit=found.limit)
    items = [
        ReadyShown(
            id=row.id,
            number=row.number,
            site=row.site,
            ship_to=row.ship_to,
            goods_issue_on=row.goods_issue_on,
            shipment=row.shipment,
            is_ready=row.is_ready,
            lacks=lacks_shown(row.reasons),
        )
        for row in rows
    ]
    return page(request, items, found.limit, lambda: str(rows[-1].id))


class IssuedShown(Shown):
    """`cost` at standard cost."""

    delivery: int
    number: str
    issued_on: date
    cost: Money | None


@operations.creates("/deliveries/{int:delivery_id}/goods-issue", IssuedShown)
def post_goods_issue(request: ApiRequest, delivery_id: Id) -> IssuedShown:
    """Post the goods issue of a delivery, on the site's date."""
    return _issued(request, create(request, actions.post_goods_issue, delivery_id=delivery_id))


def _issued(request: ApiRequest, issued: GoodsIssued) -> IssuedShown:
    """Cost is null for who may not see costs."""
    cost = None
    if request.auth.may("masterdata.view_cost"):
        company_id = queries.delivery(issued.delivery_id, by=request.auth).company_id
        cost = money(issued.cost, reference.company(company_id).currency)
    return IssuedShown(delivery=issued.delivery_id, number=issued.number, issued_on=issued.issued_on, cost=cost)


class GoodsReleased(Shown):
    """The delivery whose goods may leave past the credit limit."""

    delivery: int
    number: str


@operations.acts("/deliveries/{int:delivery_id}/release-goods-issue", GoodsReleased)
def release_goods_issue(request: ApiRequest, delivery_id: Id, why: Reason) -> GoodsReleased:
    """Let goods leave although the payer is past the credit limit; nobody decides on a delivery that they made."""
    queries.delivery(delivery_id, by=request.auth)
    released = act(request, credit.release_goods_issue, "delivery", delivery_id, reason=why.reason)
    return GoodsReleased(delivery=released.document_id, number=released.document_number)


class MassIssue(Entry):
    deliveries: Ids


class IssueOutcome(Shown):
    """What became of a delivery: `issued`, or the refusal's code and sentence."""

    delivery: int
    issued: IssuedShown | None
    code: str
    detail: str


class MassIssued(Shown):
    results: list[IssueOutcome]


@operations.creates("/goods-issues", MassIssued, status=200)
def post_goods_issues(request: ApiRequest, wanted: MassIssue) -> MassIssued:
    """Post the goods issue of many deliveries, each on its own; one that is refused does not stop the others.

    What was issued already is told by its refusal, so a repeat issues nothing twice.
    """
    found = actions.post_goods_issues(delivery_ids=wanted.deliveries, by=request.auth, clock=request.clock)
    results = [
        IssueOutcome(
            delivery=one.delivery_id,
            issued=None if one.issued is None else _issued(request, one.issued),
            code=one.code,
            detail=one.reason,
        )
        for one in found
    ]
    return MassIssued(results=results)


class Reversed(Shown):
    delivery: int
    state: str
    version: int


@operations.acts("/deliveries/{int:delivery_id}/reverse-goods-issue", Reversed)
def reverse_goods_issue(request: ApiRequest, delivery_id: Id, why: Reason) -> Reversed:
    """Take a goods issue back: the goods lie in their bins again, picked for the delivery."""
    act(request, actions.reverse_goods_issue, delivery_id=delivery_id, reason=why.reason)
    view = queries.delivery(delivery_id, by=request.auth)
    return Reversed(delivery=view.id, state=view.state, version=view.version)
