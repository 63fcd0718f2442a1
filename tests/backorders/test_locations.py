"""Lines that one storage location alone serves take part in a run: they contest what it keeps, and what of the goods
that lie there the site has promised to nobody, or lets go."""

from datetime import timedelta
from random import Random

import pytest

from tests import company
from tests.backorders.conftest import Desk
from tests.backorders.test_quotas import EVERYBODY, Planner
from tests.sales.test_locations import SHOP, kept, shop_of
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.backorders.states import Left
from troth.business.masterdata.models import CheckingScope
from troth.business.promising import queries as promises
from troth.business.promising.models import ScheduleLine
from troth.business.sales import actions as sales
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.availability.queries import open_shortages
from troth.ledgers.stock import queries as stock
from troth.platform.actors import SYSTEM

WEDNESDAY = company.NEXT_WEDNESDAY
BETA_RANKS_FIRST = (SegmentDraft("Beta", "redistribute", Filter(customers=("BETA",))), EVERYBODY)
BETA_WINS = (SegmentDraft("Beta", "win", Filter(customers=("BETA",))), EVERYBODY)


def order(desk: Desk, customer: str, *lines: tuple[int, str], on=WEDNESDAY, **header) -> int:
    """An order of helmets; each line is a quantity and the location that alone serves it."""
    drafts = tuple(LineDraft(product="HELMET", quantity=quantity, location=code) for quantity, code in lines)
    draft = OrderDraft(customer=customer, requested_on=on, lines=drafts, **header)
    return sales.enter_order(draft, by=SYSTEM, clock=desk.small.clock).id


def series(desk: Desk, segment: str = "") -> AvailabilityKey:
    return AvailabilityKey(desk.small.products["HELMET"].pk, desk.small.sites["HAM"].pk, segment)


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """Four helmets in the shop and eight elsewhere."""
    desk.place = shop_of(desk.small)
    return desk


@pytest.fixture
def contested(shop: Desk) -> Desk:
    """ALPHA has all four of the shop; BETA wants three of them."""
    shop.first, shop.second = order(shop, "ALPHA", (4, "SHOP")), order(shop, "BETA", (3, "SHOP"))
    return shop


def test_lines_of_a_location_contest_what_it_keeps(contested):
    run = contested.applied(*BETA_RANKS_FIRST)
    assert (run.state, Summary.of(run.summary).frozen) == ("applied", {})
    assert contested.promised(contested.second) == [[(3, WEDNESDAY)]]
    assert contested.promised(contested.first) == [[(1, WEDNESDAY)]]
    assert [one.quantity for one in run.losses.all()] == [3]
    assert set(run.changes.values_list("location", flat=True)) == {"SHOP"}
    assert kept(contested.small) == 4
    assert_books_hold()


def test_the_promise_says_what_keeps_the_rest_from_coming(contested):
    contested.applied(*BETA_RANKS_FIRST)
    [line] = OrderLine.objects.filter(order_id=contested.first)
    said = str(promises.explain("order", line.pk).sentence)
    assert "Only location SHOP may serve it." in said
    assert "3 piece cannot be confirmed: no more lies free at location SHOP." in said


def test_it_takes_what_lies_there_when_a_line_of_the_site_lets_go(shop):
    """All twelve are promised by the site: six that lie elsewhere too; of the shop no more than lies there is had."""
    site, line = order(shop, "ALPHA", (12, "")), order(shop, "BETA", (6, "SHOP"))
    assert shop.promised(line) == [[]]
    run = shop.applied(*BETA_RANKS_FIRST)
    assert shop.promised(line) == [[(4, WEDNESDAY)]]
    assert shop.promised(site) == [[(8, WEDNESDAY)]]
    assert [(one.loser.document_id, one.winner.document_id, one.quantity) for one in run.losses.all()] == [
        (site, line, 4)
    ]
    assert kept(shop.small) == 4
    assert_books_hold()


def test_what_it_lets_go_is_the_sites(shop):
    line, site = order(shop, "ALPHA", (4, "SHOP")), order(shop, "BETA", (12, ""))
    assert shop.promised(site) == [[(8, WEDNESDAY)]]
    shop.applied(*BETA_WINS)
    assert shop.promised(site) == [[(12, WEDNESDAY)]]
    assert shop.promised(line) == [[]]
    assert kept(shop.small) == 0
    assert_books_hold()


