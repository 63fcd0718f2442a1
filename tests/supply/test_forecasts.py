"""What is forecast keeps goods for whoever will order them, is used up by orders, and never counts twice.

Today is Monday, 2 March 2026; every day is open.
"""

from dataclasses import replace

import pytest
from django.db import transaction

from tests import rivals
from tests.promising.books import TODAY, Books, clock_of, demand, march, open_books, told
from troth.business.promising import actions as promising
from troth.business.promising import queries
from troth.business.promising.actions import Issuing, Taking
from troth.business.supply import actions as supply
from troth.business.supply.actions import Foreseen
from troth.business.supply.actions import forecast as setting
from troth.business.supply.models import Forecast
from troth.business.supply.rules import ForecastPast, ForecastTwice, ProductNotStocked, ReasonMissing
from troth.kernel.forecast import Window
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event
from troth.platform import locks, sql, verify
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef

ORDER = STANDARD[Event.ORDER]
COLLECTIVE = replace(ORDER, code="collective", demand=ORDER.demand | {Category.FORECAST}, window=Window(30, 10))
DELIVERY = DocumentRef("delivery", 1, "80")


@pytest.fixture
def books(db) -> Books:
    return open_books()


def foresee(books, product, *days, clock=None):
    rows = [Foreseen(product.pk, books.site.pk, on, quantity) for on, quantity in days]
    return supply.set_forecast(rows, reason="plan 7", by=SYSTEM, clock=clock or books.clock)


def broken():
    return [one.name for one in verify.run() if not one.holds and one.name != "supply: stock"]


def overview(books, product, category):
    rows = queries.overview(product.pk, books.site.pk, 20514, COLLECTIVE)
    return [(row.on.day, row.quantity) for row in rows if row.category == category]


def test_a_forecast_is_set_anew_by_day_and_says_since_when(books):
    product = books.product()
    assert foresee(books, product, (march(6), 20), (march(20), 10)) == 2
    assert demand(books, product) == [("FORECAST", 6, -20), ("FORECAST", 20, -10)]
    assert foresee(books, product, (march(6), 15), (march(20), 10)) == 1
    assert foresee(books, product, (march(20), 0)) == 1
    assert demand(books, product) == [("FORECAST", 6, -15)]
    rows = Forecast.objects.order_by("on").values_list("on", "quantity", "version", "reason")
    assert list(rows) == [(march(6), 15, 2, "plan 7"), (march(20), 0, 2, "plan 7")]
    assert broken() == []


def test_what_cannot_be_forecast_is_refused_naming_the_row(books):
    product, service = books.product(), books.product(is_stocked=False)
    with pytest.raises(ForecastPast, match="has passed") as refused:
        foresee(books, product, (march(6), 1), (march(1), 1))
    assert (refused.value.row, refused.value.field) == (2, "on")
    with pytest.raises(ForecastTwice):
        foresee(books, product, (march(6), 1), (march(6), 2))
    with pytest.raises(ProductNotStocked):
        foresee(books, service, (march(6), 1))
    with pytest.raises(ReasonMissing):
        supply.set_forecast([], reason=" ", by=SYSTEM, clock=books.clock)
    assert not Forecast.objects.exists()


def test_a_scope_that_counts_it_leaves_to_others_what_is_forecast_for_them(books):
    """10 in stock, 8 forecast for the 20th. An order for tomorrow fulfils the forecast as far as its window goes."""
    product = books.product()
    books.supply(product, (None, 10))
    foresee(books, product, (march(20), 8))
    far = books.wish(product, 9, march(3), scope=COLLECTIVE)
    promise = books.confirm(far)
    assert told(promise, far.line_id) == [(3, 2, "stock")], "the 20th is more than ten days away"
    assert "8 EA are kept for what is forecast." in str(promise.lines[far.line_id].sentence)
    near = books.wish(product, 9, march(12), scope=COLLECTIVE)
    assert told(books.confirm(near), near.line_id) == [(12, 8, "stock")], "it is what was forecast"
    assert overview(books, product, Category.FORECAST) == [], "and nothing is forecast beside it"
    assert broken() == []


def test_individually_planned_products_are_promised_all_that_is_there(books):
    product = books.product()
    books.supply(product, (None, 10))
    foresee(books, product, (march(20), 8))
    wish = books.wish(product, 9, march(3), scope=ORDER)
    assert told(books.confirm(wish), wish.line_id) == [(3, 9, "stock")]


