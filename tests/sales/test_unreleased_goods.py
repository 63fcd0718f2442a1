"""Goods not released that are rejected, moved, counted away or spoilt: who was promised them is found at once."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from tests import company, rivals
from tests.backorders.conftest import Desk
from tests.sales.test_planned_supply import bases, plan, row, short
from tests.sales.test_repromise import keeps_its_promises, promised
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata import actions as masterdata
from troth.business.masterdata.models import CheckingScope
from troth.business.promising import jobs as promising_jobs
from troth.business.promising import queries as promises
from troth.business.promising.models import Reaction
from troth.business.sales import actions, jobs
from troth.business.sales.models import NewDates, OrderLine
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply import jobs as supply_jobs
from troth.business.supply.actions import OpeningStock
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event, written
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.ahead import Cover
from troth.ledgers.availability.models import Shortage
from troth.ledgers.availability.queries import open_shortages
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK, FixedClock
from troth.platform.models import Event as Happened
from troth.reference import models as reference

STOCK, INSPECTION, BLOCKED = "unrestricted", "quality", "blocked"


def count(*categories):
    """Orders may be confirmed on these too."""
    counted = STANDARD[Event.ORDER].supply | set(categories)
    fields = {"record_id": CheckingScope.objects.get(code="order").pk, "by": SYSTEM, "clock": SYSTEM_CLOCK}
    masterdata.maintain_customizing("checking_scopes", {"supply": written(counted)}, **fields)


def lay(small, quantity, *, place=None, **lot):
    shelf = place or small.bins["HAM"]
    stock = OpeningStock(small.products["HELMET"].pk, shelf.pk, quantity, **lot)
    supply.load_opening_stock([stock], by=SYSTEM, clock=small.clock)


def post(small, quantity, old, new, *, bin_id=None, **given):
    return supply.transfer_stock(
        small.products["HELMET"].pk, bin_id=bin_id or small.bins["HAM"].pk, from_type=old, to_type=new,
        quantity=quantity, reason="looked at", by=SYSTEM, clock=small.clock, **given,
    )  # fmt: skip


@pytest.fixture
def inspecting(small):
    """Six helmets lie in inspection, and orders may be confirmed on such."""
    count(Category.QUALITY_STOCK)
    lay(small, 6)
    post(small, 6, STOCK, INSPECTION)
    return small


@pytest.fixture
def hopeful(inspecting, rep, draft):
    """Four of them are promised."""
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=inspecting.clock)
    assert (bases(order), short()) == ([[(4, "unreleased")]], [])
    return order


def test_goods_that_are_rejected_take_their_promise_along_and_it_is_seen(small, hopeful):
    """1 five of six are blocked; 2 a shortage of goods not released is noted; 3 the job promises anew, with cause."""
    made = post(small, 5, INSPECTION, BLOCKED)
    assert [(one.cover, one.on, one.quantity) for one in made.short] == [
        (Cover.UNRELEASED, date(2026, 3, 9), 3)
    ]  # fmt: skip
    [standing] = open_shortages()
    assert (standing.cause, standing.cover) == ("stock was blocked: looked at", Cover.UNRELEASED)
    assert_books_hold()

    assert jobs.work_off(small.clock) == 1

    assert (bases(hopeful), short()) == ([[(1, "unreleased")]], [])
    [reaction] = Reaction.objects.select_related("shortage")
    assert (reaction.policy, reaction.shortage.cover) == ("repromise", "unreleased")
    assert reaction.shortage.source_kind == "transfer_posting"
    event = Happened.objects.get(kind="sales.order_repromised")
    assert event.changes == {"10.confirmed": [[[4, "2026-03-11"]], [[1, "2026-03-11"]]]}
    assert_books_hold()
    assert jobs.work_off(small.clock) == 0


def test_a_posting_that_is_taken_back_closes_the_shortage_it_left(small, hopeful):
    made = post(small, 5, INSPECTION, BLOCKED)
    supply.reverse_transfer(made.posting_id, by=SYSTEM, clock=small.clock)
    assert (short(), bases(hopeful)) == ([], [[(4, "unreleased")]])
    assert jobs.work_off(small.clock) == 0
    assert_books_hold()


def test_goods_that_are_released_cover_the_promise_and_it_slips_with_them(small, hopeful):
    released = post(small, 6, INSPECTION, STOCK)
    assert (released.short, short(), bases(hopeful)) == ([], [], [[(4, "unreleased")]])
    assert_books_hold()
    [gap] = post(small, 5, STOCK, BLOCKED).short
    assert (gap.cover, gap.quantity) == (Cover.UNRELEASED, 3)
    jobs.work_off(small.clock)
    assert bases(hopeful) == [[(1, "stock")]]
    assert_books_hold()


def test_what_is_released_goes_first_to_those_who_were_promised_firm_goods(inspecting, rep, draft):
    """Two promised from stock lost it. Of six in inspection that are released they take theirs before who hoped."""
    small = inspecting
    lay(small, 2)
    firm = actions.enter_order(draft("BETA", ("HELMET", 2)), by=rep, clock=small.clock)
    hopes = actions.enter_order(draft("ALPHA", ("HELMET", 6)), by=rep, clock=small.clock)
    assert (bases(firm), bases(hopes)) == ([[(2, "stock")]], [[(6, "unreleased")]])
    post(small, 2, STOCK, BLOCKED)
    assert short() == [("firm", 2)]
    made = post(small, 6, INSPECTION, STOCK)
    assert [(one.cover, one.quantity) for one in made.short] == [(Cover.UNRELEASED, 2)]
    assert (short(), open_shortages()[0].cause) == ([("unreleased", 2)], "stock was released: looked at")
    before = promised(firm)
    jobs.work_off(small.clock)
    assert (promised(firm), bases(hopes), short()) == (before, [[(4, "stock")]], [])
    assert_books_hold()


def test_where_blocked_goods_count_too_blocking_disturbs_nobody(small, rep, draft):
    count(Category.QUALITY_STOCK, Category.BLOCKED_STOCK)
    lay(small, 6)
    post(small, 6, STOCK, INSPECTION)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    before = promised(order)
    assert post(small, 6, INSPECTION, BLOCKED).short == []
    assert (jobs.work_off(small.clock), promised(order)) == (0, before)
    assert_books_hold()


def test_plans_cover_it_only_where_they_count(small, hopeful):
    plan(small, row(small, 9))
    assert [(one.cover, one.quantity) for one in post(small, 6, INSPECTION, BLOCKED).short] == [(Cover.UNRELEASED, 4)]
    count(Category.QUALITY_STOCK, Category.PLANNED)
    promising_jobs.review(small.clock)
    assert short() == []


def test_promises_on_firm_supply_stay_as_they_are(small, rep, draft, hopeful):
    lay(small, 3)
    firm = actions.enter_order(draft("BETA", ("HELMET", 3), priority=9), by=rep, clock=small.clock)
    before = promised(firm)
    post(small, 6, INSPECTION, BLOCKED)
    jobs.work_off(small.clock)
    assert (bases(firm), promised(firm), promised(hopeful)) == ([[(3, "stock")]], before, [[]])
    assert set(Shortage.objects.values_list("cover", flat=True)) == {"unreleased"}


def test_who_matters_less_waits(small, rep, draft, hopeful):
    urgent = actions.enter_order(draft("BETA", ("HELMET", 2), priority=1), by=rep, clock=small.clock)
    post(small, 3, INSPECTION, BLOCKED)
    jobs.work_off(small.clock)
    assert (bases(urgent), bases(hopeful), short()) == ([[(2, "unreleased")]], [[(1, "unreleased")]], [])
    assert_books_hold()


class TestALocationThatIsLeftOut:
    @pytest.fixture
    def shelf(self, small):
        count(Category.LEFT_OUT_STOCK)
        show = reference.StorageLocation.objects.create(
            site=small.sites["HAM"], code="L2", name="Showroom", is_left_out=True
        )
        place = reference.Bin.objects.create(location=show, code="S1")
        lay(small, 6, place=place)
        return place

    @pytest.fixture
    def hopeful(self, small, shelf, rep, draft):
        order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
        assert bases(order) == [[(4, "unreleased")]]
        return order

    def test_counted_away_they_are_missed(self, small, shelf, hopeful):
        short_of = supply.adjust_stock(
            small.products["HELMET"].pk, bin_id=shelf.pk, counted=1, reason="lost", by=SYSTEM, clock=small.clock
        )
        assert [(one.cover, one.quantity) for one in short_of] == [(Cover.UNRELEASED, 3)]
        jobs.work_off(small.clock)
        assert (bases(hopeful), short()) == ([[(1, "unreleased")]], [])
        assert_books_hold()

    def test_blocked_there_they_are_missed(self, small, shelf, hopeful):
        assert [one.quantity for one in post(small, 3, STOCK, BLOCKED, bin_id=shelf.pk).short] == [1]
        assert_books_hold()

    def test_moved_to_where_goods_count_they_cover_it_and_sent_away_they_do_not(self, small, shelf, hopeful):
        moved = supply.move_stock(
            small.products["HELMET"].pk, from_bin_id=shelf.pk, to_bin_id=small.bins["HAM"].pk, quantity=6,
            reason="sold", by=SYSTEM, clock=small.clock,
        )  # fmt: skip
        assert (list(moved.short), short()) == ([], [])
        away = {"expected_on": company.FRIDAY, "to_bin_id": small.bins["ROT"].pk}
        sent = post(small, 6, STOCK, "in_transit", **away)
        assert [(one.cover, one.quantity) for one in sent.short] == [(Cover.UNRELEASED, 4)]
        assert_books_hold()


def test_a_batch_in_inspection_that_expires_takes_its_promise_along(small, rep, draft):
    """Four of a batch that lasts until 30 March; on the 31st it is found, with nobody posting anything."""
    reference.Product.objects.filter(number="HELMET").update(has_batches=True, shelf_life_days=30)
    count(Category.QUALITY_STOCK)
    lay(small, 6, batch="A", expires_on=date(2026, 3, 30))
    post(small, 6, STOCK, INSPECTION, batch="A")
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    assert bases(order) == [[(4, "unreleased")]]
    assert supply_jobs.note_expired(FixedClock(datetime(2026, 3, 30, 8, tzinfo=UTC))) == 0
    later = FixedClock(datetime(2026, 3, 31, 8, tzinfo=UTC))
    assert (supply_jobs.note_expired(later), supply_jobs.note_expired(later)) == (1, 0)
    assert (short(), open_shortages()[0].cause) == ([("unreleased", 4)], "batch A has expired")
    jobs.work_off(later)
    assert (promised(order), short()) == ([[]], [])


def test_an_order_whose_type_keeps_its_promises_is_reported(small, rep, draft, inspecting):
    keeps_its_promises(small)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    post(small, 6, INSPECTION, BLOCKED)
    assert (jobs.work_off(small.clock), jobs.work_off(small.clock)) == (0, 0)
    assert (bases(order), short()) == ([[(4, "unreleased")]], [("unreleased", 4)])
    event = Happened.objects.get(kind="sales.promise_kept")
    assert (event.facts["missing"], event.facts["cover"]) == (4, "unreleased")
    assert_books_hold()
    post(small, 6, BLOCKED, INSPECTION)
    assert short() == []


def test_an_order_whose_type_asks_gets_new_dates_proposed(small, rep, draft, inspecting):
    small.order_types["standard"].on_shortage = "ask"
    small.order_types["standard"].save()
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    post(small, 5, INSPECTION, BLOCKED)
    assert jobs.work_off(small.clock) == 0
    [proposal] = NewDates.objects.all()
    assert (proposal.cover, proposal.missing, proposal.cause) == ("unreleased", 3, "stock was blocked: looked at")
    taken = actions.take_new_dates(proposal.pk, version=1, by=rep, clock=small.clock)
    assert (taken.outcome, bases(order), short()) == ("taken", [[(1, "unreleased")]], [])


def test_a_scope_that_is_changed_breaks_no_promise(small, hopeful):
    """Nothing counts any more that is not released; what was promised stays, until the goods go."""
    count()
    assert (promising_jobs.review(small.clock), short()) == (0, [])
    assert_books_hold()
    supply.transfer_stock(
        small.products["HELMET"].pk, bin_id=small.bins["HAM"].pk, from_type=INSPECTION, to_type=STOCK, quantity=6,
        reason="good", by=SYSTEM, clock=small.clock,
    )  # fmt: skip
    supply.adjust_stock(
        small.products["HELMET"].pk, bin_id=small.bins["HAM"].pk, counted=0, reason="gone", by=SYSTEM,
        clock=small.clock,
    )  # fmt: skip
    assert short() == [("unreleased", 4)]


def test_verify_sees_what_is_promised_beyond_what_lies_here_and_is_not_noted(small, hopeful):
    post(small, 6, INSPECTION, STOCK)
    supply.adjust_stock(
        small.products["HELMET"].pk, bin_id=small.bins["HAM"].pk, counted=1, reason="gone", by=SYSTEM,
        clock=small.clock,
    )  # fmt: skip
    assert_books_hold()
    Shortage.objects.update(closed_at=small.clock.now())
    assert [one.name for one in verify.run() if not one.holds] == ["promising: on goods not released"]
    assert (promising_jobs.review(small.clock), promising_jobs.review(small.clock)) == (1, 0)
    assert short() == [("unreleased", 3)]
    assert_books_hold()


def test_a_run_tells_what_stands_on_plans_from_what_stands_on_goods_not_released(small):
    """Three are planned and four lie in inspection; a run gives them to two lines that had nothing."""
    desk = Desk(small)
    first, second = desk.order("BETA", ("HELMET", 3)), desk.order("ALPHA", ("HELMET", 4))
    count(Category.QUALITY_STOCK, Category.PLANNED)
    plan(small, row(small, 3))
    lay(small, 4)
    post(small, 4, STOCK, INSPECTION)
    desk.apply(desk.simulated())
    given = [line for one in (first, second) for line in bases(SimpleNamespace(id=one))]
    assert sorted(given) == [[(3, "planned")], [(4, "unreleased")]]
    assert_books_hold()
    post(small, 4, INSPECTION, BLOCKED)
    assert short() == [("unreleased", 4)]
    plan(small, row(small, 0))
    assert sorted(short()) == [("planned", 3), ("unreleased", 4)]
    assert_books_hold()


# --- two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
class TestTheGoodsAreRejectedWhileSomebodyOrders:
    PLACES = ((availability, "post"),)

    @pytest.fixture
    def rivalry(self):
        small = company.build()
        count(Category.QUALITY_STOCK)
        lay(small, 5)
        post(small, 5, STOCK, INSPECTION)
        line = LineDraft(product="HELMET", quantity=5)
        order = OrderDraft(customer="BETA", lines=(line,), requested_on=company.NEXT_WEDNESDAY)
        return (
            lambda: post(small, 5, INSPECTION, BLOCKED),
            lambda: actions.enter_order(order, by=SYSTEM, clock=small.clock),
        )

    def confirmed(self):
        return sum(promises.confirmed("order", list(OrderLine.objects.values_list("pk", flat=True))).values())

    def test_what_is_confirmed_on_them_is_known_to_be_missing(self, monkeypatch, rivalry):
        assert rivals.race(monkeypatch, True, self.PLACES, *rivalry) == ["done", "done"]
        assert sum(quantity for _cover, quantity in short()) == self.confirmed()
        assert_books_hold()

    def test_without_the_lock_they_are_promised_and_nobody_knows(self, monkeypatch, rivalry):
        """The control."""
        assert rivals.race(monkeypatch, False, self.PLACES, *rivalry) == ["done", "done"]
        assert (self.confirmed(), short()) == (5, [])
