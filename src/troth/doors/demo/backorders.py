"""The variants with which the backlog of Adventure Works is shared out anew.

| variant | for |
| --- | --- |
| Late and unconfirmed lines | each morning: nobody loses a date, who waits gets what has come in |
| Important customers first | when goods are short: priorities 1 to 3 lose nothing, the others share by rank |
"""

from datetime import time

from troth.business.backorders.actions.variants import save_variant
from troth.business.backorders.queries import variants
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.variants import (
    Limits,
    SegmentDraft,
    Settings,
    VariantDraft,
    VariantTaken,
)
from troth.business.backorders.states import Only, Rhythm, Sort
from troth.platform.actors import SYSTEM
from troth.platform.clock import Clock

IMPORTANT = Filter(priority_until=3)
BY_RANK = (Sort.PRIORITY, Sort.REQUESTED)


def drafts(company_id: int) -> tuple[VariantDraft, ...]:
    """The variants of a company. The first is simulated by itself on working days and waits for a planner."""
    waiting = Settings(
        segments=(
            SegmentDraft("On time", "gain", Filter(only=Only.ON_TIME), BY_RANK),
            SegmentDraft("Late or not confirmed", "improve", Filter(), BY_RANK),
        ),
        limits=Limits(worse_share_max=200),
    )
    scarce = Settings(
        segments=(
            SegmentDraft("Important customers", "gain", IMPORTANT, BY_RANK),
            SegmentDraft("All others", "redistribute", Filter(), (*BY_RANK, Sort.SMALLEST)),
        ),
        limits=Limits(worse_share_max=2_500, later_days_max=60),
    )
    return (
        VariantDraft(company_id, "Late and unconfirmed lines", waiting, Rhythm.WORKDAYS, time(6)),
        VariantDraft(company_id, "Important customers first", scarce),
    )


def write_variants(company_id: int, *, clock: Clock) -> int:
    """Write the variants that are not there by their names; return how many. Two who do it at once write each once."""
    there = set(variants(SYSTEM).filter(company_id=company_id).values_list("name", flat=True))
    written = 0
    for draft in drafts(company_id):
        if draft.name in there:
            continue
        try:
            save_variant(draft, by=SYSTEM, clock=clock)
            written += 1
        except VariantTaken:
            continue
    return written
