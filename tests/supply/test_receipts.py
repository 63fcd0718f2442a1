"""Receipts are expected, move, come in and go back; availability and stock follow, and shortages are noted."""

from datetime import date

import pytest

from tests.promising.books import TODAY, Books, march, open_books
from troth.business.supply import actions as supply
from troth.business.supply import queries
from troth.business.supply.actions import ExpectedReceipt, OpeningStock
from troth.business.supply.models import InspectionLot, Receipt
from troth.business.supply.rules import (
    BinNotAtSite,
    LessThanReceived,
    MoreThanExpected,
    NotAReceipt,
    ProductNotStocked,
    QuantityNotPositive,
    ReasonMissing,
    ReceiptExists,
)
from troth.business.supply.rules.lots import LotDecided
from troth.kernel.calendars import day_of
from troth.kernel.errors import InvalidInput
from troth.kernel.lifecycle import IllegalTransition
from troth.kernel.netting import Category
from troth.kernel.quantity import Overflow
from troth.ledgers.availability import queries as availability
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.rules import AlreadyReversed, NotEnoughStock
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.platform.sql import tally
from troth.reference import models as reference


@pytest.fixture
def books(db) -> Books:
    return open_books()


def expected(
    books: Books, product: reference.Product, quantity: int, on: date, number: str = "4500"
) -> ExpectedReceipt:
    return ExpectedReceipt(books.company.pk, "purchase", number, product.pk, books.site.pk, on, quantity)


def series(books: Books, product: reference.Product) -> list[tuple[Category, int, int]]:
    return [
        (Category(category), day - day_of(TODAY) if category else 0, quantity)
        for category, day, quantity in availability.series(product.pk, books.site.pk).postings()
    ]


def lying(product: reference.Product) -> int:
    return sum(row.quantity for row in stock.overview(product.pk))


def receive(books: Books, receipt_id: int, quantity: int) -> supply.Received:
    return supply.receive_goods(receipt_id, quantity, bin_id=books.bin.pk, by=SYSTEM, clock=books.clock)


def test_a_receipt_is_supply_on_its_day(books: Books) -> None:
    product = books.product()

    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)

    assert series(books, product) == [(Category.PURCHASE, 6, 20)]
    [row] = queries.by_product(product.pk, books.site.pk)
    assert (row.id, row.number, row.expected, row.due_on) == (receipt_id, "4500", 20, march(8))
    assert [one.pk for one in queries.receipts(books.company.pk)] == [row.id]


def test_goods_that_come_in_are_stock_and_expected_no_longer(books: Books) -> None:
    product = books.product()
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)

    first = receive(books, receipt_id, 5)
    assert series(books, product) == [(Category.STOCK, 0, 5), (Category.PURCHASE, 6, 15)]
    assert (first.still_expected, lying(product)) == (15, 5)

    receive(books, receipt_id, 15)
    assert series(books, product) == [(Category.STOCK, 0, 20)]
    assert (queries.receipt(receipt_id).state, lying(product)) == ("received", 20)


def test_a_goods_receipt_can_be_taken_back_once(books: Books) -> None:
    product = books.product()
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)
    received = receive(books, receipt_id, 20)

    supply.reverse_receipt(received.posting_id, by=SYSTEM, clock=books.clock)

    assert series(books, product) == [(Category.PURCHASE, 6, 20)]
    assert (queries.receipt(receipt_id).state, queries.receipt(receipt_id).received, lying(product)) == ("open", 0, 0)
    with pytest.raises((AlreadyReversed, NotEnoughStock)):
        supply.reverse_receipt(received.posting_id, by=SYSTEM, clock=books.clock)
    assert series(books, product) == [(Category.PURCHASE, 6, 20)]


def test_a_receipt_that_moves_behind_a_promise_leaves_a_shortage(books: Books) -> None:
    product = books.product()
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)
    books.confirm(books.wish(product, 12, march(9)))

    [shortfall] = supply.change_receipt(receipt_id, due_on=march(20), by=SYSTEM, clock=books.clock)

    assert (shortfall.on, shortfall.quantity) == (march(9), 12)
    [open_shortage] = availability.open_shortages()
    assert (open_shortage.quantity, open_shortage.cause) == (12, "receipt 4500 was changed")
    assert series(books, product) == [(Category.PURCHASE, 18, 20), (Category.ORDER, 7, -12)]

    assert supply.change_receipt(receipt_id, due_on=march(8), by=SYSTEM, clock=books.clock) == []
    assert availability.open_shortages() == []


