"""Screens of listings and exclusions, substitutions and free goods: lists with filters, and a page for each record.

People type quantities in the product's base unit; the books have smallest units, as files do.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms
from troth.business.masterdata.queries import offering_lists as lists
from troth.business.masterdata.tables import TABLES
from troth.business.masterdata.web.verbs import as_typed, import_step, of_company, verbs
from troth.kernel.errors import BusinessError
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.platform.actors import Actor
from troth.platform.web.columns import Column, Filter
from troth.platform.web.master import MasterScreens, Record, Words
from troth.platform.web.values import Step
from troth.reference import queries as reference

QUANTITIES = ("from_quantity", "per_quantity", "free_quantity")


def _load(table: str) -> Callable[[Actor, int], Record]:
    def load(actor: Actor, key: int) -> Record:
        found = lists.offering(table, key, actor)
        values = {name: as_typed(value) for name, value in TABLES[table].written(found).items()}
        for name in QUANTITIES if table == "free_goods" else ():
            product = found.free_product or found.product if name == "free_quantity" else found.product
            values[name] = format_quantity(getattr(found, name), product.base_unit.decimals)
        what = found.product.number if found.product else found.product_category
        title = f"{what}: {lists.whom(found)}"
        return Record(title=title, values={**values, "version": found.version}, active=found.is_active)

    return load


def _free_goods(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """As the action takes it: quantities in smallest units."""
    given = of_company(actor, values)
    _in_smallest_units(given)
    return given


def _in_smallest_units(given: dict[str, Any]) -> None:
    """A product that is not there is left to the action, which refuses it."""
    product, free = given.get("product", ""), given.get("free_product") or given.get("product", "")
    known = reference.products_by_number(filter(None, (product, free)))
    for name in QUANTITIES:
        if not given.get(name):
            continue
        of = known.get(free if name == "free_quantity" else product)
        unit = Unit(of.base_unit, of.decimals) if of else Unit("", 0)
        try:
            given[name] = parse_quantity(given[name], unit, zero_allowed=True)
        except BusinessError as refused:
            refused.field = name
            raise


_CUSTOMER = Filter("customer", _("Customer or group"), "text")
_PRODUCT = Filter("product", _("Product"), "text")
_ENDS = Filter("valid_to_on", _("Valid to"), "date_range")
_ENDED = Filter("inactive", _("With inactive"), "flag")
_FROM_TO = (
    Column("whom", _("For whom"), wide=True),
    Column("valid_from_on", _("Valid from"), "date"),
    Column("valid_to_on", _("Valid to"), "date"),
    Column("reason", _("Reason"), wide=True),
    Column("status", _("Status"), "status", offered=True),
)


def _screens(
    key: str, table: str, words: Words, columns: Sequence[Column], filters: Sequence[Filter], form: Any
) -> Any:
    others = {
        "listings": Step(_("Listings and exclusions"), reverse_lazy("masterdata:listings-list"), "get"),
        "substitutions": Step(_("Substitutions"), reverse_lazy("masterdata:substitutions-list"), "get"),
        "free-goods": Step(_("Free goods"), reverse_lazy("masterdata:free-goods-list"), "get"),
        "try": Step(_("Try it"), reverse_lazy("sales:offering-try"), "get"),
    }
    given = _free_goods if table == "free_goods" else of_company
    return MasterScreens(
        key=key,
        namespace="masterdata",
        words=words,
        columns=(*columns, *_FROM_TO),
        filters=(*filters, _PRODUCT, _CUSTOMER, _ENDS, _ENDED),
        source=getattr(lists, table),
        import_step=import_step(table),
        steps=tuple(one for name, one in others.items() if name != key),
        row_key=lambda row: row.id,
        form=form,
        view_permission="masterdata.view_price",
        edit_permission="masterdata.maintain_offering",
        load=_load(table),
        **verbs(partial(actions.maintain_offering, table), "record_id", given),
    )


listings = _screens(
    "listings",
    "listings",
    Words(
        _("listing"),
        _("Listings and exclusions"),
        _("New listing"),
        _("Whoever has a list may order only what stands on it; what is excluded nobody may order."),
    ),
    (
        Column("product", _("Product or category")),
        Column("name", _("Name"), wide=True),
        Column("kind", _("Kind")),
    ),
    (Filter("kind", _("Kind"), "choice", tuple(lists.LISTING_WORDS.items())),),
    forms.ListingForm,
)
substitutions = _screens(
    "substitutions",
    "substitutions",
    Words(
        _("substitution"),
        _("Substitutions"),
        _("New substitution"),
        _("Another product is sold in place of the one that is asked for; the item keeps both."),
    ),
    (
        Column("product", _("Product")),
        Column("name", _("Name"), offered=True),
        Column("substitute", _("Sold instead")),
        Column("substitute_name", _("Its name"), wide=True),
        Column("factor", _("For each"), align="right"),
        Column("mode", _("How")),
    ),
    (Filter("mode", _("How"), "choice", tuple(lists.MODE_WORDS.items())),),
    forms.SubstitutionForm,
)
free_goods = _screens(
    "free-goods",
    "free_goods",
    Words(
        _("free goods"),
        _("Free goods"),
        _("New free goods"),
        _("Of each so many that are ordered some are free, as an item of its own without a price."),
    ),
    (
        Column("product", _("Product")),
        Column("name", _("Name"), offered=True),
        Column("kind", _("Kind")),
        Column("from_quantity", _("From quantity"), "quantity"),
        Column("per", _("Of each"), "quantity"),
        Column("free", _("Free"), "quantity"),
        Column("given", _("Product that is given"), offered=True),
    ),
    (Filter("kind", _("Kind"), "choice", tuple(lists.FREE_WORDS.items())),),
    forms.FreeGoodsForm,
)
