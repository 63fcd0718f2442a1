"""Unconfirmed orders: the measure, whose goal is none, and the lines behind it."""

from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import measures, screens
from troth.business.promising.models import Requirement
from troth.platform.documents import DocumentRef
from troth.platform.web import formats, keyset
from troth.platform.web.columns import Column, Filter
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.ranges import between
from troth.platform.web.values import Empty, Link, Party, Quantity
from troth.reference import queries as reference

SORTS = {"requested_on": ("requested_on", "id"), "-requested_on": ("-requested_on", "-id")}


def lines(query: ListQuery, today: date) -> Page:
    """Lines that are not confirmed in full, those that wait longest first."""
    found = measures.unconfirmed_lines(query.actor.reach)
    found = found.filter(between("requested_on", query.filters.get("requested_on")))
    if site := query.filters.get("site"):
        found = found.filter(site__code__iexact=site)
    if query.filters.get("nothing"):
        found = found.filter(confirmed_quantity=0)
    if query.search:
        found = screens.searched(found, query.search)
    order = SORTS.get(query.sort, ("promised_at", "id"))
    page = keyset.page(found, order, query.after, query.limit, count=query.count)
    return replace(page, rows=[line(one, query.actor, today) for one in page.rows])


def line(one: Requirement, actor: Any, today: date) -> dict[str, Any]:
    """A line as a row: what is not confirmed of it, and since when it waits."""
    ref = DocumentRef(one.document_kind, one.document_id, one.document_number)
    unit = one.product.base_unit
    return {
        "id": one.pk,
        "document": screens.link_of(ref, actor) or Link(one.document_number, ""),
        "party": Party(one.party.name, one.party.number) if one.party else None,
        "product": Party(one.product.name, one.product.number),
        "site": one.site.code,
        "requested_on": one.requested_on,
        "wished": Quantity(one.quantity, unit.decimals, unit.code),
        "missing": Quantity(one.missing, unit.decimals, unit.code),
        "waits": max((today - one.promised_at.date()).days, 0) if one.promised_at else None,
    }


class UnconfirmedList(ListPage):
    title = _("Unconfirmed orders")
    permission = "promising.view_availability"
    file_name = "unconfirmed"
    columns = (
        Column("requested_on", _("Wished"), "date", sort=True),
        Column("document", _("Order"), "link"),
        Column("party", _("Customer"), "party", wide=True),
        Column("product", _("Product"), "party", wide=True),
        Column("site", _("Site")),
        Column("wished", _("Quantity"), "quantity", offered=True),
        Column("missing", _("Not confirmed"), "quantity"),
        Column("waits", _("Waits"), "ageing"),
    )
    filters = (
        Filter("requested_on", _("Wished"), "date_range"),
        Filter("site", _("Site"), "text"),
        Filter("nothing", _("Nothing confirmed"), "flag"),
    )
    routes = ((_("Backorder runs"), "backorders:runs"),)
    search_label = _("Order, or number of a product or customer")
    empty = Empty(
        _("Every order is confirmed"),
        _("That is the goal. Lines that stock and supply do not cover are listed here until they are confirmed."),
    )
    row_key = staticmethod(lambda row: row["id"])
    row_url = staticmethod(lambda row: reverse("promising:promise", args=[row["id"]]))

    def rows(self, query: ListQuery) -> Page:
        return lines(query, self.today)

    @cached_property
    def today(self) -> date:
        return reference.today(self.request.clock)  # type: ignore[attr-defined]

    def context(self, query: ListQuery, page: Page) -> dict[str, Any]:
        found = measures.unconfirmed(query.actor.reach, self.today)
        return {**super().context(query, page), "lead": _told(found)}


def _told(found: measures.Unconfirmed) -> str:
    """The measure beside its goal."""
    if not found.orders:
        return gettext("The goal is none, and there is none.")
    orders = ngettext(
        "The goal is none. One order has lines that are not confirmed in full.",
        "The goal is none. %(count)s orders have lines that are not confirmed in full.",
        found.orders,
    ) % {"count": formats.number(found.orders)}
    late = ngettext("One line was wished by today.", "%(count)s lines were wished by today.", found.late) % {
        "count": formats.number(found.late)
    }
    return f"{orders} {late}" if found.late else orders
