"""Customers and products that fit what is typed into the entry page, by number, words, or the customer's own number."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import Buyer, CustomerTerms, NotOffered, ProductTerms
from troth.business.masterdata.queries.search import find_customers, find_products
from troth.business.promising import queries as promising
from troth.business.promising.queries import Free
from troth.platform.actors import Actor
from troth.platform.web import formats
from troth.platform.web.access import demand

OFFERS = 8


def _words(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:80]


def customer_offers(request: HttpRequest) -> JsonResponse:
    """Customers of the person's companies, by number, name or city."""
    actor = demand(request, "")
    found = find_customers(_words(request), company_ids=actor.company_ids, limit=OFFERS)
    rows = [{"value": one.number, "name": one.name, "note": f"{one.city} {one.country}".strip()} for one in found.rows]
    return JsonResponse({"offers": rows})


def product_offers(request: HttpRequest) -> JsonResponse:
    """Products with their unit and what is free of them; with a customer also by the number that the customer uses."""
    actor = demand(request, "")
    customer = _customer(request.GET.get("customer", ""), actor)
    customer_id = customer.customer_id if customer else None
    found = find_products(_words(request), customer_id=customer_id, limit=OFFERS)
    terms = masterdata.product_terms([one.product_id for one in found.rows], customer_id=customer_id)
    products = [terms[one.product_id] for one in found.rows]
    today = request.clock.today(customer.time_zone) if customer else request.clock.today("UTC")  # type: ignore[attr-defined]
    free = _free(products, customer, today)
    barred = _barred(products, customer, today)
    offers = [_offer(one, free.get(one.product_id), barred.get(one.product_id)) for one in products]
    return JsonResponse({"offers": offers})


def _barred(products: Sequence[ProductTerms], customer: CustomerTerms | None, today: date) -> dict[int, NotOffered]:
    """What of it the customer may not order; nothing where no lists are kept."""
    if customer is None or "listings" not in masterdata.snapshot(customer.edition).offering:
        return {}
    buyer = Buyer(customer.customer_id, customer.group, today)
    return masterdata.not_offered(buyer, {one.product_id: one.category for one in products})


def _customer(number: str, actor: Actor) -> CustomerTerms | None:
    found = masterdata.customer_terms_by_number(number) if number else None
    return found if found is not None and actor.sees(found.company_id) else None


def _free(products: Sequence[ProductTerms], customer: CustomerTerms | None, today: date) -> dict[int, Free]:
    """What is free of each product at the site that would ship it; one statement for all."""
    sites = {
        one.product_id: (customer.site_id if customer and customer.site_id else one.default_site_id)
        for one in products
        if one.is_stocked
    }
    return promising.free({product: site for product, site in sites.items() if site is not None}, today)


def _offer(product: ProductTerms, free: Free | None, barred: NotOffered | None) -> dict[str, Any]:
    own = [product.customer_number] if product.customer_number else []
    if barred is not None:
        return {"value": product.number, "name": product.name, "note": " · ".join([*own, _barred_words(barred)])}
    told = [_told(product, free)] if free is not None else [product.base_unit.code]
    return {"value": product.number, "name": product.name, "note": " · ".join([*own, *told])}


def _barred_words(barred: NotOffered) -> str:
    if not barred.is_excluded:
        return gettext("not on this customer's list")
    words = gettext("not for this customer")
    return f"{words}: {barred.reason}" if barred.reason else words


def _told(product: ProductTerms, free: Free) -> str:
    unit = product.base_unit
    quantity = f"{formats.number(free.now, unit.decimals)} {unit.code}"
    if free.now or free.next_on is None:
        return gettext("%(quantity)s free") % {"quantity": quantity}
    return gettext("0 %(unit)s free, more on %(day)s") % {"unit": unit.code, "day": formats.short_day(free.next_on)}
