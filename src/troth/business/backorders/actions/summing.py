"""The sums of what a run over some keys came to."""

import numpy as np

from troth.business.backorders.actions.sharing import NO_SEGMENT, Shared
from troth.business.backorders.rules.summary import SegmentSum, Summary
from troth.business.backorders.states import Frozen
from troth.kernel.netting import Array


def summed(shared: Shared) -> Summary:
    """Count the lines by segment, and those that took no part."""
    lines, facts = shared.lines, shared.facts
    found = Summary.empty(len(shared.settings.segments))
    before, after = _last_deliveries(shared)
    confirmed = np.array(facts.confirmed)
    for change in shared.changes:
        got = sum(row.quantity for row in change.new)
        found.dropped += int(got < int(confirmed[change.line]))
        confirmed[change.line] = got
        after[change.line] = change.new[-1].delivery if change.new else 0
    late_before, late_after = before - lines.open.requested, after - lines.open.requested
    full_before, full_after = facts.confirmed == facts.wanted, confirmed == facts.wanted
    for place, one in enumerate(found.segments):
        own = shared.segment == place
        one.lines = int(own.sum())
        one.full_before, one.full_after = int((own & full_before).sum()), int((own & full_after).sum())
        one.on_time_before = int((own & full_before & (late_before <= 0)).sum())
        one.on_time_after = int((own & full_after & (late_after <= 0)).sum())
        one.late_days_before = int(np.maximum(late_before, 0)[own & full_before].sum())
        one.late_days_after = int(np.maximum(late_after, 0)[own & full_after].sum())
        one.missed = int((own & (shared.outcome.raised > 0)).sum())
    for change in shared.changes:
        segment: SegmentSum = found.segments[change.segment - 1]
        setattr(segment, change.verdict, getattr(segment, change.verdict) + 1)
    _left_out(shared, found)
    return found


def _last_deliveries(shared: Shared) -> tuple[Array, Array]:
    """The day of the last delivery of each line, 0 where there is none; once to keep and once to change."""
    found = shared.lines.open
    last = np.zeros(len(found), np.int64)
    with_rows = np.diff(found.row_offsets) > 0
    last[with_rows] = found.row_delivery[found.row_offsets[1:][with_rows] - 1]
    return last, last.copy()


def _left_out(shared: Shared, found: Summary) -> None:
    out = shared.selected & (shared.segment == NO_SEGMENT)
    for place, reason in enumerate(Frozen, 1):
        count = int((out & (shared.frozen == place)).sum())
        if count:
            found.frozen[str(reason)] = count
    found.unsorted = int((out & (shared.frozen == 0)).sum())
    found.aborted = int(shared.outcome.aborted_keys.sum())
