"""Gauges that are read from the database when they are asked for: the same whichever process answers.

| name (`troth_` before it) | labels | says |
| --- | --- | --- |
| `outbox_waiting`, `outbox_stuck` | | events that subscribers have not heard yet; of them, those that need a person |
| `outbox_oldest_seconds` | | age of the oldest event that waits |
| `mails_waiting` | | mails that were not sent yet |
| `jobs` | state | background jobs ready, running, failed |
| `jobs_oldest_seconds` | | how long the oldest job has been ready |
| `worker_seen_seconds` | | since the last sign of life of any `troth worker` |

An app above registers what its tables say: `@gauge("shortages_open", "Open shortages.")`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.db.models import Count, Max, Min, QuerySet
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from troth.platform import mail, outbox
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.models import Heartbeat, Mail, Outbox

if TYPE_CHECKING:
    from prometheus_client import Metric

Read = Callable[[], float | Mapping[str, float] | None]
"""One figure, figures by state, or None where there is nothing to say."""

_gauges: dict[str, tuple[str, Read]] = {}


def gauge(name: str, words: str) -> Callable[[Read], Read]:
    """Register a gauge `troth_…`; figures by state get the label `state`."""

    def register(read: Read) -> Read:
        assert name not in _gauges or _gauges[name][1] is read, f"two gauges are named {name}"
        _gauges[name] = (words, read)
        return read

    return register


class Books:
    """What `prometheus_client` asks; without a database it says just that."""

    def collect(self) -> Iterable["Metric"]:
        from prometheus_client.core import GaugeMetricFamily

        told = []
        try:
            for name, (words, read) in _gauges.items():
                told.append(_family(name, words, read()))
        except DatabaseError:
            told.clear()
        yield from told
        up = bool(told)
        yield GaugeMetricFamily("troth_database_up", "Whether the database answers.", value=float(up))


def _family(name: str, words: str, found: float | Mapping[str, float] | None) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    by_state = found if isinstance(found, Mapping) else {}
    family = GaugeMetricFamily(f"troth_{name}", words, labels=["state"] if isinstance(found, Mapping) else [])
    for state, figure in by_state.items():
        family.add_metric([state], figure)
    if isinstance(found, float | int):
        family.add_metric([], found)
    return family


def _age_seconds(since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (SYSTEM_CLOCK.now() - since).total_seconds())


def _unheard() -> "QuerySet[Outbox]":
    return Outbox.objects.filter(done_at=None)


@gauge("outbox_waiting", "Events that a subscriber has not heard yet.")
def _outbox_waiting() -> float:
    return outbox.waiting()


@gauge("outbox_stuck", "Events that a subscriber failed on so often that a person must look.")
def _outbox_stuck() -> float:
    return _unheard().filter(attempts__gte=outbox.ATTEMPTS_MAX).count()


@gauge("outbox_oldest_seconds", "Age of the oldest event that waits.")
def _outbox_oldest() -> float:
    waiting = _unheard().filter(attempts__lt=outbox.ATTEMPTS_MAX)
    return _age_seconds(waiting.aggregate(since=Min("event__at"))["since"])


@gauge("mails_waiting", "Mails that were not sent yet.")
def _mails_waiting() -> float:
    return Mail.objects.filter(state=mail.WAITING).count()


@gauge("jobs", "Background jobs that are ready, running or failed.")
def _jobs() -> Mapping[str, float]:
    states = (TaskResultStatus.READY, TaskResultStatus.RUNNING, TaskResultStatus.FAILED)
    found = dict(DBTaskResult.objects.filter(status__in=states).values_list("status").annotate(Count("pk")))
    return {state.lower(): found.get(state, 0) for state in states}


@gauge("jobs_oldest_seconds", "How long the oldest job has been ready.")
def _jobs_oldest() -> float:
    return _age_seconds(DBTaskResult.objects.ready().aggregate(since=Min("enqueued_at"))["since"])


@gauge("worker_seen_seconds", "Since the last sign of life of any worker.")
def _worker_seen() -> float | None:
    last = Heartbeat.objects.aggregate(last=Max("at"))["last"]
    return None if last is None else _age_seconds(last)
