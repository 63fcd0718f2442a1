"""What was approved is written under the locks, or left where the books moved; each order is told once; an undoing
restores what it can."""

from datetime import date

import pytest
from django.db import connection

from tests import company
from tests.backorders.conftest import BETA_FIRST
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.actions import decide, variants, working
from troth.business.backorders.actions import simulate as simulating
from troth.business.backorders.models import Run, Variant
from troth.business.backorders.rules.limits import SecondPersonNeeded
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.variants import Limits, SegmentDraft, Settings, VariantDraft
from troth.business.promising import queries as promises
from troth.business.sales import actions as sales
from troth.business.sales.actions.new_dates import read
from troth.business.sales.models import DateNotice, OrderLine
from troth.business.supply import actions as supply
from troth.kernel.lifecycle import IllegalTransition
from troth.ledgers.availability.queries import open_shortages
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.platform.models import Event

EVERYBODY = SegmentDraft("Everybody", "redistribute")
WEDNESDAY = company.NEXT_WEDNESDAY


def test_what_was_approved_is_promised(scarce):
    run = scarce.applied()
    assert run.state == "applied"
    assert scarce.promised(scarce.first) == [[(4, WEDNESDAY)]]
    assert scarce.promised(scarce.second) == [[(6, WEDNESDAY)]]
    assert set(run.changes.values_list("state", flat=True)) == {"applied"}
    assert_books_hold()


def test_each_order_is_told_once_of_all_its_lines(desk):
    for product in ("HELMET", "GLOVE"):
        desk.stock(product, 5)
    order = desk.order("ALPHA", ("HELMET", 5), ("GLOVE", 5))
    desk.order("BETA", ("HELMET", 5), ("GLOVE", 5))
    run = desk.applied()
    event = Event.objects.get(kind="sales.order_repromised", document_id=order)
    assert event.facts["lines"] == [10, 20]
    assert event.facts["run"] == run.number
    assert event.changes["10.confirmed"] == [[[5, WEDNESDAY.isoformat()]], []]


def test_who_owns_an_order_is_told_once_of_all_its_lines_when_it_is_applied_and_when_it_is_undone(desk):
    for product in ("HELMET", "GLOVE"):
        desk.stock(product, 5)
    order = desk.order("ALPHA", ("HELMET", 5), ("GLOVE", 5))
    desk.order("BETA", ("HELMET", 5), ("GLOVE", 5))
    run = desk.applied()
    [one] = DateNotice.objects.filter(order_id=order)
    assert (one.owner_id, one.cause, one.detail) == (None, "run", run.number)
    assert read(one.lines) == dict.fromkeys((10, 20), (((5, WEDNESDAY),), ()))
    undoing = desk.undo(run)
    back = DateNotice.objects.get(order_id=order, cause="undone")
    assert back.detail == undoing.number
    assert read(back.lines) == dict.fromkeys((10, 20), ((), ((5, WEDNESDAY),)))


def test_the_promise_keeps_its_history_with_the_cause(scarce):
    scarce.applied()
    line = OrderLine.objects.get(order_id=scarce.first)
    then, now = promises.history("order", line.pk)
    assert (then.confirmed, now.confirmed, now.cause) == (10, 4, "backorder")
    assert promises.explain("order", line.pk).record["backorder"]["strategy"] == "redistribute"


def test_a_key_that_moved_is_left_and_says_so(scarce):
    run = scarce.simulated()
    sales.cancel_order(scarce.second, reason="no need", by=SYSTEM, clock=scarce.small.clock)
    scarce.apply(run)
    run.refresh_from_db()
    assert run.state == "stale"
    assert scarce.promised(scarce.first) == [[(10, WEDNESDAY)]]
    assert set(run.changes.values_list("state", flat=True)) == {"moved"}
    assert_books_hold()


def test_a_key_that_moved_and_comes_to_the_same_is_applied(scarce):
    """Somebody ordered meanwhile, and got nothing: it changes nothing of what was approved."""
    run = scarce.simulated()
    third = scarce.order("ALPHA", ("HELMET", 2))
    scarce.apply(run)
    assert scarce.promised(scarce.second) == [[(6, WEDNESDAY)]]
    assert scarce.promised(third) == [[]]
    assert_books_hold()


