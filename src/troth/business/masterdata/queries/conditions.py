"""Price conditions as they stand on a day, in one statement whatever the number of products; taxes and accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from troth.business.masterdata.rules import AccountMissing
from troth.kernel.errors import Sentence
from troth.platform import sql


class Condition(NamedTuple):
    """A row of the price conditions. Ids and group are empty where the condition does not ask for them.

    `amount` in minor units for `per_quantity` smallest units (freight: for each kg), or `basis_points`; valid from
    `scale_from` smallest units on.
    """

    id: int
    code: str
    kind: str
    product_id: int | None
    customer_id: int | None
    customer_group: str
    amount: int | None
    per_quantity: int
    basis_points: int | None
    scale_from: int
    valid_from_on: date
    source: str


_CONDITION = (
    "SELECT c.id, c.code, c.kind, c.product_id, c.customer_id, c.customer_group, c.amount, c.per_quantity,"
    " c.basis_points, c.scale_from, c.valid_from_on, c.source FROM masterdata_pricecondition c"
)
_FITS = (
    "c.company_id = %s AND c.currency_id = %s AND c.is_active AND c.valid_from_on <= %s"
    " AND (c.valid_to_on IS NULL OR c.valid_to_on >= %s)"
    " AND (c.customer_id IS NULL OR c.customer_id = %s) AND (c.customer_group = '' OR c.customer_group = %s)"
)


def conditions(
    company_id: int, customer_id: int, group: str, product_ids: Iterable[int], *, currency: str, on: date
) -> tuple[Condition, ...]:
    """All conditions in this currency that hold for the customer on this day, for these products and for any."""
    wanted = [(product_id,) for product_id in dict.fromkeys(product_ids)] or [(0,)]
    with_clause, source, parameters = sql.relation("k", {"product_id": "int"}, wanted)
    fits = [company_id, currency, on, on, customer_id, group]
    rows = sql.fetch(
        f"{with_clause} {_CONDITION} JOIN {source} ON c.product_id = k.product_id WHERE {_FITS}"
        f" UNION ALL {_CONDITION} WHERE c.product_id IS NULL AND {_FITS}",
        [*parameters, *fits, *fits],
    )
    return tuple(Condition(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Tax:
    id: int
    name: str
    country: str
    region: str
    basis_points: int
    valid_from_on: date
    valid_to_on: date | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    posting_key: str
    customer_group: str
    product_category: str
    account: str


@dataclass(frozen=True, slots=True)
class AccountTable:
    """The account determination of a company, for a document of many lines."""

    company_id: int
    rows: tuple[AccountRow, ...]

    def has(self, posting_key: str) -> bool:
        """Whether any account is set for a posting key that a company may go without."""
        return any(row.posting_key == posting_key for row in self.rows)

    def account(self, posting_key: str, *, customer_group: str = "", product_category: str = "") -> str:
        """The account of the most specific row that fits; the customer group counts for more than the category."""
        fitting = [
            row
            for row in self.rows
            if row.posting_key == posting_key
            and row.customer_group in ("", customer_group)
            and row.product_category in ("", product_category)
        ]
        if not fitting:
            raise AccountMissing(
                Sentence("No account is set for posting key %(posting_key)s. Add one under account determination."),
                posting_key=posting_key,
                customer_group=customer_group,
                product_category=product_category,
            )
        return max(fitting, key=lambda row: (bool(row.customer_group), bool(row.product_category))).account
