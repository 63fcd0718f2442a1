"""Pegging: which goods stand behind which demand. A view that is derived from both, and kept nowhere.

What is promised is promised out of sums by day, not out of a receipt. So demands are served in the order of their days,
each by goods that are there by then: those that spoil first among those that last long enough, and of equal ones those
that came last (the nearest receipt). As much is served as the free curve says can be (`netting`, `lots.most`).

    goods     4 here, 6 on day 5          wants  4 on day 3, 5 on day 8
    pegs      4 of those here for day 3, 5 of day 5 for day 8

A want that was promised out of stock alone is shown on stock as far as that takes it from nobody: on what would be left
over, or by a change of places with a want that can wait for the receipt. The sums stay the same.

    goods     9 here, 6 on day 5          wants  4 on day 8, out of stock       pegs  4 of those here
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import NamedTuple

from troth.kernel.lots import FOREVER

Available = tuple[int, int, int]
"""(last day, how early it came, place): in the order in which goods are taken."""


class Goods(NamedTuple):
    """`quantity` that is there from a `day` (offset) on; `is_here`: it is stock. `lasts` is its last day (number)."""

    day: int
    quantity: int
    is_here: bool = False
    lasts: int = FOREVER
    batch: str = ""


class Want(NamedTuple):
    """`quantity` that is to be there on a `day` (offset) and to last until a day (number), of a `batch` where one is
    named; `is_on_stock`: it was promised out of stock alone."""

    day: int
    quantity: int
    is_on_stock: bool = False
    lasts: int = 0
    batch: str = ""


class Peg(NamedTuple):
    """`quantity` of a want (by its place) is served by goods (by their place); None: by nothing that is known."""

    want: int
    goods: int | None
    quantity: int


def pegs(goods: Sequence[Goods], wants: Sequence[Want]) -> list[Peg]:
    """What serves each want, by want and then by day of the goods; wants of one day in the order in which they are
    given, those for a batch before all others."""
    left = [one.quantity for one in goods]
    found: dict[tuple[int, int | None], int] = {}
    named = [place for place, want in enumerate(wants) if want.batch]
    others = [place for place, want in enumerate(wants) if not want.batch]
    for places in (named, others):
        _serve(goods, wants, sorted(places, key=lambda place: wants[place].day), left, found)
    if all(one.lasts == FOREVER for one in goods):
        _prefer_stock(goods, wants, left, found)
    pegged = [Peg(want, place, quantity) for (want, place), quantity in found.items() if quantity]
    return sorted(pegged, key=lambda peg: (peg.want, peg.goods is None, peg.goods or 0))


def _serve(
    goods: Sequence[Goods],
    wants: Sequence[Want],
    places: Sequence[int],
    left: list[int],
    found: dict[tuple[int, int | None], int],
) -> None:
    coming = sorted(range(len(goods)), key=lambda place: goods[place].day, reverse=True)
    there: list[Available] = []
    for place in places:
        want = wants[place]
        while coming and goods[coming[-1]].day <= want.day:
            came = coming.pop()
            insort(there, (goods[came].lasts, -goods[came].day, came))
        open_quantity = want.quantity
        at = bisect_left(there, (want.lasts, -FOREVER, 0))
        while open_quantity and at < len(there):
            taken = there[at][2]
            if left[taken] and want.batch in ("", goods[taken].batch):
                quantity = min(left[taken], open_quantity)
                left[taken] -= quantity
                open_quantity -= quantity
                found[place, taken] = quantity
            if left[taken]:
                at += 1
            else:
                del there[at]
        if open_quantity:
            found[place, None] = open_quantity


def _prefer_stock(
    goods: Sequence[Goods], wants: Sequence[Want], left: list[int], found: dict[tuple[int, int | None], int]
) -> None:
    """Move wants that were promised out of stock from receipts to stock, as far as that leaves nobody with less."""
    here = [place for place, one in enumerate(goods) if one.is_here]
    waiting = [
        (place, of)
        for place, of in found
        if of is not None and wants[place].is_on_stock and not goods[of].is_here
    ]  # fmt: skip
    for place, receipt in waiting:
        for stock in here:
            moved = min(left[stock], found[place, receipt])
            left[stock] -= moved
            left[receipt] += moved
            _move(found, place, receipt, stock, moved)
            others = [one for one in found if one[1] == stock and not wants[one[0]].is_on_stock]
            for other, _stock in others:
                if wants[other].day < goods[receipt].day:
                    continue
                moved = min(found[other, stock], found[place, receipt])
                _move(found, place, receipt, stock, moved)
                _move(found, other, stock, receipt, moved)


def _move(found: dict[tuple[int, int | None], int], want: int, source: int, target: int, quantity: int) -> None:
    if quantity:
        found[want, source] -= quantity
        found[want, target] = found.get((want, target), 0) + quantity
