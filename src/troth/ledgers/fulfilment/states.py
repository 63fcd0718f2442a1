"""What is counted of a line, what limits its billing, and where it stands."""

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """How far a line has come. Quantities in smallest units; `paid` in minor units, for invoices.

    `lost` was issued and did not arrive: it is not billed.
    """

    ORDERED = "ordered"
    REFERENCED = "referenced"
    DELIVERED = "delivered"
    PICKED = "picked"
    ISSUED = "issued"
    BILLED = "billed"
    PAID = "paid"
    RETURNED = "returned"
    LOST = "lost"


class BillingBasis(StrEnum):
    """What limits the billed quantity: what was issued and arrived, what was ordered, or nothing is billed."""

    ISSUED = "issued"
    ORDERED = "ordered"
    NONE = "none"


@dataclass(slots=True)
class FulfilmentBalance:
    id: int
    ordered: int
    referenced: int
    delivered: int
    picked: int
    issued: int
    billed: int
    paid: int
    returned: int
    lost: int
    tolerance: int = 0
    billing_basis: str = BillingBasis.ISSUED
