"""What would make a line earlier, as the pages of a promise and of proposed dates show it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import actions
from troth.business.promising.actions.replay import Earlier
from troth.kernel.errors import BusinessError
from troth.kernel.netting import Category
from troth.platform.web.access import allowed
from troth.platform.web.columns import Column, table_of
from troth.platform.web.formats import day as said_day
from troth.platform.web.formats import number as figure
from troth.platform.web.language import worded
from troth.platform.web.values import Link, Quantity

ROADS = {
    "split": _("Deliver in parts, each as soon as it can leave"),
    "fewer": _("Take less: what there is for the wished day"),
    "anywhere": _("Deliver from the whole site, not from one location alone"),
}
RELEASED = {
    Category.QUALITY_STOCK: _("Release the %(quantity)s that are in inspection"),
    Category.BLOCKED_STOCK: _("Unblock the %(quantity)s that are blocked"),
}
COLUMNS = (
    Column("road", _("What would have to happen"), wide=True),
    Column("arrives", _("Would arrive"), wide=True, wrap=True),
    Column("last_on", _("Last delivery"), "date"),
    Column("short", _("Not confirmed"), "quantity"),
)


WHERE = Column("where", _("Where"), "link")
PLACES = {
    "quota": (_("Quota procedures"), "quotas:quota-procedures-list", "promising:quota-cells-plan"),
    "protection": (_("Supply protection"), "quotas:supply-protections-list", "quotas:supply-protections-create"),
}
"""Where a road is taken: its name, its route, and the route of the right to take it."""


def table(kind: str, line_id: int, unit: tuple[int, str], clock: Any, *, product: str = "", actor: Any = None) -> Any:
    """The roads to an earlier promise as a table; None where there is none. `unit` is (decimals, unit).

    An `actor` who may take a road is led to where it is done, for the `product` (number).
    """
    try:
        found = actions.earlier(kind, line_id, clock=clock)
    except BusinessError:
        return None
    rows = [
        {
            "road": road_words(road, unit),
            "where": _where(road.road, product, actor),
            "arrives": arriving(((one.quantity, one.on) for one in road.arrivals), unit),
            "last_on": road.last_on,
            "short": Quantity(road.short, *unit) if road.short else None,
        }
        for road in found
    ]
    columns = (*COLUMNS, WHERE) if any(row["where"] for row in rows) else COLUMNS
    return table_of(columns, rows) if rows else None


def _where(road: str, product: str, actor: Any) -> Link | None:
    if road not in PLACES or actor is None or not allowed(actor, PLACES[road][2]):
        return None
    label, route, _right = PLACES[road]
    return Link(label, reverse(route) + ("?" + urlencode({"q": product}) if road == "protection" else ""))


def road_words(road: Earlier, unit: tuple[int, str]) -> str:
    """What has to happen for a road, in the reader's language."""
    if road.receipt is not None and road.needed_on is not None:
        facts = {
            "number": road.receipt.number, "quantity": _amount(road.receipt.expected, unit),
            "due": said_day(road.receipt.due_on), "needed": said_day(road.needed_on),
        }  # fmt: skip
        return gettext("Receipt %(number)s of %(quantity)s comes on %(needed)s instead of %(due)s") % facts
    if road.road == "quota":
        facts = {"quota": worded(road.quota), "quantity": _amount(road.more, unit)}
        return gettext("Raise the %(quota)s by %(quantity)s") % facts
    if road.road == "protection":
        return gettext("Keep %(quantity)s less of it for other customers") % {"quantity": _amount(road.more, unit)}
    if road.stock is not None:
        return str(RELEASED[road.stock]) % {"quantity": _amount(road.more, unit)}
    if road.road == "substitute":
        return gettext("Sell %(product)s from %(site)s instead") % {"product": road.product, "site": road.site}
    if road.road == "site":
        return gettext("Deliver from site %(site)s") % {"site": road.site}
    return str(ROADS[road.road])


def arriving(found: Iterable[tuple[int, date]], unit: tuple[int, str]) -> str:
    """Quantities (smallest units) with the days they arrive, as one text; empty for nothing."""
    return ", ".join(
        gettext("%(quantity)s on %(day)s") % {"quantity": _amount(quantity, unit), "day": said_day(on)}
        for quantity, on in found
    )


def _amount(quantity: int, unit: tuple[int, str]) -> str:
    return f"{figure(quantity, unit[0])} {unit[1]}"
