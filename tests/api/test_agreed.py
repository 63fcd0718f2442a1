"""What customers have agreed for products, over the API."""

from tests.api.conftest import assert_refused, places
from troth.business.masterdata.models import Customer, CustomerProduct

SENT = {"product": "HELMET", "number": "A-77", "minimum_quantity": 10, "over_tolerance_basis_points": 250}


def test_it_is_agreed_changed_and_listed_by_customer(small, caller):
    master = caller("master_data")
    [code] = Customer.objects.filter(party__number="ALPHA").values_list("company__code", flat=True)
    customer = f"{code}/ALPHA"
    made = master.post("agreed-products", {**SENT, "customer": customer})
    assert (made.status_code, made.json()["state"]) == (201, "created")
    key = made.json()["id"]
    [row] = master.get("agreed-products?customer=ALPHA&product=HELMET").json()["items"]
    assert (row["id"], row["customer"], row["number"], row["minimum_quantity"]) == (key, customer, "A-77", 10)
    assert_refused(master.post("agreed-products", {**SENT, "customer": customer}), 422, "duplicate_key")
    assert master.patch(f"agreed-products/{key}", {"is_active": False}).json()["state"] == "changed"
    refused = assert_refused(master.patch(f"agreed-products/{key}", {"minimum_quantity": -1}), 422, "invalid_input")
    assert {field for _row, field, _code in places(refused)} <= {"minimum_quantity", None}
    assert_refused(caller("representative").post("agreed-products", {**SENT, "customer": customer}), 403, "not_allowed")
    assert CustomerProduct.objects.get(pk=key).is_active is False
