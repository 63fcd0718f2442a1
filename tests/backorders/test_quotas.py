"""Lines under quotas take part in a run: nobody gets more than the quotas leave, and what is consumed goes with it."""

from datetime import date

import pytest

from tests import company
from tests.backorders.conftest import BETA_FIRST, Desk
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.actions import working
from troth.business.backorders.models import Change
from troth.business.backorders.rules import parts
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.masterdata import actions as masterdata
from troth.business.promising.models import QuotaUse, Requirement
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import ProcedureDraft, ReachDraft, SequenceDraft, TargetDraft
from troth.business.quotas.models import Procedure
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.platform.actors import SYSTEM
from troth.reference import models as reference

EVERYBODY = SegmentDraft("Everybody", "redistribute")
BETA_RANKS_FIRST = (SegmentDraft("Beta", "redistribute", Filter(customers=("BETA",))), EVERYBODY)
FRAMES_FIRST = (SegmentDraft("Frames", "redistribute", Filter(products=("FRAME",))), EVERYBODY)
WEDNESDAY = company.NEXT_WEDNESDAY
SECOND, THIRD = date(2026, 3, 9), date(2026, 3, 16)
"""Days in weeks; goods for the Wednesday are ready on the Monday of the second."""
WEEKS = {2931: 1, 2932: 2, 2933: 3}


