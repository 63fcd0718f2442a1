"""The valuation types of products that are valuated separately."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.kernel.errors import Sentence
from troth.platform import sql


@dataclass(frozen=True, slots=True)
class ValuationTypes:
    """Of one product: the names by code of those in use, the one that a line gets which names none ("": it must name
    one), and all that there ever were."""

    names: Mapping[str, str]
    default: str
    known: frozenset[str]


def valuation_types(product_ids: Iterable[int] | None = None) -> dict[int, ValuationTypes]:
    """The types of these products, or of all, by product; products that are not valuated separately are left out.

    One statement, on the books as they are: whoever holds what is posted to knows by it what may be posted.
    """
    chosen, parameters = ("TRUE", []) if product_ids is None else sql.one_of("product_id", list(product_ids))
    rows = sql.fetch(
        "SELECT product_id, code, name, is_default, is_active FROM masterdata_valuationtype"
        f" WHERE {chosen} ORDER BY product_id, code",
        parameters,
    )
    found: dict[int, list[sql.Row]] = {}
    for product_id, *row in rows:
        found.setdefault(product_id, []).append(tuple(row))
    return {product_id: _of(types) for product_id, types in found.items()}


def valuation_or_default(valuation: str, types: ValuationTypes | None) -> str:
    """The type that is named, else the product's default; "" where it has none or is not valuated separately."""
    return valuation or (types.default if types is not None else "")


def valuation_fault(
    product: str, valuation: str, types: ValuationTypes | None, *, in_use: bool = True
) -> Sentence | None:  # fmt: skip
    """Why goods of a product (number) cannot be of that type ("": of none); None where they can.

    `types`: None where the product is not valuated separately. `in_use`: what is not in use any more cannot be.
    """
    if types is None:
        said = Sentence("Product %(product)s is not valuated separately. Leave the type out.", product=product)
        return said if valuation else None
    known = sorted(types.names if in_use else types.known)
    if valuation in known:
        return None
    if not known:
        return Sentence("None of the valuation types of product %(product)s is in use.", product=product)
    listed = ", ".join(known)
    if not valuation:
        return Sentence(
            "Product %(product)s is valuated separately. Name the type of the goods: %(known)s.",
            product=product,
            known=listed,
        )
    return Sentence(
        "%(valuation)s is no valuation type of product %(product)s. Name one of: %(known)s.",
        valuation=valuation,
        product=product,
        known=listed,
    )


def _of(rows: list[sql.Row]) -> ValuationTypes:
    in_use = [row for row in rows if row[3]]
    default = next((row[0] for row in in_use if row[2]), "")
    return ValuationTypes({row[0]: row[1] for row in in_use}, default, frozenset(row[0] for row in rows))
