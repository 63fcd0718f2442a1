"""Goods that a location keeps for its own promises are moved, blocked and counted: who then misses them is told."""

import pytest

from tests.promising.books import Books, march, open_books, told
from tests.promising.test_locations import SHOP, again, broken, kept, stocked, withdraw
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt
from troth.business.supply.rules import NothingKept, StockMoved
from troth.kernel.places import segment_of
from troth.ledgers.availability import queries as availability
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.actions import NotEnoughStock
from troth.platform.actors import SYSTEM
from troth.reference import models as reference


@pytest.fixture
def books(db) -> Books:
    return open_books()


@pytest.fixture
def shop(books: Books) -> tuple[reference.Bin, reference.Bin]:
    """Two bins of a second location."""
    location = reference.StorageLocation.objects.create(site=books.site, code="L2", name="Shop")
    first, second = (reference.Bin.objects.create(location=location, code=code) for code in ("S1", "S2"))
    return first, second


def move(books: Books, product, way, quantity: int):
    place, target = way
    return supply.move_stock(
        product.pk, from_bin_id=place.pk, to_bin_id=target.pk, quantity=quantity, by=SYSTEM, clock=books.clock
    )


def short(books: Books) -> list[tuple[str, int]]:
    return [(row.segment, row.quantity) for row in availability.open_shortages()]


def in_bin(product, place: reference.Bin) -> int:
    return sum(row.quantity for row in stock.overview(product.pk) if row.key.bin_id == place.pk)


def test_goods_moved_out_of_the_location_leave_its_promises_short(books: Books, shop) -> None:
    product = stocked(books, (shop[0], 4))
    books.confirm(books.wish(product, 3, segment=SHOP))
    moved = move(books, product, (shop[0], books.bin), 3)
    assert [(one.key.segment, one.quantity) for one in moved.short] == [(SHOP, 2)]
    assert (short(books), kept(product), broken()) == ([(SHOP, 2)], 1, [])
    other = books.wish(product, 5)
    assert books.confirm(other).lines[other.line_id].confirmed == 3


def test_what_nobody_was_promised_there_goes_first(books: Books, shop) -> None:
    product = stocked(books, (shop[0], 4))
    books.confirm(books.wish(product, 3, segment=SHOP))
    assert move(books, product, (shop[0], books.bin), 1).short == []
    assert (kept(product), broken()) == (3, [])


def test_a_move_within_the_location_leaves_nobody_short(books: Books, shop) -> None:
    product = stocked(books, (shop[0], 4))
    books.confirm(books.wish(product, 3, segment=SHOP))
    assert move(books, product, shop, 4).short == []
    assert (in_bin(product, shop[1]), kept(product), short(books), broken()) == (4, 3, [], [])


def test_other_goods_of_the_location_take_the_place_of_those_that_are_moved(books: Books, shop) -> None:
    product = stocked(books, (shop[0], 4), (shop[1], 4))
    books.confirm(books.wish(product, 3, segment=SHOP))
    assert move(books, product, (shop[0], books.bin), 4).short == []
    assert (kept(product), short(books), broken()) == (3, [], [])


def test_blocked_goods_leave_its_promises_short_until_they_are_free_again(books: Books, shop) -> None:
    product = stocked(books, (shop[0], 4))
    wish = books.wish(product, 4, segment=SHOP)
    books.confirm(wish)
    blocked = supply.transfer_stock(
        product.pk, bin_id=shop[0].pk, from_type="unrestricted", to_type="blocked", quantity=2, reason="dented",
        by=SYSTEM, clock=books.clock,
    )  # fmt: skip
    assert [(one.key.segment, one.quantity) for one in blocked.short] == [(SHOP, 2)]
    assert broken() == []
    supply.reverse_transfer(blocked.posting_id, by=SYSTEM, clock=books.clock)
    assert broken() == []
    assert told(again(books, wish, anew=True), wish.line_id) == [(2, 4, "stock")]
    assert (kept(product), broken()) == (4, [])


