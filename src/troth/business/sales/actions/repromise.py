"""Promise an order again whose goods are not covered any more.

Supply that slips leaves a shortage on a product at a site. The orders that draw on it are promised again one by one,
each in a transaction of its own, the one that has to wait first; the claims of those still to come stand meanwhile, so
the more important ones keep the better dates. It ends when nothing is missing.

An order whose type keeps its promises is left as it is and reported: what is missing stays missing for it, and is not
taken from those that matter more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.queries import PromisedLine
from troth.business.promising.rules.wish import Wish
from troth.business.promising.states import Basis
from troth.business.sales.actions import save
from troth.business.sales.actions.change import opened
from troth.business.sales.actions.document import ORDER_KIND, Document, wishes
from troth.business.sales.states import OrderState
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.platform.models import Event

KEEP, KEPT = "keep", "sales.promise_kept"
"""The choice of an order type, and the event that reports it."""

Dates = tuple[tuple[int, date], ...]
"""(quantity in smallest units, day it arrives) of each confirmation that is not delivered."""


@dataclass(frozen=True, slots=True)
class Repromised:
    """`changes` by line number: the confirmations before and after.

    `missing` is what is short on the key still, `kept` how much of it this order waits for with its promise unchanged.
    """

    order_id: int
    number: str
    changes: Mapping[int, tuple[Dates, Dates]]
    missing: int
    kept: int = 0


@action
def repromise_order(
    order_id: int, product_id: int, site_id: int, *, spared: int = 0, by: Actor, clock: Clock
) -> Repromised:  # fmt: skip
    """Promise an order again as far as a shortage of the product at the site asks for it; record what differs.

    `spared` of the shortage is what orders keep that had to wait before this one.
    """
    held, document = opened(order_id, None, by=by)
    return repromise(held, document, AvailabilityKey(product_id, site_id), spared=spared, by=by, clock=clock)


def repromise(
    held: Held, document: Document, key: AvailabilityKey, *, spared: int = 0, by: Actor, clock: Clock
) -> Repromised:  # fmt: skip
    """Inner verb: promise lines of a held order again until the open shortages of `key` are covered."""
    number, ids = document.ref.number, [line.id for line in document.lines]
    wanted = wishes(document, document.standing) if document.status.state == OrderState.SUBMITTED else ()
    held.take(*promises.keys(ORDER_KIND, ids), *promising.keys(wanted), key)
    missing = max(availability.known_shortage(held, key) - spared, 0)
    if not (missing and wanted):
        return Repromised(document.ref.id, number, {}, missing)
    if document.terms.order_type.on_shortage == KEEP:
        kept = _keep(document, key, missing, by=by, clock=clock)
        return Repromised(document.ref.id, number, {}, missing - kept, kept)
    before = promises.promise(ORDER_KIND, ids)
    promising.repromise_short(held, _in_turn(document, wanted, key), missing, key=key, clock=clock)
    after = promises.promise(ORDER_KIND, ids)
    changes = {
        line.line_number: (_dates(before[line.id]), _dates(after[line.id]))
        for line in document.standing
        if line.id in before and _dates(before[line.id]) != _dates(after[line.id])
    }
    if changes:
        told = {f"{line_number}.confirmed": pair for line_number, pair in changes.items()}
        facts = {"product": key.product_id, "site": key.site_id, "lines": sorted(changes)}
        save.record(document, "sales.order_repromised", by=by, clock=clock, facts=facts, changes=told)
    return Repromised(document.ref.id, number, changes, max(availability.known_shortage(held, key) - spared, 0))


def _keep(document: Document, key: AvailabilityKey, missing: int, *, by: Actor, clock: Clock) -> int:
    """Report how much of what is missing the order's promises hang on; once, until it is another quantity."""
    promised = promises.promise(ORDER_KIND, [line.id for line in document.standing])
    hanging = min(missing, sum(_drawn(line) for line in promised.values() if _is_of(line, key)))
    facts = {"product": key.product_id, "site": key.site_id, "missing": hanging}
    told = Event.objects.filter(kind=KEPT, document_kind=ORDER_KIND, document_id=document.ref.id).order_by("id")
    before = [one.facts["missing"] for one in told if facts.items() - {("missing", hanging)} <= one.facts.items()]
    if hanging and before[-1:] != [hanging]:
        save.record(document, KEPT, by=by, clock=clock, facts=facts)
    return hanging


def _is_of(line: PromisedLine, key: AvailabilityKey) -> bool:
    return (line.product_id, line.site_id) == (key.product_id, key.site_id)


def _drawn(line: PromisedLine) -> int:
    """What of a line stands on common supply and is not delivered."""
    return sum(
        schedule.quantity - delivered
        for schedule, delivered in line.schedules
        if schedule.basis in (Basis.STOCK, Basis.SUPPLY)
    )


def _in_turn(document: Document, wanted: tuple[Wish, ...], key: AvailabilityKey) -> list[Wish]:
    """The wishes that draw on the key, the first to wait first; then the others, which may go with them."""
    drawing = promises.drawing_on(key.product_id, key.site_id, document_id=document.ref.id)
    turn = {line_id: place for place, (_, line_id) in enumerate(drawing)}
    return sorted(wanted, key=lambda wish: turn.get(wish.line_id, len(turn)))


def _dates(line: PromisedLine) -> Dates:
    return tuple(
        (schedule.quantity - delivered, schedule.delivery_on)
        for schedule, delivered in line.schedules
        if schedule.quantity > delivered
    )
