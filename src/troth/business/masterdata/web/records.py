"""Screens of customers, products, prices, scopes of check and availability groups: list, create, change, deactivate."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms, imports, queries
from troth.business.masterdata.queries import screens
from troth.business.masterdata.web.verbs import import_step, unversioned, verbs
from troth.platform.actors import Actor
from troth.platform.web.access import demand
from troth.platform.web.columns import Column, Filter
from troth.platform.web.master import MasterScreens, Record, Words
from troth.platform.web.pickers import options, typed
from troth.platform.web.values import Step

COST = "masterdata.view_cost"
OFFERS = 12
INACTIVE = (Filter("inactive", _("With inactive"), "flag"),)


def _load(kind: str) -> Callable[[Actor, int], Record]:
    def load(actor: Actor, key: int) -> Record:
        found, values, title = imports.record(kind, key, by=actor)
        if not actor.may(COST):
            values.pop("standard_cost", None)
        return Record(title=title, values={**values, "version": found.version}, active=found.is_active)

    return load


def _given(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """Who may not see the cost does not set it."""
    given = unversioned(actor, values)
    if not actor.may(COST):
        given.pop("standard_cost", None)
    return given


customers = MasterScreens(
    key="customers",
    about="customer",
    namespace="masterdata",
    words=Words(_("customer"), _("Customers"), _("New customer"), _("Orders need somebody who orders.")),
    columns=(
        Column("number", _("Number")),
        Column("name", _("Name"), sort=True, wide=True),
        Column("city", _("City")),
        Column("country", _("Country")),
        Column("group", _("Group")),
        Column("status", _("Status"), "status"),
    ),
    filters=INACTIVE,
    source=screens.customers,
    import_step=import_step("customers"),
    steps=(Step(_("Agreed products"), reverse_lazy("masterdata:agreed-products-list"), "get"),),
    row_key=lambda row: row.id,
    form=forms.CustomerForm,
    load=_load("customers"),
    view_permission="masterdata.view_customer",
    edit_permission="masterdata.maintain_customer",
    **verbs(actions.maintain_customer, "customer_id", _given),
)
products = MasterScreens(
    key="products",
    about="product",
    namespace="masterdata",
    words=Words(_("product"), _("Products"), _("New product"), _("Orders need something to order.")),
    columns=(
        Column("number", _("Number")),
        Column("name", _("Name"), sort=True, wide=True),
        Column("category", _("Category")),
        Column("base_unit", _("Unit")),
        Column("status", _("Status"), "status"),
    ),
    filters=(Filter("unpriced", _("Without a price"), "flag"), *INACTIVE),
    source=screens.products,
    import_step=import_step("products"),
    steps=(
        Step(_("Package sizes"), reverse_lazy("masterdata:package-sizes-list"), "get"),
        Step(_("Products by site"), reverse_lazy("masterdata:product-sites-list"), "get"),
    ),
    row_key=lambda row: row.id,
    form=forms.ProductForm,
    load=_load("products"),
    view_permission="masterdata.view_product",
    edit_permission="masterdata.maintain_product",
    **verbs(actions.maintain_product, "product_id", _given),
)
prices = MasterScreens(
    key="prices",
    namespace="masterdata",
    words=Words(_("price"), _("Prices"), _("New price"), _("A line without a price stays incomplete.")),
    columns=(
        Column("code", _("Condition")),
        Column("kind", _("Kind")),
        Column("product", _("Product"), wide=True),
        Column("customer", _("Customer or group")),
        Column("amount", _("Amount"), "money"),
        Column("percent", _("Percent")),
        Column("valid_from_on", _("Valid from"), "date"),
        Column("valid_to_on", _("Valid to"), "date"),
        Column("status", _("Status"), "status"),
    ),
    filters=(Filter("valid_to_on", _("Valid to"), "date_range"), *INACTIVE),
    source=screens.prices,
    import_step=import_step("prices"),
    steps=(
        Step(_("Listings and exclusions"), reverse_lazy("masterdata:listings-list"), "get"),
        Step(_("Substitutions"), reverse_lazy("masterdata:substitutions-list"), "get"),
        Step(_("Free goods"), reverse_lazy("masterdata:free-goods-list"), "get"),
        Step(_("Availability rules"), reverse_lazy("masterdata:availability-rules-list"), "get"),
    ),
    row_key=lambda row: row.id,
    form=forms.PriceForm,
    load=_load("prices"),
    view_permission="masterdata.view_price",
    edit_permission="masterdata.maintain_price",
    **verbs(actions.maintain_price, "price_id", _given),
)


checking_scopes = MasterScreens(
    key="checking-scopes",
    about="promising:scope",
    namespace="masterdata",
    words=Words(_("scope of check"), _("Scopes of check"), _("New scope"), _("A scope says what counts in a promise.")),
    columns=(
        Column("code", _("Scope")),
        Column("name", _("Name"), wide=True),
        Column("supply", _("Supply"), wide=True),
        Column("lead_time", _("Lead time")),
        Column("horizon_days", _("Horizon in days"), align="right"),
        Column("groups", _("Used by"), wide=True),
        Column("status", _("Status"), "status"),
    ),
    filters=INACTIVE,
    source=screens.checking_scopes,
    import_step=import_step("checking_scopes"),
    steps=(Step(_("Availability groups"), reverse_lazy("masterdata:availability-groups-list"), "get"),),
    row_key=lambda row: row.id,
    form=forms.CheckingScopeForm,
    load=_load("checking_scopes"),
    view_permission="masterdata.view_customizing",
    edit_permission="masterdata.maintain_customizing",
    **verbs(partial(actions.maintain_customizing, "checking_scopes"), "record_id"),
)
availability_groups = MasterScreens(
    key="availability-groups",
    namespace="masterdata",
    words=Words(
        _("availability group"),
        _("Availability groups"),
        _("New group"),
        _("A group says which scope of check holds for its products."),
    ),
    columns=(
        Column("code", _("Group")),
        Column("name", _("Name"), wide=True),
        Column("order_scope", _("Orders")),
        Column("rush_scope", _("Rush orders")),
        Column("delivery_scope", _("Deliveries")),
        Column("quotation_scope", _("Quotations")),
        Column("component_scope", _("Components")),
        Column("products", _("Products"), align="right"),
        Column("status", _("Status"), "status"),
    ),
    filters=INACTIVE,
    source=screens.availability_groups,
    import_step=import_step("availability_groups"),
    steps=(Step(_("Scopes of check"), reverse_lazy("masterdata:checking-scopes-list"), "get"),),
    row_key=lambda row: row.id,
    form=forms.AvailabilityGroupForm,
    load=_load("availability_groups"),
    view_permission="masterdata.view_customizing",
    edit_permission="masterdata.maintain_customizing",
    **verbs(partial(actions.maintain_customizing, "availability_groups"), "record_id"),
)


def product_options(request: HttpRequest) -> HttpResponse:
    """Products that fit what was typed, by number or words."""
    demand(request, "masterdata.view_product")
    found = queries.find_products(typed(request), limit=OFFERS)
    return options((one.number, f"{one.name} · {one.base_unit}") for one in found.rows)


def customer_options(request: HttpRequest) -> HttpResponse:
    """Customers of the person's companies that fit what was typed."""
    actor = demand(request, "masterdata.view_customer")
    found = queries.find_customers(typed(request), company_ids=actor.company_ids, limit=OFFERS)
    return options((one.number, f"{one.name} · {one.city}") for one in found.rows)