def test_an_order_uses_no_more_of_a_forecast_than_it_is_confirmed(books):
    """Of 12 wanted 10 are confirmed: 2 of the forecast stay for the next."""
    product = books.product()
    books.supply(product, (None, 10), (march(25), 20))
    foresee(books, product, (march(12), 12))
    wish = books.wish(product, 12, march(12), scope=COLLECTIVE, mode="one_time")
    next_one = books.wish(product, 3, march(13), scope=COLLECTIVE, mode="complete")
    promise = books.confirm(wish, next_one)
    assert told(promise, wish.line_id) == [(12, 10, "stock")]
    assert overview(books, product, Category.FORECAST) == []
    assert told(promise, next_one.line_id) == [(25, 3, "supply")]
    assert broken() == []


def test_lines_that_arrive_together_see_the_forecast_as_of_their_common_day(books):
    product, other = books.product(), books.product()
    books.supply(product, (None, 10))
    books.supply(other, (march(24), 5))
    foresee(books, product, (march(4), 10))
    both = [
        books.wish(product, 10, march(4), scope=COLLECTIVE, complete_delivery=True),
        books.wish(other, 5, march(4), scope=ORDER, complete_delivery=True),
    ]
    promise = books.confirm(*both)
    assert [told(promise, one.line_id) for one in both] == [[(24, 10, "stock")], [(24, 5, "supply")]]
    assert broken() == []


def test_goods_that_expire_are_kept_for_a_forecast_too(books):
    product = books.product(has_batches=True, shelf_life_days=30)
    books.lay(product, (None, 10, "A", 20540))
    foresee(books, product, (march(20), 8))
    far = books.wish(product, 9, march(3), scope=COLLECTIVE, life_days=0)
    assert told(books.confirm(far), far.line_id) == [(3, 2, "stock")]
    near = books.wish(product, 9, march(12), scope=COLLECTIVE, life_days=0)
    assert told(books.confirm(near), near.line_id) == [(12, 8, "stock")]


def ship(books, product, line_id, quantity):
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [line_id]), books.key(product))
        takes = [Taking(line_id, 71, quantity, march(12))]
        promising.take_over(held, takes, delivery=DELIVERY, today=TODAY, at=books.clock.now())
    issued = [Issuing(line_id, 71, product.pk, books.site.pk, quantity)]
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [line_id]))
        promising.issue(held, issued, delivery=DELIVERY, today=TODAY, arrives_on=TODAY, at=books.clock.now())
    return issued


def test_what_was_shipped_has_used_the_forecast_for_good_until_it_comes_back(books):
    product = books.product()
    books.supply(product, (None, 10))
    foresee(books, product, (march(12), 8))
    wish = books.wish(product, 5, march(12), scope=COLLECTIVE)
    books.confirm(wish)
    assert overview(books, product, Category.FORECAST) == [(12, -3)]
    issued = ship(books, product, wish.line_id, 5)
    assert demand(books, product) == [("STOCK", 0, 5), ("FORECAST", 12, -3)]
    foresee(books, product, (march(12), 4))
    assert overview(books, product, Category.FORECAST) == [], "less is forecast now than was shipped"
    foresee(books, product, (march(12), 8))

    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [wish.line_id]))
        promising.unissue(held, issued, delivery=DELIVERY, goods_issue_on=march(12), at=books.clock.now())
    assert demand(books, product) == [("STOCK", 0, 10), ("DELIVERY", 12, -5), ("FORECAST", 12, -8)]
    assert overview(books, product, Category.FORECAST) == [(12, -3)]
    assert broken() == []


def test_days_that_have_passed_are_taken_out_with_the_next_forecast(books):
    product = books.product()
    foresee(books, product, (march(4), 8))
    assert foresee(books, product, (march(20), 5), clock=clock_of(march(10))) == 1
    assert demand(books, product) == [("FORECAST", 20, -5)]


def test_a_forecast_that_is_not_posted_is_found(books):
    product = books.product()
    on = TODAY.replace(year=2099)
    foresee(books, product, (on, 8))
    assert broken() == []
    Forecast.objects.update(quantity=9)
    assert broken() == ["supply: forecast"]


def set_at_once(monkeypatch, locked):
    books = open_books()
    product = books.product()
    foresee(books, product, (march(12), 3))

    def set_five():
        return foresee(books, product, (march(12), 5))

    return books, product, rivals.race(monkeypatch, locked, [(setting, "_passed")], set_five, set_five)


@pytest.mark.django_db(transaction=True)
def test_two_who_set_the_same_day_set_it_once(monkeypatch):
    books, product, outcomes = set_at_once(monkeypatch, True)
    assert outcomes == ["done", "done"]
    assert demand(books, product) == [("FORECAST", 12, -5)]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_post_it_twice(monkeypatch):
    """The control: both have seen three."""
    set_at_once(monkeypatch, False)
    row = Forecast.objects.get()
    posted = sql.fetch("SELECT SUM(quantity) FROM availability_posting")[0][0]
    assert (row.quantity, posted) == (5, -7)
