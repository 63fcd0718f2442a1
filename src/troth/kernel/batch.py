"""Many checks in one call, each as if it were the only one: for lists, imports and what-if over a catalogue.

Some hundred keys are laid side by side, a column for each and a row for each day, so that the free curves and proposals
of all of them are a few sums over whole rows. The answers are those of `proposals` without limits but `max_lines`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from troth.kernel.backorder.columns import Supply
from troth.kernel.netting import Array
from troth.kernel.proposals import ANY_TERMS, Terms, partial

CHECKS_AT_A_TIME = 256
"""So many columns of a year stay in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Checks:
    """The questions, one entry each: key (place in the supply), quantity (above zero), day (offset from today; before
    today counts as today, past the horizon as the horizon)."""

    key: Array
    quantity: Array
    day: Array

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The answers, at the places of the questions.

    on_time        what is free on the day, at most the quantity (`one_time`)
    whole_day      the first day that offers all of it (`complete`), -1 where none does
    confirmed      the sum of the lines
    row_offsets, row_day, row_quantity    the lines of `partial`, those of question i from row_offsets[i] on; a day past
                   the horizon is given as the horizon
    """

    on_time: Array
    whole_day: Array
    confirmed: Array
    row_offsets: Array
    row_day: Array
    row_quantity: Array


def check(supply: Supply, checks: Checks, *, horizon: int = 365, max_lines: int = ANY_TERMS.max_lines) -> Answers:
    """Answer all questions on the supply, of which none takes anything away.

    Memory: a few MiB beside the columns. The sums of the absolute quantities of a key must fit 64 bits, which
    `netting.Series` grants.
    """
    assert (checks.quantity > 0).all()
    order = np.argsort(checks.key, kind="stable")
    day = np.clip(checks.day, 0, horizon)
    parts = [
        _answered(supply, checks.key[places], (checks.quantity[places], day[places]), (horizon, max_lines))
        for places in _blocks(order)
    ]
    return _in_place(order, parts)


def _blocks(order: Array) -> Iterator[Array]:
    for start in range(0, max(len(order), 1), CHECKS_AT_A_TIME):
        yield order[start : start + CHECKS_AT_A_TIME]


Part = tuple[Array, Array, Array, Array, Array, Array]
"""on time, whole day, confirmed, lines of each, their days and quantities."""


def _answered(supply: Supply, key: Array, asked: tuple[Array, Array], limits: tuple[int, int]) -> Part:
    """Answer a block, whose keys come in order."""
    (quantity, day), (horizon, max_lines) = asked, limits
    keys, column = np.unique(key, return_inverse=True)
    free = curves(supply, keys, horizon)
    if len(keys) < len(key):
        free = free[:, column]
    # What is confirmed by each day: what is free, within zero and the quantity, and nothing before the day asked for.
    by_day = np.minimum(free, quantity)
    np.maximum(by_day, 0, out=by_day)
    by_day *= np.arange(horizon + 1)[:, None] >= day
    places = np.arange(len(key))
    on_time, confirmed = by_day[day, places], by_day[-1].copy()
    rises = by_day
    rises[1:] -= by_day[:-1].copy()
    lines = np.flatnonzero(rises.T)
    at, line_day = np.divmod(lines, horizon + 1)
    line_quantity = rises[line_day, at]
    counts = np.bincount(at, minlength=len(key))
    last = np.cumsum(counts) - 1
    met = confirmed == quantity
    whole_day = np.full(len(key), -1, np.int64)
    whole_day[met] = line_day[last[met]]
    part = on_time, whole_day, confirmed, counts, line_day, line_quantity
    return part if counts.max(initial=0) <= max_lines else _in_few_lines(part, free, asked, max_lines)


def _in_few_lines(part: Part, free: Array, asked: tuple[Array, Array], max_lines: int) -> Part:
    """The few checks that make more lines than allowed, one by one."""
    on_time, whole_day, confirmed, counts, line_day, line_quantity = part
    quantity, day = asked
    starts = np.cumsum(counts) - counts
    drop = np.zeros(len(line_day), np.bool_)
    for at in np.flatnonzero(counts > max_lines).tolist():
        lines = partial(free[:, at], int(quantity[at]), int(day[at]), Terms(max_lines=max_lines))
        first, end = starts[at], starts[at] + counts[at]
        line_day[first : first + len(lines)] = [line.day for line in lines]
        line_quantity[first : first + len(lines)] = [line.quantity for line in lines]
        drop[first + len(lines) : end] = True
        counts[at], confirmed[at] = len(lines), sum(line.quantity for line in lines)
    return on_time, whole_day, confirmed, counts, line_day[~drop], line_quantity[~drop]


def curves(supply: Supply, keys: Array, horizon: int) -> Array:
    """Return the free curves of some keys: an array of `horizon + 1` days by keys."""
    starts = supply.offsets[keys]
    counts = supply.offsets[keys + 1] - starts
    first = np.cumsum(counts) - counts
    rows = np.repeat(starts - first, counts) + np.arange(int(counts.sum()))
    net = np.zeros((horizon + 1, len(keys)), np.int64)
    day = np.clip(supply.day[rows], 0, horizon)
    np.add.at(net, (day, np.repeat(np.arange(len(keys)), counts)), supply.quantity[rows])
    # Row by row: numpy's own sums down a column go from row to row for each key and miss the cache.
    for balance, before in zip(net[1:], net, strict=False):
        balance += before
    for balance, after in zip(net[-2::-1], net[::-1], strict=False):
        np.minimum(balance, after, out=balance)
    return net


def _in_place(order: Array, parts: list[Part]) -> Answers:
    on_time, whole_day, confirmed, counts, line_day, line_quantity = (
        np.concatenate(columns) for columns in zip(*parts, strict=True)
    )
    came_at = np.empty_like(order)
    came_at[order] = np.arange(len(order))
    starts = (np.cumsum(counts) - counts)[came_at]
    counts = counts[came_at]
    before = np.cumsum(counts) - counts
    rows = np.repeat(starts - before, counts) + np.arange(int(counts.sum()))
    return Answers(
        on_time[came_at],
        whole_day[came_at],
        confirmed[came_at],
        np.concatenate(([0], np.cumsum(counts))),
        line_day[rows],
        line_quantity[rows],
    )
