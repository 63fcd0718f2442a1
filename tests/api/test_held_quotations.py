"""The goods of a quotation over the API: held, shown with whom they are held for, extended, released, ordered."""

from tests import company
from tests.api.conftest import assert_refused
from tests.api.test_holds import done

OFFER = {
    "customer": "ALPHA",
    "valid_to_on": "2026-03-31",
    "delivery_days": 5,
    "lines": [{"product": "HELMET", "quantity": "4"}, {"product": "FRAME", "quantity": "2"}],
}


def sent(caller, small):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 4)
    quotation = done(rep.post("quotations", OFFER), 201)
    return rep, done(rep.post(f"quotations/{quotation['id']}/send"))


def test_the_goods_of_a_quotation_are_held_and_go_over_to_its_order(small, caller):
    rep, quotation = sent(caller, small)
    address = f"quotations/{quotation['id']}/holds"
    assert done(rep.get(address)) == {"quotation": quotation["id"], "holds": []}

    [hold] = done(rep.post(address, {"expires_at": "2026-03-05T09:00:00Z"}), 201)["holds"]

    assert (hold["state"], hold["site"]) == ("active", "HAM")
    assert [(one["line_number"], one["quantity"], one["held"]) for one in hold["lines"]] == [
        (10, "4", "4"), (20, "2", "0"),
    ]  # fmt: skip
    reference = {"kind": "quotation", "id": quotation["id"], "number": quotation["number"]}
    assert done(rep.get(f"holds/{hold['id']}"))["held_for"] == reference
    holders = done(rep.get(f"availability/{small.products['HELMET'].pk}/{small.sites['HAM'].pk}/holders"))["items"]
    assert [(one["document"], one["held_for"]) for one in holders] == [(hold["number"], quotation["number"])]

    wanted = {"customer": "ALPHA", "requested_on": "2026-03-11"}
    assert_refused(rep.post(f"holds/{hold['id']}/order", wanted), 409, "held_for_document")
    order = done(rep.post(f"quotations/{quotation['id']}/order", {}), 201)
    assert (order["state"], order["warnings"]) == ("submitted", [])
    [ended] = done(rep.get(address))["holds"]
    assert (ended["state"], ended["order"]) == ("ordered", order["id"])


def test_it_is_held_longer_and_released_with_a_reason(small, caller):
    rep, quotation = sent(caller, small)
    address = f"quotations/{quotation['id']}/holds"
    done(rep.post(address, {"expires_at": "2026-03-05T09:00:00Z", "lines": [10]}), 201)

    [later] = done(rep.post(f"{address}/extend", {"expires_at": "2026-03-20T09:00:00Z"}))["holds"]
    assert later["expires_at"] == "2026-03-20T09:00:00Z"
    assert_refused(rep.post(f"{address}/extend", {"expires_at": "2026-04-01T09:00:00Z"}), 422, "wrong_hold")
    assert_refused(rep.post(f"{address}/release", {}), 422, "invalid_input")
    [gone] = done(rep.post(f"{address}/release", {"reason": "they wait"}))["holds"]
    assert (gone["state"], gone["lines"][0]["held"]) == ("released", "0")
    assert_refused(rep.post(f"{address}/release", {"reason": "again"}), 409, "nothing_held")


def test_what_is_wrong_is_refused(small, caller):
    rep, quotation = sent(caller, small)
    address = f"quotations/{quotation['id']}/holds"
    soon = {"expires_at": "2026-03-05T09:00:00Z"}
    for body in ({}, {**soon, "lines": []}, {**soon, "lines": [0]}, {**soon, "more": 1}, {"expires_at": "2026-03-05"}):
        assert rep.post(address, body).status_code == 422, body
    assert_refused(rep.post(address, {**soon, "lines": [990]}), 422, "unknown_line")
    assert_refused(rep.post("quotations/999999/holds", soon), 404, "not_found")
    assert_refused(caller("warehouse_clerk").post(address, soon), 403, "not_allowed")


def test_a_repeated_call_holds_once(small, caller):
    rep, quotation = sent(caller, small)
    address, soon = f"quotations/{quotation['id']}/holds", {"expires_at": "2026-03-05T09:00:00Z"}
    for _ in range(2):
        assert len(done(rep.send("POST", address, soon, Idempotency_Key="once"), 201)["holds"]) == 1
