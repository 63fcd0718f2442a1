"""The crash run: what is answered stays, whatever is killed.

Clients enter orders for scarce products through the real stack: `troth serve` with several workers, `troth worker`, and
PostgreSQL in a cluster of its own with everything on disk before it is answered. Web and job workers are killed and the
database is restarted without warning; the clients ask again with the same key. Afterwards the books are compared with
what the clients were told (`audit` has the rules), and `troth verify` recomputes them.

    plan      who orders what and when what is killed, drawn from a seed
    cluster   the database     stack   the server and workers     sabotage   the same with one promise taken out
    clients   who ask          faults  who kills                  audit      who looks afterwards

`points` is the other run: single transactions killed at each of their boundaries (`kill_points`).
"""

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from troth.doors.crash.cluster import Cluster
from troth.doors.crash.plan import Defect, Plan, Vendor

if TYPE_CHECKING:
    from troth.doors.crash.clients import Book
    from troth.doors.crash.kill_points import Killed
    from troth.doors.crash.report import Report

SETTINGS = (
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "restart_after_crash=on",
    "max_connections=200",
    "shared_buffers=128MB",
)


STEPS = 14
"""How many steps `kill_steps` has; they cannot be read before Django is set up."""


def run(plan: Plan, advance: Callable[[int], None]) -> "Report":
    """Run it; `advance` is called with how many orders were settled since the last call."""
    cluster = Cluster(SETTINGS)
    try:
        cluster.start()
        with tempfile.TemporaryDirectory(prefix="troth-crash-") as folder:
            return _on(cluster, Path(folder), plan, advance)
    finally:
        cluster.remove()


def _on(cluster: Cluster, folder: Path, plan: Plan, advance: Callable[[int], None]) -> "Report":
    from troth.doors.cli.session import start_django

    os.environ["TROTH_HOME"] = str(folder)
    start_django(cluster.url)
    from django.db import connection

    from troth.doors.crash import audit, clients, scene
    from troth.doors.crash.faults import Faults
    from troth.doors.crash.report import Report
    from troth.doors.crash.stack import Stack

    token, today = scene.build(plan)
    connection.close()
    stack = Stack(plan, cluster.url, folder)
    try:
        stack.start()
        began = time.monotonic()
        book = clients.Book()
        faults = Faults(plan, stack, cluster, book)
        threads = [faults.start(), *clients.run(plan, clients.Place(stack.port, token, today), book)]
        _watch(book, plan.total, threads, advance)
        seconds = time.monotonic() - began
    finally:
        stack.close()
    faults.restart_database(signal.SIGQUIT)
    try:
        broken = audit.examine(plan, book)
    finally:
        connection.close()
    return Report(plan, book, broken, faults, stack.starts, seconds)


def _watch(book: "Book", total: int, threads: list[threading.Thread], advance: Callable[[int], None]) -> None:
    """Tell how far it is until everything has ended."""
    shown = 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.2)
        settled = book.settled
        advance(settled - shown)
        shown = settled


@dataclass(frozen=True, slots=True)
class Points:
    """Which kill points: of every so-manieth statement, of one step or all, and whether actions commit in halves."""

    vendor: Vendor
    every: int = 1
    step: str = ""
    without: Defect | None = None


def points(wanted: Points, advance: Callable[[int], None]) -> "list[Killed]":
    """Kill single transactions at their boundaries, in a database of their own.

    Only processes are killed, so PostgreSQL need not wait for the disk.
    """
    with tempfile.TemporaryDirectory(prefix="troth-crash-") as folder:
        os.environ["TROTH_HOME"] = folder
        if wanted.vendor is Vendor.SQLITE:
            return _points(f"sqlite:///{folder}/points.sqlite3", wanted, advance)
        cluster = Cluster(("fsync=off", "shared_buffers=128MB"))
        try:
            cluster.start()
            return _points(cluster.url, wanted, advance)
        finally:
            cluster.remove()


def _points(url: str, wanted: Points, advance: Callable[[int], None]) -> "list[Killed]":
    from troth.doors.cli.session import start_django

    start_django(url)
    from django.core.management import call_command
    from django.db import connection

    from troth.doors.crash import kill_points, sabotage

    call_command("migrate", verbosity=0)
    connection.close()
    if wanted.without:
        sabotage.commit_in_halves()
    return kill_points.run(wanted.every, wanted.step, advance)
