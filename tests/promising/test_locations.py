"""A line that one storage location alone is to serve: it gets what lies there, and the site knows that it is gone."""

import pytest
from django.db import transaction

from tests.promising.books import Books, demand, march, told
from troth.business.promising import actions as promising
from troth.business.promising import queries
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.kernel.netting import Category
from troth.kernel.places import segment_of
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.models import Balance
from troth.platform import locks, sql, verify
from troth.platform.actors import SYSTEM
from troth.reference import models as reference

SHOP = segment_of("L2")


@pytest.fixture
def shop(books: Books) -> reference.Bin:
    """A bin of a second location."""
    location = reference.StorageLocation.objects.create(site=books.site, code="L2", name="Shop")
    return reference.Bin.objects.create(location=location, code="S1")


def stocked(books: Books, *places: tuple[reference.Bin, int]) -> reference.Product:
    product = books.product()
    rows = [OpeningStock(product.pk, place.pk, quantity) for place, quantity in places]
    supply.load_opening_stock(rows, by=SYSTEM, clock=books.clock)
    return product


def broken() -> list[str]:
    return verify.lines(result for result in verify.run() if not result.holds)


def kept(product: reference.Product) -> int:
    """What the second location keeps in its bins."""
    return sum(row.quantity for row in stock.overview(product.pk) if row.key.owner == SHOP)


def again(books: Books, *wishes, **options):
    """Promise lines again, with all of their keys."""
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", [one.line_id for one in wishes]), *promising.keys(wishes))
        return promising.reconfirm(held, wishes, clock=books.clock, **options)


def withdraw(books: Books, *wishes) -> None:
    ids = [one.line_id for one in wishes]
    with transaction.atomic():
        held = locks.begin()
        held.take(*queries.keys("order", ids))
        promising.withdraw(held, "order", ids, clock=books.clock)


def test_it_gets_what_lies_there_and_no_more(books: Books, shop) -> None:
    product = stocked(books, (books.bin, 10), (shop, 4))
    wish = books.wish(product, 6, march(4), segment=SHOP)
    assert told(books.confirm(wish), wish.line_id) == [(4, 4, "stock")]
    said = str(queries.explain("order", wish.line_id).sentence)
    assert "2 EA cannot be confirmed: no more lies free at location L2." in said
    assert (kept(product), broken()) == (4, [])


def test_a_line_of_the_site_finds_it_gone(books: Books, shop) -> None:
    product = stocked(books, (books.bin, 10), (shop, 4))
    books.confirm(books.wish(product, 4, march(4), segment=SHOP))
    wish = books.wish(product, 14)
    assert told(books.confirm(wish), wish.line_id) == [(2, 10, "stock")]
    assert broken() == []


def test_what_the_site_promised_is_not_promised_again_at_the_location(books: Books, shop) -> None:
    product = stocked(books, (shop, 4))
    books.confirm(books.wish(product, 3))
    wish = books.wish(product, 4, segment=SHOP)
    assert told(books.confirm(wish), wish.line_id) == [(2, 1, "stock")]
    assert broken() == []


def test_goods_that_come_to_the_site_later_do_not_let_a_line_of_the_site_have_them_first(books: Books, shop) -> None:
    """Both sums would hold: one unit lies at the location, one comes elsewhere on the 5th. But the line of the site for
    the 3rd could only have the unit that the location's line for the 6th needs."""
    product = stocked(books, (shop, 1))
    books.expect(product, (Category.PURCHASE, march(5), 1))
    late = books.wish(product, 1, march(6), segment=SHOP)
    assert told(books.confirm(late), late.line_id) == [(6, 1, "stock")]
    early = books.wish(product, 1, march(3))
    assert told(books.confirm(early), early.line_id) == [(5, 1, "supply")]
    assert broken() == []


def test_it_does_not_wait_for_receipts_which_go_to_the_site(books: Books, shop) -> None:
    product = stocked(books, (shop, 1))
    books.expect(product, (Category.PURCHASE, march(5), 9))
    wish = books.wish(product, 3, march(9), segment=SHOP)
    assert told(books.confirm(wish), wish.line_id) == [(9, 1, "stock")]


def test_lines_of_one_order_share_what_lies_there_in_their_order(books: Books, shop) -> None:
    product = stocked(books, (books.bin, 2), (shop, 4))
    site, first, second = (books.wish(product, *asked) for asked in ((5,), (3,), (3,)))
    first, second = first._replace(segment=SHOP), second._replace(segment=SHOP)
    promise = books.confirm(site, first, second)
    assert [promise.lines[one.line_id].confirmed for one in (site, first, second)] == [2, 3, 1]
    assert (kept(product), broken()) == (4, [])


