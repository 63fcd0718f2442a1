"""Backorder variants as rows of a file: a row for each segment, in their order.

What is said of the variant itself stands in each of its rows; what it selects in the columns `selected_…`, beside those
of the segment. Several codes stand in one column with ; between them, and whether a variant is in use is no part of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any

from troth.business.backorders.actions.simulate import settings_of
from troth.business.backorders.actions.variants import write_variant
from troth.business.backorders.models import Variant
from troth.business.backorders.rules.selection import CODES, DAYS_MAX, PRIORITY_MAX, Filter, WrongSelection
from troth.business.backorders.rules.variants import (
    NAME_MAX,
    REACTIONS,
    STRATEGIES,
    TIMES_MAX,
    WHOLE,
    Limits,
    SegmentDraft,
    Settings,
    VariantDraft,
    WrongVariant,
)
from troth.business.backorders.states import Only, Rhythm
from troth.business.masterdata.actions import Brought
from troth.business.masterdata.parts import Rows, Whole, all_or_none, wholes
from troth.business.masterdata.rules import As, Field, UnknownCode
from troth.kernel.errors import BusinessError, Refusals, Sentence
from troth.platform import locks
from troth.platform.actions import action, require, supposed
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.reference import queries as reference

KEY = ("company", "name")
DAYS = ("wanted_from", "wanted_until")
SELECTED = "selected_"
LONGEST_CODES = 8_000
LINES_MAX = 10**9


def _choice(choices: Iterable[str], standard: str) -> Field:
    return Field(As.CHOICE, choices=tuple(map(str, choices)), standard=str(standard))


_FILTER: Mapping[str, Field] = {
    **dict.fromkeys(CODES, Field(As.TEXT, LONGEST_CODES)),
    "priority_from": Field(As.WHOLE, PRIORITY_MAX, standard=None),
    "priority_until": Field(As.WHOLE, PRIORITY_MAX, standard=None),
    **dict.fromkeys(DAYS, Field(As.TEXT, 6)),
    "only": _choice(Only, Only.ALL),
}
FALLBACKS = tuple(one for one in STRATEGIES if one != "share")
"""Who cannot have what its own strategy guarantees shares with nobody."""
_HEAD: Mapping[str, Field] = {
    "rhythm": _choice(Rhythm, Rhythm.NEVER),
    "at": Field(As.TEXT, 5),
    "applies_itself": Field(As.YES_NO, standard=False),
    "with_unconfirmed": Field(As.YES_NO, standard=True),
    "asks_rules": Field(As.YES_NO, standard=False),
    "win_reaction": _choice(REACTIONS, "fallback"),
    "win_fallback": _choice(FALLBACKS, "improve"),
    "gain_reaction": _choice(REACTIONS, "fallback"),
    "gain_fallback": _choice(FALLBACKS, "improve"),
    "worse_share_max_basis_points": Field(As.WHOLE, WHOLE, standard=None),
    "worse_lines_max": Field(As.WHOLE, LINES_MAX, standard=None),
    "later_days_max": Field(As.WHOLE, DAYS_MAX, standard=None),
    "later_times_max": Field(As.WHOLE, TIMES_MAX, standard=None),
    **{f"{SELECTED}{name}": field for name, field in _FILTER.items()},
}
FIELDS: Mapping[str, Field] = {
    "company": Field(As.TEXT, 20, required=True, is_key=True),
    "name": Field(As.TEXT, NAME_MAX, required=True, is_key=True),
    "segment": Field(As.TEXT, NAME_MAX, required=True),
    "strategy": Field(As.CHOICE, required=True, choices=tuple(STRATEGIES)),
    "sort": Field(As.TEXT, 120),
    **_FILTER,
    **_HEAD,
}
_COLUMNS = {"worse_share_max": "worse_share_max_basis_points", "segments": "segment"}


@action
def import_variants(rows: Rows, *, preview: bool = False, by: Actor, clock: Clock) -> Brought:
    """Create the variants of these rows that are new and write those anew that differ, all or none; counts rows.

    `Refusals` by row and column. A `preview` refuses all the same and writes nothing.
    """
    found, refusals = wholes(FIELDS, KEY, tuple(_HEAD), rows)

    def brought() -> Brought:
        return _bring(found, refusals, by=by, clock=clock)

    try:
        return supposed(brought) if preview else brought()
    except Refusals as refused:
        raise Refusals(all_or_none(rows, KEY, refused.refusals)) from None


def _bring(
    found: Mapping[tuple[Any, ...], Whole], refusals: Sequence[BusinessError], *, by: Actor, clock: Clock
) -> Brought:
    companies = reference.company_ids([code for code, _ in found])
    for company_id in companies.values():
        require(by, company_id=company_id)
    there = _held(found, companies, by=by)
    wrong, count = list(refusals), {"created": 0, "changed": 0, "unchanged": 0}
    for key, whole in found.items():
        try:
            record = there.get(key)
            draft = _draft(key, whole, companies)
            if record is not None and _is_same(record, draft):
                count["unchanged"] += len(whole.rows)
                continue
            write_variant(record or Variant(company_id=draft.company_id), draft, by=by, clock=clock)
            count["created" if record is None else "changed"] += len(whole.rows)
        except Refusals as several:
            wrong += [_placed(one, whole) for one in several.refusals]
        except BusinessError as one:
            wrong.append(_placed(one, whole))
    if wrong:
        raise Refusals(sorted(wrong, key=lambda one: one.row or 0))
    return Brought(count["created"], count["changed"], count["unchanged"])


def _held(
    found: Mapping[tuple[Any, ...], Whole], companies: Mapping[str, int], *, by: Actor
) -> dict[tuple[Any, ...], Variant]:
    """The variants of these keys that are there, locked."""
    codes = {company_id: code for code, company_id in companies.items()}
    near = Variant.objects.filter(company_id__in=codes, name__in=[name for _, name in found])
    ids = [one.pk for one in near if (codes[one.company_id], one.name) in found]
    held = locks.begin().hold(Variant, *ids, by=by) if ids else []
    return {(codes[one.company_id], one.name): one for one in held}


def _placed(one: BusinessError, whole: Whole) -> BusinessError:
    """A refusal of a variant at its row and column: those of its segments name the segment."""
    name = one.field or ""
    if one.row is None:
        name = f"{SELECTED}{name}" if name in _FILTER else name
        one.row = whole.first
    else:
        name = "segment" if name == "name" else name
        one.row = whole.numbers[one.row - 1]
    one.field = _COLUMNS.get(name, name)
    return one


def _draft(key: tuple[Any, ...], whole: Whole, companies: Mapping[str, int]) -> VariantDraft:
    code, name = key
    if code not in companies:
        raise UnknownCode(Sentence("There is no company %(code)s. Enter one that exists."), field="company", code=code)
    head = whole.head
    selection = _filter({name: head[f"{SELECTED}{name}"] for name in _FILTER})
    segments = []
    for place, row in enumerate(whole.rows, 1):
        try:
            said = _filter({name: row[name] for name in _FILTER})
        except BusinessError as refused:
            refused.row = place
            raise
        segments.append(SegmentDraft(row["segment"], row["strategy"], said, _several(row["sort"])))
    limits = Limits(
        head["worse_share_max_basis_points"], head["worse_lines_max"], head["later_days_max"], head["later_times_max"]
    )
    settings = Settings(
        selection, tuple(segments), head["with_unconfirmed"], (head["win_reaction"], head["win_fallback"]),
        (head["gain_reaction"], head["gain_fallback"]), limits, head["asks_rules"],
    )  # fmt: skip
    return VariantDraft(companies[code], name, settings, head["rhythm"], _time(head["at"]), head["applies_itself"])


def _filter(values: Mapping[str, Any]) -> Filter:
    codes = {name: _several(values[name]) for name in CODES}
    return Filter(**{**values, **codes, **{name: _day(values[name], name) for name in DAYS}})


def _several(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (one.strip() for one in text.split(";")))))


def _day(text: str, name: str) -> int | None:
    if not text:
        return None
    try:
        found = int(text)
    except ValueError:
        found = DAYS_MAX + 1
    if abs(found) > DAYS_MAX:
        sentence = Sentence("Enter days from today, from -%(most)s to %(most)s.", most=DAYS_MAX)
        raise WrongSelection(sentence, field=name, given=text)
    return found


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        raise WrongVariant(Sentence("Write the time as 06:30."), field="at", given=text) from None


def _is_same(record: Variant, draft: VariantDraft) -> bool:
    stands = (settings_of(record), record.rhythm, record.at_time, record.applies_itself)
    return stands == (draft.settings, str(draft.rhythm), draft.at, draft.applies_itself)


def rows_of(record: Variant) -> list[dict[str, Any]]:
    """The rows of a variant, one for each segment."""
    said = settings_of(record)
    limits = said.limits
    head = {
        "company": record.company.code, "name": record.name, "rhythm": record.rhythm,
        "at": f"{record.at_time:%H:%M}" if record.at_time else "", "applies_itself": record.applies_itself,
        "with_unconfirmed": said.with_unconfirmed, "asks_rules": said.asks_rules,
        "win_reaction": said.win[0], "win_fallback": said.win[1],
        "gain_reaction": said.gain[0], "gain_fallback": said.gain[1],
        "worse_share_max_basis_points": limits.worse_share_max, "worse_lines_max": limits.worse_lines_max,
        "later_days_max": limits.later_days_max, "later_times_max": limits.later_times_max,
        **{f"{SELECTED}{name}": value for name, value in _written(said.selection).items()},
    }  # fmt: skip
    return [
        {**head, "segment": one.name, "strategy": one.strategy, "sort": "; ".join(one.sort), **_written(one.filter)}
        for one in said.segments
    ]


def _written(said: Filter) -> dict[str, Any]:
    values = {name: getattr(said, name) for name in _FILTER}
    return {**values, **{name: "; ".join(values[name]) for name in CODES}}
