"""CM-1 from the quotation to the cleared payment, over HTTP and by the people whose work it is."""

import csv
import io

import pytest

from tests import company
from tests.api.conftest import assert_refused
from troth.reference.models import Bin

LINES = [{"product": "HELMET", "quantity": "2", "unit": "box"}, {"product": "OIL", "quantity": "1.5"}]


def done(response, status=200):
    assert response.status_code == status, response.content
    return response.json()


def test_an_order_goes_from_the_quotation_to_the_cleared_payment(small, caller):
    rep, yard = caller("representative"), caller("transport_coordinator")
    store, biller, cashier = caller("warehouse_clerk"), caller("billing_clerk"), caller("receivables_clerk")
    company.put_in_stock(small, "HELMET", 30)
    company.put_in_stock(small, "OIL", 5000)
    site, clerk_company = small.sites["HAM"].pk, small.company.pk
    small.sites["HAM"].papers_before_issue = True
    small.sites["HAM"].save()

    body = {"customer": "ALPHA", "requested_on": "2026-03-11", "valid_to_on": "2026-03-31", "lines": LINES}
    quotation = done(rep.post("quotations", body), 201)
    assert quotation["net"] == {"amount": "1212.00", "currency": "EUR"}
    assert done(rep.post(f"quotations/{quotation['id']}/send"))["state"] == "sent"
    order = done(rep.post(f"quotations/{quotation['id']}/order", {"customer_reference": "PO 1"}), 201)
    assert [(one["confirmed"], one["short"]) for one in order["lines"]] == [("24", "0"), ("1.500", "0.000")]
    assert order["gross"]["amount"] == "1442.28"
    exposure = done(rep.get(f"credit/{clerk_company}/{small.party('ALPHA').pk}"))["exposure"]
    assert (exposure["open_orders"]["amount"], exposure["total"]["amount"]) == ("1442.28", "1442.28")

    due = done(yard.get(f"deliveries/due?site={site}&until=2026-03-31"))["items"]
    assert [(one["order_number"], one["product"], one["quantity"]) for one in due] == [
        (order["number"], "HELMET", "24"),
        (order["number"], "OIL", "1.500"),
    ]
    made = done(yard.post("deliveries", {"site": site, "until": "2026-03-31"}), 201)
    [delivery] = made["deliveries"]
    address = f"deliveries/{delivery['id']}"
    assert_refused(yard.post(f"{address}/goods-issue"), 409, "not_ready_to_ship")

    shipment = done(
        yard.post("shipments", {"site": site, "planned_on": "2026-03-09", "deliveries": [delivery["id"]]}), 201
    )
    assert done(yard.get(f"shipments/{shipment['id']}"))["carrier"] == "Hauliers"
    transfer = done(store.post("transfer-orders", {"shipment": shipment["id"]}), 201)
    assert (transfer["lines"], transfer["missing"]) == (2, [])
    picks = done(store.get(f"transfer-orders/{transfer['id']}"))["lines"]
    assert [(one["bin"], one["product"], one["quantity"]) for one in picks] == [
        ("A-01", "HELMET", "24"),
        ("A-01", "OIL", "1.500"),
    ]
    short = {"position": 1, "picked": "20", "reason": "four were broken"}
    confirmed = done(store.post(f"transfer-orders/{transfer['id']}/confirm", {"differences": [short]}))
    assert (confirmed["picked"], confirmed["differences"]) == ([delivery["id"]], 1)
    [waiting] = done(yard.get(f"ready-check?site={site}"))["items"]
    assert [one["lack"] for one in waiting["lacks"]] == ["papers_not_printed"]
    note = done(store.post(f"papers/delivery_note/{delivery['id']}/print"), 201)
    assert yard.get(f"papers/{note['id']}/pdf").content.startswith(b"%PDF-")
    ready = done(yard.get(f"ready-check?site={site}"))["items"]
    assert [(one["number"], one["is_ready"], one["lacks"]) for one in ready] == [(delivery["number"], True, [])]

    assert done(yard.post(f"shipments/{shipment['id']}/load"))["state"] == "loading"
    issued = done(yard.post(f"{address}/goods-issue", key="issue-1"), 201)
    assert (issued["issued_on"], issued["cost"]) == ("2026-03-02", None)
    assert done(yard.post(f"{address}/goods-issue", key="issue-1"), 201) == issued
    assert done(yard.post(f"shipments/{shipment['id']}/depart"))["state"] == "departed"

    [to_bill] = done(biller.get("billing/due"))["items"]
    assert (to_bill["kind"], to_bill["number"]) == ("delivery", delivery["number"])
    [invoice] = done(biller.post("invoices", {"deliveries": [delivery["id"]]}), 201)["invoices"]
    shown = done(biller.get(f"invoices/{invoice['id']}"))
    assert [(one["product"], one["quantity"], one["net"]["amount"]) for one in shown["lines"]] == [
        ("HELMET", "20", "1000.00"),
        ("OIL", "1.500", "12.00"),
    ]
    assert (shown["gross"]["amount"], shown["state"]) == ("1204.28", "open")

    [item] = done(cashier.get("open-items"))["items"]
    assert item["open"] == {"amount": "1204.28", "currency": "EUR"}
    payment = {
        "company": clerk_company,
        "payer": item["payer"],
        "amount": "1204.28",
        "currency": "EUR",
        "received_on": "2026-03-02",
        "clears": [{"invoice": item["id"], "amount": "1204.28"}],
    }
    paid = done(cashier.post("payments", payment), 201)
    assert (paid["left"]["amount"], paid["cleared"]) == ("0.00", [invoice["number"]])
    assert done(cashier.get("open-items"))["items"] == []
    assert done(biller.get(f"invoices/{invoice['id']}"))["state"] == "paid"
    assert_balanced_books(biller, clerk_company)
    assert_flow(rep, order, delivery, invoice)


