"""What became of each promise that hung on supply which slipped, kept beside the shortage that this left.

Several shortages may be open on a key at once. What is promised anew covers the newest first, as the ledger closes
them; who keeps a promise, or waits for an answer, waits for the oldest.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from troth.business.promising.models import Reaction, Requirement
from troth.kernel.calendars import day_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.ahead import Cover
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.clock import Clock
from troth.platform.locks import Held

Dates = Sequence[tuple[int, date]]
"""(quantity in smallest units, day it arrives) of each confirmation that is not delivered."""


def slipped(
    held: Held, key: AvailabilityKey, quantity: int, *, spared: int = 0, newest: bool, cover: Cover = Cover.FIRM
) -> tuple[int, ...]:  # fmt: skip
    """The shortages (by the id they began as) that `quantity` of what is missing on a held key belongs to.

    `spared` of it, from the same end, belongs to others.
    """
    found = availability.slipped(held, key, cover)
    places, passed = [], 0
    for shortage_id, missing in reversed(found) if newest else found:
        if passed < spared + quantity and passed + missing > spared:
            places.append(shortage_id)
        passed += missing
    return tuple(dict.fromkeys(places))


def note_reactions(
    shortages: Sequence[int],
    policy: str,
    kind: str,
    lines: Mapping[int, tuple[Dates, Dates | None]],
    *,
    clock: Clock,
) -> None:
    """Keep what became of lines (by id; before, after) of documents of a kind, under each of these shortages."""
    if not (shortages and lines):
        return
    ids = dict(Requirement.objects.filter(document_kind=kind, line_id__in=lines.keys()).values_list("line_id", "id"))
    Reaction.objects.bulk_create(
        Reaction(
            shortage_id=shortage_id, requirement_id=ids[line_id], policy=policy, before=_written(before),
            after=None if after is None else _written(after), at=clock.now(),
        )
        for shortage_id in shortages
        for line_id, (before, after) in sorted(lines.items())
        if line_id in ids
    )  # fmt: skip


def decide_reactions(kind: str, lines: Mapping[int, Dates | None], *, clock: Clock) -> None:
    """Somebody has decided over new dates of these lines: what they are promised now, None where the old dates stay."""
    waiting = Reaction.objects.filter(
        requirement__document_kind=kind, requirement__line_id__in=lines.keys(), policy="ask", after__isnull=True
    ).select_related("requirement")
    # Who kept the old dates of an earlier slip has kept them, whatever is decided now.
    last: dict[int, datetime] = {}
    for one in waiting:
        last[one.requirement_id] = max(one.at, last.get(one.requirement_id, one.at))
    for one in (each for each in waiting if each.at == last[each.requirement_id]):
        after = lines[one.requirement.line_id]
        one.after, one.decided_at = None if after is None else _written(after), clock.now()
        one.save(update_fields=["after", "decided_at"])


def _written(dates: Dates) -> list[list[int]]:
    return [[quantity, day_of(on)] for quantity, on in dates]
