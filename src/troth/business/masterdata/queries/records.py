"""Customers, products and prices as records: each field as it is entered, so that what is read can be sent back.

The lists are querysets with all that a record shows joined in, narrowed to what the actor may see.
"""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from troth.business.masterdata.models import Customer, PriceCondition, ProductSite
from troth.business.masterdata.rules import CUSTOMER, PRODUCT, As, write_units
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.money import format_money
from troth.kernel.plain_numbers import write_steps
from troth.platform.actors import Actor
from troth.reference.models import Product, ProductUnit


def customers(*, by: Actor, words: str = "") -> QuerySet[Customer]:
    """Customers of the actor's companies; every word occurs in the number or the name."""
    joined = ("party", "company", "sales_organisation", "payment_terms", "calendar", "site")
    found = Customer.objects.select_related(*joined, "ship_to", "bill_to", "payer")
    for word in words.split():
        found = found.filter(Q(party__number__icontains=word) | Q(party__name__icontains=word))
    return found if by.company_ids is None else found.filter(company_id__in=by.company_ids)


def products(*, words: str = "") -> QuerySet[Product]:
    units = Prefetch("units", queryset=ProductUnit.objects.order_by("unit_id"))
    found = Product.objects.select_related("base_unit").prefetch_related(units)
    for word in words.split():
        found = found.filter(Q(number__icontains=word) | Q(name__icontains=word))
    return found


def prices(*, by: Actor) -> QuerySet[PriceCondition]:
    found = PriceCondition.objects.select_related("company", "currency", "product__base_unit", "customer__party")
    return found if by.company_ids is None else found.filter(company_id__in=by.company_ids)


def one(found: QuerySet[Any], record_id: int) -> Any:
    """The record of this id. `NotFound` where there is none that the actor may see."""
    record = found.filter(pk=record_id).first()
    if record is None:
        name = str(found.model._meta.verbose_name)
        raise NotFound(Sentence("There is no %(kind)s %(id)s."), kind=name, id=record_id)
    return record


def customer_fields(customer: Customer) -> dict[str, Any]:
    """The customer by the fields of `rules.CUSTOMER`; codes as people know them."""
    return {name: _customer_value(customer, name) for name in CUSTOMER}


def _customer_value(customer: Customer, name: str) -> Any:
    if name in ("country", "currency"):
        return getattr(customer.party if name == "country" else customer, f"{name}_id")
    value = getattr(customer, name) if hasattr(customer, name) else getattr(customer.party, name)
    if CUSTOMER[name].read_as is not As.CODE or value is None:
        return value
    return value.number if CUSTOMER[name].of == "party" else value.code


def default_sites(products: list[Product]) -> dict[int, str]:
    """The code of the site that ships each product unless something else is said, by product id."""
    rows = ProductSite.objects.filter(is_default=True, product__in=products)
    return dict(rows.values_list("product_id", "site__code"))


def product_fields(product: Product, site: str | None) -> dict[str, Any]:
    """The product by the fields of `rules.PRODUCT`."""
    others = [(one.unit_id, one.numerator, one.denominator) for one in product.units.all()]
    decimals = product.base_unit.decimals
    beside = {
        "units": write_units(others),
        "site": site,
        "base_unit": product.base_unit_id,
        "minimum_quantity": write_steps(product.minimum_quantity, decimals),
        "multiple_quantity": write_steps(product.multiple_quantity, decimals),
    }
    return {name: beside[name] if name in beside else getattr(product, name) for name in PRODUCT}


def price_fields(price: PriceCondition) -> dict[str, Any]:
    """The price by the fields of `rules.PRICE`; amounts and quantities as decimal text."""
    decimals = price.product.base_unit.decimals if price.product else 0
    return {
        "company": price.company.code,
        "code": price.code,
        "kind": price.kind,
        "product": price.product.number if price.product else None,
        "customer": price.customer.party.number if price.customer else None,
        "customer_group": price.customer_group,
        "currency": price.currency_id,
        "amount": None if price.amount is None else format_money(price.amount, price.currency.decimals),
        "percent": None if price.basis_points is None else format_money(price.basis_points, 2),
        "per_quantity": write_steps(price.per_quantity, decimals),
        "scale_from": write_steps(price.scale_from, decimals),
        "valid_from_on": price.valid_from_on,
        "valid_to_on": price.valid_to_on,
        "source": price.source,
        "is_active": price.is_active,
    }
