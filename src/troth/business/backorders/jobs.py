"""What happens to runs without anybody waiting: variants that are due, and runs that somebody has begun."""

import logging
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django_tasks import task

from troth.business.backorders.actions import decide, simulate, variants, working
from troth.business.backorders.actions.simulate import Started
from troth.business.backorders.models import Run, Variant
from troth.business.backorders.states import RunState
from troth.business.promising.actions.backlog import keys_of
from troth.kernel.errors import BusinessError
from troth.platform.actors import SYSTEM, Actor
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.schedule import schedule

ALONE_FOR = timedelta(minutes=15)
"""So long a simulation is left to whoever began it."""

log = logging.getLogger(__name__)


@task()
def work_on_run(run_id: int) -> None:
    """Simulate, apply or undo a run that was begun."""
    work_on(run_id, SYSTEM_CLOCK)


def work_on(run_id: int, clock: Clock) -> None:
    """The job at a given time."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        return
    if run.state == RunState.SIMULATING:
        simulate.work(run_id, clock=clock)
    elif run.state == RunState.APPLYING:
        working.go_on(run_id, clock=clock)


LINES_AT_ONCE = 20_000
CHANGES_AT_ONCE = 1_000
"""So much is done while the person waits; what is more, a worker does."""


def begin(variant_id: int, *, by: Actor, clock: Clock, key: str | None = None) -> Started:
    """Simulate a variant: at once where that is soon done, else by a worker."""
    started: Started = simulate.start_run(variant_id, by=by, clock=clock, **_keyed(key))
    run = Run.objects.get(pk=started.id)
    if sum(count for _, count in keys_of(run.company_id)) <= LINES_AT_ONCE:
        simulate.work(started.id, clock=clock)
    else:
        work_on_run.enqueue(started.id)
    return started


def _keyed(key: str | None) -> dict[str, Any]:
    """The client key of an action, where the caller has one."""
    return {} if key is None else {"key": key}


def apply(run_id: int, *, by: Actor, clock: Clock, expected_version: int | None = None, key: str | None = None) -> None:
    """Apply an approved run: at once where that is soon done, else by a worker."""
    decide.apply_run(run_id, expected_version=expected_version, by=by, clock=clock, **_keyed(key))
    _go_on(run_id, clock)


def undo(
    run_id: int, *, by: Actor, clock: Clock, expected_version: int | None = None, key: str | None = None
) -> decide.Undoing:
    """Undo an applied run: at once where that is soon done, else by a worker."""
    undoing: decide.Undoing = decide.undo_run(
        run_id, expected_version=expected_version, by=by, clock=clock, **_keyed(key)
    )
    _go_on(undoing.id, clock)
    return undoing


def _go_on(run_id: int, clock: Clock) -> None:
    if Run.objects.get(pk=run_id).keys.aggregate(changes=Sum("changes_count", default=0))["changes"] <= CHANGES_AT_ONCE:
        working.go_on(run_id, clock=clock)
    else:
        work_on_run.enqueue(run_id)


@schedule("go on with backorder runs", "* * * * *")
@task()
def go_on() -> int:
    """Go on with runs that were begun and left, by a crash, say; return how many."""
    return resume(SYSTEM_CLOCK)


def resume(clock: Clock) -> int:
    """The job at a given time."""
    left = Run.objects.filter(state=RunState.APPLYING) | Run.objects.filter(
        state=RunState.SIMULATING, started_at__lt=clock.now() - ALONE_FOR
    )
    ids = list(left.order_by("id").values_list("pk", flat=True))
    for run_id in ids:
        work_on(run_id, clock)
    return len(ids)


@schedule("run backorder variants", "* * * * *")
@task()
def run_variants() -> int:
    """Simulate the variants that are due, and apply those that may apply themselves; return how many."""
    return run_due(SYSTEM_CLOCK)


def run_due(clock: Clock) -> int:
    """The job at a given time. A variant that was due several times while nobody worked runs once."""
    due = Variant.objects.filter(is_active=True, next_at__lte=clock.now()).order_by("next_at")
    done = 0
    for variant_id, applies_itself in list(due.values_list("pk", "applies_itself")):
        # First it is put off, so that one that fails does not come up every minute.
        if not variants.set_due(variant_id, by=SYSTEM, clock=clock):
            continue
        done += 1
        try:
            started = simulate.simulate(variant_id, by=SYSTEM, clock=clock)
            if applies_itself:
                _apply(started.id, clock)
        except BusinessError as refusal:
            log.warning("variant %s was not run through: %s", variant_id, refusal.message)
    return done


def _apply(run_id: int, clock: Clock) -> None:
    """Apply what keeps to the limits; the rest waits for a person, and what changes nothing needs none."""
    run = Run.objects.get(pk=run_id)
    if run.state != RunState.SIMULATED or not run.changes.exists() or decide.beyond(run):
        return
    decide.approve_run(run_id, by=SYSTEM, clock=clock)
    decide.apply_run(run_id, by=SYSTEM, clock=clock)
    working.go_on(run_id, clock=clock)
