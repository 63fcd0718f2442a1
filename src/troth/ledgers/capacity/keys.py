"""The key of a capacity balance: a resource. Its version tells a worker that its gap list in memory is older."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from troth.platform.locks import BalanceKey, Rank


@dataclass(slots=True)
class CapacityBalance:
    """`booked_minutes` is the sum of all bookings; `version` counts the changes."""

    id: int
    version: int
    booked_minutes: int


@dataclass(frozen=True, slots=True, order=True)
class CapacityKey(BalanceKey):
    resource_id: int

    rank: ClassVar[Rank] = Rank.CAPACITY
    table: ClassVar[str] = "capacity_balance"
    types: ClassVar[tuple[str, ...]] = ("int",)
    columns: ClassVar[tuple[str, ...]] = ("version", "booked_minutes")

    @classmethod
    def build(cls, key: Self, row: tuple[Any, ...]) -> CapacityBalance:
        return CapacityBalance(*row)

    @classmethod
    def empty(cls, key: Self) -> CapacityBalance:
        return CapacityBalance(0, 0, 0)
