"""Goods move between the bins of a site: the stock ledger follows, and what may be promised stays as it is."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model

from tests.promising.books import TODAY, Books, march, open_books
from tests.rivals import meet_at, outcomes
from troth.business.supply import actions as supply
from troth.business.supply.actions import Moved, OpeningStock
from troth.business.supply.rules import BinInactive, BinNotAtSite, ProductNotStocked, QuantityNotPositive, SameBin
from troth.kernel.errors import BusinessError, NotFound
from troth.ledgers.availability import queries as availability
from troth.ledgers.stock import actions as stock_actions
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.rules import NotEnoughStock
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.platform.models import Event, RoleGrant
from troth.platform.permissions import NotAllowed
from troth.platform.users import actor_of
from troth.reference import models as reference


@pytest.fixture
def books(db) -> Books:
    return open_books()


def another_bin(books: Books, code: str = "B2", **fields: object) -> reference.Bin:
    return reference.Bin.objects.create(location=books.bin.location, code=code, **fields)


def stocked(books: Books, quantity: int = 10, since: date = TODAY) -> reference.Product:
    product = books.product()
    supply.load_opening_stock([OpeningStock(product.pk, books.bin.pk, quantity, since)], by=SYSTEM, clock=books.clock)
    return product


def move(books: Books, product: reference.Product, to: reference.Bin, quantity: int, **given: object) -> Moved:
    arguments = {"from_bin_id": books.bin.pk, "by": SYSTEM, "clock": books.clock, **given}
    return supply.move_stock(product.pk, to_bin_id=to.pk, quantity=quantity, **arguments)  # type: ignore[arg-type]


def lying(product: reference.Product) -> list[tuple[str, int, date | None]]:
    return [(row.bin, row.quantity, row.received_on) for row in stock.overview(product.pk)]


def test_goods_move_to_another_bin_with_the_day_they_came_in(books: Books) -> None:
    product, target = stocked(books, since=date(2026, 2, 1)), another_bin(books)
    books.confirm(books.wish(product, 9, march(4)))
    before = availability.series(product.pk, books.site.pk).postings()

    moved = move(books, product, target, 4, reason="nearer to the door")

    assert lying(product) == [("B1", 6, date(2026, 2, 1)), ("B2", 4, date(2026, 2, 1))]
    assert availability.series(product.pk, books.site.pk).postings() == before
    rows = stock.postings([moved.from_posting_id, moved.to_posting_id])
    assert [(row.kind, row.key.bin_id, row.quantity) for row in rows] == [
        ("transfer", books.bin.pk, -4),
        ("transfer", target.pk, 4),
    ]
    event = Event.objects.get(kind="supply.stock_moved")
    assert (event.facts["quantity"], event.facts["reason"]) == (4, "nearer to the door")
    assert [result.name for result in verify.run() if not result.holds] == []


def test_a_bin_is_emptied_and_filled_again(books: Books) -> None:
    product, target = stocked(books), another_bin(books)
    move(books, product, target, 10)
    assert lying(product) == [("B2", 10, TODAY)]
    move(books, product, books.bin, 10, from_bin_id=target.pk)
    assert lying(product) == [("B1", 10, TODAY)]
    assert [result.name for result in verify.run() if not result.holds] == []


def test_a_move_that_cannot_be_is_refused_and_changes_nothing(books: Books) -> None:
    product, target, closed = stocked(books), another_bin(books), another_bin(books, "B3", is_active=False)
    other = reference.Site.objects.create(
        company=books.company, code="S2", name="Other", calendar=reference.WorkingCalendar.objects.get()
    )
    location = reference.StorageLocation.objects.create(site=other, code="L1", name="Location")
    elsewhere = reference.Bin.objects.create(location=location, code="B1")
    service = books.product(is_stocked=False)

    def refusal(expected: type[BusinessError], *asked: object, **given: object) -> str:
        with pytest.raises(expected) as caught:
            move(books, *asked, **given)  # type: ignore[arg-type]
        return caught.value.message

    assert "Take less" in refusal(NotEnoughStock, product, target, 11)
    assert "Take less" in refusal(NotEnoughStock, product, target, 1, batch="none such")
    assert "Choose another bin" in refusal(SameBin, product, books.bin, 1)
    assert "Choose a bin of the same site" in refusal(BinNotAtSite, product, elsewhere, 1)
    assert "make it active first" in refusal(BinInactive, product, closed, 1)
    assert "above zero" in refusal(QuantityNotPositive, product, target, 0)
    assert "above zero" in refusal(QuantityNotPositive, product, target, -3)
    assert "Mark it as stocked" in refusal(ProductNotStocked, service, target, 1)
    assert "no bin" in refusal(NotFound, product, target, 1, from_bin_id=10**9)

    assert lying(product) == [("B1", 10, TODAY)]
    assert not Event.objects.filter(kind="supply.stock_moved").exists()
    assert [result.name for result in verify.run() if not result.holds] == []


def test_what_a_closed_bin_holds_is_moved_out_of_it(books: Books) -> None:
    product, target = stocked(books), another_bin(books)
    reference.Bin.objects.filter(pk=books.bin.pk).update(is_active=False)
    move(books, product, target, 10)
    assert lying(product) == [("B2", 10, TODAY)]


def test_who_works_for_another_company_moves_nothing(books: Books) -> None:
    product, target = stocked(books), another_bin(books)
    other = reference.Company.objects.create(
        code="C2", name="Other", currency=books.company.currency, country=books.company.country
    )
    user = get_user_model().objects.create_user("clerk")
    RoleGrant.objects.create(user=user, role="warehouse_clerk", company_id=other.pk)
    with pytest.raises(NotAllowed):
        move(books, product, target, 1, by=actor_of(user))
    assert lying(product) == [("B1", 10, TODAY)]


@pytest.mark.django_db(transaction=True)
def test_moves_to_and_fro_at_the_same_moment_do_not_stand_in_each_others_way(monkeypatch: pytest.MonkeyPatch) -> None:
    books = open_books()
    product, target = stocked(books), another_bin(books)
    move(books, product, target, 5)
    meet_at(monkeypatch, (stock_actions, "post"), patience_seconds=0.4)
    told = outcomes(
        lambda: move(books, product, target, 5),
        lambda: move(books, product, books.bin, 5, from_bin_id=target.pk),
    )
    assert told == ["done", "done"]
    assert [(place, quantity) for place, quantity, _ in lying(product)] == [("B1", 5), ("B2", 5)]
