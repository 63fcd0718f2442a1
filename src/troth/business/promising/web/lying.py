"""The stock overview of a product: its sums from the company down to the batch, then what lies in which bin."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising.lying import COMPANY, LEVELS, SITE, Sum, sums
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.screens import TYPES
from troth.platform.web.access import demand
from troth.platform.web.columns import Column, table_of
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Empty, Quantity, Status
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow

PLACES = {
    "company": Column("company", _("Company")),
    "site": Column("site", _("Site")),
    "location": Column("location", _("Location")),
    "batch": Column("batch", _("Batch")),
}
EXPECTED = (
    Column("ordered", _("On order"), "quantity"),
    Column("planned", _("Planned supply"), "quantity"),
    Column("promised", _("Promised"), "quantity"),
    Column("held", _("Held"), "quantity"),
)
BINS = (
    Column("site", _("Site")),
    Column("location", _("Location")),
    Column("bin", _("Bin"), wide=True),
    Column("type", _("Type"), "status"),
    Column("batch", _("Batch")),
    Column("valuation", _("Valuation type")),
    Column("owner", _("Held by")),
    Column("received_on", _("Since"), "date"),
    Column("quantity", _("Quantity"), "quantity"),
)
LEFT_OUT = Status(_("left out"), "draft")
NOTHING = Empty(_("It lies nowhere"), _("Stock appears when goods of an expected receipt are received."))


class Chosen(forms.Form):
    product = forms.CharField(
        label=_("Product"),
        max_length=40,
        widget=Picker("masterdata:product-options", {"placeholder": _("Product: number or words")}),
    )


def overview(request: HttpRequest) -> HttpResponse:
    """`?product=…` by number; without it the page asks for it."""
    actor = demand(request, "supply.view_stock")
    number = request.GET.get("product", "").strip()
    product = reference.products_by_number([number]).get(number) if number else None
    context: dict[str, Any] = {
        "title": gettext("Stock overview"), "form": Chosen(initial={"product": number}), "product": product,
        "unknown": Empty(gettext("No product %(number)s here") % {"number": number}, _("Search it by number or words."))
        if number
        else Empty(_("Choose a product"), _("The page then sums what there is of it, from the company to the batch.")),
    }  # fmt: skip
    if product is not None:
        context |= of_product(product, seen_by(actor))
    return render(request, "promising/stock_overview.html", context)


def seen_by(actor: Any) -> list[SiteRow]:
    """The sites, closed ones too, whose stock the actor may see."""
    return [one for one in reference.sites(with_closed=True) if actor.sees(one.company_id, one.id)]


def of_product(product: ProductRow, sites: list[SiteRow]) -> dict[str, Any]:
    """The two tables of the overview, `sums` and `bins`."""
    seen = {site.id for site in sites}
    bins = [_bin(row, product) for row in stock.overview(product.id) if row.key.site_id in seen]
    return {"sums": _sums(product, sites), "bins": table_of(BINS, bins), "empty": NOTHING}


def _sums(product: ProductRow, sites: list[SiteRow]) -> dict[str, Any]:
    found = sums(product, sites)
    kinds = {kind for one in found for kind in one.stock}
    types = [kind for kind in TYPES if kind in kinds]
    columns = (
        *(PLACES[level] for level in LEVELS if product.has_batches or level != "batch"),
        *([Column("check", _("Check"), "status")] if any(one.is_left_out for one in found) else []),
        *(Column(kind, TYPES[kind].word, "quantity") for kind in types),
        *([Column("kept", _("Promised from there alone"), "quantity")] if any(one.kept for one in found) else []),
        *EXPECTED,
    )
    return table_of(columns, [_row(one, product) for one in found])


def _row(one: Sum, product: ProductRow) -> dict[str, Any]:
    """A place, named in the column of its level; what is zero of it is left empty below the site."""
    is_high = one.level in (COMPANY, SITE)

    def amount(value: int, shown: bool) -> Quantity | None:
        return Quantity(value, product.decimals, product.base_unit) if value or shown else None

    return {
        one.level: one.place[-1] or gettext("no batch"),
        "check": LEFT_OUT if one.is_left_out else None,
        "kept": amount(one.kept, shown=False),
        **{kind: amount(value, shown=True) for kind, value in one.stock.items()},
        **{name: amount(getattr(one, name), is_high) for name in ("ordered", "planned", "promised", "held")},
    }


def _bin(row: stock.StockRow, product: ProductRow) -> dict[str, Any]:
    return {
        "site": row.site, "location": row.location, "bin": row.bin,
        "type": TYPES.get(row.key.stock_type, Status(row.key.stock_type)), "batch": row.key.batch,
        "valuation": row.key.valuation, "owner": row.key.owner.partition(":")[2], "received_on": row.received_on,
        "quantity": Quantity(row.quantity, product.decimals, product.base_unit),
    }  # fmt: skip
