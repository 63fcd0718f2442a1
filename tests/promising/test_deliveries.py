"""Promises on their way out: deliveries, allocated stock, shortages."""

import pytest
from django.db import transaction

from tests.promising.books import TODAY, demand, holds, march, told
from troth.business.promising import actions as promising
from troth.business.promising import queries
from troth.business.promising.actions import GivingBack, Issuing, Taking
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.ledgers.availability import queries as availability
from troth.ledgers.stock import queries as stock
from troth.platform import locks
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef

DELIVERY = DocumentRef("delivery", 1, "80")


# --- deliveries ------------------------------------------------------------------------------------------------------


def take_over(books, product, *takings):
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [one.line_id for one in takings]), books.key(product))
        return promising.take_over(held, takings, delivery=DELIVERY, today=TODAY, at=books.clock.now())


def during(books, verb, line_ids, *arguments, **options):
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", line_ids))
        return verb(held, *arguments, delivery=DELIVERY, at=books.clock.now(), **options)


def test_a_delivery_takes_the_demand_over_and_goods_issue_ends_it(books):
    product = books.product()
    books.supply(product, (None, 10))
    books.confirm(books.wish(product, 8, march(3)))

    [taken] = take_over(books, product, Taking(1, 71, 5, march(4)))

    assert (taken.quantity, taken.short) == (5, 0)
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 3, -3), ("DELIVERY", 4, -5)]
    line = queries.promise("order", [1])[1]
    assert (line.open, line.confirmed, [delivered for _, delivered in line.schedules]) == (3, 8, [5])
    assert holds()

    issued = [Issuing(1, 71, product.pk, books.site.pk, 5)]
    during(books, promising.issue, [1], issued, today=TODAY, arrives_on=TODAY)
    assert demand(books, product) == [("STOCK", 0, 5), ("ORDER", 3, -3)]

    during(books, promising.unissue, [1], issued, goods_issue_on=march(4))
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 3, -3), ("DELIVERY", 4, -5)]

    during(books, promising.give_back, [1], [GivingBack(1, 71, 5)], today=TODAY)
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 3, -8)]
    assert queries.promise("order", [1])[1].open == 8
    assert holds()


def test_a_delivery_gets_only_what_lies_here(books):
    product = books.product()
    books.supply(product, (None, 4), (march(3), 10))
    books.confirm(books.wish(product, 8, march(3)))

    [taken] = take_over(books, product, Taking(1, 71, 8, march(3)))

    assert (taken.quantity, taken.short) == (4, 4)


def test_a_delivery_ahead_of_its_day_takes_nothing_that_others_need_before(books):
    product = books.product()
    books.supply(product, (None, 10), (march(6), 10))
    books.confirm(books.wish(product, 10, march(4)), books.wish(product, 10, march(6)))

    [early] = take_over(books, product, Taking(2, 72, 10, march(3)))
    [due] = take_over(books, product, Taking(1, 71, 10, march(4)))

    assert (early.quantity, due.quantity) == (0, 10)


def test_what_a_delivery_gives_back_to_a_withdrawn_line_is_free(books):
    product = books.product()
    books.supply(product, (None, 10))
    books.confirm(books.wish(product, 8, march(3)))
    take_over(books, product, Taking(1, 71, 5, march(4)))
    books.withdraw(product, 1)

    during(books, promising.give_back, [1], [GivingBack(1, 71, 5)], today=TODAY)

    assert demand(books, product) == [("STOCK", 0, 10)]
    assert holds()


def test_a_wish_cannot_shrink_below_what_is_delivered(books):
    product = books.product()
    books.supply(product, (None, 10))
    wish = books.wish(product, 8, march(3))
    books.confirm(wish)
    take_over(books, product, Taking(1, 71, 5, march(4)))

    with pytest.raises(promising.LessThanDelivered):
        books.reconfirm(wish._replace(quantity=4))
    promise = books.reconfirm(wish._replace(quantity=6))

    assert (promise.lines[1].confirmed, promise.lines[1].delivered, promise.lines[1].short) == (1, 5, 0)
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 3, -1), ("DELIVERY", 4, -5)]
    assert holds()


def test_the_due_list_shows_what_can_be_picked_the_earliest_first(books):
    product = books.product()
    books.supply(product, (None, 10), (march(20), 10))
    books.confirm(books.wish(product, 4, march(5)), books.wish(product, 3, march(4), priority=1))
    books.confirm(books.wish(product, 9, march(6), document=DocumentRef("order", 2, "2")))

    rows = queries.due(books.site.pk, march(7))

    assert [(row.line_id, row.open, row.material_on.day, row.priority) for row in rows] == [
        (2, 3, 4, 1), (1, 4, 5, 5), (3, 3, 6, 5),
    ]  # fmt: skip
    after = (rows[0].material_on, rows[0].id)
    assert queries.due(books.site.pk, march(7), after=after) == rows[1:]


# --- allocation ------------------------------------------------------------------------------------------------------


def opened(books, product, quantity):
    supply.load_opening_stock([OpeningStock(product.pk, books.bin.pk, quantity)], by=SYSTEM, clock=books.clock)


def allocate(books, wish, quantity):
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [wish.line_id], own=True))
        promising.allocate(held, wish, quantity, clock=books.clock, by=SYSTEM)


def release(books, line_id, quantity=None):
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [line_id]))
        return promising.release_allocation(held, "order", line_id, quantity, today=TODAY, at=books.clock.now())


def owned(product):
    return {row.key.owner: row.quantity for row in stock.overview(product.pk)}


