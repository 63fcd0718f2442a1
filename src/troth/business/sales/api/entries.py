"""What comes in: an order or a quotation as it is entered, by number and code, quantities as decimal text."""

from dataclasses import MISSING, fields
from typing import Annotated, Any

from pydantic import Field, StrictBool

from troth.business.sales.rules import sources
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LINES_MAX, LineDraft, OrderDraft, QuotationDraft
from troth.platform.api.values import Code, Day, Entry, Figure, Name, SmallInt, Text, Whole

Number = Annotated[Whole, Field(ge=1, le=2**31 - 1)]
Points = Annotated[Whole, Field(ge=0, le=10_000)]


WrittenTexts = Annotated[dict[Code, Annotated[str, Field(max_length=2_000)]], Field(max_length=50)]
"""Texts by the code of their kind; an empty one is taken out."""


class LineValues(Entry):
    """What a line may say; what is left out is determined or stays as it is.

    `alternatives`: `take` what master data proposes in place of the product, `none` to insist on it, `PRODUCT@SITE` to
    take that alternative of a rule of availability. `location`: the storage location of the site that alone is to serve
    the line. `valuation`: the valuation type of its goods, of a product that is valuated separately; left out, the
    product's default. Limits on what is promised, each the customer's or the order's unless it is named:
    `min_shipment`, the least that may arrive at once, in the product's base unit (0: any); `lateness_days_max`, nothing
    arrives later than so many days after the wished date; `deliveries_max`.
    """

    quantity: Figure | None = None
    unit: Code | None = None
    requested_on: Day | None = None
    site: Code | None = None
    item_category: Code | None = None
    route: Code | None = None
    shipping_point: Code | None = None
    delivery_mode: Code | None = None
    delivery_group: SmallInt | None = None
    delivery_days: SmallInt | None = None
    is_fixed: StrictBool | None = None
    requirement_type: Code | None = None
    batch: Code | None = None
    location: Code | None = None
    valuation: Code | None = None
    min_shipment: Figure | None = None
    lateness_days_max: SmallInt | None = None
    deliveries_max: SmallInt | None = None
    over_tolerance_basis_points: Points | None = None
    under_tolerance_basis_points: Points | None = None
    alternatives: Code | None = None
    text: Text | None = None
    texts: WrittenTexts | None = None
    manual_conditions: Annotated[list[dict[str, Any]], Field(max_length=20)] | None = None


class LineEntry(LineValues):
    """A line as entered. The product by our number or the customer's."""

    product: Code
    quantity: Figure
    line_number: Number | None = None


class LineChangeEntry(LineValues):
    """New values of a line."""

    line_number: Number
    product: Code | None = None


class HeaderEntry(Entry):
    """What an order says as a whole; what is left out is determined or stays as it is."""

    requested_on: Day | None = None
    customer_reference: Code | None = None
    ship_to: Code | None = None
    bill_to: Code | None = None
    payer: Code | None = None
    forwarding_agent: Code | None = None
    contact: Name | None = None
    shipping_condition: Code | None = None
    site: Code | None = None
    payment_terms: Code | None = None
    incoterm: Code | None = None
    incoterm_place: Code | None = None
    priority: SmallInt | None = None
    complete_delivery: StrictBool | None = None
    deliveries_max: SmallInt | None = None
    probability: SmallInt | None = None
    project: Code | None = None
    text: Text | None = None
    texts: WrittenTexts | None = None


class OrderEntry(HeaderEntry):
    """An order as entered. `source_system`: the name of the program that sends it, such as `edi`; it stays."""

    customer: Code
    order_type: Code = "standard"
    source_system: Annotated[str, Field(max_length=20)] = sources.API
    lines: Annotated[list[LineEntry], Field(max_length=LINES_MAX)] = []


class NewOrder(OrderEntry):
    """With `submit` false the order is kept as a draft, which holds nothing."""

    submit: StrictBool = True


class QuotationEntry(OrderEntry):
    valid_to_on: Day | None = None
    delivery_days: SmallInt | None = None


class OrderChange(HeaderEntry):
    """What is to be different: header fields, lines by number, and lines to add."""

    lines: Annotated[list[LineChangeEntry], Field(max_length=LINES_MAX)] = []
    add: Annotated[list[LineEntry], Field(max_length=LINES_MAX)] = []


def order_draft(sent: OrderEntry) -> OrderDraft:
    return OrderDraft(**_header(sent), lines=_lines(sent.lines))


def quotation_draft(sent: QuotationEntry) -> QuotationDraft:
    return QuotationDraft(**_header(sent), lines=_lines(sent.lines))


def order_changes(sent: OrderChange) -> OrderChanges:
    header = _emptied(sent.model_dump(exclude_unset=True, exclude={"lines", "add"}), OrderDraft)
    changed = (_emptied(one.model_dump(exclude_unset=True), LineDraft) for one in sent.lines)
    lines = tuple(LineChange(line_number=values.pop("line_number"), values=values) for values in changed)
    return OrderChanges(header=header, lines=lines, add=_lines(sent.add))


def _emptied(values: dict[str, Any], draft: type) -> dict[str, Any]:
    """A null takes out what was entered, as if it never was; it leaves alone what every line must have."""
    unset = {one.name: one.default for one in fields(draft)}
    found = {name: unset[name] if value is None else value for name, value in values.items()}
    return {name: value for name, value in found.items() if value is not MISSING}


def _header(sent: OrderEntry) -> dict[str, Any]:
    return sent.model_dump(exclude_none=True, exclude={"lines", "submit"})


def _lines(sent: list[LineEntry]) -> tuple[LineDraft, ...]:
    lines = []
    for one in sent:
        values = one.model_dump(exclude_none=True)
        conditions = tuple(values.pop("manual_conditions", ()))
        lines.append(LineDraft(**values, manual_conditions=conditions))
    return tuple(lines)
