"""Planned orders and requisitions: what counts of them, how a plan is set, and how they become orders."""

from dataclasses import replace

import pytest

from tests import rivals
from tests.promising.books import TODAY, Books, march, open_books
from tests.supply.test_receipts import series
from troth.business.promising import pegs
from troth.business.promising import queries as promising
from troth.business.promising.rules import Promise, Wish
from troth.business.supply import actions as supply
from troth.business.supply import queries
from troth.business.supply.actions import ExpectedReceipt
from troth.business.supply.actions.plan_named import NamedPlan, read_plan
from troth.business.supply.models import Receipt
from troth.kernel.calendars import date_of, day_of
from troth.kernel.errors import BusinessError, Refusals
from troth.kernel.netting import Category
from troth.kernel.scopes import STANDARD, CheckingScope, Event
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.ahead import Cover
from troth.platform import locks, verify
from troth.platform.actors import SYSTEM
from troth.reference import models as reference

ORDER = STANDARD[Event.ORDER]
HOPEFUL = replace(ORDER, code="hopeful", supply=ORDER.supply | {Category.PLANNED, Category.REQUISITION})


@pytest.fixture
def books(db) -> Books:
    return open_books()


def planned(books: Books, product: reference.Product, quantity: int, **given: object) -> ExpectedReceipt:
    receipt = ExpectedReceipt(
        books.company.pk, "planned", "PL-1", product.pk, books.site.pk, march(10), quantity, is_firm=False
    )
    return replace(receipt, **given)  # type: ignore[arg-type]


def enter(books: Books, receipt: ExpectedReceipt) -> int:
    return supply.expect_receipt(receipt, by=SYSTEM, clock=books.clock)


def plan(books: Books, *rows: ExpectedReceipt) -> supply.Planned:
    return supply.plan_supply(rows, reason="plan of March", by=SYSTEM, clock=books.clock)


def convert(books: Books, receipt_id: int, into: str = "production", **given: object) -> supply.Converted:
    arguments = {"number": "PRO-1", "by": SYSTEM, "clock": books.clock, **given}
    return supply.convert_receipt(receipt_id, into=into, **arguments)  # type: ignore[arg-type]


def confirmed(promise: Promise) -> list[tuple[str, int, str]]:
    """(day of arrival, quantity, basis) of what is confirmed."""
    return [
        (f"{date_of(one.dates.delivery):%-d March}", one.quantity, str(one.basis))
        for line in promise.lines.values()
        for one in line.schedules
    ]


def promise(books: Books, product: reference.Product, quantity: int, scope: CheckingScope = ORDER):
    return confirmed(books.confirm(books.wish(product, quantity, march(10), scope=scope)))


def behind(wish: Wish) -> list[str]:
    """What stands behind a line."""
    return [one.category.name for one in pegs.behind("order", wish.line_id, day_of(TODAY)) if one.category is not None]


def everything_holds() -> bool:
    return [one.name for one in verify.run() if not one.holds] == []


# --- what counts ------------------------------------------------------------------------------------------------------


def test_what_is_proposed_is_promised_to_nobody_until_it_is_firm(books: Books) -> None:
    """1 an order is proposed for the 10th; 2 a line gets nothing of it; 3 it is made firm; 4 the next gets it."""
    product = books.product()
    receipt_id = enter(books, planned(books, product, 20))
    assert series(books, product) == [(Category.PLANNED, 8, 20)]
    assert promise(books, product, 5) == []

    supply.change_receipt(receipt_id, is_firm=True, by=SYSTEM, clock=books.clock)

    assert series(books, product)[0] == (Category.FIRM_PLANNED, 8, 20)
    assert promise(books, product, 20) == [("10 March", 20, "supply")]
    assert everything_holds()


@pytest.mark.parametrize(("kind", "category"), [("planned", Category.PLANNED), ("requisition", Category.REQUISITION)])
def test_a_scope_that_counts_it_promises_on_planned_supply_and_says_so(
    books: Books, kind: str, category: Category
) -> None:
    product = books.product()
    enter(books, planned(books, product, 20, kind=kind))
    assert series(books, product) == [(category, 8, 20)]

    assert promise(books, product, 5) == []
    assert promise(books, product, 5, HOPEFUL) == [("10 March", 5, "planned")]

    assert series(books, product) == [(category, 8, 20), (Category.UNSECURED_ORDER, 8, -5)]
    said = str(promising.explain("order", 2).sentence)
    assert said == "As requested: 5 EA arrive on 10 Mar 2026 from planned supply."
    assert everything_holds()


