"""The lists of orders and quotations."""

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from troth.business.sales import screens
from troth.platform.web.columns import Column, Filter
from troth.platform.web.lists import ListPage
from troth.platform.web.values import Empty, Link


class OrderList(ListPage):
    title = _("Orders")
    permission = "sales.view_order"
    columns = (
        Column("number", _("Order"), sort=True),
        Column("customer", _("Customer"), "party", wide=True),
        Column("reference", _("Customer's number")),
        Column("entered_on", _("Entered"), "date", sort=True),
        Column("requested_on", _("Wished"), "date", sort=True),
        Column("total", _("Total"), "money", sort=True),
        Column("block", _("Block"), "status"),
        Column("status", _("Status"), "status"),
    )
    filters = (
        Filter("state", _("State"), "choice", screens.ORDER_STATES),
        Filter("customer", _("Customer"), "text"),
        Filter("requested_on", _("Wished"), "date_range"),
        Filter("entered_on", _("Entered"), "date_range"),
        Filter("amount", _("Amount"), "amount_range"),
        Filter("short", _("Unconfirmed lines"), "flag"),
        Filter("blocked", _("Blocked"), "flag"),
        Filter("mine", _("Entered by me"), "flag"),
    )
    tabs = (
        Link(_("All"), reverse_lazy("sales:orders")),
        Link(_("Drafts"), "/orders/?state=draft"),
        Link(_("Unconfirmed lines"), "/orders/?short=1"),
        Link(_("Blocked"), "/orders/?blocked=1"),
        Link(_("New dates"), "/orders/new-dates/?state=open"),
    )
    routes = ((_("New order"), "sales:order-create"),)
    search_label = _("Number, customer or customer's number")
    empty = Empty(_("No orders yet"), _("An order is entered here, or made from a quotation that was accepted."))
    source = staticmethod(screens.orders)
    row_url = staticmethod(lambda row: reverse("sales:order", args=[row.id]))


class QuotationList(ListPage):
    title = _("Quotations")
    permission = "sales.view_quotation"
    columns = (
        Column("number", _("Quotation"), sort=True),
        Column("customer", _("Customer"), "party", wide=True),
        Column("entered_on", _("Entered"), "date", sort=True),
        Column("valid_to_on", _("Valid to"), "date", sort=True),
        Column("probability", _("Probability"), align="right"),
        Column("total", _("Total"), "money", sort=True),
        Column("status", _("Status"), "status"),
    )
    filters = (
        Filter("state", _("State"), "choice", screens.QUOTATION_STATES),
        Filter("customer", _("Customer"), "text"),
        Filter("valid_to_on", _("Valid to"), "date_range"),
        Filter("amount", _("Amount"), "amount_range"),
    )
    tabs = (
        Link(_("All"), reverse_lazy("sales:quotations")),
        Link(_("Drafts"), "/quotations/?state=draft"),
        Link(_("To follow up"), "/quotations/?state=sent"),
    )
    routes = ((_("New quotation"), "sales:quotation-create"),)
    search_label = _("Number or customer")
    empty = Empty(
        _("No quotations yet"), _("A quotation offers prices and a delivery time; it holds neither goods nor credit.")
    )
    source = staticmethod(screens.quotations)
    row_url = staticmethod(lambda row: reverse("sales:quotation", args=[row.id]))
