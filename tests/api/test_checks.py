"""Checks and promises over the API: a thousand at once, each with its answer or its reason."""

from datetime import date

from tests import company
from tests.api.conftest import assert_refused
from tests.sales.test_repromise import expect
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import ProcedureDraft, ReachDraft, SequenceDraft, TargetDraft
from troth.business.quotas.models import Procedure
from troth.ledgers.quota.models import Posting
from troth.platform.actors import SYSTEM


def done(response, status=200):
    assert response.status_code == status, response.content
    return response.json()


def asked(product="HELMET", site="HAM", quantity="3", on="2026-03-11", **more):
    return {"product": product, "site": site, "quantity": quantity, "on": on, **more}


def test_a_thousand_checks_are_answered_in_their_order(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 10)
    checks = [asked(quantity=str(1 + n % 12)) for n in range(1000)]

    items = done(rep.post("availability/checks", {"checks": checks}))["items"]

    assert len(items) == 1000
    assert [one["short"] for one in items[:12]] == ["0"] * 10 + ["1", "2"]
    assert items[0]["confirmed"] == [{"on": "2026-03-11", "quantity": "1", "basis": "stock"}]


def test_a_check_keeps_to_limits_and_whole_packages_and_refuses_wrong_limits_in_its_place(small, caller):
    master, rep = caller("master_data"), caller("representative")
    company.put_in_stock(small, "HELMET", 10)
    assert master.post("package-sizes", {"product": "HELMET", "sizes": "6, 12", "rounding": "up"}).status_code == 201
    many = [asked(quantity="8"), asked(quantity="8", min_shipment="7"), asked(min_shipment="4")]
    wrong = [asked(min_shipment="few"), asked(lateness_days_max=10_000), asked(deliveries_max=0)]
    items = done(rep.post("availability/checks", {"checks": many + wrong}))["items"]
    assert [(one["quantity"], one["short"]) for one in items[:2]] == [("12", "6"), ("12", "12")]
    assert [one["refused"] for one in items[2:]] == [
        "wrong_check",
        "quantity_not_a_number",
        "wrong_check",
        "wrong_check",
    ]


def test_what_cannot_be_checked_says_why_and_keeps_nobody_from_an_answer(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 10)
    small.sites["ROT"].is_active = False
    small.sites["ROT"].save()

    items = done(
        rep.post(
            "availability/checks",
            {"checks": [asked("GONE"), asked(site="NOWHERE"), asked(site="ROT"), asked(quantity="0"), asked()]},
        )
    )["items"]

    assert [one["refused"] for one in items[:3]] == ["not_found", "not_found", "site_closed"]
    assert items[3]["refused"]
    assert (items[4]["refused"], items[4]["short"]) == ("", "0")
    assert all(one["sentence"] for one in items)


def test_what_is_supposed_is_counted_and_a_wrong_supposition_is_refused(small, caller):
    rep = caller("representative")
    supposed = {"product": "HELMET", "site": "HAM", "category": "purchase", "on": "2026-03-10", "quantity": "5"}

    body = {"checks": [asked()], "supposed": [supposed], "together": True}
    [item] = done(rep.post("availability/checks", body))["items"]
    assert (item["confirmed"], item["short"]) == ([{"on": "2026-03-11", "quantity": "3", "basis": "supply"}], "0")

    wrong = {**body, "supposed": [{**supposed, "product": "GONE"}]}
    refusal = assert_refused(rep.post("availability/checks", wrong), 422, "invalid_input")
    assert refusal["errors"][0]["row"] == 1


def test_a_promise_tells_why_what_it_would_be_now_and_what_would_make_it_earlier(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 1)
    expect(small, due_on=date(2026, 3, 17), number="4711")
    body = {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [{"product": "HELMET", "quantity": "4"}]}
    made = done(rep.post("orders", body), 201)
    order = done(rep.get(f"orders/{made['id']}"))
    address = f"promises/{order['lines'][0]['promise']}"

    why = done(rep.get(address))
    assert why["sentence"] == order["lines"][0]["why"]
    assert [one["run"] for one in why["history"]] == [None]
    assert [one["cause"] for one in why["history"]] == ["entered"]
    assert (why["free"][-1], why["binding"]["receipt"], why["binding"]["receipt_on"]) == (
        {"on": "2026-03-17", "free": "11"}, "purchase", "2026-03-17",
    )  # fmt: skip
    assert [one["quantity"] for one in why["confirmed"]] == ["1", "3"]
    travels = ("material_on", "transportation_planning_on", "loading_on", "goods_issue_on", "delivery_on")
    for shown, ordered in zip(why["confirmed"], order["lines"][0]["schedule"], strict=True):
        assert {name: shown[name] for name in travels} == {name: ordered[name] for name in travels}
        days = [shown[name] for name in travels if name != "transportation_planning_on"]
        assert days == sorted(days)
        assert shown["transportation_planning_on"] <= shown["loading_on"]
    roads = done(rep.get(f"{address}/earlier"))["items"]
    assert [(one["road"], one["receipt"]) for one in roads] == [
        ("fewer", None), ("receipt", "4711"), ("receipt", "4711"),
    ]  # fmt: skip
    assert [one["moves"] for one in roads] == [
        [],
        [{"receipt": "4711", "quantity": "10", "due_on": "2026-03-17", "needed_on": "2026-03-09", "days": 8}],
        [{"receipt": "4711", "quantity": "10", "due_on": "2026-03-17", "needed_on": "2026-03-16", "days": 1}],
    ]
    again = done(rep.get(f"{address}/replay"))
    assert (again["differs"], again["moved"], again["difference"]) == (
        False, [], "It would come just as it was promised then.",
    )  # fmt: skip
    assert (again["read"]["scope"], again["read"]["masters_changed"]) == ("order", False)
    behind = done(rep.get(f"{address}/pegs"))["items"]
    assert [(one["quantity"], one["category"], one["document"]) for one in behind] == [
        ("1", "stock", None), ("3", "purchase", "4711"),
    ]  # fmt: skip
    assert [one["id"] for one in why["history"]] == [None]
    assert_refused(rep.get(f"{address}/replay?then=999999"), 404, "not_found")

    assert_refused(rep.get("promises/999999"), 404, "not_found")


