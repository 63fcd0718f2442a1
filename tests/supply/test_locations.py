"""A storage location left out of the check: what lies there exists, and is promised to and fetched by nobody."""

from dataclasses import replace

import pytest

from tests.promising.books import Books, demand, march, open_books, told
from troth.business.promising import queries as promising
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt, OpeningStock
from troth.kernel.errors import InvalidInput
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event
from troth.ledgers.availability import queries as availability
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.models import Balance
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.reference import models as reference


@pytest.fixture
def books(db) -> Books:
    return open_books()


@pytest.fixture
def shelf(books: Books) -> reference.Bin:
    """A bin of a location that is left out of the check."""
    show = reference.StorageLocation.objects.create(site=books.site, code="L2", name="Showroom", is_left_out=True)
    return reference.Bin.objects.create(location=show, code="S1")


def stocked(books: Books, place: reference.Bin, quantity: int = 10) -> reference.Product:
    product = books.product()
    supply.load_opening_stock([OpeningStock(product.pk, place.pk, quantity)], by=SYSTEM, clock=books.clock)
    return product


def move(books: Books, product: reference.Product, way: tuple[reference.Bin, reference.Bin], quantity: int):
    place, target = way
    return supply.move_stock(
        product.pk, from_bin_id=place.pk, to_bin_id=target.pk, quantity=quantity, by=SYSTEM, clock=books.clock
    )


def broken() -> list[str]:
    return [result.name for result in verify.run() if not result.holds]


def test_what_lies_there_is_promised_to_nobody_and_the_explanation_says_so(books: Books, shelf) -> None:
    product = stocked(books, shelf)
    wish = books.wish(product, 4, march(4))
    assert told(books.confirm(wish), wish.line_id) == []
    said = str(promising.explain("order", wish.line_id).sentence)
    assert "10 EA at locations that are left out exist, but are not in the scope of the check." in said
    assert demand(books, product)[0][0::2] == ("LEFT_OUT_STOCK", 10)
    assert broken() == []


def test_a_scope_may_count_it(books: Books, shelf) -> None:
    product, order = stocked(books, shelf), STANDARD[Event.ORDER]
    wide = replace(order, code="wide", supply=order.supply | {Category.LEFT_OUT_STOCK})
    wish = books.wish(product, 4, march(4), scope=wide)
    assert told(books.confirm(wish), wish.line_id) == [(4, 4, "unreleased")]
    assert broken() == []


def test_goods_that_are_moved_there_leave_short_who_was_promised_them(books: Books, shelf) -> None:
    product = stocked(books, books.bin)
    books.confirm(books.wish(product, 8, march(4)))

    moved = move(books, product, (books.bin, shelf), 6)

    assert [one.quantity for one in moved.short] == [4]
    [open_shortage] = availability.open_shortages()
    assert open_shortage.cause == "stock was moved from bin B1 to bin S1"
    assert broken() == []

    assert move(books, product, (shelf, books.bin), 6).short == []
    assert availability.open_shortages() == []
    assert demand(books, product)[0] == ("STOCK", 0, 10)
    assert broken() == []


def test_nobody_fetches_from_there(books: Books, shelf) -> None:
    product = stocked(books, shelf)
    assert stock.in_bins(books.site.pk, [product.pk]) == []
    move(books, product, (shelf, books.bin), 3)
    assert [(one.bin, one.quantity) for one in stock.in_bins(books.site.pk, [product.pk])] == [("B1", 3)]


def test_receipts_counts_and_transfer_postings_there_count_as_left_out(books: Books, shelf) -> None:
    product = books.product()
    receipt = ExpectedReceipt(books.company.pk, "purchase", "4500", product.pk, books.site.pk, march(8), 10)
    receipt_id = supply.expect_receipt(receipt, by=SYSTEM, clock=books.clock)
    came = supply.receive_goods(receipt_id, 10, bin_id=shelf.pk, by=SYSTEM, clock=books.clock)
    assert demand(books, product)[0][0::2] == ("LEFT_OUT_STOCK", 10)
    supply.adjust_stock(product.pk, bin_id=shelf.pk, counted=12, reason="found", by=SYSTEM, clock=books.clock)
    types = {"bin_id": shelf.pk, "reason": "worn", "by": SYSTEM, "clock": books.clock}
    posted = supply.transfer_stock(
        product.pk, from_type="unrestricted", to_type="blocked", quantity=2, **types
    ).posting_id
    assert [row[0::2] for row in demand(books, product)] == [("BLOCKED_STOCK", 2), ("LEFT_OUT_STOCK", 10)]
    assert broken() == []
    supply.reverse_transfer(posted, by=SYSTEM, clock=books.clock)
    assert [row[0::2] for row in demand(books, product)] == [("LEFT_OUT_STOCK", 12)]
    supply.reverse_receipt(came.posting_id, by=SYSTEM, clock=books.clock)
    assert [row[0::2] for row in demand(books, product)] == [("PURCHASE", 10), ("LEFT_OUT_STOCK", 2)]
    assert broken() == []


def test_goods_are_not_sent_there(books: Books, shelf) -> None:
    product = stocked(books, books.bin)
    with pytest.raises(InvalidInput) as refused:
        supply.transfer_stock(
            product.pk, bin_id=books.bin.pk, from_type="unrestricted", to_type="in_transit", quantity=1,
            reason="show", expected_on=march(9), to_bin_id=shelf.pk, by=SYSTEM, clock=books.clock,
        )  # fmt: skip
    assert refused.value.field == "to_bin"


def test_verify_sees_stock_of_a_location_left_out_that_counts_otherwise(books: Books, shelf) -> None:
    product = stocked(books, shelf)
    assert broken() == []
    Balance.objects.filter(product=product).update(quantity=9)
    [found] = [one for one in verify.run() if one.name == "supply: stock"]
    assert not found.holds
    assert "9 unrestricted lie in the bins, 10 are posted" in found.findings[0].sentence