def test_two_locations_and_the_site_at_once(shop):
    """What one location lets go another cannot have; but the site serves its line with it, and lets go elsewhere."""
    [home] = {row.location for row in stock.overview(shop.small.products["HELMET"].pk)} - {"SHOP"}
    first, second = order(shop, "ALPHA", (4, "SHOP")), order(shop, "ALPHA", (8, ""))
    line = order(shop, "BETA", (6, home), (3, ""))
    assert shop.promised(line) == [[], []]
    shop.applied(*BETA_RANKS_FIRST)
    assert shop.promised(line) == [[(6, WEDNESDAY)], [(3, WEDNESDAY)]]
    assert shop.promised(first) == [[(3, WEDNESDAY)]]
    assert shop.promised(second) == [[]]
    assert_books_hold()


def test_it_waits_for_no_receipt_and_for_no_lead_time(shop):
    shop.receipt("HELMET", 9, company.TUESDAY)
    line = order(shop, "BETA", (9, "SHOP"))
    run = shop.simulated(EVERYBODY)
    assert shop.promised(line) == [[(4, WEDNESDAY)]]
    assert run.changes.count() == 0


def test_goods_that_the_site_needs_until_a_receipt_comes_are_not_taken_for_a_later_day(shop):
    """Twelve are promised for Wednesday to who gains; more come on Thursday, but not to the shop."""
    site = order(shop, "ALPHA", (12, ""))
    shop.receipt("HELMET", 9, WEDNESDAY + timedelta(days=1))
    line = order(shop, "BETA", (4, "SHOP"), on=WEDNESDAY + timedelta(days=14))
    run = shop.simulated(SegmentDraft("Alpha", "gain", Filter(customers=("ALPHA",))), EVERYBODY)
    assert run.changes.count() == 0
    assert shop.promised(site) == [[(12, WEDNESDAY)]]
    assert shop.promised(line) == [[]]


@pytest.mark.parametrize("segments", [BETA_RANKS_FIRST, BETA_WINS])
def test_a_second_run_changes_nothing(shop, segments):
    for customer, quantity, code in (("ALPHA", 3, "SHOP"), ("ALPHA", 9, ""), ("BETA", 5, "SHOP"), ("BETA", 2, "")):
        order(shop, customer, (quantity, code))
    shop.applied(*segments)
    assert shop.simulated(*segments, name="Again").changes.count() == 0
    assert_books_hold()


def test_undoing_gives_back_what_each_had(shop):
    site, line = order(shop, "ALPHA", (12, "")), order(shop, "BETA", (6, "SHOP"))
    undoing = shop.undo(shop.applied(*BETA_RANKS_FIRST))
    assert shop.promised(site) == [[(12, WEDNESDAY)]]
    assert shop.promised(line) == [[]]
    assert set(undoing.changes.values_list("state", flat=True)) == {"applied"}
    assert kept(shop.small) == 0
    assert_books_hold()


def test_undoing_lets_a_location_keep_again_what_it_had(shop):
    line, site = order(shop, "ALPHA", (4, "SHOP")), order(shop, "BETA", (12, ""))
    shop.undo(shop.applied(*BETA_WINS))
    assert shop.promised(line) == [[(4, WEDNESDAY)]]
    assert shop.promised(site) == [[(8, WEDNESDAY)]]
    assert kept(shop.small) == 4
    assert_books_hold()


def test_undoing_leaves_a_line_whose_goods_left_its_location(shop):
    line, site = order(shop, "ALPHA", (4, "SHOP")), order(shop, "BETA", (12, ""))
    run = shop.applied(*BETA_WINS)
    supply.move_stock(
        shop.small.products["HELMET"].pk, from_bin_id=shop.place.pk, to_bin_id=shop.small.bins["HAM"].pk, quantity=3,
        by=SYSTEM, clock=shop.small.clock,
    )  # fmt: skip
    undoing = shop.undo(run)
    assert shop.promised(line) == [[]]
    assert undoing.changes.get(document_id=line).left_because == Left.GONE
    assert shop.promised(site) == [[(8, WEDNESDAY)]]
    assert_books_hold()


