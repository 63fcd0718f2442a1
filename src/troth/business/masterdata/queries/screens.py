"""What the pages of master data show: lists page by page, one record as its form has it, the codes to choose from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from troth.business.masterdata.models import (
    AvailabilityGroup,
    AvailabilityRule,
    CheckingScope,
    Customer,
    CustomerProduct,
    ItemCategory,
    OrderType,
    PaymentTerms,
    PriceCondition,
    Route,
)
from troth.business.masterdata.queries.snapshot import STANDARD_GROUP
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.money import format_money
from troth.kernel.scopes import SUPPLIES, named
from troth.ledgers.availability.words import CATEGORIES
from troth.platform.actors import Actor
from troth.platform.web import formats, keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.tallies import MOST, summed
from troth.platform.web.values import ACTIVE, INACTIVE, Money, Quantity, Status, Waiting
from troth.reference import models as reference

CODES: dict[str, Callable[[], QuerySet[Any]]] = {
    "company": reference.Company.objects.all,
    "country": reference.Country.objects.all,
    "currency": reference.Currency.objects.all,
    "unit": reference.Unit.objects.all,
    "calendar": reference.WorkingCalendar.objects.all,
    "payment_terms": PaymentTerms.objects.all,
    "sales_organisation": reference.SalesOrganisation.objects.all,
    "site": reference.Site.objects.all,
    "route": Route.objects.all,
    "order_type": OrderType.objects.all,
    "item_category": ItemCategory.objects.all,
    "checking_scope": CheckingScope.objects.all,
    "availability_group": AvailabilityGroup.objects.all,
    "availability_rule": AvailabilityRule.objects.all,
}
"""The codes that are few enough to choose from a list."""


def choices(of: str) -> list[tuple[str, str]]:
    """Code and name of everything a code of this kind may stand for."""
    return [(code, f"{code} {name}") for code, name in CODES[of]().order_by("code").values_list("code", "name")]


def names(of: str) -> list[tuple[str, str]]:
    """Code and name of the active ones, for a choice in which people read the name."""
    return list(CODES[of]().filter(is_active=True).order_by("pk").values_list("code", "name"))


@dataclass(frozen=True, slots=True)
class CustomerLine:
    id: int
    number: str
    name: str
    city: str
    country: str
    group: str
    status: Status


@dataclass(frozen=True, slots=True)
class ProductLine:
    id: int
    number: str
    name: str
    category: str
    base_unit: str
    status: Status


@dataclass(frozen=True, slots=True)
class AgreedLine:
    """What a customer has agreed for a product; None where the product's own applies."""

    id: int
    product_id: int
    product: str
    name: str
    number: str
    minimum: Quantity | None
    multiple: Quantity | None
    over: str
    under: str


@dataclass(frozen=True, slots=True)
class PriceLine:
    id: int
    code: str
    kind: str
    product: str
    customer: str
    amount: Money | None
    percent: str
    valid_from_on: Any
    valid_to_on: Any
    status: Status


def worded(found: QuerySet[Any], query: ListQuery, *fields: str) -> QuerySet[Any]:
    """The records with every word in one of the fields; inactive ones only where asked for."""
    for word in query.search.split():
        clause = Q()
        for name in fields:
            clause |= Q(**{f"{name}__icontains": word})
        found = found.filter(clause)
    return found if query.filters.get("inactive") else found.filter(is_active=True)


def page_of(found: QuerySet[Any], query: ListQuery, order: tuple[str, ...], line: Callable[[Any], Any]) -> Page:
    page = keyset.page(found, order, query.after, query.limit, count=query.count)
    return replace(page, rows=[line(record) for record in page.rows])


def _seen(found: QuerySet[Any], actor: Any) -> QuerySet[Any]:
    return found if actor.company_ids is None else found.filter(company_id__in=actor.company_ids)


def customers(query: ListQuery) -> Page:
    found = _seen(Customer.objects.select_related("party"), query.actor)
    orders = {"name": ("party__name",), "-name": ("-party__name",)}
    found = worded(found, query, "party__number", "party__name", "party__city")
    return page_of(found, query, orders.get(query.sort, ("party__number",)), _customer_line)


