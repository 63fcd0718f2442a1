"""Which keys are decided in one contest, because quotas or groups link them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from troth.kernel.backorder.columns import Backlog
from troth.kernel.netting import Array
from troth.kernel.quota import Procedure, Sequences


@dataclass(frozen=True, slots=True)
class Quotas:
    """The procedures that limit a run, whose cells are consumed by all but the items that it moves, and the choices of
    sequences that its items point at."""

    procedures: Sequence[Procedure]
    sequences: Sequence[Sequences]


NO_QUOTAS = Quotas((), ())


def linked(backlog: Backlog, keys: int, quotas: Quotas) -> Array:
    """For each key its contest: the least key that quotas and groups link it to, over however many others."""
    lots = np.arange(keys)
    if backlog.sequences is None and backlog.group is None:
        return lots
    first_of: dict[tuple[str, int], int] = {}
    for key, link in _links(backlog, quotas):
        other = first_of.setdefault(link, key)
        one, two = _root(lots, key), _root(lots, other)
        lots[max(one, two)] = min(one, two)
    return np.array([_root(lots, key) for key in range(keys)], np.int64)


def _links(backlog: Backlog, quotas: Quotas) -> Iterator[tuple[int, tuple[str, int]]]:
    """Keys and what they have in common with others: a group, or the place of a procedure."""
    for kind, column in (("group", backlog.group), ("quota", backlog.sequences)):
        if column is None:
            continue
        linked = np.flatnonzero(column >= 0)
        for key, number in np.unique(np.stack((backlog.key[linked], column[linked])), axis=1).T.tolist():
            if kind == "group":
                yield key, (kind, number)
            else:
                yield from ((key, (kind, place)) for sequence in quotas.sequences[number] for place in sequence)


def _root(lots: Array, key: int) -> int:
    while lots[key] != key:
        lots[key] = lots[lots[key]]
        key = int(lots[key])
    return key
