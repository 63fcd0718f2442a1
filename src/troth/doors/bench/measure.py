"""What a run of a piece of work costs: processor time here and in the database server, statements, latencies.

Client time is this process's own. Server time is that of the PostgreSQL process that serves the connection, read from
/proc, so it is known only where the server runs on this machine; SQLite works inside the client. Drafts are made before
the clock starts, the first orders of a process (imports, caches, prepared statements) are not counted.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from troth.platform import sql

READY_S = 300


@dataclass(frozen=True, slots=True)
class Cost:
    """Sums over `count` pieces of work of one process; `latencies` in seconds; `server_s` None where not known.

    `began` and `ended` are on a clock that the processes of a machine share.
    """

    count: int
    client_s: float
    server_s: float | None
    statements: int
    latencies: tuple[float, ...]
    began: float = 0.0
    ended: float = 0.0


_others: list[Barrier] = []
"""Where a process that is one of several waits for them, so that none has the machine to itself."""


def cost(work: Sequence[Callable[[], Any]], *, warm_up: int) -> Cost:
    """Do the first `warm_up` pieces uncounted, then the rest, one after the other."""
    for piece in work[:warm_up]:
        piece()
    return counted(work[warm_up:])


def counted(work: Sequence[Callable[[], Any]]) -> Cost:
    """Do the pieces one after the other, from when all processes of `in_processes` are ready."""
    for ready in _others:
        ready.wait(timeout=READY_S)
    served_by = backend()
    latencies = []
    before_s, client_before, at = server_s(served_by), time.process_time(), time.perf_counter()
    with sql.counting() as sent:
        for piece in work:
            began = time.perf_counter()
            piece()
            latencies.append(time.perf_counter() - began)
    client_s = time.process_time() - client_before
    after_s = server_s(served_by)
    used_s = None if before_s is None or after_s is None else after_s - before_s
    return Cost(len(work), client_s, used_s, sent(), tuple(latencies), at, time.perf_counter())


def backend() -> int | None:
    """The PostgreSQL process that serves this connection; None on SQLite."""
    return int(sql.fetch("SELECT pg_backend_pid()")[0][0]) if sql.is_postgres() else None


def server_s(pid: int | None) -> float | None:
    """Processor time of that process so far, to the microsecond; None where it cannot be read."""
    if pid is None:
        return 0.0
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return None


def in_processes(count: int, work: Callable[[Any], Cost], job: Any) -> tuple[list[Cost], float]:
    """Run `work((number, job))` in so many new processes; return their costs, and the seconds from the first counted
    piece of work to the end of the last."""
    context = get_context("spawn")
    ready = context.Barrier(count)
    with ProcessPoolExecutor(count, mp_context=context, initializer=_others.append, initargs=(ready,)) as pool:
        costs = list(pool.map(work, [(number, job) for number in range(count)]))
    return costs, max(one.ended for one in costs) - min(one.began for one in costs)


def percentile(latencies: Sequence[float], share: float) -> float:
    """The nearest-rank percentile, in milliseconds."""
    ranked = sorted(latencies)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1000
