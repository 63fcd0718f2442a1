"""Inspection lots over the API: listed, decided once under a key, taken back; what is wrong is told by field."""

import pytest

from tests.api.conftest import assert_refused
from tests.api.test_client_keys import RECEIPT
from troth.platform.permissions import ROLES

NOBODY = 999_999_999


@pytest.fixture
def lot(small, caller):
    clerk = caller("warehouse_clerk", "operations_team")
    sent = {**RECEIPT, "site": small.sites["HAM"].pk, "quantity": "9"}
    receipt = clerk.post("receipts", sent).json()["id"]
    arrival = {"quantity": "9", "bin": small.bins["HAM"].pk, "into_inspection": True, "release_on": "2026-03-20"}
    assert clerk.post(f"receipts/{receipt}/receive", arrival).status_code == 201
    [found] = clerk.get("lots").json()["items"]
    return found


@pytest.fixture
def quality(caller):
    return caller("quality_coordinator")


def test_a_lot_is_listed_with_where_it_lies_and_since_when(small, lot, quality):
    told = {name: lot[name] for name in ("origin", "site", "bin", "quantity", "open", "expected_on", "state")}
    assert told == {
        "origin": RECEIPT["kind"], "site": "HAM", "bin": small.bins["HAM"].code, "quantity": "9", "open": "9",
        "expected_on": "2026-03-20", "state": "open",
    }  # fmt: skip
    assert quality.get(f"lots?product={lot['product']}&site=HAM&releasable=true").json()["items"] == [lot]
    assert quality.get("lots?site=ROT").json()["items"] == []
    assert quality.get("lots?state=decided").json()["items"] == []
    assert quality.get(f"lots/{lot['id']}").json() == lot


def test_a_decision_is_recorded_once_under_its_key_and_taken_back(lot, quality):
    sent = {"decision": "reject", "quantity": "4", "reason": "scratched"}
    made = [quality.post(f"lots/{lot['id']}/decide", sent, key="once").json() for _again in range(2)]
    assert made[0] == made[1]
    assert (made[0]["open"], [one["decision"] for one in made[0]["decisions"]]) == ("5", ["reject"])
    [decision] = made[0]["decisions"]
    back = quality.post(f"lots/decisions/{decision['id']}/reverse").json()
    assert (back["open"], back["decisions"][0]["is_reversed"]) == ("9", True)
    again = quality.post(f"lots/decisions/{decision['id']}/reverse")
    assert_refused(again, 409, "decision_reversed")


def test_what_is_wrong_is_told_by_field(lot, quality):
    decide = f"lots/{lot['id']}/decide"
    accept = {"decision": "accept", "quantity": "10"}
    assert_refused(quality.post(decide, accept), 422, "lot_holds_less")
    assert_refused(quality.post(decide, {"decision": "reject", "quantity": "1"}), 422, "reason_missing")
    assert_refused(quality.post(decide, {**accept, "decision": "perhaps"}), 422, "invalid_input")
    assert_refused(quality.post(decide, {**accept, "quantity": "0"}), 422, "quantity_zero")
    assert_refused(quality.post(f"lots/{NOBODY}/decide", accept), 404, "not_found")
    assert_refused(quality.post(f"lots/decisions/{NOBODY}/reverse"), 404, "not_found")


def test_a_lot_is_told_anew_from_the_version_that_was_read(small, lot, quality):
    sent = {"expected_on": None, "is_releasable": False, "note": "full"}
    etag = quality.get(f"lots/{lot['id']}").headers["ETag"]
    changed = quality.send("PUT", f"lots/{lot['id']}", sent, If_Match=etag).json()
    assert (changed["expected_on"], changed["is_releasable"], changed["note"]) == (None, False, "full")
    assert_refused(quality.send("PUT", f"lots/{lot['id']}", sent, If_Match=etag), 412, "changed_meanwhile")


def test_goods_in_inspection_are_put_into_a_lot_by_hand(small, quality, lot):
    product = small.products["FRAME"].pk
    quality.post(f"lots/{lot['id']}/decide", {"decision": "accept", "quantity": "3"})
    place = {"bin": small.bins["HAM"].pk}
    assert_refused(quality.post(f"stock/{product}/lots", {**place, "quantity": "1"}), 422, "lot_holds_less")
    send = {**place, "from_type": "unrestricted", "to_type": "quality", "quantity": "3", "reason": "doubts"}
    assert quality.post(f"stock/{product}/transfer", send).status_code == 201
    made = quality.post(f"stock/{product}/lots", {**place, "quantity": "3"}).json()
    assert (made["origin"], made["open"], made["receipt"]) == ("by_hand", "3", "")


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"quality_coordinator"}))
def test_only_the_quality_coordinator_decides(lot, caller, role):
    answer = caller(role).post(f"lots/{lot['id']}/decide", {"decision": "accept", "quantity": "1"})
    assert_refused(answer, 403, "not_allowed")