def test_one_key_that_moved_does_not_keep_the_others(scarce):
    scarce.stock("GLOVE", 5)
    gloves = scarce.order("ALPHA", ("GLOVE", 5))
    scarce.order("BETA", ("GLOVE", 5))
    run = scarce.simulated()
    sales.cancel_order(scarce.second, reason="no need", by=SYSTEM, clock=scarce.small.clock)
    scarce.apply(run)
    run.refresh_from_db()
    assert run.state == "applied"
    assert scarce.promised(scarce.first) == [[(10, WEDNESDAY)]]
    assert scarce.promised(gloves) == [[]]


def test_goods_that_are_gone_are_given_to_nobody(desk):
    """Supply that the books lost since the simulation is found under the lock."""
    desk.order("BETA", ("HELMET", 6))
    receipt_id = desk.receipt("HELMET", 6, company.TUESDAY)
    run = desk.simulated(EVERYBODY)
    supply.cancel_receipt(receipt_id, reason="lost", by=SYSTEM, clock=desk.small.clock)
    desk.apply(run)
    run.refresh_from_db()
    assert run.state == "stale"
    assert_books_hold()


def test_a_second_run_changes_nothing(scarce):
    scarce.applied()
    assert scarce.simulated(name="Again").changes.count() == 0


def test_work_that_was_left_is_gone_on_with_and_done_once(scarce, monkeypatch):
    scarce.stock("GLOVE", 5)
    scarce.order("ALPHA", ("GLOVE", 5))
    gloves = scarce.order("BETA", ("GLOVE", 5))
    monkeypatch.setattr(working, "CHANGES_AT_A_TIME", 1)
    run = scarce.simulated()
    decide.approve_run(run.pk, **scarce.acting)
    decide.apply_run(run.pk, **scarce.acting)
    assert working.apply_keys(run.pk, by=SYSTEM, clock=scarce.small.clock) == 1
    working.finish_run(run.pk, by=SYSTEM, clock=scarce.small.clock)
    run.refresh_from_db()
    assert (run.state, run.keys_done) == ("applying", 1)
    for _ in range(2):
        working.go_on(run.pk, clock=scarce.small.clock)
    run.refresh_from_db()
    assert (run.state, run.keys_done) == ("applied", 2)
    assert scarce.promised(gloves) == [[(5, WEDNESDAY)]]
    assert Event.objects.filter(kind="sales.order_repromised").count() == 4
    assert_books_hold()


def test_a_run_closes_the_shortage_that_it_mends(desk):
    receipt_id = desk.receipt("HELMET", 10, company.TUESDAY)
    order = desk.order("ALPHA", ("HELMET", 10))
    supply.change_receipt(receipt_id, due_on=date(2026, 3, 20), by=SYSTEM, clock=desk.small.clock)
    assert [row.quantity for row in open_shortages()] == [10]
    desk.applied(EVERYBODY)
    assert open_shortages() == []
    assert desk.promised(order) == [[(10, date(2026, 3, 24))]]
    assert_books_hold()


def test_undoing_restores_what_was_promised_before(scarce):
    run = scarce.applied()
    undoing = scarce.undo(run)
    assert (run.state, undoing.state, undoing.kind) == ("undone", "applied", "undo")
    assert scarce.promised(scarce.first) == [[(10, WEDNESDAY)]]
    assert scarce.promised(scarce.second) == [[]]
    line = OrderLine.objects.get(order_id=scarce.first)
    assert [one.cause for one in promises.history("order", line.pk)][-1] == "undone"
    assert_books_hold()


def test_undoing_leaves_who_was_promised_otherwise_since_and_says_where(scarce):
    run = scarce.applied()
    sales.cancel_order(scarce.second, reason="no need", by=SYSTEM, clock=scarce.small.clock)
    third = scarce.order("ALPHA", ("HELMET", 6))
    undoing = scarce.undo(run)
    assert scarce.promised(third) == [[(6, WEDNESDAY)]]
    assert scarce.promised(scarce.first) == [[(4, WEDNESDAY)]]
    assert set(undoing.changes.values_list("state", flat=True)) == {"kept"}
    assert run.state == "undone"
    assert_books_hold()


def test_an_undoing_is_not_undone(scarce):
    undoing = scarce.undo(scarce.applied())
    with pytest.raises(decide.NotToUndo):
        decide.undo_run(undoing.pk, **scarce.acting)


