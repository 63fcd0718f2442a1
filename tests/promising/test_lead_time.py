"""Promises ahead of firm supply: on the replenishment lead time, and on planned supply.

Today is Monday, 2 March 2026; every day is open. The product is replenished in 10 days, so on 12 March.
"""

from dataclasses import replace

import pytest
from django.db import transaction

from tests.promising.books import TODAY, clock_of, demand, holds, march, told
from troth.business.promising import actions as promising
from troth.business.promising import queries
from troth.business.promising.actions import Taking
from troth.kernel.netting import Category
from troth.kernel.replenishment import whole
from troth.kernel.scopes import STANDARD, CheckingScope, Event
from troth.ledgers.availability import actions as availability
from troth.platform import locks, sql, verify
from troth.platform.documents import DocumentRef

ORDER = STANDARD[Event.ORDER]
WITH = replace(ORDER, code="with lead time", lead_time=True)
HOPEFUL = replace(ORDER, code="hopeful", supply=ORDER.supply | {Category.PLANNED})
DELIVERY = DocumentRef("delivery", 1, "80")


@pytest.fixture
def wish(books):
    """A wish of a product that is replenished in ten days."""
    product = books.product(lead_days=10)

    def make(quantity, on=TODAY, **fields):
        return books.wish(product, quantity, on, **{"scope": WITH, "lead_time": whole(10), **fields})

    make.product = product
    return make


def confirmed(books, *wishes):
    promise = books.confirm(*wishes)
    return [told(promise, one.line_id) for one in wishes]


def test_what_supply_does_not_cover_is_confirmed_when_it_can_be_procured(books, wish):
    """A=[5,5,…], 12 wanted, replenished on day 10: in parts (today, 5), (10, 7); whole (10, 12)."""
    books.supply(wish.product, (None, 5))
    whole = wish(12, mode="complete")
    assert told(promising.simulate([whole], clock=books.clock), whole.line_id) == [(12, 12, "lead_time")]
    first = wish(12)
    promise = books.confirm(first)
    assert told(promise, first.line_id) == [(2, 5, "stock"), (12, 7, "lead_time")]
    assert "7 EA on 12 Mar 2026 once it has been procured" in promise.lines[first.line_id].sentence
    assert demand(books, wish.product) == [("STOCK", 0, 5), ("ORDER", 2, -5), ("UNSECURED_ORDER", 12, -7)]
    assert holds()


def test_beyond_the_lead_time_nothing_takes_from_what_is_here(books, wish):
    books.supply(wish.product, (None, 5))
    assert confirmed(books, wish(12, march(20))) == [[(20, 12, "lead_time")]]
    assert confirmed(books, wish(5)) == [[(2, 5, "stock")]]
    assert confirmed(books, wish(1)) == [[(12, 1, "lead_time")]]
    assert holds()


def test_without_a_lead_time_nothing_more_is_confirmed(books, wish):
    books.supply(wish.product, (None, 5))
    assert confirmed(books, wish(12, lead_time=None)) == [[(2, 5, "stock")]]
    assert confirmed(books, wish(3, scope=ORDER)) == [[]]


def test_lines_of_one_order_on_the_lead_time_leave_each_other_what_is_here(books, wish):
    books.supply(wish.product, (None, 5))
    assert confirmed(books, wish(12, mode="complete"), wish(4)) == [[(12, 12, "lead_time")], [(2, 4, "stock")]]
    assert holds()


def test_a_receipt_that_comes_for_it_is_its_own(books, wish):
    books.confirm(wish(12, march(12)))
    books.supply(wish.product, (march(12), 12))
    assert confirmed(books, wish(3, march(12), scope=ORDER)) == [[]]
    books.clock = clock_of(march(5))
    assert confirmed(books, wish(3, march(12), scope=ORDER)) == [[]]
    assert confirmed(books, wish(3, march(12))) == [[(15, 3, "lead_time")]]
    assert holds()


