"""What an order does not say is determined: partners, terms, site, shipping point, route, item category (SO-2).

Whatever the draft says wins; the rest is taken from the first place that knows it.

| field | first | then | then |
| --- | --- | --- | --- |
| ship-to, bill-to, payer | draft | customer | sold-to itself |
| shipping condition | draft | order type | customer |
| terms, incoterm, priority, delivery flags | draft | customer | |
| site of a line | line | order | customer, then product |
| shipping point | line | of the site, for the shipping condition | of the site |
| route | line | of the site, for the ship-to and the shipping condition | |
| item category | line | order type; a service where nothing can be delivered | |
| requested date of a line | line | order | order date + agreed delivery time in working days |
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from troth.business.sales.rules.drafts import OrderDraft, ReadLine
from troth.business.sales.rules.lines import NOTHING, Header, Line
from troth.business.sales.rules.refusals import WrongEntry
from troth.kernel.errors import Sentence

SERVICE = "service"
"""The item category of what is sold but cannot be delivered."""
PRIORITIES = range(1, 10)


class CustomerFacts(Protocol):
    """What the determination reads of a customer."""

    @property
    def customer_id(self) -> int: ...
    @property
    def company_id(self) -> int: ...
    @property
    def sales_organisation_id(self) -> int: ...
    @property
    def sold_to_id(self) -> int: ...
    @property
    def ship_to_id(self) -> int: ...
    @property
    def bill_to_id(self) -> int: ...
    @property
    def payer_id(self) -> int: ...
    @property
    def site_id(self) -> int | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def payment_terms_id(self) -> int: ...
    @property
    def shipping_condition(self) -> str: ...
    @property
    def incoterm(self) -> str: ...
    @property
    def incoterm_place(self) -> str: ...
    @property
    def priority(self) -> int: ...
    @property
    def complete_delivery(self) -> bool: ...
    @property
    def deliveries_max(self) -> int: ...


class OrderTypeFacts(Protocol):
    """What the determination reads of an order type."""

    @property
    def id(self) -> int: ...
    @property
    def shipping_condition(self) -> str: ...


class Category(Protocol):
    """What an item category says of a line."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def is_priced(self) -> bool: ...
    @property
    def is_promised(self) -> bool: ...
    @property
    def is_delivered(self) -> bool: ...
    @property
    def billing_basis(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Way:
    """How a site ships to the ship-to: its shipping point and the route, None where none was found."""

    shipping_point_id: int | None
    route_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Ids of what the draft's header names, None where it names nothing."""

    ship_to_id: int | None = None
    bill_to_id: int | None = None
    payer_id: int | None = None
    forwarding_agent_id: int | None = None
    site_id: int | None = None
    payment_terms_id: int | None = None
    requested_on: date | None = None


def header(
    draft: OrderDraft, named: Named, *, customer: CustomerFacts, order_type: OrderTypeFacts, entered_on: date
) -> Header:
    """Return the header with all that can be determined."""
    check_header_numbers(priority=draft.priority, deliveries_max=draft.deliveries_max, probability=draft.probability)
    return Header(
        company_id=customer.company_id,
        sales_organisation_id=customer.sales_organisation_id,
        order_type_id=order_type.id,
        customer_id=customer.customer_id,
        sold_to_id=customer.sold_to_id,
        ship_to_id=named.ship_to_id or customer.ship_to_id,
        bill_to_id=named.bill_to_id or customer.bill_to_id,
        payer_id=named.payer_id or customer.payer_id,
        currency_id=customer.currency,
        payment_terms_id=named.payment_terms_id or customer.payment_terms_id,
        entered_on=entered_on,
        requested_on=named.requested_on,
        forwarding_agent_id=named.forwarding_agent_id,
        contact=draft.contact,
        customer_reference=draft.customer_reference.strip(),
        incoterm=draft.incoterm or customer.incoterm,
        incoterm_place=draft.incoterm_place or customer.incoterm_place,
        shipping_condition=draft.shipping_condition or order_type.shipping_condition or customer.shipping_condition,
        priority=customer.priority if draft.priority is None else draft.priority,
        complete_delivery=customer.complete_delivery if draft.complete_delivery is None else draft.complete_delivery,
        deliveries_max=customer.deliveries_max if draft.deliveries_max is None else draft.deliveries_max,
        probability=draft.probability,
        project=draft.project,
        source_system=draft.source_system.strip(),
        text=draft.text,
        site_id=named.site_id or customer.site_id,
    )


HEADER_TEXT_MAX = {
    "contact": 120,
    "customer_reference": 60,
    "incoterm": 3,
    "incoterm_place": 60,
    "shipping_condition": 20,
    "project": 40,
    "source_system": 20,
    "text": 10_000,
}


def check_header_numbers(*, priority: int | None, deliveries_max: int | None, probability: int | None) -> None:
    """Refuse numbers that are outside their range."""
    if priority is not None and priority not in PRIORITIES:
        raise WrongEntry("The delivery priority goes from 1 (first) to 9.", field="priority")
    if deliveries_max is not None and not 1 <= deliveries_max <= 99:
        raise WrongEntry("Partial deliveries at most: enter 1 to 99.", field="deliveries_max")
    if probability is None or not 0 <= probability <= 100:
        raise WrongEntry("The probability goes from 0 to 100 percent.", field="probability")


def check_header_texts(texts: Mapping[str, str]) -> None:
    """Refuse texts that are too long for their field."""
    for name, most in HEADER_TEXT_MAX.items():
        if len(texts.get(name, "")) > most:
            raise WrongEntry(Sentence("Use at most %(most)s characters.", most=most), field=name)


def site_of(read: ReadLine, site_id: int | None) -> int | None:
    """Return the site of a line; `site_id` is the order's or customer's."""
    if read.site is not None:
        return read.site.id
    return site_id or read.product.default_site_id


def item_category(
    entered: str, default: Category, categories: Mapping[str, Category], *, is_stocked: bool, row: int
) -> Category:
    """Return the category of a line: as entered, else the order type's, else a service where nothing can be delivered.

    A free-of-charge category stays what it is, even for a service: it is never priced by a change of category.
    """
    if entered:
        if entered not in categories:
            raise WrongEntry(
                Sentence(
                    "There is no item category %(code)s. Choose one of %(known)s.",
                    code=repr(entered[:20]),
                    known=", ".join(sorted(categories)),
                ),
                row=row,
                field="item_category",
            )
        return categories[entered]
    if not is_stocked and default.is_delivered and default.is_priced:
        return categories.get(SERVICE, default)
    return default


@dataclass(frozen=True, slots=True)
class Choices:
    """What lines are determined from: item categories by code, ways by site, and how to count an agreed delivery time.

    `names` holds the ids of the routes and shipping points that lines name themselves, by (kind, code or id), `points`
    the site (id) and the code of each shipping point by its id.
    """

    default: Category
    categories: Mapping[str, Category]
    ways: Mapping[int, Way]
    delivery_on: Callable[[int], date | None]
    names: Mapping[tuple[str, str | int], int]
    points: Mapping[int, tuple[int, str]] = field(default_factory=dict)


def line(read: ReadLine, order: Header, choices: Choices, *, row: int) -> Line:
    """Return the line with all that can be determined."""
    draft, product = read.draft, read.product
    site_id = site_of(read, order.site_id)
    way = choices.ways.get(site_id, _NO_WAY) if site_id is not None else _NO_WAY
    category = item_category(
        draft.item_category, choices.default, choices.categories, is_stocked=product.is_stocked, row=row
    )
    requested_on = read.requested_on or order.requested_on
    if requested_on is None and draft.delivery_days is not None:
        requested_on = choices.delivery_on(draft.delivery_days)
    over, under = draft.over_tolerance_basis_points, draft.under_tolerance_basis_points
    return Line(
        line_number=read.line_number,
        product_id=product.product_id,
        item_category_id=category.id,
        site_id=site_id,
        quantity=read.quantity,
        unit_id=read.unit.code,
        base_quantity=read.base_quantity,
        requested_on=requested_on,
        delivery_mode=draft.delivery_mode or "partial",
        delivery_group=draft.delivery_group or 0,
        delivery_days=draft.delivery_days,
        route_id=_named(choices, "route", draft.route, row) or way.route_id,
        shipping_point_id=_point(choices, draft.shipping_point, site_id, row) or way.shipping_point_id,
        is_fixed=bool(draft.is_fixed),
        requirement_type=draft.requirement_type,
        batch=draft.batch,
        location=draft.location,
        valuation=draft.valuation,
        min_shipment=read.min_shipment,
        lateness_days_max=draft.lateness_days_max,
        deliveries_max=draft.deliveries_max,
        over_tolerance_basis_points=product.over_tolerance_basis_points if over is None else over,
        under_tolerance_basis_points=product.under_tolerance_basis_points if under is None else under,
        reference_kind=draft.reference_kind,
        reference_id=draft.reference_id,
        reference_line_id=draft.reference_line_id,
        text=draft.text,
        asked={"choice": draft.alternatives} if draft.alternatives else NOTHING,
        manual_conditions=draft.manual_conditions,
        weight_g=read.weight_g,
        volume_ml=read.volume_ml,
    )


_NO_WAY = Way(None, None)


def _point(choices: Choices, entered: str | int | None, site_id: int | None, row: int) -> int | None:
    """The shipping point that a line names, which has to be one of the site that the goods come from."""
    found = _named(choices, "shipping_point", entered, row)
    at, code = choices.points.get(found, (site_id, "")) if found is not None else (site_id, "")
    if site_id is None or at == site_id:
        return found
    known = ", ".join(sorted(name for place, name in choices.points.values() if place == site_id))
    said = Sentence("Shipping point %(code)s is at another site. Leave it out.", code=code)
    if known:
        said = Sentence(
            "Shipping point %(code)s is at another site. Choose one of the line's: %(known)s.", code=code, known=known
        )
    raise WrongEntry(said, row=row, field="shipping_point")


def _named(choices: Choices, kind: str, entered: str | int | None, row: int) -> int | None:
    if entered is None or entered == "":
        return None
    found = choices.names.get((kind, entered))
    if found is None:
        said = Sentence(
            "There is no %(kind)s %(code)s. Choose another.",
            kind=Sentence(kind.replace("_", " ")),
            code=repr(str(entered)[:20]),
        )
        raise WrongEntry(said, row=row, field=kind)
    return found
