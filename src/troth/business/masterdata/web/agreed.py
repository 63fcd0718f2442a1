"""What customers have agreed for products: one list over all customers, and a page to add, change and end.

People type quantities in the product's base unit and tolerances in percent; the books have smallest units and
hundredths of a percent, as files do.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms
from troth.business.masterdata.queries import screens
from troth.business.masterdata.web.verbs import as_typed, import_step, of_company, verbs
from troth.kernel.errors import BusinessError
from troth.kernel.money import format_money, parse_money
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.platform.actors import Actor
from troth.platform.web.columns import Column, Filter
from troth.platform.web.master import MasterScreens, Record, Words
from troth.reference import queries as reference

LOTS = ("minimum_quantity", "multiple_quantity")
SHARES = ("over_tolerance_basis_points", "under_tolerance_basis_points")
PERCENT_DECIMALS = 2


def _load(actor: Actor, key: int) -> Record:
    found = screens.agreed_product(key, actor)
    decimals = found.product.base_unit.decimals
    values = {
        "customer": f"{found.customer.company.code}/{found.customer.party.number}",
        "product": found.product.number,
        "number": found.number,
        **{name: format_quantity(getattr(found, name), decimals) for name in LOTS},
        **{name: format_money(getattr(found, name), PERCENT_DECIMALS) for name in SHARES},
        "is_active": as_typed(found.is_active),
        "version": found.version,
    }
    title = f"{found.customer.party.name}: {found.product.number}"
    return Record(title=title, values=values, active=found.is_active)


def _given(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """As the action takes it. A product that is not there is left to the action, which refuses it."""
    given = of_company(actor, values)
    product = reference.products_by_number([given.get("product", "")]).get(given.get("product", ""))
    unit = Unit(product.base_unit, product.decimals) if product else Unit("", 0)
    for name in LOTS:
        _figure(given, name, lambda text: parse_quantity(text, unit, zero_allowed=True))
    for name in SHARES:
        _figure(given, name, lambda text: parse_money(text, PERCENT_DECIMALS))
    return given


def _figure(given: dict[str, Any], name: str, parse: Callable[[str], int]) -> None:
    if not given.get(name):
        return
    try:
        given[name] = parse(given[name])
    except BusinessError as refused:
        refused.field = name
        raise


agreed_products = MasterScreens(
    key="agreed-products",
    namespace="masterdata",
    words=Words(
        _("agreed product"),
        _("Agreed products"),
        _("New agreed product"),
        _("A customer's own number for a product, its quantities and tolerances."),
    ),
    columns=(
        Column("customer", _("Customer")),
        Column("customer_name", _("Name of the customer"), wide=True),
        Column("product", _("Product")),
        Column("name", _("Name"), offered=True),
        Column("number", _("Customer's number")),
        Column("minimum", _("Minimum order quantity"), "quantity"),
        Column("multiple", _("Ordered in multiples of"), "quantity"),
        Column("over", _("Over-delivery"), align="right"),
        Column("under", _("Under-delivery"), align="right"),
        Column("status", _("Status"), "status", offered=True),
    ),
    filters=(Filter("inactive", _("With inactive"), "flag"),),
    source=screens.agreed_products,
    import_step=import_step("customer_products"),
    row_key=lambda row: row.id,
    form=forms.AgreedProductForm,
    load=_load,
    view_permission="masterdata.view_customer",
    edit_permission="masterdata.maintain_agreed_product",
    **verbs(actions.maintain_agreed_product, "agreed_id", _given),
)