class Planner:
    """Sets quotas by customer and week for products of the small company."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.acting = desk, {"by": SYSTEM, "clock": desk.small.clock}

    def quota(self, products: str, *targets: tuple[str, date, int], **fields: object) -> int:
        """A procedure that holds for products, with targets of (customer, day of the week, quantity)."""
        unit = self.desk.small.products[products.split()[0]].base_unit_id
        code = f"Q{products.replace(' ', '')}"
        told_apart_by = fields.pop("told_apart_by", "customer")
        made = quotas.save_procedure(ProcedureDraft(code, code, told_apart_by, unit, **fields), **self.acting)
        self.plan(made.id, *targets, told_apart_by=told_apart_by)
        reaches = [ReachDraft(date(2020, 1, 1), product=product) for product in products.split()]
        quotas.save_sequence(SequenceDraft(f"S{code}", "s", (code,), reaches), **self.acting)
        return made.id

    def plan(self, procedure_id: int, *targets: tuple[str, date, int], told_apart_by: str = "customer") -> None:
        drafts = [TargetDraft({told_apart_by: value}, on, quantity) for value, on, quantity in targets]
        quotas.set_targets(procedure_id, drafts, **self.acting)


def consumed(order_id: int) -> list[tuple[str, int, int]]:
    """(cell, number of the week, quantity) that the lines of an order consume."""
    found = QuotaUse.objects.filter(requirement__document_id=order_id).order_by("requirement_id", "position")
    return [(one.cell, WEEKS.get(one.period, one.period), one.quantity) for one in found]


@pytest.fixture
def planner(desk) -> Planner:
    return Planner(desk)


@pytest.fixture
def shared(desk, planner) -> Desk:
    """ALPHA has all ten helmets; BETA wants six, of which its quota leaves four."""
    desk.procedure = planner.quota("HELMET", ("ALPHA", SECOND, 10), ("BETA", SECOND, 4))
    desk.stock("HELMET", 10)
    desk.first = desk.order("ALPHA", ("HELMET", 10))
    desk.second = desk.order("BETA", ("HELMET", 6))
    assert desk.promised(desk.second) == [[]]
    return desk


def test_a_run_gives_nobody_more_than_a_quota_leaves_and_moves_what_is_consumed(shared):
    run = shared.applied(*BETA_RANKS_FIRST)
    assert run.state == "applied"
    assert Summary.of(run.summary).frozen == {}
    assert shared.promised(shared.second) == [[(4, WEDNESDAY)]]
    assert shared.promised(shared.first) == [[(6, WEDNESDAY)]]
    assert consumed(shared.first) == [("ALPHA", 2, 6)]
    assert consumed(shared.second) == [("BETA", 2, 4)]
    assert_books_hold()


def test_the_change_and_the_promise_name_the_quota_that_limits(shared):
    run = shared.applied(*BETA_RANKS_FIRST)
    winner, loser = run.changes.get(document_id=shared.second), run.changes.get(document_id=shared.first)
    assert (winner.quota["cell"], winner.quota["left"]) == ({"customer": "BETA"}, 0)
    assert (winner.old_uses, [use[1:] for use in winner.new_uses]) == ([], [[shared.procedure, "BETA", 2932, 4]])
    assert loser.quota == {}
    record = Requirement.objects.get(document_id=shared.second).explanation
    assert record["quota"] == winner.quota
    assert "bound" not in record


def test_what_the_quota_leaves_open_in_one_week_comes_in_the_next(desk, planner):
    planner.quota("HELMET", ("BETA", SECOND, 4), ("BETA", THIRD, 9))
    order = desk.order("BETA", ("HELMET", 6))
    desk.stock("HELMET", 10)
    desk.applied(EVERYBODY)
    assert desk.promised(order) == [[(4, WEDNESDAY), (2, date(2026, 3, 18))]]
    assert consumed(order) == [("BETA", 2, 4), ("BETA", 3, 2)]
    assert_books_hold()


def test_a_quota_that_leaves_the_rest_open_leaves_it_open_in_a_run(desk, planner):
    planner.quota("HELMET", ("BETA", SECOND, 4), ("BETA", THIRD, 9), exhausted="open")
    order = desk.order("BETA", ("HELMET", 6))
    desk.stock("HELMET", 10)
    desk.applied(EVERYBODY)
    assert desk.promised(order) == [[(4, WEDNESDAY)]]
    assert_books_hold()


@pytest.fixture
def two_products(desk, planner) -> Desk:
    """ALPHA may have ten of helmets and frames together; the helmets are promised."""
    desk.procedure = planner.quota("HELMET FRAME", ("ALPHA", SECOND, 10))
    desk.stock("HELMET", 20)
    desk.stock("FRAME", 20)
    desk.first = desk.order("ALPHA", ("HELMET", 8))
    desk.second = desk.order("ALPHA", ("FRAME", 8))
    assert (desk.promised(desk.first), desk.promised(desk.second)) == ([[(8, WEDNESDAY)]], [[(2, WEDNESDAY)]])
    return desk


def test_lines_of_two_products_share_a_quota_and_the_loser_learns_who_took_it(two_products):
    run = two_products.applied(*FRAMES_FIRST)
    assert two_products.promised(two_products.second) == [[(8, WEDNESDAY)]]
    assert two_products.promised(two_products.first) == [[(2, WEDNESDAY)]]
    assert {one.part for one in run.keys.all()} == {1}
    loser = run.changes.get(document_id=two_products.first)
    assert [one.winner.document_id for one in loser.losses.all()] == [two_products.second]
    assert loser.quota["cell"] == {"customer": "ALPHA"}
    assert_books_hold()


def test_undoing_moves_what_was_consumed_back(two_products):
    before = [consumed(order) for order in (two_products.first, two_products.second)]
    undoing = two_products.undo(two_products.applied(*FRAMES_FIRST))
    assert set(undoing.changes.values_list("state", flat=True)) == {"applied"}
    assert [consumed(order) for order in (two_products.first, two_products.second)] == before
    assert two_products.promised(two_products.first) == [[(8, WEDNESDAY)]]
    assert_books_hold()


def test_undoing_leaves_what_its_quota_does_not_leave_it(shared):
    run = shared.applied(*BETA_RANKS_FIRST)
    Planner(shared).plan(shared.procedure, ("ALPHA", SECOND, 7))
    undoing = shared.undo(run)
    left = undoing.changes.get(document_id=shared.first)
    assert (left.state, left.left_because) == ("kept", "quota")
    assert shared.promised(shared.first) == [[(6, WEDNESDAY)]]
    assert consumed(shared.first) == [("ALPHA", 2, 6)]
    assert shared.promised(shared.second) == [[]]
    assert_books_hold()


def test_undoing_books_anew_where_another_cell_holds_by_now(desk, planner):
    """What was counted in the cell of all is counted in ALPHA's own since, so that is where it goes back."""
    desk.procedure = planner.quota("HELMET", ("#", SECOND, 20))
    desk.stock("HELMET", 10)
    desk.first = desk.order("ALPHA", ("HELMET", 10))
    desk.second = desk.order("BETA", ("HELMET", 6))
    run = desk.applied(*BETA_RANKS_FIRST)
    planner.plan(desk.procedure, ("ALPHA", SECOND, 10))
    desk.undo(run)
    assert consumed(desk.first) == [("ALPHA", 2, 10)]
    assert desk.promised(desk.first) == [[(10, WEDNESDAY)]]
    assert_books_hold()


def test_a_second_run_changes_nothing(two_products):
    two_products.applied(*FRAMES_FIRST)
    assert two_products.simulated(*FRAMES_FIRST, name="Again").changes.count() == 0


