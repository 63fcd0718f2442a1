"""The stock overview, page by page: what lies in which bin, of which type, since when."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from troth.ledgers.stock.models import Balance
from troth.platform.web import keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.values import Party, Quantity, Status

TYPES = {
    "unrestricted": Status(_("Unrestricted"), "done"),
    "quality": Status(_("In quality inspection"), "waiting"),
    "blocked": Status(_("Blocked"), "stopped"),
    "in_transit": Status(_("In transit"), "waiting"),
    "returns": Status(_("Returns"), "waiting"),
}


@dataclass(frozen=True, slots=True)
class BinRow:
    """What lies in one bin; `owner` names the order that it is tied to, empty for the company's own."""

    id: int
    product_number: str
    product: Party
    site: str
    location: str
    bin: str
    batch: str
    valuation: str
    type: Status
    owner: str
    quantity: Quantity
    received_on: date | None


def bins(query: ListQuery) -> Page:
    """Balances that are not empty, by product; filters: site, type, product (an exact number)."""
    found = Balance.objects.select_related("product__base_unit", "site", "location", "bin").exclude(quantity=0)
    if query.actor.site_ids is not None:
        found = found.filter(site_id__in=query.actor.site_ids)
    if query.actor.company_ids is not None:
        found = found.filter(site__company_id__in=query.actor.company_ids)
    if query.actor.site_ids is not None:
        found = found.filter(site_id__in=query.actor.site_ids)
    for word in query.search.split():
        found = found.filter(
            Q(product__number__icontains=word) | Q(product__name__icontains=word) | Q(bin__code__iexact=word)
        )
    if site := query.filters.get("site"):
        found = found.filter(site__code=site)
    if kind := query.filters.get("type"):
        found = found.filter(stock_type=kind)
    if product := query.filters.get("product"):
        found = found.filter(product__number=product)
    orders = {
        "-product_number": ("-product__number", "site_id", "bin__code"),
        "quantity": ("quantity",),
        "-quantity": ("-quantity",),
        "received_on": ("received_on",),
        "-received_on": ("-received_on",),
    }
    order = orders.get(query.sort, ("product__number", "site_id", "bin__code"))
    page = keyset.page(found, order, query.after, query.limit, count=query.count)
    return replace(page, rows=[_row(one) for one in page.rows])


def _row(one: Balance) -> BinRow:
    unit = one.product.base_unit
    return BinRow(
        one.pk, one.product.number, Party(one.product.name), one.site.code, one.location.name, one.bin.code, one.batch,
        one.valuation, TYPES.get(one.stock_type, Status(one.stock_type)),
        one.owner.partition(":")[2] if one.owner else "", Quantity(one.quantity, unit.decimals, unit.code),
        one.received_on,
    )  # fmt: skip
