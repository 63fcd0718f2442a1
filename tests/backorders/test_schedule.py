"""Variants run by themselves: once when due, applied only within their limits, and gone on with after a crash."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tests import company
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders import jobs
from troth.business.backorders.actions import decide
from troth.business.backorders.actions.simulate import start_run
from troth.business.backorders.actions.variants import next_time, put_away_variant
from troth.business.backorders.models import Run, Variant
from troth.business.backorders.rules.variants import Limits, SegmentDraft
from troth.platform import schedule
from troth.platform.clock import FixedClock

EVERYBODY = SegmentDraft("Everybody", "improve")
WEDNESDAY = company.NEXT_WEDNESDAY


@pytest.fixture
def waits(desk):
    """BETA waits for six helmets that have come in."""
    desk.waits = desk.order("BETA", ("HELMET", 6))
    desk.stock("HELMET", 6)
    return desk


def later(desk, **by):
    return FixedClock(desk.small.clock.now() + timedelta(**by))


def test_a_variant_that_is_due_is_simulated_once_and_waits_for_a_person(waits):
    waits.variant(EVERYBODY, rhythm="hourly")
    assert jobs.run_due(waits.small.clock) == 0
    due = later(waits, hours=1)
    assert (jobs.run_due(due), jobs.run_due(due)) == (1, 0)
    run = Run.objects.get()
    assert (run.state, run.started_by_id, run.better) == ("simulated", None, 1)
    assert waits.promised(waits.waits) == [[]]


def test_one_that_may_apply_itself_does_within_its_limits(waits):
    waits.variant(EVERYBODY, rhythm="hourly", applies_itself=True, limits=Limits(worse_lines_max=0))
    jobs.run_due(later(waits, hours=1))
    assert Run.objects.get().state == "applied"
    assert waits.promised(waits.waits) == [[(6, WEDNESDAY)]]
    assert_books_hold()


def test_beyond_its_limits_it_waits_for_a_person(waits):
    waits.order("ALPHA", ("HELMET", 6))
    waits.variant(SegmentDraft("All", "lose"), rhythm="hourly", applies_itself=True, limits=Limits(worse_lines_max=0))
    jobs.run_due(later(waits, hours=1))
    assert Run.objects.get().state == "simulated"


def test_one_that_is_put_away_does_not_run(waits):
    variant = waits.variant(EVERYBODY, rhythm="hourly")
    put_away_variant(variant, **waits.acting)
    assert jobs.run_due(later(waits, hours=1)) == 0


def test_what_was_begun_and_left_is_gone_on_with(waits):
    run = waits.simulated(EVERYBODY)
    decide.approve_run(run.pk, **waits.acting)
    decide.apply_run(run.pk, **waits.acting)
    assert jobs.resume(waits.small.clock) == 1
    run.refresh_from_db()
    assert run.state == "applied"
    assert jobs.resume(waits.small.clock) == 0


def test_a_simulation_that_was_left_is_begun_again(waits):
    started = start_run(waits.variant(EVERYBODY), **waits.acting)
    assert jobs.resume(waits.small.clock) == 0
    assert jobs.resume(later(waits, minutes=16)) == 1
    run = Run.objects.get(pk=started.id)
    assert (run.state, run.better) == ("simulated", 1)


@pytest.mark.parametrize(
    ("rhythm", "due"),
    [
        ("hourly", datetime(2026, 3, 2, 9, 0, tzinfo=UTC)),
        ("daily", datetime(2026, 3, 3, 5, 0, tzinfo=UTC)),
        ("workdays", datetime(2026, 3, 3, 5, 0, tzinfo=UTC)),
        ("weekly", datetime(2026, 3, 9, 5, 0, tzinfo=UTC)),
        ("never", None),
    ],
)
def test_the_next_time_is_by_the_clock_of_the_company(desk, rhythm, due):
    """Monday, nine in Hamburg: six o'clock has passed there."""
    variant = Variant(company_id=desk.small.company.pk, rhythm=rhythm, at_time=time(6))
    assert next_time(variant, desk.small.clock.now()) == due


def test_the_jobs_are_on_the_schedule():
    names = {entry.name for entry in schedule.scheduled()}
    assert {"go on with backorder runs", "run backorder variants"} <= names
