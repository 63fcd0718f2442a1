"""The run over the backorders through the books: loaded, simulated, kept, applied under locks, told to the orders.

Growth is held against processor time, of the client and of the process that serves its connection together: seconds by
the clock say as much of what else the machine does.
"""

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from troth.doors.bench import measure
from troth.doors.bench.scene import clock
from troth.doors.cli.reports import Figure
from troth.platform.actors import SYSTEM

QUICK = (12_000,)
USUAL = (12_000, 102_000)
LARGE = 1_002_000
"""The books are filled with copies of some hundred orders, 6,000 lines in all."""
GROWTH = 1.5
GOAL_S = 60
APPLIED_S = 300
"""Goals of the run over a million lines."""


def run(sizes: Sequence[int]) -> list[Figure]:
    """Measure each size in a database of its own: seconds by the clock, and the growth of a line's share of them."""
    from troth.doors.bench.database import own_database
    from troth.doors.cli.progress import progress

    figures: list[Figure] = []
    least: dict[str, float] = {}
    with progress("backorders", 3 * len(sizes)) as advance:
        for size in sizes:
            with own_database() as vendor:
                advance(0, doing=f"filling {size:,} open lines")
                figures += _measured(size, vendor, least, advance)
    return figures


def _measured(size: int, vendor: str, least: dict[str, float], advance: Callable[..., None]) -> list[Figure]:
    from troth.business.backorders import queries
    from troth.business.backorders.actions import decide, simulate, working
    from troth.doors.bench import backlog

    lines, variant = backlog.fill(size)
    where = f"{vendor}, {lines:,} open lines"
    advance(1, doing=f"simulating {lines:,}")
    simulating, started = _spent(lambda: simulate.simulate(variant, by=SYSTEM, clock=clock()))
    run = queries.run_of(SYSTEM, started.id)
    changed = queries.changes(SYSTEM, run.pk).count()
    decide.approve_run(run.pk, by=SYSTEM, clock=clock())
    decide.apply_run(run.pk, by=SYSTEM, clock=clock())
    advance(1, doing=f"applying {changed:,}")
    applying, _nothing = _spent(lambda: working.go_on(run.pk, clock=clock()))
    run.refresh_from_db()
    assert run.state == "applied", run.state
    advance(1)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    whole = size == LARGE
    return [
        Figure(where, "changed", changed / lines * 100, "%"),
        _goal(where, "loaded, simulated and kept", simulating.clock_s, GOAL_S if whole else None),
        _growth(where, "simulated, a line, CPU", simulating.cpu_s / lines * 1e6, least),
        _goal(where, "applied and told", applying.clock_s, APPLIED_S if whole else None),
        _growth(where, "applied, a change, CPU", applying.cpu_s / max(changed, 1) * 1e6, least),
        Figure(where, "changes applied", queries.applied(run.pk).get("applied", 0) / max(changed, 1) * 100, "%"),
        Figure(where, "peak of memory", memory, "MiB"),
    ]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, and of processor time here and in the process that serves the connection."""

    clock_s: float
    cpu_s: float


def _spent(work: Callable[[], Any]) -> tuple[Spent, Any]:
    served_by = measure.backend()
    server, client, began = measure.server_s(served_by) or 0.0, time.process_time(), time.perf_counter()
    answer = work()
    spent = Spent(
        time.perf_counter() - began, time.process_time() - client + (measure.server_s(served_by) or 0.0) - server
    )
    return spent, answer


def _goal(where: str, metric: str, value: float, goal: int | None) -> Figure:
    if goal is None:
        return Figure(where, metric, value, "s")
    return Figure(where, metric, value, "s", f"<= {goal}", value <= goal)


def _growth(where: str, metric: str, each: float, least: dict[str, float]) -> Figure:
    """What a line costs, held against the smallest size."""
    first = least.setdefault(metric, each)
    return Figure(where, metric, each, "us", f"<= {GROWTH} times the smallest", each <= GROWTH * first)