def _customer_line(one: Customer) -> CustomerLine:
    party = one.party
    status = ACTIVE if one.is_active else INACTIVE
    return CustomerLine(one.pk, party.number, party.name, party.city, party.country_id, one.group, status)


def products(query: ListQuery) -> Page:
    orders = {"name": ("name",), "-name": ("-name",)}
    found = unpriced() if query.filters.get("unpriced") else reference.Product.objects.all()
    found = worded(found, query, "number", "name", "category")
    return page_of(found, query, orders.get(query.sort, ("number",)), _product_line)


@dataclass(frozen=True, slots=True)
class ScopeLine:
    id: int
    code: str
    name: str
    supply: str
    lead_time: str
    horizon_days: int
    groups: str
    status: Status


SCOPE_COLUMNS = ("order_scope", "rush_scope", "delivery_scope", "quotation_scope", "component_scope")


def checking_scopes(query: ListQuery) -> Page:
    """Scopes of check, with the availability groups that use each."""
    groups: dict[int, dict[str, None]] = {}
    for code, *ids in AvailabilityGroup.objects.order_by("code").values_list("code", *SCOPE_COLUMNS):
        for scope_id in ids:
            groups.setdefault(scope_id, {})[code] = None

    def line(one: CheckingScope) -> ScopeLine:
        supply = ", ".join(str(CATEGORIES[category]) for category in sorted(named(one.supply, SUPPLIES)))
        lead_time = gettext("yes") if one.lead_time else gettext("no")
        used = ", ".join(groups.get(one.pk, ()))
        status = ACTIVE if one.is_active else INACTIVE
        return ScopeLine(one.pk, one.code, one.name, supply, lead_time, one.horizon_days, used, status)

    return page_of(worded(CheckingScope.objects.all(), query, "code", "name"), query, ("code",), line)


@dataclass(frozen=True, slots=True)
class GroupLine:
    id: int
    code: str
    name: str
    order_scope: str
    rush_scope: str
    delivery_scope: str
    quotation_scope: str
    component_scope: str
    products: int
    status: Status


def availability_groups(query: ListQuery) -> Page:
    """Availability groups with their scopes, and how many active products are in each."""
    counted = reference.Product.objects.filter(is_active=True).values_list("availability_group").annotate(Count("pk"))
    products = dict(counted.order_by("availability_group"))

    def line(one: AvailabilityGroup) -> GroupLine:
        order, rush, delivery, quotation, component = (getattr(one, column).code for column in SCOPE_COLUMNS)
        members = products.get(one.code, 0) + (products.get("", 0) if one.code == STANDARD_GROUP else 0)
        return GroupLine(
            one.pk, one.code, one.name, order, rush, delivery, quotation, component, members,
            ACTIVE if one.is_active else INACTIVE,
        )  # fmt: skip

    found = AvailabilityGroup.objects.select_related(*SCOPE_COLUMNS)
    return page_of(worded(found, query, "code", "name"), query, ("code",), line)


def unpriced() -> QuerySet[reference.Product]:
    """Products that are sold and that no price, now or later, names."""
    priced = PriceCondition.objects.filter(kind="price", is_active=True, product=OuterRef("pk"))
    return reference.Product.objects.filter(~Exists(priced), is_active=True, is_sold=True)


def lacking_price() -> Waiting:
    """How many products are sold without a price."""
    return summed([(None, None)] * unpriced().order_by()[: MOST + 1].count())


def prices_ending(actor: Actor, until: date) -> Waiting:
    """How many prices, discounts and surcharges end by a day."""
    found = _seen(PriceCondition.objects.filter(is_active=True, valid_to_on__lte=until), actor)
    return summed([(None, None)] * found.order_by()[: MOST + 1].count())


def _product_line(one: reference.Product) -> ProductLine:
    status = ACTIVE if one.is_active else INACTIVE
    return ProductLine(one.pk, one.number, one.name, one.category, one.base_unit_id, status)


def prices(query: ListQuery) -> Page:
    found = _seen(PriceCondition.objects.select_related("product", "customer__party", "currency"), query.actor)
    found = worded(found, query, "code", "product__number", "product__name", "customer__party__name")
    if ends := query.filters.get("valid_to_on"):
        first, last = ends
        found = found.filter(valid_to_on__gte=first or date.min, valid_to_on__lte=last or date.max)
    return page_of(found, query, ("code",), _price_line)


