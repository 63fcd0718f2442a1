"""Lines of products of which something is kept for some customers take part in a run."""

from datetime import date, timedelta

import pytest

from tests import company
from tests.backorders.conftest import Desk
from tests.backorders.test_quotas import SECOND, Planner, consumed
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.backorders.words import limit_of
from troth.business.promising.models import QuotaUse, Requirement
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import ProtectionDraft
from troth.business.quotas.models import Protection
from troth.business.sales import actions as sales
from troth.platform.actors import SYSTEM

WEDNESDAY = company.NEXT_WEDNESDAY
END = date(2026, 3, 31)
EVERYBODY = SegmentDraft("Everybody", "redistribute")


def first(customer: str, strategy: str = "redistribute", rest: str = "redistribute") -> tuple[SegmentDraft, ...]:
    return SegmentDraft("First", strategy, Filter(customers=(customer,))), SegmentDraft("Rest", rest)


def keep(
    desk: Desk, quantity: int, group: str = "dealer", *, by: str = "customer_group",
    first_on: date = company.MONDAY, last_on: date = END,
) -> int:  # fmt: skip
    """So many helmets are kept for a group of customers; BETA is a dealer."""
    draft = ProtectionDraft(
        "HELMET", "HAM", by, group, first_on, last_on, quantity
    )  # fmt: skip
    return quotas.save_protection(draft, by=SYSTEM, clock=desk.small.clock).id


def keep_more(desk: Desk, protection_id: int, quantity: int) -> None:
    record = Protection.objects.get(pk=protection_id)
    draft = ProtectionDraft(
        "HELMET", "HAM", record.characteristic, record.value, record.first_on, record.last_on, quantity
    )  # fmt: skip
    quotas.save_protection(
        draft, protection_id=protection_id, version=record.version, by=SYSTEM, clock=desk.small.clock
    )  # fmt: skip


def used(order_id: int) -> list[tuple[str, int]]:
    """(protection, quantity) that the lines of an order use up."""
    found = QuotaUse.objects.filter(requirement__document_id=order_id).order_by("requirement_id", "position")
    return [(one.cell, one.quantity) for one in found]


def quantities(desk: Desk, order_id: int) -> list[int]:
    return [quantity for quantity, _ in desk.promised(order_id)[0]]


@pytest.fixture
def kept(desk) -> Desk:
    """Six of ten helmets are kept for dealers; ALPHA, who is none, wants ten, and BETA, a dealer, eight."""
    desk.kept = keep(desk, 6)
    desk.first = desk.order("ALPHA", ("HELMET", 10))
    desk.second = desk.order("BETA", ("HELMET", 8))
    desk.stock("HELMET", 10)
    assert (quantities(desk, desk.first), quantities(desk, desk.second)) == ([], [])
    return desk


def test_what_is_kept_for_others_bounds_what_a_line_may_take(kept):
    run = kept.applied(*first("ALPHA"))
    assert (run.state, Summary.of(run.summary).frozen) == ("applied", {})
    assert (quantities(kept, kept.first), quantities(kept, kept.second)) == ([4], [6])
    assert (used(kept.first), used(kept.second)) == ([], [(str(kept.kept), 6)])
    assert_books_hold()


def test_the_change_says_how_much_is_kept_for_others(kept):
    keep_more(kept, kept.kept, 9)
    run = kept.simulated(*first("ALPHA"))
    alpha, beta = (run.changes.get(document_id=order) for order in (kept.first, kept.second))
    assert (alpha.quota, limit_of(alpha)) == ({"kept": 1}, "1 piece are kept for other customers.")
    assert (beta.quota, limit_of(beta)) == ({}, "")


def test_win_takes_nothing_of_it_either(kept):
    run = kept.applied(*first("ALPHA", "win"))
    assert Summary.of(run.summary).segments[0].missed == 1
    assert (quantities(kept, kept.first), quantities(kept, kept.second)) == ([4], [6])
    assert_books_hold()


