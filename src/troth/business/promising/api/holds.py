"""Holds over the API: keep goods for a while, extend it, let go."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.promising import actions, queries
from troth.business.promising.actions import HoldDraft, HoldLineDraft
from troth.business.promising.models import Hold
from troth.business.promising.queries import HeldLine
from troth.business.promising.rules.holds import state_at
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.limits import Limits
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform import permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Instant, Name, Shown, SmallInt, quantity
from troth.platform.documents import within
from troth.reference import queries as reference

operations = Operations("holds")


class HoldLineAsked(Entry):
    """`quantity` of a product (number), in its base unit, ready on a day; of one that is valuated separately, of a type
    (left out: its default). From one storage `location` alone, or of one `batch`, where it names one by its code.
    Limits, each the customer's unless it is named: `min_shipment`, the least that may be ready at once, in the base
    unit (0: any); `lateness_days_max`, nothing is held for later than so many days after; `deliveries_max`."""

    product: Code
    quantity: Figure
    requested_on: Day
    valuation: Annotated[str, Field(max_length=20)] = ""
    location: Annotated[str, Field(max_length=10)] = ""
    batch: Annotated[str, Field(max_length=40)] = ""
    min_shipment: Figure | None = None
    lateness_days_max: SmallInt | None = None
    deliveries_max: SmallInt | None = None


class HoldAsked(Entry):
    """Goods of a site (by id) to be held, for what, for which customer (number; "": anybody), until when (null: two
    days)."""

    site: Id
    purpose: Annotated[Name, Field(min_length=1)]
    customer: Annotated[str, Field(max_length=20)] = ""
    lines: Annotated[list[HoldLineAsked], Field(min_length=1, max_length=100)]
    expires_at: Instant | None = None


class HoldExtension(Entry):
    expires_at: Instant


class HeldLineShown(Shown):
    """`quantity` is what was asked for, in whole packages."""

    line_number: int
    product: str
    requested_on: Day
    quantity: str
    held: str
    unit: str
    valuation: str
    location: str
    batch: str
    min_shipment: str | None
    lateness_days_max: int | None
    deliveries_max: int | None


class HeldForShown(Shown):
    """The document that goods are held for."""

    kind: str
    id: int
    number: str


class HoldShown(Shown):
    """`order` is the order (by id) that was made from it; `held_for` the quotation that it belongs to."""

    id: int
    number: str
    state: str
    site: int
    purpose: str
    customer: str
    expires_at: datetime
    life_ends_at: datetime
    order: int | None
    held_for: HeldForShown | None
    lines: list[HeldLineShown]


class HoldFilter(Paging):
    state: Annotated[str, Field(pattern="^(active|ordered|released|expired)?$")] = ""


@operations.reads("/holds", Page[HoldShown])
def list_holds(request: ApiRequest, choice: Query[HoldFilter]) -> dict[str, Any]:
    """Holds, the newest first."""
    permissions.require(request.auth, "promising.view_hold")
    found = within(Hold.objects.select_related("party"), request.auth.reach)
    if choice.state:
        found = found.filter(state=choice.state)
    now = request.clock.now()

    def shown(rows: Iterable[Hold]) -> list[HoldShown]:
        holds = list(rows)
        lines = queries.lines_of_holds([one.pk for one in holds])
        return [_shown(one, lines[one.pk], now) for one in holds]

    return page(request, found, choice, shown)


@operations.reads("/holds/{int:hold_id}", HoldShown)
def get_hold(request: ApiRequest, hold_id: Id) -> HoldShown:
    """A hold with what is held of each line."""
    found = Hold.objects.select_related("party").filter(pk=hold_id).first()
    if found is None or not request.auth.sees(found.company_id, found.site_id):
        raise NotFound(Sentence("There is no such hold, or it belongs to another site."), hold=hold_id)
    permissions.require(request.auth, "promising.view_hold", company_id=found.company_id, site_id=found.site_id)
    return _shown(found, queries.hold_lines(found.pk), request.clock.now())


@operations.creates("/holds", HoldShown)
def hold_goods(request: ApiRequest, hold: HoldAsked) -> HoldShown:
    """Keep goods from everybody else until the hold expires, as far as they are free."""
    products = reference.products_by_number([one.product for one in hold.lines])
    lines = []
    for row, one in enumerate(hold.lines, 1):
        product = products.get(one.product)
        if product is None:
            raise NotFound(
                Sentence("There is no product %(product)s. Check the number."), row=row, field="product",
                product=one.product,
            )  # fmt: skip
        unit = Unit(product.base_unit, product.decimals)
        amount = parse_quantity(one.quantity, unit)
        least = None if one.min_shipment is None else parse_quantity(one.min_shipment, unit, zero_allowed=True)
        limits = Limits(least, one.lateness_days_max, one.deliveries_max)
        lines.append(
            HoldLineDraft(product.id, amount, one.requested_on, one.valuation, one.location, one.batch, limits)
        )
    draft = HoldDraft(hold.site, hold.purpose, tuple(lines), hold.expires_at, hold.customer)
    made = create(request, actions.hold_goods, draft)
    return get_hold(request, made.id)


@operations.acts("/holds/{int:hold_id}/extend", HoldShown)
def extend_hold(request: ApiRequest, hold_id: Id, extension: HoldExtension) -> HoldShown:
    """Let an active hold end later or earlier, within thirty days of its beginning."""
    act(request, actions.extend_hold, hold_id, extension.expires_at)
    return get_hold(request, hold_id)


@operations.acts("/holds/{int:hold_id}/release", HoldShown)
def release_hold(request: ApiRequest, hold_id: Id) -> HoldShown:
    """Let the goods go at once."""
    act(request, actions.release_hold, hold_id)
    return get_hold(request, hold_id)


def _held_for(hold: Hold) -> HeldForShown | None:
    if hold.reference_id is None:
        return None
    return HeldForShown(kind=hold.reference_kind, id=hold.reference_id, number=hold.reference_number)


def _shown(hold: Hold, lines: Iterable[HeldLine], now: datetime) -> HoldShown:
    return HoldShown(
        id=hold.pk,
        number=hold.number,
        state=state_at(hold.state, hold.expires_at, now),
        site=hold.site_id,
        purpose=hold.purpose,
        customer=hold.party.number if hold.party else "",
        expires_at=hold.expires_at,
        life_ends_at=hold.life_ends_at,
        order=hold.order_id,
        held_for=_held_for(hold),
        lines=[
            HeldLineShown(
                line_number=one.line_number, product=one.product_number, requested_on=one.requested_on,
                quantity=quantity(one.quantity, one.decimals), held=quantity(one.held, one.decimals), unit=one.unit,
                valuation=one.valuation, location=one.location, batch=one.batch,
                min_shipment=None if one.min_shipment is None else quantity(one.min_shipment, one.decimals),
                lateness_days_max=one.lateness_days_max, deliveries_max=one.deliveries_max,
            )
            for one in lines
        ],
    )  # fmt: skip
