"""What would be promised on an order or quotation, over the API, before anything is saved."""

import pytest

from tests import company
from tests.api.conftest import assert_refused, places
from tests.api.test_orders import order
from troth.business.masterdata import models as masterdata


@pytest.fixture
def rep(small, caller):
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "FRAME", 50)
    return caller("representative")


def ruled(small, **values):
    """Frames serve what helmets cannot."""
    rule = masterdata.AvailabilityRule.objects.create(
        code="R1", name="R1", product=small.products["HELMET"], valid_from_on=company.LONG_AGO, **values
    )
    masterdata.AvailabilityRuleStep.objects.create(rule=rule, position=1, product=small.products["FRAME"])


def served(lines):
    return [(one["line_number"], one["main_line"], one["product"], one["confirmed"], one["short"]) for one in lines]


def test_an_order_is_told_what_rules_would_let_serve_it_and_entering_it_does_the_same(small, rep):
    ruled(small)
    supposed = rep.post("simulations/promise", order(("HELMET", 10))).json()["lines"]
    assert served(supposed) == [(10, None, "HELMET", "4", "0"), (11, 10, "FRAME", "6", "0")]
    made = rep.post("orders", order(("HELMET", 10))).json()["lines"]
    told = [(one["line_number"], one["confirmed"], one["short"]) for one in supposed]
    assert told == [(one["line_number"], one["confirmed"], one["short"]) for one in made]


def test_an_order_is_told_what_rules_that_ask_first_propose(small, rep):
    ruled(small, mode="proposed")
    [line] = rep.post("simulations/promise", order(("HELMET", 10))).json()["lines"]
    assert served([line]) == [(10, None, "HELMET", "4", "6")]
    taken = line["proposals"][0]
    assert [(one["product"], one["site"], one["quantity"]) for one in taken["parts"]][-1] == ("FRAME", "HAM", "6")
    body = order(("HELMET", 10))
    body["lines"][0]["alternatives"] = taken["choice"]
    made = rep.post("orders", body).json()
    assert [one["short"] for one in made["lines"]] == ["0", "0"]


def test_a_quotation_is_told_what_could_be_delivered_and_keeps_nothing(small, rep):
    asked = {"customer": "ALPHA", "lines": [{"product": "HELMET", "quantity": "5"}]}
    for _ in range(2):
        [line] = rep.post("simulations/quotation", asked).json()["lines"]
        assert served([line]) == [(10, None, "HELMET", "4", "1")]
    assert rep.get("quotations").json()["items"] == []


def test_every_wrong_row_is_refused(small, rep):
    body = order(("X9", 3), ("HELMET", 3), ("HELMET", "-1"))
    problem = assert_refused(rep.post("simulations/promise", body), 422, "several_refusals")
    assert places(problem) == [(1, "product", "unknown_product"), (3, "quantity", "quantity_negative")]
    assert_refused(rep.post("simulations/promise", {**body, "customer": "NOBODY"}), 422, "unknown_customer")


def test_who_may_not_ask_is_told_nothing(small, rep, caller):
    assert_refused(
        caller("picker").post("simulations/quotation", {"customer": "ALPHA", "lines": []}), 403, "not_allowed"
    )


def test_a_saved_quotation_is_checked_as_of_a_moment_and_holds_nothing(small, rep):
    offer = {"customer": "ALPHA", "delivery_days": 5, "lines": [{"product": "HELMET", "quantity": "6"}]}
    made = rep.post("quotations", offer).json()
    [line] = (told := rep.post(f"quotations/{made['id']}/availability", {}).json())["lines"]
    assert (line["confirmed"], line["short"], [one["quantity"] for one in line["schedule"]]) == ("4", "2", ["4"])
    assert line["why"]
    assert told["checked_at"]
    assert rep.post(f"quotations/{made['id']}/availability", {}).json()["lines"] == [line]
    assert_refused(rep.post("quotations/999999/availability", {}), 404, "not_found")
