"""Jobs: what happens without anybody waiting for it.

A worker goes round and round: it says that it is alive, fires scheduled tasks, works off the outbox, sends mail, and
runs queued tasks (django-tasks, kept in the database). Any number of workers may run side by side and any may be
killed at any moment: what is taken is taken in the database, and given back by the end of the connection.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from troth.kernel.errors import BusinessError
from troth.platform import mail, outbox, requests, schedule, seals, sql, traces
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.models import Heartbeat, Slot
from troth.platform.schedule import schedule as scheduled

PAUSE_SECONDS = 1.0
SLOTS_KEPT = timedelta(days=90)

log = logging.getLogger(__name__)

_BEAT = """
INSERT INTO platform_heartbeat (worker, at) VALUES (%s, %s)
ON CONFLICT (worker) DO UPDATE SET at = excluded.at"""


@scheduled("seal events", "* * * * *")
@task()
def seal_events() -> int:
    """Chain the events that were committed since the last time."""
    return seals.seal_all()


@scheduled("seal events thoroughly", "15 3 * * *")
@task()
def seal_events_thoroughly() -> int:
    """Look for events without a seal everywhere, not only among the recent ones; forget old slots and workers."""
    Slot.objects.filter(slot_at__lt=SYSTEM_CLOCK.now() - SLOTS_KEPT).delete()
    Heartbeat.objects.filter(at__lt=SYSTEM_CLOCK.now() - SLOTS_KEPT).delete()
    return seals.seal_all(thorough=True)


@scheduled("expire requests", "*/5 * * * *")
@task()
def expire_requests() -> int:
    """Close the requests whose deadline has passed and that end with it."""
    late = requests.overdue(SYSTEM_CLOCK.now())
    return sum(_unless_closed(requests.expire, request.id) for request in late)


@scheduled("escalate requests", "* * * * *")
@task()
def escalate_requests() -> int:
    """Tell the supervisors of what is late."""
    return sum(_unless_closed(requests.escalate, late) for late in requests.late_ones(SYSTEM_CLOCK.now()))


def _unless_closed(do: Callable[..., object], request_id: int) -> bool:
    """Do it, unless somebody answered or withdrew the request meanwhile; all others still get their turn."""
    try:
        do(request_id, by=SYSTEM, clock=SYSTEM_CLOCK)
    except BusinessError:
        return False
    return True


def worker_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


def beat(clock: Clock = SYSTEM_CLOCK) -> None:
    """Say that this worker is alive."""
    sql.fetch(_BEAT, (worker_name(), clock.now()))


def run_once(*, since: datetime, clock: Clock = SYSTEM_CLOCK) -> int:
    """Go round once; return how much was done, so that an idle worker can rest."""
    beat(clock)
    fired = schedule.fire_due(clock.now(), since=since)
    return len(fired) + outbox.work_outbox(clock=clock) + mail.send_mails(clock=clock) + run_tasks()


class _Worker(Worker):
    """The library's, each task in a span of `traces`."""

    def run_task(self, db_task_result: "DBTaskResult[Any, Any]") -> None:
        with traces.task("job", job=db_task_result.task_path) as span:
            super().run_task(db_task_result)
            if db_task_result.status == TaskResultStatus.FAILED:
                span.fail("failed")


def run_tasks() -> int:
    """Run the queued tasks until none is left; return how many."""
    worker = _Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_name()[:32],
        excluded_queue_names=[],
    )
    worker.run()
    return int(worker._run_tasks)


def run_forever(stop: threading.Event | None = None, *, pause: Callable[[float], object] | None = None) -> None:
    """The loop of `troth worker`: until `stop` is set. A database that is away for a while does not end it."""
    stop = stop or threading.Event()
    rest = pause or stop.wait
    since = SYSTEM_CLOCK.now()
    while not stop.is_set():
        close_old_connections()
        try:
            done = run_once(since=since)
        except DatabaseError:
            log.exception("the worker could not reach the database; it tries again")
            done = 0
        if not done:
            rest(PAUSE_SECONDS)
