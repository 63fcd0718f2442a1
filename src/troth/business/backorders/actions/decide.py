"""Decide on a run: approve it, discard it, have it applied, have it undone.

What is to be applied or undone is worked off in batches (`working`), by whoever comes first: the page that asked for
it, a job, or the next one after a crash.
"""

from dataclasses import dataclass

from troth.business.backorders.actions.simulate import LOOSENED, PLANNED, SEQUENCE_COMPANY, record
from troth.business.backorders.models import Run, RunKey, Variant
from troth.business.backorders.rules.limits import Counts, SecondPersonNeeded, exceeded, loosened
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import Settings
from troth.business.backorders.states import RUN, KeyState, Kind, RunState
from troth.business.promising.actions import limited
from troth.kernel.errors import BusinessError, Sentence, together
from troth.platform import locks, numbering
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock


class NotToUndo(BusinessError):
    """A run that undoes another is not undone itself."""

    code = "not_to_undo"


class NothingToApprove(BusinessError):
    """A run after which every line keeps what it has is not approved."""

    code = "nothing_to_approve"


@dataclass(frozen=True, slots=True)
class Undoing:
    """The run that restores what another changed."""

    id: int
    number: str


def beyond(run: Run) -> list[Sentence]:
    """What of a run is beyond the limits of its variant, or beyond those that more than one person agreed to."""
    over, own = _beyond(run)
    return [*over, *own]


def _beyond(run: Run) -> tuple[list[Sentence], list[Sentence]]:
    """What goes beyond the limits; what keeps to them only since somebody loosened them."""
    if run.kind == Kind.UNDO:
        return [], []
    counts = Counts(run.lines, run.worse + run.mixed, Summary.of(run.summary).dropped, run.latest_days)
    over = exceeded(Settings.of(run.settings).limits, counts)
    return over, loosened(counts) if run.settings.get(LOOSENED) and not over else []


def _agreed(run: Run, by: Actor) -> None:
    """Somebody else than who loosened the limits approves a run under them: they count from now on."""
    who = run.settings.get(LOOSENED)
    if who and run.variant_id and by.user_id not in (None, who):
        Variant.objects.filter(pk=run.variant_id, loosened_by_id=who).update(loosened_by_id=None)


@action
def approve_run(run_id: int, *, expected_version: int | None = None, by: Actor, clock: Clock) -> None:
    """Approve what a simulation came to; one that changes nothing is refused.

    Beyond the limits only somebody else than who simulated it may, and where it makes lines worse under limits that
    were loosened, only somebody else than who did that.
    """
    run, _ = locks.hold(Run, run_id, by=by)
    locks.refuse_if_changed(run, expected_version)
    run.state = RUN.step(run.state, "approve")
    if not run.changes.exists():
        raise NothingToApprove(
            Sentence("The run changes nothing, so there is nothing to approve. Discard it, or change the variant."),
            number=run.number,
        )
    over, own = _beyond(run)
    refused = over if by.user_id in (None, run.started_by_id) else []
    refused = refused + (own if by.user_id in (None, run.settings.get(LOOSENED)) else [])
    if refused:
        raise SecondPersonNeeded(
            together(*refused, Sentence("Change the variant and simulate again, or let somebody else approve it.")),
            number=run.number,
        )
    _agreed(run, by)
    run.approved_at, run.approved_by_id = clock.now(), by.user_id
    _save(run)
    record(run, "backorders.run_approved", by=by, clock=clock, beyond_limits=[str(one) for one in (*over, *own)])


@action
def discard_run(run_id: int, *, expected_version: int | None = None, by: Actor, clock: Clock) -> None:
    """Discard a simulation. It stays to be read, and is never applied."""
    run, _ = locks.hold(Run, run_id, by=by)
    locks.refuse_if_changed(run, expected_version)
    run.state, run.ended_at = RUN.step(run.state, "discard"), clock.now()
    _save(run)
    record(run, "backorders.run_discarded", by=by, clock=clock)


@action
def apply_run(run_id: int, *, expected_version: int | None = None, by: Actor, clock: Clock) -> None:
    """Have an approved run applied; `working.go_on` does it."""
    run, _ = locks.hold(Run, run_id, by=by)
    locks.refuse_if_changed(run, expected_version)
    run.state, run.keys_done, run.told = RUN.step(run.state, "apply"), 0, False
    # Undoing it gives nobody what is protected for others since.
    planned = limited.planned(run.keys.values_list("product_id", "site_id"))
    run.settings = {**run.settings, PLANNED: {str(one): quantity for one, quantity in planned.items()}}
    _save(run)
    record(run, "backorders.run_begun", by=by, clock=clock, keys=run.keys_total)


@action
def undo_run(run_id: int, *, expected_version: int | None = None, by: Actor, clock: Clock) -> Undoing:
    """Have an applied run undone by a run of its own, which says line by line what it could restore."""
    run, _ = locks.hold(Run, run_id, by=by)
    locks.refuse_if_changed(run, expected_version)
    if run.kind == Kind.UNDO:
        raise NotToUndo(Sentence("An undoing is not undone. Simulate the variant again instead."), number=run.number)
    run.state = RUN.step(run.state, "undo")
    _save(run)
    [number] = numbering.draw("backorder_run", company_id=SEQUENCE_COMPANY)
    undoing = Run.objects.create(
        company_id=run.company_id, number=f"BO-{number:06d}", kind=Kind.UNDO, state=RunState.APPLYING,
        variant=run.variant, undoes=run, settings=run.settings, started_at=clock.now(), started_by_id=by.user_id,
        approved_at=clock.now(), approved_by_id=by.user_id,
    )  # fmt: skip
    RunKey.objects.bulk_create(
        [
            RunKey(run=undoing, product_id=one.product_id, site_id=one.site_id, series_version=0, lines=one.lines,
                   changes_count=one.changes_count, part=one.part)
            for one in run.keys.filter(state=KeyState.APPLIED, changes_count__gt=0).order_by("id")
        ],
        batch_size=5_000,
    )  # fmt: skip
    Run.objects.filter(pk=undoing.pk).update(keys_total=undoing.keys.count())
    record(run, "backorders.run_undo_begun", by=by, clock=clock, undone_by=undoing.number)
    return Undoing(undoing.pk, undoing.number)


def _save(run: Run) -> None:
    run.version += 1
    run.save()
