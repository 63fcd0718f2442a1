"""Listings, substitutions and free goods as files, and what is refused of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from troth.business.masterdata import models
from troth.business.masterdata.tables import checks
from troth.business.masterdata.tables.table import Table
from troth.kernel.errors import Sentence
from troth.kernel.free_goods import EXCLUSIVE
from troth.kernel.successors import ring
from troth.reference import models as reference

Values = Mapping[str, Any]
Fault = tuple[str, str] | None
CATEGORIES_SHOWN = 12


def for_whom(values: Values) -> Fault:
    """Days in their order, and a customer or a group."""
    if values["customer"] is not None and values["customer_group"]:
        return "customer_group", Sentence("A record holds for a customer or for a group. Empty one of the two.")
    return checks.ends(values)


def _listing(values: Values) -> Fault:
    if (values["product"] is None) == (not values["product_category"]):
        return "product", Sentence("Name either a product or a category of products.")
    category = values["product_category"]
    if category and not reference.Product.objects.filter(category=category).exists():
        said = Sentence(
            "No product is in the category %(category)s. Choose one of: %(known)s.",
            category=category,
            known=_categories(),
        )
        return "product_category", said
    return for_whom(values)


def _categories() -> str:
    known = reference.Product.objects.exclude(category="").order_by("category").values_list("category", flat=True)
    return ", ".join(known.distinct()[:CATEGORIES_SHOWN])


def _substitution(values: Values) -> Fault:
    if values["product"] == values["substitute"]:
        return "substitute", Sentence("A product cannot stand in for itself. Choose another product.")
    numerator, denominator = values["numerator"], values["denominator"]
    if (numerator is None) != (denominator is None):
        return "denominator" if denominator is None else "numerator", Sentence(
            "Enter both figures of the conversion, or none."
        )
    if numerator == 0 or denominator == 0:
        return "numerator" if numerator == 0 else "denominator", Sentence("Enter 1 or more.")
    asked, sold = product_of(values["product"]), product_of(values["substitute"])
    fault = unsold(sold, "substitute") or without_conversion(asked, sold, numerator, "numerator")
    return fault or for_whom(values)


def product_of(product_id: int) -> reference.Product:
    return reference.Product.objects.get(pk=product_id)


def unsold(product: reference.Product, column: str) -> Fault:
    """A product that nobody can order points nowhere."""
    if product.is_active and product.is_sold:
        return None
    return column, Sentence("Product %(number)s is not sold. Choose one that is.", number=product.number)


def without_conversion(asked: reference.Product, sold: reference.Product, factor: int | None, column: str) -> Fault:
    """Products that are kept in different units need a conversion."""
    if factor is not None or asked.base_unit_id == sold.base_unit_id:
        return None
    return column, Sentence(
        "%(asked)s is kept in %(asked_unit)s and %(sold)s in %(sold_unit)s. "
        "Enter how many %(sold_unit)s stand for how many %(asked_unit)s.",
        asked=asked.number,
        asked_unit=asked.base_unit_id,
        sold=sold.number,
        sold_unit=sold.base_unit_id,
    )


class _Edge(NamedTuple):
    """A substitution as a step from one product to another."""

    product: int
    substitute: int
    customer: int | None
    customer_group: str
    valid_from_on: date
    valid_to_on: date | None

    def meets(self, other: "_Edge") -> bool:
        """Whether there may be an order for which both hold."""
        if None not in (self.customer, other.customer) and self.customer != other.customer:
            return False
        if self.customer_group and other.customer_group and self.customer_group != other.customer_group:
            return False
        return self.valid_from_on <= (other.valid_to_on or date.max) and other.valid_from_on <= (
            self.valid_to_on or date.max
        )


def _rings(rows: Sequence[Values]) -> Iterator[tuple[int, str, str]]:
    """Substitutions that lead back to where they began, by themselves or with those that are there."""
    wanted = [(place, _edge(one)) for place, one in enumerate(rows) if one["is_active"]]
    if not wanted:
        return
    ids = {one["id"] for one in rows}
    kept = models.Substitution.objects.filter(is_active=True).values("id", *_Edge._fields)
    edges = [_edge(one) for one in kept if one["id"] not in ids] + [edge for _, edge in wanted]
    for place, edge in wanted:
        after: dict[int, list[int]] = {}
        for other in edges:
            if other.meets(edge):
                after.setdefault(other.product, []).append(other.substitute)
        after[edge.product] = [edge.substitute]
        way = ring(edge.product, after)
        if way:
            numbers = reference.Product.objects.in_bulk(way)
            told = ", ".join(numbers[one].number for one in (*way, edge.product))
            said = Sentence("This runs in a ring: %(way)s. Choose another product, or end one of them first.", way=told)
            yield place, "substitute", said


def _edge(values: Values) -> _Edge:
    return _Edge(**{name: values[name] for name in _Edge._fields})


def _free_goods(values: Values) -> Fault:
    per, free, category_id = values["per_quantity"], values["free_quantity"], values["item_category"]
    if not per or not free:
        return "per_quantity" if not per else "free_quantity", Sentence("Enter more than 0.")
    if values["kind"] != EXCLUSIVE:
        if values["free_product"] is not None:
            return "free_product", Sentence(
                "What is free within the ordered quantity is the product itself. Leave this empty."
            )
        if free >= per:
            return "free_quantity", Sentence(
                "Something must be left to pay. Enter less than the quantity it is free of."
            )
    elif values["free_product"] is not None:
        fault = unsold(product_of(values["free_product"]), "free_product")
        if fault:
            return fault
    category = models.ItemCategory.objects.get(pk=category_id)
    if category.is_priced:
        return "item_category", Sentence(
            "Items of the category %(category)s have a price. Choose one that has none.", category=category.code
        )
    return for_whom(values)


_CUSTOMER = "customer__company_id"

OFFERING: Mapping[str, Table] = {
    table.code: table
    for table in (
        Table(
            code="listings",
            title="listing",
            model=models.Listing,
            key=("kind", "customer", "customer_group", "product", "product_category", "valid_from_on"),
            check=_listing,
            company=_CUSTOMER,
            last_day="valid_to_on",
        ),
        Table(
            code="substitutions",
            title="substitution",
            model=models.Substitution,
            key=("product", "customer", "customer_group", "valid_from_on"),
            check=_substitution,
            across=_rings,
            company=_CUSTOMER,
            last_day="valid_to_on",
        ),
        Table(
            code="free_goods",
            title="free_goods",
            model=models.FreeGoods,
            key=("product", "customer", "customer_group", "from_quantity", "valid_from_on"),
            check=_free_goods,
            company=_CUSTOMER,
            last_day="valid_to_on",
        ),
    )
}