def test_a_firm_requisition_counts_apart_from_planned_orders_proposals_and_what_is_ordered(books: Books) -> None:
    """Of five kinds of supply a scope that names firm requisitions beside stock sees these alone."""
    product = books.product()
    alone = replace(ORDER, code="alone", supply=frozenset({Category.STOCK, Category.FIRM_REQUISITION}))
    others = (("planned", False), ("planned", True), ("requisition", False), ("purchase", False))
    for place, (kind, is_firm) in enumerate(others):
        enter(books, planned(books, product, 20, kind=kind, is_firm=is_firm, number=f"O-{place}"))
    assert promise(books, product, 5, alone) == []
    enter(books, planned(books, product, 8, kind="requisition", is_firm=True))
    assert (Category.FIRM_REQUISITION, 8, 8) in series(books, product)
    assert promise(books, product, 9, alone) == [("10 March", 8, "supply")]
    assert everything_holds()


def test_no_standard_scope_counts_a_firm_requisition_and_one_that_does_promises_on_it_as_on_what_is_ordered(
    books: Books,
) -> None:
    """1 nobody gets anything of it; 2 a scope names it: firm supply, and the explanation says what comes; 3 it becomes
    a purchase order, and the promise stays; 4 that comes too late, and the promise is short."""
    product = books.product()
    receipt_id = enter(books, planned(books, product, 20, kind="requisition", is_firm=True))
    for event in Event:
        assert promise(books, product, 5, STANDARD[event]) == []
    trusting = replace(ORDER, code="trusting", supply=ORDER.supply | {Category.FIRM_REQUISITION})
    wish = books.wish(product, 12, march(4), scope=trusting)
    assert confirmed(books.confirm(wish)) == [("10 March", 12, "supply")]
    said = str(promising.explain("order", wish.line_id).sentence)
    assert "firm purchase requisition" in said
    assert behind(wish) == ["FIRM_REQUISITION"]

    made = convert(books, receipt_id, "purchase", number="PO-1")

    assert (made.short, availability.open_shortages()) == ((), [])
    assert behind(wish) == ["PURCHASE"]
    assert everything_holds()
    [gap] = supply.change_receipt(made.receipt_id, due_on=march(20), by=SYSTEM, clock=books.clock)
    assert (gap.on, gap.quantity, gap.cover) == (march(10), 12, Cover.FIRM)
    assert everything_holds()


def test_a_firm_planned_order_becomes_a_firm_requisition(books: Books) -> None:
    product = books.product()
    receipt_id = enter(books, planned(books, product, 20, is_firm=True))
    assert promise(books, product, 12) == [("10 March", 12, "supply")]
    made = convert(books, receipt_id, "requisition", number="RQ-1")
    assert (made.short, queries.receipt(made.receipt_id).is_firm) == ((), True)
    assert series(books, product)[0] == (Category.FIRM_REQUISITION, 8, 20)
    loosened = supply.change_receipt(made.receipt_id, is_firm=False, by=SYSTEM, clock=books.clock)
    assert [one.quantity for one in loosened] == [12]
    assert everything_holds()


def test_a_firm_planned_order_that_is_firm_no_longer_leaves_what_was_promised_on_it_short(books: Books) -> None:
    product = books.product()
    receipt_id = enter(books, planned(books, product, 20, is_firm=True))
    assert promise(books, product, 12) == [("10 March", 12, "supply")]

    [shortfall] = supply.change_receipt(receipt_id, is_firm=False, by=SYSTEM, clock=books.clock)

    assert (shortfall.on, shortfall.quantity) == (march(10), 12)
    assert everything_holds()


def test_what_is_ordered_is_never_called_firm_and_nobody_receives_what_is_planned(books: Books) -> None:
    product = books.product()
    for kind in ("purchase", "production"):
        with pytest.raises(BusinessError) as refused:
            enter(books, planned(books, product, 20, kind=kind, is_firm=True))
        assert (refused.value.code, refused.value.field) == ("firm_not_planned", "is_firm")
    receipt_id = enter(books, planned(books, product, 20, is_firm=True))
    with pytest.raises(BusinessError) as refused:
        supply.receive_goods(receipt_id, 5, bin_id=books.bin.pk, by=SYSTEM, clock=books.clock)
    assert refused.value.code == "not_ordered_yet"
    assert str(refused.value) == "The planned order PL-1 is not ordered yet. Convert it first."


