"""Lines that arrive together are decided together: all of them on one day, over all products and sites, or none."""

from datetime import date

import pytest

from tests import company
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.actions import working
from troth.business.backorders.rules import parts
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.summary import Summary
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.sales import actions as sales
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.platform.actors import SYSTEM

EVERYBODY = SegmentDraft("Everybody", "redistribute")
BETA_FIRST = (SegmentDraft("Beta", "redistribute", Filter(customers=("BETA",))), EVERYBODY)
WEDNESDAY = company.NEXT_WEDNESDAY


@pytest.fixture
def pair(desk):
    """GAMMA has helmets and gloves, to arrive together; BETA wants the helmets."""
    desk.stock("HELMET", 10)
    desk.stock("GLOVE", 4)
    desk.first = desk.order("GAMMA", ("HELMET", 4), ("GLOVE", 4), complete_delivery=True)
    desk.second = desk.order("BETA", ("HELMET", 10))
    return desk


def test_what_one_line_loses_its_group_loses_on_all_its_products(pair):
    assert pair.promised(pair.first) == [[(4, WEDNESDAY)], [(4, WEDNESDAY)]]
    run = pair.applied(*BETA_FIRST)
    assert pair.promised(pair.second) == [[(10, WEDNESDAY)]]
    assert pair.promised(pair.first) == [[], []]
    assert Summary.of(run.summary).frozen == {}
    assert {one.part for one in run.keys.all()} == {1}
    assert_books_hold()


def test_all_of_them_move_to_the_day_of_the_last(pair):
    """More helmets come a week later: both lines wait for them, and one delivery brings both."""
    pair.receipt("HELMET", 4, date(2026, 3, 13))
    pair.applied(*BETA_FIRST)
    helmet, glove = pair.promised(pair.first)
    assert [quantity for quantity, _ in helmet + glove] == [4, 4]
    assert helmet[0][1] == glove[0][1] > WEDNESDAY
    assert_books_hold()


def test_lines_of_one_group_may_lie_on_one_product(desk):
    desk.stock("HELMET", 7)
    first = desk.order("GAMMA", ("HELMET", 4), ("HELMET", 4), complete_delivery=True)
    desk.receipt("HELMET", 1, date(2026, 3, 13))
    desk.applied(EVERYBODY)
    one, other = desk.promised(first)
    assert one == other
    assert [quantity for quantity, _ in one] == [4]


def test_a_delivery_group_leaves_the_other_lines_of_its_order_alone(desk):
    desk.stock("HELMET", 4)
    desk.stock("GLOVE", 2)
    lines = tuple(
        LineDraft(product=product, quantity=4, delivery_group=group)
        for product, group in (("HELMET", 1), ("GLOVE", 1), ("GLOVE", 0))
    )
    draft = OrderDraft(customer="ALPHA", requested_on=WEDNESDAY, lines=lines)
    order = sales.enter_order(draft, by=SYSTEM, clock=desk.small.clock).id
    assert desk.promised(order) == [[], [], [(2, WEDNESDAY)]]
    desk.stock("GLOVE", 2)
    desk.applied(EVERYBODY)
    assert desk.promised(order) == [[(4, WEDNESDAY)], [(4, WEDNESDAY)], []]
    assert_books_hold()


def test_a_group_of_which_a_line_is_fixed_or_not_selected_keeps_what_it_has(pair):
    run = pair.simulated(*BETA_FIRST, selection=Filter(products=("HELMET",)))
    assert pair.first not in [one.document_id for one in run.changes.all()]
    assert Summary.of(run.summary).frozen == {"together": 1}


def test_what_is_linked_with_too_much_keeps_what_it_has(pair, monkeypatch):
    monkeypatch.setattr(parts, "KEYS_MAX", 1)
    run = pair.simulated(*BETA_FIRST)
    assert pair.first not in [one.document_id for one in run.changes.all()]
    assert Summary.of(run.summary).frozen == {"linked": 2}


