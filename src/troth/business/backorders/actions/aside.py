"""Storage locations that alone serve lines of a run: what each keeps for them, and what it may keep more.

The goods of a location that its lines do not need are the site's, and what lies there and the site has promised to
nobody may become the location's. So the lines of both contest the same goods (decision 0014 says how they are counted).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from troth.business.promising.actions import limited
from troth.business.promising.actions.backlog import OpenLines, locations_of
from troth.business.promising.actions.limited import Limits
from troth.business.supply import actions as supply
from troth.kernel.netting import Array
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.actions import BeginAgain
from troth.platform.locks import BalanceKey, Held

NO_PLACE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Asides:
    """`of` is the location of each line, as a place in `keys`, -1 where all of the site serves it. Of each location
    `kept` are its goods less all demand for them that is not open on its lines, `lying` what else lies there, belongs
    to nobody and is not being picked. `versions` are those of the series that were read."""

    keys: Sequence[AvailabilityKey]
    of: Array
    kept: Array
    lying: Array
    versions: Mapping[AvailabilityKey, int]

    def drawn(self, lines: Array, quantities: Array) -> Array:
        """How much of each location `quantities` of `lines` (by their places) draw."""
        return drawn(self.of, len(self.keys), lines, quantities)


def take(held: Held, keys: Sequence[AvailabilityKey], today: Mapping[int, int]) -> tuple[Limits, list[AvailabilityKey]]:
    """Lock keys with their quotas, the locations that serve open lines of theirs, and the bins there.

    Returns what limits the lines, and the series of the locations. `BeginAgain` where a location came meanwhile.
    """
    located = locations_of(keys)
    also: list[BalanceKey] = [*located, *supply.kept_keys(located)]
    limits = limited.take(held, keys, today, also=also)
    if held.writes and not set(located).issuperset(locations_of(keys)):
        raise BeginAgain
    return limits, located


def read(held: Held, located: Sequence[AvailabilityKey], found: OpenLines, keys: Sequence[AvailabilityKey]) -> Asides:
    """What the locations keep; `found` are the open lines of `keys`."""
    places = {key: place for place, key in enumerate(located)}
    of = np.full(len(found), NO_PLACE, np.int64)
    for line, segment in enumerate(found.segment):
        if segment:
            key = keys[int(found.key[line])]
            of[line] = places[AvailabilityKey(key.product_id, key.site_id, segment)]
    over = np.array([sum(held.balance(key).series.quantities) for key in located], np.int64)
    owners = np.repeat(np.arange(len(found)), np.diff(found.row_offsets))
    free = supply.lying_at(held, located)
    lying = np.array([free[key] for key in located], np.int64)
    versions = {key: held.balance(key).version for key in located}
    return Asides(located, of, over + drawn(of, len(located), owners, found.row_quantity), lying, versions)


def drawn(of: Array, places: int, lines: Array, quantities: Array) -> Array:
    """How much of each of so many locations `quantities` of `lines` draw; `of` is the location of each line."""
    own = of[lines] >= 0
    return np.bincount(of[lines[own]], quantities[own], places).astype(np.int64)
