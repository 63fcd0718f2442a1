"""Goods of a product that is valuated separately: they come, lie, move and are counted by type, each type by itself."""

from datetime import timedelta

import pytest

from tests import company, valued
from troth.business.masterdata import imports
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply import jobs
from troth.business.supply.actions import ExpectedReceipt, Foreseen, OpeningStock
from troth.business.supply.rules import WrongValuation
from troth.kernel.netting import Category
from troth.ledgers.availability import queries as availability
from troth.ledgers.stock import queries as stock
from troth.ledgers.stock.models import Balance
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.reference import models as reference

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(db):
    made = company.build()
    valued.types(made)
    return made


@pytest.fixture
def do(small):
    """The verbs of supply on gloves in Hamburg, as the system says them."""

    def run(verb, *arguments, **fields):
        return getattr(supply, verb)(*arguments, **fields, by=SYSTEM, clock=small.clock)

    return run


def receipt(small, quantity=5, valuation="NEW", product="GLOVE", number="4500") -> ExpectedReceipt:
    return ExpectedReceipt(
        small.company.pk, "purchase", number, small.products[product].pk, small.sites["HAM"].pk, company.TUESDAY,
        quantity, valuation=valuation,
    )  # fmt: skip


def stands(small, segment) -> dict[str, int]:
    """What there is of a series, by category."""
    key = valued.key(small, segment)
    found: dict[str, int] = {}
    for number, _day, quantity in availability.series(key.product_id, key.site_id, segment).postings():
        name = Category(number).name
        found[name] = found.get(name, 0) + quantity
    return found


def test_a_receipt_is_expected_received_and_taken_back_in_the_series_of_its_type(small, do) -> None:
    made = do("expect_receipt", receipt(small))
    assert (stands(small, valued.NEW), stands(small, "")) == ({"PURCHASE": 5}, {})
    do("change_receipt", made, quantity=6)
    came = do("receive_goods", made, 4, bin_id=small.bins["HAM"].pk)
    assert stands(small, valued.NEW) == {"STOCK": 4, "PURCHASE": 2}
    assert (valued.lying(small), valued.broken()) == ({"NEW": 4}, [])
    do("reverse_receipt", came.posting_id)
    do("cancel_receipt", made, reason="not needed")
    assert (stands(small, valued.NEW), valued.lying(small), valued.broken()) == ({}, {}, [])


def test_goods_are_counted_moved_and_transferred_by_type(small, do) -> None:
    valued.lay_in(small, NEW=10, USED=4)
    place, product_id = small.bins["HAM"], small.products["GLOVE"].pk
    other = reference.Bin.objects.create(location=place.location, code="A-02")
    do("adjust_stock", product_id, bin_id=place.pk, counted=9, reason="one is gone", valuation="NEW")
    do("move_stock", product_id, from_bin_id=place.pk, to_bin_id=other.pk, quantity=3, valuation="USED")
    posted = do(
        "transfer_stock", product_id, bin_id=place.pk, from_type="unrestricted", to_type="blocked", quantity=2,
        reason="torn", valuation="NEW",
    )  # fmt: skip
    assert stands(small, valued.NEW) == {"STOCK": 7, "BLOCKED_STOCK": 2}
    assert stands(small, valued.USED) == {"STOCK": 4}
    assert (valued.lying(small), valued.broken()) == ({"NEW": 9, "USED": 4}, [])
    do("reverse_transfer", posted.posting_id)
    assert (stands(small, valued.NEW), valued.broken()) == ({"STOCK": 9}, [])
    rows = [(row.bin, row.key.valuation, row.quantity) for row in stock.overview(product_id)]
    assert rows == [("A-01", "NEW", 9), ("A-01", "USED", 1), ("A-02", "USED", 3)]


