"""How far lines have come, and the document flow that the postings are."""

import pytest

from tests.ledgers.conftest import AT, DELIVERY, INVOICE, ORDER, broken, findings
from tests.ledgers.test_stock import execute, without_check
from troth.ledgers.fulfilment import actions, queries
from troth.ledgers.fulfilment.actions import Entry, NewLine
from troth.ledgers.fulfilment.keys import BillingBasis, FulfilmentKey, Measure
from troth.ledgers.fulfilment.models import Balance, Posting
from troth.ledgers.fulfilment.rules import (
    ExceedsBillable,
    ExceedsDelivery,
    ExceedsOrder,
    ExceedsPick,
    NothingToTakeBack,
)
from troth.platform import locks, sql
from troth.platform.documents import DocumentRef

LINE = FulfilmentKey("order_line", 11)
QUOTATION = DocumentRef("quotation", 1, "Q1")


def taken(*keys):
    held = locks.begin()
    held.take(*keys)
    return held


def open_line(key=LINE, ordered=10, **terms):
    held = locks.begin()
    actions.open_lines(held, [NewLine(key, ORDER, ordered, 1000, **terms)], at=AT)
    return held


def post(measure, quantity, to=DELIVERY, key=LINE, held=None):
    actions.post(held or taken(key), [Entry(key, ORDER, measure, quantity, 100 * quantity, to, 21)], at=AT)


def come_to(*steps):
    for measure, quantity in steps:
        post(measure, quantity)


@pytest.mark.django_db
def test_a_line_comes_from_ordered_to_billed():
    open_line()
    come_to((Measure.DELIVERED, 6), (Measure.PICKED, 6), (Measure.ISSUED, 6))
    post(Measure.BILLED, 4, to=INVOICE)
    found = queries.progress("order_line", [11, 12])[11]
    assert (found.ordered, found.delivered, found.picked, found.issued, found.billed) == (10, 6, 6, 6, 4)
    assert (found.open_to_deliver, found.open_to_bill) == (4, 2)
    assert list(queries.progress("order_line", [11, 12])) == [11]
    assert broken() == []


@pytest.mark.django_db
def test_new_lines_are_held_and_cost_two_statements():
    keys = [FulfilmentKey("order_line", number) for number in range(1, 41)]
    before = sql.tally.statements
    held = locks.begin()
    actions.open_lines(held, [NewLine(key, ORDER, number, 0) for number, key in enumerate(keys)], at=AT)
    assert sql.tally.statements - before == 2
    post(Measure.DELIVERED, 7, key=keys[7], held=held)
    assert queries.progress("order_line", [8])[8].delivered == 7
    assert broken() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "measure", "quantity", "refusal", "code"),
    [
        ([], Measure.DELIVERED, 12, ExceedsOrder, "exceeds_order"),
        ([(Measure.DELIVERED, 5)], Measure.ORDERED, -7, ExceedsOrder, "exceeds_order"),
        ([(Measure.DELIVERED, 5)], Measure.PICKED, 6, ExceedsDelivery, "exceeds_delivery"),
        ([(Measure.DELIVERED, 5), (Measure.PICKED, 3)], Measure.DELIVERED, -3, ExceedsDelivery, "exceeds_delivery"),
        ([(Measure.DELIVERED, 5), (Measure.PICKED, 3)], Measure.ISSUED, 4, ExceedsPick, "exceeds_pick"),
        ([(Measure.DELIVERED, 5), (Measure.PICKED, 5)], Measure.BILLED, 1, ExceedsBillable, "exceeds_billable"),
        ([(Measure.DELIVERED, 5)], Measure.PICKED, -1, NothingToTakeBack, "nothing_to_take_back"),
        ([], Measure.PAID, -1, NothingToTakeBack, "nothing_to_take_back"),
    ],
)
def test_a_line_out_of_order_is_refused_and_nothing_changes(before, measure, quantity, refusal, code):
    """Ten are ordered, with a tolerance of one."""
    open_line(tolerance=1)
    come_to(*before)
    row = Balance.objects.values().get()
    with pytest.raises(refusal) as refused:
        post(measure, quantity)
    assert refused.value.code == code
    assert refused.value.facts["document"] == "4711"
    assert Balance.objects.values().get() == row
    assert broken() == []