def test_verify_sees_a_planned_order_that_counts_as_what_it_is_not(books: Books) -> None:
    enter(books, planned(books, books.product(), 20))
    assert everything_holds()
    Receipt.objects.update(is_firm=True)
    assert [one.name for one in verify.run() if not one.holds] == ["supply: expected"]


# --- what becomes of it -----------------------------------------------------------------------------------------------


def test_promises_that_hang_on_a_planned_order_hang_on_the_order_that_it_becomes(books: Books) -> None:
    product = books.product()
    receipt_id = enter(books, planned(books, product, 20, is_firm=True))
    assert promise(books, product, 12) == [("10 March", 12, "supply")]

    made = convert(books, receipt_id)

    assert made.short == ()
    assert series(books, product) == [(Category.PRODUCTION, 8, 20), (Category.ORDER, 8, -12)]
    row, before = queries.receipt(made.receipt_id), queries.receipt(receipt_id)
    assert (row.kind, row.number, row.made_from, row.state) == ("production", "PRO-1", "PL-1", "open")
    assert (before.state, before.expected) == ("converted", 0)
    assert [one.number for one in queries.made_of(receipt_id)] == ["PRO-1"]
    assert availability.open_shortages() == []
    assert everything_holds()
    supply.receive_goods(made.receipt_id, 20, bin_id=books.bin.pk, by=SYSTEM, clock=books.clock)
    assert everything_holds()


def test_an_order_that_comes_later_than_it_was_planned_leaves_the_shortage(books: Books) -> None:
    product = books.product()
    receipt_id = enter(books, planned(books, product, 20, is_firm=True))
    promise(books, product, 12)

    made = convert(books, receipt_id, "purchase", due_on=march(16))

    assert [(one.on, one.quantity) for one in made.short] == [(march(10), 12)]
    [shortage] = availability.open_shortages()
    assert shortage.cause == "PL-1 became PRO-1"
    assert everything_holds()


def test_of_an_order_for_less_the_rest_stays_planned_and_of_one_for_more_nothing_does(books: Books) -> None:
    product = books.product()
    receipt_id = enter(books, planned(books, product, 20, is_firm=True))

    convert(books, receipt_id, quantity=8)
    assert series(books, product) == [(Category.PRODUCTION, 8, 8), (Category.FIRM_PLANNED, 8, 12)]
    assert (queries.receipt(receipt_id).state, queries.receipt(receipt_id).expected) == ("open", 12)

    convert(books, receipt_id, quantity=15, number="PRO-2")
    assert series(books, product) == [(Category.PRODUCTION, 8, 23)]
    assert queries.receipt(receipt_id).state == "converted"
    assert everything_holds()


def test_a_planned_order_becomes_a_requisition_and_that_an_order_of_its_supplier(books: Books) -> None:
    product = books.product()
    receipt_id = enter(books, planned(books, product, 20))
    wanted = convert(books, receipt_id, "requisition", number="RQ-1", supplier_id=books.party.pk).receipt_id
    ordered = convert(books, wanted, "purchase", number="PO-1").receipt_id
    assert (queries.receipt(ordered).supplier, queries.receipt(ordered).made_from) == ("Customer", "RQ-1")
    assert series(books, product) == [(Category.PURCHASE, 8, 20)]
    assert everything_holds()


def test_what_cannot_be_converted_is_told_with_what_to_do(books: Books) -> None:
    product = books.product()
    receipt_id = enter(books, planned(books, product, 20, kind="requisition"))
    ordered = enter(books, planned(books, product, 5, kind="production", number="PRO-9"))

    def refusal(receipt_id: int, into: str, **given: object) -> tuple[str, str | None]:
        with pytest.raises(BusinessError) as refused:
            convert(books, receipt_id, into, **given)
        return refused.value.code, refused.value.field

    assert refusal(receipt_id, "production") == ("cannot_become", "kind")
    assert refusal(ordered, "purchase") == ("not_planned", None)
    assert refusal(receipt_id, "purchase", quantity=0) == ("receipt_quantity_not_positive", "quantity")
    assert refusal(receipt_id, "purchase", due_on=march(1))[1] == "due_on"
    assert refusal(receipt_id, "purchase", supplier_id=999_999) == ("not_found", "supplier")
    enter(books, planned(books, product, 5, kind="purchase", number="PO-1"))
    assert refusal(receipt_id, "purchase", number="PO-1") == ("receipt_exists", "number")
    convert(books, receipt_id, "purchase", number="PO-2")
    assert refusal(receipt_id, "purchase", number="PO-3") == ("illegal_transition", None)
    assert everything_holds()


