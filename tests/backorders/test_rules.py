"""Rules of availability asked in a run: what other goods serve of the lines that it leaves short or late.

a time line     Hamburg has 10 helmets, all promised to ALPHA; Rotterdam has 3; BETA wants 6
the run         BETA wins 6 of Hamburg's, ALPHA keeps 4: six less, and six are short
the rule        ALPHA has 3 from Rotterdam, as a sub-item; three less, and three stay short
its undoing     Rotterdam's go back first, then Hamburg's: ALPHA has 10 again
"""

from datetime import date
from types import SimpleNamespace

import pytest

from tests import company
from tests.backorders.conftest import BETA_FIRST
from tests.backorders.test_locations import order as located
from tests.backorders.test_quotas import SECOND, Planner
from tests.sales.test_alternatives import placed as of_order
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.actions import decide, serving, working
from troth.business.backorders.models import Change, Run, RunKey
from troth.business.backorders.rules.limits import SecondPersonNeeded
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import Limits, SegmentDraft
from troth.business.masterdata.models import AvailabilityRule, AvailabilityRuleStep, PackageSizes
from troth.business.promising import queries as promises
from troth.business.sales import actions as sales
from troth.business.sales.models import Order, OrderLine
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.platform.models import Event
from troth.reference.models import Bin, StorageLocation

WEDNESDAY = company.NEXT_WEDNESDAY
EVERYBODY = SegmentDraft("Everybody", "redistribute")
PARTS = (SegmentDraft("Beta", "redistribute", Filter(customers=("BETA",))), EVERYBODY)


@pytest.fixture
def rule(desk):
    """`rule("HELMET", ("FRAME", "ROT"))`: a rule that is asked in runs, and only then."""

    def make(product, *steps, code="R1", factor=(1, 1), **values):
        small = desk.small
        only = {"asked_at_entry": False, "asked_at_change": False, "asked_in_runs": True, **values}
        found = AvailabilityRule.objects.create(
            code=code, name=code, product=small.products[product], valid_from_on=company.LONG_AGO, **only
        )
        for position, (other, site) in enumerate(steps, 1):
            AvailabilityRuleStep.objects.create(
                rule=found, position=position, product=small.products[other] if other else None,
                site=small.sites[site] if site else None, numerator=factor[0], denominator=factor[1],
            )  # fmt: skip
        return found

    return make


def in_rotterdam(desk, quantity, product="HELMET"):
    company.put_in_stock(desk.small, product, quantity, site="ROT")


def from_rotterdam(desk, quantity, customer="BETA", product="HELMET"):
    """An order of goods from Rotterdam."""
    line = LineDraft(product=product, quantity=quantity, site="ROT")
    draft = OrderDraft(customer=customer, requested_on=WEDNESDAY, lines=(line,))
    return sales.enter_order(draft, by=SYSTEM, clock=desk.small.clock).id


def placed(order_id):
    """(number, product, site, quantity, confirmed, role) of each standing line."""
    return of_order(SimpleNamespace(id=order_id))


def served(run):
    """What rules let serve lines of a run, in their turn: the order, and (quantity, product, site) of each goods."""
    found = Change.objects.filter(run=run, turn__gt=0).order_by("turn")
    return [
        (one.document_id, *((each["quantity"], each["product"], each["site"]) for each in one.served["goods"]))
        for one in found
    ]


def served_by_three(scarce):
    return scarce.first, (7, "HELMET", "HAM"), (3, "HELMET", "ROT")


def serving_of(run):
    return list(Change.objects.filter(run=run, turn__gt=0).order_by("turn").values_list("serving", flat=True))


def holds():
    assert_books_hold()
    return [one.name for one in verify.run() if not one.holds] == []


def test_the_time_line(scarce, rule):
    rule("HELMET", (None, "ROT"))
    in_rotterdam(scarce, 3)
    run = scarce.simulated(asks_rules=True)
    assert served(run) == [served_by_three(scarce)]
    told = Change.objects.get(run=run, document_id=scarce.first)
    assert (told.verdict, told.gained, told.lost, told.serving, told.served["rule"]) == ("worse", 0, 3, "open", "R1")
    assert [row[0] for row in told.new] == [4]
    scarce.apply(run)
    run.refresh_from_db()
    assert (run.state, serving_of(run)) == ("applied", ["applied"])
    assert placed(scarce.first) == [(10, "HELMET", "HAM", 7, 4, ""), (11, "HELMET", "ROT", 3, 3, "alternative")]
    assert scarce.promised(scarce.first) == [[(4, WEDNESDAY)], [(3, WEDNESDAY)]]
    assert scarce.promised(scarce.second) == [[(6, WEDNESDAY)]]
    assert holds()
    undoing = scarce.undo(run)
    assert (run.state, undoing.state, serving_of(run)) == ("undone", "applied", ["undone"])
    assert placed(scarce.first) == [(10, "HELMET", "HAM", 10, 10, "")]
    assert set(undoing.changes.values_list("state", flat=True)) == {"applied"}
    assert holds()


