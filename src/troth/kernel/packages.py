"""Whole packages: a request is rounded to them before the check, what is confirmed is rounded down after it.

    packages 6, 12, 18          request 8, free 10
    rule        checked         confirmed       open
    none        8               6               2
    down        6               6               0        who asked for 8 is taken to want 6
    up          12              6               2        of the 8 that were asked for

A quantity is whole when packages of the sizes, as many of each as wanted, make it up. Zero is whole.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import gcd

from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.proposals import Line


class PackageNotPositive(BusinessError):
    code = "package_not_positive"


class Rounding(StrEnum):
    """What becomes of a request before the check."""

    NONE = "none"
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Packages:
    """The sizes that a product is packed in, in any order; refused when none is given or one is not above zero.

    Rounding costs as much as the smallest size has common steps with the others: 6,000, 12,000 and 18,000 cost one.
    """

    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.sizes or min(self.sizes) <= 0:
            raise PackageNotPositive(
                Sentence("A package must hold something. Give at least one size, each above zero."), field="sizes"
            )

    def down(self, quantity: int) -> int:
        """Return the largest whole quantity that is not more (>= 0)."""
        assert quantity >= 0
        step, smallest, least = _reached(self.sizes)
        steps = quantity // step
        return step * max(steps - (steps - rest) % smallest for rest, first in enumerate(least) if first <= steps)

    def up(self, quantity: int) -> int:
        """Return the smallest whole quantity that is not less."""
        assert quantity >= 0
        step, smallest, least = _reached(self.sizes)
        steps = -(-quantity // step)
        return step * min(max(first, steps + (rest - steps) % smallest) for rest, first in enumerate(least))

    def is_whole(self, quantity: int) -> bool:
        return self.down(quantity) == quantity

    def requested(self, quantity: int, rule: Rounding) -> int:
        """Return the quantity to check; zero where rounding down leaves no package."""
        if rule is Rounding.DOWN:
            return self.down(quantity)
        return self.up(quantity) if rule is Rounding.UP else quantity

    def confirmed(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        """Round lines down, each to whole packages; what one cannot fill is there for the next. Empty lines go."""
        kept: list[Line] = []
        confirmed = got = 0
        for line in lines:
            confirmed += line.quantity
            whole = self.down(confirmed - got)
            if whole:
                kept.append(Line(line.day, whole))
                got += whole
        return tuple(kept)

    def open(self, quantity: int, rule: Rounding, confirmed: int) -> int:
        """Return what is left open of a request: of the quantity asked for, or of the one rounded down."""
        wanted = self.down(quantity) if rule is Rounding.DOWN else quantity
        return max(wanted - confirmed, 0)


@dataclass(frozen=True, slots=True)
class Packing:
    """In which packages a product goes to a customer, and what becomes of a quantity that they do not make up."""

    packages: Packages
    rule: Rounding = Rounding.NONE

    def requested(self, quantity: int) -> int:
        return self.packages.requested(quantity, self.rule)

    def is_whole(self, quantity: int) -> bool:
        return self.packages.is_whole(quantity)


@lru_cache(maxsize=1024)
def _reached(sizes: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
    """The step common to the sizes, the smallest size in steps, and for each rest modulo that size the least whole
    quantity with it, in steps: with it all larger ones of the same rest are whole, and no smaller one is."""
    step = gcd(*sizes)
    small, *others = sorted({size // step for size in sizes})
    least: dict[int, int] = {}
    ahead = [0]
    while len(least) < small:
        found = heapq.heappop(ahead)
        if found % small not in least:
            least[found % small] = found
            for size in others:
                heapq.heappush(ahead, found + size)
    return step, small, tuple(least[rest] for rest in range(small))
