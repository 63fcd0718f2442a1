"""Goods that are kept in batches take part in a run: a line has of them what lasts long enough on its delivery date."""

from datetime import date, timedelta
from random import Random

import pytest

from tests import company
from tests.backorders.conftest import Desk
from tests.backorders.test_quotas import EVERYBODY, Planner
from tests.kernel import plain_lots
from tests.shipping.conftest import assert_books_hold
from tests.shipping.test_batches import Cellar
from troth.business.backorders.actions import decide, working
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.backorders.states import Left
from troth.business.masterdata import actions as masterdata
from troth.business.promising.models import Requirement, ScheduleLine
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import ProtectionDraft
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.kernel.calendars import day_of
from troth.kernel.lots import Part
from troth.ledgers.availability import queries as ledger
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock

WEDNESDAY = company.NEXT_WEDNESDAY
SOON, LATE = date(2026, 3, 20), date(2026, 12, 31)
"""The last days of goods: those of the first are too old for BETA, who wants 30 days left."""
BETA_RANKS_FIRST = (SegmentDraft("Beta", "redistribute", Filter(customers=("BETA",))), EVERYBODY)
BETA_WINS = (SegmentDraft("Beta", "win", Filter(customers=("BETA",))), EVERYBODY)


def cellar_of(desk: Desk) -> Desk:
    """OIL is kept in batches; BETA wants 30 days left of its life, the others none."""
    desk.small.customers["BETA"].minimum_life_days = 30
    desk.small.customers["BETA"].save()
    masterdata.touch()
    desk.cellar = Cellar(desk.small)
    return desk


@pytest.fixture
def aging(desk: Desk) -> Desk:
    return cellar_of(desk)


