"""What happens to runs without anybody waiting: variants that are due, and runs that somebody has begun."""

import logging
from datetime import timedelta

from django_tasks import task

from troth.business.backorders.actions import decide, simulate, variants, working
from troth.business.backorders.models import Run, Variant
from troth.business.backorders.states import RunState
from troth.kernel.errors import BusinessError
from troth.platform.actors import SYSTEM
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
    """Apply what keeps to the limits; the rest waits for a person."""
    run = Run.objects.get(pk=run_id)
    if run.state != RunState.SIMULATED or decide.beyond(run):
        return
    decide.approve_run(run_id, by=SYSTEM, clock=clock)
    decide.apply_run(run_id, by=SYSTEM, clock=clock)
    working.go_on(run_id, clock=clock)
