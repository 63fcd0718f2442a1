"""Prices for orders and quotations: one statement, whatever the number of lines, and nothing locked."""

from collections.abc import Iterable
from datetime import date

from troth.business.masterdata import queries as masterdata
from troth.business.pricing import rules
from troth.business.pricing.rules import Offer, PriceRequest, PriceRequestLine
from troth.platform import permissions
from troth.platform.actors import Actor

SET_PRICE = "sales.set_price"
"""The right to agree prices, discounts and surcharges by hand."""


def request_for(
    customer: masterdata.CustomerTerms,
    lines: Iterable[PriceRequestLine],
    *,
    on: date,
    currency: str | None = None,
    country: str | None = None,
    region: str | None = None,
) -> PriceRequest:
    """A request on a customer's terms; `country` and `region` where the goods go to another address."""
    return PriceRequest(
        company_id=customer.company_id,
        currency=currency or customer.currency,
        customer_id=customer.customer_id,
        customer_group=customer.group,
        lines=tuple(lines),
        on=on,
        country=customer.ship_to_country if country is None else country,
        region=customer.ship_to_region if region is None else region,
        is_tax_exempt=customer.is_tax_exempt,
    )


def price(request: PriceRequest, *, edition: int | None = None) -> Offer:
    """Price a request by the conditions and taxes of its day. A line without a price comes back as incomplete.

    `edition` is that of the customer's terms, where the caller has them.
    """
    priced = [line.product_id for line in request.lines if line.is_priced]
    conditions = masterdata.conditions(
        request.company_id,
        request.customer_id,
        request.customer_group,
        priced,
        currency=request.currency,
        on=request.on,
    )
    taxes: tuple[masterdata.Tax, ...] = ()
    if not request.is_tax_exempt:
        taxes = masterdata.tax_rates(request.country, request.region, request.on, edition=edition)
    return rules.offer(request, conditions, taxes)


def require_manual_pricing(lines: Iterable[PriceRequestLine], *, by: Actor, company_id: int) -> None:
    """Refuse (`not_allowed`) conditions by hand from whoever may not set prices. The action that takes them in asks."""
    if any(line.manual for line in lines):
        permissions.require(by, SET_PRICE, company_id=company_id)
