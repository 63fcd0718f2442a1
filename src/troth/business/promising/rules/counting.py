"""What a line that was promised before is to consume of the quotas and protections that hold for it now.

row       NORTH has 10 in week 1                     a line of 8 and one of 6 for week 1
counted   the first 8 of 10, the second 2 of 10 and 4 past it: the row is over by 4, and nobody loses anything
"""

from collections.abc import Sequence
from typing import NamedTuple

from troth.business.promising.rules.quotas import PROTECTED, Ration, Use
from troth.kernel import protection
from troth.kernel.periods import PeriodKind, period_of
from troth.kernel.proposals import Line
from troth.kernel.protection import Protection

Rows = Sequence[Sequence[tuple[int, PeriodKind, str | None, int, int]]]
"""By sequence, its rows of targets: procedure, kind of period, cell, first and last period."""

NO_LONGER = 1000
"""From here on the sequences are numbered that held once and do no more."""


class Part(NamedTuple):
    """So much of a line is confirmed for a day (number)."""

    day: int
    quantity: int


def settled(uses: Sequence[Use], parts: Sequence[Part], rows: Rows, ration: Ration | None) -> tuple[Use, ...]:
    """What the line is to consume of quotas; what it consumes of protections stays as it is.

    `ration` has what the rows leave, and is used up by what is counted.
    """
    found, have = _moved(uses, rows)
    if ration is not None:
        for number, sequence in enumerate(rows):
            found += _counted(parts, have.get(number, 0), (number, sequence), ration)
    return tuple(found)


def _moved(uses: Sequence[Use], rows: Rows) -> tuple[list[Use], dict[int, int]]:
    """The uses under the sequences and in the cells that hold now, and what there is of each sequence."""
    holds = {row[0]: (number, row) for number, sequence in enumerate(rows) for row in sequence}
    found, have = list[Use](), dict[int, int]()
    for use in uses:
        if use.sequence == PROTECTED:
            found.append(use)
        elif use.procedure_id not in holds:
            number = use.sequence if use.sequence >= NO_LONGER else NO_LONGER + use.sequence
            found.append(use._replace(sequence=number))
        else:
            number, (_, _, cell, first, last) = holds[use.procedure_id]
            if cell is not None and first <= use.period <= last:
                use = use._replace(cell=cell)
            have[number] = have.get(number, 0) + use.quantity
            found.append(use._replace(sequence=number))
    return found, have


def _counted(
    parts: Sequence[Part], have: int, own: tuple[int, Sequence[tuple[int, PeriodKind, str | None, int, int]]],
    ration: Ration,
) -> list[Use]:  # fmt: skip
    """What of the parts the sequence does not have yet, the earliest parts taken for those that it has."""
    number, sequence = own
    found = list[Use]()
    for part in parts:
        planned = [row for row in sequence if _plans(row, part.day)]
        known = min(have, part.quantity)
        have -= known
        if not planned or part.quantity == known:
            continue
        missing = part.quantity - known
        room = min(missing, ration.room_of(number, part.day))
        found += ration.book_in(number, Line(part.day, room)) if room else ()
        if missing > room:
            procedure_id, kind, cell, _, _ = planned[0]
            assert cell is not None
            found.append(Use(number, procedure_id, cell, period_of(kind, part.day), missing - room))
    return found


def _plans(row: tuple[int, PeriodKind, str | None, int, int], day: int) -> bool:
    _, kind, cell, first, last = row
    return cell is not None and first <= period_of(kind, day) <= last


def protected(parts: Sequence[Part], own: Sequence[Protection], told: int) -> dict[int, int]:
    """By the place of a protection of its own, what the line does not consume of it yet; `told` is what it does."""
    found = dict[int, int]()
    for part in parts:
        known = min(told, part.quantity)
        kept = protection.booked(own, [protection.Taken(place, quantity) for place, quantity in found.items()])
        covering = [each for each in kept if each.first_day <= part.day <= each.last_day]
        if not covering:
            continue
        told -= known
        if part.quantity > known:
            group = covering[0].group
            for taken in protection.consume(kept, group, day=part.day, quantity=part.quantity - known):
                found[taken.protection] = found.get(taken.protection, 0) + taken.quantity
    return found
