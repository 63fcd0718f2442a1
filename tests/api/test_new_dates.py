"""New dates over the API: listed, taken as read, refused where decided, and kept with a reason."""

from tests import company
from tests.api.conftest import assert_refused
from tests.sales.test_new_dates import asks
from tests.sales.test_repromise import expect, slip
from troth.business.sales import jobs


def done(response, status=200):
    assert response.status_code == status, response.content
    return response.json()


def ordered(rep, customer):
    body = {"customer": customer, "requested_on": "2026-03-11", "lines": [{"product": "HELMET", "quantity": "2"}]}
    return done(rep.post("orders", body), 201)["id"]


def test_new_dates_are_listed_taken_and_kept(small, caller):
    asks(small)
    rep = caller("representative")
    receipt_id = expect(small)
    orders = [ordered(rep, customer) for customer in ("ALPHA", "BETA")]
    slip(small, receipt_id)
    jobs.work_off(small.clock)

    found = done(rep.get("new-dates?state=open&count=true"))
    assert found["count"] == 2
    by_order = {one["order"]: one for one in found["items"]}
    first, last = (by_order[order] for order in orders)
    assert (first["missing"], first["unit"], first["cause"]) == ("2", "piece", "receipt 4500 was changed")
    [line] = first["lines"]
    assert (line["before"], line["after"]) == (
        [{"on": "2026-03-11", "quantity": "2"}], [{"on": "2026-03-24", "quantity": "2"}],
    )  # fmt: skip
    stale = done(rep.post(f"new-dates/{first['id']}/take", {"version": first["version"] + 1}))
    assert (stale["outcome"], stale["proposal"]["state"]) == ("renewed", "open")
    taken = done(rep.post(f"new-dates/{first['id']}/take", {"version": stale["proposal"]["version"]}))
    assert (taken["outcome"], taken["proposal"]["state"]) == ("taken", "taken")
    assert_refused(rep.post(f"new-dates/{first['id']}/take", {"version": 1}), 409, "new_dates_over")
    kept = done(rep.post(f"new-dates/{last['id']}/keep", {"reason": "we fetch them"}))
    assert (kept["outcome"], kept["proposal"]["reason"]) == ("kept", "we fetch them")
    assert_refused(caller("auditor").post(f"new-dates/{last['id']}/keep", {"reason": "x"}), 403, "not_allowed")
    assert_refused(rep.get("new-dates/999999"), 404, "not_found")
    [slipped] = done(rep.get(f"slips?receipt={receipt_id}"))["items"]
    assert (slipped["short"], slipped["source_kind"], slipped["is_open"]) == ("4", "receipt", True)
    reacted = done(rep.get(f"reactions?slip={slipped['id']}&policy=ask"))["items"]
    assert {one["document"]: one["after"] for one in reacted} == {
        last["order_number"]: None, first["order_number"]: [{"on": "2026-03-24", "quantity": "2"}],
    }  # fmt: skip
    assert done(rep.get("reactions?policy=keep"))["items"] == []
    assert company.NEXT_WEDNESDAY.isoformat() in str(done(rep.get(f"orders/{orders[1]}"))["lines"])


def test_new_dates_of_ones_own_orders_are_listed_until_they_are_seen(small, caller):
    rep, auditor = caller("representative"), caller("auditor")
    receipt_id = expect(small)
    order = ordered(rep, "ALPHA")
    slip(small, receipt_id)
    jobs.work_off(small.clock)
    [one] = done(rep.get("date-notices"))["items"]
    assert (one["order"], one["cause"], one["detail"]) == (order, "supply", "receipt 4500 was changed")
    [line] = one["lines"]
    assert (line["line_number"], line["first_promised_on"]) == (10, "2026-03-11")
    assert (line["before"], line["after"]) == (
        [{"on": "2026-03-11", "quantity": "2"}], [{"on": "2026-03-24", "quantity": "2"}],
    )  # fmt: skip
    assert_refused(auditor.get("date-notices"), 403, "not_allowed")
    assert_refused(auditor.post(f"date-notices/{one['id']}/seen", {}), 403, "not_allowed")
    assert_refused(rep.post("date-notices/999999999/seen", {}), 404, "not_found")
    assert done(rep.post(f"date-notices/{one['id']}/seen", {})) == {"id": one["id"], "seen": True}
    assert done(rep.post(f"date-notices/{one['id']}/seen", {})) == {"id": one["id"], "seen": False}
    assert done(rep.get("date-notices"))["items"] == []
