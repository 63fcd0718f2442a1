"""Supply protection in a run: what is kept for whom of its keys as the kernel leaves it to them, and back as uses.

What the lines that move use of it is given back and used anew. A line whose days and quantities stay uses what it did,
of a protection that is over too.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from troth.business.backorders.actions.lines import Lines
from troth.business.backorders.actions.rationing import Rationing
from troth.business.backorders.rules.selection import Flags
from troth.business.promising.actions.quotas import kept_on, key_of
from troth.business.promising.rules.quotas import PROTECTED, Use
from troth.business.quotas.queries import ProtectionTerms, protection_key
from troth.kernel.backorder import Kept, Outcome
from troth.kernel.netting import Array
from troth.kernel.protection import Group, Protection


class Keeping:
    """What is kept for whom on the keys of some lines; lines and keys by their places."""

    def __init__(self, lines: Lines, moves: Flags, rationing: Rationing) -> None:
        self._lines, self._booked = lines, rationing.booked
        self._moves = [place for place in self._booked if moves[place]]
        places = {(key.product_id, key.site_id): place for place, key in enumerate(lines.keys)}
        self._terms = {places[place]: terms for place, terms in lines.limits.kept.items()}
        found = {
            key: kept_on(terms, int(lines.today[key]), rationing.left) for key, terms in self._terms.items()
        }  # fmt: skip
        self._groups: dict[Group, int] = {}
        self.owners = self._asking()
        self.kept = Kept(found, list(self._groups))

    def _asking(self) -> Array:
        """Of each line that moves the place of who it is to those for whom something is kept; -1 where nothing is."""
        found, ids = np.full(len(self._lines), -1, np.int64), self._lines.open.requirement.tolist()
        for place in self._moves:
            owner = self._lines.limits.owners.get(ids[place])
            if owner is not None:
                found[place] = self._groups.setdefault(owner, len(self._groups))
        return found

    @cached_property
    def used(self) -> tuple[Array, Array, Array]:
        """What the lines that move use now: where those of each begin, then the place on its key, and the quantity."""
        found: list[tuple[int, int]] = []
        counts = np.zeros(len(self._lines), np.int64)
        for place in sorted(self._moves):
            keys = [protection_key(one.id) for one in self._of(place)] if self.owners[place] >= 0 else []
            own = [(keys.index(key_of(use)), use.quantity) for use in self._uses(place) if key_of(use) in keys]
            found += own
            counts[place] = len(own)
        flat = np.array(found, np.int64).reshape(-1, 2)
        return np.concatenate(([0], np.cumsum(counts))), flat[:, 0], flat[:, 1]

    def _of(self, place: int) -> tuple[ProtectionTerms, ...]:
        return self._terms.get(int(self._lines.open.key[place]), ())

    def _uses(self, place: int) -> Sequence[Use]:
        return [use for use in self._booked[place] if use.sequence == PROTECTED]

    def consumed(self, outcome: Outcome, moved: Flags) -> dict[int, tuple[Use, ...]]:
        """What each line that moves uses of it by the outcome; `moved` are those with other days or quantities."""
        found: dict[int, list[Use]] = {place: [] if moved[place] else [*self._uses(place)] for place in self._moves}
        columns = (outcome.taken_item, outcome.taken_protection, outcome.taken_quantity)
        for place, protection, quantity in zip(*(column.tolist() for column in columns), strict=True):
            if moved[place]:
                key = protection_key(self._of(place)[protection].id)
                found[place].append(Use(PROTECTED, key.procedure_id, key.cell, key.period, quantity))
        return {place: tuple(uses) for place, uses in found.items()}

    def after(self, consumed: Mapping[int, Sequence[Use]]) -> dict[int, list[Protection]]:
        """By key what is kept there once lines consume this."""
        found = {key: list(kept) for key, kept in self.kept.protections.items()}
        places = {protection_key(one.id): (key, at) for key, own in self._terms.items() for at, one in enumerate(own)}
        for use in (use for uses in consumed.values() for use in uses if use.sequence == PROTECTED):
            if key_of(use) in places:
                key, at = places[key_of(use)]
                found[key][at] = found[key][at]._replace(consumed=found[key][at].consumed + use.quantity)
        return found

    def seen_by(self, place: int) -> tuple[tuple[ProtectionTerms, ...], Group] | None:
        """What is kept on the line's key, and who it is there."""
        owner = self._lines.limits.owners.get(int(self._lines.open.requirement[place]))
        return None if owner is None else (self._of(place), owner)