def test_the_promise_says_that_something_is_kept_for_others(kept):
    kept.applied(*first("BETA"))
    assert (quantities(kept, kept.first), quantities(kept, kept.second)) == ([2], [8])
    kept.stock("HELMET", 3)
    keep_more(kept, kept.kept, 10)
    kept.applied(EVERYBODY, name="Again")
    assert quantities(kept, kept.first) == [3]
    record = Requirement.objects.get(document_id=kept.first).explanation
    assert record["bound"]["kept"] == 2
    assert_books_hold()


@pytest.mark.parametrize("customer", ["ALPHA", "BETA"])
@pytest.mark.parametrize("strategy", ["win", "gain", "improve", "redistribute"])
def test_a_second_run_changes_nothing(kept, customer, strategy):
    kept.applied(*first(customer, strategy))
    again = kept.simulated(*first(customer, strategy if strategy != "win" else "improve"), name="Again")
    assert again.changes.count() == 0


@pytest.fixture
def made_since(desk) -> Desk:
    """ALPHA was promised eight of ten helmets, of which six are kept for dealers since; BETA wants eight."""
    desk.stock("HELMET", 10)
    desk.first = desk.order("ALPHA", ("HELMET", 8))
    desk.kept = keep(desk, 6)
    desk.second = desk.order("BETA", ("HELMET", 8))
    assert (quantities(desk, desk.first), quantities(desk, desk.second)) == ([8], [2])
    return desk


@pytest.mark.parametrize("strategy", ["win", "gain", "improve", "redistribute", "fill"])
def test_nobody_loses_its_promise_because_something_was_kept_after_it(made_since, strategy):
    run = made_since.simulated(*first("ALPHA", strategy, "lose"))
    assert not run.changes.filter(document_id=made_since.first).exists()
    assert Summary.of(run.summary).frozen == {}


def test_who_may_lose_gives_way_to_whom_it_is_kept_for(made_since):
    made_since.applied(*first("BETA"))
    assert (quantities(made_since, made_since.first), quantities(made_since, made_since.second)) == ([2], [8])
    assert used(made_since.second) == [(str(made_since.kept), 8)]
    assert_books_hold()


def test_undoing_gives_back_what_it_had_though_it_is_kept_for_others(made_since):
    run = made_since.applied(*first("BETA"))
    undoing = made_since.undo(run)
    assert set(undoing.changes.values_list("state", flat=True)) == {"applied"}
    assert (quantities(made_since, made_since.first), quantities(made_since, made_since.second)) == ([8], [2])
    assert used(made_since.second) == [(str(made_since.kept), 2)]
    assert_books_hold()


def test_undoing_gives_back_what_nobody_has_since(made_since):
    run = made_since.applied(SegmentDraft("Alpha", "lose", Filter(customers=("ALPHA",))))
    assert quantities(made_since, made_since.first) == []
    made_since.undo(run)
    assert quantities(made_since, made_since.first) == [8]
    assert_books_hold()


def test_undoing_takes_nothing_of_what_is_kept_since(scarce):
    """ALPHA gave back what it had; of the ten that lie here six are kept for dealers since."""
    run = scarce.applied(SegmentDraft("Alpha", "lose", Filter(customers=("ALPHA",))))
    assert quantities(scarce, scarce.first) == []
    keep(scarce, 6)
    undoing = scarce.undo(run)
    left = undoing.changes.get(document_id=scarce.first)
    assert (left.state, left.left_because) == ("kept", "protected")
    assert quantities(scarce, scarce.first) == []
    assert_books_hold()


def test_undoing_uses_up_what_is_kept_for_the_line_since(desk):
    desk.stock("HELMET", 10)
    order = desk.order("BETA", ("HELMET", 8))
    run = desk.applied(SegmentDraft("All", "lose"))
    own = keep(desk, 6)
    desk.undo(run)
    assert (quantities(desk, order), used(order)) == ([8], [(str(own), 8)])
    assert_books_hold()