def moved(desk: Desk, order_id: int, code: str) -> None:
    """Let another location serve the line of an order; its promise for the day stays as it was."""
    changes = OrderChanges(lines=(LineChange(line_number=10, values={"location": code}),))
    sales.change_order(order_id, changes, by=SYSTEM, clock=desk.small.clock)


def test_a_line_that_names_another_location_since_is_left_alone(contested):
    contested.stock("HELMET", 4)
    run = contested.simulated(*BETA_WINS)
    moved(contested, contested.first, "")
    contested.apply(run)
    run.refresh_from_db()
    assert run.state == "stale"
    again = contested.applied(*BETA_WINS, name="Again")
    assert contested.promised(contested.second) == [[(3, WEDNESDAY)]]
    moved(contested, contested.second, "")
    undoing = contested.undo(again)
    assert undoing.changes.get(document_id=contested.second).left_because == Left.SINCE
    assert contested.promised(contested.second) == [[(3, WEDNESDAY)]]
    assert_books_hold()


def test_a_line_that_was_cancelled_since_is_left_alone(contested):
    run = contested.applied(*BETA_WINS)
    for one in (contested.first, contested.second):
        sales.cancel_order(one, reason="no need", by=SYSTEM, clock=contested.small.clock)
    undoing = contested.undo(run)
    assert set(undoing.changes.values_list("left_because", flat=True)) == {Left.ENDED}
    assert kept(contested.small) == 0
    assert_books_hold()


def test_goods_that_left_the_location_since_leave_the_lines_as_they_are(contested):
    run = contested.simulated(*BETA_WINS)
    supply.move_stock(
        contested.small.products["HELMET"].pk, from_bin_id=contested.place.pk,
        to_bin_id=contested.small.bins["HAM"].pk, quantity=2, by=SYSTEM, clock=contested.small.clock,
    )  # fmt: skip
    contested.apply(run)
    run.refresh_from_db()
    assert run.state == "stale"
    assert contested.promised(contested.first) == [[(4, WEDNESDAY)]]
    assert [row.quantity for row in open_shortages()] == [2]
    assert_books_hold()


def test_a_run_mends_the_shortage_of_a_location(contested):
    supply.move_stock(
        contested.small.products["HELMET"].pk, from_bin_id=contested.place.pk,
        to_bin_id=contested.small.bins["HAM"].pk, quantity=2, by=SYSTEM, clock=contested.small.clock,
    )  # fmt: skip
    contested.applied(*BETA_RANKS_FIRST)
    assert contested.promised(contested.second) == [[(2, WEDNESDAY)]]
    assert contested.promised(contested.first) == [[]]
    assert open_shortages() == []
    assert_books_hold()


def test_a_location_that_lacks_goods_for_lines_that_stay_is_left_alone(contested):
    """ALPHA's line takes no part and lacks two: what comes free is not taken before it has its own."""
    supply.move_stock(
        contested.small.products["HELMET"].pk, from_bin_id=contested.place.pk,
        to_bin_id=contested.small.bins["HAM"].pk, quantity=2, by=SYSTEM, clock=contested.small.clock,
    )  # fmt: skip
    run = contested.simulated(SegmentDraft("Beta", "win", Filter(customers=("BETA",))))
    assert Summary.of(run.summary).frozen == {"short": 1}
    assert run.changes.count() == 0


def test_where_planned_supply_counts_a_line_of_a_location_is_left_alone(contested):
    scope = CheckingScope.objects.get(code="order")
    scope.supply += ", planned"
    scope.save()
    run = contested.simulated(*BETA_WINS)
    assert Summary.of(run.summary).frozen == {"planned": 2}
    assert run.changes.count() == 0


def test_lines_of_a_location_arrive_together_with_others(shop):
    """The complete order gets its helmets of the shop and its gloves, or neither."""
    shop.stock("GLOVE", 2)
    other = order(shop, "ALPHA", (4, "SHOP"))
    lines = (LineDraft(product="HELMET", quantity=3, location="SHOP"), LineDraft(product="GLOVE", quantity=2))
    draft = OrderDraft(customer="BETA", requested_on=WEDNESDAY, lines=lines, complete_delivery=True)
    whole = sales.enter_order(draft, by=SYSTEM, clock=shop.small.clock).id
    assert shop.promised(whole) == [[], []]
    run = shop.applied(*BETA_RANKS_FIRST)
    assert Summary.of(run.summary).frozen == {}
    assert shop.promised(whole) == [[(3, WEDNESDAY)], [(2, WEDNESDAY)]]
    assert shop.promised(other) == [[(1, WEDNESDAY)]]
    assert_books_hold()


