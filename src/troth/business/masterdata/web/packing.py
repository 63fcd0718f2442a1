"""Package sizes: a list with filters, and a page for each record.

People type sizes in the product's base unit, or with another unit of it; the books have smallest units, as files do.
"""

import re
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms
from troth.business.masterdata.models.packing import ROUNDINGS
from troth.business.masterdata.queries import packing_lists as lists
from troth.business.masterdata.tables import TABLES
from troth.business.masterdata.web.verbs import as_typed, import_step, of_company, verbs
from troth.kernel.errors import InvalidInput, Sentence
from troth.platform.actors import Actor
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.web import formats
from troth.platform.web.columns import Column, Filter
from troth.platform.web.master import MasterScreens, Record, Words
from troth.reference import queries as reference

TABLE = "package_sizes"


def _load(actor: Actor, key: int) -> Record:
    found = lists.one_package_sizes(key, actor)
    values = {name: as_typed(value) for name, value in TABLES[TABLE].written(found).items()}
    values |= {"sizes": lists.sizes_shown(found), "version": found.version}
    return Record(title=f"{found.product.number}: {lists.whom(found)}", values=values, active=found.is_active)


def _given(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """As the action takes it: each size with its unit. A product that is not there is left to the action."""
    given = of_company(actor, values)
    product = reference.products_by_number([given.get("product", "")]).get(given.get("product", ""))
    if product is not None and given.get("sizes"):
        given["sizes"] = ", ".join(_with_unit(one, product.base_unit) for one in _parted(given["sizes"]))
    return given


def _parted(typed: str) -> list[str]:
    """Sizes stand apart by semicolons or commas; by commas only where none of them can be part of a figure."""
    marks = r";|,\s+" if formats.style().point == "," else r";|,\s+|,(?!\d{3}(?!\d))"
    return [one.strip() for one in re.split(marks, typed) if one.strip()]


def _with_unit(typed: str, base_unit: str) -> str:
    figure, unit = re.fullmatch(r"([^A-Za-z]*)(.*)", typed, re.DOTALL).groups()  # type: ignore[union-attr]
    read = formats.figure_read(figure.strip())
    if "," in read or not read:
        said = Sentence("%(size)s is no size. Enter sizes with semicolons between, such as 6; 12; 18.", size=typed)
        raise InvalidInput(said, field="sizes")
    return f"{read} {unit or base_unit}"


def _activate(actor: Actor, key: int) -> None:
    actions.maintain_offering(TABLE, {"is_active": True}, record_id=key, by=actor, clock=SYSTEM_CLOCK)


package_sizes = MasterScreens(
    key="package-sizes",
    namespace="masterdata",
    words=Words(
        _("package sizes"),
        _("Package sizes"),
        _("New package sizes"),
        _("Only whole packages of a product are promised, where it has sizes."),
    ),
    columns=(
        Column("product", _("Product")),
        Column("name", _("Name"), wide=True),
        Column("sizes", _("Sizes")),
        Column("rounding", _("Ordered quantities"), wide=True),
        Column("whom", _("For whom"), wide=True),
        Column("reason", _("Reason"), wide=True),
        Column("status", _("Status"), "status", offered=True),
    ),
    filters=(
        Filter("rounding", _("Ordered quantities"), "choice", tuple(ROUNDINGS)),
        Filter("product", _("Product"), "text"),
        Filter("customer", _("Customer"), "text"),
        Filter("inactive", _("With inactive"), "flag"),
    ),
    source=lists.package_sizes,
    import_step=import_step(TABLE),
    row_key=lambda row: row.id,
    form=forms.PackageSizesForm,
    load=_load,
    view_permission="masterdata.view_product",
    edit_permission="masterdata.maintain_offering",
    asks_reason=True,
    activate=_activate,
    **verbs(partial(actions.maintain_offering, TABLE), "record_id", _given),
)
