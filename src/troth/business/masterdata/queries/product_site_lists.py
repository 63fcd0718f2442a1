"""How products are kept at sites, page by page, and one record."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from troth.business.masterdata.models import ProductSite
from troth.business.masterdata.queries.screens import page_of, worded
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.quantity import format_quantity
from troth.platform.actors import Actor
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.values import ACTIVE, INACTIVE, Status

LEAD = Q(lead_days=None, processing_days=None, delivery_days=None, receipt_days=None, production_days=None)


@dataclass(frozen=True, slots=True)
class ProductSiteRow:
    id: int
    product: str
    name: str
    site: str
    fixed_bin: str
    safety_stock: str
    lead_days: int | None
    processing_days: int | None
    delivery_days: int | None
    receipt_days: int | None
    production_days: int | None
    status: Status


def product_sites(query: ListQuery) -> Page:
    found, filters = _seen(query.actor), query.filters
    if product := filters.get("product"):
        found = found.filter(Q(product__number__iexact=product) | Q(product__name__icontains=product))
    if site := filters.get("site"):
        found = found.filter(site__code__iexact=site)
    if filters.get("lead"):
        found = found.exclude(LEAD)
    order = ("product__number", "site__code", "id")
    return page_of(worded(found, query, "product__number", "product__name", "site__code"), query, order, _row)


def one_product_site(key: int, actor: Actor) -> ProductSite:
    """`NotFound` where the actor sees none."""
    found = _seen(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(Sentence("There is no record %(id)s that you may see."), id=key)
    return found


def _seen(actor: Actor) -> QuerySet[ProductSite]:
    found = ProductSite.objects.select_related("product__base_unit", "site", "fixed_bin")
    return found if actor.company_ids is None else found.filter(site__company_id__in=actor.company_ids)


def _row(one: Any) -> ProductSiteRow:
    unit = one.product.base_unit
    kept = format_quantity(one.safety_stock, unit.decimals, unit.code) if one.safety_stock else ""
    return ProductSiteRow(
        one.pk, one.product.number, one.product.name, one.site.code, one.fixed_bin.code if one.fixed_bin else "", kept,
        one.lead_days, one.processing_days, one.delivery_days, one.receipt_days, one.production_days,
        ACTIVE if one.is_active else INACTIVE,
    )  # fmt: skip
