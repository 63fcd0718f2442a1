"""Opening stock over the API."""

from tests.api.conftest import assert_refused, places
from troth.ledgers.stock.models import Balance


def test_opening_stock_is_posted_all_or_none(small, caller):
    master = caller("master_data")
    good = {"product": "OIL", "site": "HAM", "bin": "A-01", "quantity": "2.5", "received_on": "2026-02-01"}
    refused = master.post("stock/opening", {"goods": [good, {**good, "bin": "Z"}, {**good, "product": "?"}]})
    assert places(assert_refused(refused, 422, "several_refusals")) == [
        (2, "bin", "unknown_bin"),
        (3, "product", "unknown_product"),
    ]
    assert Balance.objects.count() == 0
    first = master.post("stock/opening", {"goods": [good]}, key="once")
    assert (first.status_code, first.json()) == (201, {"posted": 1})
    assert master.post("stock/opening", {"goods": [good]}, key="once").json() == {"posted": 1}
    assert Balance.objects.get().quantity == 2500
    later = master.post("stock/opening", {"goods": [{**good, "received_on": "2026-03-03"}]})
    assert_refused(later, 422, "from_the_future")
    assert_refused(caller("warehouse_clerk").post("stock/opening", {"goods": [good]}), 403, "not_allowed")


def test_what_is_gone_is_counted_as_nothing(small, caller):
    master, boss, oil = caller("master_data"), caller("warehouse_supervisor"), small.products["OIL"].pk
    good = {"product": "OIL", "site": "HAM", "bin": "A-01", "quantity": "2.5"}
    master.post("stock/opening", {"goods": [good]})
    count = {"bin": small.bins["HAM"].pk, "counted": "0", "reason": "stolen"}
    assert_refused(boss.post(f"stock/{oil}/count", {**count, "expected": "2"}), 409, "stock_moved")
    assert boss.post(f"stock/{oil}/count", {**count, "expected": "2.5"}).json()["counted"] == "0.000"
    assert Balance.objects.get().quantity == 0


def test_stock_is_blocked_and_unblocked_again_by_what_was_posted(small, caller):
    oil, bin_id = small.products["OIL"].pk, small.bins["HAM"].pk
    caller("master_data").post("stock/opening", {"goods": [{"product": "OIL", "site": "HAM", "bin": "A-01",
                                                            "quantity": "2.5"}]})  # fmt: skip
    keeper = caller("quality_coordinator")
    wanted = {"bin": bin_id, "from_type": "unrestricted", "to_type": "blocked", "quantity": "1", "reason": "leaks"}
    first = keeper.post(f"stock/{oil}/transfer", wanted, key="once")
    assert (first.status_code, first.json()["short"]) == (201, "0.000")
    assert keeper.post(f"stock/{oil}/transfer", wanted, key="once").json() == first.json()
    lies = {one["stock_type"]: one["quantity"] for one in keeper.get(f"stock/{oil}").json()["items"]}
    assert lies == {"unrestricted": "1.500", "blocked": "1.000"}
    [listed] = keeper.get(f"stock/{oil}/transfers?bin={bin_id}").json()["items"]
    assert (listed["id"], listed["reason"], listed["is_reversed"]) == (first.json()["id"], "leaks", False)

    assert_refused(keeper.post(f"stock/{oil}/transfer", {**wanted, "quantity": "9"}), 409, "not_enough_stock")
    assert_refused(keeper.post(f"stock/{oil}/transfer", {**wanted, "to_type": "sold"}), 422, "invalid_input")
    assert_refused(caller("representative").post(f"stock/{oil}/transfer", wanted), 403, "not_allowed")

    back = f"transfers/{listed['id']}/reverse"
    assert keeper.post(back, {}).status_code == 200
    assert_refused(keeper.post(back, {}), 409, "transfer_already_reversed")
    assert_refused(keeper.post("transfers/999999/reverse", {}), 404, "not_found")
    assert [one["quantity"] for one in keeper.get(f"stock/{oil}").json()["items"]] == ["2.500"]
