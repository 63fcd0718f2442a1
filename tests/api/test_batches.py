"""Batches over the API: made known, changed, received and asked for."""

import pytest

from tests.api.conftest import assert_refused, places
from troth.business.masterdata import actions as masterdata
from troth.business.masterdata.models import Batch
from troth.reference.models import Product


@pytest.fixture
def oil(small):
    """OIL is kept in batches and lasts 90 days."""
    Product.objects.filter(number="OIL").update(has_batches=True, shelf_life_days=90)
    masterdata.touch()
    return small.products["OIL"]


def test_a_batch_is_made_known_listed_and_changed(oil, caller):
    someone = caller("quality_coordinator")
    sent = {"product": "OIL", "number": "L1", "expires_on": "2026-06-30", "note": "from tank 4"}
    made = someone.post("batches", sent, key="once").json()
    assert someone.post("batches", sent, key="once").json() == made
    [shown] = someone.get("batches?product=OIL").json()["items"]
    assert (shown["number"], shown["expires_on"], shown["note"]) == ("L1", "2026-06-30", "from tank 4")
    assert someone.get("batches?product=FRAME").json()["items"] == []
    changed = someone.send(
        "PATCH", f"batches/{made['id']}", {"expires_on": "2026-07-31"}, If_Match=f'"{made["version"]}"'
    )
    assert changed.json()["version"] == made["version"] + 1
    assert Batch.objects.get().expires_on.isoformat() == "2026-07-31"


def test_a_batch_that_cannot_be_is_refused_by_field(oil, caller):
    someone = caller("quality_coordinator")
    refused = someone.post("batches", {"product": "FRAME", "number": "L1"})
    assert places(assert_refused(refused, 422, "invalid_input")) == [(None, "product", "invalid_input")]
    assert_refused(someone.post("batches", {"product": "OIL", "number": "L1", "colour": "red"}), 422, "invalid_input")
    assert Batch.objects.count() == 0


def test_goods_are_received_in_a_batch_and_ordered_of_it(small, oil, caller):
    keeper, planner, rep = caller("warehouse_clerk"), caller("operations_team"), caller("representative")
    receipt = planner.post(
        "receipts",
        {"kind": "purchase", "number": "P1", "product": "OIL", "site": small.sites["HAM"].pk, "due_on": "2026-03-02",
         "quantity": "4"},
    ).json()["id"]  # fmt: skip
    assert planner.get(f"receipts/{receipt}").json()["expires_on"] == "2026-05-31"
    arrival = {"quantity": "4", "bin": small.bins["HAM"].pk}
    refused = keeper.post(f"receipts/{receipt}/receive", arrival)
    assert places(assert_refused(refused, 422, "batch_missing")) == [(None, "batch", "batch_missing")]
    keeper.post(f"receipts/{receipt}/receive", {**arrival, "batch": "L1", "expires_on": "2026-03-20"})
    [row] = keeper.get(f"stock/{oil.pk}").json()["items"]
    assert (row["batch"], row["quantity"]) == ("L1", "4.000")
    order = {"customer": "ALPHA", "lines": [{"product": "OIL", "quantity": "1", "batch": "L1"}],
             "requested_on": "2026-03-05"}  # fmt: skip
    assert rep.post("orders", order).status_code == 201
    unknown = {**order, "lines": [{"product": "OIL", "quantity": "1", "batch": "L9"}]}
    refused = assert_refused(rep.post("orders", unknown), 422, "wrong_entry")
    assert places(refused) == [(1, "batch", "wrong_entry")]
    other = {**order, "lines": [{"product": "FRAME", "quantity": "1", "batch": "L9"}]}
    assert "not kept in batches" in assert_refused(rep.post("orders", other), 422, "wrong_entry")["detail"]
