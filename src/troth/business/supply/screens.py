"""What the pages of supply list and show: expected receipts, and one of them with its postings."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from troth.business.supply.models import Forecast, Receipt
from troth.business.supply.queries import ReceiptRow
from troth.business.supply.types import ANY_ORDER, ORDERED
from troth.kernel.quantity import format_quantity
from troth.platform.actors import Actor
from troth.platform.web import history, keyset
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.tallies import tally
from troth.platform.web.values import Party, Quantity, Status, Waiting

STATES = {
    "open": Status(_("Expected"), "waiting"),
    "received": Status(_("Received"), "done"),
    "cancelled": Status(_("Cancelled"), "stopped"),
    "converted": Status(_("Converted"), "done"),
}
STATE_WORDS = tuple((state, status.word) for state, status in STATES.items())
history.words(
    {
        "supply.receipt_expected": _("Entered"),
        "supply.receipt_changed": _("Changed"),
        "supply.receipt_cancelled": _("Cancelled"),
        "supply.receipt_converted": _("Converted"),
        "supply.conversion_taken_back": _("Conversion taken back"),
        "supply.forecast_set": _("Forecast"),
        "supply.stock_moved": _("Moved"),
        "supply.stock_adjusted": _("Counted"),
        "supply.stock_transferred": _("Transferred"),
        "supply.transfer_reversed": _("Transfer posting reversed"),
        "supply.goods_received": _("Goods received"),
        "supply.receipt_reversed": _("Goods receipt reversed"),
    }
)


@dataclass(frozen=True, slots=True)
class Expected:
    id: int
    number: str
    kind: str
    product: Party
    supplier: str
    site: str
    due_on: date
    quantity: Quantity
    expected: Quantity
    status: Status


def receipts(query: ListQuery) -> Page:
    found = Receipt.objects.select_related("product__base_unit", "site", "supplier")
    if query.actor.company_ids is not None:
        found = found.filter(company_id__in=query.actor.company_ids)
    if query.actor.site_ids is not None:
        found = found.filter(site_id__in=query.actor.site_ids)
    for word in query.search.split():
        found = found.filter(
            Q(number__icontains=word) | Q(product__number__icontains=word) | Q(product__name__icontains=word)
            | Q(supplier__name__icontains=word)
        )  # fmt: skip
    found = found.filter(state=query.filters.get("state") or "open")
    if kind := query.filters.get("kind"):
        found = found.filter(kind__in=ORDERED if kind == ANY_ORDER else (kind,))
    if site := query.filters.get("site"):
        found = found.filter(site__code=site)
    first, last = query.filters.get("due_on") or (None, None)
    found = found.filter(**{"due_on__gte": first} if first else {}, **{"due_on__lte": last} if last else {})
    page = keyset.page(
        found, ("-due_on",) if query.sort == "-due_on" else ("due_on",), query.after, query.limit, count=query.count
    )
    return replace(page, rows=[_row(one) for one in page.rows])


def _row(one: Receipt) -> Expected:
    unit = one.product.base_unit
    left = one.quantity - one.received if one.state == "open" else 0
    return Expected(
        one.pk, one.number, str(kind_word(one)), Party(one.product.name, one.product.number),
        one.supplier.name if one.supplier else "", one.site.code, one.due_on,
        Quantity(one.quantity, unit.decimals, unit.code), Quantity(left, unit.decimals, unit.code), STATES[one.state],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Foreseen:
    id: int
    product: Party
    site: str
    on: date
    quantity: Quantity
    reason: str
    version: int
    url: str


def forecasts(query: ListQuery) -> Page:
    found = Forecast.objects.select_related("product__base_unit", "site").filter(quantity__gt=0)
    if query.actor.company_ids is not None:
        found = found.filter(company_id__in=query.actor.company_ids)
    if query.actor.site_ids is not None:
        found = found.filter(site_id__in=query.actor.site_ids)
    for word in query.search.split():
        found = found.filter(Q(product__number__icontains=word) | Q(product__name__icontains=word))
    if site := query.filters.get("site"):
        found = found.filter(site__code=site)
    first, last = query.filters.get("on") or (None, None)
    found = found.filter(**{"on__gte": first} if first else {}, **{"on__lte": last} if last else {})
    order = ("-on",) if query.sort == "-on" else ("on",)
    page = keyset.page(found, order, query.after, query.limit, count=query.count)
    may_set = query.actor.may("supply.set_forecast")
    return replace(page, rows=[_foreseen(one, may_set) for one in page.rows])


def _foreseen(one: Forecast, may_set: bool) -> Foreseen:
    unit, product, site = one.product.base_unit, one.product, one.site
    url = f"{reverse('promising:availability')}?{urlencode({'product': product.number, 'site': site.code})}"
    if may_set:
        quantity = format_quantity(one.quantity, unit.decimals)
        asked = {"product": product.number, "site": site.code, "on": one.on, "quantity": quantity}
        url = f"{reverse('supply:forecast-set')}?{urlencode(asked)}"
    return Foreseen(
        one.pk, Party(product.name, product.number), site.code, one.on,
        Quantity(one.quantity, unit.decimals, unit.code), one.reason, one.version, url,
    )  # fmt: skip


FIRM = {"planned": _("firm planned order"), "requisition": _("firm purchase requisition")}


def kind_word(one: ReceiptRow | Receipt) -> Any:
    """What a receipt is called: what is planned and stays as it is has a name of its own."""
    return FIRM[str(one.kind)] if one.is_firm else Receipt.Kind(one.kind).label


def awaited(actor: Actor, today: date, kind: str = "") -> Waiting:
    """Orders that are due by today; late are those that should have come before. `kind` narrows to one.

    Nobody receives goods of what is planned.
    """
    found = Receipt.objects.filter(state="open", due_on__lte=today, received__lt=F("quantity"), kind__in=ORDERED)
    if kind:
        found = found.filter(kind=kind)
    if actor.company_ids is not None:
        found = found.filter(company_id__in=actor.company_ids)
    return tally(found, "due_on", late="due_on", before=today)
