"""Which stock and which receipts stand behind what is confirmed."""

from dataclasses import replace

import pytest

from tests.promising.books import TODAY, march
from troth.business.promising import pegs
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event


def stands(books, wish, on=TODAY):
    """(day of March, quantity, what, its day of March) of all that stands behind a line."""

    def what(one):
        return "" if one.category is None else one.category.name

    return [
        (one.material_on.day, one.quantity, what(one), one.on.day if one.on else 0)
        for one in pegs.behind("order", wish.line_id, day_of(on))
    ]


def test_each_confirmed_quantity_stands_on_stock_or_on_the_nearest_receipt(books):
    # today 4 in stock       10 March 6 ordered       20 March 9 ordered
    product = books.product()
    books.supply(product, (None, 4), (march(10), 6), (march(20), 9))
    first = books.wish(product, 7, march(3))
    second = books.wish(product, 5, march(25))
    books.confirm(first)
    books.confirm(second)

    assert stands(books, first) == [(3, 4, "STOCK", 0), (10, 3, "PURCHASE", 10)]
    assert stands(books, second) == [(25, 5, "PURCHASE", 20)]


def test_what_was_promised_out_of_stock_stands_on_stock_though_a_receipt_would_do(books):
    product = books.product()
    books.supply(product, (None, 10), (march(10), 10))
    late, soon = books.wish(product, 4, march(25)), books.wish(product, 5, march(3))
    books.confirm(late)
    books.confirm(soon)

    assert stands(books, late) == [(25, 4, "STOCK", 0)]
    assert stands(books, soon) == [(3, 5, "STOCK", 0)]


def test_where_supply_is_gone_nothing_stands_behind_the_last_of_it(books):
    product = books.product()
    books.supply(product, (march(10), 8))
    first, second = books.wish(product, 5, march(12)), books.wish(product, 3, march(11))
    books.confirm(first)
    books.confirm(second)
    books.supply(product, (march(10), -4))

    assert stands(books, second) == [(11, 3, "PURCHASE", 10)]
    assert stands(books, first) == [(12, 4, "", 0), (12, 1, "PURCHASE", 10)]


def test_what_was_confirmed_on_planned_supply_takes_what_the_others_leave(books):
    order = STANDARD[Event.ORDER]
    planned = replace(order, code="planned", supply=order.supply | {Category.PLANNED})
    product = books.product()
    books.supply(product, (None, 2))
    books.expect(product, (Category.PLANNED, march(9), 6))
    ahead, firm = books.wish(product, 5, march(3), scope=planned), books.wish(product, 1, march(3))
    promise = books.confirm(ahead)

    assert [str(one.basis) for one in promise.lines[ahead.line_id].schedules] == ["stock", "planned"]
    assert stands(books, ahead) == [(3, 2, "STOCK", 0), (9, 3, "PLANNED", 9)]
    books.supply(product, (None, 4))
    books.confirm(firm)
    assert stands(books, firm) == [(3, 1, "STOCK", 0)]


def test_goods_that_spoil_first_stand_behind_whom_they_last_for(books):
    product = books.product(has_batches=True)
    books.lay(product, (None, 5, "A", day_of(march(20))), (None, 5, "B", day_of(march(30))))
    wish = books.wish(product, 6, march(3), life_days=7)
    books.confirm(wish)

    found = pegs.behind("order", wish.line_id, day_of(TODAY))

    assert [(one.quantity, one.batch) for one in found] == [(5, "A"), (1, "B")]


@pytest.mark.parametrize("checked", [True, False])
def test_what_nothing_has_to_stand_behind_says_so_and_what_is_withdrawn_stands_on_nothing(books, checked):
    product = books.product()
    books.supply(product, (None, 5))
    wish = books.wish(product, 2, march(3), is_checked=checked)
    books.confirm(wish)
    [one] = pegs.behind("order", wish.line_id, day_of(TODAY))
    assert (one.basis, one.category) == (("stock", Category.STOCK) if checked else ("unchecked", None))

    books.withdraw(product, wish.line_id)
    assert pegs.behind("order", wish.line_id, day_of(TODAY)) == []
