"""Which changes ask anew what can be promised, and which are merely passed on (SO-7).

The list is the one of the source, word for word, and two things that it does not have on its lines: the storage
location, which it knows as a level of the check, and how a line is to be confirmed. What is not on it never re-runs the
promise.

    re-run the promise        site, requirement type, date, quantity (weighs anew), product, batch, storage location,
                              valuation type, conversion of units, shipping point, route, reason for rejection, fixed
                              flag, probability, project
    and, not in the source    delivery proposal, delivery group, complete delivery, how many partial deliveries, least
                              shipment, latest day: a wish to get all on one day is one for another promise. What
                              comes together is asked together
    passed on without check   delivery priority, ship-to, and everything else
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from troth.business.sales.rules import refusals
from troth.business.sales.rules.drafts import LineDraft
from troth.business.sales.rules.lines import Header, Line
from troth.kernel.errors import BusinessError, Sentence

LINE_FIELDS_THAT_RERUN = frozenset(
    {
        "site_id",
        "requirement_type",
        "requested_on",
        "quantity",
        "product_id",
        "batch",
        "location",
        "valuation",
        "unit_id",
        "base_quantity",
        "shipping_point_id",
        "route_id",
        "rejection_reason",
        "is_fixed",
        "min_shipment",
        "lateness_days_max",
        "deliveries_max",
        "delivery_mode",
        "delivery_group",
    }
)
"""`unit_id` and `base_quantity` together are the conversion of units: 2 boxes of 12 are not 2 boxes of 10."""

HEADER_FIELDS_THAT_RERUN = frozenset({"probability", "project", "complete_delivery", "deliveries_max"})
"""A header's site and requested date reach the promise through the lines that follow them."""

FIELDS_PASSED_ON = frozenset({"priority", "ship_to_id"})
"""Fields that a requirement carries without being checked again."""

FIELDS_THAT_REPRICE = frozenset(
    {"product_id", "quantity", "unit_id", "base_quantity", "manual_conditions", "requested_on", "item_category_id"}
)

FIELDS_OF_WHAT_HAS_GONE_ON = frozenset(
    {"product_id", "site_id", "unit_id", "batch", "location", "valuation", "item_category_id"}
)
"""Fields of a line that a delivery or an invoice has taken over from it."""

NOT_COMPARED = frozenset({"id", "net", "tax", "gross", "price_trace", "weight_g", "volume_ml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """New values of a line by the names of `LineDraft`; `delete` is not possible, a line is rejected with a reason."""

    line_number: int
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanges:
    """What is to be different: header fields by the names of `OrderDraft`, lines by number, and new lines."""

    header: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[LineChange, ...] = ()
    add: tuple[LineDraft, ...] = ()


Changes = dict[str, tuple[Any, Any]]


def differences(before: Header | Line, after: Header | Line) -> Changes:
    """Return {field: (before, after)} of what is different, derived amounts and measures left out."""
    return {
        name: (was, now)
        for name, was, now in zip(before._fields, before, after, strict=True)
        if name not in NOT_COMPARED and was != now
    }


def line_reruns(changed: Iterable[str]) -> bool:
    """Whether a change of these fields of a line asks anew what can be promised for it."""
    return not LINE_FIELDS_THAT_RERUN.isdisjoint(changed)


def header_reruns(changed: Iterable[str]) -> bool:
    """Whether a change of these fields of the header asks anew for all lines."""
    return not HEADER_FIELDS_THAT_RERUN.isdisjoint(changed)


class GoneOn(NamedTuple):
    """How much of a line (smallest units) is in deliveries and how much in invoices."""

    delivered: int
    billed: int


NONE = GoneOn(0, 0)


def may_stay(before: Line, after: Line) -> int:
    """How much of a line may stay in deliveries and invoices when it changes, in smallest units.

    A line that falls gives back all that is above it; one that does not keeps what is in its tolerance.

        ordered 10, tolerance 20 %, 12 in deliveries     to 11  12 stay     to 9  9 stay, 3 go back or it is refused
    """
    if not after.stands:
        return 0
    is_lower = after.base_quantity < before.base_quantity
    return after.base_quantity if is_lower else after.base_quantity + after.tolerance


def refuse_change_of_gone_on(
    number: str, before: Line, after: Line, changed: Iterable[str], *, gone_on: GoneOn, takes_back: bool = False
) -> None:
    """Refuse a change that contradicts what is delivered or billed of a line.

    One that `takes_back` a rise leaves the line what it kept in its tolerance before.
    """
    fixed = FIELDS_OF_WHAT_HAS_GONE_ON & set(changed)
    most = may_stay(after, after) if takes_back else may_stay(before, after)
    if gone_on.delivered and (fixed or gone_on.delivered > most):
        raise refusals.LineInDelivery(
            Sentence(
                "Line %(line_number)s of order %(order)s is in a delivery. To change it like this, "
                "change what is on its way (on the order's page), cancel the delivery first, or add a line."
            ),
            order=number,
            line_number=before.line_number,
            delivered=gone_on.delivered,
            fields=sorted(fixed),
        )
    if gone_on.billed and (fixed or gone_on.billed > most):
        raise refusals.LineBilled(
            Sentence(
                "Line %(line_number)s of order %(order)s has been billed. To change it like this, "
                "cancel the invoice first, or add a line."
            ),
            order=number,
            line_number=before.line_number,
            billed=gone_on.billed,
            fields=sorted(fixed),
        )


def check_names(changes: OrderChanges, header_names: Sequence[str], line_names: Sequence[str]) -> None:
    """Refuse changes of fields that do not exist or cannot be changed."""
    wrong: list[BusinessError] = [
        refusals.WrongEntry(Sentence("%(name)r cannot be changed."), name=name[:40], field=name)
        for name in changes.header
        if name not in header_names
    ]
    wrong += [
        refusals.WrongEntry(Sentence("%(name)r cannot be changed."), name=name[:40], row=change.line_number, field=name)
        for change in changes.lines
        for name in change.values
        if name not in line_names
    ]
    if wrong:
        raise wrong[0]
