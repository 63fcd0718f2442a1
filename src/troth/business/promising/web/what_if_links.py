"""Where others lead to the what-if: a line that stands, or a road to an earlier promise, as an address of the page."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from troth.business.promising.actions.earlier import Earlier, Move, Room
from troth.business.promising.models import Requirement
from troth.business.promising.states import Mode
from troth.business.promising.web.what_if_forms import QUOTA
from troth.kernel.netting import Category
from troth.kernel.places import location_of
from troth.kernel.quantity import format_quantity
from troth.kernel.valuations import valuation_of
from troth.platform.web.formats import figure_shown


def of_line(one: Requirement, **changed: Any) -> str:
    """The line as it stands, asked for in its own place; `changed` says otherwise."""
    return _address({**_line(one), **changed})


def of_road(road: Earlier, one: Requirement, today: str) -> str:
    """What a road supposes, in scenario A or of the line itself; "" where the page cannot suppose it (what is
    protected, other products). `today` is a day as in ISO 8601."""
    decimals = one.product.base_unit.decimals
    if road.moves:
        return _address(_line(one) | _supposed([row for each in road.moves for row in _comes(each, decimals)]))
    if road.rooms:
        return _address(_line(one) | _supposed([_planned(room, decimals) for room in road.rooms]))
    if road.ready_on is not None:
        name = "production" if road.road == "produce" else "purchase"
        return _address(_line(one) | _supposed([(name, road.ready_on.isoformat(), _figure(road.more, decimals))]))
    if road.stock is not None:
        name, quantity = Category(road.stock).name.lower(), _figure(road.more, decimals)
        return _address(_line(one) | _supposed([(f"no_{name}", today, quantity), ("stock", "", quantity)]))
    if road.road == "split":
        return of_line(one, mode=Mode.PARTIAL.value)
    if road.road == "fewer":
        arriving = sum(arrival.quantity for arrival in road.arrivals)
        return of_line(one, quantity=_figure(arriving, decimals), mode=Mode.ONE_TIME.value)
    if road.road == "site":
        return of_line(one, site=road.site, promise="")
    if road.road == "anywhere":
        return of_line(one, location="", promise="")
    return ""


def _comes(move: Move, decimals: int) -> list[tuple[str, str, str]]:
    """Less on its day, more on another."""
    kind, quantity = move.receipt.category.name.lower(), _figure(move.receipt.expected, decimals)
    return [(f"no_{kind}", move.receipt.due_on.isoformat(), quantity), (kind, move.to.isoformat(), quantity)]


def _planned(room: Room, decimals: int) -> tuple[str, str, str]:
    what = f"{QUOTA}{room.procedure}" if room.more > 0 else f"no_{QUOTA}{room.procedure}"
    return what, room.on.isoformat(), _figure(abs(room.more), decimals)


def _line(one: Requirement) -> dict[str, str]:
    """One line as it stands alone in an address."""
    return {
        "product": one.product.number,
        "site": one.site.code,
        "quantity": _figure(one.quantity, one.product.base_unit.decimals),
        "on": one.requested_on.isoformat(),
        "mode": one.mode,
        "location": location_of(one.segment),
        "valuation": valuation_of(one.segment),
        "promise": str(one.pk),
    }


def _supposed(moves: list[tuple[str, str, str]]) -> dict[str, str]:
    """(what, day, quantity) of scenario A as rows of the page, with two empty ones below."""
    found = {"rows-TOTAL_FORMS": str(len(moves) + 2), "rows-INITIAL_FORMS": "0"}
    for at, (what, on, quantity) in enumerate(moves):
        found |= {
            f"rows-{at}-scenario": "A",
            f"rows-{at}-what": what,
            f"rows-{at}-on": on,
            f"rows-{at}-quantity": quantity,
        }
    return found


def _address(asked: dict[str, str]) -> str:
    return f"{reverse('promising:what-if')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _figure(quantity: int, decimals: int) -> str:
    """As the reader writes it: the page reads it like that."""
    return str(figure_shown(str(format_quantity(quantity, decimals))))
