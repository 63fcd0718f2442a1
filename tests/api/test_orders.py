"""Quotations and orders over the API."""

import pytest

from tests import company
from tests.api.conftest import assert_refused, places


def order(*lines, **fields):
    """An order of ALPHA for Wednesday week."""
    wanted = [{"product": product, "quantity": quantity} for product, quantity in lines]
    return {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": wanted, **fields}


@pytest.fixture
def rep(small, caller):
    company.put_in_stock(small, "HELMET", 10)
    company.put_in_stock(small, "OIL", 2500)
    return caller("representative")


def test_an_order_is_entered_in_one_step_and_says_what_is_promised(rep):
    response = rep.post("orders", order(("HELMET", 3), ("OIL", "1.5")))
    made = response.json()
    assert (response.status_code, response.headers["ETag"], made["state"]) == (201, '"1"', "submitted")
    assert made["gross"] == {"amount": "192.78", "currency": "EUR"}
    helmet, oil = made["lines"]
    assert (helmet["confirmed"], helmet["short"], helmet["unit"]) == ("3", "0", "piece")
    assert (oil["quantity"], oil["confirmed"], oil["unit"]) == ("1.500", "1.500", "litre")
    assert oil["schedule"] == [{"quantity": "1.500", "delivery_on": "2026-03-11", "basis": "stock"}]


def test_an_order_is_read_with_its_lines_its_price_and_the_reason_of_its_dates(rep):
    made = rep.post("orders", order(("HELMET", 12))).json()
    read = rep.get(f"orders/{made['id']}")
    [line] = read.json()["lines"]
    assert read.headers["ETag"] == f'"{made["version"]}"'
    assert (line["quantity"], line["unit"], line["confirmed"], line["short"]) == ("12", "piece", "10", "2")
    assert [(one["condition"], one["amount"]["amount"]) for one in line["price"]] == [
        ("LIST", "600.00"),
        ("VAT DE", "114.00"),
    ]
    assert "10" in line["why"]
    assert read.json()["progress"]["headline"] == "partly_confirmed"


def test_the_margin_is_told_to_who_may_see_costs(rep, caller):
    made = rep.post("orders", order(("HELMET", 3))).json()
    read = caller("billing_clerk").get(f"orders/{made['id']}").json()
    earned = {
        "amount": {"amount": "60.00", "currency": "EUR"},
        "cost": {"amount": "90.00", "currency": "EUR"},
        "percent": "40.00",
    }
    assert (read["margin"], read["lines"][0]["margin"]) == (earned, earned)
    hidden = rep.get(f"orders/{made['id']}").json()
    assert (hidden["margin"], hidden["lines"][0]["margin"]) == (None, None)


def test_an_order_is_entered_as_a_draft_and_submitted_later(rep):
    draft = rep.post("orders", order(("HELMET", 3), submit=False)).json()
    assert (draft["state"], draft["lines"]) == ("draft", [])
    replaced = rep.send("PUT", f"orders/{draft['id']}", order(("HELMET", 4)), If_Match=f'"{draft["version"]}"').json()
    assert (replaced["version"], replaced["net"]["amount"]) == (2, "200.00")
    submitted = rep.post(f"orders/{draft['id']}/submit", If_Match='"2"').json()
    assert (submitted["state"], submitted["lines"][0]["confirmed"]) == ("submitted", "4")


def test_an_order_is_changed_rejected_and_cancelled(rep):
    made = rep.post("orders", order(("HELMET", 3), ("OIL", 1))).json()
    address = f"orders/{made['id']}"
    change = {"customer_reference": "PO 7", "lines": [{"line_number": 10, "quantity": "5"}]}
    changed = rep.patch(address, change, version=f'"{made["version"]}"').json()
    assert [line["confirmed"] for line in changed["lines"]] == ["5", "1.000"]
    assert_refused(rep.patch(address, change, version=f'"{made["version"]}"'), 412, "changed_meanwhile")
    rejected = rep.post(f"{address}/lines/20/reject", {"reason": "not wanted any more"}).json()
    assert rejected["net"]["amount"] == "250.00"
    cancelled = rep.post(f"{address}/cancel", {"reason": "shop closed"}).json()
    assert cancelled["state"] == "cancelled"
    read = rep.get(address).json()
    assert (read["customer_reference"], read["lines"][1]["rejection_reason"]) == ("PO 7", "not wanted any more")


def test_an_order_says_which_system_it_came_from_and_else_came_over_the_api(rep):
    made = [rep.post("orders", order(("HELMET", 1), **said)).json() for said in ({"source_system": "edi"}, {})]
    assert [rep.get(f"orders/{one['id']}").json()["source_system"] for one in made] == ["edi", "api"]
    refused = assert_refused(rep.post("orders", order(("HELMET", 1), source_system="x" * 21)), 422, "invalid_input")
    assert places(refused)[0][1] == "source_system"
    assert rep.patch(f"orders/{made[0]['id']}", {"source_system": "page"}).status_code == 422


def test_a_null_takes_out_what_was_entered(rep):
    made = rep.post("orders", order(("HELMET", 3), customer_reference="PO 7", contact="Anna")).json()
    address = f"orders/{made['id']}"
    line = {"line_number": 10, "quantity": None, "text": None, "is_fixed": None, "manual_conditions": None}
    changed = rep.patch(address, {"customer_reference": None, "probability": None, "lines": [line]})
    assert changed.status_code == 200, changed.content
    read = rep.get(address).json()
    assert (read["customer_reference"], read["contact"], read["probability"]) == ("", "Anna", 100)
    assert (read["lines"][0]["quantity"], read["lines"][0]["text"]) == ("3", "")


@pytest.mark.parametrize("day", [0, "0", "1772409600", "2026-3-2", "2026-03-02T00:00:00Z", True])
def test_a_day_is_written_in_one_form_only(rep, day):
    refused = assert_refused(rep.post("orders", order(("HELMET", 1), requested_on=day)), 422, "invalid_input")
    assert places(refused) == [(None, "requested_on", "value_error")]
    assert_refused(rep.get(f"orders?entered_from={day}"), 422, "invalid_input")


def test_a_true_or_false_is_no_number_and_a_number_is_neither(rep):
    refused = assert_refused(rep.post("orders", order(("HELMET", 1), priority=True)), 422, "invalid_input")
    assert places(refused) == [(None, "priority", "value_error")]
    refused = assert_refused(rep.post("orders", order(("HELMET", 1), complete_delivery=0)), 422, "invalid_input")
    assert places(refused) == [(None, "complete_delivery", "bool_type")]


def test_a_quotation_is_sent_accepted_and_ordered(rep):
    quotation = rep.post("quotations", order(("HELMET", 3), valid_to_on="2026-03-31")).json()
    address = f"quotations/{quotation['id']}"
    assert rep.post(f"{address}/send").json()["state"] == "sent"
    assert rep.post(f"{address}/accept").json()["state"] == "accepted"
    made = rep.post(f"{address}/order", {"quantities": {"10": "2"}}).json()
    assert (made["state"], made["lines"][0]["confirmed"]) == ("submitted", "2")
    assert rep.get(address).json()["lines"][0]["open_to_order"] == "1"


def test_a_copy_is_a_draft(rep):
    made = rep.post("orders", order(("HELMET", 3))).json()
    copy = rep.post(f"orders/{made['id']}/copy", {"requested_on": "2026-03-18"}).json()
    assert (copy["state"], copy["net"]) == ("draft", made["net"])


def test_stock_is_tied_to_a_line_and_let_go(rep):
    made = rep.post("orders", order(("HELMET", 3))).json()
    line = f"orders/{made['id']}/lines/10"
    assert rep.post(f"{line}/allocate", {"quantity": "2"}).json() == {
        "line_number": 10,
        "allocated": "2",
        "unit": "piece",
    }
    assert rep.post(f"{line}/release-allocation").json()["allocated"] == "0"


def test_a_block_is_set_and_lifted(rep):
    made = rep.post("orders", order(("HELMET", 3))).json()
    address = f"orders/{made['id']}"
    assert rep.post(f"{address}/blocks", {"scope": "delivery", "reason": "ask first"}).json()["reasons"] == [
        "ask first"
    ]
    [block] = rep.get(address).json()["blocks"]
    assert (block["kind"], block["scope"], block["released_at"]) == ("delivery", "delivery", None)
    lifted = rep.post(f"{address}/blocks/{block['id']}/release", {"reason": "asked"}).json()
    assert lifted["reasons"] == []


def test_a_promise_is_simulated_and_leaves_no_trace(rep):
    before = rep.get("orders").json()
    supposed = rep.post("simulations/promise", order(("HELMET", 12))).json()
    assert [(one["line_number"], one["confirmed"], one["short"]) for one in supposed["lines"]] == [(10, "10", "2")]
    assert rep.post("simulations/promise", order(("HELMET", 10))).json()["lines"][0]["short"] == "0"
    assert rep.get("orders").json() == before


def test_better_dates_are_asked_for_over_the_api(small, rep):
    made = rep.post("orders", order(("HELMET", 12))).json()
    address = f"orders/{made['id']}"
    assert_refused(rep.post(f"{address}/promise-anew"), 409, "nothing_better")
    company.put_in_stock(small, "HELMET", 5)
    assert_refused(rep.post(f"{address}/promise-anew", {"lines": [20]}), 422, "unknown_line")
    assert rep.post(f"{address}/promise-anew", {"lines": [10]}).json()["lines"] == [10]
    assert rep.get(address).json()["lines"][0]["confirmed"] == "12"


def test_orders_are_listed_page_by_page_though_new_ones_come_in(rep):
    numbers = [rep.post("orders", order(("HELMET", 1))).json()["number"] for _ in range(3)]
    first = rep.get("orders?limit=2").json()
    rep.post("orders", order(("HELMET", 1)))
    second = rep.get(first["next"]).json()
    assert [one["number"] for one in first["items"] + second["items"]] == numbers[::-1]
    assert second["next"] is None


def test_a_repeated_order_is_not_taken_twice(rep):
    first = rep.post("orders", order(("HELMET", 3)), key="once")
    again = rep.post("orders", order(("HELMET", 3)), key="once")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert len(rep.get("orders").json()["items"]) == 1


WRONG_LINES = {
    "an unknown product": ({"product": "X9"}, "product", "unknown_product"),
    "a product that is not sold": ({"product": "BELL"}, "product", "inactive_product"),
    "a unit without conversion": ({"unit": "pallet"}, "unit", "unit_without_conversion"),
    "a past date": ({"requested_on": "2026-02-27"}, "requested_on", "past_date"),
    "a negative quantity": ({"quantity": "-1"}, "quantity", "quantity_negative"),
    "a quantity of nothing": ({"quantity": "0"}, "quantity", "quantity_zero"),
    "a fraction of a piece": ({"quantity": "1.5"}, "quantity", "quantity_too_precise"),
    "a huge quantity": ({"quantity": "99999999999999999999"}, "quantity", "quantity_out_of_range"),
    "a number past 64 bits": ({"quantity": 2**64}, "quantity", "quantity_not_a_number"),
    "no number": ({"quantity": "many"}, "quantity", "quantity_not_a_number"),
    "a closed site": ({"site": "ROT"}, "site", "closed_site"),
}


@pytest.mark.parametrize("name", WRONG_LINES)
def test_a_wrong_line_is_refused_by_row_and_field(small, rep, name):
    small.sites["ROT"].is_active = False
    small.sites["ROT"].save()
    wrong, field, code = WRONG_LINES[name]
    body = order(("HELMET", 3), ("HELMET", 3))
    body["lines"][1] |= wrong
    problem = assert_refused(rep.post("orders", body), 422, code)
    assert places(problem) == [(2, field, code)]
    assert problem["errors"][0]["remedy"]
    assert rep.get("orders").json()["items"] == []


def test_all_wrong_lines_are_told_at_once(rep):
    body = order(("X9", 3), ("HELMET", 3), ("HELMET", "-1"))
    problem = assert_refused(rep.post("orders", body), 422, "several_refusals")
    assert places(problem) == [(1, "product", "unknown_product"), (3, "quantity", "quantity_negative")]


def test_the_shape_of_a_line_is_refused_by_row_too(rep):
    body = order(("HELMET", 3), ("HELMET", 3))
    body["lines"][1] = {"product": "HELMET", "amount": 3}
    problem = assert_refused(rep.post("orders", body), 422, "invalid_input")
    assert places(problem) == [(2, "quantity", "missing"), (2, "amount", "extra_forbidden")]


def test_an_unknown_customer_is_refused(rep):
    problem = assert_refused(rep.post("orders", order(("HELMET", 3), customer="NOBODY")), 422, "unknown_customer")
    assert places(problem) == [(None, "customer", "unknown_customer")]


def test_orders_of_another_company_are_not_there(small, rep, caller):
    made = rep.post("orders", order(("HELMET", 3))).json()
    stranger = caller("representative", company_id=small.company.pk + 1)
    assert_refused(stranger.get(f"orders/{made['id']}"), 404, "not_found")
    assert stranger.get("orders").json()["items"] == []
    assert_refused(stranger.post(f"orders/{made['id']}/cancel", {"reason": "mine"}), 404, "not_found")


def test_a_price_by_hand_is_taken_from_who_may_set_prices(rep, caller):
    line = {"product": "OIL", "quantity": "1.5", "manual_conditions": [{"kind": "price", "price": "12.50"}]}
    body = {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [line]}
    assert_refused(rep.post("orders", body), 403, "not_allowed")
    made = caller("operations_team").post("orders", body).json()
    assert made["net"] == {"amount": "18.75", "currency": "EUR"}
