"""Backorder variants over the API."""

from datetime import datetime, time
from typing import Annotated, Any, Literal

from ninja import Query
from pydantic import BeforeValidator, Field

from troth.business.backorders import queries
from troth.business.backorders.actions import variants
from troth.business.backorders.actions.simulate import settings_of
from troth.business.backorders.models import Variant
from troth.business.backorders.rules.selection import CODES_MAX, DAYS_MAX, PRIORITY_MAX, Filter
from troth.business.backorders.rules.variants import (
    NAME_MAX,
    SEGMENTS_MAX,
    SORTS_MAX,
    TIMES_MAX,
    WHOLE,
    Limits,
    SegmentDraft,
    Settings,
    VariantDraft,
)
from troth.business.masterdata.api.records import ImportOptions, ImportOutcome, brought_in
from troth.platform import permissions
from troth.platform.api import bodies, versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Entry, Id, Shown, Whole

operations = Operations("backorders")

Codes = Annotated[list[Code], Field(max_length=CODES_MAX)]
Days = Annotated[Whole, Field(ge=-DAYS_MAX, le=DAYS_MAX)]
Priority = Annotated[Whole, Field(ge=0, le=PRIORITY_MAX)]
Title = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]
Strategy = Literal["win", "gain", "improve", "redistribute", "share", "fill", "lose", "skip"]
Criterion = Literal["priority", "requested", "entered", "value", "smallest", "promised"]
Reaction = Literal["fallback", "abort_key", "abort_run"]


def _clock_text(value: Any) -> Any:
    """A time of day as text in one form only: 06:30."""
    if isinstance(value, str) and len(value) == 5 and value[2] == ":":
        return value
    raise ValueError("Write the time as 06:30.")


Clocked = Annotated[time, BeforeValidator(_clock_text), Field(json_schema_extra={"pattern": "^[0-2][0-9]:[0-5][0-9]$"})]


class FilterAsked(Entry):
    """Which lines are meant; an empty list means all. `wanted_from` and `wanted_until` are days from today.

    `events` are what order types are checked as, `regions` those of the ship-to parties.
    """

    sites: Codes = []
    products: Codes = []
    categories: Codes = []
    customers: Codes = []
    order_types: Codes = []
    events: Annotated[list[Literal["order", "rush"]], Field(max_length=2)] = []
    customer_groups: Codes = []
    regions: Codes = []
    sales_organisations: Codes = []
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
    """A variant with its segments; a line takes the first that fits. `worse_share_max` in hundredths of a percent. A
    line that `later_times_max` runs made later, or took goods from, keeps what it has where this one would again."""

    company: Id
    name: Title
    selection: FilterAsked = FilterAsked()
    segments: Annotated[list[SegmentAsked], Field(min_length=1, max_length=SEGMENTS_MAX)]
    with_unconfirmed: bool = True
    asks_rules: bool = False
    win_reaction: Reaction = "fallback"
    win_fallback: Literal["gain", "improve", "redistribute", "fill", "lose"] = "improve"
    gain_reaction: Reaction = "fallback"
    gain_fallback: Literal["improve", "redistribute", "fill", "lose"] = "improve"
    worse_share_max: Annotated[Whole, Field(ge=0, le=WHOLE)] | None = None
    worse_lines_max: Annotated[Whole, Field(ge=0, le=10**9)] | None = None
    later_days_max: Annotated[Whole, Field(ge=0, le=DAYS_MAX)] | None = None
    later_times_max: Annotated[Whole, Field(ge=0, le=TIMES_MAX)] | None = None
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
    asks_rules: bool
    win_reaction: str
    win_fallback: str
    gain_reaction: str
    gain_fallback: str
    worse_share_max: int | None
    worse_lines_max: int | None
    later_days_max: int | None
    later_times_max: int | None
    rhythm: str
    at: str | None
    applies_itself: bool
    next_at: datetime | None
    version: int


class VariantFilter(Paging):
    """`is_active`: those in use (true), those put away (false), or all (null)."""

    is_active: bool | None = None


@operations.reads("/backorder-variants", Page[VariantShown])
def list_backorder_variants(request: ApiRequest, choice: Query[VariantFilter]) -> dict[str, Any]:
    """Variants, the newest first."""
    permissions.require(request.auth, "backorders.view_run")
    found = queries.variants(request.auth)
    if choice.is_active is not None:
        found = found.filter(is_active=choice.is_active)
    return page(request, found, choice, lambda rows: [_variant(one) for one in rows])


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
        Limits(asked.worse_share_max, asked.worse_lines_max, asked.later_days_max, asked.later_times_max),
        asked.asks_rules,
    )  # fmt: skip
    return VariantDraft(asked.company, asked.name, settings, asked.rhythm, asked.at, asked.applies_itself)


def _variant(one: Variant) -> VariantShown:
    said = settings_of(one)
    return VariantShown(
        id=one.pk, company=one.company_id, name=one.name, is_active=one.is_active,
        selection=said.selection.record(), segments=[SegmentShown(**each.record()) for each in said.segments],
        with_unconfirmed=said.with_unconfirmed, asks_rules=said.asks_rules,
        win_reaction=said.win[0], win_fallback=said.win[1],
        gain_reaction=said.gain[0], gain_fallback=said.gain[1], worse_share_max=said.limits.worse_share_max,
        worse_lines_max=said.limits.worse_lines_max, later_days_max=said.limits.later_days_max,
        later_times_max=said.limits.later_times_max, rhythm=one.rhythm,
        at=f"{one.at_time:%H:%M}" if one.at_time else None, applies_itself=one.applies_itself, next_at=one.next_at,
        version=one.version,
    )  # fmt: skip
