"""What goods that move are worth at standard cost, and on which accounts that is posted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.business.masterdata.queries.conditions import AccountTable
from troth.business.masterdata.queries.kept import account_table
from troth.business.masterdata.queries.terms import product_terms
from troth.kernel.money import round_ratio


@dataclass(frozen=True, slots=True)
class Valuation:
    """`by_account`: amounts in minor units of the company's currency, debit positive, which sum to zero.

    `cost` is what the goods are worth in all; goods that left (a negative quantity) count as negative. Empty where they
    cost nothing.
    """

    cost: int
    by_account: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        return not self.by_account


def at_standard_cost(
    company_id: int,
    goods: Iterable[tuple[int, int]],
    *,
    debit: str,
    credit: str,
    customer_group: str = "",
    table: AccountTable | None = None,
) -> Valuation:
    """Value (product id, quantity in smallest units) pairs, each rounded half up to minor units.

    `debit` and `credit` are posting keys. `AccountMissing` where goods cost something and no account is set for them.
    """
    goods, table = list(goods), table or account_table(company_id)
    products = product_terms({product_id for product_id, _ in goods})
    cost, amounts = 0, dict[str, int]()
    for product_id, quantity in goods:
        product = products[product_id]
        amount = round_ratio(product.standard_cost * quantity, 10**product.base_unit.decimals)
        if not amount:
            continue
        cost += amount
        for posting_key, signed in ((debit, amount), (credit, -amount)):
            account = table.account(posting_key, customer_group=customer_group, product_category=product.category)
            amounts[account] = amounts.get(account, 0) + signed
    return Valuation(cost, {account: amount for account, amount in amounts.items() if amount})