def test_the_order_is_told_once_of_what_the_run_and_the_rule_changed(scarce, rule):
    rule("HELMET", (None, "ROT"))
    in_rotterdam(scarce, 3)
    net = Order.objects.get(pk=scarce.first).net
    run = scarce.applied(asks_rules=True)
    told = Event.objects.get(kind="sales.order_repromised", document_id=scarce.first)
    assert (told.facts["run"], told.facts["served_otherwise"]) == (run.number, [10])
    assert told.changes == {
        "10.confirmed": [[[10, WEDNESDAY.isoformat()]], [[4, WEDNESDAY.isoformat()]]],
        "11.confirmed": [[], [[3, WEDNESDAY.isoformat()]]],
    }
    line = OrderLine.objects.get(order_id=scarce.first, line_number=10)
    assert [one.cause for one in promises.history("order", line.pk)] == ["entered", "backorder", "backorder"]
    assert "By rule R1: 3 piece by HELMET from ROT." in str(promises.explanations("order", [line.pk])[line.pk].sentence)
    assert Order.objects.get(pk=scarce.first).net == net


@pytest.mark.parametrize(("asks_rules", "in_runs"), [(False, True), (True, False)])
def test_without_the_switch_or_a_rule_for_runs_none_is_asked(scarce, rule, asks_rules, in_runs):
    rule("HELMET", (None, "ROT"), asked_in_runs=in_runs, asked_when_broken=True)
    in_rotterdam(scarce, 3)
    assert served(scarce.simulated(asks_rules=asks_rules)) == []
    assert served(scarce.simulated(name="Both", asks_rules=True)) == ([] if not in_runs else [served_by_three(scarce)])


def test_a_line_that_the_run_leaves_as_it_is_has_a_change_of_its_own_and_goes_back(desk, rule):
    rule("HELMET", ("FRAME", "ROT"), picking="pick_one", building="full", result="inline")
    order = desk.order("ALPHA", ("HELMET", 4))
    in_rotterdam(desk, 4, "FRAME")
    run = desk.simulated(EVERYBODY, asks_rules=True)
    [change] = run.changes.all()
    assert (change.run_key, change.verdict, change.gained) == (None, "better", 4)
    assert (run.lines, run.better, RunKey.objects.filter(run=run).count()) == (1, 1, 0)
    [sums] = Summary.of(run.summary).segments
    assert (sums.full_before, sums.full_after, sums.on_time_after, sums.better) == (0, 1, 1, 1)
    desk.apply(run)
    run.refresh_from_db()
    assert (run.state, run.changes.get().state) == ("applied", "applied")
    assert placed(order) == [(10, "FRAME", "ROT", 4, 4, "")]
    assert holds()
    undoing = desk.undo(run)
    assert placed(order) == [(10, "HELMET", "HAM", 4, 0, "")]
    back = undoing.changes.get()
    assert (back.state, back.serving, back.lost) == ("applied", "undone", 4)
    assert run.state == "undone"
    assert holds()


def test_two_lines_do_not_get_the_last_one_and_the_first_by_rank_does(desk, rule):
    """ALPHA is entered first; BETA's segment comes first."""
    rule("HELMET", (None, "ROT"))
    alpha, beta = desk.order("ALPHA", ("HELMET", 1)), desk.order("BETA", ("HELMET", 1))
    in_rotterdam(desk, 1)
    run = desk.simulated(*PARTS, asks_rules=True)
    assert [one[0] for one in served(run)] == [beta]
    desk.apply(run)
    assert placed(beta) == [(10, "HELMET", "ROT", 1, 1, "")]
    assert placed(alpha) == [(10, "HELMET", "HAM", 1, 0, "")]
    assert holds()


def test_lines_of_several_products_rank_among_each_other(desk, rule):
    """Frames and helmets lie in parts of their own; both want the gloves of Rotterdam, and frames rank first."""
    rule("HELMET", ("GLOVE", "ROT"))
    rule("FRAME", ("GLOVE", "ROT"), code="R2")
    desk.order("ALPHA", ("HELMET", 2))
    frames = desk.order("ALPHA", ("FRAME", 2))
    in_rotterdam(desk, 2, "GLOVE")
    first = SegmentDraft("Frames", "redistribute", Filter(products=("FRAME",)))
    assert [one[0] for one in served(desk.simulated(first, EVERYBODY, asks_rules=True))] == [frames]


