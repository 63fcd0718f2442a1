"""Availability over the API: what a product has, owes and has free, day by day."""

from datetime import date
from typing import Any

from ninja import Query

from troth.business.masterdata.queries import snapshot, valuation_fault, valuation_or_default
from troth.business.masterdata.queries.coverage import uncovered
from troth.business.promising import queries
from troth.business.promising.lying import LEVELS, Sum, sums
from troth.kernel.calendars import day_of
from troth.kernel.errors import InvalidInput
from troth.kernel.valuations import segment_of
from troth.platform import permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.paging import Page, whole
from troth.platform.api.values import Code, Entry, Id, Shown, quantity
from troth.reference import queries as reference
from troth.reference.queries import ProductRow

operations = Operations("availability")


class AvailabilityShown(Shown):
    """What a category brings (above zero) or takes on a day, with the balance and what is free at the end of it."""

    on: date
    category: str
    quantity: str
    counts: bool
    balance: str
    free: str
    unit: str


class ScopeChoice(Entry):
    """`scope` says which supply and demand counts; without it the one in which the product is checked for orders.

    `valuation` is the type of a product that is valuated separately; without it its default.
    """

    scope: Code | None = None
    valuation: Code | None = None


@operations.reads("/availability/{int:product_id}/{int:site_id}", Page[AvailabilityShown])
def get_availability(request: ApiRequest, product_id: Id, site_id: Id, choice: Query[ScopeChoice]) -> dict[str, Any]:
    """Supply and demand of a product at a site by day and category, in the product's base unit."""
    product, site = reference.product(product_id), reference.site(site_id)
    permissions.require(request.auth, "promising.view_availability", company_id=site.company_id, site_id=site.id)
    today = day_of(request.clock.today(site.time_zone))
    scope = queries.scope(choice.scope) if choice.scope else queries.scope_of(product_id)
    types = snapshot().valuations.get(product_id)
    wanted = valuation_or_default(choice.valuation or "", types)
    fault = valuation_fault(product.number, wanted, types, in_use=False)
    if fault is not None:
        raise InvalidInput(fault, field="valuation")
    segment = segment_of(wanted)
    return whole(
        [
            AvailabilityShown(
                on=row.on,
                category=row.category.name.lower(),
                quantity=quantity(row.quantity, product.decimals),
                counts=row.counts,
                balance=quantity(row.balance, product.decimals),
                free=quantity(row.free, product.decimals),
                unit=product.base_unit,
            )
            for row in queries.overview(product_id, site_id, today, scope, segment=segment)
        ]
    )


class CoverageShown(Shown):
    """A product that no check covers at a site, null for every site; an item category has no product either."""

    product_id: int | None
    number: str
    name: str
    site_id: int | None
    group: str
    reason: str


class CoverageFilter(Entry):
    reason: Code | None = None


@operations.reads("/availability/coverage", Page[CoverageShown])
def list_coverage(request: ApiRequest, wanted: Query[CoverageFilter]) -> dict[str, Any]:
    """What no check of availability covers, and why: no_check, not_stocked, no_site, site_closed, never_open, no_scope,
    no_supply or no_type."""
    today = day_of(request.clock.now().date())
    found = uncovered(today, company_ids=request.auth.company_ids)
    return whole([CoverageShown.model_validate(one) for one in found if wanted.reason in (None, one.reason)])


class StockSumShown(Shown):
    """What there is of a product at a place, in its base unit: `level` is company, site, location or batch.

    `stock` by type (unrestricted, quality, blocked, in_transit, returns); `kept` of it is kept for order lines that
    name its location; what lies at a location that is left out of the check is promised to nobody. `on_order` comes by
    purchase, production or transfer, `planned` only perhaps; `promised` are orders and deliveries that have not left,
    `held` is held for customers: all of a site, and of a location only what it alone is to serve.
    """

    level: str
    company: str
    site: str | None
    location: str | None
    batch: str | None
    is_left_out: bool
    stock: dict[str, str]
    kept: str
    on_order: str
    planned: str
    promised: str
    held: str
    unit: str


@operations.reads("/stock/{int:product_id}/overview", Page[StockSumShown])
def get_stock_overview(request: ApiRequest, product_id: Id) -> dict[str, Any]:
    """The sums of a product from the company down: each company, its sites, their locations, their batches."""
    product = reference.product(product_id)
    sites = [one for one in reference.sites(with_closed=True) if request.auth.sees(one.company_id, one.id)]
    return whole([_sum_shown(one, product) for one in sums(product, sites)])


def _sum_shown(one: Sum, product: ProductRow) -> StockSumShown:
    company, site, location, batch = (*one.place, None, None, None)[: len(LEVELS)]
    assert company is not None

    def amount(value: int) -> str:
        return quantity(value, product.decimals)

    return StockSumShown(
        level=one.level, company=company, site=site, location=location, batch=batch, is_left_out=one.is_left_out,
        stock={kind: amount(value) for kind, value in one.stock.items()}, kept=amount(one.kept),
        on_order=amount(one.ordered), planned=amount(one.planned), promised=amount(one.promised),
        held=amount(one.held), unit=product.base_unit,
    )  # fmt: skip
