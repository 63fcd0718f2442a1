"""Planned supply over the API: a plan is set, shown, made firm and converted; what is wrong is told by field."""

import pytest

from tests.api.conftest import assert_refused
from troth.platform.permissions import ROLES

PLANNED = {
    "kind": "planned", "number": "PL-1", "product": "FRAME", "site": "HAM", "due_on": "2026-03-20", "quantity": "9",
}  # fmt: skip


@pytest.fixture
def planner(small, caller):
    return caller(*ROLES)


def plan(planner, *orders, reason="plan of March"):
    return planner.post("receipts/plan", {"reason": reason, "orders": list(orders)})


def listed(planner, small):
    found = planner.get(f"receipts?company={small.company.pk}&only_open=false").json()["items"]
    return {one["number"]: one for one in found}


def test_a_plan_is_set_by_numbers_and_the_same_again_changes_nothing(small, planner):
    wanted = {**PLANNED, "kind": "requisition", "number": "RQ-1", "quantity": "4"}
    assert plan(planner, PLANNED, wanted).json() == {"entered": 2, "changed": 0, "cancelled": 0}
    assert plan(planner, PLANNED, wanted).json() == {"entered": 0, "changed": 0, "cancelled": 0}
    moved = {**PLANNED, "is_firm": True, "due_on": "2026-03-23"}
    assert plan(planner, moved, {**wanted, "quantity": "0"}).json() == {"entered": 0, "changed": 1, "cancelled": 1}
    found = listed(planner, small)
    assert (found["PL-1"]["is_firm"], found["PL-1"]["due_on"], found["RQ-1"]["state"]) == (
        True, "2026-03-23", "cancelled",
    )  # fmt: skip


def test_what_is_planned_becomes_an_order_that_names_it(small, planner):
    receipt_id = planner.post("receipts", {**PLANNED, "site": small.sites["HAM"].pk, "is_firm": True}).json()["id"]
    sent = {"kind": "production", "number": "PRO-1", "quantity": "5"}
    made = planner.post(f"receipts/{receipt_id}/convert", sent).json()["id"]
    shown = planner.get(f"receipts/{made}").json()
    assert (shown["kind"], shown["made_from"], shown["expected"]) == ("production", "PL-1", "5")
    assert planner.get(f"receipts/{receipt_id}").json()["expected"] == "4"


def test_an_order_goes_back_into_the_plan_that_it_was_made_of(small, planner, caller):
    receipt_id = planner.post("receipts", {**PLANNED, "site": small.sites["HAM"].pk, "is_firm": True}).json()["id"]
    made = planner.post(f"receipts/{receipt_id}/convert", {"kind": "production", "number": "PRO-1"}).json()["id"]
    why = {"reason": "wrong line"}
    assert_refused(caller("auditor").post(f"receipts/{made}/take-back", why), 403, "not_allowed")
    assert_refused(planner.post(f"receipts/{receipt_id}/take-back", why), 409, "not_made_of_plan")
    plan = planner.post(f"receipts/{made}/take-back", why, key="once").json()
    assert (plan["id"], plan["state"], plan["expected"], plan["is_firm"]) == (receipt_id, "open", "9", True)
    assert planner.post(f"receipts/{made}/take-back", why, key="once").json() == plan
    assert listed(planner, small)["PRO-1"]["state"] == "cancelled"
    assert_refused(planner.post(f"receipts/{made}/take-back", why), 409, "illegal_transition")


def test_what_is_wrong_is_told_by_field(small, planner):
    receipt_id = planner.post("receipts", {**PLANNED, "site": small.sites["HAM"].pk}).json()["id"]
    sent = {"kind": "production", "number": "PRO-1"}
    assert_refused(planner.post(f"receipts/{receipt_id}/convert", {**sent, "kind": "planned"}), 422, "invalid_input")
    assert_refused(planner.post(f"receipts/{receipt_id}/convert", {**sent, "supplier": "?"}), 422, "invalid_input")
    ordered = {**PLANNED, "kind": "purchase", "site": small.sites["HAM"].pk, "is_firm": True}
    assert_refused(planner.post("receipts", ordered), 422, "firm_not_planned")
    assert plan(planner, {**PLANNED, "number": "RQ-1", "kind": "requisition", "is_firm": True}).json()["entered"] == 1
    assert_refused(plan(planner, {**PLANNED, "kind": "purchase"}), 422, "invalid_input")
