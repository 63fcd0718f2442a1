"""Prices for orders and quotations: one statement, whatever the number of lines, and nothing locked."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from troth.business.masterdata import queries as masterdata
from troth.business.pricing import rules
from troth.business.pricing.rules import Offer, PriceRequest, PriceRequestLine
from troth.platform import permissions
from troth.platform.actions import recalled, remember
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


@dataclass(frozen=True, slots=True)
class _Ahead:
    """Conditions that were read ahead for some products."""

    product_ids: frozenset[int]
    conditions: tuple[masterdata.Condition, ...]

    def of(self, product_ids: Iterable[int]) -> tuple[masterdata.Condition, ...]:
        wanted = {None, *product_ids}
        return tuple(one for one in self.conditions if one.product_id in wanted)


def read_ahead(wanted: Mapping[masterdata.Fit, Collection[int]]) -> None:
    """Have the running action remember the conditions of many customers, which it is going to price for."""
    for fit, found in masterdata.conditions_of(wanted).items():
        remember(fit, _Ahead(frozenset(wanted[fit]), found))


def price(request: PriceRequest, *, edition: int | None = None) -> Offer:
    """Price a request by the conditions and taxes of its day. A line without a price comes back as incomplete.

    `edition` is that of the customer's terms, where the caller has them.
    """
    priced = [line.product_id for line in request.lines if line.is_priced]
    fit = masterdata.Fit(request.company_id, request.customer_id, request.customer_group, request.currency, request.on)
    ahead: _Ahead | None = recalled(fit)
    is_known = ahead is not None and ahead.product_ids.issuperset(priced)
    conditions = ahead.of(priced) if ahead is not None and is_known else masterdata.conditions(fit, priced)
    taxes: tuple[masterdata.Tax, ...] = ()
    if not request.is_tax_exempt:
        taxes = masterdata.tax_rates(request.country, request.region, request.on, edition=edition)
    return rules.offer(request, conditions, taxes)


def require_manual_pricing(lines: Iterable[PriceRequestLine], *, by: Actor, company_id: int) -> None:
    """Refuse (`not_allowed`) conditions by hand from whoever may not set prices. The action that takes them in asks."""
    if any(line.manual for line in lines):
        permissions.require(by, SET_PRICE, company_id=company_id)
