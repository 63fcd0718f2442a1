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
from troth.business.sales.actions import broken, new_dates, save, told
from troth.business.sales.actions.change import opened
from troth.business.sales.actions.document import ORDER_KIND, Document, wishes
from troth.business.sales.actions.hanging import Dates, dates, draws_on, hung_on, in_turn, moved
from troth.business.sales.states import OrderState
from troth.kernel.calendars import day_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability import queries as shortages
from troth.ledgers.availability.ahead import Cover
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

    Lines that other goods serve now by a rule are among `served`. `missing` is what is short on the key still, `kept`
    how much of it this order waits for with its promise unchanged, or until somebody has taken the dates that are
    proposed.
    """

    order_id: int
    number: str
    changes: Mapping[int, tuple[Dates, Dates]]
    missing: int
    kept: int = 0
    served: tuple[int, ...] = ()


@action
def repromise_order(
    order_id: int, product_id: int, site_id: int, segment: str = "", *, cover: Cover = Cover.FIRM, spared: int = 0,
    by: Actor, clock: Clock,
) -> Repromised:  # fmt: skip
    """Promise an order again as far as a shortage of the product at the site asks for it; record what differs.

    `segment` where it is one of its locations that is short, for promises made from there alone. `cover` says whether
    it is firm supply that lacks, what was planned, or goods that are not released. `spared` of the
    shortage is what orders keep that had to wait before this one.
    """
    held, document = opened(order_id, None, by=by)
    key = AvailabilityKey(product_id, site_id, segment)
    return repromise(held, document, key, cover, spared=spared, by=by, clock=clock)


def repromise(
    held: Held, document: Document, key: AvailabilityKey, cover: Cover = Cover.FIRM, *, spared: int = 0, by: Actor,
    clock: Clock,
) -> Repromised:  # fmt: skip
    """Inner verb: promise lines of a held order again until the open shortages of `key` are covered."""
    number, ids = document.ref.number, [line.id for line in document.lines]
    is_promised = document.status.state == OrderState.SUBMITTED
    wanted = wishes(document, document.standing) if is_promised else ()
    keys = (*promises.keys(ORDER_KIND, ids), *promising.keys(wanted), key)
    answer = None
    if is_promised and document.terms.order_type.on_shortage not in (KEEP, ASK):
        answer = broken.ask(held, document, keys, key, cover, spared, clock=clock)
    held.take(*keys)
    missing = max(availability.known_shortage(held, key, cover) - spared, 0)
    if not (missing and wanted):
        return Repromised(document.ref.id, number, {}, missing)
    if document.terms.order_type.on_shortage == KEEP:
        kept = _keep(held, document, key, missing, cover, spared=spared, by=by, clock=clock)
        return Repromised(document.ref.id, number, {}, missing - kept, kept)
    if document.terms.order_type.on_shortage == ASK:
        kept = new_dates.propose(held, document, wanted, key, missing, cover, spared=spared, by=by, clock=clock)
        return Repromised(document.ref.id, number, {}, missing - kept, kept)
    cause = "; ".join(shortages.shortage_causes(key.product_id, key.site_id, key.segment, cover))
    before = promises.promise(ORDER_KIND, ids)
    hanging = hung_on(document, before, key, missing, cover)
    gone = promising.slipped(held, key, hanging, newest=True, cover=cover)
    served: list[int] = []
    if answer is not None:
        document, served = broken.write(held, document, answer, by=by, clock=clock)
    _promise_rest(held, document, key, cover, spared, clock=clock)
    after = promises.promise(ORDER_KIND, [line.id for line in document.standing])
    changes = moved(document, before, after)
    if changes or served:
        ids_by_number = {line.line_number: line.id for line in document.standing}
        lines = {ids_by_number[number]: pair for number, pair in changes.items()}
        promising.note_reactions(gone, REPROMISE, ORDER_KIND, lines, clock=clock)
        noted = {f"{line_number}.confirmed": pair for line_number, pair in changes.items()}
        facts = {"product": key.product_id, "site": key.site_id, "lines": sorted(changes)}
        facts |= {"served_otherwise": served} if served else {}
        save.record(document, "sales.order_repromised", by=by, clock=clock, facts=facts, changes=noted)
        owner = {document.ref.id: document.status.entered_by_id}
        told.note(held, owner, {document.ref.id: changes}, told.SLIPPED[cover], cause, by=by, at=clock.now())
    missing = max(availability.known_shortage(held, key, cover) - spared, 0)
    return Repromised(document.ref.id, number, changes, missing, served=tuple(served))


def _promise_rest(
    held: Held, document: Document, key: AvailabilityKey, cover: Cover, spared: int, *, clock: Clock
) -> None:  # fmt: skip
    """Promise again what its own goods are to serve, until nothing is missing."""
    today = day_of(clock.today(document.terms.state.sites[key.site_id].time_zone))
    promising.close_covered(held, key, today, clock.now())
    missing = max(availability.known_shortage(held, key, cover) - spared, 0)
    if missing:
        wanted = in_turn(document, wishes(document, document.standing), key, cover)
        promising.repromise_short(held, wanted, missing, key=key, clock=clock, cover=cover)


def _named(cover: Cover) -> dict[str, str]:
    return {} if cover is Cover.FIRM else {"cover": str(cover)}


def _keep(
    held: Held, document: Document, key: AvailabilityKey, missing: int, cover: Cover, *, spared: int, by: Actor,
    clock: Clock,
) -> int:  # fmt: skip
    """Report how much of what is missing the order's promises hang on; once, until it is another quantity."""
    promised = promises.promise(ORDER_KIND, [line.id for line in document.standing])
    hanging = hung_on(document, promised, key, missing, cover)
    facts: dict[str, int | str] = {"product": key.product_id, "site": key.site_id, "missing": hanging, **_named(cover)}
    events = Event.objects.filter(kind=KEPT, document_kind=ORDER_KIND, document_id=document.ref.id).order_by("id")
    same = facts.items() - {("missing", hanging)}
    here = [one for one in events if same <= one.facts.items() and one.facts.get("cover") == facts.get("cover")]
    before = [one.facts["missing"] for one in here]
    if hanging and before[-1:] != [hanging]:
        save.record(document, KEPT, by=by, clock=clock, facts=facts)
        gone = promising.slipped(held, key, hanging, spared=spared, newest=False, cover=cover)
        lines = {one.line_id: (dates(one), None) for one in promised.values() if draws_on(one, key, cover)}
        promising.note_reactions(gone, KEEP, ORDER_KIND, lines, clock=clock)
    return hanging
