"""Valuation types as a file, and what is refused of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.business.masterdata import models
from troth.business.masterdata.tables.table import Table
from troth.kernel.errors import Sentence
from troth.reference import models as reference

Values = Mapping[str, Any]
Fault = tuple[str, str] | None


def _valuation(values: Values) -> Fault:
    product = reference.Product.objects.filter(pk=values["product"]).first()
    if product is None or not product.is_stocked:
        return "product", Sentence("The product is not kept in stock, so there is nothing to tell apart.")
    if product.has_batches:
        return "product", Sentence("Goods that are kept in batches are not valuated separately. Choose another one.")
    if values["is_default"] and not values["is_active"]:
        return "is_default", Sentence("A type that is not in use cannot be the one of lines that name none.")
    return None


def _defaults(rows: Sequence[Values]) -> Iterator[tuple[int, str, str]]:
    """A product has one default at most, those that stay as they are among them."""
    ids = {one["id"] for one in rows} - {None}
    kept = models.ValuationType.objects.filter(product_id__in={one["product"] for one in rows}, is_default=True)
    seen = dict(kept.exclude(pk__in=ids).values_list("product_id", "code"))
    for place, one in enumerate(rows):
        if not one["is_default"]:
            continue
        if one["product"] in seen:
            sentence = Sentence(
                "Type %(other)s is the one of lines that name none already. Take it from that one first.",
                other=seen[one["product"]],
            )
            yield place, "is_default", sentence
        seen.setdefault(one["product"], one["code"])


VALUATIONS: Mapping[str, Table] = {
    table.code: table
    for table in (
        Table(
            code="valuation_types",
            title="valuation_type",
            model=models.ValuationType,
            key=("product", "code"),
            check=_valuation,
            across=_defaults,
        ),
    )
}
