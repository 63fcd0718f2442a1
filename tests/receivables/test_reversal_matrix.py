"""The reversal matrix of docs/reversal-matrix.md from the invoice on, cell by cell, the books in balance after each.

A cell is a step back against the furthest step that stands. What the documents above shipping leave of an order is
walked through twice: an order billed by its delivery, and one that is billed by the order itself.
"""

from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction

from tests import company as companies
from tests.shipping.conftest import assert_books_hold, footprint
from troth.business.billing import actions as billing
from troth.business.billing.models import Invoice
from troth.business.receivables import actions as receivables
from troth.business.receivables.models import Clearing, Payment
from troth.business.receivables.rules import Clear
from troth.business.sales import actions as sales
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.kernel.errors import BusinessError
from troth.ledgers.exposure.queries import exposure
from troth.ledgers.journal.queries import trial_balance

pytestmark = pytest.mark.django_db

DOCUMENT = Path(__file__).parents[2] / "docs" / "reversal-matrix.md"
STAGES = ("issued", "invoiced", "deposit", "cleared", "reset", "returned", "cancelled")
"""Each comes after the one before: the payment is posted, cleared, its clearing reset, it is reversed, and so on."""


class Desk:
    """One order carried on, with the documents made so far."""

    def __init__(self, yard):
        self.yard = yard
        self.order = self.delivery = self.transfer = self.invoice = self.payment = None

    def bill(self):
        what = {"order_ids": [self.order.id]} if self.delivery is None else {"delivery_ids": [self.delivery.id]}
        [self.invoice] = billing.create_invoices(**what, **self.yard.acting).invoices

    def pay(self):
        payment = receivables.NewPayment(
            company_id=self.yard.company.company.pk,
            payer_id=self.invoice.payer_id,
            amount=self.invoice.gross,
            currency="EUR",
            received_on=self.yard.today,
        )
        self.payment = receivables.post_payment(payment, **self.yard.acting)

    def clear(self):
        receivables.clear(self.payment.id, [Clear(self.invoice.id, self.invoice.gross)], **self.yard.acting)


def cancel_order(desk):
    sales.cancel_order(desk.order.id, reason="customer called", **desk.yard.acting)


def reject_item(desk):
    sales.reject_item(desk.order.id, 10, reason="customer called", **desk.yard.acting)


def lower_quantity(desk):
    changes = OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 1}),))
    sales.change_order(desk.order.id, changes, **desk.yard.acting)


def cancel_delivery(desk):
    desk.yard.do("cancel_delivery", delivery_id=desk.delivery.id, reason="customer called")


def undo_pick(desk):
    desk.yard.do("undo_pick", transfer_order_id=desk.transfer.id, reason="wrong pallet")


def reverse_goods_issue(desk):
    desk.yard.do("reverse_goods_issue", delivery_id=desk.delivery.id, reason="lorry broke down")


def cancel_invoice(desk):
    billing.cancel_invoice(desk.invoice.id, reason="wrong address", **desk.yard.acting)


def reset_clearing(desk):
    receivables.reset_clearing(Clearing.objects.get().pk, reason="wrong invoice", **desk.yard.acting)


def reverse_payment(desk):
    receivables.reverse_payment(desk.payment.id, reason="bounced", **desk.yard.acting)


WAY_ON = {
    "invoiced": Desk.bill,
    "deposit": Desk.pay,
    "cleared": Desk.clear,
    "reset": reset_clearing,
    "returned": reverse_payment,
    "cancelled": cancel_invoice,
}


def carried_to(desk, stage):
    for name in STAGES[1 : STAGES.index(stage) + 1]:
        WAY_ON[name](desk)
    return desk


def by_delivery(yard):
    desk = Desk(yard)
    desk.order, desk.delivery, desk.transfer = yard.issued(FRAME=2)
    return desk


def by_order(yard):
    desk = Desk(yard)
    line = LineDraft(product="FITTING", quantity=2, item_category="service")
    desk.order = sales.enter_order(
        OrderDraft(customer="BETA", lines=(line,), requested_on=companies.WEDNESDAY), **yard.acting
    )
    return desk


ALLOWED = ""
BY_DELIVERY = {
    cancel_order: ("order_in_delivery",) * 7,
    reject_item: ("line_in_delivery",) * 7,
    lower_quantity: ("line_in_delivery",) * 7,
    cancel_delivery: ("illegal_transition",) * 7,
    undo_pick: ("later_documents",) * 7,
    reverse_goods_issue: (ALLOWED, *["later_documents"] * 5, ALLOWED),
    cancel_invoice: (None, ALLOWED, ALLOWED, "invoice_paid", ALLOWED, ALLOWED, "invoice_cancelled"),
    reset_clearing: (None, None, None, ALLOWED, "nothing_cleared", "nothing_cleared", "nothing_cleared"),
    reverse_payment: (None, None, ALLOWED, "payment_cleared", ALLOWED, "payment_reversed", "payment_reversed"),
}
BY_ORDER = {
    cancel_order: (ALLOWED, *["order_billed"] * 5, ALLOWED),
    reject_item: (ALLOWED, *["line_billed"] * 5, ALLOWED),
    lower_quantity: (ALLOWED, *["line_billed"] * 5, ALLOWED),
    **{step: BY_DELIVERY[step] for step in (cancel_invoice, reset_clearing, reverse_payment)},
}
TABLES = {by_delivery: BY_DELIVERY, by_order: BY_ORDER}


