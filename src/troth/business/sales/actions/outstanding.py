"""What a run over the backorders needs of order lines, for whole sets of them, and what it tells their orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import Snapshot
from troth.business.masterdata.queries.lookup import mailed_customers, receiving_calendars
from troth.business.promising.rules.wish import Way
from troth.business.sales.actions import told
from troth.business.sales.actions.document import ORDER_KIND
from troth.business.sales.actions.terms import way_of
from troth.business.sales.actions.told import NoticeCause
from troth.business.sales.models import Order
from troth.kernel.distinct import distinct
from troth.kernel.netting import Array
from troth.platform import events, sql
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

LINES_AT_A_TIME = 20_000
COLUMNS = 9
Dates = Sequence[tuple[int, date]]
"""(quantity in smallest units, day it arrives) of each confirmation that is not delivered."""


@dataclass(frozen=True, slots=True, eq=False)
class Outstanding:
    """Of each line in the order asked for: ids, its number in the order, and its way as a place in `ways`."""

    customer: Array
    sold_to: Array
    order_type: Array
    ship_to: Array
    sales_organisation: Array
    line_number: Array
    way: Array
    ways: list[Way]


def outstanding(company_id: int, line_ids: Array, site_ids: Array) -> Outstanding:
    """What the lines of orders of a company say, each with the site that it is promised from."""
    found = np.empty((0, COLUMNS), np.int64)
    for first in range(0, len(line_ids), LINES_AT_A_TIME):
        found = np.concatenate((found, _read(line_ids[first : first + LINES_AT_A_TIME])))
    assert len(found) == len(line_ids), "each line is of an order"
    # The rows come by id.
    found = found[np.searchsorted(found[:, 0], line_ids)]
    ways = _Ways(company_id, masterdata.snapshot())
    way, at = distinct(site_ids, found[:, 5], found[:, 6], found[:, 1])
    places = np.array([ways.place(*row) for row in way.tolist()], np.int64)
    return Outstanding(
        found[:, 1], found[:, 2], found[:, 3], found[:, 7], found[:, 8], found[:, 4], places[at], ways.found
    )  # fmt: skip


def _read(line_ids: Array) -> Array:
    if not len(line_ids):
        return np.empty((0, COLUMNS), np.int64)
    with_clause, source, parameters = sql.relation("k", {"id": "int"}, [(one,) for one in line_ids.tolist()])
    lines = sql.looked_up(source, "sales_orderline", "l", "l.id = k.id")
    rows = sql.fetch(
        f"{with_clause} SELECT l.id, o.customer_id, o.sold_to_id, o.order_type_id, l.line_number,"
        " COALESCE(l.shipping_point_id, 0), COALESCE(l.route_id, 0), o.ship_to_id, o.sales_organisation_id"
        f" FROM {sql.looked_up(lines, 'sales_order', 'o', 'o.id = l.order_id')} ORDER BY l.id",
        parameters,
    )
    return np.array(rows, np.int64).reshape(-1, COLUMNS)


class _Ways:
    """How lines travel; lines that share site, shipping point, route and receiving days share a way."""

    def __init__(self, company_id: int, state: Snapshot) -> None:
        self._state, self._receiving = state, receiving_calendars(company_id)
        self._places: dict[tuple[int, int, int, int], int] = {}
        self.found: list[Way] = []

    def place(self, site_id: int, shipping_point_id: int, route_id: int, customer_id: int) -> int:
        key = (site_id, shipping_point_id, route_id, self._receiving[customer_id])
        if key not in self._places:
            self._places[key] = len(self.found)
            self.found.append(way_of(self._state, *key))
        return self._places[key]


def tell_orders(
    held: Held,
    changes: Mapping[int, Mapping[int, tuple[Dates, Dates]]],
    *,
    cause: NoticeCause,
    facts: Mapping[str, Any],
    by: Actor,
    clock: Clock,
) -> None:
    """Record on each order (by id) which of its lines (by number) were promised otherwise: before, and now.

    Whoever was told dates is told when they move, as after a shortage, and who owns the order. The orders are locked
    here.
    """
    orders = held.hold(Order, *sorted(changes), by=by)
    mailed = mailed_customers({order.customer_id for order in orders})
    types = masterdata.snapshot().order_types_by_id
    for order in orders:
        lines = changes[order.pk]
        noted: dict[str, Any] = {**facts, "lines": sorted(lines)}
        if order.customer_id in mailed and types[order.order_type_id].mails_papers:
            noted["by_mail"] = True
        events.record(
            "sales.order_repromised",
            DocumentRef(ORDER_KIND, order.pk, order.number),
            company_id=order.company_id,
            by=by,
            at=clock.now(),
            facts=noted,
            changes={f"{number}.confirmed": lines[number] for number in sorted(lines)},
        )
    owners = {order.pk: order.entered_by_id for order in orders}
    told.note(held, owners, changes, cause, str(facts["run"]), by=by, at=clock.now())
