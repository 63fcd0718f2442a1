"""The handling units of a delivery as a table on its page."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from troth.business.shipping import queries
from troth.platform.web import formats
from troth.platform.web.columns import Column
from troth.platform.web.values import Empty, Quantity

COLUMNS = (
    Column("position", _("Unit"), align="right"),
    Column("number", _("SSCC")),
    Column("packaging", _("Packaging")),
    Column("contents", _("Contents"), wide=True),
    Column("weight", _("Gross weight"), "quantity"),
)
NOTHING = Empty(_("Nothing is packed"), _("Picked goods are packed into handling units, each with a label."))


def count(delivery_id: int) -> int:
    return len(queries.handling_units([delivery_id]))


def table(delivery_id: int, grid: Callable[[tuple[Column, ...], list[Any]], dict[str, Any]]) -> dict[str, Any]:
    """The table, drawn as all tables of the page are."""
    rows = [
        {
            "position": unit.position,
            "number": unit.number,
            "packaging": unit.packaging_name,
            "contents": ", ".join(
                f"{formats.number(one.quantity, one.decimals)} {one.unit} {one.product}" for one in unit.contents
            ),
            "weight": Quantity(unit.weight_g, 3, "kg"),
        }
        for unit in queries.handling_units([delivery_id])
    ]
    return {"table": grid(COLUMNS, rows), "empty": NOTHING}