def _price_line(one: PriceCondition) -> PriceLine:
    return PriceLine(
        id=one.pk,
        code=one.code,
        kind=one.get_kind_display(),
        product=str(one.product or ""),
        customer=str(one.customer or one.customer_group),
        amount=Money(one.amount, one.currency_id) if one.amount is not None else None,
        percent=f"{format_money(one.basis_points, 2)} %" if one.basis_points is not None else "",
        valid_from_on=one.valid_from_on,
        valid_to_on=one.valid_to_on,
        status=ACTIVE if one.is_active else INACTIVE,
    )


def one(found: QuerySet[Any], key: int, actor: Actor) -> Any:
    """The record of this id, if the actor may see it."""
    record = found.filter(pk=key).first()
    if record is None or (hasattr(record, "company_id") and not actor.sees(record.company_id)):
        raise NotFound(Sentence("There is no record %(id)s that you may see."), id=key)
    return record


@dataclass(frozen=True, slots=True)
class AgreedRow:
    """An agreed product in the list over all customers."""

    id: int
    customer: str
    customer_name: str
    product: str
    name: str
    number: str
    minimum: Quantity | None
    multiple: Quantity | None
    over: str
    under: str
    status: Status


def agreed_products(query: ListQuery) -> Page:
    """What customers have agreed for products, by customer and product; those of the companies that one may see."""
    found = seen_agreed(query.actor).select_related("customer__party", "product__base_unit")
    words = ("customer__party__number", "customer__party__name", "product__number", "product__name", "number")
    order = ("customer__party__number", "product__number", "id")
    return page_of(worded(found, query, *words), query, order, _agreed_row)


def seen_agreed(actor: Actor) -> QuerySet[CustomerProduct]:
    found = CustomerProduct.objects.all()
    return found if actor.company_ids is None else found.filter(customer__company_id__in=actor.company_ids)


def _agreed_row(one: CustomerProduct) -> AgreedRow:
    line = _agreed_line(one)
    return AgreedRow(
        one.pk, one.customer.party.number, one.customer.party.name, line.product, line.name, line.number,
        line.minimum, line.multiple, line.over, line.under, ACTIVE if one.is_active else INACTIVE,
    )  # fmt: skip


def agreed_product(key: int, actor: Actor) -> CustomerProduct:
    """One of them, with its customer, product and unit; `NotFound` where the actor sees none."""
    joined = ("customer__party", "customer__company", "product__base_unit")
    found = seen_agreed(actor).select_related(*joined).filter(pk=key).first()
    if found is None:
        raise NotFound(Sentence("There is no record %(id)s that you may see."), id=key)
    return found


def code_of_customer(number: str, actor: Actor) -> str:
    """A customer as files name it, company and number; as it was typed where the number stands for none or several."""
    found = _seen(Customer.objects.filter(party__number=number), actor)
    codes = list(found.values_list("company__code", flat=True)[:2])
    return f"{codes[0]}/{number}" if len(codes) == 1 else number


def agreed(customer_id: int) -> QuerySet[CustomerProduct]:
    """The products for which a customer has numbers, quantities or tolerances of its own, by the product's number."""
    return CustomerProduct.objects.filter(customer_id=customer_id, is_active=True).order_by("product__number")


def agreed_lines(customer_id: int) -> list[AgreedLine]:
    found = agreed(customer_id).select_related("product__base_unit")
    return [_agreed_line(one) for one in found[:MOST]]


def _agreed_line(one: CustomerProduct) -> AgreedLine:
    unit = one.product.base_unit

    def quantity(value: int) -> Quantity | None:
        return Quantity(value, unit.decimals, unit.code) if value else None

    def percent(points: int) -> str:
        return f"{formats.number(points, 2)} %" if points else ""

    return AgreedLine(
        one.pk, one.product_id, one.product.number, one.product.name, one.number, quantity(one.minimum_quantity),
        quantity(one.multiple_quantity), percent(one.over_tolerance_basis_points),
        percent(one.under_tolerance_basis_points),
    )  # fmt: skip