def assert_balanced_books(biller, company_id):
    """The journal sums to zero, in JSON and in CSV."""
    period = f"journal?company={company_id}&from_on=2026-03-01&to_on=2026-03-31"
    rows = done(biller.get(period))["items"]
    cents = [int(row["amount"]["amount"].replace(".", "")) for row in rows]
    assert (len(cents) > 6, sum(cents)) == (True, 0)
    text = b"".join(biller.get(f"{period}&format=csv").streaming_content).decode("utf-8-sig")
    assert [row["amount"] for row in csv.DictReader(io.StringIO(text))] == [row["amount"]["amount"] for row in rows]


def assert_flow(rep, order, delivery, invoice):
    flow = done(rep.get(f"documents/order/{order['id']}/flow"))
    numbers = [one["number"] for one in flow["documents"]]
    assert {order["number"], delivery["number"], invoice["number"]} <= set(numbers)
    kinds = [one["kind"] for one in done(rep.get(f"documents/order/{order['id']}/events"))["items"]]
    assert "sales.order_submitted" in kinds


def test_what_was_done_is_taken_back_step_by_step(small, caller):
    rep, boss = caller("representative"), caller("warehouse_supervisor")
    biller, cashier = caller("billing_clerk"), caller("receivables_clerk")
    company.put_in_stock(small, "HELMET", 10)
    body = {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [{"product": "HELMET", "quantity": "3"}]}
    order = done(rep.post("orders", body), 201)
    [delivery] = done(boss.post("deliveries", {"order": order["id"]}), 201)["deliveries"]
    transfer = done(boss.post("transfer-orders", {"deliveries": [delivery["id"]]}), 201)
    done(boss.post(f"transfer-orders/{transfer['id']}/confirm"))
    results = done(boss.post("goods-issues", {"deliveries": [delivery["id"]]}))["results"]
    assert [(one["issued"]["number"], one["code"]) for one in results] == [(delivery["number"], "")]
    [invoice] = done(biller.post("invoices", {"deliveries": [delivery["id"]]}), 201)["invoices"]
    payment = {
        "company": small.company.pk,
        "payer": small.party("ALPHA").pk,
        "amount": "200.00",
        "currency": "EUR",
        "received_on": "2026-03-02",
    }
    paid = done(cashier.post("payments", payment), 201)
    clears = {"clears": [{"invoice": invoice["id"], "amount": "178.50"}]}
    assert done(cashier.post(f"payments/{paid['id']}/clear", clears), 201)["left"]["amount"] == "21.50"

    reason = {"reason": "entered twice"}
    assert_refused(biller.post(f"invoices/{invoice['id']}/cancel", reason), 409, "invoice_paid")
    [clearing] = done(cashier.get(f"payments/{paid['id']}"))["clearings"]
    done(cashier.post(f"payments/{paid['id']}/clearings/{clearing['id']}/reset", reason))
    assert done(cashier.post(f"payments/{paid['id']}/reverse", reason))["left"]["amount"] is not None
    assert done(biller.post(f"invoices/{invoice['id']}/cancel", reason), 201)["cancels"] == invoice["number"]
    assert done(boss.post(f"deliveries/{delivery['id']}/reverse-goods-issue", reason))["state"] == "picked"
    done(boss.post(f"transfer-orders/{transfer['id']}/undo-pick", reason))
    assert done(boss.post(f"deliveries/{delivery['id']}/cancel", reason))["state"] == "cancelled"
    assert done(rep.post(f"orders/{order['id']}/cancel", reason))["state"] == "cancelled"
    stock = done(rep.get(f"stock/{small.products['HELMET'].pk}"))["items"]
    assert [(one["bin"], one["quantity"]) for one in stock] == [("A-01", "10")]


