"""Inspection lots: received into one, decided in parts, taken back; nothing leaves inspection under them."""

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from tests import rivals
from tests.promising.books import Books, march, open_books
from tests.supply.test_receipts import by_type, expected, inspected, series
from troth.business.supply import actions as supply
from troth.business.supply import lots
from troth.business.supply.actions import OpeningStock, transfer
from troth.business.supply.models import InspectionLot, UsageDecision
from troth.business.supply.rules import ReasonMissing
from troth.business.supply.rules.lots import DecisionReversed, GoodsInLots, LotDecided, LotHoldsLess, OwnGoods
from troth.kernel.errors import InvalidInput
from troth.kernel.lifecycle import IllegalTransition
from troth.kernel.netting import Category
from troth.ledgers.availability import queries as availability
from troth.ledgers.stock.rules import NotEnoughStock
from troth.platform import verify
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.locks import ChangedMeanwhile


@pytest.fixture
def books(db) -> Books:
    return open_books()


def broken() -> list[str]:
    return [one.name for one in verify.run() if not one.holds]


def received(books: Books, quantity: int = 12, **given: object) -> tuple[InspectionLot, int]:
    """A lot of goods that came, and the goods receipt."""
    product = books.product()
    receipt_id = supply.expect_receipt(expected(books, product, 20, march(8)), by=SYSTEM, clock=books.clock)
    made = inspected(books, receipt_id, quantity, **given)
    return InspectionLot.objects.get(movement_id=made.posting_id), made.posting_id


def decide(books: Books, lot: InspectionLot, code: str, quantity: int, **given: object) -> supply.Decided:
    return supply.decide_usage(lot.pk, code, quantity, **{"by": SYSTEM, "clock": books.clock, **given})  # type: ignore[arg-type]


def post(books: Books, lot: InspectionLot, quantity: int, types: str = "quality unrestricted") -> supply.Transferred:
    old, new = types.split()
    return supply.transfer_stock(
        lot.product_id, bin_id=lot.bin_id, from_type=old, to_type=new, quantity=quantity, reason="sound", by=SYSTEM,
        clock=books.clock,
    )  # fmt: skip


def test_goods_received_into_inspection_make_a_lot(books: Books) -> None:
    lot, _receipt = received(books, 12, release_on=march(10))

    row = lots.lot(lot.pk)
    assert row is not None
    assert (row.open, row.quantity, row.origin, row.receipt, row.state) == (12, 12, "purchase", "4500", "open")
    assert (row.expected_on, row.is_releasable, row.number[:3]) == (march(10), True, "IL-")
    assert broken() == []


def test_what_is_accepted_is_free_and_what_is_rejected_is_blocked(books: Books) -> None:
    lot, _receipt = received(books)

    decide(books, lot, "accept", 7)
    assert (by_type(lot.product), lots.lot(lot.pk).state) == ({"unrestricted": 7, "quality": 5}, "open")
    decide(books, lot, "reject", 5, reason="scratched")

    lot.refresh_from_db()
    assert (lot.open, lot.state, lot.version) == (0, "decided", 3)
    assert by_type(lot.product) == {"unrestricted": 7, "blocked": 5}
    assert [(one.code, one.quantity, one.reason) for one in lots.decisions([lot.pk])] == [
        ("accept", 7, ""), ("reject", 5, "scratched"),
    ]  # fmt: skip
    assert broken() == []


def test_a_decision_is_taken_back_once_and_its_goods_are_open_again(books: Books) -> None:
    lot, _receipt = received(books, release_on=march(10))
    made = decide(books, lot, "reject", 12, reason="scratched")

    supply.reverse_usage(made.decision_id, by=SYSTEM, clock=books.clock)

    lot.refresh_from_db()
    assert (lot.open, lot.state, by_type(lot.product)) == (12, "open", {"quality": 12})
    assert (Category.QUALITY_STOCK, 8, 12) in series(books, lot.product)
    with pytest.raises(DecisionReversed):
        supply.reverse_usage(made.decision_id, by=SYSTEM, clock=books.clock)
    assert broken() == []


