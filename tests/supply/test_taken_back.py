"""A conversion taken back: the order is cancelled and the plan stands again, as long as nothing of it has come."""

import pytest

from tests import rivals
from tests.promising.books import Books, march, open_books
from tests.supply.test_planned import convert, enter, everything_holds, planned, promise
from tests.supply.test_receipts import series
from troth.business.supply import actions as supply
from troth.business.supply import queries
from troth.business.supply.models import Receipt
from troth.kernel.errors import BusinessError
from troth.kernel.netting import Category
from troth.ledgers.availability import queries as availability
from troth.platform import locks
from troth.platform.actors import SYSTEM
from troth.platform.models import Event


@pytest.fixture
def books(db) -> Books:
    return open_books()


def take_back(books: Books, receipt_id: int, reason: str = "wrong line"):
    return supply.take_back_conversion(receipt_id, reason=reason, by=SYSTEM, clock=books.clock)


def test_the_whole_order_goes_back_and_the_plan_stands_as_it_was(books: Books) -> None:
    product = books.product()
    plan = enter(books, planned(books, product, 20, is_firm=True))
    made = convert(books, plan, quantity=25, due_on=march(12)).receipt_id
    assert take_back(books, made) == []
    assert series(books, product) == [(Category.FIRM_PLANNED, 8, 20)]
    assert (queries.receipt(plan).state, queries.receipt(made).state) == ("open", "cancelled")
    assert Event.objects.filter(kind="supply.conversion_taken_back").count() == 1
    again = convert(books, plan, number="PRO-2").receipt_id
    assert queries.receipt(again).expected == 20
    assert everything_holds()


@pytest.mark.parametrize("first", [0, 1])
def test_parts_go_back_one_by_one_in_whatever_order(books: Books, first: int) -> None:
    product = books.product()
    plan = enter(books, planned(books, product, 20, is_firm=True))
    parts = [convert(books, plan, quantity=8).receipt_id, convert(books, plan, quantity=12, number="PRO-2").receipt_id]
    take_back(books, parts[first])
    assert queries.receipt(plan).expected == (8, 12)[first]
    take_back(books, parts[1 - first])
    assert series(books, product) == [(Category.FIRM_PLANNED, 8, 20)]
    assert everything_holds()


def test_what_was_promised_on_the_order_is_short_where_the_plan_is_not_firm(books: Books) -> None:
    product = books.product()
    made = convert(books, enter(books, planned(books, product, 20))).receipt_id
    promise(books, product, 12)
    short = take_back(books, made)
    assert [one.quantity for one in short] == [12]
    [shortage] = availability.open_shortages()
    assert shortage.cause == "PRO-1 became PL-1 again"
    assert everything_holds()


def test_what_cannot_go_back_is_refused_with_what_to_do(books: Books) -> None:
    product = books.product()
    alone = enter(books, planned(books, product, 5, kind="production", number="PRO-9", is_firm=False))
    plan = enter(books, planned(books, product, 20))
    wanted = convert(books, plan, "requisition", number="RQ-1").receipt_id
    ordered = convert(books, wanted, "purchase", number="PO-1").receipt_id

    def refusal(receipt_id: int, reason: str = "wrong line") -> tuple[str, str | None]:
        with pytest.raises(BusinessError) as refused:
            take_back(books, receipt_id, reason)
        return refused.value.code, refused.value.field

    assert refusal(alone) == ("not_made_of_plan", None)
    assert refusal(plan) == ("not_made_of_plan", None)
    assert refusal(999_999) == ("not_found", None)
    assert refusal(ordered, " ") == ("reason_missing", "reason")
    assert refusal(wanted) == ("illegal_transition", None)
    Receipt.objects.filter(pk=ordered).update(received=1)
    assert refusal(ordered) == ("goods_have_come", None)
    Receipt.objects.filter(pk=ordered).update(received=0)
    assert take_back(books, ordered) == []
    assert take_back(books, wanted) == []
    assert series(books, product) == [(Category.PRODUCTION, 8, 5), (Category.PLANNED, 8, 20)]
    assert everything_holds()


@pytest.mark.django_db(transaction=True)
class TestTwoWhoTakeBack:
    @pytest.fixture
    def taking(self):
        books = open_books()
        plan = enter(books, planned(books, books.product(), 20, is_firm=True))
        made = convert(books, plan, quantity=8).receipt_id
        return plan, [lambda: take_back(books, made)] * 2

    def test_it_goes_back_once(self, monkeypatch, taking) -> None:
        plan, both = taking
        assert rivals.race(monkeypatch, True, [(locks, "refuse_if_changed")], *both) == ["done", "illegal_transition"]
        assert queries.receipt(plan).expected == 20
        assert everything_holds()

    def test_without_the_lock_it_goes_back_twice(self, monkeypatch, taking) -> None:
        """The control."""
        _plan, both = taking
        assert rivals.race(monkeypatch, False, [(locks, "refuse_if_changed")], *both) == ["done", "done"]
        assert not everything_holds()
