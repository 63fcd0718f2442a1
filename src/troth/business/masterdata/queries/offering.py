"""What a customer may order, what is sold instead, and what is free: one statement each, none where nothing is kept.

Of several records for the same product the one for the customer counts before the one for its group, and that before
the one for all; of two for the same people the one that began later.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from troth.platform import sql

_FITS = (
    "x.is_active AND x.valid_from_on <= %s AND (x.valid_to_on IS NULL OR x.valid_to_on >= %s)"
    " AND (x.customer_id IS NULL OR x.customer_id = %s) AND (x.customer_group = '' OR x.customer_group = %s)"
)


class Buyer(NamedTuple):
    """Who orders, and on which day."""

    customer_id: int
    group: str
    on: date

    @property
    def fitting(self) -> list[Any]:
        return [self.on, self.on, self.customer_id, self.group]


class NotOffered(NamedTuple):
    """Why a customer may not order a product: it is excluded, or it stands on none of the customer's lists."""

    is_excluded: bool
    reason: str


class SubstitutionTerms(NamedTuple):
    """What is sold in place of a product: `numerator` base units of it for each `denominator` that are asked for."""

    product_id: int
    substitute_id: int
    is_automatic: bool
    numerator: int
    denominator: int
    is_printed: bool
    reason: str


class FreeGoodsTerms(NamedTuple):
    """Of each `per_quantity` of a product `free_quantity` are free; quantities in smallest units."""

    product_id: int
    kind: str
    from_quantity: int
    per_quantity: int
    free_quantity: int
    free_product_id: int | None
    item_category_id: int
    reason: str


def not_offered(buyer: Buyer, products: Mapping[int, str]) -> dict[int, NotOffered]:
    """Of these products (id -> category) those that the customer may not order, and why."""
    if not products:
        return {}
    with_clause, source, parameters = sql.relation("k", {"id": "int", "category": "text"}, list(products.items()))
    named = "(x.product_id = k.id OR (x.product_category <> '' AND x.product_category = k.category))"
    rows = sql.fetch(
        f"{with_clause} SELECT k.id, x.kind, x.reason FROM {source} JOIN masterdata_listing x ON {named} WHERE {_FITS}"
        " UNION ALL SELECT 0, 'any', '' WHERE EXISTS"
        f" (SELECT 1 FROM masterdata_listing x WHERE x.kind = 'listed' AND {_FITS})",
        [*parameters, *buyer.fitting, *buyer.fitting],
    )
    excluded = {product_id: reason for product_id, kind, reason in rows if kind == "excluded"}
    listed = {product_id for product_id, kind, _ in rows if kind == "listed"}
    has_lists = any(kind == "any" for _, kind, _ in rows)
    found = {product_id: NotOffered(True, reason) for product_id, reason in excluded.items()}
    if has_lists:
        found |= {one: NotOffered(False, "") for one in products if one not in listed and one not in excluded}
    return found


_STRENGTH = "CASE WHEN x.customer_id IS NOT NULL THEN 2 WHEN x.customer_group <> '' THEN 1 ELSE 0 END"


def substitutions(buyer: Buyer, product_ids: Iterable[int]) -> dict[int, SubstitutionTerms]:
    """What is sold instead of each of these products, by product."""
    rows = _for_products(
        "masterdata_substitution",
        "x.product_id, x.substitute_id, x.mode, COALESCE(x.numerator, 1), COALESCE(x.denominator, 1), x.is_printed,"
        " x.reason",
        buyer,
        product_ids,
    )
    return {
        row[0]: SubstitutionTerms(row[0], row[1], row[2] == "automatic", row[3], row[4], bool(row[5]), row[6])
        for row in rows
    }


def free_goods(buyer: Buyer, product_ids: Iterable[int]) -> dict[int, list[FreeGoodsTerms]]:
    """What is free of each of these products; the first whose quantity is reached counts."""
    rows = _for_products(
        "masterdata_freegoods",
        "x.product_id, x.kind, x.from_quantity, x.per_quantity, x.free_quantity, x.free_product_id,"
        " x.item_category_id, x.reason",
        buyer,
        product_ids,
        first="x.from_quantity, ",
    )
    found: dict[int, list[FreeGoodsTerms]] = {}
    for row in reversed(rows):
        found.setdefault(row[0], []).append(FreeGoodsTerms(*row))
    return found


def _for_products(
    table: str, columns: str, buyer: Buyer, product_ids: Iterable[int], *, first: str = ""
) -> list[sql.Row]:
    """The records for these products, the one that counts last."""
    wanted = [(one,) for one in dict.fromkeys(product_ids)]
    if not wanted:
        return []
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, wanted)
    return sql.fetch(
        f"{with_clause} SELECT {columns} FROM {source} JOIN {table} x ON x.product_id = k.id WHERE {_FITS}"
        f" ORDER BY {_STRENGTH}, {first}x.valid_from_on, x.id",
        [*parameters, *buyer.fitting],
    )
