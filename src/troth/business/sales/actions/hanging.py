"""What of an order hangs on supply of one product at one site, and which of its lines wait first where it slips."""

from collections.abc import Mapping, Sequence
from datetime import date

from troth.business.promising import queries as promises
from troth.business.promising.queries import PromisedLine
from troth.business.promising.rules.wish import Wish
from troth.business.promising.states import Basis
from troth.business.sales.actions.document import Document
from troth.ledgers.availability.ahead import AHEAD, Cover
from troth.ledgers.availability.keys import AvailabilityKey

_BASES = {Cover.FIRM: (Basis.STOCK, Basis.SUPPLY), **{cover: (Basis(cover),) for cover in AHEAD}}
Dates = tuple[tuple[int, date], ...]
"""(quantity in smallest units, day it arrives) of each confirmation that is not delivered."""


def hung_on(
    document: Document, promised: Mapping[int, PromisedLine], key: AvailabilityKey, missing: int, cover: Cover
) -> int:  # fmt: skip
    """How much of what is missing on the key the order's promises hang on."""
    ids = {line.id for line in document.standing}
    drawing = (line for line in promised.values() if line.line_id in ids and draws_on(line, key, cover))
    return min(missing, sum(_drawn(line, cover) for line in drawing))


def in_turn(document: Document, wanted: Sequence[Wish], key: AvailabilityKey, cover: Cover) -> list[Wish]:
    """The wishes that draw on the key, the first to wait first; then the others, which may go with them."""
    drawing = promises.drawing_on(key.product_id, key.site_id, key.segment, document_id=document.ref.id, cover=cover)
    turn = {line_id: place for place, (_, line_id) in enumerate(drawing)}
    return sorted(wanted, key=lambda wish: turn.get(wish.line_id, len(turn)))


def dates(line: PromisedLine) -> Dates:
    """What is confirmed of a line and not delivered."""
    return tuple(
        (schedule.quantity - delivered, schedule.delivery_on)
        for schedule, delivered in line.schedules
        if schedule.quantity > delivered
    )


def moved(
    document: Document, before: Mapping[int, PromisedLine], after: Mapping[int, PromisedLine]
) -> dict[int, tuple[Dates, Dates]]:
    """The dates before and after of the standing lines for which they differ, by line number."""
    pairs = {line.line_number: (_of(before, line.id), _of(after, line.id)) for line in document.standing}
    return {number: (was, now) for number, (was, now) in pairs.items() if was != now}


def _of(promised: Mapping[int, PromisedLine], line_id: int) -> Dates:
    return dates(promised[line_id]) if line_id in promised else ()


def is_better(before: Mapping[int, Dates], after: Mapping[int, Dates]) -> bool:
    """Whether no day sees less of any line than before, and some day sees more."""
    days = {on for told in (before, after) for line in told.values() for _, on in line}
    pairs = [
        (_by(before.get(line, ()), day), _by(after.get(line, ()), day)) for line in {*before, *after} for day in days
    ]
    return all(was <= now for was, now in pairs) and any(was < now for was, now in pairs)


def _by(line: Dates, day: date) -> int:
    return sum(quantity for quantity, on in line if on <= day)


def draws_on(line: PromisedLine, key: AvailabilityKey, cover: Cover) -> bool:
    """Whether something of a line stands on such supply of the key, not tied to it, and is not delivered."""
    return (line.product_id, line.site_id, line.segment) == (key.product_id, key.site_id, key.segment) and (
        _drawn(line, cover) > 0
    )


def _drawn(line: PromisedLine, cover: Cover) -> int:
    """What of a line stands on common supply of this kind and is not delivered."""
    return sum(
        schedule.quantity - delivered for schedule, delivered in line.schedules if schedule.basis in _BASES[cover]
    )
