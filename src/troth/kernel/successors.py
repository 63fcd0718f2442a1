"""What stands in for what, one after the other: a chain that must end.

A -> B, B -> C      A is sold as C
A -> B, B -> A      a ring: nothing could ever be sold
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

P = TypeVar("P", bound=Hashable)

LONGEST = 10
"""No chain of master data is longer; one that is counts as a ring."""


def ring(start: P, after: Mapping[P, Iterable[P]]) -> Sequence[P]:
    """The shortest way from `start` back to itself, without its end; empty where there is none."""
    ways: list[tuple[P, ...]] = [(start,)]
    seen: set[P] = set()
    while ways:
        way = ways.pop(0)
        for following in after.get(way[-1], ()):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()


def followed(start: P, after: Callable[[P], P | None]) -> tuple[P, ...]:
    """`start` and what comes after it, one by one, until nothing does or it would come back."""
    chain = [start]
    while len(chain) <= LONGEST:
        following = after(chain[-1])
        if following is None or following in chain:
            break
        chain.append(following)
    return tuple(chain)
