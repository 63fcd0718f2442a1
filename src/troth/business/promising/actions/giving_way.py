"""Holds give way: where supply has slipped, who only thinks about an order waits for those who have ordered."""

from troth.business.promising import queries
from troth.business.promising.actions.changes import HOLD_KIND
from troth.business.promising.actions.confirm import withdraw
from troth.business.promising.actions.hold import line_ids, record
from troth.business.promising.actions.reactions import Dates, note_reactions, slipped
from troth.business.promising.models import Hold
from troth.business.promising.states import Cause, HoldState
from troth.kernel.calendars import day_of
from troth.kernel.valuations import valuation_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.reference import queries as reference


@action
def give_way(product_id: int, site_id: int, segment: str = "", *, by: Actor, clock: Clock) -> int:
    """Let holds go, the newest first, as far as a shortage of the product at the site asks for it; return how many.

    In its common stock, or in the `segment` of a valuation type.

    Supply has slipped: who only thinks about an order waits for those who have ordered.
    """
    key = AvailabilityKey(product_id, site_id, segment)
    ids = sorted({ref.id for ref, _line in queries.drawing_on(product_id, site_id, segment, kind=HOLD_KIND)})
    held = locks.begin()
    found = held.hold(Hold, *ids, by=by) if ids else []
    held.take(*(own for one in found for own in queries.keys(HOLD_KIND, line_ids(one))), key)
    missing, cut, spared = availability.known_shortage(held, key), 0, 0
    for one in sorted(found, key=lambda hold: -hold.pk):
        named = (product_id, valuation_of(segment))
        lines = [
            line for line in queries.hold_lines(one.pk) if (line.product_id, line.valuation) == named and line.held
        ]
        if missing <= 0 or not lines or one.state != HoldState.ACTIVE:
            continue
        gone = slipped(held, key, min(missing, sum(line.held for line in lines)), spared=spared, newest=True)
        withdraw(held, HOLD_KIND, [line.id for line in lines], clock=clock, cause=Cause.SUPPLY)
        before: dict[int, tuple[Dates, Dates | None]] = {
            line.id: (((line.held, line.requested_on),), ()) for line in lines
        }
        note_reactions(gone, "hold", HOLD_KIND, before, clock=clock)
        spared += sum(line.held for line in lines)
        missing -= sum(line.held for line in lines)
        cut += 1
        record("promising.hold_cut", one, by=by, clock=clock, product=product_id)
    if cut:
        today = day_of(clock.today(reference.site(site_id).time_zone))
        availability.close_shortages(held, [key], today=today, at=clock.now())
    return cut
