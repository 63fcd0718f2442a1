"""The page of a product: its time line at a site, where it lies, who holds it and what is on its way (MMBE, CO09)."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from troth.business.masterdata import queries as masterdata
from troth.business.promising import screens as promising
from troth.business.promising.queries import scope_of
from troth.business.promising.web import lying
from troth.business.supply import queries as supply
from troth.business.supply.screens import kind_word
from troth.kernel.replenishment import lead_time
from troth.kernel.valuations import segment_of
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.queries import StockRow
from troth.ledgers.stock.screens import TYPES
from troth.platform.clock import Clock
from troth.platform.web import documents
from troth.platform.web.acts import step, steps
from troth.platform.web.columns import Column, table_of
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.language import worded
from troth.platform.web.values import ACTIVE, INACTIVE, Empty, Link, Quantity, Status
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow

SOON_DAYS = 30
"""What expires within so many days stands out."""

BATCHES = (
    Column("batch", _("Batch"), "link"),
    Column("site", _("Site"), wide=True),
    Column("produced_on", _("Produced"), "date"),
    Column("expires_on", _("Usable until"), "date"),
    Column("life", _("Shelf life"), "status"),
)
RECEIPTS = (
    Column("number", _("Receipt"), "link"),
    Column("kind", _("Kind")),
    Column("supplier", _("Supplier"), wide=True),
    Column("site", _("Site")),
    Column("due_on", _("Due"), "date"),
    Column("expected", _("Still expected"), "quantity"),
)


class ProductPage(DocumentPage):
    permission = "masterdata.view_product"
    document_kind = "product"

    def document(self, actor: Any, key: int) -> Document:
        product = reference.product(key)
        return Document(
            kind=product.name,
            number=product.number,
            status=ACTIVE if product.is_active else INACTIVE,
            facts=[fact for fact in _facts(product) if fact.value is not None],
            next_step=step(actor, _("New order"), "sales:order-create", method="get"),
            steps=steps(
                step(actor, _("Master data"), "masterdata:products-edit", key, method="get"),
                step(
                    actor, _("Stock list"), "supply:stock", method="get",
                    query="?" + urlencode({"product": product.number}),
                ),
            ),
            crumbs=(Link(_("Products"), reverse("masterdata:products-list")),),
        )  # fmt: skip

    def tabs(self, actor: Any, key: int) -> list[Tab]:
        """Each as far as the person may see what it shows."""
        product = reference.product(key)
        clock: Clock = self.request.clock  # type: ignore[attr-defined]
        found = (
            ("promising.view_availability", Tab("time", _("Availability"), "product/time.html",
                                                lambda: self._time(product, actor))),
            ("supply.view_stock", Tab("stock", _("Stock"), "product/stock.html",
                                      lambda: _stock(product, actor, clock))),
            ("supply.view_purchase_order", Tab("receipts", _("Receipts"), documents.TABLE,
                                               lambda: _receipts(product, actor))),
        )  # fmt: skip
        return [tab for permission, tab in found if actor.may(permission)] or [_nothing()]

    def _time(self, product: ProductRow, actor: Any) -> dict[str, Any]:
        sites = _sites(actor)
        wanted = self.request.GET.get("site", "")
        site = next((one for one in sites if one.code == wanted), None) or _usual(product, sites)
        if site is None:
            return {"sites": []}
        today = self.request.clock.today(site.time_zone)  # type: ignore[attr-defined]
        valuation, valuations = promising.type_shown(product.id, self.request.GET.get("valuation", ""))
        return {
            "sites": [(one, one.id == site.id) for one in sites],
            "site": site,
            "product": product,
            "holders": promising.holders(product, site.id, actor),
            "valuation": valuation,
            "valuations": valuations,
            "types": promising.by_valuation(product, site.id, today, scope_of(product.id)),
            **promising.time_line(product, site.id, today, segment=segment_of(valuation)),
        }


def _nothing() -> Tab:
    empty = Empty(_("Nothing of it is open to you"))
    return Tab("nothing", _("Product"), documents.TABLE, lambda: {"table": table_of((), ()), "empty": empty})


def _facts(product: ProductRow) -> Iterable[Fact]:
    yield Fact(_("Unit"), product.base_unit)
    yield Fact(_("Weight"), Quantity(product.weight_g, 3, "kg") if product.weight_g else None)
    yield Fact(_("Volume"), Quantity(product.volume_ml, 3, "l") if product.volume_ml else None)
    takes = lead_time(product.lead, is_made=product.is_made)
    yield Fact(_("Lead time"), worded(takes.told) if takes else None)
    if product.has_batches:
        life = product.shelf_life_days
        yield Fact(_("Shelf life"), _("kept in batches") if life is None else Quantity(life, 0, str(_("days"))))
    if types := masterdata.snapshot().valuations.get(product.id):
        yield Fact(_("Valuation types"), ", ".join(sorted(types.names)))
    yield Fact(_("Comes from"), _("production") if product.is_made else _("purchase"))


def _sites(actor: Any) -> list[SiteRow]:
    return [one for one in reference.sites() if actor.sees(one.company_id, one.id)]


def _usual(product: ProductRow, sites: list[SiteRow]) -> SiteRow | None:
    """The site with the most of it, else the first."""
    lying: dict[int, int] = {}
    for row in stock.overview(product.id):
        lying[row.key.site_id] = lying.get(row.key.site_id, 0) + row.quantity
    return max(sites, key=lambda site: lying.get(site.id, 0), default=None)


def _stock(product: ProductRow, actor: Any, clock: Clock) -> dict[str, Any]:
    """Where it lies: summed from the company down, by batch, by valuation type, then bin by bin."""
    sites = lying.seen_by(actor)
    seen = {site.id for site in sites}
    rows = [row for row in stock.overview(product.id) if row.key.site_id in seen]
    types = list(dict.fromkeys(row.key.stock_type for row in rows))
    return {
        "batches": _batches(rows, product, types, clock) if product.has_batches else None,
        "valuations": _valuations(rows, product, types) if any(row.key.valuation for row in rows) else None,
        **lying.of_product(product, sites),
    }


def _valuations(rows: list[StockRow], product: ProductRow, types: list[str]) -> Any:
    """Each valuation type at each site by stock type."""
    named = masterdata.snapshot().valuations.get(product.id)
    names = named.names if named is not None else {}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        code = row.key.valuation
        word = f"{code} · {names[code]}" if code in names else code
        place = found.setdefault((row.site, code), {"site": row.site, "valuation": word})
        before = place.get(row.key.stock_type, Quantity(0)).value
        place[row.key.stock_type] = Quantity(before + row.quantity, product.decimals, product.base_unit)
    columns = (
        Column("valuation", _("Valuation type"), wide=True),
        Column("site", _("Site")),
        *(Column(kind, TYPES[kind].word if kind in TYPES else kind, "quantity") for kind in types),
    )
    return table_of(columns, [found[key] for key in sorted(found)])


def _batches(rows: list[StockRow], product: ProductRow, types: list[str], clock: Clock) -> Any:
    """Each batch at each site by stock type, what expires first on top, with how long it can still be used."""
    known = masterdata.batches((product.id, row.key.batch) for row in rows)
    zones = {site.id: site.time_zone for site in reference.sites(with_closed=True)}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        batch = known.get((product.id, row.key.batch))
        place = found.setdefault((row.site, row.key.batch), {"site": row.site, "expires_on": None})
        if batch is not None:
            link = Link(batch.number, reverse("masterdata:batches-edit", args=[batch.id]))
            place |= {"batch": link, "produced_on": batch.produced_on, "expires_on": batch.expires_on}
            place["life"] = _life(batch.expires_on, clock.today(zones[row.key.site_id]))
        before = place.get(row.key.stock_type, Quantity(0)).value
        place[row.key.stock_type] = Quantity(before + row.quantity, product.decimals, product.base_unit)
    columns = (*BATCHES, *(Column(kind, TYPES[kind].word if kind in TYPES else kind, "quantity") for kind in types))
    ordered = sorted(found.items(), key=lambda one: (one[1]["expires_on"] or date.max, *one[0]))
    return table_of(columns, [place for _, place in ordered])


def _life(expires_on: date | None, today: date) -> Status | None:
    if expires_on is None:
        return None
    left = (expires_on - today).days
    if left < 0:
        return Status(_("Expired"), "stopped")
    words = ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}
    return Status(words, "done" if left > SOON_DAYS else "waiting")


def _receipts(product: ProductRow, actor: Any) -> dict[str, Any]:
    """What is still expected at the sites that the person sees."""
    rows: list[dict[str, Any]] = [
        {
            "number": Link(one.number, reverse("supply:receipt", args=[one.id])), "kind": kind_word(one),
            "supplier": one.supplier, "site": one.site, "due_on": one.due_on,
            "expected": Quantity(one.expected, product.decimals, product.base_unit),
        }
        for site in _sites(actor)
        for one in supply.by_product(product.id, site.id)
    ]  # fmt: skip
    rows.sort(key=lambda row: row["due_on"])
    empty = Empty(_("Nothing is expected"), _("Purchase and production receipts of this product are listed here."))
    return {"table": table_of(RECEIPTS, rows), "empty": empty}
