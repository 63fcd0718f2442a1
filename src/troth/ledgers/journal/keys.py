"""The key of a journal balance: an account of a company."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from troth.platform.locks import BalanceKey, Rank


@dataclass(slots=True)
class JournalBalance:
    """Debit positive, credit negative, in minor units of the company's currency."""

    id: int
    amount: int


@dataclass(frozen=True, slots=True, order=True)
class JournalKey(BalanceKey):
    company_id: int
    account: str

    rank: ClassVar[Rank] = Rank.JOURNAL
    table: ClassVar[str] = "journal_balance"
    types: ClassVar[tuple[str, ...]] = ("int", "text")
    columns: ClassVar[tuple[str, ...]] = ("amount",)

    @classmethod
    def build(cls, key: Self, row: tuple[Any, ...]) -> JournalBalance:
        return JournalBalance(*row)

    @classmethod
    def empty(cls, key: Self) -> JournalBalance:
        return JournalBalance(0, 0)
