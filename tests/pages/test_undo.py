"""What was just done offers its step back, where the reversal matrix has one and the person may take it."""

import re

import pytest
import time_machine

from tests import company as companies
from tests.pages.test_path import NOW, payment_of, rows
from troth.business.billing.models import Invoice
from troth.business.receivables.models import Clearing, Payment
from troth.business.sales.models import Order
from troth.business.shipping.models import Delivery, Shipment
from troth.business.supply.models import Receipt
from troth.ledgers.stock.models import Balance
from troth.platform.models import BlockRow
from troth.reference import queries as reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW):
        yield


def undo_of(answer):
    """Where the toast's button leads, and how; empty where there is none."""
    toasts = answer.content.decode().partition('<div class="toasts"')[2]
    link = re.search(r'<a class="button[^"]*" href="([^"]+)">Undo</a>', toasts)
    form = re.search(r'<form class="step" method="post" action="([^"]+)">.*?>Undo</button>', toasts, re.DOTALL)
    return link[1] if link else f"post {form[1]}" if form else ""


def done(browser, address, entered=None):
    return undo_of(browser.post(address, entered or {}, follow=True))


def test_an_order_just_entered_or_submitted_can_be_cancelled(world, sign_in):
    browser = sign_in("representative")
    head = {"customer": "BETA", "order_type": "standard", "requested_on": companies.WEDNESDAY.isoformat()}
    back = done(browser, "/orders/new/", head | rows({"product": "GLOVE", "quantity": "1"}))
    order = Order.objects.latest("pk")
    assert back == f"/orders/{order.pk}/cancel/"
    copied = done(browser, f"/orders/{order.pk}/copy/")
    assert copied == f"/orders/{order.pk + 1}/cancel/"
    browser.post(back, {"reason": "entered twice"})
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_a_block_and_tied_stock_can_be_taken_back(world, sign_in):
    browser = sign_in("operations_team")
    order = world.url("/orders/{due}/")
    back = done(browser, f"{order}block/", {"scope": "billing", "kind": "billing", "reason": "the price"})
    assert back == f"/blocks/{BlockRow.objects.latest('pk').pk}/release/"
    back = done(browser, f"{order}items/10/allocate/")
    assert back == f"post {order}items/10/free/"
    assert done(browser, back.removeprefix("post ")) == f"{order}items/10/allocate/"


def test_an_invoice_just_made_can_be_cancelled_by_who_may(world, sign_in):
    back = done(
        sign_in("billing_clerk"), world.url("/billing/due/invoice/"), {"selected": [world.url("delivery-{unbilled}")]}
    )
    assert back == f"/invoices/{Invoice.objects.latest('pk').pk}/cancel/"


def test_a_payment_is_taken_back_clearing_first(company, world, sign_in):
    browser = sign_in("receivables_clerk")
    invoice = Invoice.objects.latest("pk")
    posted = {**payment_of(company, invoice), "amount": f"{invoice.gross / 100:.2f}"}
    first = browser.post("/payments/new/", posted).headers["Location"]
    clears = rows({"invoice_id": invoice.pk, "amount": posted["amount"]}, filled=1)
    back = done(browser, first, {**posted, **clears})
    assert back == f"/payments/clearings/{Clearing.objects.latest('pk').pk}/reset/"
    payment = Payment.objects.latest("pk")
    again = done(browser, back, {"reason": "the wrong invoice"})
    assert again == f"/payments/{payment.pk}/clear/"
    alone = done(browser, first, {**posted, **rows({"invoice_id": invoice.pk, "amount": ""}, filled=1)})
    assert alone == f"/payments/{payment.pk + 1}/reverse/"


def test_a_delivery_goes_on_a_new_shipment_and_off_it_again(world, sign_in):
    browser = sign_in("transport_coordinator")
    page = world.url("/deliveries/{open_delivery}/")
    assert "a new one, on" in browser.get(f"{page}assign/").content.decode()
    back = done(browser, f"{page}assign/", {"shipment": "new"})
    shipment = Shipment.objects.latest("pk")
    assert Delivery.objects.get(pk=world.keys["open_delivery"]).shipment_id == shipment.pk
    assert back == f"/shipments/{shipment.pk}/cancel/"
    assert done(browser, f"{page}unassign/") == f"{page}assign/"


def test_goods_are_received_into_inspection_and_the_supervisor_takes_it_back(world, sign_in):
    browser, receipt = sign_in("warehouse_supervisor"), Receipt.objects.get(pk=world.keys["receipt"])
    url, bin_id = world.url("/receipts/{receipt}/receive/"), reference.bins(receipt.site_id)[0].id
    sent = {"quantity": "2", "bin": bin_id, "into_inspection": "on", "_key": "one"}
    back = done(browser, url, sent)
    browser.post(url, sent)
    lying = Balance.objects.filter(product_id=receipt.product_id, stock_type="quality").exclude(quantity=0)
    assert list(lying.values_list("quantity", flat=True)) == [2]
    browser.post(back.removeprefix("post "))
    assert not lying.exists()
    wrong = browser.post(url, {"quantity": "2", "bin": bin_id, "release_on": "2026-03-20"})
    assert wrong.status_code == 422


def test_who_may_not_take_a_step_back_is_not_offered_it(world, sign_in):
    browser, receipt = sign_in("warehouse_clerk"), Receipt.objects.get(pk=world.keys["receipt"])
    bin_id = reference.bins(receipt.site_id)[0].id
    back = done(browser, world.url("/receipts/{receipt}/receive/"), {"quantity": "2", "bin": bin_id})
    assert back == ""