@pytest.mark.parametrize(("mine", "left"), [(5, 0), (3, 2)])
def test_what_the_run_gives_others_elsewhere_is_not_taken(desk, rule, mine, left):
    """Rotterdam's come in when an order waits there: the run gives it what it wants, the rule what is left."""
    rule("HELMET", (None, "ROT"))
    waits = from_rotterdam(desk, mine, "BETA")
    short = desk.order("ALPHA", ("HELMET", 5))
    in_rotterdam(desk, 5)
    run = desk.simulated(*PARTS, asks_rules=True)
    assert [one[2][0] for one in served(run)] == ([left] if left else [])
    desk.apply(run)
    assert desk.promised(waits) == [[(mine, WEDNESDAY)]]
    assert sum(line[4] for line in placed(short)) == left
    assert holds()


def test_what_others_give_up_elsewhere_is_taken(desk, rule):
    rule("HELMET", (None, "ROT"))
    in_rotterdam(desk, 5)
    loses = from_rotterdam(desk, 5, "BETA")
    short = desk.order("ALPHA", ("HELMET", 5))
    run = desk.applied(SegmentDraft("Beta", "lose", Filter(customers=("BETA",))), EVERYBODY, asks_rules=True)
    assert (run.state, serving_of(run)) == ("applied", ["applied"])
    assert desk.promised(loses) == [[]]
    assert placed(short) == [(10, "HELMET", "ROT", 5, 5, "")]
    assert holds()


def test_what_the_run_lets_a_location_keep_is_not_taken(desk, rule):
    """Four helmets come into the shop. The run keeps three of them there for BETA; the fourth serves a frame."""
    rule("FRAME", ("HELMET", None))
    small = desk.small
    shop = StorageLocation.objects.create(site=small.sites["HAM"], code="SHOP", name="Shop")
    place = Bin.objects.create(location=shop, code="S1")
    waits = located(desk, "BETA", (3, "SHOP"))
    short = desk.order("ALPHA", ("FRAME", 5))
    there = [OpeningStock(small.products["HELMET"].pk, place.pk, 4)]
    supply.load_opening_stock(there, by=SYSTEM, clock=small.clock)
    run = desk.applied(EVERYBODY, asks_rules=True)
    assert (served(run)[0][1:], serving_of(run)) == (((4, "FRAME", "HAM"), (1, "HELMET", "HAM")), ["applied"])
    assert desk.promised(waits) == [[(3, WEDNESDAY)]]
    assert placed(short)[1:] == [(11, "HELMET", "HAM", 1, 1, "alternative")]
    assert holds()


@pytest.mark.parametrize("strategy", ["fill", "lose", "skip"])
def test_lines_that_may_gain_nothing_ask_no_rule(desk, rule, strategy):
    rule("HELMET", (None, "ROT"))
    desk.order("ALPHA", ("HELMET", 5))
    in_rotterdam(desk, 5)
    assert served(desk.simulated(SegmentDraft("All", strategy), asks_rules=True)) == []


def test_lines_that_arrive_together_and_fixed_ones_ask_no_rule(desk, rule):
    rule("HELMET", (None, "ROT"))
    desk.order("ALPHA", ("HELMET", 5), ("GLOVE", 1), complete_delivery=True)
    line = LineDraft(product="HELMET", quantity=5, is_fixed=True)
    sales.enter_order(
        OrderDraft(customer="ALPHA", requested_on=WEDNESDAY, lines=(line,)), by=SYSTEM, clock=desk.small.clock
    )
    in_rotterdam(desk, 50)
    assert served(desk.simulated(EVERYBODY, asks_rules=True)) == []


def test_what_comes_late_is_asked_about_and_what_it_gives_up_goes_to_the_next_that_asks(desk, rule):
    """Ten come in late. ALPHA, who has them all, has five from Rotterdam in time; BETA has five of the late ones."""
    rule("HELMET", (None, "ROT"))
    desk.receipt("HELMET", 10, date(2026, 3, 20))
    alpha = desk.order("ALPHA", ("HELMET", 10))
    beta = desk.order("BETA", ("HELMET", 10))
    in_rotterdam(desk, 7)
    run = desk.simulated(SegmentDraft("All", "improve"), asks_rules=True)
    assert [one[0] for one in served(run)] == [alpha]
    desk.apply(run)
    assert placed(alpha) == [(10, "HELMET", "HAM", 3, 3, ""), (11, "HELMET", "ROT", 7, 7, "alternative")]
    assert placed(beta) == [(10, "HELMET", "HAM", 10, 0, "")]
    again = desk.applied(SegmentDraft("All", "improve"), name="Again", asks_rules=True)
    assert (again.better, placed(beta)[0][4]) == (1, 7)
    assert holds()