def test_a_rush_order_is_delivered_as_it_is_entered(small, caller):
    company.put_in_stock(small, "HELMET", 10)
    body = {
        "customer": "ALPHA",
        "order_type": "rush",
        "requested_on": "2026-03-04",
        "lines": [{"product": "HELMET", "quantity": "3"}],
    }
    made = done(caller("representative").post("rush-orders", body), 201)
    assert (made["order"]["state"], len(made["deliveries"]["deliveries"])) == ("submitted", 1)


def test_a_rush_order_is_delivered_on_whichever_address_it_is_entered(small, caller):
    company.put_in_stock(small, "HELMET", 10)
    line = {"product": "HELMET", "quantity": "3"}
    body = {"customer": "ALPHA", "order_type": "rush", "requested_on": "2026-03-04", "lines": [line]}
    rep = caller("representative")
    made = done(rep.post("orders", body), 201)
    [delivery] = made["deliveries"]
    assert (made["state"], delivery["orders"], made["not_delivered"]) == ("submitted", [made["id"]], [])
    quoted = done(rep.post("quotations", {**body, "valid_to_on": "2026-03-20"}), 201)
    done(rep.post(f"quotations/{quoted['id']}/send"))
    ordered = done(rep.post(f"quotations/{quoted['id']}/order", {}), 201)
    assert [one["orders"] for one in ordered["deliveries"]] == [[ordered["id"]]]
    assert len(done(rep.get("deliveries"))["items"]) == 2


def test_a_draft_of_a_rush_order_is_delivered_as_it_is_submitted(small, caller):
    company.put_in_stock(small, "HELMET", 10)
    rep = caller("representative", scopes=("sales", "shipping"))
    drafts = {}
    for order_type in ("rush", "standard"):
        body = {
            "customer": "ALPHA",
            "order_type": order_type,
            "requested_on": "2026-03-04",
            "lines": [{"product": "HELMET", "quantity": "3"}],
            "submit": False,
        }
        drafts[order_type] = done(rep.post("orders", body), 201)["id"]
    assert done(rep.get("deliveries"))["items"] == []
    assert done(rep.post(f"orders/{drafts['standard']}/submit"))["state"] == "submitted"
    assert done(rep.get("deliveries"))["items"] == []
    assert_refused(rep.post(f"orders/{drafts['rush']}/submit", If_Match='"7"'), 412, "changed_meanwhile")
    first = done(rep.post(f"orders/{drafts['rush']}/submit", key="once"))
    assert (first["state"], done(rep.post(f"orders/{drafts['rush']}/submit", key="once"))) == ("submitted", first)
    [delivery] = done(rep.get("deliveries"))["items"]
    shown = done(rep.get(f"deliveries/{delivery['id']}"))
    assert [(one["order"], one["quantity"]) for one in shown["lines"]] == [(drafts["rush"], "3")]