def test_two_locations_do_not_share_out_more_than_the_site_has_left(books: Books, shop) -> None:
    product = stocked(books, (books.bin, 3), (shop, 3))
    books.confirm(books.wish(product, 4))
    here, there = books.wish(product, 3, segment=segment_of("L1")), books.wish(product, 3, segment=SHOP)
    promise = books.confirm(here, there)
    assert [promise.lines[one.line_id].confirmed for one in (here, there)] == [2, 0]
    assert broken() == []


def test_what_is_taken_back_is_the_sites_again(books: Books, shop) -> None:
    product = stocked(books, (shop, 4))
    wish = books.wish(product, 4, segment=SHOP)
    books.confirm(wish)
    withdraw(books, wish)
    assert (kept(product), demand(books, product, SHOP), broken()) == (0, [], [])
    other = books.wish(product, 4)
    assert told(books.confirm(other), other.line_id) == [(2, 4, "stock")]


def test_a_line_may_turn_from_the_location_to_the_site_and_back(books: Books, shop) -> None:
    product = stocked(books, (shop, 4))
    wish = books.wish(product, 4, segment=SHOP)
    books.confirm(wish)
    anywhere = wish._replace(segment="")
    assert told(again(books, anywhere), wish.line_id) == [(2, 4, "stock")]
    assert (kept(product), broken()) == (0, [])
    assert told(again(books, wish), wish.line_id) == [(2, 4, "stock")]
    assert (kept(product), broken()) == (4, [])


def test_a_smaller_wish_lets_go_of_the_rest(books: Books, shop) -> None:
    product = stocked(books, (shop, 4))
    wish = books.wish(product, 4, segment=SHOP)
    books.confirm(wish)
    assert told(again(books, wish._replace(quantity=1)), wish.line_id) == [(2, 1, "stock")]
    assert (kept(product), broken()) == (1, [])


def test_what_is_only_supposed_leaves_no_trace(books: Books, shop) -> None:
    product = stocked(books, (shop, 4))
    wish = books.wish(product, 3, segment=SHOP, document=promising.SUPPOSED)
    assert told(promising.simulate([wish], clock=books.clock), wish.line_id) == [(2, 3, "stock")]
    assert (kept(product), demand(books, product, SHOP)) == (0, [])


def test_lines_that_arrive_together_keep_nothing_if_one_cannot(books: Books, shop) -> None:
    product, other = stocked(books, (shop, 4)), books.product()
    wishes = [books.wish(product, 4, segment=SHOP, delivery_group=1), books.wish(other, 1, delivery_group=1)]
    promise = books.confirm(*wishes)
    assert [one.confirmed for one in promise.lines.values()] == [0, 0]
    assert (kept(product), broken()) == (0, [])


def test_a_line_that_names_no_location_costs_no_more_statements(books: Books, shop) -> None:
    product = stocked(books, (books.bin, 50), (shop, 50))
    counts = []
    for _ in range(2):
        wish = books.wish(product, 1)
        with sql.counting() as so_far:
            books.confirm(wish)
        counts.append(so_far())
        books.confirm(books.wish(product, 1, segment=SHOP))
    assert counts[0] == counts[1]


def test_what_lies_elsewhere_is_found_out(books: Books, shop) -> None:
    product = stocked(books, (books.bin, 2), (shop, 4))
    books.confirm(books.wish(product, 3, segment=SHOP))
    Balance.objects.filter(owner=SHOP).update(location=books.bin.location_id)
    assert "promising: locations" in [result.name for result in verify.run() if not result.holds]


def test_what_is_kept_for_nobody_is_found_out(books: Books, shop) -> None:
    product = stocked(books, (shop, 4))
    wish = books.wish(product, 3, segment=SHOP)
    books.confirm(wish)
    key = books.key(product, SHOP)
    with transaction.atomic():
        held = locks.begin()
        held.take(key, *supply.kept_keys([key]))
        supply.keep(held, key, 1, wish.document, on=march(2), at=books.clock.now())
    assert [result.name for result in verify.run() if not result.holds] == ["promising: locations"]


def test_a_line_may_turn_away_from_a_location_that_is_short_for_others(books: Books, shop) -> None:
    product = stocked(books, (shop, 4))
    wish, other = books.wish(product, 3, segment=SHOP), books.wish(product, 1, segment=SHOP)
    books.confirm(wish, other)
    supply.move_stock(
        product.pk, from_bin_id=shop.pk, to_bin_id=books.bin.pk, quantity=4, by=SYSTEM, clock=books.clock
    )  # fmt: skip
    assert told(again(books, wish._replace(segment="")), wish.line_id) == [(2, 3, "stock")]
    assert (kept(product), broken()) == (0, [])