def test_a_group_of_lines_of_several_segments_takes_the_first(pair):
    """The gloves alone are of the first segment; the helmets go with them, before BETA."""
    run = pair.simulated(SegmentDraft("Gloves", "win", Filter(products=("GLOVE",))), *BETA_FIRST)
    assert [one.lines for one in Summary.of(run.summary).segments] == [2, 1, 0]
    assert run.changes.count() == 0


def test_a_second_run_changes_nothing(pair):
    pair.receipt("HELMET", 4, date(2026, 3, 13))
    pair.applied(*BETA_FIRST)
    assert pair.simulated(*BETA_FIRST, name="Again").changes.count() == 0


def test_a_group_is_applied_as_a_whole_or_not_at_all(pair, monkeypatch):
    """The gloves moved since: neither the helmets nor the gloves of the group are written, nor what hangs on them."""
    pair.receipt("HELMET", 4, date(2026, 3, 13))
    monkeypatch.setattr(working, "CHANGES_AT_A_TIME", 1)
    run = pair.simulated(*BETA_FIRST)
    line = OrderLine.objects.get(order_id=pair.first, line_number=20)
    sales.reject_item(pair.first, line.line_number, reason="not needed", by=SYSTEM, clock=pair.small.clock)
    before = pair.promised(pair.first)
    pair.apply(run)
    run.refresh_from_db()
    assert run.state == "stale"
    assert pair.promised(pair.first) == before
    assert set(run.keys.values_list("state", flat=True)) == {"moved"}
    assert_books_hold()


def test_undoing_restores_all_of_a_group(pair):
    pair.receipt("HELMET", 4, date(2026, 3, 13))
    run = pair.applied(*BETA_FIRST)
    undoing = pair.undo(run)
    assert pair.promised(pair.first) == [[(4, WEDNESDAY)], [(4, WEDNESDAY)]]
    assert set(undoing.changes.values_list("state", flat=True)) == {"applied"}
    assert_books_hold()


def test_undoing_restores_nothing_of_a_group_where_the_goods_of_one_line_are_gone(pair):
    run = pair.applied(*BETA_FIRST)
    third = pair.order("ALPHA", ("GLOVE", 2))
    undoing = pair.undo(run)
    assert pair.promised(third) == [[(2, WEDNESDAY)]]
    assert pair.promised(pair.first) == [[], []]
    assert pair.promised(pair.second) == [[(6, WEDNESDAY)]]
    assert "kept" in set(undoing.changes.values_list("state", flat=True))
    assert_books_hold()


A, B, C, D = (1, 1), (2, 1), (3, 1), (3, 2)


def test_groups_link_keys_over_others():
    lines = {A: 5, B: 5, C: 5, D: 5}
    assert parts.parted(lines, [[C, B], [A, B]], {}).parts == [[A, B, C], [D]]
    assert parts.parted(lines, [[A, (9, 9)]], {}).parts == [[A], [B], [C], [D]]


def test_a_part_is_bounded_and_the_first_groups_come_in(monkeypatch):
    monkeypatch.setattr(parts, "LINES_MAX", 11)
    lines = {A: 5, B: 5, C: 5, D: 5}
    assert parts.parted(lines, [[A, B], [B, C], [C, D]], {}).parts == [[A, B], [C, D]]


def test_a_row_of_targets_links_what_is_selected_of_it_after_the_groups(monkeypatch):
    lines = {A: 5, B: 5, C: 5, D: 5}
    rows = {(1, "NORTH"): [A, (9, 9), C], (1, "SOUTH"): [(9, 9)]}
    assert parts.parted(lines, [], rows) == ([[A, C], [B], [D]], [])
    monkeypatch.setattr(parts, "LINES_MAX", 11)
    assert parts.parted(lines, [[A, B]], rows) == ([[A, B], [C], [D]], [(1, "NORTH")])