def test_a_credit_block_is_seen_and_lifted_by_the_credit_manager(small, caller):
    company.put_in_stock(small, "HELMET", 30)
    body = {"customer": "GAMMA", "requested_on": "2026-03-11", "lines": [{"product": "HELMET", "quantity": "3"}]}
    rep, manager = caller("representative"), caller("credit_manager")
    order = done(rep.post("orders", body), 201)
    assert order["blocks"] == ["The credit limit is exceeded."]
    [blocked] = done(manager.get("credit/blocked"))["items"]
    assert (blocked["number"], blocked["limit"]["amount"], blocked["excess"]["amount"]) == (
        order["number"],
        "100.00",
        "50.00",
    )
    release = f"credit/blocks/{blocked['block']}/release"
    assert_refused(rep.post(release, {"reason": "mine"}), 403, "not_allowed")
    assert done(manager.post(release, {"reason": "paid today"}))["number"] == order["number"]
    assert done(manager.get("credit/blocked"))["items"] == []


def test_a_limit_is_set_on_the_version_that_was_read(small, caller):
    manager = caller("credit_manager")
    address = f"credit/{small.company.pk}/{small.party('ALPHA').pk}"
    read = manager.get(address)
    changed = manager.send("PUT", address, {"limit": "500.00"}, If_Match=read.headers["ETag"])
    assert (changed.status_code, changed.json()["limit"]["amount"]) == (200, "500.00")
    late = manager.send("PUT", address, {"limit": "600.00"}, If_Match=read.headers["ETag"])
    assert_refused(late, 412, "changed_meanwhile")


def test_goods_are_expected_moved_and_received(small, caller):
    planner, clerk = caller("operations_team"), caller("warehouse_clerk")
    receipt = {
        "kind": "purchase",
        "number": "PO-9",
        "product": "OIL",
        "site": small.sites["HAM"].pk,
        "due_on": "2026-03-09",
        "quantity": "2.5",
    }
    made = done(planner.post("receipts", receipt), 201)
    assert_refused(planner.post("receipts", receipt), 422, "receipt_exists")
    address = f"receipts/{made['id']}"
    read = planner.get(address)
    moved = done(planner.patch(address, {"due_on": "2026-03-10"}, version=read.headers["ETag"]))
    assert (moved["due_on"], moved["expected"], moved["unit"]) == ("2026-03-10", "2.500", "litre")
    assert_refused(planner.patch(address, {"quantity": "3"}, version=read.headers["ETag"]), 412, "changed_meanwhile")
    curve = f"availability/{small.products['OIL'].pk}/{small.sites['HAM'].pk}"
    assert [(one["on"], one["category"], one["quantity"]) for one in done(planner.get(curve))["items"]] == [
        ("2026-03-10", "purchase", "2.500")
    ]
    came = done(clerk.post(f"{address}/receive", {"quantity": "1", "bin": small.bins["HAM"].pk}), 201)
    assert (came["quantity"], came["still_expected"]) == ("1.000", "1.500")
    assert [one["number"] for one in done(planner.get(f"receipts?company={small.company.pk}"))["items"]] == ["PO-9"]


def test_stock_is_moved_and_counted(small, caller):
    clerk, boss = caller("warehouse_clerk"), caller("warehouse_supervisor")
    product, place = small.products["OIL"].pk, small.bins["HAM"]
    other = Bin.objects.create(location=place.location, code="B-01")
    count = {"bin": place.pk, "counted": "2.5", "reason": "first count"}
    assert_refused(clerk.post(f"stock/{product}/count", count), 403, "not_allowed")
    counted = done(boss.post(f"stock/{product}/count", count), 201)
    assert (counted["counted"], counted["short"], counted["unit"]) == ("2.500", "0.000", "litre")

    wanted = {"from_bin": place.pk, "to_bin": other.pk, "quantity": "1", "reason": "nearer"}
    assert_refused(clerk.post(f"stock/{product}/move", wanted, Idempotency_Key=None), 400, "client_key_missing")
    first = done(clerk.post(f"stock/{product}/move", wanted, key="once"), 201)
    assert done(clerk.post(f"stock/{product}/move", wanted, key="once"), 201) == first
    assert (first["quantity"], first["from_bin"], first["to_bin"]) == ("1.000", place.pk, other.pk)
    assert_refused(clerk.post(f"stock/{product}/move", {**wanted, "quantity": "9"}), 409, "not_enough_stock")
    assert_refused(clerk.post(f"stock/{product}/move", {**wanted, "to_bin": place.pk}), 422, "same_bin")
    lies = done(clerk.get(f"stock/{product}"))["items"]
    assert [(one["bin"], one["quantity"]) for one in lies] == [("A-01", "1.500"), ("B-01", "1.000")]


