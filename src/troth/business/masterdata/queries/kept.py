"""Taxes, accounts and terms of payment, from what the process keeps in memory (see `snapshot`)."""

from collections.abc import Iterable
from datetime import date

from troth.business.masterdata.queries.conditions import AccountTable, Tax
from troth.business.masterdata.queries.snapshot import snapshot
from troth.business.masterdata.queries.terms import PaymentTermsRow


def tax_rates(country: str, region: str, on: date, *, edition: int | None = None) -> tuple[Tax, ...]:
    """The taxes of a destination on a day, by name.

    Taxes of different names add up (a country's and a province's). Of the same name a region's rate stands in for the
    country's, and the later one for the earlier.
    """
    valid = (
        tax
        for tax in snapshot(edition).taxes.get(country, ())
        if tax.region in ("", region) and tax.valid_from_on <= on and (tax.valid_to_on is None or tax.valid_to_on >= on)
    )
    return tuple({tax.name: tax for tax in valid}.values())


def account_table(company_id: int) -> AccountTable:
    return snapshot().accounts.get(company_id) or AccountTable(company_id, ())


def account(company_id: int, posting_key: str, *, customer_group: str = "", product_category: str = "") -> str:
    """The account of one posting. Documents of many lines take `account_table` once."""
    table = account_table(company_id)
    return table.account(posting_key, customer_group=customer_group, product_category=product_category)


def payment_terms(ids: Iterable[int]) -> dict[int, PaymentTermsRow]:
    """Payment terms by id, active or not; ids that are not there are left out."""
    known = snapshot().payment_terms
    return {one: known[one] for one in ids if one in known}
