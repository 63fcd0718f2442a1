"""Promise an order again whose goods are not covered any more.

Supply that slips leaves a shortage on a product at a site. The orders that draw on it are promised again one by one,
each in a transaction of its own, the one that has to wait first; the claims of those still to come stand meanwhile, so
the more important ones keep the better dates. It ends when nothing is missing.

An order whose type keeps its promises is left as it is and reported, one whose type asks gets new dates proposed: what
is missing stays missing for them, and is not taken from those that matter more.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.sales.actions import new_dates, save
from troth.business.sales.actions.change import opened
from troth.business.sales.actions.document import ORDER_KIND, Document, wishes
from troth.business.sales.actions.hanging import Dates, dates, draws_on, hung_on, in_turn
from troth.business.sales.states import OrderState
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.platform.models import Event

REPROMISE, ASK, KEEP = "repromise", "ask", "keep"
"""What an order type may choose when supply slips."""
KEPT = "sales.promise_kept"


@dataclass(frozen=True, slots=True)
class Repromised:
    """`changes` by line number: the confirmations before and after.

    `missing` is what is short on the key still, `kept` how much of it this order waits for with its promise
    unchanged, or until somebody has taken the dates that are proposed.
    """

    order_id: int
    number: str
    changes: Mapping[int, tuple[Dates, Dates]]
    missing: int
    kept: int = 0


@action
def repromise_order(
    order_id: int, product_id: int, site_id: int, segment: str = "", *, spared: int = 0, by: Actor, clock: Clock
) -> Repromised:  # fmt: skip
    """Promise an order again as far as a shortage of the product at the site asks for it; record what differs.

    `segment` where it is one of its locations that is short, for promises made from there alone. `spared` of the
    shortage is what orders keep that had to wait before this one.
    """
    held, document = opened(order_id, None, by=by)
    return repromise(held, document, AvailabilityKey(product_id, site_id, segment), spared=spared, by=by, clock=clock)


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
        kept = _keep(held, document, key, missing, spared=spared, by=by, clock=clock)
        return Repromised(document.ref.id, number, {}, missing - kept, kept)
    if document.terms.order_type.on_shortage == ASK:
        kept = new_dates.propose(held, document, wanted, key, missing, spared=spared, by=by, clock=clock)
        return Repromised(document.ref.id, number, {}, missing - kept, kept)
    before = promises.promise(ORDER_KIND, ids)
    gone = promising.slipped(held, key, hung_on(document, before, key, missing), newest=True)
    promising.repromise_short(held, in_turn(document, wanted, key), missing, key=key, clock=clock)
    after = promises.promise(ORDER_KIND, ids)
    changes = {
        line.line_number: (dates(before[line.id]), dates(after[line.id]))
        for line in document.standing
        if line.id in before and dates(before[line.id]) != dates(after[line.id])
    }
    if changes:
        ids_by_number = {line.line_number: line.id for line in document.standing}
        lines = {ids_by_number[number]: pair for number, pair in changes.items()}
        promising.note_reactions(gone, REPROMISE, ORDER_KIND, lines, clock=clock)
        told = {f"{line_number}.confirmed": pair for line_number, pair in changes.items()}
        facts = {"product": key.product_id, "site": key.site_id, "lines": sorted(changes)}
        save.record(document, "sales.order_repromised", by=by, clock=clock, facts=facts, changes=told)
    return Repromised(document.ref.id, number, changes, max(availability.known_shortage(held, key) - spared, 0))


def _keep(
    held: Held, document: Document, key: AvailabilityKey, missing: int, *, spared: int, by: Actor, clock: Clock
) -> int:  # fmt: skip
    """Report how much of what is missing the order's promises hang on; once, until it is another quantity."""
    promised = promises.promise(ORDER_KIND, [line.id for line in document.standing])
    hanging = hung_on(document, promised, key, missing)
    facts = {"product": key.product_id, "site": key.site_id, "missing": hanging}
    told = Event.objects.filter(kind=KEPT, document_kind=ORDER_KIND, document_id=document.ref.id).order_by("id")
    before = [one.facts["missing"] for one in told if facts.items() - {("missing", hanging)} <= one.facts.items()]
    if hanging and before[-1:] != [hanging]:
        save.record(document, KEPT, by=by, clock=clock, facts=facts)
        gone = promising.slipped(held, key, hanging, spared=spared, newest=False)
        lines = {one.line_id: (dates(one), None) for one in promised.values() if draws_on(one, key)}
        promising.note_reactions(gone, KEEP, ORDER_KIND, lines, clock=clock)
    return hanging
