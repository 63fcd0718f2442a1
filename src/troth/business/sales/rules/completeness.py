"""What an order lacks, and what that holds back (SO-4).

An unfinished order can always be saved. What is missing is listed with the step it holds back: without a date nothing
can be confirmed, without a route nothing leaves, without a price nothing is billed. An order that lacks something for
its confirmation stays a draft; what holds back a later step becomes a block of that step, which falls when it is filled
in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from troth.business.sales.rules.determination import Category
from troth.business.sales.rules.lines import Header, Line
from troth.kernel.errors import Sentence


class Step(StrEnum):
    """The step that is held back."""

    CONFIRMATION = "confirmation"
    DELIVERY = "delivery"
    BILLING = "billing"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing; `line_number` is None for the header. `offer`: what to enter, where that is known."""

    field: str
    line_number: int | None
    holds_back: Step
    sentence: str
    offer: str = ""


def missing(
    order: Header,
    lines: Iterable[Line],
    categories: Mapping[int, Category],
    *,
    stocked: frozenset[int],
    unpriced: frozenset[int] = frozenset(),
    needs_customer_reference: bool = False,
) -> tuple[Missing, ...]:
    """List what is missing. `stocked`: ids of products kept in stock; `unpriced`: numbers of lines without a price."""
    found: list[Missing] = []
    standing = [line for line in lines if line.stands]
    if not standing:
        found.append(Missing("lines", None, Step.CONFIRMATION, Sentence("Enter at least one line.")))
    if needs_customer_reference and not order.customer_reference:
        found.append(Missing("customer_reference", None, Step.BILLING, Sentence("Enter the customer's order number.")))
    for line in standing:
        if None in (line.requested_on, line.site_id, line.shipping_point_id, line.route_id):
            found += _of_line(line, categories[line.item_category_id], line.product_id in stocked)
        if line.line_number in unpriced:
            found.append(
                Missing(
                    "price",
                    line.line_number,
                    Step.BILLING,
                    Sentence(
                        "Line %(line)s has no price. Enter one, or have a price condition created.",
                        line=line.line_number,
                    ),
                )
            )
    return tuple(found)


def _of_line(line: Line, category: Category, is_stocked: bool) -> list[Missing]:
    number = line.line_number
    wanted: list[tuple[str, object, Step, Sentence]] = []
    promised = category.is_promised and is_stocked
    if promised or category.is_delivered:
        wanted.append(("requested_on", line.requested_on, Step.CONFIRMATION, Sentence("a requested date")))
    if promised:
        wanted.append(("site", line.site_id, Step.CONFIRMATION, Sentence("a site that ships it")))
    if category.is_delivered and is_stocked:
        wanted.append(("shipping_point", line.shipping_point_id, Step.DELIVERY, Sentence("a shipping point")))
        wanted.append(("route", line.route_id, Step.DELIVERY, Sentence("a route")))
    return [
        Missing(name, number, step, Sentence("Line %(line)s lacks %(what)s. Enter it.", line=number, what=what))
        for name, value, step, what in wanted
        if value is None
    ]


def holding_back(found: Iterable[Missing], step: Step) -> tuple[Missing, ...]:
    return tuple(one for one in found if one.holds_back is step)
