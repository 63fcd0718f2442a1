"""Valuation types over the API: brought in, laid in, ordered, checked and read by type."""

from tests import company
from tests.api.conftest import assert_refused


def done(answer, status=200):
    assert answer.status_code == status, answer.content
    return answer.json()


def test_goods_of_a_type_from_the_file_of_types_to_the_promise(small, caller):
    master, rep, boss = caller("master_data"), caller("representative"), caller("warehouse_supervisor")
    rows = b"product,code,name,is_default\nGLOVE,NEW,New,yes\nGLOVE,USED,Used,no\n"
    address = "imports/tables/valuation_types"
    assert done(master.send("POST", address, rows, content_type="text/csv", Idempotency_Key="types"))["created"] == 2
    good = {"product": "GLOVE", "site": "HAM", "bin": "A-01", "quantity": "4"}
    assert_refused(master.post("stock/opening", {"goods": [good]}), 422, "wrong_valuation")
    done(master.post("stock/opening", {"goods": [{**good, "valuation": one} for one in ("NEW", "USED")]}), 201)
    glove, place = small.products["GLOVE"].pk, small.bins["HAM"].pk
    tally = {"bin": place, "counted": "3", "reason": "one is torn", "valuation": "USED"}
    done(boss.post(f"stock/{glove}/count", tally), 201)
    lies = {one["valuation"]: one["quantity"] for one in done(boss.get(f"stock/{glove}"))["items"]}
    assert lies == {"NEW": "4", "USED": "3"}

    site = small.sites["HAM"].pk
    receipt = {"kind": "purchase", "number": "4500", "product": "GLOVE", "site": site, "due_on": "2026-03-20",
               "quantity": "5"}  # fmt: skip
    assert_refused(master.post("receipts", receipt), 422, "wrong_valuation")
    made = done(master.post("receipts", {**receipt, "valuation": "USED"}), 201)
    assert done(master.get(f"receipts/{made['id']}"))["valuation"] == "USED"

    asked = {"product": "GLOVE", "site": "HAM", "quantity": "9", "on": "2026-03-11"}
    checks = [asked, {**asked, "valuation": "USED"}, {**asked, "valuation": "OLD"}]
    usual, used, wrong = done(rep.post("availability/checks", {"checks": checks}))["items"]
    assert (usual["short"], [one["quantity"] for one in used["confirmed"]], used["short"]) == ("5", ["3", "5"], "1")
    assert wrong["refused"] == "wrong_check"

    lines = [{"product": "GLOVE", "quantity": "2", "valuation": "USED"}, {"product": "GLOVE", "quantity": "2"}]
    order = {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": lines}
    shown = done(rep.get(f"orders/{done(rep.post('orders', order), 201)['id']}"))["lines"]
    assert [(one["valuation"], one["confirmed"]) for one in shown] == [("USED", "2"), ("NEW", "2")]
    bad = {**order, "lines": [{"product": "HELMET", "quantity": "2", "valuation": "USED"}]}
    assert_refused(rep.post("orders", bad), 422, "wrong_entry")

    free = [
        done(rep.get(f"availability/{glove}/{site}?valuation={one}"))["items"][0]["free"] for one in ("NEW", "USED")
    ]
    assert free == ["2", "1"]
    assert_refused(rep.get(f"availability/{glove}/{site}?valuation=OLD"), 422, "invalid_input")


def test_a_hold_is_of_a_type(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 5)
    line = {"product": "HELMET", "quantity": "2", "requested_on": "2026-03-11"}
    body = {"site": small.sites["HAM"].pk, "purpose": "fair", "lines": [line]}
    assert done(rep.post("holds", body), 201)["lines"][0]["valuation"] == ""
    assert_refused(rep.post("holds", {**body, "lines": [{**line, "valuation": "USED"}]}), 422, "wrong_hold")