def test_a_quota_that_was_lowered_since_leaves_the_lines_as_they_are(shared):
    run = shared.simulated(*BETA_RANKS_FIRST)
    Planner(shared).plan(shared.procedure, ("BETA", SECOND, 3))
    shared.apply(run)
    run.refresh_from_db()
    assert run.state == "stale"
    assert shared.promised(shared.first) == [[(10, WEDNESDAY)]]
    assert_books_hold()


def test_a_quota_made_since_leaves_the_lines_as_they_are(scarce):
    run = scarce.simulated(*BETA_FIRST)
    Planner(scarce).quota("HELMET", ("BETA", SECOND, 3))
    scarce.apply(run)
    run.refresh_from_db()
    assert run.state == "stale"
    assert scarce.promised(scarce.second) == [[]]
    assert_books_hold()


def test_gain_keeps_what_looked_ahead_where_it_is_booked(desk, planner):
    """One consumes the week ahead, since its own was used by an order that was rejected; both keep their floor."""
    planner.quota("HELMET", ("ALPHA", SECOND, 5), ("ALPHA", THIRD, 5), look_ahead=1)
    desk.stock("HELMET", 20)
    gone = desk.order("ALPHA", ("HELMET", 5))
    ahead = desk.order("ALPHA", ("HELMET", 5))
    sales.reject_item(gone, 10, reason="not needed", **desk.acting | {"by": SYSTEM})
    own = desk.order("ALPHA", ("HELMET", 5))
    assert (consumed(ahead), consumed(own)) == ([("ALPHA", 3, 5)], [("ALPHA", 2, 5)])
    run = desk.simulated(SegmentDraft("All keep", "gain"))
    assert run.changes.count() == 0
    assert Summary.of(run.summary).segments[0].missed == 0


def test_who_gets_the_same_days_out_of_another_week_is_a_change_that_no_order_is_told(desk, planner):
    """BETA comes first in the run and takes of the week that ALPHA had; ALPHA goes to the one ahead."""
    planner.quota("HELMET", ("#", SECOND, 5), ("#", THIRD, 5), look_ahead=1)
    desk.first = desk.order("ALPHA", ("HELMET", 5))
    desk.stock("HELMET", 5)
    desk.applied(EVERYBODY, name="First")
    assert consumed(desk.first) == [("#", 2, 5)]
    desk.second = desk.order("BETA", ("HELMET", 5))
    desk.stock("HELMET", 5)
    run = desk.applied(*BETA_RANKS_FIRST)
    assert (consumed(desk.second), consumed(desk.first)) == ([("#", 2, 5)], [("#", 3, 5)])
    change = run.changes.get(document_id=desk.first)
    assert (change.verdict, change.old, change.told) == ("basis", change.new, True)
    assert_books_hold()


def test_lines_that_arrive_together_share_a_quota_as_a_group(desk, planner):
    """GAMMA wants helmets and frames at once; its quota leaves both in the third week only."""
    planner.quota("HELMET", ("GAMMA", SECOND, 3), ("GAMMA", THIRD, 4))
    order = desk.order("GAMMA", ("HELMET", 4), ("FRAME", 4), complete_delivery=True)
    desk.stock("HELMET", 10)
    desk.stock("FRAME", 10)
    assert desk.promised(order) == [[], []]
    desk.applied(EVERYBODY)
    [(four, on)], [(other, same)] = desk.promised(order)
    assert (four, other, on) == (4, 4, same)
    assert on > WEDNESDAY
    assert consumed(order) == [("GAMMA", 3, 4)]
    assert_books_hold()


@pytest.fixture
def exceeded(desk, planner) -> Desk:
    """ALPHA was promised ten before its quota of six was made."""
    desk.stock("HELMET", 20)
    desk.first = desk.order("ALPHA", ("HELMET", 10))
    planner.quota("HELMET", ("ALPHA", SECOND, 6), ("ALPHA", THIRD, 5))
    return desk


@pytest.mark.parametrize("strategy", ["win", "gain", "improve"])
def test_whoever_is_to_keep_keeps_what_exceeds_its_quota(exceeded, strategy):
    run = exceeded.simulated(SegmentDraft("All keep", strategy))
    assert (Summary.of(run.summary).frozen, run.changes.count()) == ({"exceeded": 1}, 0)


