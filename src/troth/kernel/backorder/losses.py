"""Who gained, who lost, and to whom.

An item's units are taken first in, first out: unit by unit its old rows are laid beside its new ones. A unit that comes
later, or no more, is lost over the days in between; one that comes earlier, or at last, is gained over them. A loss is
laid to the gains of other items over days of its own, in the order of the run: losers by rank, their losses by day,
winners by rank, each gain used once.

    old       A: 5 on day 0                     new       B: 5 on day 0, A: 5 on day 7
    gained    B: 5 over days 0 to never         lost      A: 5 over days 0 to 7, to B

What a place keeps for items it keeps from today on, whatever the day of their rows: such an item gains and loses goods
over all days, and none where it is only the day that moves.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from troth.kernel.backorder.items import Item, Rows

NEVER = 2**62
EVER = -NEVER
NOBODY = -1


class Move(NamedTuple):
    """`quantity` units that came on day `old` and now come on day `new`; `taken` from supply, not procured."""

    old: int
    new: int
    quantity: int
    taken: bool


class Loss(NamedTuple):
    """`quantity` that an item had on `day`; items by their places."""

    item: int
    winner: int
    quantity: int
    day: int


def moves(old: Rows, new: Rows) -> Iterator[Move]:
    """Lay the units of the old rows beside those of the new ones, in the order of their days."""
    before, after = iter(old), iter(new)
    old_day, left, _ = next(before, (NEVER, 0, False))
    new_day, right, procured = next(after, (NEVER, 0, False))
    while left or right:
        quantity = min(left, right) if left and right else left or right
        yield Move(old_day, new_day, quantity, not procured)
        if left:
            left -= quantity
            if not left:
                old_day, left, _ = next(before, (NEVER, 0, False))
        if right:
            right -= quantity
            if not right:
                new_day, right, procured = next(after, (NEVER, 0, False))


class Gain:
    """Units that an item gained over the days from `start` up to `end`, and how many of them are not yet laid to.

    `since` is the day from which on they are gone from the goods of the key.
    """

    __slots__ = ("end", "item", "left", "since", "start", "taken")

    def __init__(self, item: Item, move: Move) -> None:
        self.item, self.start, self.end, self.left = item, move.new, move.old, move.quantity
        self.taken = move.taken and (item.aside < 0 or move.old == NEVER)
        self.since = self.start if item.aside < 0 else EVER


def losses_of(
    items: Sequence[Item], row: Callable[[int], int] = int
) -> tuple[dict[int, int], dict[int, int], list[Loss]]:
    """Return gained and lost units by the place of the item, and each loss with its winner.

    `row` is the number of the row of targets that a procedure shows.
    """
    gained: dict[int, int] = {}
    lost: dict[int, int] = {}
    gains: list[Gain] = []
    missing: list[tuple[Item, Move]] = []
    for item in items:
        if item.new == item.old:
            continue
        for move in moves(item.old, item.new):
            if move.new < move.old:
                gained[item.place] = gained.get(item.place, 0) + move.quantity
                gains.append(Gain(item, move))
            elif move.new > move.old:
                lost[item.place] = lost.get(item.place, 0) + move.quantity
                missing.append((item, move))
    return gained, lost, _laid(missing, gains, row)


def _laid(missing: list[tuple[Item, Move]], gains: list[Gain], row: Callable[[int], int]) -> list[Loss]:
    """Lay each loss to gains of goods on its key first, then to gains under its quotas, then to nobody."""

    def rows(item: Item) -> list[int]:
        return sorted({row(place) for sequence in item.sequences for place in sequence})

    losses: list[Loss] = []
    goods = _sorted([gain for gain in gains if gain.taken], _keys)
    quotas = _sorted(gains, rows)
    for pots, places in ((goods, _keys), (quotas, rows)):
        of_goods = pots is goods
        still: list[tuple[Item, Move]] = []
        for item, move in missing:
            rest = move
            for place in places(item) if not of_goods or item.aside < 0 or move.new == NEVER else ():
                if rest.quantity and place in pots:
                    rest = rest._replace(quantity=_lay(item, rest, pots[place], losses, of_goods=of_goods))
            if rest.quantity:
                still.append((item, rest))
        missing = still
    return losses + [Loss(item.place, NOBODY, move.quantity, move.old) for item, move in missing]


def _keys(item: Item) -> list[int]:
    return [item.key]


def _sorted(gains: list[Gain], places: Callable[[Item], list[int]]) -> dict[int, list[Gain]]:
    """The gains by the places at which they may be found, in their order."""
    pots: dict[int, list[Gain]] = {}
    for gain in gains:
        for place in places(gain.item):
            pots.setdefault(place, []).append(gain)
    return pots


def _lay(item: Item, move: Move, gains: list[Gain], losses: list[Loss], *, of_goods: bool) -> int:
    """Lay what is missing to the gains over its days; return what is left. Gains that are used up go now and then."""
    rest, spent = move.quantity, 0
    first = EVER if of_goods and item.aside >= 0 else move.old
    for gain in gains:
        if not gain.left:
            spent += 1
            continue
        if (gain.since if of_goods else gain.start) >= move.new or gain.end <= first:
            continue
        quantity = min(rest, gain.left)
        gain.left -= quantity
        rest -= quantity
        losses.append(Loss(item.place, gain.item.place, quantity, move.old))
        if not rest:
            break
    if 2 * spent > len(gains):
        gains[:] = [gain for gain in gains if gain.left]
    return rest