def test_the_credit_manager_rejects_a_blocked_order(small, caller):
    company.put_in_stock(small, "HELMET", 30)
    body = {"customer": "GAMMA", "requested_on": "2026-03-11", "lines": [{"product": "HELMET", "quantity": "3"}]}
    rep, manager = caller("representative"), caller("credit_manager")
    order = done(rep.post("orders", body), 201)
    reject = f"orders/{order['id']}/reject-for-credit"
    assert_refused(rep.post(reject, {"reason": "mine"}), 403, "not_allowed")
    assert_refused(manager.post(reject, {"reason": " "}), 422, "reason_missing")
    assert done(manager.post(reject, {"reason": "insolvent"}))["state"] == "cancelled"
    assert done(manager.get("credit/blocked"))["items"] == []
    sound = done(rep.post("orders", {**body, "customer": "ALPHA"}), 201)
    assert manager.post(f"orders/{sound['id']}/reject-for-credit", {"reason": "no"}).status_code == 409


def test_the_credit_manager_lets_goods_leave_past_the_limit(small, caller):
    company.put_in_stock(small, "HELMET", 30)
    rep, store, manager = caller("representative"), caller("warehouse_supervisor"), caller("credit_manager")
    body = {"customer": "ALPHA", "requested_on": "2026-03-04", "lines": [{"product": "HELMET", "quantity": "3"}]}
    order = done(rep.post("orders", body), 201)
    made = done(caller("transport_coordinator").post("deliveries", {"order": order["id"]}), 201)
    delivery = made["deliveries"][0]["id"]
    transfer = done(store.post("transfer-orders", {"deliveries": [delivery]}), 201)
    done(store.post(f"transfer-orders/{transfer['id']}/confirm", {}))
    limit = f"credit/{small.company.pk}/{small.party('ALPHA').pk}"
    done(manager.send("PUT", limit, {"limit": "1.00"}, If_Match="*"))
    refused = store.post(f"deliveries/{delivery}/goods-issue")
    assert refused.json()["code"] == "credit_blocks_goods_issue"
    release = f"deliveries/{delivery}/release-goods-issue"
    assert_refused(store.post(release, {"reason": "mine"}), 403, "not_allowed")
    assert done(manager.post(release, {"reason": "payment announced"}))["delivery"] == delivery
    assert done(store.post(f"deliveries/{delivery}/goods-issue"), 201)["delivery"] == delivery


def test_more_than_listed_is_picked_within_the_tolerance(small, caller):
    company.put_in_stock(small, "HELMET", 30)
    rep, store = caller("representative"), caller("warehouse_supervisor")
    line = {"product": "HELMET", "quantity": "10", "over_tolerance_basis_points": 1000}
    order = done(rep.post("orders", {"customer": "ALPHA", "requested_on": "2026-03-04", "lines": [line]}), 201)
    [delivery] = done(store.post("deliveries", {"order": order["id"]}), 201)["deliveries"]
    transfer = done(store.post("transfer-orders", {"deliveries": [delivery["id"]]}), 201)
    confirm = f"transfer-orders/{transfer['id']}/confirm"
    more = {"position": 1, "picked": "12", "reason": "a full box"}
    assert_refused(store.post(confirm, {"differences": [more]}), 422, "found_too_much")
    found = {"differences": [{**more, "picked": "11"}]}
    assert_refused(store.post(confirm, found, If_Match='"7"'), 412, "changed_meanwhile")
    confirmed = done(store.post(confirm, found, If_Match='"1"'))
    assert (confirmed["picked"], confirmed["differences"]) == ([delivery["id"]], 1)


