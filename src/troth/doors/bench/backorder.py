"""The run over the backorders: in the kernel alone with 10,000, 100,000 and 1,000,000 open items, fifty to a key, and
through the books (`backorder_store`) with 10,000 and 100,000.

Each key has stock and three receipts for about nine tenths of its demand. The items are promised in the order of their
ids; then a twentieth of the receipts shrinks by a third, an eighth of the items asks for another day, and the run has
to do with what is left: a tenth Win, a fifth Gain, a third Improve, a quarter Redistribute, and Fill and Lose.
"""

import gc
import resource
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from troth.doors.bench import backorder_store
from troth.doors.cli.reports import Figure
from troth.kernel.backorder import Backlog, Outcome, Strategy, Supply
from troth.kernel.backorder import run as process

ITEMS_OF_A_KEY = 50
HORIZON = 120
GOAL_S = 60
GOAL_MIB = 2048
GROWTH = 1.5
"""A hundred times the items no longer fit the processor's cache."""
QUICK = (10_000, 100_000)
ALL = (10_000, 100_000, 1_000_000)
SHARES = {
    Strategy.WIN: 0.10,
    Strategy.GAIN: 0.20,
    Strategy.IMPROVE: 0.34,
    Strategy.REDISTRIBUTE: 0.25,
    Strategy.FILL: 0.06,
    Strategy.LOSE: 0.05,
}


def run(quick: bool) -> Sequence[Figure]:
    """Measure the run at each size: processor time, time an item against the smallest, and the peak of memory."""
    figures: list[Figure] = []
    least = 0.0
    for items in QUICK if quick else ALL:
        backlog, supply = scene(items)
        whole = items == ALL[-1]
        spent, outcome = min((_timed(backlog, supply) for _ in range(1 if whole else 3)), key=lambda one: one[0])
        each = spent / items * 1_000_000
        least = least or each
        where = f"kernel, items {items}"
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        goal, met = (f"<= {GOAL_S}", spent <= GOAL_S) if whole else ("", None)
        room, fits = (f"<= {GOAL_MIB}", memory <= GOAL_MIB) if whole else ("", None)
        figures += [
            Figure(where, "simulated, CPU", spent, "s", goal, met),
            Figure(where, "an item, CPU", each, "us"),
            Figure(where, "an item, to the smallest", each / least, "", f"<= {GROWTH}", each / least <= GROWTH),
            Figure(where, "peak of memory, the scene with it", memory, "MiB", room, fits),
            Figure(where, "items that gain", float((outcome.gained > 0).mean() * 100), "%"),
            Figure(where, "items that lose", float((outcome.lost > 0).mean() * 100), "%"),
        ]
    return figures + backorder_store.run(backorder_store.QUICK if quick else backorder_store.USUAL)


def large() -> Sequence[Figure]:
    """A million lines through the books."""
    return backorder_store.run((*backorder_store.USUAL, backorder_store.LARGE))


def _timed(backlog: Backlog, supply: Supply) -> tuple[float, Outcome]:
    gc.collect()
    began = time.process_time()
    outcome = process(backlog, supply, horizon=HORIZON)
    return time.process_time() - began, outcome


def scene(items: int) -> tuple[Backlog, Supply]:
    """The backlog after the supply moved, the same for every run."""
    rng = np.random.default_rng(7)
    keys = max(items // ITEMS_OF_A_KEY, 1)
    backlog = _asked(rng, items, keys)
    supply = _expected(rng, backlog, keys)
    promised = _with_rows(backlog, process(backlog, supply, horizon=HORIZON))
    moved = rng.random(items) < 1 / 8
    strategy = rng.choice(list(SHARES), items, p=list(SHARES.values())).astype(np.int64)
    day = np.where(moved, rng.integers(0, 60, items), promised.day)
    shrinks = (rng.random(len(supply.day)) < 1 / 20) & (supply.day > 0)
    left = np.where(shrinks, supply.quantity * 2 // 3, supply.quantity)
    return replace(promised, strategy=strategy, day=day, rank=rng.permutation(items)), replace(supply, quantity=left)


def _asked(rng: np.random.Generator, items: int, keys: int) -> Backlog:
    none = np.empty(0, np.int64)
    return Backlog(
        key=rng.integers(0, keys, items),
        id=np.arange(items),
        quantity=rng.integers(1, 40, items),
        day=rng.integers(0, 60, items),
        strategy=np.full(items, int(Strategy.REDISTRIBUTE)),
        rank=np.arange(items),
        row_offsets=np.zeros(items + 1, np.int64),
        row_day=none,
        row_quantity=none,
    )


def _expected(rng: np.random.Generator, backlog: Backlog, keys: int) -> Supply:
    """Stock and three receipts of each key for some nine tenths of its demand."""
    wanted = np.bincount(backlog.key, weights=backlog.quantity, minlength=keys).astype(np.int64)
    parts = rng.dirichlet((2, 1, 1, 1), keys) * (rng.uniform(0.6, 1.2, keys) * wanted)[:, None]
    days = np.sort(rng.integers(1, 80, (keys, 3)), axis=1)
    return Supply(
        offsets=np.arange(keys + 1) * 4,
        day=np.concatenate((np.zeros((keys, 1), np.int64), days), axis=1).ravel(),
        quantity=parts.astype(np.int64).ravel(),
    )


def _with_rows(backlog: Backlog, outcome: Outcome) -> Backlog:
    return replace(backlog, row_offsets=outcome.row_offsets, row_day=outcome.row_day, row_quantity=outcome.row_quantity)
