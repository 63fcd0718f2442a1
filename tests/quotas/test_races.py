"""Two who want the same quota at the same moment, and the controls that give it twice without the lock."""

from importlib import import_module

import pytest
from django.db import connection

from tests.promising.books import holds, march
from tests.quotas.planned import consumed, open_planned_books, order
from tests.rivals import race
from troth.business.promising import actions as promising
from troth.business.quotas.actions import targets
from troth.platform import actions, locks, triggers

verbs = import_module("troth.business.promising.actions.confirm")
RACE = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db):
    yield open_planned_books()
    if connection.vendor == "sqlite":
        triggers.lift()


def confirmed(shop, got, wish):
    """Promise a wish as an action does, and note what it got."""
    with actions.transaction.atomic():
        held = locks.begin()
        held.take(*promising.keys([wish]))
        got.append(promising.confirm(held, [wish], clock=shop.clock).lines[wish.line_id].confirmed)


def last_of_a_quota(shop, monkeypatch, *, stock, locked=True):
    """Two products of a group share 10 in a week; an order for 10 of each comes at the same moment."""
    one, other = shop.product(category="bikes"), shop.product(category="bikes")
    shop.supply(one, (None, stock))
    shop.supply(other, (None, stock))
    procedure = shop.procedure()
    shop.plan(procedure, ({"region": "NORTH"}, march(2), 10))
    shop.sequence("REGION", product_group="bikes")
    got = []
    wishes = [
        shop.asks(product, 10, march(3), region="NORTH", document=order(number))
        for number, product in enumerate((one, other), 1)
    ]
    calls = [lambda wish=wish: confirmed(shop, got, wish) for wish in wishes]
    race(monkeypatch, locked, [(verbs, "decide_all")], *calls)
    return sorted(got), procedure


@RACE
def test_two_orders_for_the_last_of_a_quota_one_gets_it(shop, monkeypatch):
    got, procedure = last_of_a_quota(shop, monkeypatch, stock=100)
    assert got == [0, 10]
    assert consumed(procedure) == {("NORTH", 1): 10}
    assert holds()


@RACE
def test_two_orders_for_the_last_of_a_quota_both_get_it_without_the_lock(shop, monkeypatch):
    got, _procedure = last_of_a_quota(shop, monkeypatch, stock=100, locked=False)
    assert got == [10, 10]


@RACE
def test_where_quota_and_stock_are_scarce_at_once_neither_is_given_twice(shop, monkeypatch):
    got, procedure = last_of_a_quota(shop, monkeypatch, stock=6)
    assert got == [4, 6]
    assert consumed(procedure) == {("NORTH", 1): 10}
    assert holds()


@RACE
def test_where_quota_and_stock_are_scarce_the_quota_is_given_twice_without_the_lock(shop, monkeypatch):
    got, _procedure = last_of_a_quota(shop, monkeypatch, stock=6, locked=False)
    assert got == [6, 6]


def lowered_while_asked(shop, monkeypatch, *, locked=True):
    """A planner lowers 10 to 3 while an order asks for 10."""
    product = shop.product()
    shop.supply(product, (None, 100))
    procedure = shop.quota(product, ("NORTH", march(2), 10))
    wish = shop.asks(product, 10, march(3), region="NORTH")
    got = []
    race(
        monkeypatch,
        locked,
        [(verbs, "decide_all"), (targets, "_write")],
        lambda: confirmed(shop, got, wish),
        lambda: shop.plan(procedure, ({"region": "NORTH"}, march(2), 3)),
    )
    return got, procedure


@RACE
def test_a_quota_that_is_lowered_while_an_order_asks_is_given_before_or_as_lowered(shop, monkeypatch):
    [got], procedure = lowered_while_asked(shop, monkeypatch)
    assert got in (3, 10)
    assert consumed(procedure) == {("NORTH", 1): got}
    assert holds()


@RACE
def test_without_the_lock_the_change_or_the_consumption_is_lost(shop, monkeypatch):
    lowered_while_asked(shop, monkeypatch, locked=False)
    assert not holds()
