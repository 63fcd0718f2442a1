"""The key of a stock balance: everything that keeps goods apart."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Self

from troth.platform.locks import BalanceKey, Rank


class StockType(StrEnum):
    UNRESTRICTED = "unrestricted"
    QUALITY = "quality"
    BLOCKED = "blocked"
    RETURNS = "returns"
    IN_TRANSIT = "in_transit"
    CONSIGNMENT = "consignment"
    PACKAGING = "packaging"


@dataclass(slots=True)
class StockBalance:
    """`quantity` in the product's smallest units; `received_on` is the day of its oldest goods."""

    id: int
    quantity: int
    received_on: date | None


@dataclass(frozen=True, slots=True, order=True)
class StockKey(BalanceKey):
    """Empty text where a part does not apply. `owner`: "" (the company), "order:<line id>", "party:<id>", or
    "location:<code>" for what is kept for promises that are made from that location alone."""

    site_id: int
    location_id: int
    bin_id: int
    product_id: int
    batch: str = ""
    valuation: str = ""
    stock_type: str = StockType.UNRESTRICTED
    owner: str = ""

    rank: ClassVar[Rank] = Rank.STOCK
    table: ClassVar[str] = "stock_balance"
    types: ClassVar[tuple[str, ...]] = ("int", "int", "int", "int", "text", "text", "text", "text")
    columns: ClassVar[tuple[str, ...]] = ("quantity", "received_on")

    @classmethod
    def build(cls, key: Self, row: tuple[Any, ...]) -> StockBalance:
        return StockBalance(*row)

    @classmethod
    def empty(cls, key: Self) -> StockBalance:
        return StockBalance(0, 0, None)
