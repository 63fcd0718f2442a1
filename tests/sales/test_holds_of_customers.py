"""How many holds may be open for a customer at once: refused beyond, by whichever road, and counted under a lock."""

from datetime import timedelta

import pytest

from tests import company
from tests.sales.test_from_hold import held
from tests.sales.test_held_quotation import OFFER
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata import actions as masterdata
from troth.business.masterdata.models import Customer
from troth.business.promising import actions as promising
from troth.business.promising.models import Hold
from troth.business.promising.rules.holds import TooManyForCustomer
from troth.business.sales import actions
from troth.platform.actors import SYSTEM


@pytest.fixture
def two(small, rep):
    """For ALPHA goods are held twice at most, and once they are."""
    Customer.objects.filter(party__number="ALPHA").update(holds_max=2)
    company.put_in_stock(small, "HELMET", 20)
    return held(small, rep, 1, customer="ALPHA")


def test_one_hold_more_than_the_customer_may_have_is_refused_with_what_to_do(small, rep, two):
    held(small, rep, 1, customer="ALPHA")
    with pytest.raises(TooManyForCustomer, match="2 times already, and 2 is the most") as refused:
        held(small, rep, 1, customer="ALPHA")
    assert (refused.value.field, refused.value.facts) == ("customer", {"count": 2, "most": 2})
    assert Hold.objects.count() == 2
    held(small, rep, 1, customer="BETA")
    held(small, rep, 1)
    assert_books_hold()


def test_what_was_released_ordered_or_has_expired_counts_no_more(small, rep, two):
    second = held(small, rep, 1, customer="ALPHA")
    promising.release_hold(two.id, by=rep, clock=small.clock)
    held(small, rep, 1, customer="ALPHA")
    with pytest.raises(TooManyForCustomer):
        held(small, rep, 1, customer="ALPHA")
    Hold.objects.filter(pk=second.id).update(expires_at=small.clock.now())
    held(small, rep, 1, customer="ALPHA")
    assert_books_hold()


def test_holds_of_quotations_count_too(small, rep, two):
    held(small, rep, 1, customer="ALPHA")
    company.put_in_stock(small, "FRAME", 1)
    saved = actions.save_quotation(OFFER, by=rep, clock=small.clock)
    quotation = actions.send_quotation(saved.id, by=rep, clock=small.clock)
    until = small.clock.now() + timedelta(days=2)
    with pytest.raises(TooManyForCustomer):
        actions.hold_quoted_goods(quotation.id, until, by=rep, clock=small.clock)
    promising.release_hold(two.id, by=rep, clock=small.clock)
    actions.hold_quoted_goods(quotation.id, until, by=rep, clock=small.clock)
    assert_books_hold()


def test_none_at_all_and_any_number(small, rep):
    company.put_in_stock(small, "HELMET", 20)
    Customer.objects.filter(party__number="ALPHA").update(holds_max=0)
    with pytest.raises(TooManyForCustomer):
        held(small, rep, 1, customer="ALPHA")
    Customer.objects.filter(party__number="ALPHA").update(holds_max=None)
    for _ in range(4):
        held(small, rep, 1, customer="ALPHA")
    assert_books_hold()


def test_the_limit_is_kept_by_file_and_taken_out_again(small):
    row = {"company": small.company.code, "number": "ALPHA", "holds_max": "3"}
    assert masterdata.import_customers([row], by=SYSTEM, clock=small.clock).changed == 1
    assert Customer.objects.get(party__number="ALPHA").holds_max == 3
    masterdata.import_customers([{**row, "holds_max": ""}], by=SYSTEM, clock=small.clock)
    assert Customer.objects.get(party__number="ALPHA").holds_max is None
