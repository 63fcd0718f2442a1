"""Backorder variants and runs over the API: keep variants, simulate, read what changes, decide, apply, undo."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from ninja import Query
from pydantic import BeforeValidator, Field

from troth.business.backorders import jobs, queries, words
from troth.business.backorders.actions import decide, variants
from troth.business.backorders.actions.simulate import settings_of
from troth.business.backorders.models import Change, Run, Variant
from troth.business.backorders.rules.selection import CODES_MAX, DAYS_MAX, PRIORITY_MAX, Filter
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import (
    NAME_MAX,
    SEGMENTS_MAX,
    SORTS_MAX,
    WHOLE,
    Limits,
    SegmentDraft,
    Settings,
    VariantDraft,
)
from troth.business.masterdata.api.records import ImportOptions, ImportOutcome, brought_in
from troth.business.promising.rules.explain import spelled_period
from troth.business.quotas.queries import ProcedureTerms
from troth.kernel.calendars import date_of
from troth.platform import permissions
from troth.platform.api import bodies, versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.keys import client_key
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Entry, Id, Shown, Whole, quantity

operations = Operations("backorders")

Codes = Annotated[list[Code], Field(max_length=CODES_MAX)]
Days = Annotated[Whole, Field(ge=-DAYS_MAX, le=DAYS_MAX)]
Priority = Annotated[Whole, Field(ge=0, le=PRIORITY_MAX)]
Title = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]
Strategy = Literal["win", "gain", "improve", "redistribute", "fill", "lose", "skip"]
Criterion = Literal["priority", "requested", "entered", "value", "smallest", "promised"]
Reaction = Literal["fallback", "abort_key", "abort_run"]


def _clock_text(value: Any) -> Any:
    """A time of day as text in one form only: 06:30."""
    if isinstance(value, str) and len(value) == 5 and value[2] == ":":
        return value
    raise ValueError("Write the time as 06:30.")


Clocked = Annotated[time, BeforeValidator(_clock_text), Field(json_schema_extra={"pattern": "^[0-2][0-9]:[0-5][0-9]$"})]


class FilterAsked(Entry):
    """Which lines are meant; an empty list means all. `wanted_from` and `wanted_until` are days from today."""

    sites: Codes = []
    products: Codes = []
    categories: Codes = []
    customers: Codes = []
    order_types: Codes = []
    priority_from: Priority | None = None
    priority_until: Priority | None = None
    wanted_from: Days | None = None
    wanted_until: Days | None = None
    only: Literal["all", "unconfirmed", "late", "on_time"] = "all"


class SegmentAsked(Entry):
    """Lines of one filter; `sort` ranks them, the first criterion first."""

    name: Title
    strategy: Strategy
    filter: FilterAsked = FilterAsked()
    sort: Annotated[list[Criterion], Field(max_length=SORTS_MAX)] = ["priority", "requested"]


class VariantAsked(Entry):
    """A variant with its segments; a line takes the first that fits. `worse_share_max` in hundredths of a percent."""

    company: Id
    name: Title
    selection: FilterAsked = FilterAsked()
    segments: Annotated[list[SegmentAsked], Field(min_length=1, max_length=SEGMENTS_MAX)]
    with_unconfirmed: bool = True
    win_reaction: Reaction = "fallback"
    win_fallback: Literal["gain", "improve", "redistribute", "fill", "lose"] = "improve"
    gain_reaction: Reaction = "fallback"
    gain_fallback: Literal["improve", "redistribute", "fill", "lose"] = "improve"
    worse_share_max: Annotated[Whole, Field(ge=0, le=WHOLE)] | None = None
    worse_lines_max: Annotated[Whole, Field(ge=0, le=10**9)] | None = None
    later_days_max: Annotated[Whole, Field(ge=0, le=DAYS_MAX)] | None = None
    rhythm: Literal["never", "hourly", "daily", "workdays", "weekly"] = "never"
    at: Clocked | None = None
    applies_itself: bool = False


class SegmentShown(Shown):
    name: str
    strategy: str
    filter: dict[str, Any]
    sort: list[str]


class VariantShown(Shown):
    """`filter` and `selection` hold what is said, without what is left open. `next_at` is when it runs by itself."""

    id: int
    company: int
    name: str
    is_active: bool
    selection: dict[str, Any]
    segments: list[SegmentShown]
    with_unconfirmed: bool
    win_reaction: str
    win_fallback: str
    gain_reaction: str
    gain_fallback: str
    worse_share_max: int | None
    worse_lines_max: int | None
    later_days_max: int | None
    rhythm: str
    at: str | None
    applies_itself: bool
    next_at: datetime | None
    version: int


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


class PromisedRow(Shown):
    quantity: str
    material_on: date
    delivery_on: date
    basis: str


class TakenRow(Shown):
    """A quantity that another line (by its change) took; null where nobody did."""

    change: int | None
    order: str | None
    quantity: str


class ConsumedRow(Shown):
    """What a line uses of a quota in a period, before and by the run; `values` say for whom the quota holds."""

    quota: str
    values: dict[str, str]
    period: str
    before: str
    after: str


class ChangeShown(Shown):
    """`days` is by how many the last delivery moves. `rule` says why, `taken_by` who took what was lost.

    `limit` names the quota that keeps the line from having more or having it earlier ("": none does), `quotas` what it
    uses of them. `location` is the storage location that alone serves the line ("": all of the site may).
    """

    id: int
    order: int
    order_number: str
    line_number: int
    promise: int
    customer: str
    product: str
    site: str
    location: str
    segment: str
    strategy: str
    verdict: str
    state: str
    requested_on: date
    open: str
    unit: str
    before: list[PromisedRow]
    after: list[PromisedRow]
    gained: str
    lost: str
    days: int | None
    rule: str
    limit: str
    quotas: list[ConsumedRow]
    taken_by: list[TakenRow]


class RunFilter(Paging):
    state: Annotated[str, Field(pattern="^[a-z]{0,12}$")] = ""


class ChangeFilter(Paging):
    verdict: Annotated[str, Field(pattern="^(better|worse|mixed|basis)?$")] = ""
    state: Annotated[str, Field(pattern="^(open|applied|moved|kept)?$")] = ""
    customer: Code = ""
    product: Code = ""


@operations.reads("/backorder-variants", Page[VariantShown])
def list_backorder_variants(request: ApiRequest, choice: Query[Paging]) -> dict[str, Any]:
    """Variants, the newest first."""
    permissions.require(request.auth, "backorders.view_run")
    return page(request, queries.variants(request.auth), choice, lambda rows: [_variant(one) for one in rows])


@operations.reads("/backorder-variants/{int:variant_id}", VariantShown)
def get_backorder_variant(request: ApiRequest, variant_id: Id) -> VariantShown:
    """A variant with its segments."""
    permissions.require(request.auth, "backorders.view_run")
    return _variant(queries.variant_of(request.auth, variant_id))


@operations.creates("/backorder-variants", VariantShown)
def add_backorder_variant(request: ApiRequest, variant: VariantAsked) -> VariantShown:
    """A new variant; what is wrong in a segment is told by its row."""
    made = create(request, variants.save_variant, _draft(variant))
    return _variant(queries.variant_of(request.auth, made))


@operations.creates("/imports/backorder-variants", ImportOutcome, accepts=bodies.CSV, status=200)
def import_backorder_variants(request: ApiRequest, options: Query[ImportOptions]) -> ImportOutcome:
    """A file of variants, a row for each segment; all rows or none."""
    return brought_in("backorder_variants", request, options)


@operations.changes("/backorder-variants/{int:variant_id}", VariantShown, method="PUT")
def replace_backorder_variant(request: ApiRequest, variant_id: Id, variant: VariantAsked) -> VariantShown:
    """Write a variant anew: what is sent takes the place of all that it said. Its company stays."""
    version = versions.expected(request)
    act(request, variants.save_variant, _draft(variant), variant_id=variant_id, expected_version=version)
    return _variant(queries.variant_of(request.auth, variant_id))


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


@operations.reads("/backorder-runs/{int:run_id}/changes", Page[ChangeShown])
def list_backorder_changes(request: ApiRequest, run_id: Id, choice: Query[ChangeFilter]) -> dict[str, Any]:
    """What a run changes, line by line, with the rule and who took the goods."""
    permissions.require(request.auth, "backorders.view_run")
    run = queries.run_of(request.auth, run_id)
    found = queries.changes(request.auth, run_id)
    for name, value in (
        ("verdict", choice.verdict), ("state", choice.state), ("customer__number", choice.customer),
        ("product__number", choice.product),
    ):  # fmt: skip
        if value:
            found = found.filter(**{name: value})
    return page(request, found, choice, lambda rows: _changes(run, rows), order=("id",))


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


def _filter(asked: FilterAsked) -> Filter:
    said: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in asked.model_dump().items()}
    return Filter(**said)


def _draft(asked: VariantAsked) -> VariantDraft:
    segments = tuple(
        SegmentDraft(one.name, one.strategy, _filter(one.filter), tuple(one.sort)) for one in asked.segments
    )  # fmt: skip
    settings = Settings(
        _filter(asked.selection), segments, asked.with_unconfirmed, (asked.win_reaction, asked.win_fallback),
        (asked.gain_reaction, asked.gain_fallback),
        Limits(asked.worse_share_max, asked.worse_lines_max, asked.later_days_max),
    )  # fmt: skip
    return VariantDraft(asked.company, asked.name, settings, asked.rhythm, asked.at, asked.applies_itself)


def _variant(one: Variant) -> VariantShown:
    said = settings_of(one)
    return VariantShown(
        id=one.pk, company=one.company_id, name=one.name, is_active=one.is_active,
        selection=said.selection.record(), segments=[SegmentShown(**each.record()) for each in said.segments],
        with_unconfirmed=said.with_unconfirmed, win_reaction=said.win[0], win_fallback=said.win[1],
        gain_reaction=said.gain[0], gain_fallback=said.gain[1], worse_share_max=said.limits.worse_share_max,
        worse_lines_max=said.limits.worse_lines_max, later_days_max=said.limits.later_days_max, rhythm=one.rhythm,
        at=f"{one.at_time:%H:%M}" if one.at_time else None, applies_itself=one.applies_itself, next_at=one.next_at,
        version=one.version,
    )  # fmt: skip


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


def _changes(run: Run, rows: Iterable[Change]) -> list[ChangeShown]:
    changes = list(rows)
    takers = queries.taken_of([one.pk for one in changes])
    procedures = queries.procedures_of(changes)
    return [_change(run, one, takers.get(one.pk, []), procedures) for one in changes]


def _change(
    run: Run, one: Change, takers: Iterable[queries.Taken], procedures: Mapping[int, ProcedureTerms]
) -> ChangeShown:  # fmt: skip
    decimals = one.product.base_unit.decimals

    def amount(value: int) -> str:
        return quantity(value, decimals)

    def told(found: Iterable[Any]) -> list[PromisedRow]:
        return [
            PromisedRow(quantity=amount(row[0]), material_on=date_of(row[1]), delivery_on=date_of(row[2]), basis=row[3])
            for row in found
        ]

    return ChangeShown(
        id=one.pk, order=one.document_id, order_number=one.document_number, line_number=one.line_number,
        promise=one.requirement_id, customer=one.customer.number, product=one.product.number, site=one.site.code,
        location=one.location, segment=run.settings["segments"][one.segment - 1]["name"], strategy=one.strategy,
        verdict=one.verdict, state=one.state, requested_on=one.requested_on, open=amount(one.wanted),
        unit=one.product.base_unit_id,
        before=told(one.old), after=told(one.new), gained=amount(one.gained), lost=amount(one.lost), days=one.days,
        rule=words.rule_of(one, run), limit=words.limit_of(one),
        quotas=[
            ConsumedRow(
                quota=used.name, values=used.values, period=str(spelled_period(used.kind, used.number)),
                before=amount(used.before), after=amount(used.after),
            )
            for used in queries.consumed_of(one, procedures)
        ],
        taken_by=[
            TakenRow(
                change=taken.other.pk if taken.other else None,
                order=taken.other.document_number if taken.other else None, quantity=amount(taken.quantity),
            )
            for taken in takers
        ],
    )  # fmt: skip
