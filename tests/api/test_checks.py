"""Checks and promises over the API: a thousand at once, each with its answer or its reason."""

from datetime import date

from tests import company
from tests.api.conftest import assert_refused
from tests.sales.test_repromise import expect


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
    roads = done(rep.get(f"{address}/earlier"))["items"]
    assert [(one["road"], one["receipt"]) for one in roads] == [("fewer", None), ("receipt", "4711")]
    again = done(rep.get(f"{address}/replay"))
    assert (again["differs"], again["moved"]) == (False, [])

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
