"""Which keys are decided in one contest, because quotas or groups link them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from troth.kernel.backorder.columns import Backlog
from troth.kernel.netting import Array
from troth.kernel.quota import Procedure, Rations, Sequences


@dataclass(frozen=True, slots=True)
class Quotas:
    """The procedures that limit a run, whose cells are consumed by all but the items that it moves, and the choices of
    sequences that its items point at.

    Procedures with the same number in `rows` are one row of targets, as sites see it whose today is another: what is
    taken of one is taken of all. None: each is a row by itself.
    """

    procedures: Sequence[Procedure]
    sequences: Sequence[Sequences]
    rows: Sequence[int] | None = None

    def row(self, place: int) -> int:
        """The number of the row that a procedure shows."""
        return place if self.rows is None else self.rows[place]

    def rations(self) -> Rations:
        """What the cells leave to the items of the run."""
        free: dict[int, list[int]] = {}
        for place, one in enumerate(self.procedures):
            free.setdefault(self.row(place), [cell.free for cell in one.cells])
        return Rations(self.procedures, free=[free[self.row(place)] for place in range(len(self.procedures))])


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
    """Keys and what they have in common with others: a group, or a row of targets."""
    for kind, column in (("group", backlog.group), ("quota", backlog.sequences)):
        if column is None:
            continue
        linked = np.flatnonzero(column >= 0)
        for key, number in np.unique(np.stack((backlog.key[linked], column[linked])), axis=1).T.tolist():
            if kind == "group":
                yield key, (kind, number)
            else:
                places = (place for sequence in quotas.sequences[number] for place in sequence)
                yield from ((key, (kind, quotas.row(place))) for place in places)


def _root(lots: Array, key: int) -> int:
    while lots[key] != key:
        lots[key] = lots[lots[key]]
        key = int(lots[key])
    return key
