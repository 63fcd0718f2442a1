"""The key of a fulfilment balance: a line of a quotation or order, or an invoice as a whole."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from troth.platform.locks import BalanceKey, Rank


class Measure(StrEnum):
    """How far a line has come. Quantities in smallest units; `paid` in minor units, for invoices."""

    ORDERED = "ordered"
    REFERENCED = "referenced"
    DELIVERED = "delivered"
    PICKED = "picked"
    ISSUED = "issued"
    BILLED = "billed"
    PAID = "paid"
    RETURNED = "returned"


class BillingBasis(StrEnum):
    """What limits the billed quantity: what was issued, what was ordered, or nothing is billed."""

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
    tolerance: int = 0
    billing_basis: str = BillingBasis.ISSUED


@dataclass(frozen=True, slots=True, order=True)
class FulfilmentKey(BalanceKey):
    """`kind` is "order_line", "quotation_line" or "invoice"; `line_id` the id of that row."""

    kind: str
    line_id: int

    rank: ClassVar[Rank] = Rank.FULFILMENT
    table: ClassVar[str] = "fulfilment_balance"
    types: ClassVar[tuple[str, ...]] = ("text", "int")
    columns: ClassVar[tuple[str, ...]] = (*(measure.value for measure in Measure), "tolerance", "billing_basis")

    @classmethod
    def build(cls, key: Self, row: tuple[Any, ...]) -> FulfilmentBalance:
        return FulfilmentBalance(*row)

    @classmethod
    def empty(cls, key: Self) -> FulfilmentBalance:
        return FulfilmentBalance(0, 0, 0, 0, 0, 0, 0, 0, 0)