def test_a_promise_on_the_lead_time_stays_until_its_day_and_is_renewed_after_it(books, wish):
    line = wish(12)
    books.confirm(line)
    books.clock = clock_of(march(10))
    assert books.reconfirm(line).lines[line.line_id].is_kept
    books.clock = clock_of(march(14))
    assert told(books.reconfirm(line), line.line_id) == [(24, 12, "lead_time")]
    assert holds()


def test_promised_again_when_supply_is_known_it_stands_on_supply(books, wish):
    line = wish(12)
    books.confirm(line)
    books.supply(wish.product, (march(9), 12))
    assert told(books.reconfirm(line, anew=True), line.line_id) == [(9, 12, "supply")]
    assert demand(books, wish.product) == [("PURCHASE", 9, 12), ("ORDER", 9, -12)]
    assert holds()


def test_a_promise_on_supply_is_not_broken_by_one_on_the_lead_time(books, wish):
    books.supply(wish.product, (None, 5))
    secured, late = wish(5, march(6)), wish(12)
    books.confirm(secured)
    books.confirm(late)
    books.clock = clock_of(march(8))
    assert books.reconfirm(secured).lines[secured.line_id].is_kept
    assert holds()


def take_over(books, product, line_id, quantity, on=TODAY):
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [line_id]), books.key(product))
        taking = Taking(line_id, 70 + line_id, quantity, on)
        [taken] = promising.take_over(held, [taking], delivery=DELIVERY, today=on, at=books.clock.now())
        return taken.quantity


def test_a_delivery_of_it_takes_no_goods_that_stand_for_others(books, wish):
    books.supply(wish.product, (None, 5))
    secured, late = wish(5, march(20)), wish(3)
    books.confirm(secured)
    books.confirm(late)
    books.clock = clock_of(march(12))
    assert take_over(books, wish.product, late.line_id, 3, march(12)) == 0
    books.supply(wish.product, (None, 2))
    assert take_over(books, wish.product, late.line_id, 3, march(12)) == 2
    assert demand(books, wish.product) == [
        ("STOCK", 0, 7), ("ORDER", 20, -5), ("DELIVERY", 12, -2), ("UNSECURED_ORDER", 12, -1)
    ]  # fmt: skip
    assert holds()


def test_an_uncovered_promise_on_the_lead_time_is_no_shortage(books, wish):
    books.supply(wish.product, (None, 5))
    books.confirm(wish(12))
    with transaction.atomic():
        held = locks.begin()
        held.take(books.key(wish.product))
        short = availability.note_shortages(
            held, [books.key(wish.product)], today=20514, cause="looked", at=books.clock.now()
        )
    assert short == []


def test_taken_back_it_leaves_nothing(books, wish):
    line = wish(12)
    books.confirm(line)
    books.withdraw(wish.product, line.line_id)
    assert demand(books, wish.product) == []
    assert holds()


def test_planned_supply_is_promised_as_such_and_takes_nothing_from_firm_promises(books, wish):
    books.supply(wish.product, (None, 5))
    books.expect(wish.product, (Category.PLANNED, march(6), 10))
    later, both = wish(5, march(9), scope=ORDER), wish(8, scope=HOPEFUL, lead_time=None)
    assert confirmed(books, later) == [[(9, 5, "stock")]]
    promise = books.confirm(both)
    assert told(promise, both.line_id) == [(2, 5, "planned"), (6, 3, "planned")]
    assert "from planned supply" in promise.lines[both.line_id].sentence
    assert holds()
    assert take_over(books, wish.product, both.line_id, 5) == 0


def test_what_stands_ahead_of_supply_is_counted_apart(books, wish):
    books.confirm(wish(12))
    [check] = [one for one in verify.run() if one.name == "promising: ahead of supply"]
    assert (check.holds, check.count_checked) == (True, 1)
    sql.fetch("UPDATE promising_scheduleline SET basis = 'supply'")
    [check] = [one for one in verify.run() if one.name == "promising: ahead of supply"]
    assert not check.holds


def test_a_scope_is_known_by_what_it_counts():
    assert WITH.counted.lead_time
    assert not HOPEFUL.is_firm
    assert Category.UNSECURED_ORDER in CheckingScope("x").counted.categories
