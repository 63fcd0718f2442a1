"""What an order would be after a change: nothing is locked or written here.

Only what is named changes. A line that took its date or site from the header follows the header; another customer means
that everything which depends on the customer is determined anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from troth.business.sales.actions import locations, offering, prices, save, texts, valuations
from troth.business.sales.actions import terms as reading
from troth.business.sales.actions.document import Document
from troth.business.sales.actions.terms import Terms
from troth.business.sales.rules import determination, family, refusals
from troth.business.sales.rules.changes import LineChange, OrderChanges, check_names
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, next_line_number
from troth.business.sales.rules.lines import Header, Line
from troth.business.sales.rules.texts import overlaid
from troth.kernel.errors import Refusals, Sentence
from troth.platform.actors import Actor
from troth.platform.clock import Clock

_MEASURES = ("weight_g", "volume_ml")
LINE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "product": (
        "product_id", "item_category_id", "quantity", "unit_id", "base_quantity", "texts", "min_shipment", *_MEASURES,
    ),
    "quantity": ("quantity", "base_quantity", *_MEASURES),
    "unit": ("quantity", "unit_id", "base_quantity", *_MEASURES),
    "requested_on": ("requested_on",),
    "site": ("site_id", "route_id", "shipping_point_id"),
    "item_category": ("item_category_id",),
    "route": ("route_id",),
    "shipping_point": ("shipping_point_id",),
    "delivery_mode": ("delivery_mode",),
    "delivery_group": ("delivery_group",),
    "is_fixed": ("is_fixed",),
    "requirement_type": ("requirement_type",),
    "batch": ("batch",),
    "location": ("location",),
    "valuation": ("valuation",),
    "min_shipment": ("min_shipment",),
    "lateness_days_max": ("lateness_days_max",),
    "deliveries_max": ("deliveries_max",),
    "alternatives": ("asked",),
    "text": ("text",),
    "texts": ("texts",),
    "manual_conditions": ("manual_conditions",),
}  # fmt: skip
"""What of a line changes with a field of its draft."""

NOT_ANY_MORE = Sentence("no part of its main item any more")
"""Why a sub-item is rejected that a changed main line has no more."""

HEADER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "customer": tuple(
        name
        for name in Header._fields
        if name not in ("order_type_id", "entered_on", "requested_on", "customer_reference", "project", "text")
    ),
    "requested_on": ("requested_on",),
    "ship_to": ("ship_to_id",),
    "bill_to": ("bill_to_id",),
    "payer": ("payer_id",),
    "forwarding_agent": ("forwarding_agent_id",),
    "site": ("site_id",),
    "payment_terms": ("payment_terms_id",),
    **{
        name: (name,)
        for name in (
            "customer_reference", "contact", "shipping_condition", "incoterm", "incoterm_place", "priority",
            "complete_delivery", "deliveries_max", "probability", "project", "text", "texts",
        )
    },
}  # fmt: skip


def revised(before: Document, changes: OrderChanges, *, by: Actor, clock: Clock) -> Document:
    """Return the order as it would be; refuses what is wrong in the changes, all lines at once."""
    check_names(changes, tuple(HEADER_COLUMNS), tuple(LINE_COLUMNS))
    header, terms = _header(before, changes.header, clock=clock)
    terms.products.update(reading.products(_named_products(changes), header.customer_id))
    roots = _decided_anew(before, changes, header)
    lines = tuple(
        family.as_asked(line) if line.line_number in roots else line
        for line in before.lines
        if line.main_line not in roots
    )
    lines = _following(replace(before, lines=lines), header, terms)
    lines = _changed(lines, changes.lines, header, terms, number=before.ref.number, clock=clock)
    lines += _added(before.lines, lines, changes.add, header, terms, clock=clock)
    lines, anew = _with_sub_items(before, lines, roots, header, terms, clock=clock)
    _refuse_left_behind(before, lines, terms)
    lines = valuations.settled(lines, terms, before=before.lines, by_number=True)
    after = Document(before.ref, header, before.status, lines, terms, before.unpriced, anew=anew)
    touched = {change.line_number for change in changes.lines if "manual_conditions" in change.values}
    touched |= {line.line_number for line in lines if not line.id}
    by_hand = [line for line in lines if line.line_number in touched]
    prices.require_manual_pricing(by_hand, by=by, company_id=header.company_id)
    return after


def _refuse_left_behind(before: Document, lines: tuple[Line, ...], terms: Terms) -> None:
    """Refuse a location that a line keeps while its product or site changes and that cannot serve it there."""
    places = {line.line_number: (line.product_id, line.site_id) for line in before.lines}
    moved = [
        line
        for line in lines
        if line.location
        and line.stands
        and places.get(line.line_number, (line.product_id, line.site_id)) != (line.product_id, line.site_id)
    ]
    if wrong := locations.refused(moved, terms):
        for one in wrong:
            one.row = moved[one.row - 1].line_number if one.row else None
        raise Refusals(wrong)


def _decided_anew(before: Document, changes: OrderChanges, header: Header) -> frozenset[int]:
    """The main lines of which it is decided anew what is sold and what belongs to them; sub-items only follow."""
    subs = {line.line_number: line.main_line for line in before.lines if line.main_line is not None}
    for change in changes.lines:
        fixed = sorted(family.DECIDING & change.values.keys())
        if change.line_number in subs and fixed:
            raise refusals.WrongEntry(
                Sentence("Line %(line_number)s follows line %(main)s. Change that one instead, or reject this one."),
                row=change.line_number,
                field=fixed[0],
                line_number=change.line_number,
                main=subs[change.line_number],
            )
    if header.customer_id != before.header.customer_id:
        return frozenset(line.line_number for line in before.standing if line.main_line is None)
    return frozenset(one.line_number for one in changes.lines if family.DECIDING & one.values.keys())


def _with_sub_items(
    before: Document, lines: tuple[Line, ...], roots: frozenset[int], header: Header, terms: Terms, *, clock: Clock
) -> tuple[tuple[Line, ...], frozenset[int]]:
    """The lines with what is sold of those that are decided anew, and their sub-items, which stay where they can.

    And the numbers of the lines that were, sub-items included.
    """
    deciding = [line for line in lines if line.line_number in roots or not line.id]
    if not deciding:
        return lines, frozenset()
    taken = {line.line_number for line in (*before.lines, *lines)}
    today = clock.today(terms.customer.time_zone)
    made = offering.offered(deciding, header, terms, taken=taken, today=today)
    old = [line for line in before.lines if line.main_line in roots]
    gone = [line for line in old if not line.stands]
    subs = family.rejoined(
        (line for line in made if line.main_line is not None),
        (line for line in old if line.stands),
        taken,
        reason=NOT_ANY_MORE,
    )
    anew = {line.line_number: line for line in made if line.main_line is None}
    found = (*(anew.get(line.line_number, line) for line in lines), *gone, *subs)
    numbers = (*anew, *(line.line_number for line in subs if line.stands))
    return tuple(sorted(found, key=lambda line: line.line_number)), frozenset(numbers)


def _header(before: Document, values: Mapping[str, Any], *, clock: Clock) -> tuple[Header, Terms]:
    if not values:
        return before.header, before.terms
    draft = OrderDraft(
        customer=values.get("customer", before.header.customer_id),
        order_type=before.terms.order_type.code,
        **{name: value for name, value in values.items() if name != "customer"},
    )
    terms = before.terms if "customer" not in values else reading.for_draft(draft)
    if "customer" in values:
        product_ids = family.products(before.lines)
        terms.products.update(reading.products_by_id(product_ids, terms.customer.customer_id))
    named = reading.named(draft, terms, today=clock.today(terms.customer.time_zone))
    determined = determination.header(
        draft, named, customer=terms.customer, order_type=terms.order_type, entered_on=before.header.entered_on
    )
    determined = determined._replace(texts=texts.of_header(terms, draft.texts, before=before.header))
    columns = {column for name in values for column in HEADER_COLUMNS[name]}
    header = before.header._replace(**{column: getattr(determined, column) for column in columns})
    return header, reading.with_ship_to(terms, header.ship_to_id)


def _following(before: Document, header: Header, terms: Terms) -> tuple[Line, ...]:
    """The lines as they follow the header: those that had its date or site take the new one."""
    old = before.header
    choices = terms.choices(header)
    lines = []
    for line in before.lines:
        values: dict[str, Any] = {}
        if header.requested_on != old.requested_on and line.requested_on == old.requested_on:
            values["requested_on"] = header.requested_on
        if header.site_id != old.site_id and line.site_id == old.site_id and header.site_id is not None:
            way = choices.ways[header.site_id]
            values |= {"site_id": header.site_id, "route_id": way.route_id}
            values["shipping_point_id"] = way.shipping_point_id
        if header.customer_id != old.customer_id:
            values["texts"] = texts.of_line(terms, None, line.product_id)
        lines.append(line._replace(**values) if values and line.stands else line)
    return tuple(lines)


def _changed(
    lines: tuple[Line, ...],
    changes: tuple[LineChange, ...],
    header: Header,
    terms: Terms,
    *,
    number: str,
    clock: Clock,
) -> tuple[Line, ...]:
    """The lines with the changes in them, by number."""
    there = {line.line_number: line for line in lines}
    drafts = []
    for change in changes:
        line = there.get(change.line_number)
        if line is None:
            raise refusals.UnknownLine(
                Sentence("Order %(number)s has no line %(line_number)s. Load it again."),
                number=number,
                line_number=change.line_number,
                row=change.line_number,
            )
        if not line.stands:
            raise refusals.LineRejected(
                Sentence("Line %(line_number)s of order %(number)s was rejected. Add a new line instead."),
                line_number=line.line_number,
                number=number,
                row=change.line_number,
                reason=line.rejection_reason,
            )
        drafts.append(_as_draft(line, change.values, terms))
    stands = {line.product_id for line in lines}
    read = save.determined(tuple(drafts), header, terms, stands=stands, clock=clock)
    for change, new in zip(changes, read, strict=True):
        there[change.line_number] = _merge(there[change.line_number], new, change.values)
    return tuple(there[number] for number in sorted(there))


def _as_draft(line: Line, values: Mapping[str, Any], terms: Terms) -> LineDraft:
    """A draft of the line with the values in it; what is neither named nor needed to read them is left out."""
    unit = "" if "product" in values else line.unit_id
    kept: dict[str, Any] = {
        "product": line.product_id,
        "quantity": _as_text(line, terms) if unit else "1",
        "unit": unit,
        "site": line.site_id,
    }
    return LineDraft(line_number=line.line_number, **(kept | dict(values)))


def _as_text(line: Line, terms: Terms) -> str:
    from troth.kernel.quantity import format_quantity

    product = terms.product(line.product_id)
    units = {product.base_unit.code: product.base_unit} | {one.unit.code: one.unit for one in product.conversions}
    return format_quantity(line.quantity, units[line.unit_id].decimals)


def _merge(old: Line, new: Line, values: Mapping[str, Any]) -> Line:
    if "product" in values and "quantity" not in values:
        raise refusals.WrongEntry("Enter the quantity of the new product.", row=old.line_number, field="quantity")
    columns = {column for name in values for column in LINE_COLUMNS[name]}
    if "product" in values and new.product_id != old.product_id and old.reference_kind:
        columns |= {"reference_kind", "reference_id", "reference_line_id"}
    merged = old._replace(**{column: getattr(new, column) for column in columns})
    if merged.manual_conditions != old.manual_conditions:
        merged = merged._replace(price_trace=())  # a price by hand stands in for a quoted one
    if new.product_id == old.product_id:
        merged = merged._replace(texts=overlaid(old.texts, values.get("texts")))
    if "requested_on" in values and merged.requested_on is None:
        merged = merged._replace(requested_on=old.requested_on)
    return merged


def _added(
    before: tuple[Line, ...],
    lines: tuple[Line, ...],
    drafts: tuple[LineDraft, ...],
    header: Header,
    terms: Terms,
    *,
    clock: Clock,
) -> tuple[Line, ...]:
    taken = {line.line_number for line in (*before, *lines)}
    numbered = []
    for row, draft in enumerate(drafts, start=1):
        number = draft.line_number or next_line_number(taken)
        if number in taken:
            raise refusals.DuplicateLine(
                Sentence("Line %(line_number)s is there already. Give the new line another number, or none."),
                row=row,
                field="line_number",
                line_number=number,
            )
        taken.add(number)
        numbered.append(replace(draft, line_number=number))
    return save.determined(tuple(numbered), header, terms, clock=clock)


def _named_products(changes: OrderChanges) -> tuple[LineDraft, ...]:
    named = [change.values["product"] for change in changes.lines if "product" in change.values]
    return (*(LineDraft(product=product, quantity="1") for product in named), *changes.add)
