"""Checks in the kernel alone: the curve of a year with a proposal, one by one, and a million of them in one call.

Then promises through the store (`promise_store`).

A key has stock, six receipts and twelve demands, spread over a year; each check is on a key of its own.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial as partial_of

import numpy as np

from troth.doors.bench import promise_store
from troth.doors.bench.measure import percentile
from troth.doors.cli.reports import Figure
from troth.kernel import netting
from troth.kernel.backorder import Supply
from troth.kernel.batch import Checks, check
from troth.kernel.netting import Array, free_curve
from troth.kernel.proposals import ANY_TERMS, Curve, partial
from troth.kernel.quota import Cell, Rationed, Rations, procedure_of, propose
from troth.kernel.steps import Steps

DAYS = 365
RECEIPTS = 6
DEMANDS = 12
GOAL_US = 15
GOAL_S = 12
QUOTA = 1.5
ROUNDS = 25
AT_A_TIME = 400


def run(quick: bool) -> Sequence[Figure]:
    """Measure processor time a check, and of all the checks of one call."""
    figures: list[Figure] = []
    for count in (10_000, 100_000) if quick else (10_000, 100_000, 1_000_000):
        supply, checks = scene(count)
        spent = min(_spent(partial_of(check, supply, checks, horizon=DAYS)) for _ in range(3))
        goal, met = (f"<= {GOAL_S}", spent <= GOAL_S) if count == 1_000_000 else ("", None)
        figures.append(Figure(f"kernel, {count} checks in one call", "CPU", spent, "s", goal, met))
        figures.append(Figure(f"kernel, {count} checks in one call", "a check, CPU", spent / count * 1e6, "us"))
    return [*_one_by_one(), *figures, *promise_store.run(quick)]


def scene(count: int) -> tuple[Supply, Checks]:
    """So many keys with a check each, the same in every run."""
    rng = np.random.default_rng(11)
    entries = 1 + RECEIPTS + DEMANDS
    day = rng.integers(1, DAYS + 1, (count, entries))
    day[:, 0] = 0
    quantity = np.concatenate(
        (rng.integers(0, 200, (count, 1 + RECEIPTS)), -rng.integers(1, 90, (count, DEMANDS))), axis=1
    )
    supply = Supply(np.arange(count + 1) * entries, day.ravel(), quantity.ravel())
    return supply, Checks(np.arange(count), rng.integers(1, 150, count), rng.integers(0, 120, count))


def _one_by_one() -> list[Figure]:
    supply, checks = scene(AT_A_TIME)
    nets, seen = _projected(supply)
    wishes = list(zip(checks.quantity.tolist(), checks.day.tolist(), strict=True))
    cells = [Cell(30 * month, 30 * month + 29, 60) for month in range(13)]
    rations = Rations([procedure_of(cells, look_back=2)])

    def on_a_year(at: int, curve: Curve) -> None:
        partial(curve, *wishes[at], ANY_TERMS)

    def under_quota(at: int) -> None:
        quantity, day = wishes[at]
        rationed = Rationed(Steps(seen[at], DAYS), rations, ((0,),), day=day)
        propose(partial, rationed, quantity, day=day)

    year = _each(lambda at: on_a_year(at, free_curve(nets[at])))
    steps = _each(lambda at: on_a_year(at, Steps(seen[at], DAYS)))
    quota = _each(under_quota)
    return [
        Figure("kernel, curve of 365 days and proposal", "CPU p50", year, "us", f"<= {GOAL_US}", year <= GOAL_US),
        Figure("kernel, the same by steps", "CPU p50", steps, "us", f"<= {GOAL_US}", steps <= GOAL_US),
        Figure("kernel, the same by steps, under a quota", "CPU p50", quota, "us"),
    ]


def _projected(supply: Supply) -> tuple[list[Array], list[dict[int, int]]]:
    scope = netting.Scope(frozenset({netting.Category.STOCK, netting.Category.PURCHASE, netting.Category.ORDER}))
    nets, seen = [], []
    for at in range(len(supply)):
        own = slice(supply.offsets[at], supply.offsets[at + 1])
        series = netting.series_of(
            (netting.Category.PURCHASE if quantity > 0 else netting.Category.ORDER, day, quantity)
            for day, quantity in zip(supply.day[own].tolist(), supply.quantity[own].tolist(), strict=True)
        )
        nets.append(netting.project(series, scope, 0))
        seen.append(netting.changes(series, scope, 0))
    return nets, seen


def _each(work: Callable[[int], None]) -> float:
    """The median over several rounds of what a piece of work takes, in microseconds of processor time."""

    def round_of_all() -> None:
        for at in range(AT_A_TIME):
            work(at)

    spent = [_spent(round_of_all) / AT_A_TIME for _ in range(ROUNDS)]
    return percentile(spent, 0.5) * 1000


def _spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
