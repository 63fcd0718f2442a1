"""Pricing an order: on the day it was entered, before anything is locked.

A line that came from a quotation carries the quoted price: each line of its trace is scaled to the ordered quantity. A
condition by hand that is entered on it ends that, and so does one that is taken away.
All others are priced by the conditions of the order's day; a line without a price is incomplete, never refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from troth.business.pricing import queries as pricing
from troth.business.pricing.rules import Kind, LineOffer, Manual, PriceRequestLine, TraceLine
from troth.business.sales.actions.terms import Terms
from troth.business.sales.rules.drafts import LineDraft
from troth.business.sales.rules.lines import Header, Line
from troth.business.sales.rules.refusals import WrongEntry
from troth.kernel.errors import BusinessError
from troth.kernel.money import Rounding, parse_money, round_ratio
from troth.kernel.quantity import MAX, checked
from troth.platform.actors import Actor

Priced = tuple[tuple[Line, ...], frozenset[int]]
"""The lines with their prices, and the numbers of those without one."""


def price(order: Header, lines: Sequence[Line], terms: Terms, *, keep: frozenset[int] = frozenset()) -> Priced:
    """Price the standing lines; those numbered in `keep` stay as they are."""
    categories = terms.categories
    wanted = [line for line in lines if line.stands and line.line_number not in keep and not is_carried(line)]
    requested = [_request(line, is_priced=categories[line.item_category_id].is_priced) for line in wanted]
    if not requested:
        return tuple(lines), frozenset()
    request = pricing.request_for(
        terms.customer,
        requested,
        on=order.entered_on,
        currency=order.currency_id,
        country=terms.country,
        region=terms.region,
    )
    offer = pricing.price(request, edition=terms.customer.edition)
    return tuple(_with(line, offer.lines.get(line.line_number)) for line in lines), frozenset(offer.incomplete)


def _request(line: Line, *, is_priced: bool) -> PriceRequestLine:
    """A line as it is priced: a rule may have it priced as a part of what was ordered."""
    product_id, quantity, scale = line.asked.get("priced", (line.product_id, line.base_quantity, 0))
    by_hand = manual(line) if line.manual_conditions else ()
    return PriceRequestLine(line.line_number, product_id, quantity, line.weight_g, is_priced, by_hand, scale)


def require_manual_pricing(lines: Iterable[Line], *, by: Actor, company_id: int, kept: Iterable[Line] = ()) -> None:
    """Refuse prices by hand from whoever may not set them; asked where they are entered, not where they are kept.

    `kept` are the lines that the document had: what was agreed on a product there may stay on it.
    """
    known = [_bargain(line) for line in kept]
    by_hand = [
        PriceRequestLine(line.line_number, 0, 1, manual=manual(line))
        for line in lines
        if line.manual_conditions and _bargain(line) not in known
    ]
    pricing.require_manual_pricing(by_hand, by=by, company_id=company_id)


def _bargain(line: Line) -> tuple[int, list[dict[str, Any]]]:
    return line.product_id, [dict(entry) for entry in line.manual_conditions]


def is_carried(line: Line) -> bool:
    """Whether the line carries the price of a quotation."""
    return line.reference_kind == "quotation" and bool(line.price_trace)


def carried(quoted: Line, *, base_quantity: int, taken: Line) -> Line:
    """`taken` with the price of the quoted line, scaled to its quantity: each trace line is rounded half up."""
    trace = tuple(_scaled(TraceLine(*row), base_quantity, quoted.base_quantity) for row in quoted.price_trace)
    tax = sum(row.amount for row in trace if row.kind == Kind.TAX)
    net = sum(row.amount for row in trace) - tax
    return taken._replace(net=checked(net), tax=checked(tax), gross=checked(net + tax), price_trace=trace)


def still_quoted(lines: tuple[Line, ...], kept: Iterable[Line], *, header: Header, before: Header) -> tuple[Line, ...]:
    """The lines of a draft that is written anew, `before` and `kept` being what it was.

    One of the same number, product and item category still refers to its quotation, as long as the customer and the
    currency are those that were quoted to. It carries the quoted price on, unless other conditions by hand are on it
    now.
    """
    if (header.customer_id, header.currency_id) != (before.customer_id, before.currency_id):
        return lines
    quoted = {line.line_number: line for line in kept if is_carried(line)}
    return tuple(_still(line, quoted.get(line.line_number)) for line in lines)


def _still(line: Line, was: Line | None) -> Line:
    if was is None or line.reference_kind or _sold(line) != _sold(was):
        return line
    referring = line._replace(
        reference_kind=was.reference_kind,
        reference_id=was.reference_id,
        reference_line_id=was.reference_line_id,
    )
    if _bargain(line) != _bargain(was):
        return referring
    return carried(was, base_quantity=line.base_quantity, taken=referring)


def _sold(line: Line) -> tuple[int, int]:
    return line.product_id, line.item_category_id


def _scaled(row: TraceLine, quantity: int, of: int) -> TraceLine:
    return row._replace(
        base=round_ratio(row.base * quantity, of, Rounding.HALF_UP),
        amount=round_ratio(row.amount * quantity, of, Rounding.HALF_UP),
    )


def _with(line: Line, offer: LineOffer | None) -> Line:
    if offer is None:
        return line
    return line.priced(offer.net, offer.tax, offer.gross, offer.trace)


def manual(line: Line) -> tuple[Manual, ...]:
    """The conditions agreed by hand on a line."""
    return tuple(_manual(entry, line.line_number) for entry in line.manual_conditions)


def agreed(draft: LineDraft, *, base_decimals: int, currency_decimals: int, row: int) -> tuple[Mapping[str, Any], ...]:
    """The conditions by hand of a line as they are kept: `price`, decimal text for one base unit, in minor units."""
    return tuple(
        _price_read(entry, base_decimals, currency_decimals, row) if "price" in entry else entry
        for entry in draft.manual_conditions or ()
    )


def _price_read(entry: Mapping[str, Any], base_decimals: int, currency_decimals: int, row: int) -> Mapping[str, Any]:
    entered = entry["price"]
    if isinstance(entered, bool) or not isinstance(entered, str | int) or "amount" in entry or "per_quantity" in entry:
        raise WrongEntry(
            "A price by hand is an amount for one base unit, such as 12.50. Enter it again.",
            row=row,
            field="manual_conditions",
        )
    try:
        amount = parse_money(entered, currency_decimals)
    except BusinessError as refused:
        refused.row, refused.field = row, "manual_conditions"
        raise
    if amount < 0:
        raise WrongEntry(
            "A price by hand is not below zero. Enter it again, or leave it empty for the price of the list.",
            row=row,
            field="manual_conditions",
        )
    rest = {name: value for name, value in entry.items() if name != "price"}
    return {"kind": "price", **rest, "amount": amount, "per_quantity": 10**base_decimals}


MANUAL_KINDS = ("price", "discount", "surcharge")


def _manual(entry: Mapping[str, Any], row: int) -> Manual:
    amount, points, per = entry.get("amount"), entry.get("basis_points"), entry.get("per_quantity", 1)
    numbers = [number for number in (amount, points, per) if number is not None]
    if (
        entry.get("kind") not in MANUAL_KINDS
        or (amount is None) == (points is None)
        or not all(isinstance(number, int) and 0 <= number <= MAX for number in numbers)
        or not per
    ):
        raise WrongEntry(
            "A condition by hand is a price, discount or surcharge with either an amount or a percentage, neither "
            "below zero. Enter it again.",
            row=row,
            field="manual_conditions",
        )
    return Manual(Kind(entry["kind"]), amount, per, points, str(entry.get("reason", ""))[:120])
