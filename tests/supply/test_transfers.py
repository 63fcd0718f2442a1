"""Goods become goods of another type: who was promised them is found, and scopes say whether they count."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from tests import rivals
from tests.promising.books import Books, demand, march, open_books, told
from troth.business.masterdata.models import Batch
from troth.business.promising import queries as promising
from troth.business.supply import actions as supply
from troth.business.supply import jobs
from troth.business.supply.actions import OpeningStock, Transferred
from troth.business.supply.models import TransferPosting
from troth.business.supply.rules import ReasonMissing
from troth.business.supply.types import AlreadyReversed, DayMissing, NoSuchTransfer, PlaceMissing
from troth.kernel.calendars import day_of
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, Event
from troth.ledgers.availability import actions as posting
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.stock import actions as stock_actions
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.models import Balance
from troth.ledgers.stock.rules import NotEnoughStock
from troth.platform import locks, verify
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.reference import models as reference


@pytest.fixture
def books(db) -> Books:
    return open_books()


def stocked(books: Books, quantity: int = 10, **fields: object) -> reference.Product:
    product = books.product(**fields)
    lots = {"batch": "A", "expires_on": march(20)} if fields else {}
    row = OpeningStock(product.pk, books.bin.pk, quantity, **lots)  # type: ignore[arg-type]
    supply.load_opening_stock([row], by=SYSTEM, clock=books.clock)
    return product


def transfer(
    books: Books, product: reference.Product, quantity: int, types: str, reason: str = "scratched", **given: object
) -> Transferred:
    """`types` as "unrestricted blocked"."""
    old, new = types.split()
    arguments = {"bin_id": books.bin.pk, "by": SYSTEM, "clock": books.clock, **given}
    return supply.transfer_stock(product.pk, from_type=old, to_type=new, quantity=quantity, reason=reason, **arguments)  # type: ignore[arg-type]


def lying(product: reference.Product) -> dict[str, int]:
    return {row.key.stock_type: row.quantity for row in stock.overview(product.pk)}


def broken() -> list[str]:
    return [result.name for result in verify.run() if not result.holds]


def test_blocked_goods_count_no_more_and_whoever_was_promised_them_is_short(books: Books) -> None:
    product = stocked(books)
    books.confirm(books.wish(product, 8, march(9)))

    made = transfer(books, product, 5, "unrestricted blocked")

    assert [(one.on, one.quantity) for one in made.short] == [(march(9), 3)]
    assert [(row.quantity, row.cause) for row in availability.open_shortages()] == [(3, "stock was blocked: scratched")]
    assert lying(product) == {"unrestricted": 5, "blocked": 5}
    assert [row[0::2] for row in demand(books, product)] == [("STOCK", 5), ("BLOCKED_STOCK", 5), ("ORDER", -8)]
    assert broken() == []

    unblocked = transfer(books, product, 3, "blocked unrestricted")
    assert (unblocked.short, availability.open_shortages()) == ([], [])
    assert lying(product) == {"unrestricted": 8, "blocked": 2}
    assert broken() == []


def test_only_a_scope_that_counts_them_promises_goods_in_inspection(books: Books) -> None:
    product = stocked(books)
    transfer(books, product, 6, "unrestricted quality", expected_on=march(12))
    order = STANDARD[Event.ORDER]
    wide = replace(order, code="wide", supply=order.supply | {Category.QUALITY_STOCK})

    narrow, counted = books.wish(product, 9, march(4)), books.wish(product, 9, march(4), scope=wide)
    assert told(books.confirm(narrow), narrow.line_id) == [(4, 4, "stock")]
    books.withdraw(product, narrow.line_id)
    assert told(books.confirm(counted), counted.line_id) == [(4, 4, "stock"), (12, 5, "unreleased")]
    said = str(promising.explain("order", counted.line_id).sentence)
    assert "5 EA on 12 Mar 2026 from goods that are not released yet" in said
    assert [row[0::2] for row in demand(books, product)][-1] == ("UNSECURED_ORDER", -5), "counted apart"
    assert broken() == []


WANTED = ((4, march(4)), (3, march(9)), (3, march(4)))


@pytest.mark.parametrize("fields", [{}, {"has_batches": True, "shelf_life_days": 30}])
def test_what_rests_on_goods_that_are_not_released_says_so_beside_what_is_planned(books: Books, fields: dict) -> None:
    """4 are free, 3 are in inspection and 3 are planned for the 9th."""
    product = stocked(books, 7, **fields)
    batch = {"batch": "A"} if fields else {}
    transfer(books, product, 3, "unrestricted quality", **batch)
    lasts = day_of(march(31)) if fields else 0
    with transaction.atomic():
        held = locks.begin()
        held.take(books.key(product))
        source = DocumentRef("plan", 1)
        entry = Entry(books.key(product), Category.PLANNED, day_of(march(9)), 3, source, 1, "", lasts)
        posting.post(held, [entry], at=books.clock.now())
    order = STANDARD[Event.ORDER]
    wide = replace(order, code="wide", supply=order.supply | {Category.QUALITY_STOCK, Category.PLANNED})
    life = {"life_days": 0} if fields else {}
    wishes = [books.wish(product, quantity, on, scope=wide, **life) for quantity, on in WANTED]
    said = [told(books.confirm(wish), wish.line_id) for wish in wishes]
    assert said == [[(4, 4, "stock")], [(9, 3, "planned")], [(4, 3, "unreleased")]]
    assert broken() == []


def test_the_explanation_names_goods_that_exist_but_are_not_in_the_scope(books: Books) -> None:
    product = stocked(books)
    transfer(books, product, 4, "unrestricted quality")
    transfer(books, product, 3, "unrestricted blocked")
    wish = books.wish(product, 8, march(4))
    books.confirm(wish)
    said = str(promising.explain("order", wish.line_id).sentence)
    assert "4 EA in quality inspection exist, but are not in the scope of the check." in said
    assert "3 EA of blocked stock exist, but are not in the scope of the check." in said

    served = books.wish(product, 1, march(4), line_id=99)
    books.withdraw(product, wish.line_id)
    books.confirm(served)
    assert "scope of the check" not in str(promising.explain("order", 99).sentence)


def test_goods_are_released_by_the_earliest_day_first(books: Books) -> None:
    product = stocked(books)
    transfer(books, product, 4, "unrestricted quality", expected_on=march(12))
    transfer(books, product, 4, "unrestricted quality", expected_on=march(6))
    transfer(books, product, 5, "quality unrestricted")
    assert demand(books, product) == [("STOCK", 0, 7), ("QUALITY_STOCK", 12, 3)]
    assert broken() == []


def test_a_posting_is_taken_back_once_to_the_day_it_took_from(books: Books) -> None:
    product = stocked(books)
    transfer(books, product, 4, "unrestricted quality", expected_on=march(12))
    released = transfer(books, product, 3, "quality unrestricted")

    supply.reverse_transfer(released.posting_id, by=SYSTEM, clock=books.clock)

    assert demand(books, product) == [("STOCK", 0, 6), ("QUALITY_STOCK", 12, 4)]
    assert lying(product) == {"unrestricted": 6, "quality": 4}
    with pytest.raises(AlreadyReversed):
        supply.reverse_transfer(released.posting_id, by=SYSTEM, clock=books.clock)
    assert TransferPosting.objects.filter(is_reversed=True).count() == 1
    assert broken() == []


def test_a_reversed_release_leaves_short_who_was_promised_the_goods(books: Books) -> None:
    product = stocked(books)
    transfer(books, product, 10, "unrestricted quality")
    released = transfer(books, product, 10, "quality unrestricted")
    books.confirm(books.wish(product, 10, march(4)))
    made = supply.reverse_transfer(released.posting_id, by=SYSTEM, clock=books.clock)
    assert [one.quantity for one in made.short] == [10]
    assert broken() == []


def test_what_moved_on_is_not_taken_back(books: Books) -> None:
    product = stocked(books)
    blocked = transfer(books, product, 4, "unrestricted blocked")
    transfer(books, product, 4, "blocked unrestricted")
    with pytest.raises(NotEnoughStock):
        supply.reverse_transfer(blocked.posting_id, by=SYSTEM, clock=books.clock)
    assert lying(product) == {"unrestricted": 10}


def test_goods_that_are_sent_are_promised_from_the_day_they_arrive(books: Books) -> None:
    product = stocked(books)
    other = reference.Site.objects.create(
        company=books.company, code="S2", name="Other", calendar=reference.WorkingCalendar.objects.get()
    )
    location = reference.StorageLocation.objects.create(site=other, code="L1", name="Location")
    goal = reference.Bin.objects.create(location=location, code="B9")

    transfer(books, product, 6, "unrestricted in_transit", expected_on=march(6), to_bin_id=goal.pk)

    assert demand(books, product) == [("STOCK", 0, 4)]
    there = availability.series(product.pk, other.pk).postings()
    assert [(Category(one[0]).name, one[2]) for one in there] == [("TRANSFER_IN", 6)]
    assert broken() == []
    wish = books.wish(product, 6, march(4))._replace(site_id=other.pk)
    assert told(books.confirm(wish), wish.line_id) == [(6, 6, "supply")]

    assert jobs.note_overdue(books.clock) == 0
    transfer(books, product, 6, "in_transit unrestricted", bin_id=goal.pk)
    assert lying(product) == {"unrestricted": 6}
    assert [row.bin for row in stock.overview(product.pk)] == ["B1", "B9"]
    assert broken() == []


def test_goods_that_never_arrive_leave_short_who_was_promised_them(books: Books) -> None:
    product, goal = stocked(books), reference.Bin.objects.create(location=books.bin.location, code="B2")
    transfer(books, product, 10, "unrestricted in_transit", expected_on=march(4), to_bin_id=goal.pk)
    books.confirm(books.wish(product, 10, march(5)))
    books.clock.at = books.clock.at.replace(day=20)
    assert jobs.note_overdue(books.clock) == 1
    assert [row.quantity for row in availability.open_shortages()] == [10]


def test_what_cannot_be_is_refused_and_changes_nothing(books: Books) -> None:
    product, other = stocked(books), reference.Bin.objects.create(location=books.bin.location, code="B2")
    for expected, quantity, types, given in (
        (NoSuchTransfer, 1, "unrestricted unrestricted", {}),
        (NoSuchTransfer, 1, "blocked in_transit", {}),
        (NoSuchTransfer, 1, "unrestricted consignment", {}),
        (NotEnoughStock, 11, "unrestricted blocked", {}),
        (NotEnoughStock, 1, "quality unrestricted", {}),
        (ReasonMissing, 1, "unrestricted blocked", {"reason": " "}),
        (DayMissing, 1, "unrestricted blocked", {"expected_on": march(9)}),
        (DayMissing, 1, "unrestricted quality", {"expected_on": date(2026, 3, 1)}),
        (DayMissing, 1, "unrestricted in_transit", {"to_bin_id": other.pk}),
        (PlaceMissing, 1, "unrestricted in_transit", {"expected_on": march(9)}),
        (PlaceMissing, 1, "unrestricted blocked", {"to_bin_id": other.pk}),
    ):
        with pytest.raises(expected):
            transfer(books, product, quantity, types, **given)  # type: ignore[arg-type]
    assert lying(product) == {"unrestricted": 10}
    assert demand(books, product) == [("STOCK", 0, 10)]
    assert TransferPosting.objects.count() == 0


def test_a_batch_keeps_its_last_day_whatever_its_type(books: Books) -> None:
    product = stocked(books, has_batches=True, shelf_life_days=30)
    transfer(books, product, 4, "unrestricted blocked", batch="A")
    lots = availability.lots(product.pk, books.site.pk)
    assert [(Category(one.category).name, one.batch, one.quantity) for one in lots] == [
        ("STOCK", "A", 6),
        ("BLOCKED_STOCK", "A", 4),
    ]
    assert broken() == []


def test_verify_sees_lots_that_last_otherwise_than_their_batch(books: Books) -> None:
    product = stocked(books, has_batches=True, shelf_life_days=30)
    transfer(books, product, 4, "unrestricted blocked", batch="A")
    assert broken() == []
    Batch.objects.filter(product=product).update(expires_on=march(25))
    [found] = [one for one in verify.run() if one.name == "supply: lots"]
    assert [(one.facts["batch"], one.facts["type"]) for one in found.findings] == [
        ("A", "unrestricted"),
        ("A", "blocked"),
    ]


def test_verify_sees_a_batch_that_lies_there_and_does_not_count(books: Books) -> None:
    product = stocked(books, has_batches=True, shelf_life_days=30)
    Balance.objects.filter(product=product).update(quantity=11)
    [found] = [one for one in verify.run() if one.name == "supply: lots"]
    assert f"{{{day_of(march(20))}: 11}} unrestricted lie" in found.findings[0].sentence


@pytest.mark.parametrize("stock_type", ["unrestricted", "blocked"])
def test_verify_sees_stock_of_a_type_that_does_not_count_as_what_it_is(books: Books, stock_type: str) -> None:
    product = stocked(books)
    transfer(books, product, 4, "unrestricted blocked")
    assert broken() == []
    Balance.objects.filter(stock_type=stock_type).update(quantity=7)
    [found] = [one for one in verify.run() if one.name == "supply: stock"]
    assert [one.facts["type"] for one in found.findings] == [stock_type]


def at_once(monkeypatch: pytest.MonkeyPatch, locked: bool) -> list[str]:
    """Two who block six of ten at the same moment; one is blocked already, so that no balance is new."""
    books = open_books()
    product = stocked(books, 11)
    transfer(books, product, 1, "unrestricted blocked")

    def block() -> Transferred:
        return transfer(books, product, 6, "unrestricted blocked")

    return rivals.race(monkeypatch, locked, [(stock_actions, "post")], block, block)


@pytest.mark.django_db(transaction=True)
def test_goods_are_blocked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_once(monkeypatch, True) == ["done", "not_enough_stock"]
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_are_blocked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both have seen ten."""
    assert at_once(monkeypatch, False) == ["done", "done"]
    assert broken() != []
