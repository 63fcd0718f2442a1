"""A whole order or quotation on supposed books, over the API."""

from tests import company
from tests.api.conftest import assert_refused
from tests.api.test_checks import done
from troth.ledgers.availability.models import Posting

ORDER = {
    "customer": "ALPHA",
    "requested_on": "2026-03-11",
    "lines": [{"product": "HELMET", "quantity": "6"}, {"product": "GLOVE", "quantity": "2"}],
}


def supposed(product, quantity, category="stock"):
    return {"product": product, "site": "HAM", "category": category, "on": "2026-03-03", "quantity": quantity}


def test_all_lines_of_an_order_are_answered_in_each_scenario_and_nothing_is_written(small, caller):
    rep = caller("representative")
    company.put_in_stock(small, "HELMET", 4)
    made = done(rep.post("orders", ORDER), 201)
    before = Posting.objects.count()
    scenarios = [{"supposed": [supposed("HELMET", "2")]}, {"supposed": [supposed("HELMET", "-1")], "quotas": []}]

    told = done(rep.post(f"availability/orders/{made['id']}", {"scenarios": scenarios}))

    helmet, glove = told["lines"]
    assert (helmet["line_number"], helmet["product"], helmet["site"]) == (10, "HELMET", "HAM")
    assert helmet["promised"] == [{"on": "2026-03-11", "quantity": "4", "basis": "stock"}]
    assert [(one["short"], one["refused"]) for one in helmet["answers"]] == [("2", ""), ("0", ""), ("3", "")]
    assert [one["short"] for one in glove["answers"]] == ["2", "2", "2"]
    assert Posting.objects.count() == before


def test_a_quotation_is_answered_too(small, caller):
    rep = caller("representative")
    made = done(rep.post("quotations", {**ORDER, "valid_to_on": "2026-03-31"}), 201)
    told = done(
        rep.post(f"availability/quotations/{made['id']}", {"scenarios": [{"supposed": [supposed("GLOVE", "2")]}]})
    )
    assert [[one["short"] for one in line["answers"]] for line in told["lines"]] == [["6", "6"], ["2", "0"]]
    assert told["lines"][0]["promised"] == []


def test_a_document_that_nobody_has_and_a_wrong_supposition_are_refused(small, caller):
    rep = caller("representative")
    assert_refused(rep.post("availability/orders/999999999", {}), 404, "not_found")
    assert_refused(rep.post("availability/quotations/999999999", {}), 404, "not_found")
    made = done(rep.post("orders", ORDER), 201)
    wrong = {"scenarios": [{"supposed": [supposed("GONE", "2")]}]}
    assert_refused(rep.post(f"availability/orders/{made['id']}", wrong), 422, "invalid_input")
    assert_refused(caller("picker").post(f"availability/orders/{made['id']}", {}), 403, "not_allowed")
