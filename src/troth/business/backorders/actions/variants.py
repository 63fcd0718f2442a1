"""Keep variants: the head and its segments, all at once."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from troth.business.backorders.actions import ids
from troth.business.backorders.models import Segment, Variant
from troth.business.backorders.rules.limits import is_looser
from troth.business.backorders.rules.variants import Limits, OtherCompany, VariantDraft, VariantTaken
from troth.business.backorders.states import Rhythm
from troth.kernel.errors import Refusals, Sentence
from troth.platform import events, locks
from troth.platform.actions import action, require
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.reference import queries as reference

VARIANT_KIND = "backorder_variant"
WORKDAYS = 5


@action
def save_variant(
    draft: VariantDraft, *, variant_id: int | None = None, expected_version: int | None = None, by: Actor, clock: Clock
) -> int:
    """Write a variant anew, or a new one; return its id. Refuses all that is wrong in it, by field and row."""
    require(by, company_id=draft.company_id)
    variant = Variant(company_id=reference.company(draft.company_id).id)
    if variant_id is not None:
        [variant] = locks.begin().hold(Variant, variant_id, by=by)
        locks.refuse_if_changed(variant, expected_version)
        _refuse_other_company(variant, draft)
    return write_variant(variant, draft, by=by, clock=clock)


def write_variant(variant: Variant, draft: VariantDraft, *, by: Actor, clock: Clock) -> int:
    """Inner verb of `save_variant` and of a file, for a variant that is held or new."""
    draft.check()
    _refuse_unknown(draft)
    others = Variant.objects.filter(company_id=variant.company_id, name=draft.name.strip())
    if others.exclude(pk=variant.pk).exists():
        raise VariantTaken(
            Sentence("There is a variant %(name)s already. Choose another name.", name=draft.name.strip()), field="name"
        )
    before = _limits_before(variant)
    if by.user_id is not None and is_looser(draft.settings.limits, before):
        variant.loosened_by_id = by.user_id
    _write(variant, draft, clock)
    _record("backorders.variant_saved", variant, by=by, clock=clock)
    return variant.pk


def _refuse_other_company(variant: Variant, draft: VariantDraft) -> None:
    """What a variant names by code it names in its company: the same words mean other sites elsewhere."""
    if draft.company_id != variant.company_id:
        raise OtherCompany(
            Sentence("This variant belongs to company %(company)s. Make a new variant for another company.",
                     company=reference.company(variant.company_id).code),
            field="company",
        )  # fmt: skip


def _limits_before(variant: Variant) -> list[Limits]:
    """The limits of the variant; of a new one those of all others in use, so that nobody slips out by a new one."""
    if variant.pk:
        found = Variant.objects.filter(pk=variant.pk)
    else:
        found = Variant.objects.filter(company_id=variant.company_id, is_active=True, loosened_by_id=None)
    return [Limits(*row) for row in found.values_list(*(one.name for one in fields(Limits)))]


@action
def put_away_variant(variant_id: int, *, by: Actor, clock: Clock) -> None:
    """Take a variant out of use, or back into it. What it ran stays."""
    [variant] = locks.begin().hold(Variant, variant_id, by=by)
    variant.is_active = not variant.is_active
    variant.next_at = next_time(variant, clock.now()) if variant.is_active else None
    variant.version += 1
    variant.save()
    kind = "backorders.variant_taken_back" if variant.is_active else "backorders.variant_put_away"
    _record(kind, variant, by=by, clock=clock)


@action
def set_due(variant_id: int, *, by: Actor, clock: Clock) -> bool:
    """Put a variant that is due off to its next time; False where another worker has."""
    [variant] = locks.begin().hold(Variant, variant_id, by=by)
    if variant.next_at is None or variant.next_at > clock.now():
        return False
    Variant.objects.filter(pk=variant_id).update(next_at=next_time(variant, clock.now()))
    return True


def _refuse_unknown(draft: VariantDraft) -> None:
    wrong = ids.refused(draft.settings.selection, company_id=draft.company_id)
    for row, one in enumerate(draft.settings.segments, 1):
        wrong += ids.refused(one.filter, company_id=draft.company_id, row=row)
    if wrong:
        raise Refusals(wrong) if len(wrong) > 1 else wrong[0]


def _write(variant: Variant, draft: VariantDraft, clock: Clock) -> None:
    settings, limits = draft.settings, draft.settings.limits
    values: dict[str, Any] = {
        "name": draft.name.strip(), "selection": settings.selection.record(),
        "with_unconfirmed": settings.with_unconfirmed, "asks_rules": settings.asks_rules,
        "win_reaction": settings.win[0],
        "win_fallback": settings.win[1], "gain_reaction": settings.gain[0], "gain_fallback": settings.gain[1],
        "worse_share_max": limits.worse_share_max, "worse_lines_max": limits.worse_lines_max,
        "later_days_max": limits.later_days_max, "later_times_max": limits.later_times_max,
        "rhythm": str(draft.rhythm), "at_time": draft.at, "applies_itself": draft.applies_itself,
    }  # fmt: skip
    for name, value in values.items():
        setattr(variant, name, value)
    variant.next_at = next_time(variant, clock.now()) if variant.is_active else None
    variant.version = variant.version + 1 if variant.pk else 1
    variant.save()
    Segment.objects.filter(variant=variant).delete()
    Segment.objects.bulk_create(
        Segment(
            variant=variant, position=place, name=one.name.strip(), filter=one.filter.record(), sort=list(one.sort),
            strategy=one.strategy,
        )
        for place, one in enumerate(settings.segments, 1)
    )  # fmt: skip


def next_time(variant: Variant, now: datetime) -> datetime | None:
    """When a variant is due next after `now`, by the clock of its company; None: never."""
    if variant.rhythm == Rhythm.NEVER:
        return None
    if variant.rhythm == Rhythm.HOURLY:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    assert variant.at_time is not None
    here = now.astimezone(ZoneInfo(reference.company(variant.company_id).time_zone))
    due = here.replace(hour=variant.at_time.hour, minute=variant.at_time.minute, second=0, microsecond=0)
    while due <= here or not _runs_on(variant.rhythm, due):
        due += timedelta(days=1)
    return due


def _runs_on(rhythm: str, due: datetime) -> bool:
    if rhythm == Rhythm.WORKDAYS:
        return due.weekday() < WORKDAYS
    return rhythm == Rhythm.DAILY or due.weekday() == 0


def _record(kind: str, variant: Variant, *, by: Actor, clock: Clock) -> None:
    ref = DocumentRef(VARIANT_KIND, variant.pk, variant.name[:40])
    events.record(kind, ref, company_id=variant.company_id, by=by, at=clock.now(), facts={"name": variant.name})