def test_a_cancelled_receipt_leaves_what_was_promised_short(books: Books) -> None:
    product = books.product()
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)
    books.confirm(books.wish(product, 12, march(9)))
    receive(books, receipt_id, 5)

    [shortfall] = supply.cancel_receipt(receipt_id, reason="supplier closed", by=SYSTEM, clock=books.clock)

    assert shortfall.quantity == 7
    assert series(books, product) == [(Category.STOCK, 0, 5), (Category.ORDER, 7, -12)]
    with pytest.raises(IllegalTransition):
        supply.change_receipt(receipt_id, due_on=march(9), by=SYSTEM, clock=books.clock)


def test_a_new_receipt_closes_the_shortage_it_covers(books: Books) -> None:
    product = books.product()
    books.supply(product, (None, 10))
    books.confirm(books.wish(product, 10, march(9)))
    books.expect(product, (Category.STOCK, TODAY, -10))
    supply.adjust_stock(product.pk, bin_id=books.bin.pk, counted=1, reason="found", by=SYSTEM, clock=books.clock)
    assert [row.quantity for row in availability.open_shortages()] == [9]

    supply.expect_receipts([expected(books, product, 9, march(8))], by=SYSTEM, clock=books.clock)

    assert availability.open_shortages() == []


def test_a_count_sets_the_bin_to_what_was_counted(books: Books) -> None:
    product = books.product()
    supply.load_opening_stock([OpeningStock(product.pk, books.bin.pk, 10)], by=SYSTEM, clock=books.clock)
    books.confirm(books.wish(product, 9, march(4)))

    [shortfall] = supply.adjust_stock(
        product.pk, bin_id=books.bin.pk, counted=7, reason="broken", by=SYSTEM, clock=books.clock
    )

    assert (lying(product), shortfall.quantity) == (7, 2)
    assert series(books, product) == [(Category.STOCK, 0, 7), (Category.ORDER, 2, -9)]
    with pytest.raises(ReasonMissing):
        supply.adjust_stock(product.pk, bin_id=books.bin.pk, counted=8, reason=" ", by=SYSTEM, clock=books.clock)
    assert lying(product) == 7


def test_opening_stock_and_receipts_of_many_products_take_as_many_statements_as_of_one(books: Books) -> None:
    def load(count: int, prefix: str) -> int:
        products = [books.product() for _ in range(count)]
        before = tally.statements
        supply.load_opening_stock(
            [OpeningStock(one.pk, books.bin.pk, 10) for one in products], by=SYSTEM, clock=books.clock
        )
        receipts = [expected(books, one, 5, march(9), f"{prefix}{place}") for place, one in enumerate(products)]
        supply.expect_receipts(receipts, by=SYSTEM, clock=books.clock)
        return tally.statements - before

    load(1, "warm")  # what a process keeps of master data is read once
    assert load(1, "a") == load(40, "b")


def test_what_cannot_be_received_is_refused_and_changes_nothing(books: Books) -> None:
    product = books.product()
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)
    receive(books, receipt_id, 5)
    before = series(books, product)

    with pytest.raises(MoreThanExpected):
        receive(books, receipt_id, 16)
    with pytest.raises(QuantityNotPositive):
        receive(books, receipt_id, 0)
    with pytest.raises(LessThanReceived):
        supply.change_receipt(receipt_id, quantity=4, by=SYSTEM, clock=books.clock)
    with pytest.raises(ReceiptExists):
        supply.expect_receipt(expected(books, product, 1, march(8)), by=SYSTEM, clock=books.clock)
    with pytest.raises(Overflow):
        supply.expect_receipt(expected(books, product, 2**63, march(8), "x"), by=SYSTEM, clock=books.clock)
    with pytest.raises(NotAReceipt):
        supply.reverse_receipt(10**9, by=SYSTEM, clock=books.clock)

    assert series(books, product) == before
    assert lying(product) == 5


