"""The lines that a run leaves short or late and that ask rules of availability, over all of its parts.

Short is what it is when an order is entered: not all of the line is confirmed by the day on which it is wished. Lines
that the run may give nothing more (fill, lose, skip), that took no part, that arrive together with others or that one
location alone serves ask none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from troth.business.backorders.actions.changed import Changed, Row
from troth.business.backorders.actions.sharing import Shared, ranks_of
from troth.business.backorders.rules.selection import Facts
from troth.business.backorders.rules.variants import Settings
from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import Occasion
from troth.business.promising.rules.quotas import Use
from troth.kernel.backorder import Strategy
from troth.kernel.netting import Array

GAINING = [int(one) for one in (Strategy.WIN, Strategy.GAIN, Strategy.IMPROVE, Strategy.REDISTRIBUTE, Strategy.SHARE)]


@dataclass(frozen=True, slots=True)
class Short:
    """A line that is short or late: `old` is what it had before the run, `new` what the run leaves it.

    `verdict` where these differ, or the quotas that they consume, which by the run are `uses`; "" where the run itself
    leaves the line as it is. `segment` counts from 1.
    """

    requirement: int
    line_id: int
    document: int
    line_number: int
    customer: int
    product: int
    site: int
    segment: int
    strategy: str
    raised: int
    wanted: int
    requested: int
    old: tuple[Row, ...]
    new: tuple[Row, ...]
    verdict: str
    uses: tuple[Use, ...]

    @property
    def is_dealt(self) -> bool:
        return bool(self.verdict)


class ShortLines:
    """The lines of all parts of a run, gathered one part after the other, and then in the order of their rank."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._found: list[Short] = []
        self._facts: list[Facts] = []
        self._segments: list[Array] = []
        state = masterdata.snapshot()

        @cache
        def asks(product_id: int) -> bool:
            return any(Occasion.RUN in one.occasions for one in state.rules_for(product_id))

        self._asks = asks

    def add(self, shared: Shared) -> None:
        lines, found = shared.lines, shared.lines.open
        asks = np.array([self._asks(key.product_id) for key in lines.keys], np.bool_)
        if not asks.any():
            return
        gains = shared.takes_part & np.isin(shared.outcome.strategy, GAINING)
        free = (found.group < 0) & ~shared.outcome.aborted_keys[found.key] & (lines.asides.of < 0)
        changed = {one.line: one for one in shared.changes}
        places = []
        for place in np.flatnonzero(asks[found.key] & gains & free).tolist():
            old = shared.old_rows(place)
            change = changed.get(place)
            new = change.new if change is not None else old
            by_then = sum(row.quantity for row in new if row.delivery <= int(found.requested[place]))
            if by_then < int(found.wanted[place]):
                places.append(place)
                self._found.append(_short(shared, place, old, change))
        if places:
            facts = shared.facts
            self._facts.append(Facts(*(getattr(facts, name)[places] for name in Facts.__slots__)))
            self._segments.append(shared.segment[places])

    def in_turn(self) -> Iterator[Short]:
        """The lines by segment, and in each by its criteria."""
        if not self._found:
            return
        facts = Facts(*(np.concatenate([getattr(one, name) for one in self._facts]) for name in Facts.__slots__))
        ranks = ranks_of(np.concatenate(self._segments), facts, self._settings)
        for place in np.argsort(ranks, kind="stable").tolist():
            yield self._found[place]


def _short(shared: Shared, place: int, old: tuple[Row, ...], change: Changed | None) -> Short:
    lines, found = shared.lines, shared.lines.open
    key = lines.keys[int(found.key[place])]
    segment, strategy, raised, _, _ = shared.decided(place)
    return Short(
        int(found.requirement[place]), int(found.line[place]), int(found.document[place]),
        int(lines.said.line_number[place]), int(lines.said.sold_to[place]), key.product_id, key.site_id, segment,
        strategy, raised, int(found.wanted[place]), int(found.requested[place]), old,
        old if change is None else change.new, "" if change is None else str(change.verdict),
        () if change is None else change.new_uses or (),
    )  # fmt: skip
