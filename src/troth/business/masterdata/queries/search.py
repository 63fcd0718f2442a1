"""Customers and products by what people remember of them, a page at a time.

Every word must occur in the number, the name or a customer's city, in any order and case. A page ends with the key to
ask for the next one with; there is no count, so a page costs the same in a large company.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from troth.business.masterdata.models import Customer
from troth.platform import sql
from troth.reference.queries import parties_named

PAGE = 20


@dataclass(frozen=True, slots=True)
class CustomerRow:
    customer_id: int
    number: str
    name: str
    city: str
    country: str
    group: str
    company_id: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class ProductRow:
    product_id: int
    number: str
    name: str
    category: str
    base_unit: str
    is_active: bool
    customer_number: str


@dataclass(frozen=True, slots=True)
class CustomerPage:
    rows: tuple[CustomerRow, ...]
    after: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class ProductPage:
    rows: tuple[ProductRow, ...]
    after: str | None


def find_customers(
    words: str = "",
    *,
    company_ids: frozenset[int] | None = None,
    after: tuple[str, int] | None = None,
    limit: int = PAGE,
    active_only: bool = True,
) -> CustomerPage:
    """Customers of these companies (None: all) by name, then id; `after` is the last page's `after`."""
    if company_ids is not None and not company_ids:
        return CustomerPage((), None)
    clauses, parameters = _words(words, "p.number", "p.name", "p.city")
    if active_only:
        clauses.append("c.is_active")
    if company_ids is not None:
        clauses.append(f"c.company_id IN ({', '.join(['%s'] * len(company_ids))})")
        parameters += sorted(company_ids)
    if after is not None:
        clauses.append("(p.name > %s OR (p.name = %s AND c.id > %s))")
        parameters += [after[0], after[0], after[1]]
    rows = sql.fetch(
        'SELECT c.id, p.number, p.name, p.city, p.country_id, c."group", c.company_id, c.is_active'
        " FROM masterdata_customer c JOIN reference_party p ON p.id = c.party_id"
        f"{_where(clauses)} ORDER BY p.name, c.id LIMIT %s",
        [*parameters, limit + 1],
    )
    found = tuple(CustomerRow(*row) for row in rows[:limit])
    return CustomerPage(found, (found[-1].name, found[-1].customer_id) if len(rows) > limit else None)


def customers_named(word: str) -> QuerySet[Customer, int]:
    """The ids of customers with the word in their name, or with it as their number, as a subquery."""
    return Customer.objects.filter(party__in=parties_named(word)).order_by().values_list("pk", flat=True)


def find_products(
    words: str = "",
    *,
    customer_id: int | None = None,
    after: str | None = None,
    limit: int = PAGE,
    sold_only: bool = True,
) -> ProductPage:
    """Products by number; with a customer, also by the number that the customer uses."""
    clauses, parameters = _words(words, "p.number", "p.name", "COALESCE(cp.number, '')")
    if sold_only:
        clauses += ["p.is_active", "p.is_sold"]
    if after is not None:
        clauses.append("p.number > %s")
        parameters.append(after)
    rows = sql.fetch(
        "SELECT p.id, p.number, p.name, p.category, p.base_unit_id, p.is_active, COALESCE(cp.number, '')"
        " FROM reference_product p LEFT JOIN masterdata_customerproduct cp"
        " ON cp.product_id = p.id AND cp.customer_id = %s AND cp.is_active"
        f"{_where(clauses)} ORDER BY p.number LIMIT %s",
        [customer_id or 0, *parameters, limit + 1],
    )
    found = tuple(ProductRow(*row) for row in rows[:limit])
    return ProductPage(found, found[-1].number if len(rows) > limit else None)


def _words(words: str, *columns: str) -> tuple[list[str], list[Any]]:
    """A clause for each word: it occurs in one of the columns. Signs of patterns are taken literally."""
    one = " OR ".join(f"lower({column}) LIKE %s ESCAPE '!'" for column in columns)
    clauses: list[str] = []
    parameters: list[Any] = []
    for word in words.lower().split():
        literal = word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        clauses.append(f"({one})")
        parameters += [f"%{literal}%"] * len(columns)
    return clauses, parameters


def _where(clauses: list[str]) -> str:
    return f" WHERE {' AND '.join(clauses)}" if clauses else ""
