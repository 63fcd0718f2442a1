"""By what customers and products are told apart, for rules that name such values: which of them there are."""

from collections.abc import Iterable
from typing import NamedTuple

from troth.platform import sql

_COLUMNS = {
    "product": ("number", "reference_product"),
    "product_group": ("category", "reference_product"),
    "customer_group": ('"group"', "masterdata_customer"),
    "country": ("code", "reference_country"),
    "region": ("region", "reference_party"),
    "channel": ("code", "reference_salesorganisation"),
}


class CustomerTraits(NamedTuple):
    """A customer of a company: its group, where it is shipped to, and the code of its sales organisation."""

    number: str
    customer_group: str
    country: str
    region: str
    channel: str


def values_in_use(trait: str, values: Iterable[str]) -> set[str]:
    """Those of the values that something in the books has; `trait` is one of `product`, `region` and so on."""
    wanted = sorted(set(values))
    if not wanted:
        return set()
    if trait == "customer":
        return set(customer_traits(wanted))
    column, table = _COLUMNS[trait]
    chosen, parameters = sql.one_of(column, wanted, "text")
    return {row[0] for row in sql.fetch(f"SELECT DISTINCT {column} FROM {table} WHERE {chosen}", parameters)}


def values_of(trait: str, *, limit: int = 500) -> list[str]:
    """What can be chosen, in order; for those of which there are few."""
    column, table = _COLUMNS[trait]
    rows = sql.fetch(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> '' ORDER BY 1 LIMIT %s", [limit])
    return [row[0] for row in rows]


def customer_traits(numbers: Iterable[str]) -> dict[str, list[CustomerTraits]]:
    """The customers of these numbers; a party may be a customer of several companies."""
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    chosen, parameters = sql.one_of("p.number", wanted, "text")
    rows = sql.fetch(
        'SELECT p.number, c."group", st.country_id, st.region, so.code FROM masterdata_customer c'
        " JOIN reference_party p ON p.id = c.party_id"
        " JOIN reference_party st ON st.id = COALESCE(c.ship_to_id, c.party_id)"
        f" JOIN reference_salesorganisation so ON so.id = c.sales_organisation_id WHERE {chosen} ORDER BY c.id",
        parameters,
    )
    found: dict[str, list[CustomerTraits]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(CustomerTraits(*row))
    return found


def countries_of_regions(regions: Iterable[str]) -> dict[str, set[str]]:
    """The countries (codes) in which somebody has an address in a region so named; unknown ones are left out."""
    wanted = sorted(set(regions))
    if not wanted:
        return {}
    chosen, parameters = sql.one_of("region", wanted, "text")
    found: dict[str, set[str]] = {}
    for region, country in sql.fetch(
        f"SELECT DISTINCT region, country_id FROM reference_party WHERE {chosen}", parameters
    ):
        found.setdefault(region, set()).add(country)
    return found


def product_groups(numbers: Iterable[str]) -> dict[str, str]:
    """The group of each of these products (numbers); those that are not there are left out."""
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    chosen, parameters = sql.one_of("number", wanted, "text")
    return dict(sql.fetch(f"SELECT number, category FROM reference_product WHERE {chosen}", parameters))


def units_of_groups(groups: Iterable[str]) -> dict[str, set[str]]:
    """The base units in which the products of each group (category) are counted."""
    chosen, parameters = sql.one_of("category", sorted(set(groups)), "text")
    found: dict[str, set[str]] = {}
    for group, unit in sql.fetch(
        f"SELECT DISTINCT category, base_unit_id FROM reference_product WHERE {chosen}", parameters
    ):
        found.setdefault(group, set()).add(unit)
    return found
