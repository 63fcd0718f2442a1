"""Which due schedule lines travel together.

Lines go into one delivery when they share company, site, sold-to, ship-to, payer, route, incoterm and planned goods
issue. An order that is to be delivered complete stays whole: all it has at the site goes in one delivery, on the last
of its dates, or nothing of it goes.

    order 1, to A, Monday 5 and 3     one delivery of 5 and 3
    order 2, to A, Monday 4           joins it
    order 2, to A, Tuesday 4          a delivery of its own
    order 3, complete, to A, Monday 2 and Tuesday 2     one delivery on Tuesday; while 1 more is not due: none
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from troth.kernel.errors import BusinessError
from troth.kernel.money import round_ratio


class NotWhole(BusinessError):
    """The order is to be delivered complete, and part of it is not due or not confirmed."""

    code = "order_not_whole"


class NothingDue(BusinessError):
    """There is nothing to deliver."""

    code = "nothing_due"


class NothingAtHand(BusinessError):
    """What is due cannot be delivered now: the check at delivery time finds nothing of it."""

    code = "nothing_at_hand"


@dataclass(frozen=True, slots=True, order=True)
class Header:
    """What all lines of a delivery share."""

    company_id: int
    site_id: int
    sold_to_id: int
    ship_to_id: int
    payer_id: int
    route_id: int
    incoterm: str
    goods_issue_on: date


@dataclass(frozen=True, slots=True)
class DueLine:
    """`quantity` of an order line that is due and not delivered, in smallest units, with the terms of its order."""

    order_id: int
    order_number: str
    order_line_id: int
    line_number: int
    product_id: int
    quantity: int
    header: Header
    delivery_on: date
    material_on: date
    priority: int = 5
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one delivery to be, in order of order and line."""

    header: Header
    delivery_on: date
    priority: int
    lines: tuple[DueLine, ...]


def group(lines: Sequence[DueLine]) -> tuple[Group, ...]:
    """Group due lines into deliveries, the earliest goods issue first; complete orders are expected to be whole."""
    last: dict[int, date] = {}
    for line in lines:
        last[line.order_id] = max(line.header.goods_issue_on, last.get(line.order_id, date.min))
    together: dict[tuple[Header, int], list[DueLine]] = {}
    for line in lines:
        header = replace(line.header, goods_issue_on=last[line.order_id]) if line.is_complete else line.header
        together.setdefault((header, line.order_id if line.is_complete else 0), []).append(line)
    groups = [_group(header, members) for (header, _), members in together.items()]
    return tuple(sorted(groups, key=lambda made: (made.header.goods_issue_on, made.priority, made.lines[0].order_id)))


def missing_from_whole(lines: Iterable[DueLine], open_by_line: Mapping[int, int]) -> int:
    """Return how many lines of a complete order are not due in full; `open_by_line` is all it has open at the site."""
    due: dict[int, int] = {}
    for line in lines:
        due[line.order_line_id] = due.get(line.order_line_id, 0) + line.quantity
    return sum(due.get(line_id, 0) < wanted for line_id, wanted in open_by_line.items())


def share(total: int, *, ordered: int, delivered_after: int, standing: int) -> int:
    """Return the value of what is delivered now, so that all deliveries of the line sum to `total` to the last unit.

    `standing` is the value of the line's deliveries that stand; `delivered_after` counts this one. What is delivered
    above the ordered quantity is worth its price too: it is billed like the rest.
    """
    return round_ratio(total * delivered_after, ordered) - standing


def measure(per_base_unit: int, quantity: int, decimals: int) -> int:
    """Return the weight or volume of a quantity in smallest units (10^-decimals), rounded half up."""
    return round_ratio(per_base_unit * quantity, 10**decimals)


def _merged(members: Iterable[DueLine]) -> list[DueLine]:
    """One line for each order line: schedule lines that travel together become one."""
    merged: dict[int, DueLine] = {}
    for line in sorted(members, key=lambda line: (line.order_id, line.line_number, line.material_on)):
        before = merged.get(line.order_line_id)
        merged[line.order_line_id] = replace(line, quantity=line.quantity + before.quantity) if before else line
    return list(merged.values())


def _group(header: Header, members: list[DueLine]) -> Group:
    members = _merged(members)
    return Group(
        header,
        max(line.delivery_on for line in members),
        min(line.priority for line in members),
        tuple(members),
    )
