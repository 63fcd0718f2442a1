"""What if: what rules would let serve of goods that are wanted, tried on the same supposed books. No lock, no trace.

Whoever has orders says what rules name for a check (`register_rules`), as on entering for a customer, as on a change
for a line that stands. A check of nobody asks no rule.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from troth.business.masterdata import queries as masterdata
from troth.business.promising import queries
from troth.business.promising.actions import quotas
from troth.business.promising.actions.alternatives import plan
from troth.business.promising.actions.confirm import withdraw
from troth.business.promising.actions.quotas import SUPPOSED, Raised
from troth.business.promising.actions.suppose import (
    Check,
    Supposed,
    TooManyChecks,
    at_once,
    entries_of,
    raised_of,
    wish_of,
)
from troth.business.promising.rules.alternatives import Alternative, Asked, Planned
from troth.kernel.errors import BusinessError, Sentence
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Overlay
from troth.reference import queries as reference

RULES_MAX = 50
"""So many checks may ask rules at once."""


class Ruled(NamedTuple):
    """What rules name for a check. `line` (kind, line id) stands already and lets go of its goods first; with its own
    way to the customer, as its alternatives have theirs."""

    asked: Asked
    line: tuple[str, int] | None = None


Rules = Callable[[Check, tuple[str, int] | None, Actor, Clock], Ruled | None]
"""What rules name for a check, or for the line that it is made in place of; None where none holds."""
_rules: list[Rules] = []


def register_rules(reader: Rules) -> None:
    """Say who reads what rules name."""
    _rules[:] = [reader]


def ask_rules(
    checks: Sequence[tuple[Check, tuple[str, int] | None]],
    supposed: Iterable[Supposed] = (),
    *,
    together: bool = False,
    by: Actor,
    clock: Clock,
) -> list[Planned | None]:
    """What would serve each check, with the line in whose place it is made; None where no rule holds for it.

    `together`: what one takes the next does not see.
    """
    if len(checks) > RULES_MAX:
        raise TooManyChecks(
            Sentence("Ask rules for at most %(most)s checks at once.", most=RULES_MAX), asked=len(checks)
        )
    found = [_ruled(check, line, by, clock) for check, line in checks]
    moved = list(supposed)
    entries, raised = entries_of(moved, masterdata.snapshot().valuations), raised_of(moved)
    numbered = _numbered([_asked(check, one) for (check, _), one in zip(checks, found, strict=True)])
    if not any(found):
        return [None] * len(checks)
    places = [place for place, one in enumerate(numbered) if one is not None and (together or found[place])]
    groups = [places] if together else [[place] for place in places]
    planned: dict[int, Planned] = {}
    for group in groups:
        own = {place: asked for place in group if (asked := numbered[place]) is not None}
        lines = [ruled.line for place in group if (ruled := found[place]) is not None and ruled.line is not None]
        planned |= _planned(own, lines, entries, raised, clock)
    return [planned.get(place) if ruled is not None else None for place, ruled in enumerate(found)]


def planned_of(
    asked: Sequence[Asked],
    lines: Sequence[tuple[str, int]],
    entries: Sequence[Entry],
    raised: Sequence[Raised],
    clock: Clock,
) -> list[Planned | None]:
    """What would serve each of these, which take their turn, once these lines (kind, line id) have let go of theirs;
    None where they cannot be checked."""
    own = {place: one for place, one in enumerate(_numbered(asked)) if one is not None}
    planned = _planned(own, lines, entries, raised, clock)
    return [planned.get(place) for place in range(len(asked))]


def _planned(
    own: Mapping[int, Asked],
    lines: Sequence[tuple[str, int]],
    entries: Sequence[Entry],
    raised: Sequence[Raised],
    clock: Clock,
) -> dict[int, Planned]:
    """The plans by place; none where they cannot be checked, which their check says by itself."""

    def suppose(books: Overlay) -> None:
        for kind, line_id in lines:
            books.take(*queries.keys(kind, [line_id]))
            withdraw(books, kind, [line_id], clock=clock)
        books.take(*(one.key for one in entries))
        availability.post(books, entries, at=clock.now())
        if raised:
            wishes = [wish for one in own.values() for wish in (one.wish, *(each.wish for each in one.alternatives))]
            found = quotas.holding(wishes)
            books.take(*quotas.keys(found))
            quotas.suppose(books, found, raised, at=clock.now())

    try:
        return dict(zip(own, plan(list(own.values()), clock=clock, prepare=suppose), strict=True))
    except BusinessError:
        return {}


def _ruled(check: Check, line: tuple[str, int] | None, by: Actor, clock: Clock) -> Ruled | None:
    try:
        return next((one for read in _rules if (one := read(check, line, by, clock)) is not None), None)
    except BusinessError:  # such as a customer who may not have it
        return None


def _asked(check: Check, ruled: Ruled | None) -> Asked | None:
    """What a check asks: its own goods, with what rules name for them, ready where they lie as it is."""
    if ruled is not None and ruled.line is not None:
        return ruled.asked
    try:
        wish = wish_of(check)
    except BusinessError:
        return None
    if ruled is None:
        return Asked(wish)
    sites = {one.id: one for one in reference.sites(with_closed=True)}
    others = [
        one
        if one.obstacle
        else one._replace(wish=one.wish._replace(way=at_once(sites[one.wish.site_id]), document=SUPPOSED))
        for one in ruled.asked.alternatives
    ]
    return Asked(wish, others, ruled.asked.strategy)


def _numbered(asked: Sequence[Asked | None]) -> list[Asked | None]:
    """With line ids of their own, alternatives too."""
    free = -1
    found: list[Asked | None] = []
    for one in asked:
        if one is None:
            found.append(None)
            continue
        others: list[Alternative] = []
        for other in one.alternatives:
            free -= 1
            others.append(other._replace(wish=other.wish._replace(line_id=free)))
        free -= 1
        found.append(Asked(one.wish._replace(line_id=free, document=SUPPOSED), others, one.strategy))
    return found
