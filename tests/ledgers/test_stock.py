"""Movements of goods."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.ledgers.conftest import AT, DELIVERY, ON, ORDER, broken, findings
from troth.ledgers.stock import actions, queries
from troth.ledgers.stock.actions import Movement
from troth.ledgers.stock.models import Balance, Posting
from troth.ledgers.stock.rules import AlreadyReversed, NotEnoughStock
from troth.platform import locks


def taken(*keys):
    held = locks.begin()
    held.take(*keys)
    return held


def receive(key, quantity, on=ON):
    held = taken(key)
    return actions.post(held, [Movement(key, quantity, "receipt", on, ORDER)], at=AT)


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_received_lies_there(world):
    key = world.stock()
    receive(key, 10)
    receive(key, 5, date(2026, 1, 7))
    [row] = queries.overview(world.product)
    assert (row.key, row.site, row.bin, row.quantity, row.received_on) == (key, "S1", "A", 15, ON)
    assert broken() == []


def test_postings_come_back_in_the_order_of_the_movements(world):
    near, far = world.stock(), world.stock(bin_id=world.other_bin)
    held = taken(near, far)
    quantities = [7, 3, 9, 1]
    ids = actions.post(
        held,
        [Movement(key, q, "receipt", ON, ORDER) for key, q in zip((far, near, near, far), quantities, strict=True)],
        at=AT,
    )
    assert [Posting.objects.get(id=posting_id).quantity for posting_id in ids] == quantities
    assert {row.bin: row.quantity for row in queries.overview(world.product)} == {"A": 12, "B": 8}


def test_more_than_lies_there_is_refused_and_nothing_changes(world):
    key, other = world.stock(), world.stock(bin_id=world.other_bin)
    receive(key, 4)
    held = taken(key, other)
    with pytest.raises(NotEnoughStock) as refused:
        actions.post(
            held, [Movement(other, 5, "transfer", ON, DELIVERY), Movement(key, -5, "transfer", ON, DELIVERY)], at=AT
        )
    assert refused.value.code == "not_enough_stock"
    assert refused.value.facts == {"product": "BK-1", "site": "S1", "bin": "A", "wanted": 5, "there": 4}
    assert Posting.objects.count() == 1
    assert held.balance(key).quantity == 4


def test_several_movements_of_one_key_count_together(world):
    key = world.stock()
    actions.post(taken(key), [Movement(key, -3, "issue", ON, DELIVERY), Movement(key, 3, "receipt", ON, ORDER)], at=AT)
    assert Balance.objects.get().quantity == 0
    assert Balance.objects.get().received_on is None
    assert broken() == []


def test_goods_keep_their_day_when_they_move_to_another_bin(world):
    key, other = world.stock(), world.stock(bin_id=world.other_bin)
    receive(key, 4)
    later = date(2026, 2, 1)
    movements = [
        Movement(key, -4, "transfer", later, DELIVERY),
        Movement(other, 4, "transfer", later, DELIVERY, received_on=ON),
    ]
    actions.post(taken(key, other), movements, at=AT)
    [row] = queries.in_bins(world.site, [world.product])
    assert (row.bin, row.quantity, row.received_on) == ("B", 4, ON)
    assert broken() == []


def test_bins_are_offered_oldest_goods_first(world):
    receive(world.stock(), 1, date(2026, 1, 9))
    receive(world.stock(bin_id=world.other_bin), 2, date(2026, 1, 8))
    assert [row.bin for row in queries.in_bins(world.site, [world.product])] == ["B", "A"]


def test_a_reversal_takes_the_movement_back_once(world):
    key = world.stock()
    receive(key, 10)
    [issue] = actions.post(taken(key), [Movement(key, -4, "issue", ON, DELIVERY, 8)], at=AT)
    [back] = actions.reverse(taken(*queries.keys_of([issue])), [issue], source=DELIVERY, on=ON, at=AT)
    assert Balance.objects.get().quantity == 10
    assert Posting.objects.get(id=back).reverses_id == issue
    assert broken() == []
    with pytest.raises(AlreadyReversed):
        actions.reverse(taken(key), [issue], source=DELIVERY, on=ON, at=AT)
    assert Posting.objects.count() == 3


def test_stock_is_summed_by_owner(world):
    receive(world.stock(owner="order:11"), 2)
    receive(world.stock(owner="order:11", bin_id=world.other_bin), 3)
    receive(world.stock(), 7)
    assert queries.by_owner("order:") == {"order:11": 5}


def test_verify_sees_that_a_trigger_is_gone(world):
    assert findings("platform: triggers") == []
    on_table = " ON stock_posting" if connection.vendor == "postgresql" else ""
    execute(f"DROP TRIGGER stock_posting_refuses_update{on_table}")
    assert len(findings("platform: triggers")) == 1


def test_movements_are_paged_newest_first(world):
    for quantity in (1, 2, 3):
        receive(world.stock(), quantity)
    first = queries.movements(product_id=world.product, limit=2)
    rest = queries.movements(product_id=world.product, before_id=first[-1].id)
    assert [row.quantity for row in first + rest] == [3, 2, 1]
    assert first[0].source == ORDER


def test_a_balance_is_not_posted_to_without_its_lock(world):
    with pytest.raises(locks.KeyNotHeld):
        actions.post(locks.begin(), [Movement(world.stock(), 1, "receipt", ON, ORDER)], at=AT)
    assert Posting.objects.count() == 0


def test_an_overlay_leaves_no_trace(world):
    key = world.stock()
    receive(key, 10)
    overlay = locks.Overlay()
    overlay.take(key)
    assert actions.post(overlay, [Movement(key, -4, "issue", ON, DELIVERY)], at=AT) == [0]
    assert overlay.balance(key).quantity == 6
    assert Balance.objects.get().quantity == 10
    assert Posting.objects.count() == 1


@pytest.mark.parametrize("change", ["UPDATE stock_posting SET quantity = 11", "DELETE FROM stock_posting"])
def test_a_posting_is_never_changed(world, change):
    receive(world.stock(), 10)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(change)
    assert Posting.objects.get().quantity == 10


def test_verify_sees_a_balance_that_is_not_its_movements(world):
    receive(world.stock(), 10)
    Balance.objects.update(quantity=9)
    assert findings("stock: balances") == [
        f"Stock balance {Balance.objects.get().pk}: quantity is 9, its postings sum to 10."
    ]


def test_verify_sees_negative_stock(world):
    receive(world.stock(), 10)
    without_check("stock_balance", "stock_balance_not_negative", "UPDATE stock_balance SET quantity = -1")
    assert len(findings("stock: not negative")) == 1


@pytest.mark.parametrize("received_on", ["NULL", "'2030-01-01'"])
def test_verify_sees_goods_received_on_an_impossible_day(world, received_on):
    receive(world.stock(), 10)
    execute(f"UPDATE stock_balance SET received_on = {received_on}")
    assert len(findings("stock: received days")) == 1


def test_verify_sees_a_reversal_that_does_not_negate(world):
    [first] = receive(world.stock(), 10)
    actions.post(taken(world.stock()), [Movement(world.stock(), -9, "receipt", ON, ORDER, reverses_id=first)], at=AT)
    assert len(findings("stock: reversals")) == 1


def without_check(table, constraint, statement):
    """Run a statement that a CHECK would refuse, as a damaged disk or a careless hand might."""
    if connection.vendor == "sqlite":
        execute("PRAGMA ignore_check_constraints = ON")
        execute(statement)
        execute("PRAGMA ignore_check_constraints = OFF")
    else:
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        execute(statement)
