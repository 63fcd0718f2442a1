"""Work off shortages: promises that supply covers no longer are made again, the least urgent first to wait.

A shortage says how much is missing on a key. Of the lines that draw on the key the least important ones give up what is
missing: lowest priority first, and among equals the latest. They are then promised again on what is left.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from troth.business.promising.actions.changes import standing_of, taken_by
from troth.business.promising.actions.confirm import reconfirm
from troth.business.promising.actions.lasting import last_for
from troth.business.promising.rules import Promise, Wish, group_of
from troth.business.promising.states import Basis, Cause
from troth.business.promising.store import Standing, StandingLine
from troth.kernel.calendars import day_of
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.ahead import Cover
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.clock import Clock
from troth.platform.locks import Held


def repromise_short(
    held: Held,
    wishes: Sequence[Wish],
    shortage: int,
    *,
    key: AvailabilityKey,
    clock: Clock,
    cover: Cover = Cover.FIRM,
) -> Promise:
    """Promise lines of `key` again until `shortage` (smallest units) is covered, and close its open shortages.

    `wishes` are the lines that draw on the key (`queries.drawing_on` names them, the first to wait first), each held
    with its keys; on firm supply, or ahead of it (`cover`). Lines beyond what is needed are left alone. Lines
    that are to come together with one that waits are promised again with it, whatever key they draw on.
    """
    waiting = waiting_for(held, wishes, shortage, key=key, clock=clock, cover=cover)
    together = {group_of(wish) for wish in waiting} - {None}
    waiting += [wish for wish in wishes if group_of(wish) in together and wish not in waiting]
    # The more important of them choose first.
    promise = reconfirm(held, waiting[::-1], clock=clock, anew=True, cause=Cause.SUPPLY)
    if waiting:
        close_covered(held, key, day_of(clock.today(waiting[0].way.time_zone)), clock.now())
    return promise


def waiting_for(
    held: Held, wishes: Sequence[Wish], shortage: int, *, key: AvailabilityKey, clock: Clock, cover: Cover = Cover.FIRM
) -> list[Wish]:  # fmt: skip
    """Of these wishes, the first to wait first, those that have to give up what they hold of the key."""
    standing = standing_of(wishes)
    waiting: list[Wish] = []
    rest = shortage
    hanging = _hung_on(held, wishes, standing, key, clock) if cover is Cover.FIRM else wishes
    for wish in hanging:
        if rest <= 0:
            break
        one = standing.get(wish.line_id)
        open_quantity = sum(line.open for line in one.lines if _stands(line, cover)) if one and one.key == key else 0
        if open_quantity:
            waiting.append(wish)
            rest -= open_quantity
    return waiting


def _stands(line: StandingLine, cover: Cover) -> bool:
    return not line.is_allocated if cover is Cover.FIRM else line.schedule.basis == Basis(cover)


def _hung_on(
    held: Held, wishes: Sequence[Wish], standing: Mapping[int, Standing], key: AvailabilityKey, clock: Clock
) -> Sequence[Wish]:
    """Of goods that expire those wait for whom nothing lasts any more: the waiting of others would help nobody."""
    found = held.balance(key).lots
    if not found:
        return wishes
    return [
        wish
        for wish in wishes
        if (one := standing.get(wish.line_id)) is not None
        and one.key == key
        and not last_for(found, taken_by(one), wish.scope, day_of(clock.today(wish.way.time_zone)))
    ]


def close_covered(held: Held, key: AvailabilityKey, today: int, at: datetime) -> None:
    """Close the shortages of a held key that are covered again."""
    availability.close_shortages(held, [key], today=today, at=at)