def test_a_quota_holds_for_a_line_of_a_location_too(shop):
    planner = Planner(shop)
    planner.quota("HELMET", ("ALPHA", WEDNESDAY, 9), ("BETA", WEDNESDAY, 2))
    first, second = order(shop, "ALPHA", (4, "SHOP")), order(shop, "BETA", (3, "SHOP"))
    shop.applied(*BETA_RANKS_FIRST)
    assert shop.promised(second) == [[(2, WEDNESDAY)]]
    assert shop.promised(first) == [[(2, WEDNESDAY)]]
    assert_books_hold()


class History:
    """Orders from two locations and the site, goods that move and come, and runs that are applied or undone."""

    def __init__(self, shop: Desk, seed: int) -> None:
        self.desk, self.random = shop, Random(seed)
        self.product = shop.small.products["HELMET"]
        [home] = {row.location for row in stock.overview(self.product.pk)} - {"SHOP"}
        self.bins = {"SHOP": shop.place, home: shop.small.bins["HAM"]}
        self.coming: list[tuple[object, int]] = []
        self.runs, self.number = [], 0

    def step(self) -> None:
        self.number += 1
        self.random.choice(
            [self.order, self.order, self.order, self.expect, self.move, self.run, self.run, self.undo]
        )()

    def order(self) -> None:
        code = self.random.choice(["", "", *self.bins])
        on = WEDNESDAY + timedelta(days=self.random.randint(0, 12))
        order(self.desk, self.random.choice(["ALPHA", "BETA"]), (self.random.randint(1, 6), code), on=on)

    def expect(self) -> None:
        day, quantity = company.MONDAY + timedelta(days=self.random.randint(1, 12)), self.random.randint(1, 4)
        self.desk.receipt("HELMET", quantity, day, number=f"45{self.number}")
        self.coming.append((day, quantity))

    def move(self) -> None:
        source, target = self.random.sample(list(self.bins), 2)
        free = self.lying(source, "")
        if free:
            supply.move_stock(
                self.product.pk, from_bin_id=self.bins[source].pk, to_bin_id=self.bins[target].pk,
                quantity=self.random.randint(1, free), by=SYSTEM, clock=self.desk.small.clock,
            )  # fmt: skip

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
        run = self.runs.pop() if self.runs else None
        if run is not None:
            self.desk.undo(run)

    def lying(self, location: str, owner: str | None = None) -> int:
        rows = [row for row in stock.overview(self.product.pk) if row.location == location]
        return sum(row.quantity for row in rows if owner in (None, row.key.owner))

    def judged(self) -> bool:
        """Whether each promise finds its goods: lines of a location what lies there, then the site's by their days."""
        lines = ScheduleLine.objects.filter(requirement__product=self.product).order_by("material_on")
        promised = list(lines.values_list("requirement__segment", "material_on", "quantity"))
        left = {f"location:{code}": self.lying(code) for code in self.bins}
        for segment, _, quantity in promised:
            if segment:
                left[segment] -= quantity
        goods = sum(left.values())
        for segment, on, quantity in promised:
            goods -= 0 if segment else quantity
            if goods + sum(more for day, more in self.coming if day <= on) < 0:
                return False
        return min(left.values()) >= 0


@pytest.mark.parametrize("seed", range(8))
def test_every_promise_can_be_kept_whatever_is_ordered_moved_run_and_undone(shop, seed):
    history = History(shop, seed)
    for _ in range(18):
        history.step()
        assert history.judged()
    assert_books_hold()


def test_the_judge_of_histories_sees_a_piece_that_is_promised_twice(shop):
    history = History(shop, 1)
    order(shop, "ALPHA", (4, "SHOP"))
    order(shop, "BETA", (8, ""))
    assert history.judged()
    ScheduleLine.objects.filter(requirement__segment=SHOP).update(quantity=5)
    assert not history.judged()
