"""Simulate a variant: what would be promised to the open lines, and what of it is a change. Nothing else is changed.

The keys are worked off in parts, each in a transaction of its own, so that a run over a million lines needs little
memory and holds nobody up. A simulation that did not end is begun again from its start.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Max

from troth.business.backorders import store
from troth.business.backorders.actions import ids as codes
from troth.business.backorders.actions.ahead import read_ahead
from troth.business.backorders.actions.changed import Changed
from troth.business.backorders.actions.lines import Lines, Part, look
from troth.business.backorders.actions.serving import supposed
from troth.business.backorders.actions.sharing import Shared, share
from troth.business.backorders.actions.short import ShortLines
from troth.business.backorders.actions.summing import summed
from troth.business.backorders.models import Run, Segment, Variant
from troth.business.backorders.rules.parts import Key, Row, parted
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import Limits, SegmentDraft, Settings
from troth.business.backorders.states import KEPT_FOR_OTHERS, RUN, SHARED, KeyState, Kind, RunState
from troth.business.promising.actions.backlog import keys_of, linked_keys
from troth.business.promising.actions.limited import rows_of
from troth.kernel.calendars import date_of
from troth.kernel.places import location_of
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import documents, events, locks, numbering
from troth.platform.actions import action, require
from troth.platform.actors import SYSTEM, Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.memory import uncollected

SEQUENCE_COMPANY = 0
LINES_AT_A_TIME = 20_000
RUN_KIND = "backorder_run"
APART, PLANNED, LOOSENED = "quotas_apart", "protections_planned", "loosened_by"
STOPPED = "A line could not have what its strategy guarantees, and the variant says to stop the run then."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    id: int
    number: str


def settings_of(variant: Variant) -> Settings:
    """What a run of the variant goes by."""
    return Settings(
        selection=Filter.of(variant.selection),
        segments=tuple(_segment(one) for one in variant.segments.order_by("position")),
        with_unconfirmed=variant.with_unconfirmed,
        win=(variant.win_reaction, variant.win_fallback),
        gain=(variant.gain_reaction, variant.gain_fallback),
        limits=Limits(
            variant.worse_share_max, variant.worse_lines_max, variant.later_days_max, variant.later_times_max
        ),
        asks_rules=variant.asks_rules,
    )


def _segment(one: Segment) -> SegmentDraft:
    return SegmentDraft(one.name, one.strategy, Filter.of(one.filter), tuple(one.sort))


@action
def start_run(variant_id: int, *, by: Actor, clock: Clock) -> Started:
    """Begin a simulation of a variant as it stands; `work` does it."""
    [variant] = locks.begin().hold(Variant, variant_id, by=by)
    require(by, company_id=variant.company_id)
    [number] = numbering.draw("backorder_run", company_id=SEQUENCE_COMPANY)
    run = Run.objects.create(
        company_id=variant.company_id, number=f"BO-{number:06d}", kind=Kind.RUN, state=RunState.SIMULATING,
        variant=variant, started_at=clock.now(), started_by_id=by.user_id,
        settings={"name": variant.name, LOOSENED: variant.loosened_by_id, **settings_of(variant).record()},
    )  # fmt: skip
    record(run, "backorders.run_started", by=by, clock=clock, variant=variant.name)
    return Started(run.pk, run.number)


def simulate(variant_id: int, *, by: Actor, clock: Clock, key: str | None = None) -> Started:
    """Begin a simulation and do it at once. With a client `key` a repeat gets the run of the first time."""
    started: Started = start_run(variant_id, by=by, clock=clock, **({} if key is None else {"key": key}))
    work(started.id, clock=clock)
    return started


def work(run_id: int, *, clock: Clock) -> None:
    """Do a simulation that has begun. One that another worker has done meanwhile is left alone."""
    run = Run.objects.filter(pk=run_id, state=RunState.SIMULATING).first()
    if run is None:
        return
    settings = Settings.of(run.settings)
    ids = codes.of_settings(settings, company_id=run.company_id)
    chosen = ids[0]
    counted = keys_of(run.company_id, site_ids=tuple(chosen.sites or ()), product_ids=tuple(chosen.products or ()))
    if chosen.sites == frozenset() or chosen.products == frozenset():
        counted = []
    together = parted(dict(counted), linked_keys(run.company_id), rows_of(run.company_id))
    begin_parts(run_id, len(counted), together.apart, by=SYSTEM, clock=clock)
    total, done = Summary.empty(len(settings.segments)), 0
    short = ShortLines(settings) if settings.asks_rules else None

    def looked(some: Sequence[Part]) -> Lines:
        return look(some, company_id=run.company_id, clock=clock)

    for lines in read_ahead(_batches(together.parts, dict(counted)), looked):
        with uncollected():
            shared = share(lines, settings, ids, together.apart)
            if shared.outcome.aborted:
                fail_run(run_id, STOPPED, by=SYSTEM, clock=clock)
                return
            if not keep_part(run_id, shared, done, by=SYSTEM, clock=clock):
                log.info("simulation %s is done by another worker", run.number)
                return
            total.add(summed(shared))
            if short is not None:
                short.add(shared)
        done += len(shared.lines.keys)
    served = supposed(run_id, short, total, clock=clock) if short is not None else []
    finish_simulation(run_id, total, served, by=SYSTEM, clock=clock)


def apart_of(run: Run) -> list[Row]:
    """The rows of targets whose lines the simulation left alone, because they would have linked too much."""
    return [(procedure_id, cell) for procedure_id, cell in run.settings.get(APART, ())]


def _batches(found: Sequence[Sequence[Key]], lines: Mapping[Key, int]) -> Iterator[list[Part]]:
    """Whole parts with about so many lines together."""
    batch: list[Part] = []
    together = 0
    for part in found:
        count = sum(lines[key] for key in part)
        if batch and together + count > LINES_AT_A_TIME:
            yield batch
            batch, together = [], 0
        batch.append([AvailabilityKey(*key) for key in part])
        together += count
    if batch:
        yield batch


@action
def begin_parts(run_id: int, keys: int, apart: Sequence[Row], *, by: Actor, clock: Clock) -> None:
    """Begin the parts of a simulation, from the start whatever was kept before."""
    run, _ = locks.hold(Run, run_id, by=by)
    RUN.step(run.state, "simulated")
    store.clear(run_id)
    settings = {**run.settings, APART: [list(row) for row in apart]}
    Run.objects.filter(pk=run_id).update(keys_total=keys, keys_done=0, settings=settings)


@action
def keep_part(run_id: int, shared: Shared, done: int, *, by: Actor, clock: Clock) -> bool:
    """Keep what a part came to; False where another worker is at it, who has kept other parts."""
    run, _ = locks.hold(Run, run_id, by=by)
    if run.state != RunState.SIMULATING or run.keys_done != done:
        return False
    write(run_id, shared, done)
    Run.objects.filter(pk=run_id).update(keys_done=done + len(shared.lines.keys))
    return True


@action
def finish_simulation(
    run_id: int, total: Summary, served: Sequence[store.NewChange] = (), *, by: Actor, clock: Clock
) -> None:
    """A simulation is complete: its sums, what other goods serve by rules, and how many keys there are to apply."""
    run, _ = locks.hold(Run, run_id, by=by)
    whole = total.whole
    run.state = RUN.step(run.state, "simulated")
    store.write_served(run_id, served)
    run.summary, run.simulated_at = total.record(), clock.now()
    run.lines, run.better, run.worse, run.mixed = whole.lines, whole.better, whole.worse, whole.mixed
    run.latest_days = run.changes.filter(lost__gt=0).aggregate(days=Max("days", default=0))["days"]
    run.keys_total, run.keys_done = run.keys.filter(state=KeyState.OPEN).count(), 0
    run.version += 1
    run.save()
    facts = {"lines": run.lines, "better": run.better, "worse": run.worse + run.mixed}
    record(run, "backorders.run_simulated", by=by, clock=clock, **facts)


@action
def fail_run(run_id: int, note: str, *, by: Actor, clock: Clock) -> None:
    """A simulation came to nothing, for a reason that people read."""
    run, _ = locks.hold(Run, run_id, by=by)
    run.state, run.note, run.ended_at = RUN.step(run.state, "fail"), note, clock.now()
    run.version += 1
    store.clear(run_id)
    run.save()
    record(run, "backorders.run_failed", by=by, clock=clock, note=note)


def write(run_id: int, shared: Shared, done: int) -> None:
    """Write the changes of a part with their keys, and who took what.

    A part of several keys in which something changes is written with all of them: they are applied together.
    """
    lines, found = shared.lines, shared.lines.open
    changes = shared.changes
    by_key: dict[int, list[Changed]] = {}
    for change in changes:
        by_key.setdefault(int(found.key[change.line]), []).append(change)
    counts = np.bincount(found.key, minlength=len(lines.keys)).tolist()
    aborted = set(np.flatnonzero(shared.outcome.aborted_keys).tolist())
    moving = set(lines.part[list(by_key)].tolist())
    first_of = np.searchsorted(lines.part, lines.part)
    several = np.bincount(lines.part)[lines.part] > 1
    rows = [
        store.NewKey(
            run_id, key.product_id, key.site_id, lines.balances[place].version, counts[place],
            len(by_key.get(place, ())), KeyState.ABORTED if place in aborted else KeyState.OPEN,
            done + 1 + int(first_of[place]) if several[place] else 0,
        )
        for place, key in enumerate(lines.keys)
        if place in by_key or place in aborted or int(lines.part[place]) in moving
    ]  # fmt: skip
    key_ids = store.insert_keys(rows)
    documents_ids = {int(found.document[change.line]) for change in changes}
    numbers = documents.numbers(("order", one) for one in documents_ids)
    made = store.insert_changes([_row(run_id, one, shared, key_ids, numbers) for one in changes])
    change_of = {one.line: made[int(found.requirement[one.line])] for one in changes}
    store.insert_losses(
        run_id,
        [
            (change_of[loser], change_of.get(winner), quantity, day)
            for loser, winner, quantity, day in shared.losses()
            if loser in change_of
        ],
    )


def _row(
    run_id: int, one: Changed, shared: Shared, key_ids: dict[tuple[int, int], int], numbers: dict[tuple[str, int], str]
) -> store.NewChange:
    found, said = shared.lines.open, shared.lines.said
    key = shared.lines.keys[int(found.key[one.line])]
    document_id = int(found.document[one.line])
    return store.NewChange(
        run_id, key_ids[key.product_id, key.site_id], int(found.requirement[one.line]), int(found.line[one.line]),
        document_id, numbers["order", document_id], int(said.line_number[one.line]), int(said.sold_to[one.line]),
        key.product_id, key.site_id, one.segment, one.strategy, one.raised, int(found.wanted[one.line]),
        date_of(int(found.requested[one.line])), one.old, one.new, one.gained, one.lost, one.days, str(one.verdict),
        old_uses=one.old_uses, new_uses=one.new_uses or (), location=location_of(found.segment[one.line]),
        quota=_limits(one),
    )  # fmt: skip


def _limits(one: Changed) -> dict[str, Any]:
    """What keeps a line from more, as it is kept with the change."""
    found = dict(one.quota or ({KEPT_FOR_OTHERS: one.kept} if one.kept else {}))
    return {**found, SHARED: one.share} if one.share else found


def ref_of(run: Run) -> DocumentRef:
    return DocumentRef(RUN_KIND, run.pk, run.number)


def record(run: Run, kind: str, *, by: Actor, clock: Clock, **facts: object) -> None:
    """Note what happened to a run."""
    events.record(kind, ref_of(run), company_id=run.company_id, by=by, at=clock.now(), facts=facts)
