"""The path of an order through the pages, each step by the role whose work it is; steps back and refusals."""

import re
from datetime import date

import time_machine

from tests import company as companies
from troth.business.billing.models import Invoice
from troth.business.receivables.models import Payment
from troth.business.sales.models import Order, Quotation
from troth.business.shipping.models import Delivery, Shipment, TransferOrder

NOW = "2026-03-02T08:00:00Z"
WISHED = companies.WEDNESDAY.isoformat()


def rows(*entered, filled=0):
    """The rows of a form as a browser sends them; `filled` of them stood there before."""
    sent = {"rows-TOTAL_FORMS": len(entered), "rows-INITIAL_FORMS": filled}
    for number, row in enumerate(entered):
        sent |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return sent


def said(answer):
    """What the next page tells."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@time_machine.travel(NOW)
def test_an_order_goes_through_the_pages_from_the_quotation_to_the_payment(company, sign_in):
    rep, traffic, store = sign_in("representative"), sign_in("transport_coordinator"), sign_in("warehouse_clerk")
    bill, cash = sign_in("billing_clerk"), sign_in("receivables_clerk")
    entered = rows({"product": "HELMET", "quantity": "2"})
    head = {"customer": "BETA", "order_type": "standard", "valid_to_on": "2026-03-31"}
    rep.post("/quotations/new/", {**head, **entered})
    quotation = Quotation.objects.get()
    assert quotation.state == "sent"
    rep.post(f"/quotations/{quotation.pk}/order/", {"requested_on": WISHED})
    order = Order.objects.get()
    assert order.state == "submitted"

    made = traffic.post("/due/deliver/?horizon=30", {"selected": [order.pk]})
    delivery = Delivery.objects.get()
    assert delivery.number in said(made)
    traffic.post("/deliveries/ship/", {"selected": [delivery.pk]})
    shipment = Shipment.objects.get()
    store.post(f"/shipments/{shipment.pk}/fetch/")
    transfer = TransferOrder.objects.get()
    store.post(f"/transfer-orders/{transfer.pk}/confirm-all/")
    traffic.post(f"/shipments/{shipment.pk}/load/")
    traffic.post(f"/shipments/{shipment.pk}/issue/")
    traffic.post(f"/shipments/{shipment.pk}/depart/")
    shipment.refresh_from_db()
    assert shipment.state == "departed"

    bill.post("/billing/due/invoice/", {"selected": [f"delivery-{delivery.pk}"]})
    invoice = Invoice.objects.get()
    first = cash.post("/payments/new/", payment_of(company, invoice))
    proposed = cash.get(first.headers["Location"]).content.decode()
    assert invoice.number in proposed
    clears = rows({"invoice_id": invoice.pk, "amount": "108.90"}, filled=1)
    assert invoice.gross == 10890
    cash.post(first.headers["Location"], {**payment_of(company, invoice), **clears})
    payment = Payment.objects.get()
    assert "Paid" in said(rep.get(f"/orders/{order.pk}/"))
    flow = said(rep.get(f"/orders/{order.pk}/?tab=flow"))
    for number in (quotation.number, order.number, delivery.number, invoice.number, payment.number):
        assert number in flow
    worth = f"{invoice.gross / 100:,.2f} EUR"
    assert flow.count(worth) >= 5, "order, invoice and payment say what they are worth, in the picture and the table"
    assert f"Invoice {invoice.number} – Payment {payment.number} {worth}" in flow


def payment_of(company, invoice):
    return {
        "payer": "BETA",
        "company": company.company.pk,
        "amount": "108.90",
        "currency": "EUR",
        "received_on": date(2026, 3, 2).isoformat(),
    }


@time_machine.travel(NOW)
def test_what_is_wrong_comes_back_beside_its_field_and_nothing_is_saved(company, sign_in):
    entered = rows({}, {"product": "NOSUCH", "quantity": "2"}, {"product": "HELMET", "quantity": "-1"})
    answer = sign_in("representative").post("/orders/new/", {"customer": "BETA", "order_type": "standard", **entered})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_rows-1-product"' in page
    assert 'href="#id_rows-2-quantity"' in page
    assert 'value="NOSUCH"' in page
    assert not Order.objects.exists()


@time_machine.travel(NOW)
def test_a_form_sent_twice_makes_one_order(company, sign_in):
    browser = sign_in("representative")
    sent = {"customer": "BETA", "order_type": "standard", "requested_on": WISHED, "_key": "one"}
    sent |= rows({"product": "HELMET", "quantity": "1"})
    browser.post("/orders/new/", sent)
    browser.post("/orders/new/", sent)
    assert Order.objects.count() == 1


@time_machine.travel(NOW)
def test_a_rush_order_is_delivered_however_it_is_submitted(company, sign_in):
    browser = sign_in("representative")
    line = rows({"product": "HELMET", "quantity": "1"})
    head = {"customer": "BETA", "order_type": "rush", "requested_on": WISHED, **line}
    browser.post("/orders/new/", {**head, "_key": "new"})
    for key in ("button", "form"):
        browser.post("/orders/new/", {**head, "_save": "1", "_key": key})
    entered, by_button, by_form = Order.objects.order_by("pk")
    assert Delivery.objects.count() == 1
    browser.post(f"/orders/{by_button.pk}/submit/")
    assert Delivery.objects.count() == 2
    form = browser.get(f"/orders/{by_form.pk}/change/").context["form"]
    written = {name: "" if value is None else value for name, value in form.initial.items()}
    browser.post(f"/orders/{by_form.pk}/change/", {**written, **line})
    quotation = {"customer": "BETA", "order_type": "rush", "requested_on": WISHED, "valid_to_on": WISHED, **line}
    browser.post("/quotations/new/", {**quotation, "_key": "quoted"})
    quoted = Quotation.objects.get()
    browser.post(f"/quotations/{quoted.pk}/order/", {"_key": "ordered"})
    ordered = Order.objects.order_by("pk").last()
    delivered = Delivery.objects.order_by("pk").values_list("lines__order_id", flat=True)
    assert list(delivered) == [entered.pk, by_button.pk, by_form.pk, ordered.pk]


@time_machine.travel(NOW)
def test_a_draft_says_what_it_lacks_and_leads_to_the_field(world, sign_in):
    page = sign_in("representative").get(world.url("/orders/{draft}/")).content.decode()
    assert "lacks a requested date" in page
    assert world.url("/orders/{draft}/change/#id_rows-0-requested_on") in page


@time_machine.travel(NOW)
def test_an_order_in_the_books_is_changed_on_its_form(world, sign_in):
    browser, url = sign_in("representative"), world.url("/orders/{due}/change/")
    form = browser.get(url).context["form"]
    head = {name: "" if value is None else value for name, value in form.initial.items()}
    head["complete_delivery"] = "false"
    line = {"line_number": 10, "product": "GLOVE", "quantity": "5", "unit": "pair", "requested_on": WISHED}
    answer = browser.post(url, {**head, **rows({**line, "site": "HAM", "item_category": "standard"}, filled=1)})
    assert answer.status_code == 302
    assert Order.objects.get(pk=world.keys["due"]).lines.get().quantity == 5


@time_machine.travel(NOW)
def test_a_credit_manager_releases_with_the_figures_in_view(world, sign_in):
    browser, url = sign_in("credit_manager"), world.url("/credit/blocked/{block}/")
    assert "Past the limit by" in said(browser.get(url))
    assert browser.post(url, {"reason": ""}).status_code == 422
    assert browser.post(url, {"reason": "paid today"}).status_code == 302
    assert browser.get(url).status_code == 404


@time_machine.travel(NOW)
def test_a_blocked_order_shows_what_the_exposure_was_made_of(world, sign_in):
    rep = sign_in("representative")
    shown = said(rep.get(world.url("/orders/{blocked}/?tab=credit")))
    for word in ("Open orders", "Open deliveries", "Open invoices", "Deposits", "Past the limit by"):
        assert word in shown
    nothing = said(rep.get(world.url("/orders/{order}/?tab=credit")))
    assert "Credit held nothing back" in nothing
    assert "Past the limit by" not in said(sign_in("warehouse_clerk").get(world.url("/orders/{blocked}/?tab=credit")))


@time_machine.travel(NOW)
def test_a_credit_manager_rejects_an_order(world, sign_in):
    sign_in("credit_manager").post(world.url("/orders/{blocked}/reject/"), {"reason": "no cover"})
    assert Order.objects.get(pk=world.keys["blocked"]).state == "cancelled"


@time_machine.travel(NOW)
def test_a_refused_step_back_says_what_to_do_first(world, sign_in):
    browser = sign_in("warehouse_supervisor")
    answer = browser.post(world.url("/deliveries/{delivery}/reverse/"), {"reason": "wrong goods"})
    assert answer.status_code == 422
    assert "cancel" in said(answer).lower()
    assert Delivery.objects.get(pk=world.keys["delivery"]).state == "issued"


@time_machine.travel(NOW)
def test_a_difference_at_the_pick_needs_a_reason(world, sign_in):
    browser, url = sign_in("warehouse_clerk"), world.url("/transfer-orders/{transfer}/confirm/")
    entered = {"position": 1, "picked": "1"}
    assert browser.post(url, rows(entered, filled=1)).status_code == 422
    assert browser.post(url, rows({**entered, "reason": "damaged"}, filled=1)).status_code == 302
    assert TransferOrder.objects.get(pk=world.keys["transfer"]).state == "confirmed"


@time_machine.travel(NOW)
def test_goods_that_come_are_received_on_the_page_of_their_receipt(world, company, sign_in):
    browser, url = sign_in("warehouse_clerk"), world.url("/receipts/{receipt}/receive/")
    answer = browser.post(url, {"quantity": "2", "bin": company.bins["HAM"].pk})
    assert answer.status_code == 302
    assert "3 piece" in said(browser.get("/receipts/"))


@time_machine.travel(NOW)
def test_a_mass_goods_issue_tells_each_refusal(world, sign_in):
    ids = [world.keys["open_delivery"], world.keys["delivery"]]
    answer = sign_in("transport_coordinator").post("/deliveries/issue/", {"selected": ids})
    assert said(answer).count("Not done") == 2


@time_machine.travel(NOW)
def test_a_proof_of_delivery_is_recorded_line_by_line_and_taken_back(world, sign_in):
    browser, url = sign_in("representative"), world.url("/deliveries/{unproven}/prove/")
    assert "Record proof of delivery" in said(browser.get(world.url("/deliveries/{unproven}/")))
    assert world.url("/deliveries/{unproven}/prove/") in browser.get("/proofs/").content.decode()
    head = {"arrived_on": "2026-03-02", "signed_by": "J. Jansen"}
    lost = {"line": 1, "arrived": "0", "reason": "missing"}
    assert browser.post(url, {**head, **rows(lost, filled=1)}).status_code == 422
    assert browser.post(url, {**head, **rows({**lost, "decision": "credit"}, filled=1)}).status_code == 302
    page = said(browser.get(world.url("/deliveries/{unproven}/")))
    assert "Arrived" in page
    assert "J. Jansen" in page
    assert "1 pair missing, not billed" in page
    assert "Proof of delivery recorded" in said(browser.get(world.url("/deliveries/{unproven}/?tab=history")))
    back = world.url("/deliveries/{unproven}/withdraw-proof/")
    assert browser.post(back, {"reason": "the carrier found it"}).status_code == 302
    assert Delivery.objects.get(pk=world.keys["unproven"]).arrived_on is None


@time_machine.travel(NOW)
def test_what_arrived_as_shipped_is_recorded_for_all_rows_selected(world, sign_in):
    browser = sign_in("transport_coordinator")
    ids = [world.keys["unproven"], world.keys["open_delivery"]]
    answer = browser.post("/proofs/as-shipped/", {"selected": ids})
    assert (said(answer).count("Not done"), said(answer).count("Arrived on")) == (1, 1)
    assert "Nothing waits for a proof" in said(browser.get("/proofs/"))


@time_machine.travel(NOW)
def test_an_administrator_grants_a_role_and_the_conflict_is_told(sign_in, person):
    browser, url = sign_in("administrator"), f"/people/{person.pk}/grant/"
    assert browser.post(url, {"role": "representative"}).status_code == 302
    refused = browser.post(url, {"role": "credit_manager"})
    assert refused.status_code == 422
    assert "releases their credit blocks" in said(refused)
    assert [grant.role for grant in person.grants.all()] == ["representative"]


@time_machine.travel(NOW)
def test_a_token_is_shown_once(sign_in, person):
    browser = sign_in("administrator")
    made = browser.post(f"/people/{person.pk}/tokens/new/", {"name": "bridge", "scopes": ["read"]})
    assert "troth_" in said(made)
    assert made.headers["Cache-Control"] == "no-store"
    assert "troth_" not in said(browser.get(f"/people/{person.pk}/?tab=tokens"))


def test_the_picker_offers_what_fits(company, sign_in):
    offers = sign_in("representative").get("/options/products/", {"rows-0-product": "hel"}).content.decode()
    assert offers == '<option value="HELMET">Helmet · piece</option>'


@time_machine.travel(NOW)
def test_home_counts_what_waits_and_leads_there(world, sign_in):
    page = sign_in("representative").get("/").content.decode()
    assert 'href="/orders/?state=draft"' in page
    assert 'href="/orders/?blocked=1"' in page


@time_machine.travel(NOW)
def test_an_order_that_is_paid_says_so_on_its_page_in_the_list_and_in_its_box(world, sign_in):
    browser = sign_in("representative")
    order = Order.objects.get(pk=world.keys["order"])
    assert f"{order.number} Paid" in said(browser.get(f"/orders/{order.pk}/"))
    [row] = re.findall(rf"<tr>(?:(?!</tr>).)*>{order.number}<.*?</tr>", browser.get("/orders/").content.decode(), re.S)
    assert " Paid " in re.sub(r"<[^>]+>", " ", row)
    picture = browser.get(f"/orders/{order.pk}/?tab=flow").context["flow"]
    assert str(picture.node(f"order:{order.pk}").status.word) == "Paid"


@time_machine.travel(NOW)
def test_an_arrow_says_a_quantity_in_one_unit_and_lines_in_several(company, yard, sign_in):
    browser = sign_in("representative")
    pairs, mixed = yard.order(GLOVE=3), yard.order(GLOVE=3, HELMET=2)
    words = {}
    for order in (pairs, mixed):
        yard.deliver(order)
        [(_origin, edge, _target)] = browser.get(f"/orders/{order.id}/?tab=flow").context["flow"].steps
        words[order.id] = edge.words
    assert words == {pairs.id: "3 pair", mixed.id: "2 lines"}
