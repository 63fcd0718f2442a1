"""Holds over the API: made, extended, released, ordered from."""

from tests import company
from tests.api.conftest import assert_refused
from troth.business.masterdata import models as masterdata
from troth.business.masterdata.store import touch
from troth.reference.models import Product


def done(response, status=200):
    assert response.status_code == status, response.content
    return response.json()


def asked(small, quantity="4", product="HELMET"):
    return {
        "site": small.sites["HAM"].pk, "purpose": "Alpha decides",
        "lines": [{"product": product, "quantity": quantity, "requested_on": "2026-03-10"}],
    }  # fmt: skip


def test_goods_are_held_extended_and_ordered(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 4)

    hold = done(rep.post("holds", asked(small)), 201)
    assert [(one["quantity"], one["held"]) for one in hold["lines"]] == [("4", "4")]
    checks = {"checks": [{"product": "HELMET", "site": "HAM", "quantity": "1", "on": "2026-03-11"}]}
    assert done(rep.post("availability/checks", checks))["items"][0]["short"] == "1"
    later = done(rep.post(f"holds/{hold['id']}/extend", {"expires_at": "2026-03-10T09:00:00Z"}))
    assert later["expires_at"] == "2026-03-10T09:00:00Z"

    wanted = {"customer": "ALPHA", "requested_on": "2026-03-11"}
    order = done(rep.post(f"holds/{hold['id']}/order", wanted), 201)
    shown = done(rep.get(f"holds/{hold['id']}"))
    assert (shown["state"], shown["order"]) == ("ordered", order["id"])
    [line] = done(rep.get(f"orders/{order['id']}"))["lines"]
    assert (line["confirmed"], line["short"]) == ("4", "0")
    assert_refused(rep.post(f"holds/{hold['id']}/order", wanted), 409, "illegal_transition")


def test_goods_are_held_for_a_customer_as_long_as_it_wants_them_to_last(small, caller):
    rep = caller("representative")
    masterdata.Customer.objects.filter(party__number="ALPHA").update(minimum_life_days=300)
    Product.objects.filter(number="HELMET").update(has_batches=True)
    touch()
    goods = {
        "product": "HELMET",
        "site": "HAM",
        "bin": "A-01",
        "quantity": "4",
        "batch": "B",
        "expires_on": "2026-06-01",
    }
    done(caller("master_data").post("stock/opening", {"goods": [goods]}), 201)
    check = {"product": "HELMET", "site": "HAM", "quantity": "4", "on": "2026-03-11"}
    asking = {"checks": [check, {**check, "customer": "ALPHA"}]}
    assert [one["short"] for one in done(rep.post("availability/checks", asking))["items"]] == ["0", "4"]
    assert_refused(rep.post("holds", asked(small) | {"customer": "ALPHA"}), 409, "nothing_to_hold")
    assert_refused(rep.post("holds", asked(small) | {"customer": "NOBODY"}), 422, "not_found")
    hold = done(rep.post("holds", asked(small)), 201)
    assert hold["customer"] == ""
    wanted = {"customer": "ALPHA", "requested_on": "2026-03-11"}
    assert_refused(rep.post(f"holds/{hold['id']}/order", wanted), 409, "held_for_others")
    assert done(rep.get(f"holds/{hold['id']}"))["state"] == "active"


def test_a_hold_is_released_and_listed(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 4)
    hold = done(rep.post("holds", asked(small)), 201)

    assert done(rep.post(f"holds/{hold['id']}/release"))["state"] == "released"
    assert [one["id"] for one in done(rep.get("holds?state=released"))["items"]] == [hold["id"]]
    assert done(rep.get("holds?state=active"))["items"] == []


def test_what_cannot_be_held_is_told_by_row_and_field(small, caller):
    rep = caller("representative")
    refusal = assert_refused(rep.post("holds", asked(small, product="GONE")), 422, "not_found")
    assert (refusal["errors"][0]["row"], refusal["errors"][0]["field"]) == (1, "product")
    assert_refused(rep.post("holds", asked(small)), 409, "nothing_to_hold")
    assert_refused(caller("warehouse_clerk").post("holds", asked(small)), 403, "not_allowed")
    assert_refused(rep.get("holds/999999"), 404, "not_found")
