"""What may still be confirmed to whom, and what resources are booked for."""

from datetime import timedelta

import pytest

from tests.ledgers.conftest import AT, ORDER, broken, findings
from tests.ledgers.test_stock import without_check
from troth.ledgers.capacity import actions as capacity
from troth.ledgers.capacity import queries as bookings
from troth.ledgers.capacity.actions import Booking
from troth.ledgers.capacity.keys import CapacityKey
from troth.ledgers.capacity.models import Balance as CapacityRow
from troth.ledgers.quota import actions as quota
from troth.ledgers.quota import queries as cells
from troth.ledgers.quota.actions import Entry
from troth.ledgers.quota.keys import QuotaKey
from troth.ledgers.quota.models import Balance as QuotaRow
from troth.ledgers.quota.models import Posting as QuotaPosting
from troth.ledgers.quota.rules import Measure, QuotaNegative
from troth.platform import locks

CELL = QuotaKey(1, "region=west", 202601)
RESOURCE = CapacityKey(5)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def taken(*keys, kind=locks.Held):
    held = kind()
    held.take(*keys)
    return held


def plan(planned, consumed=0):
    entries = [Entry(CELL, Measure.PLANNED, planned, ORDER), Entry(CELL, Measure.CONSUMED, consumed, ORDER, 11)]
    quota.post(taken(CELL), entries, at=AT)


def book(minutes, starts=AT, held=None):
    booking = Booking(RESOURCE, starts, starts + HOUR, minutes, ORDER, 11)
    capacity.post(held or taken(RESOURCE), [booking], at=AT)


def test_what_is_planned_is_consumed():
    plan(100, 30)
    plan(-80)
    [row] = cells.cells(1, first_period=202601, last_period=202612)
    assert (row.key, row.planned, row.consumed, row.open) == (CELL, 20, 30, -10)
    assert broken() == []


def test_no_more_is_given_back_than_was_consumed():
    plan(100, 30)
    with pytest.raises(QuotaNegative) as refused:
        plan(0, -31)
    assert refused.value.facts == {
        "procedure_id": 1,
        "cell": "region=west",
        "period": 202601,
        "measure": "consumed",
        "there": 30,
    }
    assert (QuotaRow.objects.get().consumed, QuotaPosting.objects.count()) == (30, 2)


def test_a_quota_overlay_leaves_no_trace():
    plan(100, 30)
    overlay = taken(CELL, kind=locks.Overlay)
    quota.post(overlay, [Entry(CELL, Measure.CONSUMED, 50, ORDER)], at=AT)
    assert overlay.balance(CELL).consumed == 80
    assert QuotaRow.objects.get().consumed == 30


def test_verify_sees_a_quota_that_is_not_its_postings():
    plan(100, 30)
    QuotaRow.objects.update(consumed=29)
    assert findings("quota: balances") == [
        f"Quota balance {QuotaRow.objects.get().pk}: consumed is 29, its postings sum to 30."
    ]


def test_verify_sees_a_negative_quota():
    plan(100, 30)
    without_check("quota_balance", "quota_balance_consumed", "UPDATE quota_balance SET consumed = -1")
    assert len(findings("quota: not negative")) == 1


def test_a_booking_and_its_cancellation_leave_the_span_free():
    book(60)
    book(60, AT + HOUR)
    book(-60)
    row = CapacityRow.objects.get()
    assert (row.booked_minutes, row.version) == (60, 3)
    [left] = bookings.bookings(5, starts_at=AT, ends_at=AT + 9 * HOUR)
    assert (left.starts_at, left.ends_at, left.minutes, left.source) == (AT + HOUR, AT + 2 * HOUR, 60, ORDER)
    assert bookings.bookings(5, starts_at=AT + 2 * HOUR, ends_at=AT + 3 * HOUR) == []
    assert broken() == []


def test_more_cancelled_than_booked_is_a_defect():
    book(60)
    with pytest.raises(AssertionError, match="more was cancelled than booked on resource 5"):
        book(-61)
    assert CapacityRow.objects.get().booked_minutes == 60


def test_a_capacity_overlay_leaves_no_trace():
    overlay = taken(RESOURCE, kind=locks.Overlay)
    book(60, held=overlay)
    assert overlay.balance(RESOURCE).booked_minutes == 60
    assert CapacityRow.objects.count() == 0


def test_verify_sees_booked_minutes_that_are_not_the_bookings():
    book(60)
    CapacityRow.objects.update(booked_minutes=61)
    assert len(findings("capacity: balances")) == 1


def test_verify_sees_a_cancellation_of_nothing():
    book(60)
    book(-30, AT + HOUR)
    assert findings("capacity: cancellations") == [
        f"Capacity balance {CapacityRow.objects.get().pk} has -30 minutes booked for order 4711."
    ]