def test_a_decision_whose_goods_left_stays(books: Books) -> None:
    lot, _receipt = received(books)
    made = decide(books, lot, "accept", 12)
    supply.adjust_stock(lot.product_id, bin_id=lot.bin_id, counted=0, reason="lost", by=SYSTEM, clock=books.clock)

    with pytest.raises(NotEnoughStock):
        supply.reverse_usage(made.decision_id, by=SYSTEM, clock=books.clock)
    assert (lots.lot(lot.pk).open, broken()) == (0, [])


@pytest.mark.parametrize(
    ("code", "quantity", "reason", "refusal", "field"),
    [
        ("accept", 13, "", LotHoldsLess, "quantity"),
        ("reject", 2, " ", ReasonMissing, "reason"),
        ("perhaps", 2, "", InvalidInput, "code"),
    ],
)
def test_a_decision_on_more_than_is_open_or_without_a_reason_changes_nothing(
    books: Books, code: str, quantity: int, reason: str, refusal: type[Exception], field: str
) -> None:
    lot, _receipt = received(books)
    with pytest.raises(refusal) as refused:
        decide(books, lot, code, quantity, reason=reason)
    assert (refused.value.field, by_type(lot.product), lots.decisions([lot.pk])) == (field, {"quality": 12}, [])


def test_a_decision_made_from_an_older_version_is_refused(books: Books) -> None:
    lot, _receipt = received(books)
    decide(books, lot, "accept", 1, expected_version=1)
    with pytest.raises(ChangedMeanwhile):
        decide(books, lot, "accept", 1, expected_version=1)


