"""Limits on what may be proposed for a line: the least that may arrive at once, the latest day, how many deliveries.

| limit | of a line | where the line names none |
| --- | --- | --- |
| least shipment | a quantity in the product's base unit; 0: any | a share of the line, by the customer |
| latest day | so many days after its wished date | the customer's; none: however late |
| deliveries | at most so many | the document's, which has the customer's |

Where the least shipment is more than is wanted, all of it arrives at once: a line that names more than its own quantity
is refused, one that falls below it later is not.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from troth.kernel.errors import Sentence
from troth.kernel.quantity import Unit, format_quantity

DAYS_MAX = 9_999
"""So many days are as good as no latest day."""
DELIVERIES_MAX = 99


class Limits(NamedTuple):
    """What a line names itself; `min_shipment` in smallest units."""

    min_shipment: int | None = None
    lateness_days_max: int | None = None
    deliveries_max: int | None = None


NO_LIMITS = Limits()


class CustomerFacts(Protocol):
    """What is agreed with a customer for all that it orders."""

    @property
    def minimum_shipment_percent(self) -> int: ...
    @property
    def lateness_days_max(self) -> int | None: ...


def faults(days: int | None, most: int | None) -> Iterator[tuple[str, Sentence]]:
    """What is wrong of a latest day and a number of deliveries, by field."""
    if days is not None and not 0 <= days <= DAYS_MAX:
        yield (
            "lateness_days_max",
            Sentence("The latest day is 0 to %(most)s days after the wished date.", most=DAYS_MAX),
        )
    if most is not None and not 1 <= most <= DELIVERIES_MAX:
        yield "deliveries_max", Sentence("Partial deliveries at most: enter 1 to 99.")


def too_much(least: int, quantity: int, unit: Unit) -> Sentence | None:
    """What is wrong of a least shipment of a line of `quantity`, both in smallest units of the base `unit`."""
    if least <= quantity:
        return None
    return Sentence(
        "The least shipment is more than the %(amount)s of the line. "
        "Enter at most that: then all of it arrives at once.",
        amount=format_quantity(quantity, unit.decimals, unit.code),
    )


def agreed(
    least: int | None, days: int | None, quantity: int, customer: CustomerFacts | None
) -> tuple[int, int | None]:
    """The least shipment of a line in smallest units (0: any), and how late it may be; a share is rounded up."""
    if customer is None:
        return least or 0, days
    if least is None:
        least = -(-quantity * customer.minimum_shipment_percent // 100)
    return least, customer.lateness_days_max if days is None else days