@pytest.mark.django_db
def test_the_tolerance_may_be_delivered():
    open_line(tolerance=1)
    post(Measure.DELIVERED, 11)
    assert queries.progress("order_line", [11])[11].open_to_deliver == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("basis", "limit"), [(BillingBasis.ISSUED, 3), (BillingBasis.ORDERED, 10), (BillingBasis.NONE, 0)]
)
def test_the_billing_basis_limits_what_is_billed(basis, limit):
    open_line(billing_basis=basis)
    come_to((Measure.DELIVERED, 3), (Measure.PICKED, 3), (Measure.ISSUED, 3))
    assert queries.progress("order_line", [11])[11].open_to_bill == limit
    with pytest.raises(ExceedsBillable):
        post(Measure.BILLED, limit + 1, to=INVOICE)
    if limit:
        post(Measure.BILLED, limit, to=INVOICE)
    assert queries.progress("order_line", [11])[11].billed == limit
    assert broken() == []


def flow_of_an_order():
    """Quotation, order, two deliveries, an invoice for the first."""
    quoted = FulfilmentKey("quotation_line", 1)
    actions.open_lines(locks.begin(), [NewLine(quoted, QUOTATION, 10, 1000)], at=AT)
    actions.post(taken(quoted), [Entry(quoted, QUOTATION, Measure.REFERENCED, 10, 1000, ORDER, 11)], at=AT)
    open_line()
    post(Measure.DELIVERED, 6)
    post(Measure.DELIVERED, 4, to=DocumentRef("delivery", 81))
    come_to((Measure.PICKED, 6), (Measure.ISSUED, 6))
    actions.post(taken(LINE), [Entry(LINE, DELIVERY, Measure.BILLED, 6, 600, INVOICE, 31)], at=AT)


def told(edges):
    return [(edge.origin.kind, edge.target.kind, edge.target.id, edge.measure, edge.quantity) for edge in edges]


@pytest.mark.django_db
def test_the_flow_runs_both_ways():
    flow_of_an_order()
    flow = queries.flow(DELIVERY)
    assert [node.document for node in flow.nodes] == [DELIVERY, ORDER, QUOTATION, INVOICE]
    assert flow.nodes[0].title.lower() == "delivery"
    assert told(flow.edges) == [
        ("order", "delivery", 80, Measure.DELIVERED, 6),
        ("order", "delivery", 80, Measure.PICKED, 6),
        ("order", "delivery", 80, Measure.ISSUED, 6),
        ("quotation", "order", 4711, Measure.REFERENCED, 10),
        ("delivery", "invoice", 90, Measure.BILLED, 6),
    ]
    assert flow.complete
    assert len(queries.flow(QUOTATION).nodes) == 5


@pytest.mark.django_db
def test_successors_and_predecessors_are_one_step():
    flow_of_an_order()
    assert [edge.target.id for edge in queries.successors(ORDER, Measure.DELIVERED)] == [80, 81]
    assert [edge.origin for edge in queries.predecessors(INVOICE)] == [DELIVERY]
    post(Measure.DELIVERED, -4, to=DocumentRef("delivery", 81))
    assert [edge.quantity for edge in queries.successors(ORDER, Measure.DELIVERED)] == [6, 0]


@pytest.mark.django_db
def test_a_long_flow_is_cut_off_and_says_so(monkeypatch):
    monkeypatch.setattr(queries, "MOST_DOCUMENTS", 3)
    flow_of_an_order()
    flow = queries.flow(QUOTATION)
    assert (len(flow.nodes), flow.complete) == (3, False)
    assert {edge.target.id for edge in flow.edges} == {4711, 80}


@pytest.mark.django_db
def test_an_overlay_leaves_no_trace():
    overlay = locks.Overlay()
    actions.open_lines(overlay, [NewLine(LINE, ORDER, 10, 0)], at=AT)
    post(Measure.DELIVERED, 10, held=overlay)
    with pytest.raises(ExceedsOrder):
        post(Measure.DELIVERED, 1, held=overlay)
    assert (Balance.objects.count(), Posting.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_verify_sees_progress_that_is_not_its_postings():
    open_line()
    execute("UPDATE fulfilment_balance SET returned = 1")
    assert findings("fulfilment: balances") == [
        f"Fulfilment balance {Balance.objects.get().pk}: returned is 1, its postings sum to 0."
    ]


@pytest.mark.django_db
def test_verify_sees_a_line_out_of_order():
    open_line()
    without_check("fulfilment_balance", "fulfilment_in_order", "UPDATE fulfilment_balance SET picked = 1")
    assert len(findings("fulfilment: order")) == 1


@pytest.mark.django_db
def test_verify_sees_a_line_billed_beyond_its_basis():
    open_line()
    without_check("fulfilment_balance", "fulfilment_billed_within_basis", "UPDATE fulfilment_balance SET billed = 1")
    assert findings("fulfilment: billed") == ["order_line 11 is billed beyond its basis."]
