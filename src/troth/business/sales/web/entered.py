"""A document as the entry page has it: its head, its rows, and both as the scripts of the page read them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from troth.business.sales.actions import check
from troth.business.sales.forms import HEAD_FIELDS
from troth.business.sales.queries import DocumentView, LineView
from troth.business.sales.rules import family
from troth.business.sales.web import details, ways
from troth.business.sales.web.typed import whole
from troth.kernel.quantity import format_quantity
from troth.platform.web.formats import figure_shown


def head_of(view: DocumentView) -> dict[str, Any]:
    """A document's head as the form has it."""
    document = view.document
    values = {name: getattr(document, name) for name in HEAD_FIELDS if hasattr(document, name)}
    values |= {
        "customer": document.sold_to.number,
        "order_type": document.order_type.code,
        "ship_to": document.ship_to.number,
        "bill_to": document.bill_to.number,
        "payer": document.payer.number,
        "forwarding_agent": document.forwarding_agent.number if document.forwarding_agent else "",
        "payment_terms": document.payment_terms.code,
        "site": document.site.code if getattr(document, "site", None) else "",
        "valid_to_on": getattr(document, "valid_to_on", None),
        "delivery_days": getattr(document, "delivery_days", None),
        "version": document.version,
    }
    return values


def typed_lines(view: DocumentView) -> list[LineView]:
    """The items that have a row: sub-items follow theirs."""
    return [one for one in view.lines if one.line.stands and one.line.main_line is None]


def rows_of_lines(view: DocumentView, lines: Iterable[LineView]) -> dict[int, dict[str, Any]]:
    """Items by number as their rows have them."""
    routes = ways.by_hand(view)
    return {one.line.line_number: _row_of(one, routes.get(one.line.line_number, "")) for one in lines}


def _row_of(one: LineView, route: str) -> dict[str, Any]:
    """An item as its row has it: with what was asked for."""
    line, asked = one.line, one.asked
    least = family.as_asked(line).min_shipment
    return {
        "line_number": line.line_number,
        "product": asked.number if asked else one.product_number,
        "quantity": format_quantity(asked.quantity, asked.unit_decimals)
        if asked
        else format_quantity(line.quantity, one.unit_decimals),
        "unit": asked.unit if asked else line.unit_id,
        "requested_on": line.requested_on,
        "site": asked.site if asked else one.site,
        "alternatives": family.choice(line),
        "item_category": one.item_category,
        "delivery_days": line.delivery_days,
        "batch": line.batch,
        "location": line.location,
        "valuation": line.valuation,
        "min_shipment": None
        if least is None
        else format_quantity(least, asked.base_decimals if asked else one.base_decimals),
        "lateness_days_max": line.lateness_days_max,
        "deliveries_max": line.deliveries_max,
        "route": route,
        "delivery_mode": line.delivery_mode,
        "delivery_group": line.delivery_group or None,
        "is_fixed": "true" if line.is_fixed else "false",
        "text": line.text,
        "manual_conditions": tuple(line.manual_conditions),
    }


def price_by_hand(one: LineView, view: DocumentView) -> str:
    return check.price_by_hand(one.line, one.base_decimals, view.document.currency.decimals)


def cells(row: Any, names: dict[int, str], kind: str) -> dict[str, Any]:
    """A row of the form as the page writes it: what stands in each cell, and what is wrong."""
    values = {name: row[name].value() for name in row.fields}
    shown = {name: "" if value is None else str(value) for name, value in values.items()}
    wrong = [error for errors in row.errors.values() for error in errors] if row.is_bound else []
    number = shown.get("line_number", "")
    name = names.get(whole(number) or 0, "")
    price = figure_shown(str(row.initial.get("manual_conditions", "") or ""))
    said = {"prefix": row.prefix, "name": name, "price_shown": price, "errors": wrong}
    return {**shown, **said, "details": details.of_row(row, kind)}


def stored(view: DocumentView) -> dict[str, Any]:
    """The document as it is written, in the texts that its cells would hold."""
    lines = typed_lines(view)
    rows = rows_of_lines(view, lines)
    return {
        "version": view.document.version,
        "head": {name: _text(value) for name, value in head_of(view).items() if name != "version"},
        "lines": [_row(one, rows[one.line.line_number], view) for one in lines],
    }


def _row(one: LineView, values: dict[str, Any], view: DocumentView) -> dict[str, str]:
    price = figure_shown(price_by_hand(one, view))
    values |= {"quantity": figure_shown(values["quantity"]), "manual_conditions": price, "price_shown": price}
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
