"""Holds: goods kept for a while. They end by themselves, to the second, whether or not the sweeper comes."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.promising.books import TODAY, demand, holds, march, told
from troth.business.promising import actions as promising
from troth.business.promising import jobs, queries
from troth.business.promising.actions import HoldDraft, HoldLineDraft
from troth.business.promising.models import Hold
from troth.business.promising.rules import holds as rules
from troth.kernel.calendars import day_of
from troth.kernel.lifecycle import IllegalTransition
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.queries import open_shortages
from troth.platform import locks
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.reference.models import Product


def hold(books, product, quantity, **fields):
    draft = HoldDraft(books.site.pk, "for the fair", (HoldLineDraft(product.pk, quantity, march(3)),), **fields)
    return promising.hold_goods(draft, by=SYSTEM, clock=books.clock)


def at(books, moment):
    return FixedClock(moment)


def test_what_is_held_is_promised_to_nobody_else(books):
    product = books.product()
    books.supply(product, (None, 10))

    made = hold(books, product, 6)

    assert (made.held, made.short) == ({10: 6}, {})
    assert demand(books, product) == [("STOCK", 0, 10), ("HOLD", 3, -6)]
    assert told(books.confirm(books.wish(product, 10, march(3))), 1) == [(3, 4, "stock")]
    assert holds()


def test_a_hold_holds_to_the_second_though_the_sweeper_never_comes(books):
    product = books.product()
    books.supply(product, (None, 10))
    made = hold(books, product, 6)
    wish = books.wish(product, 10, march(4))

    books.clock = at(books, made.expires_at - timedelta(seconds=1))
    before = promising.simulate([wish], clock=books.clock)
    books.clock = at(books, made.expires_at)
    promise = books.confirm(wish)

    assert [sum(one.quantity for one in found.lines[1].schedules) for found in (before, promise)] == [4, 10]
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 4, -10)]
    assert Hold.objects.get().state == "active"
    assert holds()
    assert jobs.expire(books.clock) == 1
    assert (Hold.objects.get().state, jobs.expire(books.clock)) == ("expired", 0)
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 4, -10)]
    assert holds()


def test_a_look_at_an_expired_hold_leaves_no_trace(books):
    product = books.product()
    books.supply(product, (None, 10))
    made = hold(books, product, 6)
    books.clock = at(books, made.expires_at)

    promising.simulate([books.wish(product, 10, march(4))], clock=books.clock)

    assert demand(books, product) == [("STOCK", 0, 10), ("HOLD", 3, -6)]


def test_a_hold_is_extended_within_its_life_and_not_after_it_ended(books):
    product = books.product()
    books.supply(product, (None, 10))
    made = hold(books, product, 6)
    later = made.expires_at + timedelta(days=3)

    promising.extend_hold(made.id, later, by=SYSTEM, clock=books.clock)
    with pytest.raises(rules.WrongHold):
        promising.extend_hold(made.id, books.clock.now() + timedelta(days=31), by=SYSTEM, clock=books.clock)
    books.clock = at(books, later)
    with pytest.raises(rules.HoldExpired):
        promising.extend_hold(made.id, later + timedelta(days=1), by=SYSTEM, clock=books.clock)


def test_a_hold_is_released_as_often_as_one_likes(books):
    product = books.product()
    books.supply(product, (None, 10))
    made = hold(books, product, 6)

    for _ in range(2):
        promising.release_hold(made.id, by=SYSTEM, clock=books.clock)

    assert demand(books, product) == [("STOCK", 0, 10)]
    assert queries.hold_lines(made.id)[0].held == 0
    assert holds()
    with pytest.raises(IllegalTransition):
        promising.extend_hold(made.id, made.expires_at + timedelta(days=1), by=SYSTEM, clock=books.clock)


def test_a_hold_that_holds_nothing_or_asks_for_what_cannot_be_is_refused(books):
    product, service = books.product(), books.product(is_stocked=False)
    with pytest.raises(rules.NothingToHold):
        hold(books, product, 6)
    with pytest.raises(rules.WrongHold):
        hold(books, service, 6)
    with pytest.raises(rules.WrongHold):
        hold(books, product, 6, expires_at=books.clock.now())
    with pytest.raises(rules.WrongHold):
        hold(books, product, 0)
    assert (Hold.objects.count(), Product.objects.count()) == (0, 2)
    assert march(2) == TODAY


def test_an_extension_that_comes_too_late_to_the_lock_is_refused(books, monkeypatch):
    """The clock goes on while it waits for the keys: a rival may have freed the goods meanwhile."""
    product = books.product()
    books.supply(product, (None, 10))
    made = hold(books, product, 6)
    moments = iter([made.expires_at - timedelta(seconds=1)] + [made.expires_at] * 5)

    class Passing(FixedClock):
        def now(self):
            return next(moments)

    with pytest.raises(rules.HoldExpired):
        promising.extend_hold(made.id, made.expires_at + timedelta(days=1), by=SYSTEM, clock=Passing(books.clock.at))
    assert Hold.objects.get().expires_at == made.expires_at


def test_an_ended_hold_that_still_holds_is_found(books):
    product = books.product()
    books.supply(product, (None, 10))
    hold(books, product, 6)
    assert holds()
    Hold.objects.update(state="released")
    assert not holds()


def test_holds_give_way_to_orders_when_supply_slips(books):
    product = books.product()
    books.supply(product, (None, 10))
    books.confirm(books.wish(product, 6, march(3)))
    made = hold(books, product, 4)
    books.expect(product, (Category.STOCK, TODAY, -3))
    with transaction.atomic():
        held = locks.begin()
        held.take(books.key(product))
        availability.note_shortages(held, [books.key(product)], today=day_of(TODAY), cause="lost", at=books.clock.now())

    assert promising.give_way(product.pk, books.site.pk, by=SYSTEM, clock=books.clock) == 1

    assert queries.hold_lines(made.id)[0].held == 0
    assert queries.promise("order", [1])[1].confirmed == 6
    assert open_shortages() == []
    assert holds()