def test_a_line_that_gives_all_back_gives_back_what_is_kept_for_it(kept):
    kept.applied(*first("BETA"))
    kept.applied(SegmentDraft("All", "lose"), name="Lose")
    assert (used(kept.second), quantities(kept, kept.second)) == ([], [])
    assert_books_hold()


def test_more_that_is_kept_since_the_simulation_leaves_the_lines_as_they_are(kept):
    run = kept.simulated(*first("ALPHA"))
    keep_more(kept, kept.kept, 8)
    kept.apply(run)
    run.refresh_from_db()
    assert run.state == "stale"
    assert (quantities(kept, kept.first), quantities(kept, kept.second)) == ([], [])
    assert_books_hold()


def test_a_protection_made_since_the_simulation_leaves_the_lines_as_they_are(desk):
    order = desk.order("ALPHA", ("HELMET", 8))
    desk.stock("HELMET", 10)
    run = desk.simulated(EVERYBODY)
    keep(desk, 6)
    desk.apply(run)
    run.refresh_from_db()
    assert (run.state, quantities(desk, order)) == ("stale", [])
    desk.applied(EVERYBODY, name="Again")
    assert quantities(desk, order) == [4]
    assert_books_hold()


def test_what_is_tied_to_stock_stays_used_and_only_the_rest_moves(kept):
    kept.applied(*first("BETA"))
    sales.allocate_stock(kept.second, 10, quantity=5, by=SYSTEM, clock=kept.small.clock)
    kept.applied(SegmentDraft("All", "lose"), name="Lose")
    assert used(kept.second) == [(str(kept.kept), 5)]
    assert_books_hold()


def test_a_line_that_is_left_alone_keeps_what_is_used_up_for_it(kept):
    """Only ALPHA is selected: what BETA uses of its protection stays used, and what it leaves is left."""
    kept.applied(SegmentDraft("Beta", "redistribute", Filter(customers=("BETA",))))
    assert quantities(kept, kept.second) == [8]
    kept.applied(SegmentDraft("All", "gain"), selection=Filter(customers=("ALPHA",)), name="Alpha")
    assert quantities(kept, kept.first) == [2]
    assert_books_hold()


def test_what_is_over_binds_nobody_and_stays_with_whoever_used_it(desk):
    own = keep(desk, 6, last_on=company.NEXT_WEDNESDAY)
    desk.stock("HELMET", 10)
    desk.second = desk.order("BETA", ("HELMET", 8))
    desk.first = desk.order("ALPHA", ("HELMET", 6), on=END)
    desk.small.clock.at += timedelta(days=14)
    run = desk.simulated(SegmentDraft("All", "gain"))
    assert (Summary.of(run.summary).frozen, run.changes.count()) == ({}, 0)
    assert used(desk.second) == [(str(own), 8)]


def test_a_quota_and_a_protection_hold_at_once(desk):
    Planner(desk).quota("HELMET", ("BETA", SECOND, 5))
    own = keep(desk, 6)
    order = desk.order("BETA", ("HELMET", 8))
    other = desk.order("ALPHA", ("HELMET", 8))
    desk.stock("HELMET", 10)
    run = desk.applied(*first("ALPHA"))
    assert (quantities(desk, order), quantities(desk, other)) == ([5], [4])
    assert {(cell, quantity) for cell, _, quantity in consumed(order)} == {("BETA", 5), (str(own), 5)}
    desk.undo(run)
    assert (used(order), quantities(desk, order)) == ([], [])
    assert_books_hold()


def test_a_line_of_which_is_not_known_what_tells_it_apart_is_left_alone(kept):
    Requirement.objects.filter(document_id=kept.second).update(traits="")
    run = kept.simulated(*first("ALPHA"))
    assert Summary.of(run.summary).frozen == {"rationed": 1}
