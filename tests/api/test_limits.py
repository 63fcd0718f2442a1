"""Limits of a line over the API: entered, shown, changed, taken from the customer, and refused by their field."""

from tests import company
from tests.api.conftest import assert_refused
from tests.api.test_valuations import done
from tests.sales.test_repromise import expect

WISHED = "2026-03-04"


def parts(shown):
    return [(one["quantity"], one["delivery_on"]) for one in shown["lines"][0]["schedule"]]


def test_a_line_says_its_limits_and_keeps_to_them(small, caller):
    """T4 E and F: ten lie here, ten more arrive on 11 March."""
    rep, master = caller("representative"), caller("master_data")
    company.put_in_stock(small, "HELMET", 10)
    expect(small, due_on=company.NEXT_MONDAY)
    line = {"product": "HELMET", "quantity": "20", "lateness_days_max": 2, "min_shipment": "4", "deliveries_max": 5}
    order = {"customer": "BETA", "requested_on": WISHED, "lines": [line]}
    made = done(rep.post("orders", order), 201)
    shown = done(rep.get(f"orders/{made['id']}"))
    assert parts(shown) == [("10", WISHED)]
    names = ("min_shipment", "lateness_days_max", "deliveries_max")
    assert [shown["lines"][0][name] for name in names] == ["4", 2, 5]
    assert "Nothing of it may arrive later than on 6 Mar 2026." in shown["lines"][0]["why"]

    lines = [{"line_number": 10, "lateness_days_max": None, "min_shipment": "11"}]
    done(rep.patch(f"orders/{made['id']}", {"lines": lines}))
    assert parts(done(rep.get(f"orders/{made['id']}"))) == [("20", "2026-03-11")]

    for wrong in ({"min_shipment": "21"}, {"lateness_days_max": 10_000}, {"deliveries_max": 0}):
        assert_refused(rep.post("orders", {**order, "lines": [{**line, **wrong}]}), 422, "wrong_entry")
    assert_refused(rep.post("orders", {**order, "lines": [{**line, "lateness_days_max": -1}]}), 422, "invalid_input")

    row = b"company,number,lateness_days_max,minimum_shipment_percent\nFJELL,BETA,0,30\n"
    address = "imports/customers"
    assert done(master.send("POST", address, row, content_type="text/csv", Idempotency_Key="limits"))["changed"] == 1
    bare = {"product": "HELMET", "quantity": "4"}
    made = done(rep.post("orders", {**order, "lines": [bare]}), 201)
    assert parts(done(rep.get(f"orders/{made['id']}"))) == []
