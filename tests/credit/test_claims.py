"""A claim follows the document from order to invoice, and the check meets it at the order."""

from datetime import date

import pytest

from tests.credit.conftest import CLOCK, ENTERED
from troth.business.credit import actions, queries
from troth.business.credit.models import CreditAccount, Excess
from troth.ledgers.exposure.keys import Part
from troth.ledgers.exposure.queries import Exposure
from troth.platform import blocks
from troth.platform.documents import DocumentRef
from troth.reference import queries as reference_queries
from troth.reference.models import ExchangeRate


def test_an_order_may_use_up_the_limit_to_the_cent(desk):
    desk.owe(400_00)
    found = desk.claim(600_00)
    assert (found.within_limit, found.exposure, found.limit) == (
        True,
        Exposure(open_orders=600_00, open_invoices=400_00),
        1000_00,
    )
    assert desk.block_ids() == []


def test_an_order_past_the_limit_is_kept_under_a_block_with_its_facts(desk):
    desk.owe(400_00)
    found = desk.claim(600_01)
    assert (found.within_limit, found.excess) == (False, 1)
    assert desk.exposure() == Exposure(open_orders=600_01, open_invoices=400_00)
    [blocked] = queries.blocked_documents()
    assert (blocked.ref.number, blocked.party_number, blocked.amount, blocked.limit) == ("A", "C1", 600_01, 1000_00)
    assert (blocked.excess, blocked.exposure.open_invoices, blocked.entered_by_id) == (1, 400_00, ENTERED)
    assert blocked.reason == "Exposure is 1000.01 USD, 0.01 USD past the limit of 1000.00 USD."
    assert queries.blocked_documents(company_ids=frozenset({desk.world.company.pk + 1})) == ()
    assert queries.blocked_documents(after_id=blocked.block_id) == ()
    [block] = blocks.standing([desk.ref()])
    assert (block.kind, block.scope) == ("credit", "delivery")


def test_a_new_amount_stands_instead_of_the_old(desk):
    desk.claim(600_00)
    desk.claim(250_00)
    assert desk.exposure() == Exposure(open_orders=250_00)
    found = desk.claim(1000_00)
    assert found.within_limit
    assert desk.exposure() == Exposure(open_orders=1000_00)


def test_two_orders_share_the_limit(desk):
    assert desk.claim(600_00).within_limit
    assert desk.claim(500_00, "B").excess == 100_00
    assert desk.exposure() == Exposure(open_orders=1100_00)


def test_an_order_type_without_check_counts_and_is_not_judged(desk):
    found = desk.claim(5000_00, checks=False)
    assert (found.within_limit, found.limit, desk.exposure().open_orders) == (True, None, 5000_00)
    assert desk.block_ids() == []


def test_a_payer_without_an_account_is_not_checked(desk):
    CreditAccount.objects.update(is_active=False)
    assert desk.claim(5000_00).limit is None
    assert desk.block_ids() == []


def test_an_order_free_of_charge_is_not_blocked_when_others_used_up_the_limit(desk):
    desk.owe(5000_00)
    assert desk.claim(0).sets_block is False
    assert (desk.block_ids(), Excess.objects.count()) == ([], 0)


def test_a_claim_moves_on_with_the_goods_and_the_sum_stays(desk):
    order, delivery, invoice = desk.ref(), DocumentRef("delivery", 5, "D5"), DocumentRef("invoice", 6, "I6")
    desk.claim(600_00)
    desk.run(actions.move_to_delivery, order=order, delivery=delivery, amount=400_00, clock=CLOCK)
    assert desk.exposure() == Exposure(open_orders=200_00, open_deliveries=400_00)
    claimed = [actions.Claimed(Part.OPEN_DELIVERIES, delivery, 400_00)]
    desk.run(actions.move_to_invoice, claimed, invoice=invoice, amount=401_00, due_on=date(2026, 4, 1), clock=CLOCK)
    assert desk.exposure() == Exposure(open_orders=200_00, open_invoices=401_00)
    account = queries.account(desk.world.company.pk, desk.world.bikes.party_id)
    assert {(one.document.kind, one.amount, one.due_on) for one in account.documents} == {
        ("test_paper", 200_00, None),
        ("invoice", 401_00, date(2026, 4, 1)),
    }
    assert (account.available, account.currency, account.party_number) == (399_00, "USD", "C1")
    desk.run(actions.move_back, claimed, invoice=invoice, clock=CLOCK)
    assert desk.exposure() == Exposure(open_orders=200_00, open_deliveries=400_00)
    desk.run(actions.move_to_delivery, order=order, delivery=delivery, amount=-400_00, clock=CLOCK)
    assert desk.exposure() == Exposure(open_orders=600_00)
    assert desk.run(actions.withdraw, order, clock=CLOCK) == 600_00
    assert desk.exposure() == Exposure()


def rate(source, target, numerator, denominator=1, since=date(2026, 1, 1)):
    ExchangeRate.objects.create(
        source_id=source, target_id=target, valid_from_on=since, numerator=numerator, denominator=denominator
    )


def test_an_amount_is_converted_at_the_rate_of_its_day(desk):
    rate("EUR", "USD", 11, 10)
    rate("EUR", "USD", 12, 10, since=date(2026, 3, 1))
    assert reference_queries.exchange(100_00, "EUR", "USD", on=date(2026, 2, 28)) == 110_00
    assert reference_queries.exchange(100_00, "EUR", "USD", on=date(2026, 3, 1)) == 120_00
    assert reference_queries.exchange(100_00, "USD", "USD", on=date(2026, 3, 1)) == 100_00


def test_a_rate_the_other_way_round_is_turned_over_and_decimals_are_shifted(desk):
    rate("USD", "JPY", 150)
    assert reference_queries.exchange(1500, "JPY", "USD", on=date(2026, 3, 1)) == 10_00
    assert reference_queries.exchange(10_00, "USD", "JPY", on=date(2026, 3, 1)) == 1500
    rate("JPY", "USD", 1, 100)
    assert reference_queries.exchange(1500, "JPY", "USD", on=date(2026, 3, 1)) == 15_00


def test_an_amount_without_a_rate_is_refused(desk):
    rate("EUR", "USD", 11, 10, since=date(2026, 3, 2))
    with pytest.raises(reference_queries.NoExchangeRate) as refusal:
        reference_queries.exchange(1, "EUR", "USD", on=date(2026, 3, 1))
    assert refusal.value.code == "no_exchange_rate"
    assert refusal.value.facts == {"currency": "EUR", "company_currency": "USD", "on": "2026-03-01"}
