"""What a run of a piece of work costs: processor time here and in the database server, statements, latencies.

Client time is this process's own. Server time is that of the PostgreSQL process that serves the connection, read from
/proc, so it is known only where the server runs on this machine; SQLite works inside the client. Drafts are made before
the clock starts, the first orders of a process (imports, caches, prepared statements) are not counted.
"""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from troth.platform import sql

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """Sums over `count` pieces of work of one process; `latencies` in seconds; `server_s` None where not known."""

    count: int
    client_s: float
    server_s: float | None
    statements: int
    latencies: tuple[float, ...]


def cost(work: Sequence[Callable[[], Any]], *, warm_up: int) -> Cost:
    """Do the first `warm_up` pieces uncounted, then the rest, one after the other."""
    for piece in work[:warm_up]:
        piece()
    counted = work[warm_up:]
    backend = _backend()
    latencies = []
    server_before, client_before = _server_s(backend), time.process_time()
    with sql.counting() as sent:
        for piece in counted:
            began = time.perf_counter()
            piece()
            latencies.append(time.perf_counter() - began)
    client_s = time.process_time() - client_before
    server_after = _server_s(backend)
    server_s = None if server_before is None or server_after is None else server_after - server_before
    return Cost(len(counted), client_s, server_s, sent(), tuple(latencies))


def _backend() -> int | None:
    return int(sql.fetch("SELECT pg_backend_pid()")[0][0]) if sql.is_postgres() else None


def _server_s(pid: int | None) -> float | None:
    if pid is None:
        return 0.0
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS


def in_processes(count: int, work: Callable[[Any], Cost], job: Any) -> tuple[list[Cost], float]:
    """Run `work((number, job))` in so many new processes; return their costs and the seconds the slowest counted."""
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        costs = list(pool.map(work, [(number, job) for number in range(count)]))
    return costs, max(sum(one.latencies) for one in costs)


def percentile(latencies: Sequence[float], share: float) -> float:
    """The nearest-rank percentile, in milliseconds."""
    ranked = sorted(latencies)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1000
