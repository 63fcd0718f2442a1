"""What stands behind a promise, as its page shows it: which stock, which receipt, or nothing yet."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import screens
from troth.business.promising.pegs import Stands
from troth.business.promising.states import Basis
from troth.ledgers.availability.words import CATEGORIES
from troth.platform.web.columns import Column, table_of
from troth.platform.web.values import Quantity, Status

COLUMNS = (
    Column("material_on", _("Goods ready"), "date"),
    Column("quantity", _("Confirmed"), "quantity"),
    Column("basis", _("Basis"), "status"),
    Column("what", _("Stands on"), wide=True),
    Column("document", _("Document"), "link"),
    Column("on", _("Comes on"), "date"),
)
BATCH = Column("batch", _("Batch"))
UNKNOWN = Status(_("not known"), "draft")


def table(found: Sequence[Stands], unit: tuple[int, str], actor: Any) -> Any:
    """The rows as a table; None for none. `unit` is (decimals, unit)."""
    rows = [
        {
            "material_on": one.material_on,
            "quantity": Quantity(one.quantity, *unit),
            "basis": screens.BASIS.get(one.basis, UNKNOWN),
            "what": _what(one),
            "document": screens.link_of(one.source, actor) if one.source else None,
            "on": one.on,
            "batch": one.batch,
        }
        for one in found
    ]
    columns = (*COLUMNS, BATCH) if any(one.batch for one in found) else COLUMNS
    return table_of(columns, rows) if rows else None


def _what(one: Stands) -> str:
    if one.basis == Basis.ALLOCATED:
        return gettext("Stock tied to this line")
    if one.category is not None:
        return str(CATEGORIES[one.category])
    if one.basis == Basis.UNCHECKED:
        return gettext("Not kept in stock: nothing has to stand behind it")
    if one.basis == Basis.LEAD_TIME:
        return gettext("Nothing yet: it is still to be procured")
    return gettext("Nothing: what it stood on is missing")