def test_a_count_of_what_the_location_keeps_says_who_misses_it(books: Books, shop) -> None:
    product = stocked(books, (shop[0], 4))
    books.confirm(books.wish(product, 3, segment=SHOP))
    missing = supply.adjust_stock(
        product.pk, bin_id=shop[0].pk, counted=1, reason="lost", is_kept=True, by=SYSTEM, clock=books.clock
    )
    assert [(one.key.segment, one.quantity) for one in missing] == [(SHOP, 2)]
    assert (in_bin(product, shop[0]), kept(product), broken()) == (2, 1, [])


def test_more_than_lies_there_is_refused_as_before(books: Books, shop) -> None:
    product = stocked(books, (shop[0], 4))
    books.confirm(books.wish(product, 3, segment=SHOP), books.wish(product, 1, march(4), segment=segment_of("L1")))
    with pytest.raises(NotEnoughStock):
        move(books, product, (shop[0], books.bin), 5)
    assert (kept(product), broken()) == (3, [])


def test_a_count_of_what_is_kept_no_more_adds_nothing(books: Books, shop) -> None:
    """Somebody counts what the location keeps; the order goes meanwhile, and its goods are the site's again."""
    product = stocked(books, (shop[0], 4))
    wish = books.wish(product, 3, segment=SHOP)
    books.confirm(wish)
    withdraw(books, wish)
    with pytest.raises(NothingKept):
        supply.adjust_stock(
            product.pk, bin_id=shop[0].pk, counted=3, reason="found", is_kept=True, by=SYSTEM, clock=books.clock
        )
    assert (in_bin(product, shop[0]), broken()) == (4, [])


def test_goods_that_an_order_took_while_they_were_counted_are_not_found_once_more(books: Books, shop) -> None:
    product = stocked(books, (shop[0], 4))
    count = {"bin_id": shop[0].pk, "counted": 4, "reason": "yearly count", "by": SYSTEM, "clock": books.clock}
    books.confirm(books.wish(product, 3, segment=SHOP))
    with pytest.raises(StockMoved):
        supply.adjust_stock(product.pk, expected=4, **count)
    assert (in_bin(product, shop[0]), kept(product)) == (4, 3)
    assert supply.adjust_stock(product.pk, expected=1, **{**count, "counted": 1}) == []
    assert (in_bin(product, shop[0]), kept(product), broken()) == (4, 3, [])


def test_a_receipt_is_taken_back_though_the_location_keeps_its_goods(books: Books, shop) -> None:
    product = books.product()
    receipt = supply.expect_receipt(
        ExpectedReceipt(books.company.pk, "purchase", "R1", product.pk, books.site.pk, march(2), 4),
        by=SYSTEM, clock=books.clock,
    )  # fmt: skip
    received = supply.receive_goods(receipt, 4, bin_id=shop[0].pk, by=SYSTEM, clock=books.clock)
    books.confirm(books.wish(product, 3, segment=SHOP))
    missing = supply.reverse_receipt(received.posting_id, by=SYSTEM, clock=books.clock)
    assert [(one.key.segment, one.quantity) for one in missing] == [(SHOP, 3)]
    assert (in_bin(product, shop[0]), kept(product), short(books), broken()) == (0, 0, [(SHOP, 3)], [])


def test_a_release_is_taken_back_though_the_location_keeps_its_goods(books: Books, shop) -> None:
    product = stocked(books, (shop[0], 4))
    types = [("unrestricted", "blocked"), ("blocked", "unrestricted")]
    _, released = [
        supply.transfer_stock(
            product.pk, bin_id=shop[0].pk, from_type=one, to_type=other, quantity=4, reason="dented", by=SYSTEM,
            clock=books.clock,
        )
        for one, other in types
    ]  # fmt: skip
    books.confirm(books.wish(product, 3, segment=SHOP))
    back = supply.reverse_transfer(released.posting_id, by=SYSTEM, clock=books.clock)
    assert [(one.key.segment, one.quantity) for one in back.short] == [(SHOP, 3)]
    assert (in_bin(product, shop[0]), kept(product), broken()) == (4, 0, [])
