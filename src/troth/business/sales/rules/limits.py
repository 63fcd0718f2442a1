"""The limits that a line of an order or a quotation names itself, or its customer has (`kernel.limits`)."""

from operator import attrgetter
from typing import Protocol

from troth.business.sales.rules import refusals
from troth.kernel import limits
from troth.kernel.errors import BusinessError
from troth.kernel.limits import CustomerFacts
from troth.kernel.quantity import Unit, parse_quantity

DAYS_MAX, DELIVERIES_MAX = limits.DAYS_MAX, limits.DELIVERIES_MAX


class Drafted(Protocol):
    """What a line as entered says of its limits."""

    @property
    def min_shipment(self) -> str | int | None: ...
    @property
    def lateness_days_max(self) -> int | None: ...
    @property
    def deliveries_max(self) -> int | None: ...


_named = attrgetter("min_shipment", "lateness_days_max", "deliveries_max")


def names_any(draft: Drafted) -> bool:
    """Whether the line names a limit of its own."""
    return _named(draft) != (None, None, None)


def read(draft: Drafted, unit: Unit, quantity: int, row: int, wrong: list[BusinessError]) -> int | None:
    """The least shipment that a line names, in smallest units; what is wrong in its limits joins `wrong`.

    `quantity` is the line's, in smallest units of the base `unit`.
    """
    for name, said in limits.faults(draft.lateness_days_max, draft.deliveries_max):
        wrong.append(refusals.WrongEntry(said, row=row, field=name))
    if draft.min_shipment in (None, ""):
        return None
    try:
        least = parse_quantity(draft.min_shipment or 0, unit, zero_allowed=True)
    except BusinessError as refused:
        refused.row, refused.field = row, "min_shipment"
        wrong.append(refused)
        return None
    if (fault := limits.too_much(least, quantity, unit)) is not None:
        wrong.append(refusals.WrongEntry(fault, row=row, field="min_shipment"))
    return least


class Limited(Protocol):
    """A line as it stands."""

    @property
    def base_quantity(self) -> int: ...
    @property
    def min_shipment(self) -> int | None: ...
    @property
    def lateness_days_max(self) -> int | None: ...


def of_line(line: Limited, customer: CustomerFacts) -> tuple[int, int | None]:
    """The least shipment of a line in smallest units (0: any), and how late it may be; a share is rounded up."""
    return limits.agreed(line.min_shipment, line.lateness_days_max, line.base_quantity, customer)


def rescaled(least: int | None, quantity: int, other: int) -> int | None:
    """The least shipment of a line of `quantity` where `other` units of other goods serve it, rounded up."""
    return None if least is None else -(-least * other // quantity)