def stands(yard):
    """What may change beside the number of rows: the company's exposure and journal, and the states of documents."""
    company_id = yard.company.company.pk
    return (
        footprint(),
        exposure(company_id, yard.company.party("BETA").pk),
        trial_balance(company_id),
        list(Payment.objects.values_list("state", flat=True)),
        list(Clearing.objects.values_list("reversed_at", flat=True)),
    )


def owed(yard):
    """Open orders, deliveries, invoices and deposits of the customer."""
    left = exposure(yard.company.company.pk, yard.company.party("BETA").pk)
    return left.open_orders, left.open_deliveries, left.open_invoices, left.deposits


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("start", TABLES)
def test_each_step_back_is_allowed_or_refused_as_the_matrix_says(yard, start, stage):
    desk = carried_to(start(yard), stage)
    column = STAGES.index(stage)
    for step, row in TABLES[start].items():
        before = stands(yard)
        if row[column] == ALLOWED:
            with supposed():
                step(desk)
                assert stands(yard) != before, step.__name__
                assert_books_hold()
        elif row[column] is not None:
            with pytest.raises(BusinessError) as refused:
                step(desk)
            assert refused.value.code == row[column], step.__name__
        assert stands(yard) == before, step.__name__
    assert_books_hold()


@contextmanager
def supposed():
    """Do it, look, and take it back: the next cell starts where this one did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("start", [by_delivery, by_order])
def test_every_step_can_be_taken_back_and_leaves_nothing_in_the_accounts(yard, start):
    desk = carried_to(start(yard), "cleared")
    back = [reset_clearing, reverse_payment, cancel_invoice]
    back += [reverse_goods_issue, undo_pick, cancel_delivery] if desk.delivery else []
    for step in (*back, cancel_order):
        step(desk)
        assert_books_hold()
    company_id = yard.company.company.pk
    assert {row.debit - row.credit for row in trial_balance(company_id)} == {0}
    assert owed(yard) == (0, 0, 0, 0)
    assert yard.stock("FRAME") == 20


def test_goods_billed_by_order_are_delivered_and_come_back_while_the_invoice_stands(yard):
    desk = Desk(yard)
    line = LineDraft(product="FRAME", quantity=2, item_category="prepaid")
    draft = OrderDraft(customer="BETA", lines=(line,), requested_on=companies.WEDNESDAY)
    desk.order = sales.enter_order(draft, **yard.acting)
    carried_to(desk, "cleared")
    desk.delivery = yard.deliver(desk.order)
    desk.transfer = yard.transfer(desk.delivery)
    yard.do("confirm_all", transfer_order_id=desk.transfer.id)
    yard.issue(desk.delivery)
    assert owed(yard) == (0, 0, 0, 0)
    assert_books_hold()
    for step in (reverse_goods_issue, undo_pick, cancel_delivery, reset_clearing, cancel_invoice):
        step(desk)
        assert_books_hold()
    assert owed(yard) == (desk.order.gross, 0, 0, desk.order.gross)
    cancel_order(desk)
    assert owed(yard) == (0, 0, 0, desk.order.gross)
    assert_books_hold()


@pytest.mark.parametrize("start", [by_delivery, by_order])
def test_after_a_cancellation_the_way_forward_is_open_again(yard, start):
    desk = carried_to(start(yard), "cancelled")
    carried_to(desk, "cleared")
    assert Invoice.objects.count() == 3
    assert exposure(yard.company.company.pk, desk.invoice.payer_id).open_invoices == 0
    assert_books_hold()


def test_the_document_has_a_row_for_every_step_and_the_same_answer_in_every_cell():
    text = DOCUMENT.read_text()
    for title, table in (("## Billed by delivery", BY_DELIVERY), ("## Billed by order", BY_ORDER)):
        rows = {}
        for line in text.split(title)[1].split("\n## ")[0].splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) == len(STAGES) + 1 and cells[0].startswith("`"):
                rows[cells[0].strip("`")] = cells[1:]
        assert list(rows) == [step.__name__ for step in table]
        for step, answers in table.items():
            wanted = ["" if one is None else "yes" if one == ALLOWED else "no" for one in answers]
            assert [cell.split(":")[0] for cell in rows[step.__name__]] == wanted, step.__name__
