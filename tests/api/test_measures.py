"""Promise kept, and what is not confirmed, over the API."""

from tests import company
from tests.api.conftest import assert_refused
from tests.api.test_holds import done
from troth.business.shipping import actions as shipping
from troth.platform.actors import SYSTEM


def leave(small, caller):
    """An order of four helmets that left; its number."""
    company.put_in_stock(small, "HELMET", 4)
    rep = caller("representative")
    wanted = {
        "customer": "ALPHA", "requested_on": "2026-03-11", "lines": [{"product": "HELMET", "quantity": "4"}],
    }  # fmt: skip
    order = done(rep.post("orders", wanted), 201)
    acting = {"by": SYSTEM, "clock": small.clock}
    [delivery] = shipping.create_delivery(order_id=order["id"], **acting).deliveries
    transfer = shipping.create_transfer_order(shipment_id=None, delivery_ids=[delivery.id], **acting)
    shipping.confirm_all(transfer_order_id=transfer.id, **acting)
    shipping.post_goods_issue(delivery_id=delivery.id, **acting)
    return order["number"]


def test_kept_promises_are_measured_and_their_departures_listed(small, caller):
    number = leave(small, caller)
    rep = caller("representative")
    days = "left_from=2026-01-01&left_until=2026-12-31"

    [row] = done(rep.get(f"measures/promise-kept?{days}&by=customer"))["items"]
    assert (row["group"], row["departures"], row["first_promise_kept"], row["wish_kept"]) == ("ALPHA", 1, 1, 1)
    [row] = done(rep.get(f"measures/promise-kept?{days}&by=month"))["items"]
    assert (row["group"], row["last_promise_kept"]) == ("2026-03", 1)
    [left] = done(rep.get(f"measures/departures?{days}"))["items"]
    assert (left["document"], left["product"], left["quantity"], left["missed_by"]) == (number, "HELMET", "4", 0)
    assert done(rep.get("measures/departures?left_until=2026-01-01"))["items"] == []


def test_days_in_the_wrong_order_are_refused_by_field(small, caller):
    answer = caller("representative").get("measures/promise-kept?left_from=2026-03-02&left_until=2026-03-01")
    assert assert_refused(answer, 422, "invalid_input")["errors"][0]["field"] == "left_until"


def test_what_is_not_confirmed_is_measured_and_its_lines_are_listed(small, caller):
    rep = caller("representative")
    assert done(rep.get("measures/unconfirmed"))["orders"] == 0
    company.put_in_stock(small, "HELMET", 4)
    wanted = {
        "customer": "ALPHA", "requested_on": "2026-03-11",
        "lines": [{"product": "HELMET", "quantity": "6"}, {"product": "HELMET", "quantity": "1"}],
    }  # fmt: skip
    number = done(rep.post("orders", wanted), 201)["number"]

    measured = done(rep.get("measures/unconfirmed"))
    assert (measured["orders"], measured["lines"], measured["late"]) == (1, 2, 0)
    first, second = done(rep.get("measures/unconfirmed-lines"))["items"]
    assert (first["document"], first["customer"], first["product"], first["requested_on"]) == (
        number, "ALPHA", "HELMET", "2026-03-11",
    )  # fmt: skip
    assert (first["quantity"], first["short"], second["quantity"], second["short"]) == ("6", "2", "1", "1")
    site = first["site"]
    for asked, found in ((f"product=HELMET&site={site}", 2), ("product=GLOVE", 0), ("product=HELMET&site=NOWHERE", 0)):
        assert len(done(rep.get(f"measures/unconfirmed-lines?{asked}"))["items"]) == found
