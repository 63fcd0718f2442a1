"""Price conditions as they stand on a day, in one statement whatever the number of products; taxes and accounts."""

from collections.abc import Iterable, Mapping
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


_FITS = (
    "c.company_id = k.company_id AND c.currency_id = k.currency AND c.is_active AND c.valid_from_on <= k.day"
    " AND (c.valid_to_on IS NULL OR c.valid_to_on >= k.day)"
    " AND (c.customer_id IS NULL OR c.customer_id = k.customer_id)"
    " AND (c.customer_group = '' OR c.customer_group = k.customer_group)"
)
_ASKED = {
    "nth": "int", "company_id": "int", "currency": "text", "day": "date", "customer_id": "int",
    "customer_group": "text", "product_id": "int",
}  # fmt: skip
_CONDITION = (
    "SELECT k.nth, c.id, c.code, c.kind, c.product_id, c.customer_id, c.customer_group, c.amount, c.per_quantity,"
    " c.basis_points, c.scale_from, c.valid_from_on, c.source FROM k JOIN masterdata_pricecondition c"
)
_ANY_PRODUCT = 0


class Fit(NamedTuple):
    """For whom, in which currency and on which day conditions are to hold; hashable, so that it can be remembered."""

    company_id: int
    customer_id: int
    group: str
    currency: str
    on: date


def conditions(fit: Fit, product_ids: Iterable[int]) -> tuple[Condition, ...]:
    """All conditions that hold for a customer on a day, for these products and for any."""
    return conditions_of({fit: product_ids})[fit]


def conditions_of(asked: Mapping[Fit, Iterable[int]]) -> dict[Fit, tuple[Condition, ...]]:
    """`conditions` of many customers, in one statement."""
    fits = list(asked)
    rows = [
        (nth, fit.company_id, fit.currency, fit.on, fit.customer_id, fit.group, product_id)
        for nth, fit in enumerate(fits)
        for product_id in (_ANY_PRODUCT, *dict.fromkeys(asked[fit]))
    ]
    with_clause, source, parameters = sql.relation("k", _ASKED, rows)
    given = with_clause or f"WITH k AS (SELECT * FROM {source})"
    found: dict[Fit, list[Condition]] = {fit: [] for fit in fits}
    for nth, *values in sql.fetch(
        f"{given} {_CONDITION} ON c.product_id = k.product_id AND {_FITS}"
        # else SQLite reads all prices of the currency for those few that hold for any product
        f" UNION ALL {_CONDITION}{sql.indexed_by('masterdata_price_product')}"
        f" ON k.product_id = {_ANY_PRODUCT} AND c.product_id IS NULL AND {_FITS}",
        parameters,
    ):
        found[fits[nth]].append(Condition(*values))
    return {fit: tuple(rows) for fit, rows in found.items()}


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
