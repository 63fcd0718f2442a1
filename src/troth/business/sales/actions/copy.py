"""Orders with reference: everything is carried over once, and what is taken of a quotation is tracked (PS-5).

From a quotation come partners, terms, texts, quoted prices and the agreed delivery time; dates count from the order.
A copy of an order is a new draft that is priced anew and refers to nothing.
"""

from collections.abc import Mapping
from datetime import date

from troth.business.sales import store
from troth.business.sales.actions import offering, prices, quotations, save, valuations
from troth.business.sales.actions import terms as reading
from troth.business.sales.actions.answers import Saved, Submitted
from troth.business.sales.actions.document import (
    ORDER_KIND,
    QUOTATION_KIND,
    QUOTATION_LINE_KIND,
    Document,
    load,
)
from troth.business.sales.actions.submit import answer, enter_document
from troth.business.sales.actions.terms import Terms
from troth.business.sales.models import Order, Quotation
from troth.business.sales.rules import family, quoting, refusals
from troth.business.sales.rules.drafts import measures, parse_date, quantities, read_site
from troth.business.sales.rules.lines import Header, Line
from troth.business.sales.states import QUOTATION
from troth.kernel.errors import Sentence
from troth.ledgers.fulfilment import queries as fulfilment
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef

Quantities = Mapping[int, str | int]
"""Line number -> quantity as entered, in the unit of the line; lines that are not named are left out."""


@action
def order_from_quotation(
    quotation_id: int,
    *,
    quantities: Quantities | None = None,
    requested_on: date | str | None = None,
    customer_reference: str = "",
    submit: bool = True,
    by: Actor,
    clock: Clock,
) -> Submitted:
    """Order what is open of a quotation, or `quantities` of it, at the quoted prices.

    A quotation that was only sent is accepted thereby. Without a date the requested date is the order's date and the
    agreed delivery time in working days. `submit=False` keeps the order as a draft.
    """
    quotation, held = locks.hold(Quotation, quotation_id, by=by)
    header = store.header(quotation)
    quoted = store.lines(store.QUOTATION, quotation.pk)
    terms = reading.for_order(header, family.products(quoted))
    today = clock.today(terms.customer.time_zone)
    quoting.refuse_unless_orderable(quotation.number, quotation.state, valid_to_on=quotation.valid_to_on, today=today)
    header = header_of_order(
        quotation, header, terms, today, requested_on=requested_on, customer_reference=customer_reference
    )
    lines = lines_of_order(quotation, quoted, header, terms, quantities, explicit=bool(requested_on))
    offering.refuse_not_offered(lines, terms, today)
    lines = valuations.settled(lines, terms, by_number=True)
    status = save.new_status(by=by, clock=clock)
    document = Document(DocumentRef(ORDER_KIND, 0), header, status, lines, terms)
    if QUOTATION.allows(quotation.state, "accept"):
        quotations.accept(held, quotation, QUOTATION.step(quotation.state, "accept"), by=by, clock=clock)
    if submit:
        return enter_document(held, document, {}, by=by, clock=clock)
    save.write_new(document, {})
    save.record(document, "sales.order_saved", by=by, clock=clock, facts={"quotation": quotation.number})
    return answer(document)


def header_of_order(
    quotation: Quotation,
    header: Header,
    terms: Terms,
    today: date,
    *,
    requested_on: date | str | None = None,
    customer_reference: str = "",
) -> Header:
    """The header of an order from a quotation that has `header`, entered today."""
    return header._replace(
        entered_on=today,
        requested_on=parse_date(requested_on, today=today) or _not_past(quotation.requested_on, today),
        customer_reference=customer_reference.strip() or header.customer_reference,
        probability=100,
        site_id=terms.customer.site_id,
    )


@action
def copy_order(
    order_id: int,
    *,
    requested_on: date | str | None = None,
    customer_reference: str = "",
    source_system: str = "",
    by: Actor,
    clock: Clock,
) -> Saved:
    """Make a draft like an order: its standing lines, partners, terms and conditions by hand, at today's prices."""
    order, _ = locks.hold(Order, order_id, by=by)
    source = load(order)
    today = clock.today(source.terms.customer.time_zone)
    wanted = parse_date(requested_on, today=today)
    header = source.header._replace(
        entered_on=today,
        requested_on=wanted or _not_past(source.header.requested_on, today),
        customer_reference=customer_reference.strip(),
        source_system=source_system,
    )
    lines = [
        line._replace(
            id=0,
            requested_on=wanted or _not_past(line.requested_on, today) or header.requested_on,
            reference_kind="",
            reference_id=None,
            reference_line_id=None,
        )
        for line in source.standing
    ]
    refuse_not_sold(lines, source.terms)
    offering.refuse_not_offered(lines, source.terms, today)
    lines = list(valuations.settled(lines, source.terms, by_number=True))
    priced, unpriced = prices.price(header, lines, source.terms)
    status = save.new_status(by=by, clock=clock)
    document = Document(DocumentRef(ORDER_KIND, 0), header, status, priced, source.terms, unpriced)
    save.write_new(document, {"copied_from_id": ("int", order.pk)})
    save.record(document, "sales.order_saved", by=by, clock=clock, facts={"copied_from": order.number})
    return save.saved(document)


