"""Changing, rejecting, cancelling before delivery: the books follow."""

import pytest

from tests import company
from tests.sales import books
from troth.business.sales import actions
from troth.business.sales.rules import refusals
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft
from troth.kernel.errors import NotFound
from troth.kernel.lifecycle import IllegalTransition
from troth.platform import locks


@pytest.fixture
def order(small, rep, draft):
    """Three helmets and two frames for ALPHA, all from stock."""
    company.put_in_stock(small, "HELMET", 10)
    company.put_in_stock(small, "FRAME", 5)
    return actions.enter_order(draft("ALPHA", ("HELMET", 3), ("FRAME", 2)), by=rep, clock=small.clock)


def line(number, **values):
    return OrderChanges(lines=(LineChange(line_number=number, values=values),))


def test_raising_a_line_promises_it_anew_and_raises_the_claim(small, rep, order):
    answer = actions.change_order(order.id, line(10, quantity=5), expected_version=1, by=rep, clock=small.clock)
    assert (answer.version, answer.net) == (2, 5 * 5000 + 2 * 40000)
    assert [(one.quantity, one.confirmed) for one in answer.lines if one.line_number == 10] == [(5, 5)]
    assert books.demand() == 7
    assert books.exposure() == answer.gross
    assert books.picture()["fulfilment"][0][2] == 5


def test_lowering_a_line_frees_the_goods_and_the_claim(small, rep, order):
    answer = actions.change_order(order.id, line(10, quantity=1), by=rep, clock=small.clock)
    assert books.demand(order.lines[0].line_id) == 1
    assert books.exposure() == answer.gross == (5000 + 80000) * 119 // 100


def test_a_change_below_what_was_read_is_refused_and_changes_nothing(small, rep, order):
    actions.change_order(order.id, line(10, quantity=4), expected_version=1, by=rep, clock=small.clock)
    before = books.picture()
    with pytest.raises(locks.ChangedMeanwhile) as refused:
        actions.change_order(order.id, line(10, quantity=5), expected_version=1, by=rep, clock=small.clock)
    assert refused.value.facts == {"number": order.number, "expected_version": 1, "version": 2}
    assert books.picture() == before


def test_another_product_moves_the_demand(small, rep, order):
    company.put_in_stock(small, "GLOVE", 4)
    answer = actions.change_order(order.id, line(10, product="GLOVE", quantity="4"), by=rep, clock=small.clock)
    assert answer.lines[0].confirmed == 4
    assert books.demand(order.lines[0].line_id) == 4
    assert answer.net == 4 * 2000 + 2 * 40000


def test_a_new_line_gets_the_next_number_and_a_promise(small, rep, order):
    company.put_in_stock(small, "GLOVE", 4)
    added = OrderChanges(add=(LineDraft(product="GLOVE", quantity="2", requested_on=company.NEXT_WEDNESDAY),))
    answer = actions.change_order(order.id, added, by=rep, clock=small.clock)
    assert [(one.line_number, one.quantity) for one in answer.lines] == [(10, 3), (20, 2), (30, 2)]
    assert answer.lines[2].confirmed == 2
    assert books.picture()["fulfilment"][2][2] == 2


def test_a_later_date_of_the_order_moves_the_lines_that_follow_it(small, rep, order):
    later = OrderChanges(header={"requested_on": "2026-03-18"})
    answer = actions.change_order(order.id, later, by=rep, clock=small.clock)
    assert {str(one.schedule[0].delivery_on) for one in answer.lines} == {"2026-03-18"}


def test_priority_and_ship_to_are_passed_on_without_a_check(small, rep, order):
    before = books.picture()
    changes = OrderChanges(header={"priority": 1, "ship_to": "BETA"})
    answer = actions.change_order(order.id, changes, by=rep, clock=small.clock)
    after = books.picture()
    assert answer.lines[0].confirmed == 0
    assert after["availability postings"] == before["availability postings"]
    assert [row[4] for row in after["requirements"]] == [1, 1]
    assert [row[3] for row in after["requirements"]] == [3, 2]