def test_beyond_the_limits_somebody_else_has_to_approve(scarce):
    run = scarce.simulated(*BETA_FIRST, limits=Limits(worse_share_max=200))
    with pytest.raises(SecondPersonNeeded, match="1 of 2 lines get worse, more than 2 percent"):
        decide.approve_run(run.pk, **scarce.acting)
    decide.approve_run(run.pk, by=scarce.other, clock=scarce.small.clock)
    assert Run.objects.get(pk=run.pk).approved_by_id == 22


def test_who_loosens_the_limits_does_not_approve_what_they_then_allow(scarce):
    """ALPHA loses: more than two percent of the lines. Without that limit nothing is beyond, and still two agree."""
    variant = scarce.variant(*BETA_FIRST, limits=Limits(worse_share_max=200))
    draft = VariantDraft(scarce.small.company.pk, "Morning", Settings(segments=BETA_FIRST))
    variants.save_variant(draft, variant_id=variant, **scarce.acting)
    run = Run.objects.get(pk=simulating.simulate(variant, by=scarce.other, clock=scarce.small.clock).id)
    for by in (scarce.planner, SYSTEM):
        with pytest.raises(SecondPersonNeeded, match="the limits of the variant were loosened"):
            decide.approve_run(run.pk, by=by, clock=scarce.small.clock)
    decide.approve_run(run.pk, by=scarce.other, clock=scarce.small.clock)
    assert Variant.objects.get(pk=variant).loosened_by_id is None
    again = simulating.simulate(variant, **scarce.acting)
    assert decide.beyond(Run.objects.get(pk=again.id)) == []


def test_a_new_variant_is_held_against_the_limits_of_those_in_use(scarce):
    scarce.variant(*BETA_FIRST, name="Night", limits=Limits(worse_share_max=200, later_days_max=3))
    made = [
        scarce.variant(*BETA_FIRST, name=name, limits=limits)
        for name, limits in (("Mine", Limits(200)), ("Tight", Limits(100, None, 3)), ("Mine too", Limits()))
    ]
    loosened = [Variant.objects.get(pk=one).loosened_by_id for one in made]
    assert loosened == [scarce.planner.user_id, None, scarce.planner.user_id]


def test_nothing_is_applied_that_was_not_approved(scarce):
    run = scarce.simulated()
    with pytest.raises(IllegalTransition):
        decide.apply_run(run.pk, **scarce.acting)
    decide.discard_run(run.pk, **scarce.acting)
    with pytest.raises(IllegalTransition):
        decide.approve_run(run.pk, **scarce.acting)


@pytest.mark.parametrize(
    ("check", "damage"),
    [
        ("backorders: changes", "UPDATE backorders_change SET lost = lost + 1 WHERE verdict = 'worse'"),
        ("backorders: quotas", "UPDATE backorders_change SET new_uses = '[[0, 1, \"ALPHA\", 2932, 1]]'"),
        ("backorders: quotas", "UPDATE backorders_change SET new_uses = '[[-1, 0, \"1\", 0, 999]]'"),
        ("backorders: losses", "UPDATE backorders_loss SET quantity = quantity - 1"),
        ("backorders: losses", "UPDATE backorders_loss SET winner_id = 0 - id"),
        ("backorders: runs", "UPDATE backorders_run SET worse = worse + 1"),
        ("backorders: displaced", "UPDATE promising_requirement SET displaced = displaced + 1"),
    ],
)
def test_a_check_sees_what_does_not_add_up(scarce, check, damage):
    scarce.applied()
    assert_books_hold()
    with connection.cursor() as cursor:
        cursor.execute(damage)
    broken = {result.name for result in verify.run() if not result.holds}
    assert check in broken


def test_a_customer_who_gains_is_not_asked_for_a_floor(scarce):
    """Gain keeps what it had: nobody takes it, and BETA, who may only redistribute, gets what is left."""
    run = scarce.simulated(
        SegmentDraft("Alpha keeps", "gain", Filter(customers=("ALPHA",))), SegmentDraft("Others", "redistribute")
    )
    assert run.changes.count() == 0
    assert scarce.promised(scarce.first) == [[(10, WEDNESDAY)]]