def test_who_may_lose_comes_down_to_what_its_quota_allows(exceeded):
    exceeded.applied(EVERYBODY)
    assert exceeded.promised(exceeded.first) == [[(6, WEDNESDAY), (4, date(2026, 3, 18))]]
    assert consumed(exceeded.first) == [("ALPHA", 2, 6), ("ALPHA", 3, 4)]
    assert exceeded.simulated(EVERYBODY, name="Again").changes.count() == 0
    assert_books_hold()


def test_a_line_promised_before_it_was_kept_what_tells_it_apart_is_left_alone(shared):
    Requirement.objects.filter(document_id=shared.first).update(traits="")
    run = shared.simulated(*BETA_RANKS_FIRST)
    assert (Summary.of(run.summary).frozen, run.changes.count()) == ({"rationed": 1}, 0)


def test_such_a_line_is_left_alone_where_a_quota_was_made_since_that_could_not_count_it(scarce):
    Requirement.objects.filter(document_id=scarce.first).update(traits="")
    Planner(scarce).quota("HELMET", ("BETA", SECOND, 3))
    assert not Requirement.objects.get(document_id=scarce.first).is_rationed
    assert Summary.of(scarce.simulated().summary).frozen == {"rationed": 1}


def test_a_quota_that_links_too_many_products_leaves_its_lines_alone(two_products, monkeypatch):
    """So it does when the run is applied, whose batches do not see what else the quota reaches."""
    monkeypatch.setattr(parts, "KEYS_MAX", 1)
    two_products.stock("HELMET", 3)
    third = two_products.order("BETA", ("HELMET", 30))
    two_products.stock("HELMET", 30)
    run = two_products.simulated(*FRAMES_FIRST)
    assert Summary.of(run.summary).frozen == {"linked": 2}
    two_products.apply(run)
    run.refresh_from_db()
    assert run.state == "applied"
    assert two_products.promised(third) == [[(30, WEDNESDAY)]]
    assert_books_hold()


def test_a_quota_beyond_the_selection_is_consumed_there(two_products):
    """Only frames are selected: what the helmets consume stays theirs."""
    run = two_products.simulated(EVERYBODY, selection=Filter(products=("FRAME",)))
    assert run.changes.count() == 0
    assert Summary.of(run.summary).frozen == {}


def test_a_quota_is_shared_out_batch_by_batch(two_products, monkeypatch):
    monkeypatch.setattr(working, "CHANGES_AT_A_TIME", 1)
    run = two_products.applied(*FRAMES_FIRST)
    assert run.state == "applied"
    assert two_products.promised(two_products.second) == [[(8, WEDNESDAY)]]
    assert Change.objects.filter(run=run, state="applied").count() == 2
    assert_books_hold()


def test_what_is_tied_to_stock_stays_used_and_only_the_rest_moves(shared):
    sales.allocate_stock(shared.first, 10, quantity=7, by=SYSTEM, clock=shared.small.clock)
    shared.applied(*BETA_RANKS_FIRST)
    assert shared.promised(shared.second) == [[(3, WEDNESDAY)]]
    assert (consumed(shared.first), consumed(shared.second)) == ([("ALPHA", 2, 7)], [("BETA", 2, 3)])
    assert_books_hold()


def test_sites_with_another_today_share_a_quota(desk, planner):
    """In Rotterdam, moved to the far side of the date line, it is Sunday still; the weeks are the same."""
    reference.Site.objects.filter(code="ROT").update(time_zone="Pacific/Midway")
    masterdata.touch()
    procedure = planner.quota("HELMET", ("#", SECOND, 6))
    desk.stock("HELMET", 10)
    first = desk.order("ALPHA", ("HELMET", 6))
    line = LineDraft(product="HELMET", quantity=4, site="ROT")
    draft = OrderDraft(customer="BETA", requested_on=WEDNESDAY, lines=(line,))
    second = sales.enter_order(draft, by=SYSTEM, clock=desk.small.clock).id
    company.put_in_stock(desk.small, "HELMET", 10, site="ROT")
    run = desk.applied(*BETA_RANKS_FIRST)
    assert {one.part for one in run.keys.all()} == {1}
    assert (consumed(first), consumed(second)) == ([("#", 2, 2)], [("#", 2, 4)])
    assert [quantity for quantity, _ in desk.promised(first)[0] + desk.promised(second)[0]] == [2, 4]
    assert run.changes.get(document_id=first).quota["procedure"] == Procedure.objects.get(pk=procedure).code
    assert desk.simulated(*BETA_RANKS_FIRST, name="Again").changes.count() == 0
    assert_books_hold()
