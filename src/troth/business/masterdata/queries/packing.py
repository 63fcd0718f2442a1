"""In which packages products go to a customer."""

import re
from collections.abc import Iterable

from troth.kernel.packages import Packages, Packing, Rounding
from troth.platform import sql


def sizes_of(text: str) -> tuple[int, ...]:
    """The sizes that a text names, such as `6, 12, 18`; none where it is not of that form."""
    if not re.fullmatch(r"\s*-?\d{1,12}(\s*,\s*-?\d{1,12})*\s*", text):
        return ()
    return tuple(dict.fromkeys(int(one) for one in text.split(",")))


def packings(customer_id: int | None, product_ids: Iterable[int]) -> dict[int, Packing]:
    """The packages of these products for a customer, its own before those for all. One statement."""
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, [(one,) for one in dict.fromkeys(product_ids)])
    rows = sql.fetch(
        f"{with_clause} SELECT x.product_id, x.sizes, x.rounding FROM {source} JOIN masterdata_packagesizes x"
        " ON x.product_id = k.id WHERE x.is_active AND (x.customer_id IS NULL OR x.customer_id = %s)"
        " ORDER BY x.product_id, CASE WHEN x.customer_id IS NULL THEN 0 ELSE 1 END",
        [*parameters, customer_id or 0],
    )
    return {product_id: Packing(Packages(sizes_of(sizes)), Rounding(rule)) for product_id, sizes, rule in rows}


def packages_of(product_ids: Iterable[int]) -> dict[int, dict[int | None, Packages]]:
    """The packages of these products by customer; those of None are for all others. One statement."""
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, [(one,) for one in dict.fromkeys(product_ids)])
    rows = sql.fetch(
        f"{with_clause} SELECT x.product_id, x.customer_id, x.sizes FROM {source} JOIN masterdata_packagesizes x"
        " ON x.product_id = k.id WHERE x.is_active",
        parameters,
    )
    found: dict[int, dict[int | None, Packages]] = {}
    for product_id, customer_id, sizes in rows:
        found.setdefault(product_id, {})[customer_id] = Packages(sizes_of(sizes))
    return found
