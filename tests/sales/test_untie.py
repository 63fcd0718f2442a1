"""Stock that is tied to a line is free when the line is rejected or its order cancelled."""

import pytest

from tests import company
from tests.sales import books
from troth.business.promising import queries as promises
from troth.business.sales import actions
from troth.business.sales.rules import refusals
from troth.ledgers.stock.models import Balance
from troth.platform import verify
from troth.platform.models import Event


@pytest.fixture
def tied(small, rep, draft):
    """An order for three helmets, of which two are tied to it, and one pair of gloves."""
    company.put_in_stock(small, "HELMET", 5)
    company.put_in_stock(small, "GLOVE", 1)
    answer = actions.enter_order(draft("ALPHA", ("HELMET", 3), ("GLOVE", 1)), by=rep, clock=small.clock)
    actions.allocate_stock(answer.id, 10, quantity="2", by=rep, clock=small.clock)
    return answer


def owned():
    rows = Balance.objects.filter(product__number="HELMET").exclude(quantity=0)
    return {bool(owner): quantity for owner, quantity in rows.values_list("owner", "quantity")}


def assert_all_free(line_id):
    assert owned() == {False: 5}
    assert promises.allocations("order", [line_id]) == {}
    assert books.demand(line_id) == 0
    assert all(result.holds for result in verify.run())


def test_a_cancelled_order_frees_the_stock_tied_to_it(small, rep, tied):
    assert owned() == {True: 2, False: 3}
    actions.cancel_order(tied.id, reason="no longer wanted", by=rep, clock=small.clock)
    assert_all_free(tied.lines[0].line_id)
    assert books.events()[-2:] == ["sales.allocation_released", "sales.order_cancelled"]
    assert Event.objects.get(kind="sales.allocation_released").facts == {"line_number": 10, "quantity": 2}


def test_a_rejected_item_frees_the_stock_tied_to_it_and_the_others_stay(small, rep, tied):
    actions.reject_item(tied.id, 10, reason="too late", by=rep, clock=small.clock)
    assert_all_free(tied.lines[0].line_id)
    assert books.events()[-2:] == ["sales.allocation_released", "sales.item_rejected"]
    assert books.demand(tied.lines[1].line_id) == 1


def test_a_refused_rejection_leaves_the_stock_tied(small, rep, tied):
    before = (books.picture(), owned())
    with pytest.raises(refusals.UnknownLine):
        actions.reject_item(tied.id, 99, reason="too late", by=rep, clock=small.clock)
    assert (books.picture(), owned()) == before
