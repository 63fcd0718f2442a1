"""The schedule: tasks that run at set times, each slot once.

A task is declared once with a cron line. Every worker looks at the clock; whoever first writes the row (task, slot)
fires it, and the unique constraint stops all others. Slots that were missed while no worker ran are made up for by
one run. The row and the queued task are written in one transaction: a slot is either fired and queued or neither.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from apscheduler.triggers.cron import CronTrigger
from django.db import transaction
from django_tasks.base import Task

from troth.platform import sql

_FIRE = """
INSERT INTO platform_slot (task, slot_at, fired_at) VALUES (%s, %s, %s)
ON CONFLICT (task, slot_at) DO NOTHING RETURNING id"""
_LAST = "SELECT slot_at FROM platform_slot WHERE task = %s ORDER BY slot_at DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A task (of django-tasks, without arguments) and the cron line of its times, in the named time zone."""

    name: str
    cron: str
    task: Task[Any, Any]
    zone: str = "UTC"
    trigger: CronTrigger = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "trigger", CronTrigger.from_crontab(self.cron, timezone=self.zone))

    def due_slot(self, after: datetime, now: datetime) -> datetime | None:
        """The latest slot after `after` that is not in the future."""
        due: datetime | None = None
        slot: datetime | None = self.trigger.get_next_fire_time(after, after)
        while slot is not None and slot <= now:
            if slot > after:
                due = slot
            slot = self.trigger.get_next_fire_time(slot, slot)
        return due


_scheduled: dict[str, Scheduled] = {}


def schedule(name: str, cron: str, *, zone: str = "UTC") -> Callable[[Task[Any, Any]], Task[Any, Any]]:
    """Have a task run at the times of a cron line: `@schedule("nightly verify", "30 2 * * *")` above `@task()`."""

    def declare(task: Task[Any, Any]) -> Task[Any, Any]:
        assert name not in _scheduled or _scheduled[name].task == task, f"{name} is scheduled twice"
        _scheduled[name] = Scheduled(name, cron, task, zone)
        return task

    return declare


def scheduled() -> tuple[Scheduled, ...]:
    return tuple(_scheduled.values())


def fire_due(now: datetime, *, since: datetime) -> list[str]:
    """Queue every task whose slot has come; return their names. `since` counts for a task that never ran."""
    return [entry.name for entry in scheduled() if fire(entry, now, since=since)]


def fire(entry: Scheduled, now: datetime, *, since: datetime) -> bool:
    """Fire one task's due slot, unless a rival did; whether it was fired here."""
    rows = sql.fetch(_LAST, (entry.name,))
    slot = entry.due_slot(rows[0][0] if rows else since, now)
    if slot is None:
        return False
    with transaction.atomic():
        fired = bool(sql.fetch(_FIRE, (entry.name, slot.astimezone(UTC), now)))
        if fired:
            entry.task.enqueue()
        return fired
