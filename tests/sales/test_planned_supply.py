"""Plans that move, shrink or vanish: the promises on them are found, promised again by policy, and told of."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests import company, rivals
from tests.sales import books
from tests.sales.test_repromise import FRIDAY_WEEK, keeps_its_promises, promised
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata.models import CheckingScope
from troth.business.promising import actions as promising
from troth.business.promising import ahead as promised_ahead
from troth.business.promising import jobs as promising_jobs
from troth.business.promising import measures
from troth.business.promising import queries as promises
from troth.business.promising.actions import HoldDraft, HoldLineDraft, planned
from troth.business.promising.models import Reaction
from troth.business.promising.rules.holds import NothingToHold
from troth.business.sales import actions, jobs
from troth.business.sales.models import NewDates, OrderLine
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply import jobs as supply_jobs
from troth.business.supply.actions import ExpectedReceipt
from troth.business.supply.models import Receipt
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event, written
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.ahead import Cover
from troth.ledgers.availability.models import Shortage
from troth.ledgers.availability.queries import open_shortages
from troth.platform import issues, outbox, verify
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.platform.models import Event as Happened
from troth.platform.models import RoleGrant


def count_plans():
    """Orders may be confirmed on planned orders and requisitions."""
    counted = STANDARD[Event.ORDER].supply | {Category.PLANNED, Category.REQUISITION}
    CheckingScope.objects.filter(code="order").update(supply=written(counted))


@pytest.fixture
def planning(small):
    count_plans()
    return small


def row(small, quantity, number="PL-1", kind="planned", due_on=company.TUESDAY, product="HELMET"):
    ids = small.company.pk, kind, number, small.products[product].pk, small.sites["HAM"].pk
    return ExpectedReceipt(*ids, due_on, quantity)


def plan(small, *rows):
    return supply.plan_supply(rows, reason="plan of March", by=SYSTEM, clock=small.clock)


def bases(order):
    ids = list(OrderLine.objects.filter(order_id=order.id).order_by("line_number").values_list("pk", flat=True))
    found = promises.promise("order", ids)
    return [[(schedule.quantity, str(schedule.basis)) for schedule, _ in found[one].schedules] for one in ids]


def short():
    return [(str(one.cover), one.quantity) for one in open_shortages()]


@pytest.fixture
def hopeful(planning, rep, draft):
    """Four helmets are promised from five that are planned."""
    plan(planning, row(planning, 5))
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=planning.clock)
    assert bases(order) == [[(4, "planned")]]
    assert short() == []
    return order


def test_a_plan_that_vanishes_takes_its_promise_along_and_it_is_seen(small, hopeful):
    """1 the plan is set to 0; 2 a shortage of planned supply is noted; 3 the job promises anew, with cause and
    reaction; 4 the measure counts what is confirmed no longer."""
    made = plan(small, row(small, 0))
    assert [(one.cover, one.on, one.quantity) for one in made.short] == [(Cover.PLANNED, date(2026, 3, 9), 4)]
    assert short() == [("planned", 4)]
    assert open_shortages()[0].cause == "plan: plan of March"
    assert measures.unconfirmed(None, company.TUESDAY).orders == 0
    assert_books_hold()

    assert jobs.work_off(small.clock) == 1

    assert (promised(hopeful), short()) == ([[]], [])
    [reaction] = Reaction.objects.select_related("shortage", "requirement")
    assert (reaction.policy, len(reaction.before), reaction.after) == ("repromise", 1, [])
    assert (reaction.shortage.cover, reaction.requirement.document_id) == ("planned", hopeful.id)
    event = Happened.objects.get(kind="sales.order_repromised")
    assert event.changes == {"10.confirmed": [[[4, "2026-03-11"]], []]}
    [line] = OrderLine.objects.filter(order_id=hopeful.id)
    assert [one.cause for one in promises.history("order", line.pk)] == ["entered", "supply"]
    assert measures.unconfirmed(None, company.TUESDAY).orders == 1
    assert_books_hold()
    assert jobs.work_off(small.clock) == 0


def test_a_plan_that_moves_moves_its_promise(small, hopeful):
    plan(small, row(small, 5, due_on=FRIDAY_WEEK))
    assert jobs.work_off(small.clock) == 1
    assert promised(hopeful) == [[(4, date(2026, 3, 24))]]
    assert (bases(hopeful), short()) == ([[(4, "planned")]], [])
    assert_books_hold()


def test_a_plan_that_moves_and_still_covers_disturbs_nobody(small, hopeful):
    before = promised(hopeful)
    made = plan(small, row(small, 4, due_on=company.TUESDAY - timedelta(days=1)))
    assert (made.changed, made.short, short()) == (1, (), [])
    assert jobs.work_off(small.clock) == 0
    assert promised(hopeful) == before
    assert "sales.order_repromised" not in books.events()


def test_what_is_planned_anew_under_other_numbers_in_one_plan_disturbs_nobody(small, hopeful):
    made = plan(small, row(small, 0), row(small, 5, number="PL-2"), row(small, 3, number="RQ-1", kind="requisition"))
    assert (made.cancelled, made.entered, made.short, short()) == (1, 2, (), [])
    assert_books_hold()


def test_of_a_plan_that_shrinks_who_matters_less_waits(small, rep, draft, hopeful):
    plan(small, row(small, 9))
    urgent = actions.enter_order(draft("BETA", ("HELMET", 5), priority=1), by=rep, clock=small.clock)
    assert bases(urgent) == [[(5, "planned")]]
    [receipt] = Receipt.objects.all()
    supply.change_receipt(receipt.pk, quantity=6, by=SYSTEM, clock=small.clock)
    assert short() == [("planned", 3)]
    assert jobs.work_off(small.clock) == 1
    assert (bases(urgent), bases(hopeful), short()) == ([[(5, "planned")]], [[(1, "planned")]], [])
    assert_books_hold()


def test_promises_hang_on_the_order_that_the_plan_becomes_and_slip_with_it(small, hopeful):
    """1 converted in full: covered by what is ordered; 2 the order then comes later."""
    [receipt] = Receipt.objects.all()
    by = {"by": SYSTEM, "clock": small.clock}
    made = supply.convert_receipt(receipt.pk, into="production", number="PRO-1", **by)
    assert (made.short, short()) == ((), [])
    assert_books_hold()
    [gap] = supply.change_receipt(made.receipt_id, due_on=FRIDAY_WEEK, **by)
    assert (gap.cover, gap.quantity) == (Cover.PLANNED, 4)
    jobs.work_off(small.clock)
    assert (promised(hopeful), bases(hopeful)) == ([[(4, date(2026, 3, 24))]], [[(4, "supply")]])
    assert_books_hold()


def test_a_conversion_for_a_later_day_leaves_the_promise_short(small, hopeful):
    [receipt] = Receipt.objects.all()
    made = supply.convert_receipt(
        receipt.pk, into="purchase", number="4500", due_on=FRIDAY_WEEK, by=SYSTEM, clock=small.clock
    )
    assert [(one.cover, one.quantity) for one in made.short] == [(Cover.PLANNED, 4)]
    assert open_shortages()[0].cause == "PL-1 became 4500"
    assert_books_hold()


def test_promises_on_firm_supply_are_never_disturbed_by_a_plan(small, rep, draft, hopeful):
    company.put_in_stock(small, "HELMET", 3)
    firm = actions.enter_order(draft("BETA", ("HELMET", 3), priority=9), by=rep, clock=small.clock)
    before = promised(firm)
    plan(small, row(small, 0))
    jobs.work_off(small.clock)
    assert (promised(firm), promised(hopeful)) == (before, [[]])
    assert {str(one.cover) for one in open_shortages()} == set()
    assert set(Shortage.objects.values_list("cover", flat=True)) == {"planned"}
    assert_books_hold()


def test_what_firm_supply_lacks_is_not_counted_twice(planning, rep, draft):
    """Firm and planned supply both lack something: each is noted for itself, and both are worked off."""
    small, by = planning, {"by": SYSTEM, "clock": planning.clock}
    receipt_id = supply.expect_receipt(row(small, 6, number="4500", kind="purchase"), **by)
    firm = actions.enter_order(draft("BETA", ("HELMET", 6)), by=rep, clock=small.clock)
    plan(small, row(small, 5))
    ahead = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    assert (bases(firm), bases(ahead)) == ([[(6, "supply")]], [[(4, "planned")]])
    supply.cancel_receipt(receipt_id, reason="not coming", **by)
    assert short() == [("firm", 6)]
    plan(small, row(small, 0))
    assert short() == [("firm", 6), ("planned", 4)]
    assert_books_hold()
    jobs.work_off(small.clock)
    assert (promised(firm), promised(ahead), short()) == ([[]], [[]], [])
    assert_books_hold()


def test_an_order_whose_type_keeps_its_promises_is_listed_and_told_of(small, rep, draft, person):
    count_plans()
    RoleGrant.objects.create(user=person, role="representative")
    keeps_its_promises(small)
    plan(small, row(small, 5))
    carla = company.person("representative", user_id=person.pk)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=carla, clock=small.clock)
    plan(small, row(small, 0))

    assert (jobs.work_off(small.clock), jobs.work_off(small.clock)) == (0, 0)

    assert (bases(order), short()) == ([[(4, "planned")]], [("planned", 4)])
    event = Happened.objects.get(kind="sales.promise_kept")
    assert (event.facts["missing"], event.facts["cover"]) == (4, "planned")
    [reaction] = Reaction.objects.all()
    assert (reaction.policy, reaction.after) == ("keep", None)
    outbox.work_outbox()
    [issue] = issues.on_document("order", order.id, by=SYSTEM)
    assert issue.owner_id == person.pk
    assert_books_hold()
    plan(small, row(small, 5, number="PL-2"))
    assert short() == []


def test_an_order_whose_type_asks_gets_new_dates_proposed(small, rep, draft):
    count_plans()
    small.order_types["standard"].on_shortage = "ask"
    small.order_types["standard"].save()
    plan(small, row(small, 5))
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    plan(small, row(small, 5, due_on=FRIDAY_WEEK))
    assert (jobs.work_off(small.clock), jobs.work_off(small.clock)) == (0, 0)
    [proposal] = NewDates.objects.all()
    assert (proposal.cover, proposal.missing, proposal.cause) == ("planned", 4, "plan: plan of March")
    taken = actions.take_new_dates(proposal.pk, version=1, by=rep, clock=small.clock)
    assert (taken.outcome, promised(order), short()) == ("taken", [[(4, date(2026, 3, 24))]], [])
    assert_books_hold()


def test_nothing_is_held_on_a_plan(planning):
    plan(planning, row(planning, 5))
    wanted = [HoldLineDraft(planning.products["HELMET"].pk, 3, company.NEXT_WEDNESDAY)]
    with pytest.raises(NothingToHold):
        promising.hold_goods(
            HoldDraft(planning.sites["HAM"].pk, "a customer thinks", wanted), by=SYSTEM, clock=planning.clock
        )


def test_a_plan_that_is_overdue_too_long_is_believed_no_longer(small, hopeful):
    later = FixedClock(small.clock.now().replace(day=12))
    assert supply_jobs.note_overdue(later) == 1
    assert (short(), open_shortages()[0].cause) == ([("planned", 4)], "receipts are overdue")
    assert_books_hold()


def test_a_plan_of_many_rows_asks_once_for_all_its_series(small, rep, draft, hopeful):
    """However many products a plan names, what hangs on them is asked in one statement a site."""
    reads: list[Any] = []

    def asked(keys):
        reads.append(keys)
        return promised_ahead.ahead(keys)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planned, "ahead", asked)
        plan(small, row(small, 0), *(row(small, 5, number=f"N-{place}", product="GLOVE") for place in range(20)))
    assert [len(keys) for keys in reads] == [1]
    assert short() == [("planned", 4)]


def test_verify_sees_what_is_promised_beyond_planned_supply_and_not_noted(small, hopeful):
    plan(small, row(small, 0))
    assert_books_hold()
    Shortage.objects.update(closed_at=small.clock.now())
    assert [one.name for one in verify.run() if not one.holds] == ["promising: on planned supply"]

    assert (promising_jobs.review(small.clock), promising_jobs.review(small.clock)) == (1, 0)

    assert short() == [("planned", 4)]
    assert_books_hold()


# --- two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
class TestThePlanGoesWhileSomebodyOrders:
    PLACES = ((availability, "post"),)

    @pytest.fixture
    def rivalry(self):
        small = company.build()
        count_plans()
        plan(small, row(small, 5))
        line = LineDraft(product="HELMET", quantity=5)
        order = OrderDraft(customer="BETA", lines=(line,), requested_on=company.NEXT_WEDNESDAY)
        return (
            lambda: plan(small, row(small, 0)),
            lambda: actions.enter_order(order, by=SYSTEM, clock=small.clock),
        )

    def confirmed(self):
        return sum(promises.confirmed("order", list(OrderLine.objects.values_list("pk", flat=True))).values())

    def test_what_is_confirmed_on_it_is_known_to_be_missing(self, monkeypatch, rivalry):
        assert rivals.race(monkeypatch, True, self.PLACES, *rivalry) == ["done", "done"]
        assert sum(quantity for _cover, quantity in short()) == self.confirmed()
        assert_books_hold()

    def test_without_the_lock_it_is_promised_and_nobody_knows(self, monkeypatch, rivalry):
        """The control."""
        assert rivals.race(monkeypatch, False, self.PLACES, *rivalry) == ["done", "done"]
        assert (self.confirmed(), short()) == (5, [])
