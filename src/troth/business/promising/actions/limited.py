"""Which open lines of orders something limits besides goods, for whole sets of keys: what holds for them, what they
consume. A run over the backorders shares quotas out by it, leaves to others what is protected for them, and leaves
alone what it cannot tell apart.

A line is told apart by what it was told apart by when it was promised. One that was promised before that was kept, and
is of a product that something holds for, is `unknown`: nobody can say which quota is its.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from troth.business.promising import store
from troth.business.promising.actions.backlog import OPEN, Key, day
from troth.business.promising.actions.quotas import kept_by, key_of
from troth.business.promising.rules.quotas import Use, kept_of
from troth.business.promising.store import Standing
from troth.business.quotas import queries as quotas
from troth.business.quotas.queries import Ask, Known, Matched, ProtectionTerms, Targets, protection_key
from troth.business.quotas.rules import Traits, core_of
from troth.kernel.protection import Group
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.quota.keys import QuotaKey
from troth.platform import sql
from troth.platform.actions import BeginAgain
from troth.platform.locks import BalanceKey, Held, Overlay
from troth.reference import queries as reference

Row = tuple[int, str]
"""A row of targets: its procedure, and the text of its cell."""

USES_AT_A_TIME = 10_000


class Limited(NamedTuple):
    """An open line that something holds for, or held; days are numbers. `confirmed` is all that is, delivered or not,
    `first` the first day on which goods of it are ready (None: none are), `uses` what it consumes."""

    id: int
    line_id: int
    product_id: int
    site_id: int
    priority: int
    wished: int
    traits: str
    confirmed: int
    first: int | None
    uses: tuple[Use, ...] = ()

    def loose(self, open_quantity: int) -> tuple[Use, ...]:
        """What of the uses goes with so much that is confirmed and may be given up; what is delivered stays used."""
        return _without(self.uses, kept_of(self.uses, self.confirmed - open_quantity, self.confirmed))


@dataclass(frozen=True)
class Limits:
    """What limits the open lines of some keys; by the ids of their requirements.

    `kept` is what is protected of a product at a site and not over yet, `owners` who each of its lines is to those for
    whom it is.
    """

    version: int
    lines: Mapping[int, Limited] = field(default_factory=dict)
    matched: Mapping[int, Matched] = field(default_factory=dict)
    kept: Mapping[Key, tuple[ProtectionTerms, ...]] = field(default_factory=dict)
    owners: Mapping[int, Group] = field(default_factory=dict)
    unknown: frozenset[int] = frozenset()

    @property
    def keys(self) -> list[QuotaKey]:
        """What the lines consume, and what they may."""
        found: dict[QuotaKey, None] = {}
        for one in self.lines.values():
            found |= dict.fromkeys(key_of(use) for use in one.uses)
        for targets in {each.keys: None for matched in self.matched.values() for each in targets_of(matched)}:
            found |= dict.fromkeys(targets)
        found |= dict.fromkeys(protection_key(one.id) for kept in self.kept.values() for one in kept)
        return list(found)


def loose_of(one: Standing) -> tuple[Use, ...]:
    """What a line that stands consumes of what may be given up."""
    return _without(one.uses, kept_by(one))


def _without(uses: Iterable[Use], kept: Iterable[Use]) -> tuple[Use, ...]:
    sums: dict[tuple[int, int, str, int], int] = {}
    for sign, found in ((1, uses), (-1, kept)):
        for use in found:
            sums[use[:4]] = sums.get(use[:4], 0) + sign * use.quantity
    return tuple(Use(*place, quantity) for place, quantity in sums.items() if quantity)


def targets_of(matched: Matched) -> Iterable[Targets]:
    """The rows of targets that hold for a line."""
    return (targets for sequence in matched.sequences for targets in sequence)


def take(
    held: Held, keys: Sequence[AvailabilityKey], today: Mapping[int, int], *, also: Sequence[BalanceKey] = ()
) -> Limits:
    """Lock the quotas of the open lines of these keys, then the keys; return what limits the lines now.

    `today` is the day number by site, `also` what is locked with the keys. `BeginAgain` where lines came meanwhile
    whose quotas are not held, or a quota was made that is not known yet.
    """
    found = limits(keys, today)
    held.take(*found.keys, *keys, *also)
    if not held.writes:
        return found
    found = limits(keys, today)
    known = set(held.keys())
    is_known = all(key in known for key in found.keys)
    if not is_known or any(held.balance(key).limits > found.version for key in keys):
        raise BeginAgain
    return found


def limits(keys: Sequence[AvailabilityKey], today: Mapping[int, int]) -> Limits:
    """What limits the open lines of these keys, as the books are. Two statements where nothing does."""
    state = quotas.known()
    places = [(key.product_id, key.site_id) for key in keys]
    products = reference.products({key.product_id for key in keys}) if not state.is_empty else {}
    reached = {
        product_id
        for product_id, one in products.items()
        if product_id in state.by_product or one.category in state.by_group
    }
    kept = {place: standing for place in places if (standing := _not_over(state, place, today))}
    lines = {one.id: one for one in _marked([(*place, place[0] in reached, place in kept) for place in places])}
    if not lines:
        return Limits(state.version)
    unknown = frozenset(one.id for one in lines.values() if not one.traits)
    asks = _asks([one for one in lines.values() if one.traits], today)
    matched = quotas.matched_all(state, list(asks.values()))
    of_ask = {ask: matched[ask.line] for ask in asks.values() if ask.line in matched}
    owners = {
        one: _owner(ask, kept[ask.product_id, ask.site_id])
        for one, ask in asks.items()
        if (ask.product_id, ask.site_id) in kept
    }
    of_line = {one: of_ask[ask] for one, ask in asks.items() if ask in of_ask}
    return Limits(state.version, lines, of_line, kept, owners, unknown)


def _not_over(state: Known, place: Key, today: Mapping[int, int]) -> tuple[ProtectionTerms, ...]:
    return tuple(one for one in state.protections.get(place, ()) if one.last_day >= today[place[1]])


def _owner(ask: Ask, kept: Sequence[ProtectionTerms]) -> Group:
    # Of one product at one site all protections use the same characteristics.
    return Group(core_of(ask.traits, kept[0].characteristics), ask.priority)


def _asks(lines: Iterable[Limited], today: Mapping[int, int]) -> dict[int, Ask]:
    """How each line is held against quotas; those that nothing tells apart are one ask, so that it is answered once."""
    found = list(lines)
    units = {one.id: one.base_unit for one in reference.products({one.product_id for one in found}).values()}
    asks: dict[tuple[object, ...], Ask] = {}
    by_line = {}
    for one in found:
        ready = min(one.wished, today[one.site_id], one.wished if one.first is None else one.first)
        told = (one.product_id, one.site_id, units[one.product_id], one.priority, one.wished, ready, one.traits)
        if told not in asks:
            asks[told] = Ask(len(asks), *told[:6], Traits.read(one.traits))
        by_line[one.id] = asks[told]
    return by_line


def _marked(places: Sequence[tuple[int, int, bool, bool]]) -> list[Limited]:
    """The open lines of places (product, site, is reached, is kept for somebody) that something may hold for.

    These are those that are marked, those of reached products of which is not known what tells them apart, and all
    where something is kept for somebody.
    """
    with_clause, source, parameters = sql.relation(
        "k", {"product_id": "int", "site_id": "int", "is_reached": "bool", "is_kept": "bool"}, places
    )
    of_key = sql.looked_up(
        source, "promising_requirement", "r",
        f"r.product_id = k.product_id AND r.site_id = k.site_id AND {OPEN}", index="promising_requirement_held",
    )  # fmt: skip
    rows = sql.fetch(
        f"{with_clause} SELECT r.id, r.line_id, r.product_id, r.site_id, r.priority, {day('r.requested_on')}, r.traits,"
        f" r.confirmed_quantity, (SELECT MIN({day('s.material_on')}) FROM promising_scheduleline s"
        f" WHERE s.requirement_id = r.id AND s.delivered < s.quantity) FROM {of_key}"
        " WHERE r.is_rationed OR (r.traits = '' AND k.is_reached) OR k.is_kept ORDER BY r.id",
        parameters,
    )
    ids = [row[0] for row in rows]
    uses: dict[int, tuple[Use, ...]] = {}
    for first in range(0, len(ids), USES_AT_A_TIME):
        uses |= store.uses(ids[first : first + USES_AT_A_TIME])
    return [Limited._make((*row, uses.get(row[0], ()))) for row in rows]


def rows_of(company_id: int) -> dict[Row, list[Key]]:
    """The keys on which open lines of a company lie that share a row of targets, by row."""
    state = quotas.known()
    if state.is_empty:
        return {}
    lines = sql.fetch(
        f"SELECT DISTINCT product_id, site_id, traits, {day('requested_on')} FROM promising_requirement"
        f" WHERE company_id = %s AND {OPEN} AND is_rationed AND traits <> '' ORDER BY 1, 2, 3, 4",
        [company_id],
    )
    units = {one.id: one.base_unit for one in reference.products({row[0] for row in lines}).values()}
    asks = [
        Ask(place, product_id, site_id, units[product_id], 0, wished, wished, Traits.read(traits))
        for place, (product_id, site_id, traits, wished) in enumerate(lines)
    ]
    found: dict[Row, dict[Key, None]] = {}
    for place, matched in quotas.matched_all(state, asks).items():
        for targets in targets_of(matched):
            if targets.cell is not None:
                found.setdefault((targets.procedure.id, targets.cell), {})[lines[place][0], lines[place][1]] = None
    return {row: list(found[row]) for row in sorted(found)}


def planned(places: Iterable[Key]) -> dict[int, int]:
    """What is planned of each protection of products at sites now, by its id; a statement where there is one."""
    state = quotas.known()
    ids = [one.id for place in places for one in state.protections.get(place, ())] if state.protections else []
    books = Overlay()
    books.take(*map(protection_key, ids))
    return {one: int(books.balance(protection_key(one)).planned) for one in ids}


def fits(uses: Iterable[Use], matched: Matched | None, quantity: int) -> bool:
    """Whether these uses are, under what holds now, all that a confirmation of `quantity` consumes."""
    found = list(uses)
    sequences = matched.sequences if matched is not None else ()
    counted = 0
    for sequence in sequences:
        cells = {key for targets in sequence for key in targets.keys}
        own = sum(use.quantity for use in found if key_of(use) in cells)
        if own != quantity:
            return False
        counted += own
    return counted == sum(use.quantity for use in found)