def test_what_would_be_less_of_it_on_some_day_is_not_taken(desk, rule):
    rule("HELMET", (None, "ROT"), building="on_time", picking="pick_one")
    desk.receipt("HELMET", 4, date(2026, 3, 20))
    desk.order("ALPHA", ("HELMET", 4))
    in_rotterdam(desk, 3)
    run = desk.simulated(EVERYBODY, asks_rules=True)
    assert (served(run), run.changes.count()) == ([], 0)


def test_goods_are_counted_in_what_is_ordered_and_in_whole_packages(desk, rule):
    """Two frames serve a helmet, and frames go out in packages of six: of ten helmets nine."""
    rule("HELMET", ("FRAME", None), factor=(2, 1))
    PackageSizes.objects.create(product=desk.small.products["FRAME"], sizes="6", rounding="down")
    order = desk.order("ALPHA", ("HELMET", 10))
    desk.stock("FRAME", 19)
    run = desk.applied(EVERYBODY, asks_rules=True)
    change = run.changes.get()
    assert serving_of(run) == ["applied"]
    assert placed(order)[-1][4] == 18
    assert (change.gained, change.wanted) == (9, 10)
    assert holds()


def test_quotas_of_the_alternative_limit_it_and_are_consumed(desk, rule):
    rule("HELMET", ("FRAME", None))
    Planner(desk).quota("FRAME", ("ALPHA", SECOND, 2))
    first, second = desk.order("ALPHA", ("HELMET", 1)), desk.order("ALPHA", ("HELMET", 5))
    desk.stock("FRAME", 50)
    run = desk.applied(EVERYBODY, asks_rules=True)
    assert set(serving_of(run)) == {"applied"}
    got = [line for order in (first, second) for line in placed(order) if line[1] == "FRAME"]
    assert sum(line[4] for line in got) == 2
    assert holds()


def test_what_the_run_uses_of_a_quota_is_not_there_for_the_rule(desk, rule):
    """ALPHA may have four frames. The run gives it the three that it ordered; a helmet is served by the fourth."""
    rule("HELMET", ("FRAME", None))
    Planner(desk).quota("FRAME", ("ALPHA", SECOND, 4))
    frames, helmets = desk.order("ALPHA", ("FRAME", 3)), desk.order("ALPHA", ("HELMET", 5))
    desk.stock("FRAME", 50)
    run = desk.applied(EVERYBODY, asks_rules=True)
    assert (served(run)[0][1:], serving_of(run)) == (((4, "HELMET", "HAM"), (1, "FRAME", "HAM")), ["applied"])
    assert desk.promised(frames) == [[(3, WEDNESDAY)]]
    assert placed(helmets)[1:] == [(11, "FRAME", "HAM", 1, 1, "alternative")]
    assert holds()


def test_who_orders_the_goods_meanwhile_keeps_them_and_the_line_says_so(scarce, rule):
    rule("HELMET", (None, "ROT"))
    in_rotterdam(scarce, 3)
    run = scarce.simulated(asks_rules=True)
    other = from_rotterdam(scarce, 1)
    scarce.apply(run)
    run.refresh_from_db()
    assert (run.state, serving_of(run)) == ("applied", ["moved"])
    assert placed(scarce.first) == [(10, "HELMET", "HAM", 10, 4, "")]
    assert scarce.promised(other) == [[(1, WEDNESDAY)]]
    assert Change.objects.get(run=run, document_id=scarce.first).state == "applied"
    assert holds()


def test_a_run_of_which_nothing_can_be_done_any_more_is_out_of_date(desk, rule):
    rule("HELMET", (None, "ROT"))
    order = desk.order("ALPHA", ("HELMET", 3))
    in_rotterdam(desk, 3)
    run = desk.simulated(EVERYBODY, asks_rules=True)
    sales.cancel_order(order, reason="no need", by=SYSTEM, clock=desk.small.clock)
    desk.apply(run)
    run.refresh_from_db()
    assert (run.state, run.changes.get().state) == ("stale", "moved")
    assert holds()


