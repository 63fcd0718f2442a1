"""Orders that wait: where a scope counts them, new demand leaves what they wait for to them."""

from dataclasses import replace

import pytest

from tests.promising.books import holds, march, told
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event
from troth.platform.documents import DocumentRef

FAIR = replace(STANDARD[Event.ORDER], demand=STANDARD[Event.ORDER].demand | {Category.WAITING_ORDER})


SOON = march(4)


def ordered(books, product, quantity, number, on=SOON, **fields):
    """What is promised to a new order of one line."""
    given = {"document": DocumentRef("order", number, str(number)), "scope": FAIR, **fields}
    wish = books.wish(product, quantity, on, **given)
    return books.confirm(wish).lines[wish.line_id]


def test_goods_that_come_are_left_to_the_order_that_waits(books):
    """Of ten four are there; five more come while six wait, and four more: three of them are free."""
    product = books.product()
    books.supply(product, (None, 4))
    first = books.wish(product, 10, march(4), scope=FAIR)
    assert books.confirm(first).lines[first.line_id].confirmed == 4

    books.supply(product, (None, 5))
    second = ordered(books, product, 3, 2)
    assert (second.confirmed, second.sentence) == (
        0, "Requested for 4 Mar 2026. 3 EA cannot be confirmed: on 4 Mar 2026 nothing more is free, and no receipt "
        "is known after it. 6 EA are kept for older orders that wait.",
    )  # fmt: skip
    assert ordered(books, product, 3, 3, scope=STANDARD[Event.ORDER]).confirmed == 3
    books.withdraw(product, 3)

    books.supply(product, (None, 4))
    assert ordered(books, product, 9, 4).confirmed == 0, "the second waits for three of them by now"
    again = books.reconfirm(first, anew=True)
    assert told(again, first.line_id) == [(4, 10, "stock")]
    assert holds()


def test_who_comes_first_keeps_its_place_on_a_later_receipt(books):
    product = books.product()
    first = books.wish(product, 10, march(4), scope=FAIR)
    books.confirm(first)
    books.supply(product, (march(20), 12))

    assert [(one.delivery_on.day, one.quantity) for one in ordered(books, product, 5, 2, march(6)).schedules] == [
        (20, 2)
    ]
    assert holds()


@pytest.mark.parametrize(
    "fields", [{"is_fixed": True, "mode": "one_time"}, {"is_checked": False}, {"document": DocumentRef("hold", 7, "7")}]
)
def test_what_is_fixed_not_checked_or_only_held_waits_for_nothing(books, fields):
    product = books.product()
    books.confirm(books.wish(product, 10, march(4), scope=FAIR, **fields))
    books.supply(product, (None, 5))
    assert ordered(books, product, 5, 2).confirmed == 5


def test_a_blocked_order_waits_for_nothing_until_it_is_released(books):
    product = books.product()
    books.confirm(books.wish(product, 10, march(4), scope=FAIR), blocked=True)
    books.supply(product, (None, 5))
    assert ordered(books, product, 5, 2).confirmed == 5


def test_what_was_cancelled_or_delivered_waits_no_more(books):
    product = books.product()
    first = books.wish(product, 10, march(4), scope=FAIR)
    books.confirm(first)
    books.withdraw(product, first.line_id)
    books.supply(product, (None, 5))
    assert ordered(books, product, 5, 2).confirmed == 5


def test_an_order_in_the_place_of_a_hold_has_its_goods_whoever_waits(books):
    product = books.product()
    books.confirm(books.wish(product, 10, march(4), scope=FAIR))
    books.supply(product, (None, 5))
    wish = books.wish(product, 5, march(4), scope=FAIR, document=DocumentRef("order", 2, "2"))
    assert books.confirm(wish, in_place=True).lines[wish.line_id].confirmed == 5


def test_goods_that_expire_are_left_to_who_waits_for_them_too(books):
    product = books.product()
    last = (march(31) - march(1)).days + 20513
    first = books.wish(product, 10, march(4), scope=FAIR, life_days=0)
    books.confirm(first)
    books.lay(product, (None, 12, "A", last))
    second = ordered(books, product, 5, 2, life_days=0)
    assert second.confirmed == 2
    assert holds()