def refuse_not_sold(lines: list[Line], terms: Terms) -> None:
    """Refuse to carry over what is not sold any more, or from a site that has closed."""
    for line in lines:
        product = terms.product(line.product_id)
        if not (product.is_active and product.is_sold):
            raise refusals.InactiveProduct(
                Sentence("Product %(product)s of line %(line_number)s is not sold any more. Leave the line out."),
                line_number=line.line_number,
                row=line.line_number,
                field="product",
                product=product.number,
            )
        if line.site_id is not None:
            read_site(line.site_id, terms.known.sites)


def _not_past(on: date | None, today: date) -> date | None:
    return on if on is not None and on >= today else None


def lines_of_order(
    quotation: Quotation,
    quoted: tuple[Line, ...],
    header: Header,
    terms: Terms,
    entered: Quantities | None,
    *,
    explicit: bool,
) -> tuple[Line, ...]:
    """What is to be ordered of each quoted line, with its quoted price. Refuses when nothing is left.

    Of sub-items that are not named themselves as much is ordered as of their main line, in whole steps.
    """
    numbers = {line.line_number for line in quoted}
    for number in entered or {}:
        if number not in numbers:
            raise refusals.UnknownLine(
                Sentence("Quotation %(quotation)s has no line %(line)s.", quotation=quotation.number, line=number),
                row=number,
            )
    taken_before = fulfilment.progress(QUOTATION_LINE_KIND, [line.id for line in quoted])
    lines = []
    shares: dict[int, tuple[int, int]] = {}
    for line in quoted:
        referenced = taken_before[line.id].referenced if line.id in taken_before else 0
        left = quoting.open_quantity(quoted=line.base_quantity, referenced=referenced)
        share = shares.get(line.main_line or 0)
        if entered is not None and share is not None and line.line_number not in entered:
            following = min(line.base_quantity * share[0] // share[1], left)
            if following:
                follows = _open_line(line, following, terms)
                lines.append(_taken(quotation, line, follows, header, terms, explicit=explicit))
            continue
        if entered is None and left:
            lines.append(_taken(quotation, line, _open_line(line, left, terms), header, terms, explicit=explicit))
        elif entered is not None and line.line_number in entered:
            steps, unit, base = quantities(terms.product(line.product_id), entered[line.line_number], line.unit_id)
            quoting.refuse_more_than_quoted(line.line_number, base, quoted=line.base_quantity, referenced=referenced)
            part = line._replace(quantity=steps, unit_id=unit.code, base_quantity=base)
            shares[line.line_number] = (base, line.base_quantity)
            lines.append(_taken(quotation, line, part, header, terms, explicit=explicit))
    if not lines:
        raise refusals.NothingLeftToOrder(
            Sentence("All of quotation %(number)s has been ordered. Enter a new order."), number=quotation.number
        )
    refuse_not_sold(lines, terms)
    return tuple(lines)


def _open_line(line: Line, left: int, terms: Terms) -> Line:
    """The quoted line with what is left of it; in the base unit where that is not the whole."""
    if left == line.base_quantity:
        return line
    return line._replace(quantity=left, base_quantity=left, unit_id=terms.product(line.product_id).base_unit.code)


def _taken(quotation: Quotation, quoted: Line, part: Line, header: Header, terms: Terms, *, explicit: bool) -> Line:
    """The order line for a part of a quoted line."""
    product = terms.product(part.product_id)
    weight_g, volume_ml = measures(product, part.base_quantity)
    days = quoted.delivery_days if quoted.delivery_days is not None else quotation.delivery_days
    on = header.requested_on if explicit else _not_past(quoted.requested_on, header.entered_on) or header.requested_on
    if on is None and days is not None:
        on = terms.agreed_delivery(header.entered_on, days)
    site_id = part.site_id or header.site_id or product.default_site_id
    way = terms.choices(header).ways.get(site_id) if site_id is not None else None
    taken = part._replace(
        id=0,
        site_id=site_id,
        requested_on=on,
        delivery_days=days,
        route_id=_route(part, site_id, way.route_id if way else None, terms),
        shipping_point_id=way.shipping_point_id if way else None,
        over_tolerance_basis_points=product.over_tolerance_basis_points,
        under_tolerance_basis_points=product.under_tolerance_basis_points,
        reference_kind=QUOTATION_KIND,
        reference_id=quotation.pk,
        reference_line_id=quoted.id,
        weight_g=weight_g,
        volume_ml=volume_ml,
        asked=family.of_part(quoted, part.base_quantity, _unit_asked_in(quoted, terms)).asked,
    )
    return prices.carried(quoted, base_quantity=part.base_quantity, taken=taken)


def _route(quoted: Line, site_id: int | None, usual: int | None, terms: Terms) -> int | None:
    """The route that was quoted, as long as it is in use and goods come from where they were to; else the usual one."""
    is_kept = quoted.site_id == site_id and quoted.route_id in terms.state.route_codes
    return quoted.route_id if is_kept else usual


def _unit_asked_in(quoted: Line, terms: Terms) -> str:
    return terms.product(quoted.asked.get("product", quoted.product_id)).base_unit.code