@pytest.mark.parametrize(("later", "closed"), [(False, [("FRAME", "1", "piece")]), (True, [])])
def test_a_rest_within_the_tolerance_is_closed_unless_it_comes_later(small, caller, later, closed):
    company.put_in_stock(small, "FRAME", 10)
    rep, store = caller("representative"), caller("warehouse_supervisor")
    line = {"product": "FRAME", "quantity": "10", "under_tolerance_basis_points": 1000}
    order = done(rep.post("orders", {"customer": "ALPHA", "requested_on": "2026-03-04", "lines": [line]}), 201)
    [delivery] = done(store.post("deliveries", {"order": order["id"]}), 201)["deliveries"]
    transfer = done(store.post("transfer-orders", {"deliveries": [delivery["id"]]}), 201)
    short = {"position": 1, "picked": "9", "reason": "one was bent", "deliver_later": later}
    confirmed = done(store.post(f"transfer-orders/{transfer['id']}/confirm", {"differences": [short]}))
    assert [(one["product"], one["quantity"], one["unit"]) for one in confirmed["closed"]] == closed


def test_a_delivery_is_billed_for_what_its_proof_says_arrived(small, caller):
    rep, boss, biller = caller("representative"), caller("warehouse_supervisor"), caller("billing_clerk")
    small.customers["ALPHA"].needs_proof = True
    small.customers["ALPHA"].save()
    company.put_in_stock(small, "HELMET", 30)
    body = {"customer": "ALPHA", "requested_on": "2026-03-04", "lines": [{"product": "HELMET", "quantity": "10"}]}
    order = done(rep.post("orders", body), 201)
    [delivery] = done(boss.post("deliveries", {"order": order["id"]}), 201)["deliveries"]
    transfer = done(boss.post("transfer-orders", {"deliveries": [delivery["id"]]}), 201)
    done(boss.post(f"transfer-orders/{transfer['id']}/confirm"))
    address = f"deliveries/{delivery['id']}"
    done(boss.post(f"{address}/goods-issue"), 201)
    wanted = {"deliveries": [delivery["id"]]}
    assert_refused(biller.post("invoices", wanted), 409, "nothing_to_bill")
    assert [one["number"] for one in done(rep.get("deliveries/unproven"))["items"]] == [delivery["number"]]

    lost = {"line_number": 1, "arrived": "7", "reason": "damaged"}
    proof = {"arrived_on": "2026-03-02", "signed_by": "J. Jansen", "differences": [lost]}
    assert_refused(rep.post(f"{address}/proof", proof), 422, "difference_not_decided")
    assert_refused(boss.post(f"{address}/proof", proof), 403, "not_allowed")
    proof["differences"] = [{**lost, "decision": "reship"}]
    [difference] = done(rep.post(f"{address}/proof", proof, key="proof-1"), 201)["differences"]
    assert (difference["lost"], difference["outcome"]) == ("3", "reshipped")
    assert done(rep.post(f"{address}/proof", proof, key="proof-1"), 201)["differences"] == [difference]
    shown = done(rep.get(address))
    assert (shown["arrived_on"], shown["signed_by"], shown["lines"][0]["lost"]) == ("2026-03-02", "J. Jansen", "3")
    [line] = done(rep.get(f"orders/{order['id']}"))["lines"]
    assert (line["quantity"], line["fulfilment"]["issued"], line["fulfilment"]["lost"]) == ("13", "10", "3")
    results = done(rep.post("proofs", wanted))["results"]
    assert [one["code"] for one in results] == ["already_proven"]
    done(rep.post(f"{address}/withdraw-proof", {"reason": "the wrong delivery"}))
    results = done(rep.post("proofs", wanted))["results"]
    assert [(one["arrived_on"], one["code"]) for one in results] == [("2026-03-02", "")]
    [invoice] = done(biller.post("invoices", wanted), 201)["invoices"]
    assert invoice["gross"]["amount"] == "595.00"
    assert_refused(rep.post(f"{address}/withdraw-proof", {"reason": "too late"}), 409, "later_documents")