def test_whoever_received_the_goods_does_not_decide_on_them(books: Books) -> None:
    person = get_user_model().objects.create_user("both")
    both = Actor(person.pk, "both", grants=(Grant("warehouse_clerk"), Grant("quality_coordinator")))
    lot, _receipt = received(books, by=both)

    with pytest.raises(OwnGoods):
        decide(books, lot, "accept", 1, by=both)
    made = decide(books, lot, "accept", 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageDecision.objects.filter(pk=made.decision_id).update(decided_by_id=person.pk)
    assert lots.lot(lot.pk).open == 11


# --- what lies in inspection stays in its lots ------------------------------------------------------------------------


def test_goods_of_a_lot_leave_inspection_by_a_decision_alone(books: Books) -> None:
    lot, _receipt = received(books)
    with pytest.raises(GoodsInLots) as refused:
        post(books, lot, 1)
    assert (refused.value.field, refused.value.facts["free"]) == ("quantity", 0)
    made = decide(books, lot, "accept", 3)
    with pytest.raises(GoodsInLots):
        supply.reverse_transfer(UsageDecision.objects.get(pk=made.decision_id).posting_id, by=SYSTEM, clock=books.clock)

    sent = post(books, lot, 3, "unrestricted quality")
    post(books, lot, 1)
    with pytest.raises(GoodsInLots):
        supply.reverse_transfer(sent.posting_id, by=SYSTEM, clock=books.clock)
    assert by_type(lot.product) == {"quality": 11, "unrestricted": 1}
    assert broken() == []


def test_a_goods_receipt_is_taken_back_with_its_lot_and_not_once_any_of_it_is_decided(books: Books) -> None:
    lot, receipt = received(books, release_on=march(10))
    made = decide(books, lot, "accept", 1)
    with pytest.raises(LotDecided):
        supply.reverse_receipt(receipt, by=SYSTEM, clock=books.clock)
    supply.reverse_usage(made.decision_id, by=SYSTEM, clock=books.clock)

    supply.reverse_receipt(receipt, by=SYSTEM, clock=books.clock)

    lot.refresh_from_db()
    assert (lot.state, lot.open, by_type(lot.product)) == ("cancelled", 0, {})
    with pytest.raises(LotHoldsLess):
        decide(books, lot, "accept", 1)
    assert broken() == []


def test_goods_that_lie_in_inspection_already_are_put_into_a_lot_by_hand(books: Books) -> None:
    product = books.product()
    supply.load_opening_stock([OpeningStock(product.pk, books.bin.pk, 10)], by=SYSTEM, clock=books.clock)
    supply.transfer_stock(
        product.pk, bin_id=books.bin.pk, from_type="unrestricted", to_type="quality", quantity=10, reason="doubts",
        by=SYSTEM, clock=books.clock,
    )  # fmt: skip
    arguments = {"bin_id": books.bin.pk, "by": SYSTEM, "clock": books.clock}

    lot_id = supply.enter_lot(product.pk, quantity=6, expected_on=march(12), is_releasable=False, **arguments)
    with pytest.raises(LotHoldsLess) as refused:
        supply.enter_lot(product.pk, quantity=5, **arguments)

    assert refused.value.facts["most"] == 4
    lot = InspectionLot.objects.get(pk=lot_id)
    assert (lot.open, lot.origin, lot.is_releasable, lot.receipt_id) == (6, "by_hand", False, None)
    quality = [row[1:] for row in series(books, product) if row[0] == Category.QUALITY_STOCK]
    assert sorted(quantity for _day, quantity in quality) == [4, 6]
    assert broken() == []


def test_a_lot_released_later_is_told_to_whom_it_was_promised_and_gives_its_own_day(books: Books) -> None:
    lot, _receipt = received(books, 5, release_on=march(9))
    product = lot.product
    other = InspectionLot.objects.get(
        movement_id=inspected(books, lot.receipt_id, 4, release_on=march(11)).posting_id
    )  # fmt: skip
    supply.change_lot(
        other.pk, expected_on=march(13), is_releasable=False, note="the laboratory is full", by=SYSTEM,
        clock=books.clock,
    )  # fmt: skip
    quality = {day: quantity for kind, day, quantity in series(books, product) if kind == Category.QUALITY_STOCK}
    assert sorted(quality.values()) == [4, 5]

    decide(books, other, "accept", 4)

    left = {day: quantity for kind, day, quantity in series(books, product) if kind == Category.QUALITY_STOCK}
    assert list(left.values()) == [5]
    assert list(left) == [min(quality)]
    other.refresh_from_db()
    assert (other.expected_on, other.is_releasable, other.note) == (march(13), False, "the laboratory is full")
    with pytest.raises(IllegalTransition):
        supply.change_lot(other.pk, expected_on=None, is_releasable=True, by=SYSTEM, clock=books.clock)
    assert (availability.open_shortages(), broken()) == ([], [])


@pytest.mark.parametrize("wrong", [{"expected_on": march(1)}])
def test_a_day_of_release_that_has_passed_is_refused(books: Books, wrong: dict[str, object]) -> None:
    lot, _receipt = received(books)
    with pytest.raises(InvalidInput) as refused:
        supply.change_lot(lot.pk, is_releasable=True, by=SYSTEM, clock=books.clock, **wrong)  # type: ignore[arg-type]
    assert refused.value.field == "expected_on"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lot: InspectionLot.objects.filter(pk=lot.pk).update(open=lot.open - 1),
        lambda lot: UsageDecision.objects.update(quantity=1),
        lambda lot: InspectionLot.objects.filter(pk=lot.pk).update(batch="X"),
    ],
)
def test_verify_sees_a_lot_that_is_not_what_lies_there_or_was_decided(books: Books, spoil) -> None:
    lot, _receipt = received(books)
    decide(books, lot, "accept", 2)
    lot.refresh_from_db()
    assert broken() == []
    spoil(lot)
    assert "supply: inspection lots" in broken()


# --- two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
class TestTwoDecideOnOneLot:
    """One accepts nine of twelve, the other rejects nine."""

    PLACES = ((transfer, "post"),)

    @pytest.fixture
    def rivalry(self):
        books = open_books()
        lot, _receipt = received(books)
        inspected(books, lot.receipt_id, 8)  # the bin has enough for both
        return (
            lambda: decide(books, lot, "accept", 9),
            lambda: decide(books, lot, "reject", 9, reason="scratched"),
        )

    def decided(self) -> int:
        return sum(UsageDecision.objects.values_list("quantity", flat=True))

    def test_no_more_is_decided_than_the_lot_has(self, monkeypatch, rivalry):
        assert rivals.race(monkeypatch, True, self.PLACES, *rivalry) == ["done", "lot_holds_less"]
        assert (self.decided(), broken()) == (9, [])

    def test_more_is_decided_without_the_lock(self, monkeypatch, rivalry):
        rivals.race(monkeypatch, False, self.PLACES, *rivalry)
        assert broken() != []
