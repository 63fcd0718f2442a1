"""Opening stock over the API."""

from tests import company
from tests.api.conftest import assert_refused, places
from tests.sales.test_repromise import expect
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


def test_the_overview_sums_from_the_company_down_with_what_is_on_order_promised_and_held(small, caller):
    helmet, rep, clerk = small.products["HELMET"].pk, caller("representative"), caller("warehouse_clerk")
    company.put_in_stock(small, "HELMET", 10)
    company.put_in_stock(small, "HELMET", 4, site="ROT")
    expect(small, quantity=7, due_on=company.NEXT_MONDAY)
    line = {"product": "HELMET", "quantity": "3"}
    rep.post("orders", {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [line]})
    wanted = {"product": "HELMET", "quantity": "2", "requested_on": "2026-03-11"}
    held = rep.post("holds", {"site": small.sites["HAM"].pk, "purpose": "a fair", "lines": [wanted]})
    assert held.status_code == 201, held.content

    rows = clerk.get(f"stock/{helmet}/overview").json()["items"]

    code, place = small.company.code, small.bins["HAM"].location.code
    told = {
        (one["level"], one["site"], one["location"]): (
            one["stock"].get("unrestricted"), one["on_order"], one["promised"], one["held"],
        )
        for one in rows
    }  # fmt: skip
    assert {one["company"] for one in rows} == {code}
    assert told["company", None, None] == ("14", "7", "3", "2")
    assert told["site", "HAM", None] == ("10", "7", "3", "2")
    assert told["site", "ROT", None] == ("4", "0", "0", "0")
    assert told["location", "HAM", place] == ("10", "0", "0", "0")
    assert [one["level"] for one in rows] == ["company", "site", "location", "site", "location"]
    assert_refused(caller("administrator").get(f"stock/{helmet}/overview"), 403, "not_allowed")


def test_the_overview_goes_down_to_batches_where_goods_are_kept_in_them_and_shows_no_other_site(small, caller):
    oil = small.products["OIL"]
    oil.has_batches = True
    oil.save()
    good = {"product": "OIL", "site": "HAM", "bin": "A-01", "quantity": "2.5"}
    goods = [{**good, "batch": "B1"}, {**good, "batch": "B2", "quantity": "1"}]
    posted = caller("master_data").post("stock/opening", {"goods": goods})
    assert posted.status_code == 201, posted.content
    rows = caller("warehouse_clerk").get(f"stock/{oil.pk}/overview").json()["items"]
    assert [(one["level"], one["batch"], one["stock"]["unrestricted"]) for one in rows] == [
        ("company", None, "3.500"), ("site", None, "3.500"), ("location", None, "3.500"), ("batch", "B1", "2.500"),
        ("batch", "B2", "1.000"),
    ]  # fmt: skip
    elsewhere = caller("warehouse_clerk", company_id=small.company.pk, site_id=small.sites["ROT"].pk)
    assert elsewhere.get(f"stock/{oil.pk}/overview").json()["items"] == []
