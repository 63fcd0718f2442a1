"""Packing over the API: what is picked goes into handling units, is taken out, and leaves only packed where asked."""

from tests import company
from tests.api.conftest import assert_refused
from tests.api.test_cm1 import done
from troth.business.masterdata.models import Packaging

CARTON = {"packaging": "CARTON", "quantities": {"1": "2"}}


def picked(small, caller):
    company.put_in_stock(small, "FRAME", 10)
    small.company.gs1_prefix = "4012345"
    small.company.save()
    small.sites["HAM"].packing_before_issue = True
    small.sites["HAM"].save()
    Packaging.objects.create(code="CARTON", name="Carton", tare_weight_g=400, max_weight_g=5_000)
    rep, store = caller("representative"), caller("warehouse_supervisor")
    line = {"product": "FRAME", "quantity": "5"}
    order = done(rep.post("orders", {"customer": "ALPHA", "requested_on": "2026-03-04", "lines": [line]}), 201)
    [delivery] = done(store.post("deliveries", {"order": order["id"]}), 201)["deliveries"]
    transfer = done(store.post("transfer-orders", {"deliveries": [delivery["id"]]}), 201)
    done(store.post(f"transfer-orders/{transfer['id']}/confirm", {}))
    return store, delivery["id"]


def test_a_delivery_is_packed_and_then_leaves(small, caller):
    store, delivery = picked(small, caller)
    units = f"deliveries/{delivery}/handling-units"
    assert [(one["product"], one["quantity"]) for one in done(store.get(units))["to_pack"]] == [("FRAME", "5")]
    refused = store.post(f"deliveries/{delivery}/goods-issue")
    assert_refused(refused, 409, "not_ready_to_ship")
    first = done(store.post(units, CARTON, Idempotency_Key="one"), 201)
    assert done(store.post(units, CARTON, Idempotency_Key="one"), 201) == first
    [unit] = first["handling_units"]
    assert (unit["weight_g"], unit["contents"][0]["quantity"], len(unit["number"])) == (4_400, "2", 18)
    wrong = [
        ({"packaging": "CARTON", "quantities": {"1": "4"}}, 422, "packed_too_much"),
        ({"packaging": "CARTON", "quantities": {"1": "3"}}, 422, "too_heavy"),
        ({"packaging": "BOX", "quantities": {"1": "1"}}, 422, "packaging_unknown"),
    ]
    for body, status, code in wrong:
        assert_refused(store.post(units, body), status, code)
    assert store.post(units, {"packaging": "CARTON", "quantities": {"9": "1"}}).status_code == 422
    packed = done(store.post(f"deliveries/{delivery}/pack-all", {"packaging": "CARTON"}), 201)
    assert ([one["position"] for one in packed["handling_units"]], packed["to_pack"]) == ([1, 2, 3], [])
    unpack = f"{units}/{unit['id']}/unpack"
    assert_refused(store.post(unpack, If_Match='"1"'), 412, "changed_meanwhile")
    assert len(done(store.post(unpack, If_Match=f'"{packed["version"]}"'))["handling_units"]) == 2
    assert_refused(store.post(unpack), 404, "not_found")
    done(store.post(units, CARTON), 201)
    done(store.post(f"deliveries/{delivery}/goods-issue"), 201)
    assert_refused(store.post(units, CARTON), 409, "illegal_transition")


def test_who_may_not_pack_may_see_what_is_packed(small, caller):
    store, delivery = picked(small, caller)
    done(store.post(f"deliveries/{delivery}/handling-units", CARTON), 201)
    seller = caller("representative")
    assert len(done(seller.get(f"deliveries/{delivery}/handling-units"))["handling_units"]) == 1
    assert_refused(seller.post(f"deliveries/{delivery}/handling-units", CARTON), 403, "not_allowed")
    assert_refused(seller.post(f"deliveries/{delivery}/pack-all", {"packaging": "CARTON"}), 403, "not_allowed")
