"""Roads that lead over quotas and supply protection: a larger target, that of another period, less kept for others.

A larger target is tried as it would be entered: in one quota, and in the next one that binds then. So a line that two
quotas hold down is told both.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.business.promising.actions import quotas
from troth.business.promising.actions.earlier.road import Earlier, Room, ahead, arrivals_in, helps, tried
from troth.business.promising.actions.quotas import Raised
from troth.business.promising.actions.replay import with_group
from troth.business.promising.models import Requirement
from troth.business.promising.rules import LinePromise, Wish
from troth.business.promising.rules.explain import limited_by
from troth.business.quotas.queries import Targets
from troth.kernel.calendars import date_of
from troth.kernel.periods import PeriodKind, first_day
from troth.ledgers.quota.keys import QuotaKey
from troth.platform.clock import Clock
from troth.platform.locks import Overlay

QUOTAS_TRIED = 4
PERIODS_TRIED = 6
"""So many periods before and after the own one may give of their target."""


def raised(one: Requirement, wish: Wish, now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """More is planned in each quota that binds; what is protected for others stays theirs."""
    group = with_group(one.document_id, wish)
    free = tried(group, wish.line_id, clock, without=quotas.unrationed) if "quota" in now.record else None
    found: LinePromise | None = now
    rooms: list[Room] = []
    while found is not None and free is not None and len(rooms) < QUOTAS_TRIED:
        bound, more = found.record.get("quota"), ahead(free, found)
        if bound is None or bound["cell"] is None or more <= 0:
            break
        rooms.append(_room(bound, more))
        found = tried(group, wish.line_id, clock, raised=_as_planned(rooms))
    if rooms and found is not None and helps(arrivals_in(found), now):
        yield Earlier("quota", arrivals_in(found), found.short, rooms=_summed(rooms))


def from_other_periods(one: Requirement, wish: Wish, now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """What is left of the quota that binds in another period is used in its own: of the nearest that has enough, else
    of the one that has most."""
    bound = now.record.get("quota")
    if bound is None or bound["cell"] is None:
        return
    group = with_group(one.document_id, wish)
    free = tried(group, wish.line_id, clock, without=quotas.unrationed)
    targets = _targets(quotas.holding(group).get(wish.line_id), bound["procedure"])
    more = ahead(free, now) if free is not None else 0
    if targets is None or more <= 0:
        return
    number, left = _giver(targets, bound["number"], more)
    quantity = min(more, left)
    if quantity <= 0:
        return
    rooms = (_room({**bound, "number": number}, -quantity), _room(bound, quantity))
    found = tried(group, wish.line_id, clock, raised=_as_planned(rooms))
    if found is not None:
        yield Earlier("period", arrivals_in(found), found.short, rooms=rooms)


def unprotected(one: Requirement, wish: Wish, now: LinePromise, clock: Clock) -> Iterator[Earlier]:
    """As if nothing were kept for others; quotas hold."""
    if not any(matched.protections for matched in quotas.holding([wish]).values()):
        return
    found = tried(with_group(one.document_id, wish), wish.line_id, clock, without=quotas.unprotected)
    if found is not None and (more := ahead(found, now)) > 0:
        yield Earlier("protection", arrivals_in(found), found.short, more=more)


def _room(bound: Mapping[str, Any], more: int) -> Room:
    on = date_of(first_day(PeriodKind(bound["period"]), bound["number"]))
    return Room(limited_by(bound), bound["procedure"], on, more)


def _as_planned(rooms: Sequence[Room]) -> list[Raised]:
    return [Raised(room.procedure, room.on, room.more) for room in rooms]


def _summed(rooms: Sequence[Room]) -> tuple[Room, ...]:
    """One for each quota and period."""
    sums: dict[tuple[str, Any], Room] = {}
    for room in rooms:
        place = (room.procedure, room.on)
        sums[place] = room._replace(more=room.more + sums[place].more) if place in sums else room
    return tuple(sums.values())


def _targets(matched: Any, procedure: str) -> Targets | None:
    rows = (each for sequence in matched.sequences for each in sequence) if matched is not None else ()
    return next((each for each in rows if each.procedure.code == procedure and each.cell is not None), None)


def _giver(targets: Targets, own: int, more: int) -> tuple[int, int]:
    """The period (number) that gives, and how much it has left."""
    near = [at for step in range(1, PERIODS_TRIED + 1) for at in (own - step, own + step)]
    keys = {at: QuotaKey(targets.procedure.id, targets.cell or "", at) for at in near}
    books = Overlay()
    books.take(*keys.values())
    left = {at: (balance := books.balance(key)).planned - balance.consumed for at, key in keys.items()}
    enough = next((at for at in near if left[at] >= more), None)
    number = enough if enough is not None else max(near, key=lambda at: left[at])
    return number, left[number]