def test_another_customer_moves_the_claim_and_takes_its_terms(small, rep, order):
    answer = actions.change_order(order.id, OrderChanges(header={"customer": "BETA"}), by=rep, clock=small.clock)
    assert answer.net == (3 * 5000 + 2 * 40000) * 90 // 100
    assert [row[1] for row in books.picture()["exposure"]] == [answer.gross]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (line(10, quantity=0), "quantity_zero"),
        (line(10, product="NONE", quantity="1"), "unknown_product"),
        (line(10, product="GLOVE"), "wrong_entry"),
        (line(99, quantity=1), "unknown_line"),
        (line(10, colour="red"), "wrong_entry"),
        (line(10, requested_on="2026-02-27"), "past_date"),
        (line(10, quantity=3), "nothing_changed"),
        (OrderChanges(header={"priority": 12}), "wrong_entry"),
        (OrderChanges(header={"ship_to": "NOBODY"}), "unknown_party"),
        (OrderChanges(add=(LineDraft(product="GLOVE", quantity="1", line_number=20),)), "duplicate_line_number"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_changes_nothing(small, rep, order, changes, code):
    before = books.picture()
    with pytest.raises(Exception) as refused:  # noqa: PT011 - several classes, told apart by their code
        actions.change_order(order.id, changes, by=rep, clock=small.clock)
    reasons = getattr(refused.value, "refusals", (refused.value,))
    assert [reason.code for reason in reasons] == [code]
    assert books.picture() == before


def test_a_rejected_item_frees_what_was_promised(small, rep, order):
    answer = actions.reject_item(order.id, 10, reason="too dear", by=rep, clock=small.clock)
    assert (answer.net, [one.line_number for one in answer.lines]) == (80000, [20])
    assert books.demand() == 2
    assert books.exposure() == answer.gross
    assert [row[2] for row in books.picture()["fulfilment"]] == [0, 2]
    before = books.picture()
    with pytest.raises(refusals.LineRejected):
        actions.reject_item(order.id, 10, reason="again", by=rep, clock=small.clock)
    with pytest.raises(refusals.ReasonMissing):
        actions.reject_item(order.id, 20, reason=" ", by=rep, clock=small.clock)
    assert books.picture() == before


def test_a_cancelled_order_leaves_nothing_behind(small, rep, order):
    answer = actions.cancel_order(order.id, reason="customer closed", by=rep, clock=small.clock)
    assert answer.state == "cancelled"
    assert (books.demand(), books.exposure(), books.blocks()) == (0, 0, [])
    assert [row[2] for row in books.picture()["fulfilment"]] == [0, 0]
    before = books.picture()
    with pytest.raises(refusals.OrderCancelled):
        actions.cancel_order(order.id, reason="again", by=rep, clock=small.clock)
    assert books.picture() == before


def test_what_is_in_a_delivery_stands(small, rep, order):
    from django.db import transaction

    from troth.ledgers.fulfilment import actions as fulfilment
    from troth.ledgers.fulfilment.keys import FulfilmentKey, Measure
    from troth.platform import locks
    from troth.platform.documents import DocumentRef

    key, ref = FulfilmentKey("order_line", order.lines[0].line_id), DocumentRef("order", order.id, order.number)
    with transaction.atomic():
        held = locks.begin()
        held.take(key)
        delivery = DocumentRef("delivery", 1, "1")
        fulfilment.post(held, [fulfilment.Entry(key, ref, Measure.DELIVERED, 2, 0, delivery)], at=small.clock.now())
    before = books.picture()
    for refused, call in (
        (refusals.OrderInDelivery, lambda: actions.cancel_order(order.id, reason="no", by=rep, clock=small.clock)),
        (refusals.LineInDelivery, lambda: actions.reject_item(order.id, 10, reason="no", by=rep, clock=small.clock)),
        (
            refusals.LineInDelivery,
            lambda: actions.change_order(order.id, line(10, quantity=1), by=rep, clock=small.clock),
        ),
    ):
        with pytest.raises(refused):
            call()
        assert books.picture() == before


def test_an_unknown_order_and_a_foreign_state_are_refused(small, rep, order):
    with pytest.raises(NotFound):
        actions.cancel_order(order.id + 1, reason="no", by=rep, clock=small.clock)
    with pytest.raises(IllegalTransition):
        actions.submit_order(order.id, by=rep, clock=small.clock)