def test_allocated_stock_belongs_to_the_line_until_it_is_released(books):
    product = books.product()
    opened(books, product, 10)
    wish = books.wish(product, 8, march(5))
    books.confirm(wish)

    allocate(books, wish, 6)

    assert owned(product) == {"": 4, "order:1": 6}
    assert demand(books, product) == [("STOCK", 0, 4), ("ORDER", 5, -2)]
    assert demand(books, product, "order:1") == [("STOCK", 0, 6), ("ORDER", 5, -6)]
    line = queries.promise("order", [1])[1]
    assert (line.allocated, line.confirmed, line.delivery_on) == (6, 8, march(5))
    assert queries.allocations("order", [1]) == {1: 6}
    assert holds()

    assert release(books, 1, 2) == 2
    assert release(books, 1) == 4
    assert owned(product) == {"": 10}
    assert demand(books, product) == [("STOCK", 0, 10), ("ORDER", 5, -8)]
    assert holds()
    with pytest.raises(promising.NothingAllocated):
        release(books, 1)


def test_goods_that_others_need_cannot_be_allocated(books):
    product = books.product()
    opened(books, product, 10)
    books.supply(product, (march(8), 10))
    wish = books.wish(product, 10, march(9))
    books.confirm(books.wish(product, 7, march(4), line_id=50), wish)

    with pytest.raises(promising.NotFreeToAllocate):
        allocate(books, wish, 4)
    with pytest.raises(promising.MoreThanOpen):
        allocate(books, wish, 11)
    assert owned(product) == {"": 10}

    allocate(books, wish, 3)
    assert owned(product) == {"": 7, f"order:{wish.line_id}": 3}


def test_allocating_confirms_what_was_open(books):
    product = books.product()
    wish = books.wish(product, 5, march(3))
    books.confirm(wish)
    opened(books, product, 5)

    allocate(books, wish, 5)

    assert told_of(1) == [(3, 5, "allocated")]
    with pytest.raises(promising.StillAllocated, match=r"an item of .*Free the allocated stock first"):
        books.withdraw(product, 1)
    assert told(books.confirm(books.wish(product, 1, march(3))), 2) == []
    assert holds()


def told_of(line_id: int) -> list[tuple[int, int, str]]:
    line = queries.promise("order", [line_id])[line_id]
    return [(one.delivery_on.day, one.quantity, str(one.basis)) for one, _ in line.schedules]


def test_allocated_stock_leaves_with_its_own_delivery(books):
    product = books.product()
    opened(books, product, 10)
    wish = books.wish(product, 8, march(3))
    books.confirm(wish)
    allocate(books, wish, 6)

    [taken] = take_over(books, product, Taking(1, 71, 8, march(3)))

    assert (taken.quantity, taken.allocated) == (8, 6)
    during(books, promising.give_back, [1], [GivingBack(1, 71, 1)], today=TODAY)
    assert demand(books, product) == [("STOCK", 0, 4), ("ORDER", 3, -1), ("DELIVERY", 3, -1)]
    during(
        books,
        promising.issue,
        [1],
        [Issuing(1, 71, product.pk, books.site.pk, 7, allocated=6)],
        today=TODAY,
        arrives_on=TODAY,
    )
    assert demand(books, product) == [("STOCK", 0, 3), ("ORDER", 3, -1)]
    assert demand(books, product, "order:1") == []
    assert queries.allocations("order", [1]) == {}


# --- shortages -------------------------------------------------------------------------------------------------------


def test_a_shortage_is_worked_off_by_the_least_urgent_lines(books):
    product = books.product()
    opened(books, product, 10)
    books.supply(product, (march(20), 10))
    urgent, patient = books.wish(product, 5, march(4), priority=1), books.wish(product, 5, march(4), priority=9)
    books.confirm(patient, urgent)
    [shortfall] = supply.adjust_stock(
        product.pk, bin_id=books.bin.pk, counted=7, reason="broken", by=SYSTEM, clock=books.clock
    )
    wishes = {one.line_id: one for one in (urgent, patient)}

    with transaction.atomic():
        held = locks.begin()
        held.take(books.key(product))
        order = [wishes[line_id] for _, line_id in queries.drawing_on(product.pk, books.site.pk)]
        promising.repromise_short(held, order, shortfall.quantity, key=books.key(product), clock=books.clock)

    assert told_of(urgent.line_id) == [(4, 5, "stock")]
    assert told_of(patient.line_id) == [(4, 2, "stock"), (20, 3, "supply")]
    assert availability.open_shortages() == []
    assert holds()


def test_what_a_delivery_gives_back_is_wanted_on_its_day_again_and_others_who_miss_it_are_noted(books):
    """While the delivery waits for the 6th its goods serve others until the receipt of the 5th."""
    product = books.product()
    books.supply(product, (None, 10), (march(5), 10))
    books.confirm(books.wish(product, 10, march(3)))
    take_over(books, product, Taking(1, 71, 10, march(6)))
    books.confirm(books.wish(product, 10, march(4)))
    assert availability.open_shortages() == []

    during(books, promising.give_back, [1], [GivingBack(1, 71, 10)], today=TODAY)

    assert [(row.on, row.quantity) for row in availability.open_shortages()] == [(march(4), 10)]
    assert holds()


def test_goods_that_leave_before_their_day_may_be_missed_by_others(books):
    product = books.product()
    books.supply(product, (None, 10), (march(5), 10))
    books.confirm(books.wish(product, 10, march(3)))
    take_over(books, product, Taking(1, 71, 10, march(6)))
    books.confirm(books.wish(product, 10, march(4)))

    issued = [Issuing(1, 71, product.pk, books.site.pk, 10)]
    during(books, promising.issue, [1], issued, today=march(3), arrives_on=march(3))

    [row] = availability.open_shortages()
    assert (row.on, row.quantity, row.cause) == (march(4), 10, "delivery 80 left before its day")
