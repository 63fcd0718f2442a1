"""The key of an exposure balance: a payer's credit account with a company."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from troth.platform.locks import BalanceKey, Rank


class Part(StrEnum):
    """What the exposure is made of; deposits count against the others."""

    OPEN_ORDERS = "open_orders"
    OPEN_DELIVERIES = "open_deliveries"
    OPEN_INVOICES = "open_invoices"
    DEPOSITS = "deposits"


COUNTED = {Part.OPEN_ORDERS: "orders", Part.OPEN_DELIVERIES: "deliveries", Part.OPEN_INVOICES: "invoices"}
"""The column that counts the documents of a part for which something stands."""


@dataclass(slots=True)
class ExposureBalance:
    """Minor units of the company's currency, and how many documents stand for them."""

    id: int
    open_orders: int
    open_deliveries: int
    open_invoices: int
    deposits: int
    orders: int = 0
    deliveries: int = 0
    invoices: int = 0
    root: int = 0
    """The party under whose account the balance counts with others; 0: under none."""

    @property
    def total(self) -> int:
        return self.open_orders + self.open_deliveries + self.open_invoices - self.deposits


@dataclass(frozen=True, slots=True, order=True)
class ExposureKey(BalanceKey):
    company_id: int
    party_id: int

    rank: ClassVar[Rank] = Rank.EXPOSURE
    table: ClassVar[str] = "exposure_balance"
    types: ClassVar[tuple[str, ...]] = ("int", "int")
    columns: ClassVar[tuple[str, ...]] = (
        "open_orders", "open_deliveries", "open_invoices", "deposits", "orders", "deliveries", "invoices", "root",
    )  # fmt: skip

    @classmethod
    def build(cls, key: Self, row: tuple[Any, ...]) -> ExposureBalance:
        return ExposureBalance(*row)

    @classmethod
    def empty(cls, key: Self) -> ExposureBalance:
        return ExposureBalance(0, 0, 0, 0, 0)

    @classmethod
    def companions(cls, taken: Iterable[tuple[Self, ExposureBalance]]) -> "Iterable[GroupKey]":
        """The groups in which they count: whoever posts to a member posts to its group."""
        return {GroupKey(key.company_id, balance.root) for key, balance in taken if balance.root}


@dataclass(slots=True)
class GroupBalance:
    """The sums of a group's members, in minor units of the company's currency."""

    id: int
    open_orders: int
    open_deliveries: int
    open_invoices: int
    deposits: int

    @property
    def total(self) -> int:
        return self.open_orders + self.open_deliveries + self.open_invoices - self.deposits


@dataclass(frozen=True, slots=True, order=True)
class GroupKey(BalanceKey):
    """The payers that share the limit of `party_id`, itself among them; taken with each member."""

    company_id: int
    party_id: int

    rank: ClassVar[Rank] = Rank.EXPOSURE_GROUP
    table: ClassVar[str] = "exposure_group"
    types: ClassVar[tuple[str, ...]] = ("int", "int")
    columns: ClassVar[tuple[str, ...]] = tuple(str(part) for part in Part)

    @classmethod
    def build(cls, key: Self, row: tuple[Any, ...]) -> GroupBalance:
        return GroupBalance(*row)

    @classmethod
    def empty(cls, key: Self) -> GroupBalance:
        return GroupBalance(0, 0, 0, 0, 0)