def order(desk: Desk, customer: str, quantity: int, on: date = WEDNESDAY, **line) -> int:
    """An order of so many millilitres."""
    lines = (LineDraft(product="OIL", quantity=quantity // 1000, **line),)
    draft = OrderDraft(customer=customer, requested_on=on, lines=lines)
    return sales.enter_order(draft, by=SYSTEM, clock=desk.small.clock).id


def short(desk: Desk) -> Desk:
    """ALPHA has all of the fresh goods and BETA, who can use no others, has none; then older ones come in."""
    desk.cellar.receive("FRESH", 10_000, LATE)
    desk.first = order(desk, "ALPHA", 10_000)
    desk.second = order(desk, "BETA", 6_000)
    assert desk.promised(desk.second) == [[]]
    desk.cellar.receive("OLD", 4_000, SOON)
    return desk


def test_who_needs_fresh_goods_gets_them_and_others_those_that_last_for_them(aging):
    run = short(aging).applied(*BETA_RANKS_FIRST)
    assert (run.state, Summary.of(run.summary).frozen) == ("applied", {})
    assert aging.promised(aging.second) == [[(6_000, WEDNESDAY)]]
    assert aging.promised(aging.first) == [[(8_000, WEDNESDAY)]]
    assert [(one.loser.document_id, one.quantity) for one in run.losses.all()] == [(aging.first, 2_000)]
    assert set(ScheduleLine.objects.values_list("basis", flat=True)) == {"stock"}
    assert_books_hold()


def test_nobody_gets_what_does_not_last_for_them(aging):
    """There is enough for all by quantity, but not of what lasts for BETA; Gain keeps what it has besides."""
    run = short(aging).applied(SegmentDraft("Alpha", "gain", Filter(customers=("ALPHA",))), EVERYBODY)
    assert aging.promised(aging.first) == [[(10_000, WEDNESDAY)]]
    assert aging.promised(aging.second) == [[(4_000, WEDNESDAY)]]
    assert run.changes.count() == 1
    record = Requirement.objects.get(document_id=aging.second).explanation
    assert record["spoilt"] == [["OLD", day_of(SOON), 4_000]]
    assert_books_hold()


def test_a_later_delivery_needs_fresher_goods(aging):
    """What lasts to the 20th serves whoever wants it on the 11th; for the 25th it must be of the receipt."""
    aging.cellar.receive("OLD", 4_000, SOON)
    aging.cellar.expect("4500", 8_000, date(2026, 3, 16))
    near, far = order(aging, "ALPHA", 3_000), order(aging, "ALPHA", 5_000, on=date(2026, 3, 25))
    other = order(aging, "GAMMA", 4_000)
    before = aging.promised(other)
    run = aging.applied(SegmentDraft("Gamma", "win", Filter(customers=("GAMMA",))), EVERYBODY)
    assert aging.promised(other) == [[(4_000, WEDNESDAY)]] != before
    [[(quantity, on)]] = aging.promised(near)
    assert quantity == 3_000
    assert on > WEDNESDAY
    assert aging.promised(far) == [[(5_000, date(2026, 3, 25))]]
    assert run.changes.count() == 2
    assert_books_hold()


@pytest.mark.parametrize("segments", [BETA_RANKS_FIRST, BETA_WINS])
def test_a_second_run_changes_nothing(aging, segments):
    short(aging).applied(*segments)
    assert aging.simulated(*segments, name="Again").changes.count() == 0


def test_undoing_gives_back_what_each_had(aging):
    undoing = aging.undo(short(aging).applied(*BETA_RANKS_FIRST))
    assert aging.promised(aging.first) == [[(10_000, WEDNESDAY)]]
    assert aging.promised(aging.second) == [[]]
    assert set(undoing.changes.values_list("state", flat=True)) == {"applied"}
    assert_books_hold()


def test_undoing_leaves_a_line_for_which_nothing_lasts_by_now(aging):
    """BETA gave up fresh goods; GAMMA has them by now, and what is left is too old for BETA."""
    aging.cellar.receive("FRESH", 6_000, LATE)
    line = order(aging, "BETA", 6_000)
    run = aging.applied(SegmentDraft("Beta", "lose", Filter(customers=("BETA",))), EVERYBODY)
    assert aging.promised(line) == [[]]
    order(aging, "GAMMA", 6_000)
    aging.cellar.receive("OLD", 5_000, SOON - timedelta(days=8))
    undoing = aging.undo(run)
    assert undoing.changes.get(document_id=line).left_because == Left.GONE
    assert aging.promised(line) == [[]]
    assert_books_hold()


def test_goods_that_are_too_old_meanwhile_are_given_to_nobody(aging):
    run = short(aging).simulated(*BETA_RANKS_FIRST)
    later = FixedClock(aging.small.clock.now() + timedelta(days=21))
    decide.approve_run(run.pk, by=aging.planner, clock=later)
    decide.apply_run(run.pk, by=aging.planner, clock=later)
    working.go_on(run.pk, clock=later)
    run.refresh_from_db()
    assert run.state == "stale"
    assert set(run.changes.values_list("state", flat=True)) == {"moved"}


def test_a_line_that_asks_for_a_batch_keeps_it_and_is_counted(aging):
    aging.cellar.receive("FRESH", 6_000, LATE)
    aging.cellar.receive("OTHER", 2_000, LATE)
    named = order(aging, "ALPHA", 2_000, batch="FRESH")
    first, second = order(aging, "ALPHA", 6_000), order(aging, "BETA", 8_000)
    run = aging.applied(*BETA_RANKS_FIRST)
    assert Summary.of(run.summary).frozen == {"expiring": 1}
    assert aging.promised(named) == [[(2_000, WEDNESDAY)]]
    assert aging.promised(second) == [[(6_000, WEDNESDAY)]]
    assert aging.promised(first) == [[]]
    assert_books_hold()


def test_under_a_quota_or_together_with_others_goods_in_batches_are_left_alone(aging):
    short(aging)
    draft = OrderDraft(
        customer="BETA", requested_on=WEDNESDAY, complete_delivery=True,
        lines=(LineDraft(product="OIL", quantity=1), LineDraft(product="HELMET", quantity=1)),
    )  # fmt: skip
    sales.enter_order(draft, by=SYSTEM, clock=aging.small.clock)
    run = aging.simulated(*BETA_RANKS_FIRST)
    assert Summary.of(run.summary).frozen == {"expiring": 1, "together": 1}
    Planner(aging).quota("OIL", ("BETA", WEDNESDAY, 9_000))
    order(aging, "BETA", 1_000)
    run = aging.simulated(*BETA_RANKS_FIRST, name="With a quota")
    assert Summary.of(run.summary).frozen == {"expiring": 4, "together": 1}


def protect_oil(desk: Desk) -> None:
    """Four litres are kept for dealers; BETA is one."""
    draft = ProtectionDraft("OIL", "HAM", "customer_group", "dealer", company.MONDAY, date(2026, 3, 31), 4_000)
    quotas.save_protection(draft, by=SYSTEM, clock=desk.small.clock)


def test_where_something_is_protected_goods_in_batches_are_left_alone(aging):
    protect_oil(short(aging))
    run = aging.simulated(*BETA_RANKS_FIRST)
    assert Summary.of(run.summary).frozen == {"expiring": 2}
    assert run.changes.count() == 0


def test_undoing_leaves_goods_in_batches_of_which_something_is_protected_since(aging):
    run = short(aging).applied(*BETA_RANKS_FIRST)
    protect_oil(aging)
    undoing = aging.undo(run)
    assert set(undoing.changes.values_list("left_because", flat=True)) == {Left.PROTECTED}
    assert aging.promised(aging.second) == [[(6_000, WEDNESDAY)]]
    assert aging.promised(aging.first) == [[(8_000, WEDNESDAY)]]
    assert_books_hold()


class History:
    """Orders of customers for whom goods must last, batches that come in or are expected, and runs over them."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.random, self.number, self.runs = desk, Random(seed), 0, []

    def step(self) -> None:
        self.number += 1
        self.random.choice(
            [self.order, self.order, self.order, self.receive, self.expect, self.run, self.run, self.undo]
        )()

    def order(self) -> None:
        on = WEDNESDAY + timedelta(days=self.random.randint(0, 12))
        order(self.desk, self.random.choice(["ALPHA", "BETA", "GAMMA"]), self.random.randint(1, 6) * 1000, on=on)

    def receive(self) -> None:
        last = company.MONDAY + timedelta(days=self.random.choice([12, 20, 45, 60, 200]))
        self.desk.cellar.receive(f"B{self.number}", self.random.randint(1, 6) * 1000, last)

    def expect(self) -> None:
        due = company.MONDAY + timedelta(days=self.random.randint(1, 14))
        self.desk.cellar.expect(f"E{self.number}", self.random.randint(1, 5) * 1000, due)

    def run(self) -> None:
        strategies = [self.random.choice(["win", "gain", "improve", "redistribute", "fill", "skip"]) for _ in "ab"]
        beta = SegmentDraft("Beta", strategies[0], Filter(customers=("BETA",)))
        segments = beta, SegmentDraft("Others", strategies[1])
        run = self.desk.simulated(*segments, name=f"Run {self.number}")
        if not run.changes.exists():
            return
        self.desk.apply(run)
        run.refresh_from_db()
        assert run.state == "applied"
        assert set(run.changes.values_list("state", flat=True)) == {"applied"}
        if set(strategies) <= {"improve", "redistribute", "fill", "skip"}:
            assert self.desk.simulated(*segments, name=f"Again {self.number}").changes.count() == 0
        self.runs.append(run)

    def undo(self) -> None:
        if self.runs:
            self.desk.undo(self.runs.pop())

    def judged(self) -> bool:
        """Whether goods that come in time and last long enough serve every promise, as a flow finds it."""
        found = ledger.lots(self.desk.cellar.product, self.desk.cellar.site)
        goods = [Part(one.day, one.lasts or 2**31, "", one.quantity // 1000) for one in found if one.quantity > 0]
        life = {None: 0}
        wanted = [
            Part(day_of(one.material_on), day_of(one.delivery_on) + life.get(own.life_days, own.life_days), "",
                 one.quantity // 1000)
            for own in Requirement.objects.filter(product_id=self.desk.cellar.product)
            for one in own.schedule_lines.all()
        ]  # fmt: skip
        return plain_lots.served(goods, wanted) == sum(part.quantity for part in wanted)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_promised_lasts_whatever_is_ordered_received_run_and_undone(aging, seed):
    history = History(aging, seed)
    for _ in range(18):
        history.step()
        assert history.judged()
    assert_books_hold()


def test_the_judge_of_histories_sees_goods_that_do_not_last(aging):
    history = History(short(aging), 1)
    assert history.judged()
    Requirement.objects.filter(document_id=aging.first).update(life_days=400)
    assert not history.judged()
