"""Blocks over the API: listed, set, released one by one and many at once, by those whose kind they are."""

import pytest

from tests import company
from tests.api.test_orders import order

pytestmark = pytest.mark.django_db


@pytest.fixture
def entered(small, caller):
    """Two orders of one representative, who is the first to answer."""
    company.put_in_stock(small, "HELMET", 10)
    rep = caller("representative")
    return rep, [rep.post("orders", order(("HELMET", 1))).json() for _ in range(2)]


def block(caller_, made, kind="delivery", scope="delivery"):
    body = {"kind": kind, "scope": scope, "reason": "a question is open"}
    return caller_.post(f"documents/order/{made['id']}/blocks", body)


def test_a_block_is_set_listed_released_and_remembered(entered, caller):
    rep, [first, _second] = entered
    clerk = caller("warehouse_clerk")
    made = block(clerk, first)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["document_number"], shown["kind"], shown["scope"]) == (first["number"], "delivery", "delivery")
    assert (shown["set_by"], shown["may_release"]) == (clerk.user_id, True)
    [listed] = rep.get("blocks").json()["items"]
    assert (listed["id"], listed["may_release"]) == (shown["id"], False)
    assert (listed["customer_number"], listed["next_on"] is None) == ("ALPHA", False)
    assert rep.post(f"blocks/{shown['id']}/release", {"reason": "mine"}).json()["code"] == "own_block"
    released = clerk.post(f"blocks/{shown['id']}/release", {"reason": "answered"})
    assert (released.status_code, released.json()["release_reason"]) == (200, "answered")
    assert rep.get("blocks").json()["items"] == []
    [kept] = rep.get(f"documents/order/{first['id']}/blocks").json()["items"]
    assert (kept["released_by"], kept["release_reason"], kept["may_release"]) == (clerk.user_id, "answered", False)
    assert clerk.post(f"blocks/{shown['id']}/release", {"reason": "again"}).json()["code"] == "block_not_standing"


def test_many_are_released_for_one_reason_and_each_refusal_is_told(entered, caller):
    rep, [first, second] = entered
    clerk, quality = caller("warehouse_clerk"), caller("quality_coordinator")
    ids = [block(clerk, first).json()["id"], block(rep, second).json()["id"]]
    ids.append(block(quality, first, "quality", "goods_issue").json()["id"])
    answer = rep.post("blocks/release", {"blocks": [*ids, 999_999], "reason": "answered"})
    assert answer.status_code == 200
    told = [(one["block"], one["is_released"], one["code"]) for one in answer.json()["results"]]
    assert told == [
        (ids[0], False, "own_block"), (ids[1], True, ""), (ids[2], False, "not_allowed"),
        (999_999, False, "block_not_standing"),
    ]  # fmt: skip
    assert answer.json()["results"][0]["document_number"] == first["number"]
    assert [one["id"] for one in rep.get("blocks").json()["items"]] == [ids[0], ids[2]]


def test_the_list_is_narrowed_and_paged(entered, caller):
    rep, [first, second] = entered
    clerk = caller("warehouse_clerk")
    ids = [block(clerk, first).json()["id"], block(rep, second).json()["id"]]
    page = clerk.get("blocks?limit=1").json()
    assert [one["id"] for one in page["items"]] == ids[:1]
    assert [one["id"] for one in clerk.get(page["next"]).json()["items"]] == ids[1:]
    for query, found in (
        ("kind=quality", []), ("scope=delivery", ids), ("customer=ALPHA", ids), ("customer=BETA", []), ("days=1", []),
        ("releasable=true", ids),
    ):  # fmt: skip
        assert [one["id"] for one in clerk.get(f"blocks?{query}").json()["items"]] == found
    assert [one["id"] for one in rep.get("blocks?releasable=true").json()["items"]] == ids[1:]
    assert clerk.get("blocks?kind=mood").status_code == 422


def test_what_cannot_be_blocked_is_refused_and_strangers_see_nothing(entered, caller):
    rep, [first, _second] = entered
    assert block(rep, first, kind="credit").json()["code"] == "wrong_block"
    assert block(rep, first, scope="mood").status_code == 422
    assert block(caller("auditor"), first).status_code == 403
    assert block(caller("quality_coordinator"), first).json()["code"] == "not_allowed"
    made = block(rep, first).json()
    far = caller("representative", company_id=999_999)
    assert far.get("blocks").json()["items"] == []
    assert far.post(f"blocks/{made['id']}/release", {"reason": "x"}).status_code == 404
    assert far.get(f"documents/order/{first['id']}/blocks").status_code == 404