def test_limits_count_what_the_rule_makes_good(scarce, rule):
    """Without the rule ALPHA gets worse, which is beyond the limit; with it nobody does."""
    limits = Limits(worse_lines_max=0)
    run = scarce.simulated(name="Without", limits=limits)
    assert (run.worse, run.better) == (1, 1)
    with pytest.raises(SecondPersonNeeded):
        decide.approve_run(run.pk, **scarce.acting)
    rule("HELMET", (None, "ROT"))
    in_rotterdam(scarce, 6)
    run = scarce.simulated(name="With", limits=limits, asks_rules=True)
    assert (run.worse, run.mixed, run.better) == (0, 0, 1)
    assert Summary.of(run.summary).dropped == 0
    scarce.apply(run)
    assert sum(line[4] for line in placed(scarce.first)) == 10
    assert holds()
    scarce.undo(run)
    assert scarce.promised(scarce.first)[0] == [(10, WEDNESDAY)]
    assert holds()


def test_what_was_changed_since_is_kept_by_the_undoing(desk, rule):
    rule("HELMET", (None, "ROT"))
    order = desk.order("ALPHA", ("HELMET", 5))
    in_rotterdam(desk, 3)
    run = desk.applied(EVERYBODY, asks_rules=True)
    sales.reject_item(order, 11, reason="no need", by=SYSTEM, clock=desk.small.clock)
    undoing = desk.undo(run)
    assert serving_of(run) == ["kept"]
    assert placed(order) == [(10, "HELMET", "HAM", 2, 0, "")]
    assert undoing.changes.get().left_because == "since"
    assert holds()


def test_a_line_whose_own_goods_others_have_by_now_keeps_those_that_serve_it(desk, rule):
    rule("HELMET", (None, "ROT"))
    desk.receipt("HELMET", 5, date(2026, 3, 20))
    order = desk.order("ALPHA", ("HELMET", 5))
    in_rotterdam(desk, 5)
    run = desk.applied(EVERYBODY, asks_rules=True)
    assert placed(order) == [(10, "HELMET", "ROT", 5, 5, "")]
    desk.order("BETA", ("HELMET", 5))
    undoing = desk.undo(run)
    assert (serving_of(run), undoing.changes.get().left_because) == (["kept"], "gone")
    assert placed(order) == [(10, "HELMET", "ROT", 5, 5, "")]
    assert holds()


def test_work_that_was_left_is_gone_on_with_and_done_once(desk, rule):
    rule("HELMET", (None, "ROT"))
    orders = [desk.order("ALPHA", ("HELMET", 2)) for _ in range(3)]
    in_rotterdam(desk, 6)
    run = desk.simulated(EVERYBODY, asks_rules=True)
    decide.approve_run(run.pk, **desk.acting)
    decide.apply_run(run.pk, **desk.acting)
    assert serving.serve_next(run.pk, by=SYSTEM, clock=desk.small.clock) == 1
    working.finish_run(run.pk, by=SYSTEM, clock=desk.small.clock)
    run.refresh_from_db()
    assert run.state == "applying"
    for _ in range(2):
        working.go_on(run.pk, clock=desk.small.clock)
    run.refresh_from_db()
    assert (run.state, serving_of(run)) == ("applied", ["applied"] * 3)
    assert [placed(one)[0][2:5] for one in orders] == [("ROT", 2, 2)] * 3
    assert Event.objects.filter(kind="sales.order_served_otherwise").count() == 3
    assert holds()


def test_a_second_run_changes_nothing(scarce, rule):
    rule("HELMET", (None, "ROT"))
    in_rotterdam(scarce, 3)
    scarce.applied(*BETA_FIRST, asks_rules=True)
    again = scarce.simulated(*BETA_FIRST, name="Again", asks_rules=True)
    assert Run.objects.count() == 2
    assert again.changes.count() == 0


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"serving": "open"}, "rules wait"),
        ({"gained": 5}, "5 gained"),
        ({"wanted": 3}, "confirms more than was wanted"),
    ],
)
def test_what_does_not_add_up_is_found(desk, rule, broken, said):
    rule("HELMET", (None, "ROT"))
    desk.order("ALPHA", ("HELMET", 4))
    in_rotterdam(desk, 4)
    run = desk.applied(EVERYBODY, asks_rules=True)
    assert holds()
    Change.objects.filter(run=run).update(**broken)
    found = [finding for one in verify.run() if one.name.startswith("backorders") for finding in one.findings]
    assert any(said in one.sentence for one in found)
