"""The availability of a product at a site: day by day, in the bins, and what is on its way."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import queries
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.ledgers.availability import queries as availability
from troth.platform import documents
from troth.platform.web.access import demand
from troth.platform.web.columns import Cell, Column
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Empty, Link, Quantity
from troth.reference import queries as reference

WORDS = {
    Category.STOCK: _("Stock"),
    Category.PURCHASE: _("Purchase orders"),
    Category.PRODUCTION: _("Production"),
    Category.TRANSFER_IN: _("Transfers in"),
    Category.REQUISITION: _("Requisitions"),
    Category.FIRM_PLANNED: _("Firm planned orders"),
    Category.PLANNED: _("Planned orders"),
    Category.QUALITY_STOCK: _("Quality stock"),
    Category.BLOCKED_STOCK: _("Blocked stock"),
    Category.RETURN: _("Returns"),
    Category.ORDER: _("Orders"),
    Category.DELIVERY: _("Deliveries"),
    Category.HOLD: _("Held"),
    Category.RESERVATION: _("Reservations"),
    Category.SAFETY_STOCK: _("Safety stock"),
    Category.FORECAST: _("Forecast"),
    Category.TRANSFER_OUT: _("Transfers out"),
}
DAYS = (
    Column("on", _("Day"), "date"),
    Column("what", _("What"), wide=True),
    Column("supply", _("Supply"), "quantity"),
    Column("demand", _("Demand"), "quantity"),
    Column("balance", _("Balance"), "quantity"),
    Column("free", _("Free to promise"), "quantity"),
)
ELEMENTS = (
    Column("on", _("Day"), "date"),
    Column("what", _("What"), wide=True),
    Column("document", _("Document"), "link"),
    Column("quantity", _("Quantity"), "quantity"),
)
MOST_ELEMENTS = 200


class Chosen(forms.Form):
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    site = forms.ChoiceField(
        label=_("Site"), choices=lambda: [(one.code, f"{one.code} · {one.name}") for one in reference.sites()]
    )


def overview(request: HttpRequest) -> HttpResponse:
    """`?product=…&site=…`: by number and code. Without them, the page asks for them."""
    actor = demand(request, "promising.view_availability")
    sites = {site.code: site for site in reference.sites() if actor.sees(site.company_id, site.id)}
    number, code = request.GET.get("product", "").strip(), request.GET.get("site", "") or next(iter(sites), "")
    form = Chosen(initial={"product": number, "site": code})
    product = reference.products_by_number([number]).get(number) if number else None
    context: dict[str, Any] = {"title": gettext("Availability"), "form": form, "empty": _empty(number)}
    if product is not None and code in sites:
        site = sites[code]
        today = request.clock.today(site.time_zone)  # type: ignore[attr-defined]
        days = queries.overview(product.id, site.id, day_of(today))
        unit = (product.decimals, product.base_unit)
        context |= {
            "product": product,
            "site": site,
            "days": _table(DAYS, [_day(one, unit) for one in days]),
            "elements": _table(ELEMENTS, [_element(one, unit, actor) for one in _elements(product.id, site.id)]),
            "now": Quantity(days[0].free if days else 0, *unit),
        }
    return render(request, "promising/availability.html", context)


def _empty(number: str) -> Empty:
    if number:
        return Empty(gettext("No product %(number)s here") % {"number": number}, _("Search it by number or words."))
    return Empty(
        _("Choose a product and a site"), _("The page then shows supply, demand and what is free, day by day.")
    )


def _table(columns: tuple[Column, ...], rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"columns": columns, "rows": [[Cell(column, column.of(row)) for column in columns] for row in rows]}


def _day(one: queries.AvailabilityDay, unit: tuple[int, str]) -> dict[str, Any]:
    is_supply = one.quantity >= 0
    quantity = Quantity(abs(one.quantity), *unit)
    return {
        "on": one.on,
        "what": WORDS[one.category] if one.counts else gettext("%(what)s, not counted") % {"what": WORDS[one.category]},
        "supply": quantity if is_supply else None,
        "demand": None if is_supply else quantity,
        "balance": Quantity(one.balance, *unit),
        "free": Quantity(one.free, *unit),
    }


def _elements(product_id: int, site_id: int) -> list[availability.Element]:
    found = [one for one in availability.elements(product_id, site_id) if one.category is not Category.STOCK]
    return found[:MOST_ELEMENTS]


def _element(one: availability.Element, unit: tuple[int, str], actor: Any) -> dict[str, Any]:
    return {
        "on": one.on,
        "what": WORDS[one.category],
        "document": _link(one, actor),
        "quantity": Quantity(one.quantity, *unit),
    }


def _link(one: availability.Element, actor: Any) -> Link | None:
    from django.urls import reverse

    known = {kind.code: kind for kind in documents.kinds()}
    kind = known.get(one.source.kind)
    if kind is None or not actor.may(kind.permission):
        return None
    number = one.source.number or f"{kind.title} {one.source.id}"
    return Link(number, reverse(kind.url_name, args=[one.source.id]))
