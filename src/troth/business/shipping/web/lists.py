"""The lists of shipping and what is done with the rows chosen in them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries.screens import names
from troth.business.shipping import actions, screens
from troth.business.shipping.rules.grouping import NothingDue
from troth.kernel.errors import BusinessError
from troth.platform.web import formats
from troth.platform.web.acts import Outcome, bulk, clocked, mass
from troth.platform.web.columns import Column, Filter
from troth.platform.web.keyset import Page
from troth.platform.web.language import worded
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.values import Empty, Link
from troth.reference import queries as reference

HORIZONS = (
    ("0", _("today")),
    ("2", _("within 2 days")),
    ("30", _("within 30 days")),
    ("365", _("within a year")),
)
HORIZON_DAYS = 7
SITE = Filter("site", _("Site"), "choice", lambda: names("site"))


def today_of(request: HttpRequest) -> date:
    """The date of the companies one sees."""
    return reference.today(request.clock, request.actor.company_ids)  # type: ignore[attr-defined]


def until_of(request: HttpRequest) -> date:
    """The last day of the horizon that was chosen."""
    chosen = request.GET.get("horizon", "")
    days = int(chosen) if chosen in dict(HORIZONS) else HORIZON_DAYS
    return today_of(request) + timedelta(days=days)


class DueList(ListPage):
    """What is due, order by order."""

    title = _("Due for delivery")
    lead = _("Confirmed and in no delivery yet, by the day on which the goods are ready.")
    permission = "shipping.create_delivery"
    columns = (
        Column("number", _("Order")),
        Column("ship_to", _("Ship-to"), "party", wide=True),
        Column("site", _("Site")),
        Column("lines", _("Lines due"), "number"),
        Column("priority", _("Priority"), "number"),
        Column("material_on", _("Goods ready"), "date"),
        Column("goods_issue_on", _("Goods issue"), "date"),
        Column("delivery_on", _("Delivery"), "date"),
        Column("block", _("Block"), "status"),
    )
    filters = (
        SITE,
        Filter("horizon", _("Goods ready"), "choice", HORIZONS, unchosen=_("within a week")),
        Filter("unblocked", _("Not blocked"), "flag"),
    )
    searchable = False
    empty = Empty(
        _("Nothing is due"),
        _("Orders appear here once their goods are ready on these days. Choose more days to look ahead."),
    )
    row_key = staticmethod(lambda row: row.order_id)
    row_url = staticmethod(lambda row: reverse("sales:order", args=[row.order_id]))

    def rows(self, query: ListQuery) -> Page:
        return screens.due(query, until_of(self.request))

    def context(self, query: ListQuery, page: Page) -> dict[str, Any]:
        until = until_of(self.request)
        sentence = str(_("Create deliveries of %%(count)s orders, due until %(day)s")) % {"day": formats.day(until)}
        single = str(_("Create deliveries of one order, due until %(day)s")) % {"day": formats.day(until)}
        route = bulk(_("Create deliveries"), sentence, "shipping:due-deliver")
        parameters = self.request.GET.urlencode()
        self.bulk = [replace(route, url=f"{route.url}?{parameters}", single=single)]
        return super().context(query, page)


def _deliver(request: HttpRequest, actor: Any, order_ids: list[int]) -> Iterator[Outcome]:
    until, chosen = until_of(request), request.GET.get("site")
    numbers = screens.numbers_of(order_ids)
    told: set[int] = set()
    refusals: dict[int, Any] = {}
    for site in screens.sites_of(actor):
        if chosen and site.code != chosen:
            continue
        try:
            made = actions.create_deliveries(
                site_id=site.id, until=until, order_ids=order_ids, **clocked(request, actor)
            )
        except NothingDue:
            continue
        for one in made.deliveries:
            told.update(one.order_ids)
            url = reverse("shipping:delivery", args=[one.id])
            orders = ", ".join(numbers.get(order_id, "") for order_id in one.order_ids)
            lines = ngettext("%(count)s line", "%(count)s lines", one.lines) % {"count": one.lines}
            yield Outcome(one.number, f"{orders}: {lines}", url)
        for refused in made.refusals:
            refusals.setdefault(refused.order_id, refused.reason)
    for order_id in order_ids:
        if order_id not in told:  # what goes from one site is not due at another
            url, reason = reverse("sales:order", args=[order_id]), refusals.get(order_id)
            sentence = worded(reason) if reason else gettext("Nothing of it is due in these days.")
            yield Outcome(numbers.get(order_id, ""), sentence, url, is_done=False)


due_deliver = mass(_deliver, title=_("Deliveries created"), back="shipping:due")


class DeliveryList(ListPage):
    title = _("Deliveries")
    permission = "shipping.view_delivery"
    columns = (
        Column("number", _("Delivery"), sort=True),
        Column("ship_to", _("Ship-to"), "party", wide=True),
        Column("site", _("Site")),
        Column("route", _("Route")),
        Column("shipment", _("Shipment")),
        Column("goods_issue_on", _("Goods issue"), "date", sort=True),
        Column("delivery_on", _("Delivery day"), "date", sort=True),
        Column("weight", _("Weight"), "quantity"),
        Column("status", _("Status"), "status"),
    )
    filters = (
        Filter("state", _("State"), "choice", screens.words(screens.DELIVERY)),
        SITE,
        Filter("goods_issue_on", _("Goods issue"), "date_range"),
        Filter("unassigned", _("On no shipment"), "flag"),
    )
    tabs = (
        Link(_("All"), reverse_lazy("shipping:deliveries")),
        Link(_("On no shipment"), "/deliveries/?unassigned=1"),
        Link(_("To pick"), "/deliveries/?state=open"),
        Link(_("Picked"), "/deliveries/?state=picked"),
    )
    bulk = (
        bulk(
            _("Create shipment"),
            _("Put %(count)s deliveries on a new shipment"),
            "shipping:deliveries-ship",
            single=_("Put one delivery on a new shipment"),
        ),
        bulk(
            _("Create transfer orders"),
            _("Create transfer orders for %(count)s deliveries"),
            "shipping:deliveries-fetch",
        ),
        bulk(
            _("Post goods issue"),
            _("Post goods issue of %(count)s deliveries"),
            "shipping:deliveries-issue",
            single=_("Post goods issue of one delivery"),
        ),
    )
    search_label = _("Delivery, order or ship-to")
    empty = Empty(_("No deliveries yet"), _("Deliveries are made from what is due."))
    routes = ((_("Due for delivery"), "shipping:due"),)
    source = staticmethod(screens.deliveries)
    row_key = staticmethod(lambda row: row.id)
    row_url = staticmethod(lambda row: reverse("shipping:delivery", args=[row.id]))


def _ship(request: HttpRequest, actor: Any, ids: list[int]) -> Iterator[Outcome]:
    """One shipment from each site, planned for the first goods issue that is not past."""
    for site_id, found in screens.of_site(ids, actor).items():
        planned_on = max(min(one.goods_issue_on for one in found), today_of(request))
        label = ", ".join(one.number for one in found[:5])
        try:
            made = actions.create_shipment(
                site_id=site_id,
                planned_on=planned_on,
                delivery_ids=[one.pk for one in found],
                **clocked(request, actor),
            )
        except BusinessError as error:
            yield Outcome(label, worded(error.message), is_done=False)
            continue
        words = ngettext(
            "%(count)s delivery, planned for %(day)s", "%(count)s deliveries, planned for %(day)s", len(found)
        )
        told = words % {"count": len(found), "day": formats.day(planned_on)}
        yield Outcome(made.number, told, reverse("shipping:shipment", args=[made.id]))


def _fetch(request: HttpRequest, actor: Any, ids: list[int]) -> Iterator[Outcome]:
    """One transfer order from each site."""
    for found in screens.of_site(ids, actor).values():
        try:
            made = actions.create_transfer_order(delivery_ids=[one.pk for one in found], **clocked(request, actor))
        except BusinessError as error:
            yield Outcome(", ".join(one.number for one in found[:5]), worded(error.message), is_done=False)
            continue
        told = ngettext("%(count)s position to fetch", "%(count)s positions to fetch", made.lines) % {
            "count": made.lines
        }
        if made.missing:
            told += ". " + ngettext("%(count)s lies nowhere", "%(count)s lie nowhere", len(made.missing)) % {
                "count": len(made.missing)
            }
        yield Outcome(made.number, told, reverse("shipping:transfer_order", args=[made.id]))


def _issue(request: HttpRequest, actor: Any, ids: list[int]) -> Iterator[Outcome]:
    """Each in its own transaction: one that is refused holds up no other."""
    found = [one for group in screens.of_site(ids, actor).values() for one in group]
    numbers = {one.pk: one.number for one in found}
    for one in actions.post_goods_issues(delivery_ids=list(numbers), **clocked(request, actor)):
        url = reverse("shipping:delivery", args=[one.delivery_id])
        told = (
            gettext("Goods issued on %(day)s.") % {"day": formats.day(one.issued.issued_on)}
            if one.issued
            else worded(one.reason)
        )
        yield Outcome(numbers[one.delivery_id], told, url, is_done=one.issued is not None)


deliveries_ship = mass(_ship, title=_("Shipments"), back="shipping:deliveries")
deliveries_fetch = mass(_fetch, title=_("Transfer orders"), back="shipping:deliveries")
deliveries_issue = mass(_issue, title=_("Goods issue"), back="shipping:deliveries")


class ShipmentList(ListPage):
    title = _("Shipments")
    permission = "shipping.view_shipment"
    columns = (
        Column("number", _("Shipment"), sort=True),
        Column("carrier", _("Carrier"), wide=True),
        Column("route", _("Route")),
        Column("site", _("Site")),
        Column("planned_on", _("Planned"), "date", sort=True),
        Column("deliveries", _("Deliveries"), "number"),
        Column("weight", _("Weight"), "quantity"),
        Column("volume", _("Volume"), "quantity"),
        Column("status", _("Status"), "status"),
    )
    filters = (
        Filter("state", _("State"), "choice", screens.words(screens.SHIPMENT)),
        SITE,
        Filter("planned_on", _("Planned"), "date_range"),
        Filter("incomplete", _("Not departed"), "flag"),
    )
    tabs = (Link(_("All"), reverse_lazy("shipping:shipments")), Link(_("Not departed"), "/shipments/?incomplete=1"))
    routes = ((_("New shipment"), "shipping:shipment-create"),)
    search_label = _("Shipment or carrier")
    empty = Empty(
        _("No shipments yet"), _("A shipment is made from deliveries that leave together, or empty and filled later.")
    )
    source = staticmethod(screens.shipments)
    row_url = staticmethod(lambda row: reverse("shipping:shipment", args=[row.id]))


class TransferList(ListPage):
    title = _("Transfer orders")
    permission = "shipping.view_transfer_order"
    columns = (
        Column("number", _("Transfer order"), sort=True),
        Column("shipment", _("Shipment"), wide=True),
        Column("site", _("Site")),
        Column("lines", _("Positions"), "number"),
        Column("made_on", _("Made"), "date"),
        Column("status", _("Status"), "status"),
    )
    filters = (Filter("state", _("State"), "choice", screens.words(screens.TRANSFER)), SITE)
    tabs = (
        Link(_("All"), reverse_lazy("shipping:transfer_orders")),
        Link(_("To pick"), "/transfer-orders/?state=open"),
    )
    routes = ((_("Pick with a hand-held"), "shipping:picking"),)
    search_label = _("Transfer order or shipment")
    empty = Empty(
        _("No transfer orders yet"), _("They say what to fetch from which bin; a shipment or deliveries make them.")
    )
    source = staticmethod(screens.transfer_orders)
    row_url = staticmethod(lambda row: reverse("shipping:transfer_order", args=[row.id]))
