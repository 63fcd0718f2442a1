"""How often runs made a line later is counted with its promise, and a variant may say how often they may."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from tests import company
from tests.backorders.conftest import BETA_FIRST
from tests.backorders.test_pages import HEAD, browser, text, variant
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.actions import decide, working
from troth.business.backorders.actions.simulate import settings_of
from troth.business.backorders.models import Variant
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import Limits, SegmentDraft
from troth.business.promising.models import Requirement

__all__ = ["browser", "variant"]
WEDNESDAY = company.NEXT_WEDNESDAY
NOT_TWICE = Limits(later_times_max=1)


def counted(*orders):
    return [list(Requirement.objects.filter(document_id=one).values_list("displaced", flat=True)) for one in orders]


def test_a_run_that_makes_a_line_later_is_counted_and_its_undoing_takes_it_off_again(scarce):
    run = scarce.simulated()
    assert counted(scarce.first, scarce.second) == [[0], [0]]
    scarce.apply(run)
    run.refresh_from_db()
    assert counted(scarce.first, scarce.second) == [[1], [0]]
    assert_books_hold()
    scarce.undo(run)
    assert counted(scarce.first, scarce.second) == [[0], [0]]
    assert_books_hold()


def test_who_was_made_later_once_keeps_what_it_has_where_the_variant_says_not_twice(scarce):
    scarce.applied()
    third = scarce.order("BETA", ("HELMET", 2))
    run = scarce.simulated(*BETA_FIRST, name="Not twice", limits=NOT_TWICE)
    assert Summary.of(run.summary).frozen == {"displaced": 1}
    assert (run.changes.count(), run.worse) == (0, 0)
    assert [scarce.promised(one) for one in (scarce.first, third)] == [[[(4, WEDNESDAY)]], [[]]]
    scarce.applied(*BETA_FIRST, name="However often")
    assert [scarce.promised(one) for one in (scarce.first, third)] == [[[(2, WEDNESDAY)]], [[(2, WEDNESDAY)]]]
    assert counted(scarce.first, third) == [[2], [0]]
    assert_books_hold()


def test_what_it_keeps_is_taken_from_the_next_who_may_still_be_made_later(desk):
    """Whoever ranks last has to give first: they did once, so the one before them does."""
    desk.stock("HELMET", 10)
    first, last = desk.order("ALPHA", ("HELMET", 4)), desk.order("ALPHA", ("HELMET", 6))
    desk.order("BETA", ("HELMET", 3))
    desk.applied()
    assert [desk.promised(one) for one in (first, last)] == [[[(4, WEDNESDAY)]], [[(3, WEDNESDAY)]]]
    more = desk.order("BETA", ("HELMET", 2))
    run = desk.applied(*BETA_FIRST, name="Not twice", limits=NOT_TWICE)
    assert run.state == "applied"
    promised = [desk.promised(one) for one in (first, last, more)]
    assert promised == [[[(2, WEDNESDAY)]], [[(3, WEDNESDAY)]], [[(2, WEDNESDAY)]]]
    assert counted(first, last) == [[1], [1]]
    assert desk.simulated(*BETA_FIRST, name="Once more", limits=NOT_TWICE).changes.count() == 0
    assert_books_hold()


def test_it_may_still_have_better_dates(scarce):
    scarce.applied()
    scarce.stock("HELMET", 3)
    scarce.applied(*BETA_FIRST, name="Not twice", limits=NOT_TWICE)
    assert scarce.promised(scarce.first) == [[(7, WEDNESDAY)]]
    assert counted(scarce.first) == [[1]]
    assert_books_hold()


def test_never_is_nought_times(scarce):
    run = scarce.simulated(*BETA_FIRST, limits=Limits(later_times_max=0))
    assert (Summary.of(run.summary).frozen, run.changes.count()) == ({"displaced": 1}, 0)


def test_lines_that_arrive_together_are_left_together(desk):
    for product in ("HELMET", "GLOVE"):
        desk.stock(product, 5)
    both = desk.order("ALPHA", ("HELMET", 5), ("GLOVE", 5), complete_delivery=True)
    desk.order("BETA", ("HELMET", 5))
    assert desk.promised(both) == [[(5, WEDNESDAY)], [(5, WEDNESDAY)]]
    assert desk.simulated(name="However often").worse == 2
    run = desk.simulated(*BETA_FIRST, limits=Limits(later_times_max=0))
    assert set(Summary.of(run.summary).frozen) <= {"displaced", "together"}
    assert (run.changes.count(), sum(Summary.of(run.summary).frozen.values())) == (0, 2)


def test_who_comes_later_is_made_later_too(desk):
    """The goods of a later receipt instead of those that lie there."""
    desk.stock("HELMET", 6)
    desk.receipt("HELMET", 6, WEDNESDAY + timedelta(days=5))
    first = desk.order("ALPHA", ("HELMET", 6))
    desk.order("BETA", ("HELMET", 6))
    before = desk.promised(first)
    run = desk.applied()
    assert (run.changes.get(document_id=first).verdict, counted(first)) == ("worse", [[1]])
    assert desk.promised(first) != before
    assert_books_hold()


def test_what_another_run_made_later_meanwhile_is_not_made_later_again(scarce):
    waiting = scarce.simulated(*BETA_FIRST, name="Not twice", limits=NOT_TWICE)
    assert waiting.worse == 1
    decide.approve_run(waiting.pk, **scarce.acting)
    scarce.applied(*BETA_FIRST, name="Meanwhile", limits=NOT_TWICE)
    decide.apply_run(waiting.pk, **scarce.acting)
    working.go_on(waiting.pk, clock=scarce.small.clock)
    waiting.refresh_from_db()
    assert (waiting.state, counted(scarce.first)) == ("stale", [[1]])
    assert_books_hold()


def test_the_simulation_of_many_keys_and_the_applying_of_one_come_to_the_same(desk):
    products = ("HELMET", "GLOVE", "FRAME")
    for product in products:
        desk.stock(product, 10)
    firsts = [desk.order("ALPHA", (product, 10)) for product in products]
    desk.order("BETA", ("HELMET", 3), ("GLOVE", 3))
    desk.applied()
    desk.order("BETA", *((product, 2) for product in products))
    run = desk.applied(*BETA_FIRST, name="Not twice", limits=NOT_TWICE)
    assert (run.state, Summary.of(run.summary).frozen) == ("applied", {"displaced": 2})
    assert set(run.changes.values_list("state", flat=True)) == {"applied"}
    assert counted(*firsts) == [[1], [1], [1]]
    assert [desk.promised(one)[0][0][0] for one in firsts] == [7, 7, 8]
    assert_books_hold()


def test_to_allow_it_more_often_is_to_loosen_a_limit(scarce):
    scarce.variant(name="Night", limits=NOT_TWICE)
    made = [
        scarce.variant(name=name, limits=limits)
        for name, limits in (("A", NOT_TWICE), ("B", Limits(None, None, None, 2)))
    ]
    assert [Variant.objects.get(pk=one).loosened_by_id for one in made] == [None, scarce.planner.user_id]


def test_the_page_keeps_the_limit_and_the_promise_says_how_often(browser, variant, scarce):
    run = scarce.simulated(name="Evening")
    change = reverse("backorders:variant-change", args=[variant.pk])
    browser.post(change, {**HEAD, "later_times_max": "1"})
    variant.refresh_from_db()
    assert settings_of(variant).limits.later_times_max == 1
    assert 'name="later_times_max" value="1"' in text(browser.get(change))
    assert "none later more than once" in text(browser.get(reverse("backorders:variant", args=[variant.pk])))
    refused = browser.post(change, {**HEAD, "later_times_max": "-1"})
    assert refused.status_code == 422
    promise = reverse("promising:promise", args=[Requirement.objects.get(document_id=scarce.first).pk])
    assert "Made later by backorder runs" not in text(browser.get(promise))
    decide.approve_run(run.pk, by=scarce.other, clock=scarce.small.clock)
    decide.apply_run(run.pk, **scarce.acting)
    working.go_on(run.pk, clock=scarce.small.clock)
    page = " ".join(re.sub(r"<[^>]+>", " ", text(browser.get(promise + "?tab=history"))).split())
    assert "Made later by backorder runs once" in page


@pytest.mark.parametrize("segment", ["redistribute", "improve", "fill", "lose", "share"])
def test_nobody_is_made_later_twice_under_any_strategy(scarce, segment):
    scarce.applied()
    scarce.order("BETA", ("HELMET", 3))
    others = (BETA_FIRST[0], SegmentDraft("All others", segment))
    again = scarce.simulated(*others, name="However often")
    assert again.changes.get(document_id=scarce.first).lost > 0
    run = scarce.simulated(*others, name="Not twice", limits=NOT_TWICE)
    assert not run.changes.filter(document_id=scarce.first).exists()
