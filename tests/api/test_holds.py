"""Holds over the API: made, extended, released, ordered from."""

from tests import company
from tests.api.conftest import assert_refused
from tests.sales.test_locations import shop_of
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


def test_a_hold_keeps_to_its_limits_and_so_does_its_order(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 3)
    wanted = asked(small)
    wanted["lines"][0] |= {"min_shipment": "4"}
    assert_refused(rep.post("holds", wanted), 409, "nothing_to_hold")
    wanted["lines"][0] |= {"min_shipment": "5"}
    assert_refused(rep.post("holds", wanted), 422, "wrong_hold")
    wanted["lines"][0] |= {"min_shipment": "2", "lateness_days_max": 3, "deliveries_max": 1}
    hold = done(rep.post("holds", wanted), 201)
    [line] = hold["lines"]
    assert [line[name] for name in ("held", "min_shipment", "lateness_days_max", "deliveries_max")] == ["2", "2", 3, 1]
    order = done(rep.post(f"holds/{hold['id']}/order", {"customer": "ALPHA", "requested_on": "2026-03-11"}), 201)
    [line] = done(rep.get(f"orders/{order['id']}"))["lines"]
    assert [line[name] for name in ("quantity", "min_shipment", "lateness_days_max", "deliveries_max")] == [
        "2",
        "2",
        3,
        1,
    ]


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


def test_goods_of_one_location_are_held(small, caller):
    shop_of(small)
    rep = caller("representative")
    line = {"product": "HELMET", "quantity": "3", "requested_on": "2026-03-10", "location": "SHOP"}
    body = {"site": small.sites["HAM"].pk, "purpose": "Alpha decides", "lines": [line]}
    [held] = done(rep.post("holds", body), 201)["lines"]
    assert (held["location"], held["batch"], held["held"]) == ("SHOP", "", "3")
    wrong = {**body, "lines": [{**line, "location": "NOWHERE"}]}
    assert_refused(rep.post("holds", wrong), 422, "wrong_hold")


def test_beyond_what_the_customer_may_have_a_hold_is_refused(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 4)
    masterdata.Customer.objects.filter(party__number="ALPHA").update(holds_max=1)
    wanted = {**asked(small, "1"), "customer": "ALPHA"}
    done(rep.post("holds", wanted), 201)
    assert_refused(rep.post("holds", wanted), 422, "too_many_holds_for_customer")
