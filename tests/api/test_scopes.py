"""Scopes of check over the API, and the check of one product without a document."""

from tests import company
from tests.api.conftest import assert_refused, places

PROMISED = "order, delivery, hold, reservation, transfer_out"


def test_scopes_and_groups_are_kept_and_a_product_is_checked_by_them(small, caller):
    master, helmet, ham = caller("master_data"), small.products["HELMET"].pk, small.sites["HAM"].pk
    company.put_in_stock(small, "HELMET", 3)
    assert [one["code"] for one in master.get("checking-scopes").json()["items"]][:2] == ["component", "delivery"]
    wrong = {"code": "bare", "name": "Bare", "supply": "stock, hope", "demand": "order", "horizon_days": 0}
    refused = assert_refused(master.post("checking-scopes", wrong), 422, "several_refusals")
    assert {field for _row, field, _code in places(refused)} == {"supply", "horizon_days"}
    made = master.post("checking-scopes", {**wrong, "supply": "stock", "demand": PROMISED, "horizon_days": 30})
    assert (made.status_code, made.json()["state"]) == (201, "created")
    [standard] = master.get("availability-groups").json()["items"]
    changed = master.patch(f"availability-groups/{standard['id']}", {"order_scope": "bare"})
    assert changed.json()["state"] == "changed"

    rep = caller("representative")
    one = {"product": "HELMET", "site": "HAM", "quantity": "5", "on": "2026-03-06"}
    asked = {"checks": [one, {**one, "scope": "rush"}, {**one, "scope": "hope"}]}
    own, rush, unknown = rep.post("availability/checks", asked).json()["items"]
    assert (own["short"], rush["short"], unknown["refused"]) == ("2", "2", "unknown_scope")
    assert own["sentence"].endswith("no receipt is known after it.")
    shown = rep.get(f"availability/{helmet}/{ham}").json()["items"]
    assert [row["counts"] for row in shown] == [True]
    assert_refused(rep.get(f"availability/{helmet}/{ham}?scope=hope"), 422, "unknown_scope")
    assert_refused(rep.post("checking-scopes", wrong), 403, "not_allowed")


def test_what_no_check_covers_is_listed_by_reason(small, caller):
    planner = caller("production_scheduler")
    [fitting] = planner.get("availability/coverage").json()["items"]
    assert (fitting["number"], fitting["site_id"], fitting["reason"]) == ("FITTING", None, "not_stocked")
    assert planner.get("availability/coverage?reason=no_site").json()["items"] == []
