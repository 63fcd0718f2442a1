"""Invoices by delivery and by order, and their cancellation."""

import pytest

from tests import company as companies
from tests.shipping.conftest import assert_books_hold
from troth.business.billing import actions as billing
from troth.business.billing import queries
from troth.business.billing.models import Invoice, InvoiceLine
from troth.business.billing.rules import InvoiceCancelled, InvoicePaid, NothingToBill
from troth.business.receivables import actions as receivables
from troth.business.receivables.rules import Clear
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.kernel.errors import InvalidInput, NotFound
from troth.ledgers.exposure.queries import exposure
from troth.ledgers.fulfilment.queries import progress
from troth.ledgers.journal.queries import entries, trial_balance
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.blocks import Blocked, BlockScope
from troth.platform.documents import DocumentRef

pytestmark = pytest.mark.django_db


def bill(yard, *deliveries, orders=(), **more):
    return billing.create_invoices(
        delivery_ids=[delivery.id for delivery in deliveries],
        order_ids=[order.id for order in orders],
        **more,
        **yard.acting,
    ).invoices


def test_an_issued_delivery_is_billed_at_the_price_of_its_order(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    [made] = bill(yard, delivery)
    # 2 frames at 400.00 less the dealer's 10 percent, and 21 percent tax
    invoice = Invoice.objects.get(pk=made.id)
    assert (invoice.net, invoice.tax, invoice.gross) == (72000, 15120, 87120)
    assert (made.number, made.gross, made.currency) == ("2026-000001", 87120, "EUR")
    assert str(invoice.due_on) == "2026-04-01"
    [line_id] = InvoiceLine.objects.values_list("order_line_id", flat=True)
    assert progress("order_line", [line_id])[line_id].billed == 2
    assert_books_hold()


def test_the_value_moves_on_from_open_deliveries_to_open_invoices(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    payer = yard.company.party("BETA").pk
    assert exposure(yard.company.company.pk, payer).open_deliveries == 87120
    bill(yard, delivery)
    after = exposure(yard.company.company.pk, payer)
    assert (after.open_orders, after.open_deliveries, after.open_invoices) == (0, 0, 87120)


def test_the_journal_says_receivable_to_revenue_and_tax(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    [made] = bill(yard, delivery)
    [entry] = entries(DocumentRef("invoice", made.id))
    assert sorted((line.account, line.amount) for line in entry.lines) == [
        ("1200", 87120),
        ("2300", -15120),
        ("4000", -72000),
    ]


def test_what_is_billed_is_not_billed_again(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    bill(yard, delivery)
    with pytest.raises(NothingToBill):
        bill(yard, delivery)
    assert Invoice.objects.count() == 1


def test_what_is_not_issued_is_not_billed(yard):
    _, delivery, _ = yard.picked(FRAME=2)
    with pytest.raises(NothingToBill):
        bill(yard, delivery)
    assert not Invoice.objects.exists()


def test_the_same_client_key_makes_one_invoice(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    first = bill(yard, delivery, key="bill-1")
    assert bill(yard, delivery, key="bill-1") == first
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(("collective", "invoices"), [(False, 2), (True, 1)])
def test_two_deliveries_share_an_invoice_only_if_asked(yard, collective, invoices):
    _, first, _ = yard.issued(FRAME=2)
    _, second, _ = yard.issued(HELMET=3)
    made = bill(yard, first, second, collective=collective)
    assert len(made) == invoices
    assert sum(one.gross for one in made) == 87120 + 16335
    assert_books_hold()


def test_a_service_is_billed_by_its_order(yard):
    line = LineDraft(product="FITTING", quantity=2, item_category="service")
    draft = OrderDraft(customer="BETA", lines=(line,), requested_on=companies.WEDNESDAY)
    order = sales.enter_order(draft, **yard.acting)
    [made] = bill(yard, orders=[order])
    assert made.gross == 6534
    with pytest.raises(NothingToBill):
        bill(yard, orders=[order])
    assert_books_hold()


def test_free_of_charge_gets_no_invoice(yard):
    order = yard.order(order_type="free", FRAME=1)
    yard.release(order)
    delivery = yard.deliver(order)
    transfer = yard.transfer(delivery)
    yard.do("confirm_all", transfer_order_id=transfer.id)
    yard.issue(delivery)
    with pytest.raises(NothingToBill):
        bill(yard, delivery)


def test_partial_deliveries_sum_to_the_order_to_the_cent(yard):
    order = yard.order(HELMET=7)
    total, left = 0, 7
    for quantity in (3, 2, 2):
        delivery = yard.deliver(order)
        if quantity < left:
            yard.do("change_delivery", delivery_id=delivery.id, quantities={1: quantity}, reason="part")
        left -= quantity
        transfer = yard.transfer(delivery)
        yard.do("confirm_all", transfer_order_id=transfer.id)
        yard.issue(delivery)
        [made] = bill(yard, delivery)
        total += made.gross
    assert total == order.gross
    assert_books_hold()


def test_a_cancelled_invoice_can_be_billed_again(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    [made] = bill(yard, delivery)
    cancelled = billing.cancel_invoice(made.id, reason="wrong address", **yard.acting)
    assert (cancelled.number, cancelled.cancels_number) == ("2026-000002", "2026-000001")
    after = exposure(yard.company.company.pk, yard.company.party("BETA").pk)
    assert (after.open_deliveries, after.open_invoices) == (87120, 0)
    balances = {row.account: row.debit - row.credit for row in trial_balance(yard.company.company.pk)}
    assert (balances["1200"], balances["2300"], balances["4000"]) == (0, 0, 0)
    assert queries.open_items(company_id=yard.company.company.pk) == []
    assert_books_hold()
    [again] = bill(yard, delivery)
    assert (again.number, again.gross) == ("2026-000003", 87120)
    assert_books_hold()


def test_an_invoice_is_cancelled_once_and_with_a_reason(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    [made] = bill(yard, delivery)
    with pytest.raises(InvalidInput):
        billing.cancel_invoice(made.id, reason=" ", **yard.acting)
    cancelled = billing.cancel_invoice(made.id, reason="wrong address", **yard.acting)
    for invoice_id in (made.id, cancelled.id):
        with pytest.raises(InvoiceCancelled):
            billing.cancel_invoice(invoice_id, reason="again", **yard.acting)
    assert Invoice.objects.count() == 2


def test_a_paid_invoice_is_not_cancelled_before_its_clearing_is_taken_back(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    [made] = bill(yard, delivery)
    payment = receivables.NewPayment(
        company_id=yard.company.company.pk,
        payer_id=made.payer_id,
        amount=1000,
        currency="EUR",
        received_on=yard.today,
        clears=(Clear(made.id, 1000),),
    )
    receivables.post_payment(payment, **yard.acting)
    with pytest.raises(InvoicePaid):
        billing.cancel_invoice(made.id, reason="wrong", **yard.acting)
    assert Invoice.objects.count() == 1


def test_somebody_of_another_company_finds_nothing_to_bill(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    stranger = Actor(user_id=5, name="Stranger", grants=(Grant("billing_clerk", company_id=999_999),))
    with pytest.raises(NotFound):
        billing.create_invoices(delivery_ids=[delivery.id], by=stranger, clock=yard.company.clock)
    assert not Invoice.objects.exists()


def test_the_due_list_names_what_waits_and_forgets_what_is_billed(yard):
    order, delivery, _ = yard.issued(FRAME=2)
    service = sales.enter_order(
        OrderDraft(
            customer="BETA",
            lines=(LineDraft(product="FITTING", quantity=2, item_category="service"),),
            requested_on=companies.WEDNESDAY,
        ),
        **yard.acting,
    )
    found = {(row.source.kind, row.source.id): row.amount for row in queries.due(SYSTEM)}
    assert found == {("delivery", delivery.id): 87120, ("order", service.id): 6534}
    bill(yard, delivery, orders=[service])
    assert queries.due(SYSTEM) == []
    assert order.gross == 87120


def test_the_list_and_the_page_tell_how_far_an_invoice_is(yard):
    _, delivery, _ = yard.issued(FRAME=2)
    [made] = bill(yard, delivery)
    [row] = queries.invoice_rows(queries.list_invoices(SYSTEM))
    assert (row.number, row.state, row.gross) == ("2026-000001", "open", 87120)
    page = queries.invoice(made.id, by=SYSTEM)
    assert [line.quantity for line in page.lines] == [2]
    billing.cancel_invoice(made.id, reason="wrong", **yard.acting)
    assert [one.state for one in queries.invoice_rows(queries.list_invoices(SYSTEM))] == ["cancellation", "cancelled"]


@pytest.mark.parametrize("on", ["order", "delivery"])
def test_what_is_blocked_for_billing_is_not_billed_until_it_is_released(yard, on):
    order, delivery, _ = yard.issued(FRAME=2)
    blocked = order if on == "order" else delivery
    yard.block(DocumentRef(on, blocked.id, blocked.number), BlockScope.BILLING)
    assert [row.is_blocked for row in queries.due(SYSTEM)] == [True]
    with pytest.raises(Blocked) as refused:
        bill(yard, delivery)
    assert (refused.value.facts["document"], refused.value.facts["blocked"]) == (delivery.number, blocked.number)
    assert not Invoice.objects.exists()
    yard.unblock(DocumentRef(on, blocked.id, blocked.number))
    assert [row.is_blocked for row in queries.due(SYSTEM)] == [False]
    assert len(bill(yard, delivery)) == 1
    assert_books_hold()


def test_a_block_of_delivery_stops_no_invoice_of_what_has_left(yard):
    order, delivery, _ = yard.issued(FRAME=2)
    yard.block(DocumentRef("order", order.id, order.number), BlockScope.DELIVERY)
    assert [row.is_blocked for row in queries.due(SYSTEM)] == [False]
    assert len(bill(yard, delivery)) == 1
