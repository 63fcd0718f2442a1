"""The availability of a product at a site: day by day, in the bins, and what is on its way."""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries import scope_id
from troth.business.masterdata.queries import screens as masterdata
from troth.business.promising import queries, screens
from troth.business.promising.web.protected import protected
from troth.business.promising.web.waiting import waiting
from troth.kernel.netting import Category
from troth.kernel.scopes import CheckingScope
from troth.kernel.valuations import segment_of
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.words import CATEGORIES
from troth.platform import documents
from troth.platform.web import workplace
from troth.platform.web.access import allowed, demand
from troth.platform.web.columns import Column, table_of
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Empty, Link, Quantity
from troth.reference import queries as reference

ELEMENTS = (
    Column("on", _("Day"), "date"),
    Column("what", _("What"), wide=True),
    Column("document", _("Document"), "link"),
    Column("quantity", _("Quantity"), "quantity"),
)
MOST_ELEMENTS = 200


class Chosen(forms.Form):
    product = forms.CharField(
        label=_("Product"),
        max_length=40,
        widget=Picker("masterdata:product-options", {"placeholder": _("Product: number or words")}),
    )
    site = forms.ChoiceField(
        label=_("Site"), choices=lambda: [(one.code, f"{one.code} · {one.name}") for one in reference.sites()]
    )
    scope = forms.ChoiceField(
        label=_("Scope of check"),
        required=False,  # a browser holds the form back at a required choice of nothing
        choices=lambda: [("", _("As for orders")), *masterdata.names("checking_scope")],
    )
    valuation = forms.ChoiceField(label=_("Valuation type"), required=False)

    def __init__(self, *args: Any, types: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valuation"].choices = types  # type: ignore[attr-defined]


def overview(request: HttpRequest) -> HttpResponse:
    """`?product=…&site=…&scope=…&valuation=…`: by number and codes. Without them, the page asks for them."""
    actor = demand(request, "promising.view_availability")
    sites = {site.code: site for site in reference.sites() if _may(actor, site)}
    number, code = request.GET.get("product", "").strip(), request.GET.get("site", "")
    code = code or next((here for here in (workplace.site_of(request), *sites) if here in sites), "")
    wanted = request.GET.get("scope", "")
    product = reference.products_by_number([number]).get(number) if number else None
    shown = screens.type_shown(product.id, request.GET.get("valuation", "")) if product is not None else ("", [])
    form = Chosen(initial={"product": number, "site": code, "scope": wanted, "valuation": shown[0]}, types=shown[1])
    context: dict[str, Any] = {"title": gettext("Availability"), "form": form, "empty": _empty(number)}
    if product is not None and code in sites:
        site = sites[code]
        scope = queries.scope(wanted) if wanted else queries.scope_of(product.id)
        today = request.clock.today(site.time_zone)  # type: ignore[attr-defined]
        unit = (product.decimals, product.base_unit)
        segment = segment_of(shown[0])
        line = screens.time_line(product, site.id, today, scope=scope, segment=segment)
        context |= {
            "product": product,
            "site": site,
            "may_suppose": actor.may("promising.simulate"),
            "scope": scope,
            "scope_url": _scope_url(scope, actor),
            **line,
            **protected(product, site.id, today, line["dated"], actor),
            "locations": screens.locations(product, site.id),
            "valuation": shown[0],
            "types": screens.by_valuation(product, site.id, today, scope),
            "holders": screens.holders(product, site.id, actor),
            **waiting(product, (site.id, site.code), today, actor),
            "elements": table_of(
                ELEMENTS, _rows(_elements(product.id, site.id, segment), unit, actor, (product.number, code))
            ),
        }
    return render(request, "promising/availability.html", context)


def _scope_url(scope: CheckingScope, actor: Any) -> str:
    """The page of the scope, for those who may look into customizing; scopes of books that keep none have no page."""
    key = scope_id(scope.code)
    return reverse("promising:scope", args=[key]) if key and allowed(actor, "promising:scope") else ""


def _may(actor: Any, site: Any) -> bool:
    allowed: bool = actor.may("promising.view_availability", company_id=site.company_id, site_id=site.id)
    return allowed


def _empty(number: str) -> Empty:
    if number:
        return Empty(gettext("No product %(number)s here") % {"number": number}, _("Search it by number or words."))
    return Empty(
        _("Choose a product and a site"), _("The page then shows supply, demand and what is free, day by day.")
    )


def _elements(product_id: int, site_id: int, segment: str) -> list[availability.Element]:
    """Of all there is, or of the valuation type that is shown; stock that is tied to a line is of none."""
    found = availability.elements(product_id, site_id)
    return [one for one in found if not segment or one.segment == segment][:MOST_ELEMENTS]


def _rows(
    found: list[availability.Element], unit: tuple[int, str], actor: Any, place: tuple[str, str]
) -> list[dict[str, Any]]:
    """`place`: the numbers of product and site."""
    return [
        {"on": one.on, "what": CATEGORIES[one.category], "document": link, "quantity": Quantity(one.quantity, *unit)}
        for one, link in zip(found, _links(found, actor, place), strict=True)
    ]


def _links(found: list[availability.Element], actor: Any, place: tuple[str, str]) -> list[Link | None]:
    """The ledger knows documents by id; people know them by number."""
    numbers = documents.numbers((one.source.kind, one.source.id) for one in found)
    return [
        _forecast(one, actor, place)
        if one.category == Category.FORECAST
        else screens.link_of(replace(one.source, number=numbers.get((one.source.kind, one.source.id), "")), actor)
        for one in found
    ]


def _forecast(one: availability.Element, actor: Any, place: tuple[str, str]) -> Link | None:
    """A forecast is no document: its day in the list of forecasts, for those who may open that."""
    if one.on is None or not allowed(actor, "supply:forecasts"):
        return None
    day = one.on.isoformat()
    asked = {"q": place[0], "site": place[1], "on_from": day, "on_until": day}
    return Link(gettext("Forecasts"), f"{reverse('supply:forecasts')}?{urlencode(asked)}")
