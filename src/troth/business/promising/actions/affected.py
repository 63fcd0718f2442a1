"""Orders that a change of supply concerns: who waits first, and who would be promised more or earlier now."""

from collections.abc import Sequence
from datetime import date

from django.db.models import F, Q

from troth.business.promising import queries
from troth.business.promising.actions.replay import NothingPromised, Replayed, replay
from troth.business.promising.models import Requirement
from troth.business.promising.queries import PromisedLine
from troth.ledgers.availability.ahead import Cover
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef

KIND = "order"
TRIED = 20
"""So many lines that wait are promised again to see whether they gain; those that matter most."""


def losing(product_id: int, site_id: int, segment: str, missing: int, cover: Cover) -> list[DocumentRef]:
    """The orders that have to wait first where so much (smallest units) is missing."""
    drawing = queries.drawing_on(product_id, site_id, segment, cover=cover)
    open_of = {line_id: one.open for line_id, one in queries.promise(KIND, [line for _, line in drawing]).items()}
    found: dict[DocumentRef, None] = {}
    for ref, line_id in drawing:
        if missing <= 0:
            break
        found[ref] = None
        missing -= open_of.get(line_id, 0)
    return list(found)


def gaining(product_id: int, site_id: int, most: int, *, clock: Clock) -> list[DocumentRef]:
    """Up to so many orders with a line that is short or late and would be promised more or earlier now, each alone."""
    waiting = Requirement.objects.filter(
        product_id=product_id, site_id=site_id, document_kind=KIND, is_withdrawn=False, open_quantity__gt=0
    ).filter(Q(confirmed_quantity__lt=F("quantity")) | Q(schedule_lines__delivery_on__gt=F("requested_on")))
    rows = waiting.order_by("priority", "requested_on", "id").values_list(
        "document_kind", "document_id", "document_number", "line_id"
    )
    found: dict[DocumentRef, None] = {}
    for kind, document_id, number, line_id in list(dict.fromkeys(rows[:TRIED])):
        ref = DocumentRef(kind, document_id, number)
        if len(found) < most and ref not in found and _gains(line_id, clock):
            found[ref] = None
    return list(found)


def _gains(line_id: int, clock: Clock) -> bool:
    try:
        now = replay(KIND, line_id, clock=clock)
    except NothingPromised:
        return False
    stands = queries.promise(KIND, [line_id]).get(line_id)
    return stands is not None and _is_better(now, stands)


def _is_better(now: Replayed, stands: PromisedLine) -> bool:
    """Whether on no day less would have come, and on one day more."""
    before = [(one.delivery_on, one.quantity - delivered) for one, delivered in stands.schedules]
    after = [(one.delivery_on, one.quantity) for one in now.now.schedules]
    gains = [_by(after, day) - _by(before, day) for day, _ in (*before, *after)]
    return bool(gains) and min(gains) >= 0 and max(gains) > 0


def _by(rows: Sequence[tuple[date, int]], last: date) -> int:
    return sum(quantity for day, quantity in rows if day <= last)