def test_checks_of_one_product_made_together_use_one_scope(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 10)
    body = {"checks": [asked(), asked(scope="rush")], "together": True}
    first, second = done(rep.post("availability/checks", body))["items"]
    assert (first["refused"], second["refused"]) == ("", "wrong_check")


def test_a_check_and_an_order_line_name_the_location_that_alone_serves(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 10)
    code = small.bins["HAM"].location.code
    checks = {"checks": [asked(quantity="12", location=code), asked(location="ATTIC")]}
    here, nowhere = done(rep.post("availability/checks", checks))["items"]
    assert (here["short"], nowhere["refused"]) == ("2", "not_found")

    line = {"product": "HELMET", "quantity": "12", "location": code}
    order = {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [line]}
    made = done(rep.post("orders", order), 201)
    [shown] = done(rep.get(f"orders/{made['id']}"))["lines"]
    assert (shown["location"], shown["confirmed"]) == (code, "10")
    assert f"no more lies free at location {code}" in shown["why"]


def test_who_holds_what_is_told_to_those_who_may_see_the_documents(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 5)
    body = {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [{"product": "HELMET", "quantity": "4"}]}
    made = done(rep.post("orders", body), 201)
    order = done(rep.get(f"orders/{made['id']}"))
    address = f"availability/{small.products['HELMET'].pk}/{small.sites['HAM'].pk}"

    [held] = done(rep.get(f"{address}/holders"))["items"]
    assert (held["document"], held["quantity"], held["basis"]) == (order["number"], "4", "stock")
    assert held["promise"] == order["lines"][0]["promise"]
    assert "document" not in done(rep.get(address))["items"][0]


def test_all_that_a_scope_can_count_can_be_supposed(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 5)
    supposed = {"product": "HELMET", "site": "HAM", "category": "reservation", "on": "2026-03-03", "quantity": "4"}
    [item] = done(rep.post("availability/checks", {"checks": [asked()], "supposed": [supposed]}))["items"]
    assert item["short"] == "2"
    wrong = {"checks": [asked()], "supposed": [{**supposed, "category": "unsecured_order"}]}
    assert_refused(rep.post("availability/checks", wrong), 422, "invalid_input")


def test_what_is_supposed_of_a_quota_is_counted_and_one_that_nobody_has_is_refused(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 10)
    quotas.save_procedure(ProcedureDraft("REGION", "Region", "region", "piece"), by=SYSTEM, clock=small.clock)
    reach = ReachDraft(date(2020, 1, 1), product="HELMET")
    quotas.save_sequence(SequenceDraft("S", "s", ("REGION",), [reach]), by=SYSTEM, clock=small.clock)
    [procedure] = Procedure.objects.all()
    targets = [TargetDraft({"region": "#"}, date(2026, 3, 11), 2)]
    quotas.set_targets(procedure.pk, targets, by=SYSTEM, clock=small.clock)
    before = Posting.objects.count()

    def confirmed(**supposed):
        body = {"checks": [asked(mode="one_time")], "quotas": [supposed] if supposed else []}
        [item] = done(rep.post("availability/checks", body))["items"]
        return sum(int(one["quantity"]) for one in item["confirmed"])

    assert confirmed() == 2
    assert confirmed(procedure="REGION", on="2026-03-13", quantity="1") == 3
    assert confirmed(procedure="REGION", on="2026-03-13", quantity="-2") == 0
    assert Posting.objects.count() == before
    wrong = {"checks": [asked()], "quotas": [{"procedure": "GONE", "on": "2026-03-13", "quantity": "1"}]}
    refusal = assert_refused(rep.post("availability/checks", wrong), 422, "invalid_input")
    assert (refusal["errors"][0]["row"], refusal["errors"][0]["field"]) == (1, "quotas")
