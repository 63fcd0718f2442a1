"""Metrics: what Troth counts about itself, in the form that Prometheus reads. Off unless `TROTH_METRICS_TOKEN` is set.

| name (`troth_` before it) | labels | counts |
| --- | --- | --- |
| `requests_total` | route, method, status | answers |
| `request_seconds` | route | how long an answer took |
| `request_statements` | route | database statements of an answer |
| `actions_total` | action, outcome | runs that ended `done`, `refused` or `failed` |
| `action_seconds` | action | how long a run took, with its repetitions after deadlocks |
| `action_repeats_total` | action | runs begun again because a rival was first |
| `refusals_total` | action, code | refusals; the code `busy` is a lock that was not got in time |
| `lock_seconds` | lock | until documents or balances of a table were locked, or a transaction was begun |

What lies in the database (`books`) is read when it is asked for. Each process counts for itself; those of one
`troth serve` write into files of a folder that they share, and whoever of them is asked adds them up. Nothing is
imported and nothing counted while it is off.
"""

import functools
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from troth.kernel.errors import BusinessError

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own variable: where the processes of a server keep their counts."""

REQUEST_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
ACTION_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
LOCK_SECONDS = (0.001, 0.005, 0.025, 0.1, 0.5, 1, 3, 20)
STATEMENTS = (2, 5, 10, 20, 50, 100, 200, 500)


def is_on() -> bool:
    """Whether anything is counted."""
    return bool(getattr(settings, "METRICS_TOKEN", ""))  # the gallery of parts has no such setting


def share(folder: Path) -> None:
    """Have this process and those that it starts count together in a folder, from nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[FOLDER] = str(folder)


class Meters:
    """What is counted, once a process."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry

        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "Answers.", "route", "method", "status")
        self.request_seconds = self._histogram("request_seconds", "Time to answer.", REQUEST_SECONDS, "route")
        self.statements = self._histogram("request_statements", "Statements of an answer.", STATEMENTS, "route")
        self.actions = self._counter("actions", "Runs of actions.", "action", "outcome")
        self.action_seconds = self._histogram("action_seconds", "Time of a run.", ACTION_SECONDS, "action")
        self.repeats = self._counter("action_repeats", "Runs begun again after a rival.", "action")
        self.refusals = self._counter("refusals", "Refusals.", "action", "code")
        self.lock_seconds = self._histogram("lock_seconds", "Time until a lock was held.", LOCK_SECONDS, "lock")

    def _counter(self, name: str, words: str, *labels: str) -> "Counter":
        from prometheus_client import Counter

        return Counter(f"troth_{name}", words, labels, registry=self.registry)

    def _histogram(self, name: str, words: str, buckets: tuple[float, ...], *labels: str) -> "Histogram":
        from prometheus_client import Histogram

        return Histogram(f"troth_{name}", words, labels, registry=self.registry, buckets=buckets)


@functools.cache
def meters() -> Meters:
    return Meters()


def answered(route: str, method: str, status: int, *, seconds: float, statements: int) -> None:
    """Count an answer."""
    if is_on():
        meters().requests.labels(route, method, str(status)).inc()
        meters().request_seconds.labels(route).observe(seconds)
        meters().statements.labels(route).observe(statements)


@contextmanager
def run_of(action: str) -> Iterator[None]:
    """Count a run of an action, how long it took and how it ended."""
    if not is_on():
        yield
        return
    began, outcome = time.perf_counter(), "failed"
    try:
        yield
        outcome = "done"
    except BusinessError as refusal:
        outcome = "refused"
        meters().refusals.labels(action, refusal.code).inc()
        raise
    finally:
        meters().actions.labels(action, outcome).inc()
        meters().action_seconds.labels(action).observe(time.perf_counter() - began)


def begun_again(action: str) -> None:
    """Count a run that a rival outran or a deadlock broke."""
    if is_on():
        meters().repeats.labels(action).inc()


@contextmanager
def waiting_for(lock: str) -> Iterator[None]:
    """Count how long the block waited for a lock: the name of a table, or `transaction`."""
    if not is_on():
        yield
        return
    began = time.perf_counter()
    try:
        yield
    finally:
        meters().lock_seconds.labels(lock).observe(time.perf_counter() - began)
