"""The power goes out between any two statements of an action: nothing of it is there, and doing it again does it.

One order is carried from the draft to the cleared payment and back. Before each step the books are written down; then
the step is cut off before its first statement, before its second, and so on to the one that commits, always with the
same client key; after each cut the books are as they were. At last the step is done, and the next one follows.
"""

from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import OperationalError, transaction

from tests import company as companies
from tests.shipping.conftest import assert_books_hold
from troth.business.billing import actions as billing
from troth.business.receivables import actions as receivables
from troth.business.receivables.models import Clearing
from troth.business.receivables.rules import Clear
from troth.business.sales import actions as sales
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.shipping import actions as shipping
from troth.business.shipping.models import Delivery, TransferOrder
from troth.business.supply import actions as supply
from troth.business.supply.actions import ExpectedReceipt
from troth.doors.crash import boundaries
from troth.ledgers.stock.models import Posting
from troth.platform import actions

pytestmark = pytest.mark.django_db


class PowerCut(OperationalError):
    """The database went away before a statement."""


@contextmanager
def cut_before(place):
    """Cut the power before the statement of this place, counted from 1; yields a list with one entry a statement."""
    seen = []

    def note(_boundary):
        seen.append(None)
        if len(seen) == place:
            raise PowerCut("the power went out")

    with boundaries.told(note):
        yield seen


def picture():
    """Every row of every table of Troth that an action may write."""
    kept = ("reference", "masterdata")
    return {
        model._meta.label: [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in model._default_manager.order_by("pk").values_list()
        ]
        for model in apps.get_models()
        if model.__module__.startswith("troth.") and model._meta.app_label not in kept
    }


def done_in_spite_of_power_cuts(step):
    """Cut the step off before each of its statements, then do it; return its answer and the number of cuts.

    Two runs are taken back whole: the first reads what is kept in memory, the second counts the statements.
    """
    for _ in range(2):
        with transaction.atomic(), cut_before(0) as seen:
            step()
            transaction.set_rollback(True)
    before = picture()
    for place in range(1, len(seen) + 1):
        with cut_before(place), pytest.raises(PowerCut):
            step()
        assert picture() == before, f"cut before statement {place}"
    return step(), len(seen)


@pytest.fixture
def cutting(yard):
    """`cutting(verb, …)` does a step as the yard's clerk, in spite of power cuts; it counts them in `cutting.cuts`."""

    def do(verb, *arguments, **named):
        key = f"key-{len(do.cuts)}"
        answer, cuts = done_in_spite_of_power_cuts(lambda: verb(*arguments, **named, key=key, **yard.acting))
        do.cuts.append((verb.__name__, cuts))
        return answer

    do.cuts = []
    return do


def test_an_order_is_carried_to_the_payment_and_back_in_spite_of_power_cuts(yard, cutting):
    line = LineDraft(product="FRAME", quantity=2)
    order = cutting(sales.save_order, OrderDraft(customer="ALPHA", lines=(line,), requested_on=companies.WEDNESDAY))
    cutting(sales.submit_order, order.id)
    cutting(sales.change_order, order.id, OrderChanges(lines=(LineChange(line_number=10, values={"quantity": 3}),)))
    cutting(sales.allocate_stock, order.id, 10)
    cutting(sales.release_allocation, order.id, 10)
    cutting(shipping.create_delivery, order_id=order.id)
    delivery = Delivery.objects.get()
    cutting(shipping.create_transfer_order, shipment_id=None, delivery_ids=[delivery.pk])
    cutting(shipping.confirm_all, transfer_order_id=TransferOrder.objects.get().pk)
    cutting(shipping.post_goods_issue, delivery_id=delivery.pk)
    [invoice] = cutting(billing.create_invoices, delivery_ids=[delivery.pk]).invoices
    payment = receivables.NewPayment(
        company_id=yard.company.company.pk,
        payer_id=invoice.payer_id,
        amount=invoice.gross,
        currency="EUR",
        received_on=yard.today,
        clears=(Clear(invoice.id, invoice.gross),),
    )
    paid = cutting(receivables.post_payment, payment)
    assert_books_hold()
    cutting(receivables.reset_clearing, Clearing.objects.get().pk, reason="wrong invoice")
    cutting(receivables.reverse_payment, paid.id, reason="bounced")
    cutting(billing.cancel_invoice, invoice.id, reason="wrong address")
    cutting(shipping.reverse_goods_issue, delivery_id=delivery.pk, reason="came back")
    assert_books_hold()
    assert yard.stock("FRAME") == 20
    assert min(cuts for _, cuts in cutting.cuts) >= 5


def test_goods_are_received_and_taken_back_in_spite_of_power_cuts(yard, cutting):
    product, place = yard.company.products["FRAME"], yard.company.bins["HAM"]
    receipt = ExpectedReceipt(
        yard.company.company.pk, "purchase", "4500", product.pk, yard.site, companies.TUESDAY, 10
    )  # fmt: skip
    receipt_id = cutting(supply.expect_receipt, receipt)
    cutting(supply.receive_goods, receipt_id, 4, bin_id=place.pk)
    cutting(supply.reverse_receipt, Posting.objects.get(kind="receipt", source_kind="receipt").pk)
    cutting(supply.adjust_stock, product.pk, bin_id=place.pk, counted=7, reason="count")
    assert yard.stock("FRAME") == 7
    assert min(cuts for _, cuts in cutting.cuts) >= 5
    assert_books_hold()


def test_a_power_cut_leaves_half_a_step_without_the_transaction(yard, cutting, monkeypatch):
    """The control: the cuts above are where writes are."""
    monkeypatch.setattr(actions, "transaction", SimpleNamespace(atomic=nullcontext))
    line = LineDraft(product="FRAME", quantity=2)
    with pytest.raises(AssertionError, match="cut before statement"):
        cutting(sales.save_order, OrderDraft(customer="ALPHA", lines=(line,), requested_on=companies.WEDNESDAY))