def posting(small, do, product, valuation):
    """Every way in which goods are posted, of a product and a type."""
    product_id, place = small.products[product].pk, small.bins["HAM"].pk
    other = reference.Bin.objects.create(location=small.bins["HAM"].location, code="A-02").pk
    yield lambda: do("expect_receipt", receipt(small, valuation=valuation, product=product))
    yield lambda: do("load_opening_stock", [OpeningStock(product_id, place, 5, valuation=valuation)])
    yield lambda: do("adjust_stock", product_id, bin_id=place, counted=5, reason="found", valuation=valuation)
    yield lambda: do(
        "move_stock", product_id, from_bin_id=place, to_bin_id=other, quantity=1, valuation=valuation
    )  # fmt: skip
    yield lambda: do(
        "transfer_stock", product_id, bin_id=place, from_type="unrestricted", to_type="blocked", quantity=1,
        reason="torn", valuation=valuation,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("product", "valuation", "said"),
    [
        ("GLOVE", "", "Product GLOVE is valuated separately. Name the type of the goods: NEW, USED."),
        ("GLOVE", "OLD", "OLD is no valuation type of product GLOVE. Name one of: NEW, USED."),
        ("HELMET", "NEW", "Product HELMET is not valuated separately. Leave the type out."),
    ],
)
def test_no_goods_are_posted_that_are_of_no_type_of_their_product(small, do, product, valuation, said) -> None:
    for call in posting(small, do, product, valuation):
        with pytest.raises(WrongValuation) as refused:
            call()
        assert (refused.value.field, str(refused.value)) == ("valuation", said)
    assert valued.lying(small) == {}


def test_several_rows_say_which_is_wrong(small, do) -> None:
    place, product_id = small.bins["HAM"].pk, small.products["GLOVE"].pk
    rows = [OpeningStock(product_id, place, 5, valuation=code) for code in ("NEW", "")]
    with pytest.raises(WrongValuation) as refused:
        do("load_opening_stock", rows)
    assert (refused.value.row, valued.lying(small)) == (2, {})


def test_nothing_comes_in_of_a_type_that_went_out_of_use_and_what_lies_there_moves(small, do) -> None:
    valued.lay_in(small, USED=4)
    imports.import_file("valuation_types", b"product,code,is_active\nGLOVE,USED,no\n", by=SYSTEM, clock=small.clock)
    with pytest.raises(WrongValuation):
        do("expect_receipt", receipt(small, valuation="USED"))
    product_id, place = small.products["GLOVE"].pk, small.bins["HAM"].pk
    do("adjust_stock", product_id, bin_id=place, counted=1, reason="sold off", valuation="USED")
    assert (valued.lying(small), valued.broken()) == ({"USED": 1}, [])


def test_a_forecast_is_of_no_type(small, do) -> None:
    row = Foreseen(small.products["GLOVE"].pk, small.sites["HAM"].pk, company.FRIDAY, 5)
    with pytest.raises(WrongValuation) as refused:
        do("set_forecast", [row], reason="plan")
    assert (refused.value.row, refused.value.field) == (1, "product")


def test_an_overdue_receipt_leaves_its_type_short(small, do) -> None:
    do("expect_receipt", receipt(small))
    line = LineDraft(product="GLOVE", quantity=5, valuation="NEW")
    sales.enter_order(
        OrderDraft(customer="BETA", lines=(line,), requested_on=company.NEXT_WEDNESDAY), by=SYSTEM, clock=small.clock
    )
    assert jobs.note_overdue(FixedClock(small.clock.now() + timedelta(days=20))) == 1
    assert [(row.segment, row.quantity) for row in availability.open_shortages()] == [(valued.NEW, 5)]


def test_verify_finds_goods_that_are_of_no_type_of_their_product(small) -> None:
    valued.lay_in(small, NEW=10)
    assert valued.broken() == []
    Balance.objects.filter(valuation="NEW").update(valuation="OLD")
    assert any("supply: valuation" in line or "of valuation type 'OLD'" in line for line in valued.broken())
