"""What is promised while its supply goes away, and changes that want the same goods: with the locks and without."""

import sys

import pytest

from tests import company, rivals
from tests.sales.test_repromise import expect
from tests.shipping.conftest import assert_books_hold
from troth.business.promising import queries as promises
from troth.business.sales import actions
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.queries import open_shortages
from troth.platform.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE_POSTING = [(availability, "post")]
BEFORE_DECIDING = [(sys.modules["troth.business.promising.actions.confirm"], "decide_all")]


def draft(quantity, customer="BETA"):
    line = LineDraft(product="HELMET", quantity=quantity)
    return OrderDraft(customer=customer, lines=(line,), requested_on=company.NEXT_WEDNESDAY)


def confirmed():
    ids = list(OrderLine.objects.values_list("pk", flat=True))
    return sum(promises.confirmed("order", ids).values())


@pytest.fixture
def a_receipt_and_an_order():
    """Ten helmets are expected and nothing lies here: the receipt is cancelled while somebody orders them."""
    small = company.build()
    receipt_id = expect(small)
    by = {"by": SYSTEM, "clock": small.clock}
    return (
        lambda: supply.cancel_receipt(receipt_id, reason="not coming", **by),
        lambda: actions.enter_order(draft(10), **by),
    )


def test_what_is_confirmed_on_a_receipt_that_goes_away_is_known_to_be_missing(monkeypatch, a_receipt_and_an_order):
    assert rivals.race(monkeypatch, True, BEFORE_POSTING, *a_receipt_and_an_order) == ["done", "done"]
    assert sum(row.quantity for row in open_shortages()) == confirmed()
    assert_books_hold()


def test_without_the_lock_it_is_promised_and_nobody_knows(monkeypatch, a_receipt_and_an_order):
    assert rivals.race(monkeypatch, False, BEFORE_POSTING, *a_receipt_and_an_order) == ["done", "done"]
    assert (confirmed(), open_shortages()) == (10, [])


@pytest.fixture
def two_changes():
    """Ten helmets lie here; two customers' orders of one each are raised to nine at the same moment."""
    small = company.build()
    company.put_in_stock(small, "HELMET", 10)
    by = {"by": SYSTEM, "clock": small.clock}
    orders = [actions.enter_order(draft(1, customer), **by) for customer in ("ALPHA", "BETA")]
    more = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 9}),))
    return tuple(lambda order=order: actions.change_order(order.id, more, **by) for order in orders)


def test_two_changes_do_not_both_get_the_last_goods(monkeypatch, two_changes):
    assert rivals.race(monkeypatch, True, BEFORE_DECIDING, *two_changes) == ["done", "done"]
    assert confirmed() == 10
    assert_books_hold()


def test_two_changes_both_get_them_without_the_lock(monkeypatch, two_changes):
    assert rivals.race(monkeypatch, False, BEFORE_DECIDING, *two_changes) == ["done", "done"]
    assert confirmed() == 18