@pytest.mark.django_db(transaction=True)
class TestTwoWhoConvert:
    @pytest.fixture
    def converting(self):
        books = open_books()
        receipt_id = enter(books, planned(books, books.product(), 20, is_firm=True))
        return [lambda to=to: convert(books, receipt_id, number=to) for to in ("PRO-1", "PRO-2")]

    def test_one_planned_order_becomes_one_order(self, monkeypatch, converting) -> None:
        found = rivals.race(monkeypatch, True, [(locks, "refuse_if_changed")], *converting)
        assert found == ["done", "illegal_transition"]
        assert Receipt.objects.filter(kind="production").count() == 1

    def test_without_the_lock_it_becomes_two(self, monkeypatch, converting) -> None:
        """The control."""
        assert rivals.race(monkeypatch, False, [(locks, "refuse_if_changed")], *converting) == ["done", "done"]
        assert Receipt.objects.filter(kind="production").count() == 2


# --- a plan -----------------------------------------------------------------------------------------------------------


def test_a_plan_that_is_set_again_changes_nothing_but_what_differs(books: Books) -> None:
    """1 a plan of three; 2 the same again; 3 one is moved and made firm, one is planned no longer, one is new."""
    product = books.product()
    first = [planned(books, product, 20, number=f"PL-{number}") for number in (1, 2, 3)]
    assert plan(books, *first) == supply.Planned(entered=3)
    assert plan(books, *first) == supply.Planned()
    assert {one.version for one in Receipt.objects.all()} == {1}

    made = plan(
        books,
        replace(first[0], due_on=march(12), is_firm=True),
        replace(first[1], quantity=0),
        replace(first[0], kind="requisition", number="RQ-1", quantity=7),
    )

    assert made == supply.Planned(entered=1, changed=1, cancelled=1)
    assert series(books, product) == [
        (Category.REQUISITION, 8, 7), (Category.FIRM_PLANNED, 10, 20), (Category.PLANNED, 8, 20),
    ]  # fmt: skip
    assert plan(books, replace(first[1], quantity=0)) == supply.Planned()
    assert everything_holds()


def test_a_plan_that_takes_away_what_was_promised_says_what_is_short(books: Books) -> None:
    product = books.product()
    plan(books, planned(books, product, 20, is_firm=True))
    promise(books, product, 12)
    made = plan(books, planned(books, product, 0))
    assert [(one.on, one.quantity) for one in made.short] == [(march(10), 12)]
    assert [one.cause for one in availability.open_shortages()] == ["plan: plan of March"]
    assert everything_holds()


def test_all_that_is_wrong_in_a_plan_is_told_by_row_and_nothing_is_taken(books: Books) -> None:
    product, other = books.product(), books.product()
    plan(books, planned(books, product, 20, number="PL-9"))
    with pytest.raises(Refusals) as refused:
        plan(
            books,
            planned(books, product, 5),
            planned(books, product, 5),
            planned(books, product, 5, kind="purchase", number="PO-1"),
            planned(books, other, 5, number="PL-9"),
            planned(books, product, -5, number="PL-3"),
        )
    assert [(one.row, one.code, one.field) for one in refused.value.refusals] == [
        (2, "planned_twice", "number"), (3, "not_planned", "kind"), (4, "other_goods", "product"),
        (5, "receipt_quantity_not_positive", "quantity"),
    ]  # fmt: skip
    assert Receipt.objects.count() == 1

    convert(books, Receipt.objects.get().pk)
    with pytest.raises(Refusals) as refused:
        plan(books, planned(books, product, 20, number="PL-9"))
    assert [(one.row, one.code) for one in refused.value.refusals] == [(1, "no_longer_planned")]


def test_a_plan_is_read_as_people_name_things(books: Books) -> None:
    product = books.product()
    good = NamedPlan(kind="planned", number="PL-1", product=product.number, site="S1", due_on=march(10), quantity="5")
    assert read_plan([replace(good, supplier="1")]) == (planned(books, product, 5, supplier_id=books.party.pk),)
    with pytest.raises(Refusals) as refused:
        read_plan(
            [
                replace(good, product="?"), replace(good, site="?"), replace(good, quantity="x"),
                replace(good, supplier="?"),
            ]
        )  # fmt: skip
    assert [(one.row, one.field) for one in refused.value.refusals] == [
        (1, "product"), (2, "site"), (3, "quantity"), (4, "supplier"),
    ]  # fmt: skip
    assert march(10) > TODAY