def test_goods_go_only_into_bins_of_their_site_and_only_if_they_are_kept_in_stock(books: Books) -> None:
    product, service = books.product(), books.product(is_stocked=False)
    other = reference.Site.objects.create(
        company=books.company, code="S2", name="Other", calendar=reference.WorkingCalendar.objects.get()
    )
    location = reference.StorageLocation.objects.create(site=other, code="L1", name="Location")
    elsewhere = reference.Bin.objects.create(location=location, code="B1")
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)

    with pytest.raises(BinNotAtSite):
        supply.receive_goods(receipt_id, 5, bin_id=elsewhere.pk, by=SYSTEM, clock=books.clock)
    with pytest.raises(ProductNotStocked):
        supply.load_opening_stock([OpeningStock(service.pk, books.bin.pk, 5)], by=SYSTEM, clock=books.clock)

    assert series(books, product) == [(Category.PURCHASE, 6, 20)]
    assert [result.name for result in verify.run() if not result.holds] == []


def test_verify_sees_a_receipt_whose_supply_is_not_posted(books: Books) -> None:
    product = books.product()
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)
    receive(books, receipt_id, 5)
    assert [result.name for result in verify.run() if not result.holds] == []

    Receipt.objects.update(received=6)

    assert [result.name for result in verify.run() if not result.holds] == ["supply: expected"]


def test_verify_sees_stock_that_only_one_ledger_knows(books: Books) -> None:
    product = books.product()
    supply.load_opening_stock([OpeningStock(product.pk, books.bin.pk, 5)], by=SYSTEM, clock=books.clock)
    assert [result.name for result in verify.run() if not result.holds] == []

    books.supply(product, (None, 1))

    assert [result.name for result in verify.run() if not result.holds] == ["supply: stock"]


# --- goods that are inspected first ----------------------------------------------------------------------------------


def inspected(books: Books, receipt_id: int, quantity: int, **given: object) -> supply.Received:
    arguments = {"bin_id": books.bin.pk, "by": SYSTEM, "clock": books.clock, "into_inspection": True, **given}
    return supply.receive_goods(receipt_id, quantity, **arguments)  # type: ignore[arg-type]


def by_type(product: reference.Product) -> dict[str, int]:
    return {row.key.stock_type: row.quantity for row in stock.overview(product.pk)}


def test_goods_received_into_inspection_leave_what_was_promised_of_them_short(books: Books) -> None:
    product = books.product()
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)
    wish = books.wish(product, 15, march(8))
    books.confirm(wish)

    made = inspected(books, receipt_id, 12, release_on=march(10))

    assert by_type(product) == {"quality": 12}
    assert series(books, product) == [
        (Category.PURCHASE, 6, 8), (Category.QUALITY_STOCK, 8, 12), (Category.ORDER, 6, -15),
    ]  # fmt: skip
    assert [(one.on, one.quantity) for one in made.short] == [(march(8), 7)]
    supply.decide_usage(InspectionLot.objects.get().pk, "accept", 12, by=SYSTEM, clock=books.clock)
    assert availability.open_shortages() == []
    assert [one.name for one in verify.run() if not one.holds] == []


@pytest.mark.parametrize("release_on", [None, march(10)])
def test_such_a_receipt_is_taken_back_and_not_once_its_goods_are_released(
    books: Books, release_on: date | None
) -> None:
    product = books.product()
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)
    made = inspected(books, receipt_id, 12, release_on=release_on)
    supply.reverse_receipt(made.posting_id, by=SYSTEM, clock=books.clock)
    assert (by_type(product), series(books, product)) == ({}, [(Category.PURCHASE, 6, 20)])

    again = inspected(books, receipt_id, 20, release_on=release_on)
    lot = InspectionLot.objects.get(movement_id=again.posting_id)
    supply.decide_usage(lot.pk, "accept", 1, by=SYSTEM, clock=books.clock)
    with pytest.raises(LotDecided):
        supply.reverse_receipt(again.posting_id, by=SYSTEM, clock=books.clock)
    assert [one.name for one in verify.run() if not one.holds] == []


def test_a_day_of_release_is_of_goods_that_are_inspected_and_has_not_passed(books: Books) -> None:
    product = books.product()
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)
    for given in ({"release_on": march(1)}, {"release_on": march(9), "into_inspection": False}):
        with pytest.raises(InvalidInput) as refused:
            inspected(books, receipt_id, 5, **given)
        assert refused.value.field == "release_on"
    assert lying(product) == 0
