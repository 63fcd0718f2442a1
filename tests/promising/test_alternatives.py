"""Wishes that other goods serve, of any kind of document: planned without locks, decided on exactly what was read."""

import pytest
from django.db import transaction

from tests.promising.books import march, told
from troth.business.promising import actions as promising
from troth.business.promising.actions import alternatives
from troth.business.promising.rules.alternatives import Alternative, Asked, Part, Strategy
from troth.business.promising.rules.wish import Promise
from troth.kernel.alternatives import Building, Picking
from troth.platform import locks
from troth.platform.documents import DocumentRef

EARLIEST = Strategy()
CONSIGNMENT = DocumentRef("consignment", 7, "C-7")


@pytest.fixture
def goods(books):
    """`goods(4, 6)`: products with so much in stock."""

    def make(*stock):
        made = [books.product() for _ in stock]
        for product, quantity in zip(made, stock, strict=True):
            books.supply(product, (None, quantity)) if quantity else None
        return made

    return make


def asking(books, ordered, quantity, *others, strategy=EARLIEST, factor=(1, 1), **fields):
    wish = books.wish(ordered, quantity, document=CONSIGNMENT, line_id=fields.pop("line_id", -1), **fields)
    top, bottom = factor
    found = tuple(
        Alternative(
            books.wish(other, quantity // bottom * top, document=CONSIGNMENT, line_id=-100 - place),
            top,
            bottom,
            other.number,
            "S1",
            "R1",
        )
        for place, other in enumerate(others)
    )
    return Asked(wish, found, strategy)


def decide(books, *asked, **options):
    with transaction.atomic():
        held = locks.begin()
        planned = alternatives.plan_held(held, asked, clock=books.clock, **options)
        return planned, {key.product_id for key in list(held.keys())}


def test_nothing_else_is_looked_at_or_locked_where_the_goods_are_there(books, goods):
    ordered, other = goods(10, 10)
    [planned], held = decide(books, asking(books, ordered, 10, other))
    assert planned.is_as_ordered
    assert planned.tried == ()
    assert held == {ordered.pk}


def test_the_rest_goes_to_the_others_in_their_order_and_says_what_each_had(books, goods):
    ordered, empty, first, second, last = goods(4, 0, 3, 9, 9)
    [planned], held = decide(books, asking(books, ordered, 10, empty, first, second, last))
    assert planned.parts == (Part(0, 4, 4), Part(2, 3, 3), Part(3, 3, 3))
    assert [(one.product, one.total, one.taken, one.why) for one in planned.tried] == [
        (empty.number, 0, 0, "nothing"),
        (first.number, 3, 3, "taken"),
        (second.number, 9, 3, "taken"),
        (last.number, 9, 0, "short"),
    ]
    assert held == {ordered.pk, empty.pk, first.pk, second.pk, last.pk}


def test_what_is_decided_can_be_promised_as_it_was_for_a_document_of_any_kind(books, goods):
    ordered, other = goods(4, 9)
    with transaction.atomic():
        held = locks.begin()
        asked = asking(books, ordered, 10, other, line_id=501)
        [planned] = alternatives.plan_held(held, [asked], clock=books.clock)
        parts = [alternatives.wish_of(asked, part) for part in planned.parts]
        wanted = [wish._replace(line_id=501 + place) for place, wish in enumerate(parts)]
        promise = promising.confirm(held, wanted, clock=books.clock)
    assert isinstance(promise, Promise)
    assert (told(promise, 501), told(promise, 502)) == ([(2, 4, "stock")], [(2, 6, "stock")])


def test_what_comes_later_of_the_ordered_goods_gives_way_to_what_is_there_and_the_rest_waits_for_it(books, goods):
    ordered, other = goods(0, 3)
    books.supply(ordered, (march(9), 20))
    [planned], _held = decide(books, asking(books, ordered, 10, other))
    assert planned.parts == (Part(0, 7, 7), Part(1, 3, 3))
    on_time = Strategy(Building.ON_TIME, Picking.WATERFALL)
    [planned], _held = decide(books, asking(books, ordered, 10, other, strategy=on_time))
    assert planned.parts == (Part(0, 7, 7), Part(1, 3, 3))
    full = Strategy(Building.FULL, Picking.PICK_ONE)
    [planned], _held = decide(books, asking(books, ordered, 10, other, strategy=full))
    assert planned.is_as_ordered


def test_what_nobody_serves_may_wait_at_the_first_alternative(books, goods):
    ordered, other = goods(2, 3)
    [planned], _held = decide(books, asking(books, ordered, 10, other, strategy=Strategy(rest_to_first=True)))
    assert planned.parts == (Part(0, 2, 2), Part(1, 8, 8))


def test_a_factor_serves_in_whole_steps(books, goods):
    ordered, other = goods(0, 5)
    # two of the other for each three that are ordered
    [planned], _held = decide(books, asking(books, ordered, 10, other, factor=(2, 3)))
    assert planned.parts == (Part(0, 4, 4), Part(1, 4, 6))


def test_wishes_take_their_turn_and_nothing_twice(books, goods):
    first, second = goods(5, 5)
    one = asking(books, first, 8, second, line_id=-1)
    other = asking(books, second, 8, first, line_id=-2)
    other = other._replace(
        alternatives=tuple(a._replace(wish=a.wish._replace(line_id=-200)) for a in other.alternatives)
    )
    [a, b], _held = decide(books, one, other)
    assert a.parts == (Part(0, 5, 5), Part(1, 3, 3))
    assert b.parts == (Part(0, 8, 8),)


def test_what_cannot_serve_is_not_asked_and_says_so(books, goods):
    ordered, other = goods(1, 9)
    asked = asking(books, ordered, 5, other)
    asked = asked._replace(alternatives=(asked.alternatives[0]._replace(obstacle="closed"),))
    [planned], held = decide(books, asked)
    assert (planned.is_as_ordered, planned.tried[0].why) == (True, "closed")
    assert held == {ordered.pk}


def test_a_plan_leaves_no_trace(books, goods):
    ordered, other = goods(1, 9)
    [first] = alternatives.plan([asking(books, ordered, 5, other)], clock=books.clock)
    [again] = alternatives.plan([asking(books, ordered, 5, other)], clock=books.clock)
    assert first.parts == again.parts == (Part(0, 1, 1), Part(1, 4, 4))


def blind_at_first(monkeypatch):
    """Let the plan without locks see the ordered goods alone, as if the others had been taken from them since."""
    plan = alternatives._plan

    def blind(asked, books, prepare):
        if not books._locked:
            books.need([one.wish for one in asked])
            return ()
        return plan(asked, books, prepare)

    monkeypatch.setattr(alternatives, "_plan", blind)


def test_a_plan_that_needs_more_than_was_locked_is_made_again_with_it(books, goods, monkeypatch):
    ordered, other, unneeded = goods(4, 9, 0)
    blind_at_first(monkeypatch)
    asked, bystander = asking(books, ordered, 10, other), asking(books, unneeded, 1, line_id=-5)
    [planned, _], held = decide(books, asked, bystander)
    assert planned.parts == (Part(0, 4, 4), Part(1, 6, 6))
    assert held == {ordered.pk, other.pk, unneeded.pk}


def test_after_three_times_all_that_rules_name_is_locked(books, goods, monkeypatch):
    ordered, other, third = goods(4, 9, 9)
    monkeypatch.setattr(alternatives, "TIMES", 0)
    [planned], held = decide(books, asking(books, ordered, 10, other, third))
    assert planned.parts == (Part(0, 4, 4), Part(1, 6, 6))
    assert held == {ordered.pk, other.pk, third.pk}


def test_twenty_alternatives_cost_one_statement_more(books, goods):
    from troth.platform import sql

    ordered, *others = goods(1, *[1] * 20)

    def statements(*candidates):
        with sql.counting() as count:
            alternatives.plan([asking(books, ordered, 30, *candidates)], clock=books.clock)
            return count()

    assert statements(*others) == statements(others[0]) == statements() + 1
