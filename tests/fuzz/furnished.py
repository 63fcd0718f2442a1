"""The small company with something in every state, so that a made-up request meets records and not only their absence.

Ids count from 1 in each table, so small ids are what is there.
"""

from tests import company
from troth.platform.permissions import ROLES

HELMETS = [{"product": "HELMET", "quantity": "2"}, {"product": "OIL", "quantity": "1.5"}]
ORDER = {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": HELMETS}


def furnish(small, caller):
    """Somebody with every role and every scope, who entered, delivered, billed and cleared a little of everything."""
    someone = caller(*ROLES)
    company.put_in_stock(small, "HELMET", 100)
    company.put_in_stock(small, "OIL", 50_000)
    site = small.sites["HAM"].pk
    _post(someone, "orders", ORDER | {"submit": False})
    _post(someone, "orders", ORDER | {"customer": "GAMMA"})
    _post(someone, "quotations", ORDER)
    orders = [_post(someone, "orders", ORDER)["id"] for _ in range(3)]
    receipt = {"kind": "purchase", "number": "PO-1", "product": "FRAME", "site": site, "due_on": "2026-03-20"}
    _post(someone, "receipts", receipt | {"quantity": "10"})
    first, second = (_post(someone, "deliveries", {"order": one})["deliveries"][0]["id"] for one in orders[:2])
    _post(someone, "shipments", {"site": site, "planned_on": "2026-03-09", "deliveries": [first]})
    for delivery in (first, second):
        transfer = _post(someone, "transfer-orders", {"deliveries": [delivery]})
        if delivery == first:
            _post(someone, f"transfer-orders/{transfer['id']}/confirm", {})
    _post(someone, "shipments/1/load", {})
    _post(someone, f"deliveries/{first}/goods-issue", {})
    [invoice] = _post(someone, "invoices", {"deliveries": [first]})["invoices"]
    payment = {
        "company": small.company.pk,
        "payer": small.party("ALPHA").pk,
        "amount": "50.00",
        "currency": "EUR",
        "received_on": "2026-03-02",
    }
    _post(someone, "payments", payment | {"clears": [{"invoice": invoice["id"], "amount": "10.00"}]})
    return someone


def _post(someone, address, body):
    answer = someone.post(address, body)
    assert answer.status_code in (200, 201), (address, answer.content)
    return answer.json()
