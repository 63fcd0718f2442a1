"""Lines with a least shipment, a latest day or whole packages take part in a run: they get what entry would give."""

from datetime import timedelta

import pytest

from tests import company
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.masterdata.models import PackageSizes
from troth.business.promising.models import Requirement
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.platform.actors import SYSTEM

WEDNESDAY = company.NEXT_WEDNESDAY
LATER = WEDNESDAY + timedelta(days=7)
BETA_WINS = (
    SegmentDraft("Beta", "win", Filter(customers=("BETA",))),
    SegmentDraft("All others", "redistribute"),
)
EVERYBODY = SegmentDraft("Everybody", "redistribute")


def enter(desk, customer: str, quantity: int, **limits) -> int:
    line = LineDraft(product="HELMET", quantity=quantity, **limits)
    draft = OrderDraft(customer=customer, requested_on=WEDNESDAY, lines=(line,))
    return sales.enter_order(draft, by=SYSTEM, clock=desk.small.clock).id


def pack(desk, sizes: str, rounding: str = "none") -> None:
    PackageSizes.objects.create(product=desk.small.products["HELMET"], sizes=sizes, rounding=rounding)


def test_a_line_in_whole_packages_gives_up_and_gets_whole_packages(desk):
    pack(desk, "5")
    desk.stock("HELMET", 12)
    first, second = enter(desk, "ALPHA", 10), enter(desk, "BETA", 5)
    assert [desk.promised(one) for one in (first, second)] == [[[(10, WEDNESDAY)]], [[]]]
    run = desk.applied(*BETA_WINS)
    assert Summary.of(run.summary).frozen == {}
    assert [desk.promised(one) for one in (first, second)] == [[[(5, WEDNESDAY)]], [[(5, WEDNESDAY)]]]
    assert Requirement.objects.get(document_id=first).explanation["packages"] == [5]
    assert desk.simulated(*BETA_WINS, name="Again").changes.count() == 0
    desk.undo(run)
    assert [desk.promised(one) for one in (first, second)] == [[[(10, WEDNESDAY)]], [[]]]
    assert_books_hold()


def test_of_a_quantity_that_was_rounded_up_what_was_asked_for_stays_open(desk):
    """T8: eight asked for, twelve requested, six confirmed, two open; six more fill the other package."""
    pack(desk, "6", "up")
    desk.stock("HELMET", 10)
    first, second = enter(desk, "ALPHA", 8), enter(desk, "BETA", 3)
    assert [Requirement.objects.get(document_id=one).missing for one in (first, second)] == [2, 3]
    desk.applied(*BETA_WINS)
    assert [desk.promised(one) for one in (first, second)] == [[[]], [[(6, WEDNESDAY)]]]
    assert [Requirement.objects.get(document_id=one).missing for one in (first, second)] == [8, 0]
    desk.stock("HELMET", 8)
    desk.applied(EVERYBODY, name="Again")
    assert [Requirement.objects.get(document_id=one).missing for one in (first, second)] == [0, 0]
    assert_books_hold()


def test_nothing_comes_after_the_latest_day_and_the_promise_says_so(desk):
    """BETA takes the ten that lie here; ten more come a week later, which is too late for one and not for the other."""
    desk.stock("HELMET", 10)
    late, patient = enter(desk, "ALPHA", 5, lateness_days_max=3), enter(desk, "ALPHA", 5, lateness_days_max=30)
    second = enter(desk, "BETA", 10)
    desk.receipt("HELMET", 10, LATER - timedelta(days=2))
    run = desk.applied(*BETA_WINS)
    assert (Summary.of(run.summary).frozen, run.worse) == ({}, 2), "limits of the run count them"
    [wait] = desk.promised(patient)
    assert (desk.promised(late), desk.promised(second)) == ([[]], [[(10, WEDNESDAY)]])
    assert [quantity for quantity, _ in wait] == [5]
    assert WEDNESDAY < wait[0][1] <= WEDNESDAY + timedelta(days=30)
    assert "latest" in Requirement.objects.get(document_id=late).explanation
    assert_books_hold()


def test_a_small_part_is_not_sent(desk):
    desk.stock("HELMET", 10)
    first, second = enter(desk, "ALPHA", 10, min_shipment=4), enter(desk, "BETA", 7)
    desk.applied(*BETA_WINS)
    assert [desk.promised(one) for one in (first, second)] == [[[]], [[(7, WEDNESDAY)]]]
    assert Requirement.objects.get(document_id=first).explanation["least"] == 4
    assert_books_hold()


@pytest.mark.parametrize(
    ("limits", "sizes"),
    [
        ({"min_shipment": 6}, ""),
        ({"lateness_days_max": 3}, ""),
        ({"deliveries_max": 1}, ""),
        ({"min_shipment": 5, "lateness_days_max": 20, "deliveries_max": 2}, "4, 6"),
        ({}, "6"),
    ],
)
def test_a_run_gives_what_order_entry_would(desk, limits, sizes):
    """Somebody has the goods while the line is entered; then they are free, and the run deals them out."""
    if sizes:
        pack(desk, sizes)
    desk.stock("HELMET", 7)
    desk.receipt("HELMET", 6, WEDNESDAY - timedelta(days=1))
    desk.receipt("HELMET", 9, LATER, number="4501")
    tried = enter(desk, "ALPHA", 16, **limits)
    asked = desk.promised(tried)
    assert asked != [[]]
    sales.cancel_order(tried, reason="tried", by=SYSTEM, clock=desk.small.clock)
    holder = desk.order("BETA", ("HELMET", 24))
    line = enter(desk, "ALPHA", 16, **limits)
    assert desk.promised(line) != asked
    desk.applied(SegmentDraft("Beta", "lose", Filter(customers=("BETA",))), EVERYBODY)
    assert (desk.promised(line), desk.promised(holder)) == (asked, [[]])
    assert_books_hold()
