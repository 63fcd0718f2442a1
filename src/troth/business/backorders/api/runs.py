"""Backorder runs over the API: simulate, decide, apply, undo."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.backorders import jobs, queries
from troth.business.backorders.actions import decide
from troth.business.backorders.models import Run
from troth.business.backorders.rules.summary import Summary
from troth.platform import permissions
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.keys import client_key
from troth.platform.api.operations import Operations, act
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Id, Shown

operations = Operations("backorders")


class SegmentSums(Shown):
    """Lines of a segment before and after; `late_days` are those of all lines that are confirmed in full."""

    name: str
    strategy: str
    lines: int
    full_before: int
    full_after: int
    on_time_before: int
    on_time_after: int
    late_days_before: int
    late_days_after: int
    better: int
    worse: int
    mixed: int
    missed: int


class RunShown(Shown):
    """`beyond_limits` says what is beyond the limits of the variant. `undoes` is the run that this one restores.

    `left_out` counts the lines that were selected and took no part, by reason.
    """

    id: int
    number: str
    kind: str
    state: str
    variant: int | None
    name: str
    undoes: int | None
    lines: int
    better: int
    worse: int
    mixed: int
    keys_done: int
    keys_total: int
    segments: list[SegmentSums]
    left_out: dict[str, int]
    beyond_limits: list[str]
    note: str
    started_at: datetime
    simulated_at: datetime | None
    approved_at: datetime | None
    ended_at: datetime | None
    version: int


class RunFilter(Paging):
    state: Annotated[str, Field(pattern="^[a-z]{0,12}$")] = ""


@operations.creates("/backorder-variants/{int:variant_id}/simulate", RunShown)
def simulate_backorders(request: ApiRequest, variant_id: Id) -> RunShown:
    """Simulate a variant; nothing else is changed. A long one goes on by itself: ask for the run until it is done."""
    started = jobs.begin(variant_id, by=request.auth, clock=request.clock, key=client_key(request))
    return _run(queries.run_of(request.auth, started.id))


@operations.reads("/backorder-runs", Page[RunShown])
def list_backorder_runs(request: ApiRequest, choice: Query[RunFilter]) -> dict[str, Any]:
    """Runs, the newest first."""
    permissions.require(request.auth, "backorders.view_run")
    found = queries.runs(request.auth)
    if choice.state:
        found = found.filter(state=choice.state)
    return page(request, found, choice, lambda rows: [_run(one) for one in rows])


@operations.reads("/backorder-runs/{int:run_id}", RunShown)
def get_backorder_run(request: ApiRequest, run_id: Id) -> RunShown:
    """A run with its sums by segment."""
    permissions.require(request.auth, "backorders.view_run")
    return _run(queries.run_of(request.auth, run_id))


@operations.acts("/backorder-runs/{int:run_id}/approve", RunShown, checks_version=True)
def approve_backorder_run(request: ApiRequest, run_id: Id) -> RunShown:
    """Approve a simulation; beyond the limits somebody else than who simulated has to."""
    act(request, decide.approve_run, run_id, expected_version=versions.stated(request))
    return _run(queries.run_of(request.auth, run_id))


@operations.acts("/backorder-runs/{int:run_id}/discard", RunShown, checks_version=True)
def discard_backorder_run(request: ApiRequest, run_id: Id) -> RunShown:
    """Discard a simulation; it stays to be read."""
    act(request, decide.discard_run, run_id, expected_version=versions.stated(request))
    return _run(queries.run_of(request.auth, run_id))


@operations.acts("/backorder-runs/{int:run_id}/apply", RunShown, checks_version=True)
def apply_backorder_run(request: ApiRequest, run_id: Id) -> RunShown:
    """Apply an approved run. What moved since is left as it is. A long one goes on by itself."""
    act(request, jobs.apply, run_id, expected_version=versions.stated(request))
    return _run(queries.run_of(request.auth, run_id))


@operations.acts("/backorder-runs/{int:run_id}/undo", RunShown, checks_version=True)
def undo_backorder_run(request: ApiRequest, run_id: Id) -> RunShown:
    """Undo an applied run; answers with the run that restores what was promised before."""
    undoing = act(request, jobs.undo, run_id, expected_version=versions.stated(request))
    return _run(queries.run_of(request.auth, undoing.id))


def _run(run: Run) -> RunShown:
    summary = Summary.of(run.summary)
    said = run.settings.get("segments", [])
    sums = zip(said, summary.segments, strict=False)
    left_out = {**summary.frozen, **({"no_segment": summary.unsorted} if summary.unsorted else {})}
    return RunShown(
        id=run.pk, number=run.number, kind=run.kind, state=run.state, variant=run.variant_id,
        name=run.settings.get("name", ""), undoes=run.undoes_id, lines=run.lines, better=run.better, worse=run.worse,
        mixed=run.mixed, keys_done=run.keys_done, keys_total=run.keys_total,
        segments=[
            SegmentSums(
                name=one["name"], strategy=one["strategy"],
                **{name: value for name, value in sums_of.record().items() if name != "basis"},
            )
            for one, sums_of in sums
        ],
        left_out=left_out, beyond_limits=[str(one) for one in decide.beyond(run)], note=run.note,
        started_at=run.started_at, simulated_at=run.simulated_at, approved_at=run.approved_at, ended_at=run.ended_at,
        version=run.version,
    )  # fmt: skip
