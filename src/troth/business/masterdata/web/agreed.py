"""What customers have agreed for products: one list over all customers, and a page to add, change and end.

People type quantities in the product's base unit and tolerances in percent; the books have smallest units and
hundredths of a percent, as files do.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms
from troth.business.masterdata.queries import screens
from troth.kernel.errors import BusinessError
from troth.kernel.money import format_money, parse_money
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.platform.actors import Actor
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.web.acts import step
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
        "is_active": "yes" if found.is_active else "no",
        "version": found.version,
    }
    title = f"{found.customer.party.name}: {found.product.number}"
    return Record(title=title, values=values, active=found.is_active)


def _given(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """As the action takes it. A product that is not there is left to the action, which refuses it."""
    given = {name: value for name, value in values.items() if name != "version"}
    customer = str(given.get("customer", ""))
    if customer and "/" not in customer:
        given["customer"] = screens.code_of_customer(customer, actor)
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


def _create(actor: Actor, values: dict[str, Any]) -> int:
    return actions.maintain_agreed_product(_given(actor, values), by=actor, clock=SYSTEM_CLOCK).id


def _change(actor: Actor, key: int, values: dict[str, Any]) -> None:
    version = values.get("version")
    actions.maintain_agreed_product(_given(actor, values), agreed_id=key, version=version, by=actor, clock=SYSTEM_CLOCK)


def _end(actor: Actor, key: int) -> None:
    actions.maintain_agreed_product({"is_active": False}, agreed_id=key, by=actor, clock=SYSTEM_CLOCK)


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
    import_step=lambda actor: step(actor, _("Import"), "masterdata:file-import", "customer_products", method="get"),
    row_key=lambda row: row.id,
    form=forms.AgreedProductForm,
    load=_load,
    view_permission="masterdata.view_customer",
    edit_permission="masterdata.maintain_agreed_product",
    create=_create,
    change=_change,
    deactivate=_end,
)
