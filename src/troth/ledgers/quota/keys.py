"""The key of a quota balance: a procedure's cell in a period."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from troth.platform.locks import BalanceKey, Rank


@dataclass(slots=True)
class QuotaBalance:
    """What is planned for the cell and what promises have consumed, in the product's smallest units."""

    id: int
    planned: int
    consumed: int

    def __copy__(self) -> "QuotaBalance":
        # As that of an availability balance: a check under quotas copies a dozen.
        return QuotaBalance(self.id, self.planned, self.consumed)


@dataclass(frozen=True, slots=True, order=True)
class QuotaKey(BalanceKey):
    """`cell` is the canonical text of the characteristic values; `period` the number of the period in the procedure."""

    procedure_id: int
    cell: str
    period: int

    rank: ClassVar[Rank] = Rank.QUOTA
    table: ClassVar[str] = "quota_balance"
    types: ClassVar[tuple[str, ...]] = ("int", "text", "int")
    columns: ClassVar[tuple[str, ...]] = ("planned", "consumed")

    @classmethod
    def build(cls, key: Self, row: tuple[Any, ...]) -> QuotaBalance:
        return QuotaBalance(*row)

    @classmethod
    def empty(cls, key: Self) -> QuotaBalance:
        return QuotaBalance(0, 0, 0)
