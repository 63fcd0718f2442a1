"""The journal side of goods that come in, at standard cost.

| what | debit | credit |
| --- | --- | --- |
| goods receipt | inventory | goods received |
| count | inventory | stock difference |
| opening stock | inventory | opening, if the company has an account for it |

What is less than before (a count that finds less) turns the sides.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from troth.business.masterdata.queries import Valuation, account_table, at_standard_cost
from troth.ledgers.journal import actions as journal
from troth.ledgers.journal.keys import JournalKey
from troth.ledgers.journal.queries import EntryRow
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference

INVENTORY, GOODS_RECEIVED, STOCK_DIFFERENCE, OPENING = "inventory", "goods_received", "stock_difference", "opening"
"""The posting keys of the account determination."""


@dataclass(frozen=True, slots=True)
class Value:
    """What is to be posted for a movement; nothing where the goods cost nothing."""

    company_id: int
    valuation: Valuation

    @property
    def keys(self) -> tuple[JournalKey, ...]:
        return journal.keys(self.company_id, self.valuation.by_account)

    def post(self, held: Held, text: str, source: DocumentRef, *, clock: Clock, movement_id: int = 0) -> None:
        """Post the entry on the company's day; `movement_id` names the stock movement it belongs to."""
        if self.valuation.is_empty:
            return
        company = reference.company(self.company_id)
        amounts = self.valuation.by_account
        journal.post(
            held,
            company_id=self.company_id,
            on=clock.today(company.time_zone),
            text=text,
            source=source,
            lines=[journal.Line(account, amount, amount, company.currency) for account, amount in amounts.items()],
            at=clock.now(),
            source_line_id=movement_id,
        )


def received(company_id: int, product_id: int, quantity: int) -> Value:
    """A goods receipt of `quantity` in smallest units."""
    return _value(company_id, [(product_id, quantity)], GOODS_RECEIVED)


def difference(company_id: int, product_id: int, quantity: int) -> Value:
    """A count that found `quantity` more, or with a negative one less."""
    return _value(company_id, [(product_id, quantity)], STOCK_DIFFERENCE)


def opened(company_id: int, goods: Iterable[tuple[int, int]]) -> Value:
    """Opening stock of a company, as (product id, quantity)."""
    if not account_table(company_id).has(OPENING):
        return Value(company_id, Valuation(0, {}))
    return _value(company_id, goods, OPENING)


def reverse(held: Held, booked: Iterable[EntryRow], text: str, source: DocumentRef, *, clock: Clock) -> None:
    """Reverse the entries of a movement that is taken back; their accounts must be held."""
    for entry in booked:
        on = clock.today(reference.company(entry.company_id).time_zone)
        journal.reverse(held, entry.id, on=on, text=text, source=source, at=clock.now())


def _value(company_id: int, goods: Iterable[tuple[int, int]], against: str) -> Value:
    return Value(company_id, at_standard_cost(company_id, goods, debit=INVENTORY, credit=against))
