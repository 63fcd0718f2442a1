"""Supply protection: at least so much of a key is kept for a group in a period, against everybody else.

A group is a core characteristic (a region, a channel) and, within it, a priority: 1 before 2 before none. Protection is
taken as a demand of the others from the first day of its period on:

    A_g(t) = min over s >= t of (P(s) - protected_other(s))
    protected_other(s) = what is not yet consumed of the protection that g has to respect and that has begun by s

    whose                          respected by
    another core's                 everybody outside that core
    this core's, of a priority     who stands behind that priority in the core, or has none
    this core's, of no priority    nobody inside the core: all of it may take from it

Protection counts past the end of its period as well, as its group may still take it on its last day and what is
promised to another for the day after must hold all the same; once the last day is over it lapses. With `lapses`, what a
period leaves over is free to others from the day after its end already, and may be promised while the group takes it.

Who is confirmed takes of its own protection first: of its priority, then of its core, in the period of the day. The
goods of the rest come from what nobody protects, but it is consumed as well, of the first of them: all that a group is
promised counts, so that what is kept for it is never kept a second time when one of its lines goes.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from troth.kernel.netting import Array, free_curve
from troth.kernel.steps import Net


class Group(NamedTuple):
    """Who asks; `priority` None stands behind all others of its core."""

    core: str
    priority: int | None = None


class Protection(NamedTuple):
    """What is kept for a group from `first_day` to `last_day` (offsets from today, both in it), and what of it the
    group has consumed."""

    group: Group
    first_day: int
    last_day: int
    quantity: int
    consumed: int = 0

    @property
    def left(self) -> int:
        return max(self.quantity - self.consumed, 0)


class Taken(NamedTuple):
    """What a line took of one protection, by its place."""

    protection: int
    quantity: int


def respected(protection: Protection, group: Group) -> bool:
    """Whether `group` has to leave this protection alone."""
    owner = protection.group
    if owner.core != group.core:
        return True
    if owner.priority is None or owner.priority == group.priority:
        return False
    return group.priority is None or group.priority > owner.priority


def overlay(protections: Iterable[Protection], group: Group, horizon: int, *, lapses: bool = False) -> dict[int, int]:
    """Return what `group` has to respect as changes of the balance: day offset -> change, today's among them.

    Added to `netting.changes` it makes the curve of the group. What ended before today counts no more; what begins past
    the horizon counts on the horizon, which stands for all that comes after it.
    """
    changes = {0: 0}
    for protection in protections:
        if protection.last_day < 0 or not respected(protection, group):
            continue
        begins = min(max(protection.first_day, 0), horizon)
        changes[begins] = changes.get(begins, 0) - protection.left
        if lapses and protection.last_day < horizon:
            ends = protection.last_day + 1
            changes[ends] = changes.get(ends, 0) + protection.left
    return changes


def protected(net: Net, protections: Iterable[Protection], group: Group, horizon: int) -> dict[int, int]:
    """Return `net` as `group` sees it, for `steps.Steps`."""
    seen = dict(net)
    for day, change in overlay(protections, group, horizon).items():
        seen[day] = seen.get(day, 0) + change
    return seen


def protected_curve(net: Array, protections: Iterable[Protection], group: Group, *, lapses: bool = False) -> Array:
    """Return A_g for each offset of `net`; it never falls, and is negative where others are protected past supply."""
    seen = np.array(net, np.int64)
    for day, change in overlay(protections, group, len(net) - 1, lapses=lapses).items():
        seen[day] += change
    return free_curve(seen)


def consume(protections: Sequence[Protection], group: Group, *, day: int, quantity: int) -> tuple[Taken, ...]:
    """Return what a line of `group` consumes of its own protections, by their places: all of it, where it has one."""
    own = [
        place
        for priority in dict.fromkeys((group.priority, None))
        for place, protection in enumerate(protections)
        if protection.group == Group(group.core, priority) and protection.first_day <= day <= protection.last_day
    ]
    taken: dict[int, int] = {}
    for place in own:
        took = min(protections[place].left, quantity)
        if took:
            taken[place] = took
            quantity -= took
    if own and quantity:
        taken[own[0]] = taken.get(own[0], 0) + quantity
    return tuple(Taken(place, took) for place, took in taken.items())


def booked(protections: Sequence[Protection], taken: Iterable[Taken]) -> tuple[Protection, ...]:
    """Return the protections after lines took of them."""
    return _with(protections, taken, 1)


def given_back(protections: Sequence[Protection], taken: Iterable[Taken]) -> tuple[Protection, ...]:
    """Return the protections after lines gave back exactly what they took."""
    return _with(protections, taken, -1)


def _with(protections: Sequence[Protection], taken: Iterable[Taken], sign: int) -> tuple[Protection, ...]:
    changed = list(protections)
    for place, quantity in taken:
        consumed = changed[place].consumed + sign * quantity
        assert consumed >= 0, "more is given back than was taken"
        changed[place] = changed[place]._replace(consumed=consumed)
    return tuple(changed)
