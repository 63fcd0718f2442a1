"""Payments, their clearing and both ways back."""

import pytest

from tests import company as companies
from tests.shipping.conftest import assert_books_hold
from troth.business.billing import actions as billing
from troth.business.billing import queries as invoices
from troth.business.receivables import actions as receivables
from troth.business.receivables.models import Clearing, Payment
from troth.business.receivables.rules import (
    Clear,
    ClearsTooMuch,
    NothingCleared,
    PaymentCleared,
    PaymentReversed,
    WrongPayer,
)
from troth.kernel.errors import InvalidInput
from troth.ledgers.exposure.queries import exposure
from troth.ledgers.journal.queries import trial_balance
from troth.reference.queries import NoExchangeRate

pytestmark = pytest.mark.django_db

GROSS = 87120


@pytest.fixture
def invoice(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    [made] = billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices
    return made


def pay(yard, invoice, amount, *clears, **changed):
    payment = receivables.NewPayment(
        **{
            "company_id": yard.company.company.pk,
            "payer_id": invoice.payer_id,
            "amount": amount,
            "currency": "EUR",
            "received_on": yard.today,
            "clears": clears,
            **changed,
        }
    )
    return receivables.post_payment(payment, **yard.acting)


def standing(yard):
    found = exposure(yard.company.company.pk, yard.company.party("BETA").pk)
    return found.open_invoices, found.deposits


def balances(yard):
    return {row.account: row.debit - row.credit for row in trial_balance(yard.company.company.pk)}


def test_a_payment_in_full_clears_the_invoice(yard, invoice):
    paid = pay(yard, invoice, GROSS, Clear(invoice.id, GROSS))
    assert (paid.left, paid.cleared) == (0, (invoice.number,))
    assert standing(yard) == (0, 0)
    assert balances(yard)["1800"] == GROSS
    assert balances(yard)["1200"] == 0
    assert invoices.open_items(company_id=yard.company.company.pk) == []
    assert_books_hold()


def test_a_part_leaves_the_rest_open(yard, invoice):
    pay(yard, invoice, 50000, Clear(invoice.id, 50000))
    [item] = invoices.open_items(company_id=yard.company.company.pk)
    assert (item.paid, item.open) == (50000, 37120)
    assert standing(yard) == (37120, 0)
    assert_books_hold()


def test_more_than_is_owed_stays_as_a_deposit(yard, invoice):
    paid = pay(yard, invoice, GROSS + 500, Clear(invoice.id, GROSS))
    assert paid.left == 500
    assert standing(yard) == (0, 500)
    assert balances(yard)["2100"] == -500
    assert_books_hold()


def test_a_deposit_is_cleared_later(yard, invoice):
    paid = pay(yard, invoice, GROSS)
    assert standing(yard) == (GROSS, GROSS)
    after = receivables.clear(paid.id, [Clear(invoice.id, GROSS)], **yard.acting)
    assert (after.left, after.cleared) == (0, (invoice.number,))
    assert standing(yard) == (0, 0)
    assert_books_hold()


def test_a_discount_goes_with_the_clearing(yard, invoice):
    pay(yard, invoice, GROSS - 1742, Clear(invoice.id, GROSS - 1742, 1742))
    assert standing(yard) == (0, 0)
    assert balances(yard)["4100"] == 1742
    assert_books_hold()


def test_nothing_is_cleared_beyond_what_is_open_or_paid(yard, invoice):
    with pytest.raises(ClearsTooMuch) as too_much:
        pay(yard, invoice, GROSS + 1, Clear(invoice.id, GROSS + 1))
    assert (too_much.value.row, too_much.value.field) == (1, "amount")
    with pytest.raises(ClearsTooMuch):
        pay(yard, invoice, 100, Clear(invoice.id, 200))
    paid = pay(yard, invoice, 100)
    with pytest.raises(ClearsTooMuch):
        receivables.clear(paid.id, [Clear(invoice.id, 200)], **yard.acting)
    assert not Clearing.objects.exists()
    assert standing(yard) == (GROSS, 100)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"amount": 0}, InvalidInput),
        ({"amount": -5}, InvalidInput),
        ({"received_on": companies.FRIDAY}, InvalidInput),
        ({"currency": "ZZZ"}, NoExchangeRate),
    ],
)
def test_bad_input_posts_nothing(yard, invoice, changed, refusal):
    with pytest.raises(refusal):
        pay(yard, invoice, changed.pop("amount", 100), **changed)
    assert not Payment.objects.exists()


def test_a_payment_clears_only_its_own_payers_invoices(yard, invoice):
    other = yard.company.party("ALPHA").pk
    with pytest.raises(WrongPayer):
        pay(yard, invoice, GROSS, Clear(invoice.id, GROSS), payer_id=other)
    assert not Payment.objects.exists()


def test_a_clearing_can_be_taken_back_once(yard, invoice):
    pay(yard, invoice, GROSS, Clear(invoice.id, GROSS))
    [clearing] = Clearing.objects.all()
    receivables.reset_clearing(clearing.pk, reason="wrong invoice", **yard.acting)
    assert standing(yard) == (GROSS, GROSS)
    with pytest.raises(NothingCleared):
        receivables.reset_clearing(clearing.pk, reason="again", **yard.acting)
    assert_books_hold()


def test_a_payment_is_reversed_only_when_nothing_uses_it(yard, invoice):
    paid = pay(yard, invoice, GROSS, Clear(invoice.id, GROSS))
    with pytest.raises(PaymentCleared):
        receivables.reverse_payment(paid.id, reason="bounced", **yard.acting)
    [clearing] = Clearing.objects.all()
    receivables.reset_clearing(clearing.pk, reason="bounced", **yard.acting)
    receivables.reverse_payment(paid.id, reason="bounced", **yard.acting)
    assert standing(yard) == (GROSS, 0)
    assert balances(yard)["1800"] == 0
    with pytest.raises(PaymentReversed):
        receivables.reverse_payment(paid.id, reason="again", **yard.acting)
    assert_books_hold()


def test_the_same_client_key_posts_one_payment(yard, invoice):
    payment = receivables.NewPayment(yard.company.company.pk, invoice.payer_id, 100, "EUR", yard.today)
    first = receivables.post_payment(payment, key="pay-1", **yard.acting)
    assert receivables.post_payment(payment, key="pay-1", **yard.acting) == first
    assert Payment.objects.count() == 1
