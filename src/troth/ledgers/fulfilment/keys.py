"""The key of a fulfilment balance: a line of a quotation or order, or an invoice as a whole."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from troth.ledgers.fulfilment.states import BillingBasis, FulfilmentBalance, Measure
from troth.platform.locks import BalanceKey, Rank

__all__ = ["BillingBasis", "FulfilmentBalance", "FulfilmentKey", "Measure"]


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
        return FulfilmentBalance(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
