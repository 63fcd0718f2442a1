"""A simulation shares the goods out by segment and strategy, says who took what, and changes nothing."""

from datetime import date

from tests import company
from troth.business.backorders import words
from troth.business.backorders.models import Loss
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.backorders.states import Frozen
from troth.business.sales import actions as sales
from troth.platform.actors import SYSTEM

EVERYBODY = SegmentDraft("Everybody", "redistribute")


def changes_of(run):
    """(order, verdict, what is confirmed now by quantity and day) of the changes."""
    return [
        (one.document_id, one.verdict, [(row[0], date.fromordinal(719163 + row[2])) for row in one.new])
        for one in run.changes.order_by("document_id")
    ]


def test_goods_go_to_the_customer_who_comes_first_and_the_other_is_told_who_took_them(desk):
    desk.stock("HELMET", 10)
    first = desk.order("ALPHA", ("HELMET", 10))
    second = desk.order("BETA", ("HELMET", 6))
    assert desk.promised(second) == [[]]

    run = desk.simulated()

    assert (run.state, run.lines, run.better, run.worse, run.mixed) == ("simulated", 2, 1, 1, 0)
    assert changes_of(run) == [
        (first, "worse", [(4, company.NEXT_WEDNESDAY)]),
        (second, "better", [(6, company.NEXT_WEDNESDAY)]),
    ]
    [loss] = Loss.objects.filter(run=run)
    assert (loss.loser.document_id, loss.winner.document_id, loss.quantity) == (first, second, 6)


def test_a_simulation_changes_nothing(desk):
    desk.stock("HELMET", 10)
    first, second = desk.order("ALPHA", ("HELMET", 10)), desk.order("BETA", ("HELMET", 6))
    desk.simulated()
    assert desk.promised(first) == [[(10, company.NEXT_WEDNESDAY)]]
    assert desk.promised(second) == [[]]


def test_it_counts_by_segment_before_and_after(desk):
    desk.stock("HELMET", 10)
    desk.order("ALPHA", ("HELMET", 10))
    desk.order("BETA", ("HELMET", 6))
    summary = Summary.of(desk.simulated().summary)
    beta, others = summary.segments
    assert (beta.lines, beta.full_before, beta.full_after, beta.on_time_after) == (1, 0, 1, 1)
    assert (others.lines, others.full_before, others.full_after, others.worse) == (1, 1, 0, 1)
    assert summary.dropped == 1


def test_a_line_without_a_confirmation_takes_part_unless_the_variant_says_no(desk):
    desk.stock("HELMET", 5)
    desk.order("ALPHA", ("HELMET", 5))
    desk.order("BETA", ("HELMET", 5))
    assert desk.simulated(with_unconfirmed=False).lines == 1


def test_what_is_in_no_segment_keeps_its_goods(desk):
    desk.stock("HELMET", 10)
    desk.order("ALPHA", ("HELMET", 10))
    desk.order("BETA", ("HELMET", 6))
    run = desk.simulated(SegmentDraft("Beta alone", "improve", Filter(customers=("BETA",))))
    assert (run.lines, run.changes.count()) == (1, 0)
    assert Summary.of(run.summary).unsorted == 1


def test_the_first_segment_that_fits_takes_the_line(desk):
    desk.stock("HELMET", 10)
    desk.order("ALPHA", ("HELMET", 10))
    run = desk.simulated(
        SegmentDraft("All lose", "lose"), SegmentDraft("Alpha wins", "win", Filter(customers=("ALPHA",)))
    )
    assert [one.segment for one in run.changes.all()] == [1]


def test_a_complete_delivery_of_one_line_takes_part_and_gets_all_or_nothing(desk):
    """ALPHA has all ten and would keep four of them; who asks for all at once is not left with a part."""
    desk.stock("HELMET", 10)
    alone = desk.order("ALPHA", ("HELMET", 10), complete_delivery=True)
    second = desk.order("BETA", ("HELMET", 6))
    assert changes_of(desk.simulated()) == [
        (alone, "worse", []),
        (second, "better", [(6, company.NEXT_WEDNESDAY)]),
    ]


def test_what_is_left_of_a_complete_delivery_when_its_other_line_is_rejected_takes_part(desk):
    desk.stock("HELMET", 4)
    order = desk.order("GAMMA", ("HELMET", 4), ("GLOVE", 4), complete_delivery=True)
    assert desk.promised(order) == [[], []]
    sales.reject_item(order, 20, reason="not needed", by=SYSTEM, clock=desk.small.clock)
    desk.order("ALPHA", ("HELMET", 4))
    run = desk.simulated(EVERYBODY)
    assert Summary.of(run.summary).frozen == {}
    assert run.lines == 2


def test_a_line_gets_a_delivery_on_a_day_on_which_its_goods_can_leave(desk):
    """The receipt comes on Saturday; picked on Monday, loaded and on the road on Tuesday, there on Wednesday."""
    order = desk.order("ALPHA", ("HELMET", 5), on=company.FRIDAY)
    desk.receipt("HELMET", 5, date(2026, 3, 7))
    assert changes_of(desk.simulated(EVERYBODY)) == [(order, "better", [(5, company.NEXT_WEDNESDAY)])]


def test_when_nothing_can_be_better_nothing_is_changed(desk):
    desk.stock("HELMET", 3)
    desk.order("ALPHA", ("HELMET", 5))
    run = desk.simulated(EVERYBODY)
    assert (run.state, run.lines, run.changes.count()) == ("simulated", 1, 0)


def test_a_variant_that_says_stop_stops_and_says_why(desk):
    desk.order("BETA", ("HELMET", 6))
    run = desk.simulated(win=("abort_run", "improve"))
    assert run.state == "failed"
    assert "the variant says to stop" in run.note
    assert run.changes.count() == 0


def test_a_key_is_left_as_it_was_where_the_variant_says_so(desk):
    desk.stock("HELMET", 5)
    desk.order("ALPHA", ("HELMET", 5))
    desk.order("BETA", ("HELMET", 6))
    run = desk.simulated(win=("abort_key", "improve"))
    assert run.changes.count() == 0
    assert list(run.keys.values_list("state", flat=True)) == ["aborted"]
    assert Summary.of(run.summary).aborted == 1


def test_each_reason_to_take_no_part_has_its_words():
    assert set(words.FROZEN) == set(Frozen)
