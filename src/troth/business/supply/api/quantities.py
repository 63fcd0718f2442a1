"""Quantities of products as callers write them."""

from troth.kernel.quantity import Unit, parse_quantity
from troth.reference.queries import ProductRow


def read(text: str, product: ProductRow, *, zero_allowed: bool = False) -> int:
    return parse_quantity(text, Unit(product.base_unit, product.decimals), zero_allowed=zero_allowed)
