"""Goods that come in are in the journal at standard cost, and go out of it when the receipt is taken back."""

import pytest

from tests import company as companies
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata.models import AccountRule
from troth.business.masterdata.queries.conditions import AccountMissing
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt, OpeningStock
from troth.ledgers.journal.models import Entry
from troth.ledgers.journal.queries import trial_balance
from troth.ledgers.stock.queries import overview
from troth.platform.actors import SYSTEM
from troth.reference.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    return companies.build()


def expected(small, product="FRAME", quantity=10):
    receipt = ExpectedReceipt(
        small.company.pk, "purchase", "4500", small.products[product].pk, small.sites["HAM"].pk, companies.TUESDAY,
        quantity,
    )  # fmt: skip
    return supply.expect_receipt(receipt, by=SYSTEM, clock=small.clock)


def receive(small, receipt_id, quantity):
    return supply.receive_goods(receipt_id, quantity, bin_id=small.bins["HAM"].pk, by=SYSTEM, clock=small.clock)


def count(small, product, counted):
    supply.adjust_stock(
        small.products[product].pk, bin_id=small.bins["HAM"].pk, counted=counted, reason="count", by=SYSTEM,
        clock=small.clock,
    )  # fmt: skip


def balances(small):
    return {row.account: row.balance for row in trial_balance(small.company.pk) if row.balance}


def test_a_goods_receipt_is_inventory_against_goods_received(small):
    receipt_id = expected(small)
    assert balances(small) == {}
    receive(small, receipt_id, 4)
    assert balances(small) == {"1400": 100000, "1600": -100000}
    assert_books_hold()


def test_a_receipt_that_is_taken_back_takes_back_its_own_entry_at_the_cost_of_then(small):
    receipt_id = expected(small)
    first, second = receive(small, receipt_id, 4), receive(small, receipt_id, 1)
    Product.objects.update(standard_cost=99)
    supply.reverse_receipt(first.posting_id, by=SYSTEM, clock=small.clock)
    assert balances(small) == {"1400": 25000, "1600": -25000}
    supply.reverse_receipt(second.posting_id, by=SYSTEM, clock=small.clock)
    assert balances(small) == {}
    assert Entry.objects.count() == 4
    assert_books_hold()


def test_a_count_posts_the_difference_either_way(small):
    count(small, "FRAME", 3)
    assert balances(small) == {"1400": 75000, "5100": -75000}
    count(small, "FRAME", 1)
    assert balances(small) == {"1400": 25000, "5100": -25000}
    count(small, "FRAME", 1)
    assert Entry.objects.count() == 2
    assert_books_hold()


def test_parts_of_a_unit_are_rounded_half_up_to_minor_units(small):
    # 4.00 a litre: 1.001 litres are 4.004, 1.002 litres 4.008
    count(small, "OIL", 1001)
    assert balances(small)["1400"] == 400
    count(small, "OIL", 2003)
    assert balances(small)["1400"] == 801


def test_opening_stock_is_posted_only_where_there_is_an_account_for_it(small):
    rows = [OpeningStock(small.products[name].pk, small.bins["HAM"].pk, 2) for name in ("FRAME", "HELMET")]
    supply.load_opening_stock(rows, by=SYSTEM, clock=small.clock)
    assert balances(small) == {}
    AccountRule.objects.create(company=small.company, posting_key="opening", account="9000")
    supply.load_opening_stock(rows, by=SYSTEM, clock=small.clock)
    assert balances(small) == {"1400": 56000, "9000": -56000}
    assert Entry.objects.count() == 1
    assert_books_hold()


def test_goods_without_an_account_are_not_received(small):
    AccountRule.objects.filter(posting_key="goods_received").delete()
    receipt_id = expected(small)
    with pytest.raises(AccountMissing):
        receive(small, receipt_id, 4)
    assert overview(small.products["FRAME"].pk) == []


def test_what_costs_nothing_leaves_no_entry(small):
    Product.objects.update(standard_cost=0)
    receive(small, expected(small), 4)
    assert not Entry.objects.exists()
