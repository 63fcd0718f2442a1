"""What would make a line earlier, as the pages of a promise and of proposed dates show it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import actions
from troth.business.promising.actions.earlier import Earlier, Move, Room
from troth.business.promising.models import Requirement
from troth.business.promising.screens import link_of
from troth.business.promising.web.what_if_links import of_road
from troth.kernel.errors import BusinessError
from troth.kernel.netting import Category
from troth.platform.documents import DocumentRef
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
    Column("road", _("What would have to happen"), wide=True, wrap=True),
    Column("arrives", _("Would arrive"), wide=True, wrap=True),
    Column("last_on", _("Last delivery"), "date"),
    Column("short", _("Not confirmed"), "quantity"),
)


WHERE = Column("where", _("Where"), "link")
TRY = Column("try", _("Try it"), "link")
PLACES = {
    "period": (_("Quota procedures"), "quotas:quota-procedures-list", "promising:quota-cells-plan"),
    "procure": (_("Expected receipts"), "supply:receipts", "supply:receipt-create"),
    "produce": (_("Expected receipts"), "supply:receipts", "supply:receipt-create"),
    "receipts": (_("Expected receipts"), "supply:receipts", "supply:receipts"),
    "quota": (_("Quota procedures"), "quotas:quota-procedures-list", "promising:quota-cells-plan"),
    "protection": (_("Supply protection"), "quotas:supply-protections-list", "quotas:supply-protections-create"),
    "release": (_("Stock by bin"), "supply:stock", "supply:stock-transfer"),
}
"""Where a road is taken: its name, its route, and the route of the right to take it."""


def table(
    kind: str, line_id: int, unit: tuple[int, str], clock: Any, *, promise: Requirement | None = None, actor: Any = None
) -> Any:
    """The roads to an earlier promise as a table; None where there is none. `unit` is (decimals, unit).

    With the `promise` that it is about, an `actor` who may take a road is led to where it is done, and one who may
    simulate to the what-if that supposes it.
    """
    try:
        found = actions.earlier(kind, line_id, clock=clock)
    except BusinessError:
        return None
    rows = [
        {
            "road": road_words(road, unit),
            "where": _where(road, promise, actor) if promise is not None else None,
            "try": _tried(road, promise, actor, clock) if promise is not None else None,
            "arrives": arriving(((one.quantity, one.on) for one in road.arrivals), unit),
            "last_on": road.last_on,
            "short": Quantity(road.short, *unit) if road.short else None,
        }
        for road in found
    ]
    columns = (*COLUMNS, *(one for one in (WHERE, TRY) if any(row[one.key] for row in rows)))
    return table_of(columns, rows) if rows else None


def _where(road: Earlier, promise: Requirement, actor: Any) -> Link | None:
    """The page on which it is done: of the quota, the stock, the receipt, or the document itself."""
    if actor is None:
        return None
    if road.receipt is not None:
        return link_of(DocumentRef("receipt", road.receipt.id, road.receipt.number), actor)
    if road.road in PLACES:
        label, route, right = PLACES[road.road]
        if not allowed(actor, right):
            return None
        named = {"protection": "q", "release": "product", "receipts": "q"}.get(road.road)
        return Link(label, reverse(route) + (f"?{urlencode({named: promise.product.number})}" if named else ""))
    route = actions.changed_at(promise.document_kind)
    if not route or not allowed(actor, route):
        return None
    words = gettext("Change %(number)s") % {"number": promise.document_number}
    return Link(words, reverse(route, args=[promise.document_id]))


def _tried(road: Earlier, promise: Requirement, actor: Any, clock: Any) -> Link | None:
    if actor is None or not allowed(actor, "promising:what-if"):
        return None
    address = of_road(road, promise, clock.today(promise.site.time_zone).isoformat())
    return Link(gettext("What if"), address) if address else None


def road_words(road: Earlier, unit: tuple[int, str]) -> str:
    """What has to happen for a road, in the reader's language."""
    if road.moves:
        return "; ".join(_comes(each, unit) for each in road.moves)
    if road.rooms:
        return "; ".join(_planned(room, unit) for room in road.rooms)
    if road.ready_on is not None and road.time is not None:
        facts = {
            "quantity": _amount(road.more, unit), "ready": said_day(road.ready_on), "time": worded(road.time.told),
        }  # fmt: skip
        if road.road == "produce":
            return gettext("Make %(quantity)s more now: ready on %(ready)s (%(time)s)") % facts
        return gettext("Procure %(quantity)s more now: there on %(ready)s (%(time)s)") % facts
    if road.road == "protection":
        return gettext("Keep %(quantity)s less of it for other customers") % {"quantity": _amount(road.more, unit)}
    if road.stock is not None:
        return str(RELEASED[road.stock]) % {"quantity": _amount(road.more, unit)}
    if road.road == "substitute":
        return gettext("Sell %(product)s from %(site)s instead") % {"product": road.product, "site": road.site}
    if road.road == "site":
        return gettext("Deliver from site %(site)s") % {"site": road.site}
    return str(ROADS[road.road])


def _comes(move: Move, unit: tuple[int, str]) -> str:
    facts = {
        "number": move.receipt.number, "quantity": _amount(move.receipt.expected, unit),
        "due": said_day(move.receipt.due_on), "needed": said_day(move.to), "days": move.days,
    }  # fmt: skip
    return ngettext(
        "Receipt %(number)s of %(quantity)s comes on %(needed)s instead of %(due)s, a day earlier",
        "Receipt %(number)s of %(quantity)s comes on %(needed)s instead of %(due)s, %(days)s days earlier",
        move.days,
    ) % facts  # fmt: skip


def _planned(room: Room, unit: tuple[int, str]) -> str:
    facts = {"quota": worded(room.quota), "quantity": _amount(abs(room.more), unit)}
    if room.more < 0:
        return gettext("Take %(quantity)s out of the %(quota)s") % facts
    return gettext("Raise the %(quota)s by %(quantity)s") % facts


def arriving(found: Iterable[tuple[int, date]], unit: tuple[int, str]) -> str:
    """Quantities (smallest units) with the days they arrive, as one text; empty for nothing."""
    return ", ".join(
        gettext("%(quantity)s on %(day)s") % {"quantity": _amount(quantity, unit), "day": said_day(on)}
        for quantity, on in found
    )


def _amount(quantity: int, unit: tuple[int, str]) -> str:
    return f"{figure(quantity, unit[0])} {unit[1]}"
