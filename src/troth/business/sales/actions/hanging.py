"""What of an order hangs on supply of one product at one site, and which of its lines wait first where it slips."""

from collections.abc import Mapping, Sequence
from datetime import date

from troth.business.promising import queries as promises
from troth.business.promising.queries import PromisedLine
from troth.business.promising.rules.wish import Wish
from troth.business.promising.states import Basis
from troth.business.sales.actions.document import Document
from troth.ledgers.availability.keys import AvailabilityKey

Dates = tuple[tuple[int, date], ...]
"""(quantity in smallest units, day it arrives) of each confirmation that is not delivered."""


def hung_on(document: Document, promised: Mapping[int, PromisedLine], key: AvailabilityKey, missing: int) -> int:
    """How much of what is missing on the key the order's promises hang on."""
    ids = {line.id for line in document.standing}
    return min(missing, sum(_drawn(line) for line in promised.values() if line.line_id in ids and draws_on(line, key)))


def in_turn(document: Document, wanted: Sequence[Wish], key: AvailabilityKey) -> list[Wish]:
    """The wishes that draw on the key, the first to wait first; then the others, which may go with them."""
    drawing = promises.drawing_on(key.product_id, key.site_id, key.segment, document_id=document.ref.id)
    turn = {line_id: place for place, (_, line_id) in enumerate(drawing)}
    return sorted(wanted, key=lambda wish: turn.get(wish.line_id, len(turn)))


def dates(line: PromisedLine) -> Dates:
    """What is confirmed of a line and not delivered."""
    return tuple(
        (schedule.quantity - delivered, schedule.delivery_on)
        for schedule, delivered in line.schedules
        if schedule.quantity > delivered
    )


def draws_on(line: PromisedLine, key: AvailabilityKey) -> bool:
    """Whether something of a line stands on supply of the key, not tied to it, and is not delivered."""
    return (line.product_id, line.site_id, line.segment) == (key.product_id, key.site_id, key.segment) and (
        _drawn(line) > 0
    )


def _drawn(line: PromisedLine) -> int:
    """What of a line stands on common supply and is not delivered."""
    return sum(
        schedule.quantity - delivered
        for schedule, delivered in line.schedules
        if schedule.basis in (Basis.STOCK, Basis.SUPPLY)
    )
