"""The client key on every creating call: missing, known for something else, and still running."""

import contextlib
import re

import pytest
from django.db import connection

from tests.api.conftest import assert_refused
from tests.api.test_masterdata import CUSTOMER, PRICE
from tests.fuzz.furnished import ORDER
from troth.business.backorders.actions.variant_rows import FIELDS as VARIANT_COLUMNS
from troth.business.masterdata.models import ProductSite
from troth.doors.api.root import api
from troth.kernel.scopes import Event
from troth.platform import sql
from troth.platform.idempotency import lock_number
from troth.platform.permissions import ROLES

AXLE = {"number": "AXLE", "name": "Axle", "base_unit": "piece"}
RECEIPT = {"kind": "purchase", "number": "PO-1", "product": "FRAME", "site": 1, "due_on": "2026-03-20", "quantity": "9"}
PLANNED = {
    "kind": "planned", "number": "PL-1", "product": "FRAME", "site": "HAM", "due_on": "2026-03-20", "quantity": "9",
}  # fmt: skip
PAYMENT = {"company": 1, "payer": 1, "amount": "50.00", "currency": "EUR", "received_on": "2026-03-02"}
LAID = {"product": "HELMET", "site": "HAM", "bin": "A-01", "quantity": "4"}
ISSUE = {"kind": "order", "document": 1, "subject": "Late", "owner": 1, "due_on": "2026-03-06"}

HELD = {
    "site": 1, "purpose": "for the fair",
    "lines": [{"product": "HELMET", "quantity": "1", "requested_on": "2026-03-11"}],
}  # fmt: skip


QUOTA = {"code": "LAND", "name": "By country", "characteristics": ["country"], "unit": "piece"}
SEQUENCE_ROW = {
    "code": "S", "product": "", "product_group": "", "valid_from_on": "", "valid_to_on": "", "name": "Sequence",
    "procedures": "LAND", "is_active": "",
}  # fmt: skip
KEPT = {
    "product": "FRAME", "site": "HAM", "characteristic": "customer_group", "value": "dealer", "quantity": "5",
    "first_on": "2026-03-02", "last_on": "2026-03-31",
}  # fmt: skip
SCOPE = {
    "code": "bare",
    "name": "Bare",
    "supply": "stock",
    "demand": "order, delivery, hold, reservation, transfer_out",
}
GROUP = {"code": "careful", "name": "Careful", **{f"{event}_scope": event for event in map(str, Event)}}


def as_file(record):
    return f"{','.join(record)}\n{','.join(record.values())}\n"


CALLS = {
    "create_user": {"username": "dora", "password": "correct horse battery"},
    "grant_role": {"role": "auditor"},
    "create_customer": CUSTOMER,
    "create_product": AXLE,
    "create_price": PRICE,
    "create_checking_scope": SCOPE,
    "create_availability_group": GROUP,
    "create_listing": {"kind": "excluded", "product": "HELMET", "valid_from_on": "2026-03-01"},
    "create_substitution": {"product": "HELMET", "substitute": "FRAME", "valid_from_on": "2026-03-01"},
    "create_availability_rule": {"code": "R1", "name": "Short", "valid_from_on": "2026-03-01"},
    "create_credit_check": {"company": "10", "point": "order_create", "outcome": "warn"},
    "create_alternative": {"rule": "R1", "position": 1, "product": "FRAME"},
    "create_free_goods": {
        "product": "HELMET",
        "kind": "exclusive",
        "per_quantity": 10,
        "free_quantity": 1,
        "item_category": "free",
        "valid_from_on": "2026-03-01",
    },
    "create_product_site": {"product": "OIL", "site": "ROT", "delivery_days": 5},
    "create_package_sizes": {"product": "HELMET", "sizes": "6, 12"},
    "create_batch": {"product": "OIL", "number": "L-1", "expires_on": "2026-12-31"},
    "create_agreed_product": {"customer": "ALPHA", "product": "HELMET"},
    "add_backorder_variant": {"company": 1, "name": "Mornings", "segments": [{"name": "All", "strategy": "improve"}]},
    "import_backorder_variants": as_file(dict.fromkeys(VARIANT_COLUMNS, "") | {"name": "Mornings"}),
    "simulate_backorders": None,
    "import_customers": as_file(CUSTOMER),
    "import_products": as_file(AXLE),
    "import_prices": as_file(PRICE),
    "import_credit_accounts": as_file({"company": "10", "payer": "C1"}),
    "import_credit_ratings": as_file(
        {"company": "10", "payer": "C1", "source": "agency", "rated_on": "2026-03-01", "score": "A"}
    ),
    "import_table": as_file({"code": "PAL", "name": "Pallet"}),
    "import_quota_targets": as_file({"country": "DE", "on": "2026-03-31", "quantity": "5"}),
    "import_quota_procedures": as_file({**QUOTA, "characteristics": "country"}),
    "import_quota_sequences": as_file(SEQUENCE_ROW),
    "import_supply_protections": as_file({**KEPT, "priority": ""}),
    "create_quotation": ORDER,
    "revise_quotation": ORDER,
    "order_from_quotation": {},
    "create_order": ORDER,
    "create_orders": {"orders": [ORDER]},
    "copy_order": {},
    "block_document": {"kind": "delivery", "scope": "delivery", "reason": "waits for the drawing"},
    "lift_blocks": {"blocks": [1], "reason": "the drawing came"},
    "set_block": {"scope": "delivery", "reason": "waits for the drawing"},
    "create_deliveries": {"order": 1},
    "enter_rush_order": {**ORDER, "order_type": "rush"},
    "create_shipment": {"site": 1, "planned_on": "2026-03-09"},
    "create_transfer_order": {"deliveries": [1]},
    "pack": {"packaging": "CARTON", "quantities": {"1": "1"}},
    "pack_all": {"packaging": "CARTON"},
    "post_goods_issue": None,
    "post_goods_issues": {"deliveries": [1]},
    "prove_delivery": {"arrived_on": "2026-03-02"},
    "prove_deliveries": {"deliveries": [1]},
    "move_stock": {"from_bin": 1, "to_bin": 2, "quantity": "1"},
    "transfer_stock": {
        "bin": 1,
        "from_type": "unrestricted",
        "to_type": "blocked",
        "quantity": "1",
        "reason": "scratched",
    },
    "enter_lot": {"bin": 1, "quantity": "1"},
    "decide_usage": {"decision": "accept", "quantity": "1"},
    "count_stock": {"bin": 1, "counted": "1", "reason": "yearly count"},
    "load_opening_stock": {"goods": [LAID]},
    "set_forecast": {
        "reason": "plan of March",
        "forecasts": [{"product": "HELMET", "site": "HAM", "on": "2026-03-31", "quantity": "5"}],
    },
    "create_receipt": RECEIPT,
    "plan_supply": {"reason": "plan of March", "orders": [PLANNED]},
    "convert_receipt": {"kind": "purchase", "number": "PO-2"},
    "receive_goods": {"quantity": "1", "bin": 1},
    "create_invoices": {"deliveries": [1]},
    "cancel_invoice": {"reason": "wrong price"},
    "post_payment": PAYMENT,
    "clear_invoices": {"clears": [{"invoice": 1, "amount": "10.00"}]},
    "open_issue": ISSUE,
    "ask_about": {"kind": "plan_change", "document_kind": "order", "document": 1, "question": "Can you make 40?"},
    "hold_goods": HELD,
    "hold_quotation": {"expires_at": "2026-03-05T08:00:00Z"},
    "order_from_hold": {"customer": "ALPHA", "requested_on": "2026-03-11"},
    "print_paper": {},
    "create_quota_procedure": QUOTA,
    "create_quota_sequence": {"code": "S", "name": "Sequence", "procedures": ["LAND"]},
    "create_supply_protection": KEPT,
}
"""Operation -> a body of the right shape: what is asked of the key comes before what the action asks of the books."""

EACH_ON_ITS_OWN = {"lift_blocks", "post_goods_issues", "prove_deliveries"}
"""Keep no answer under their key: a delivery that left, or arrived, already is told so."""


def creating():
    """Operation id -> (address, type of the body) of each call that needs a key."""
    found = {}
    for path, methods in api.get_openapi_schema()["paths"].items():
        for operation in methods.values():
            needs = any(one["name"] == "Idempotency-Key" and one["required"] for one in operation["parameters"])
            if needs:
                kind, *_ = operation.get("requestBody", {"content": ["application/json"]})["content"]
                found[operation["operationId"]] = (
                    path.replace("{paper}", "quotation").replace("{table}", "units"),
                    kind,
                )
    return found


CREATING = creating()


@pytest.fixture
def someone(small, caller):
    """Somebody with every right, who entered a receipt, a payment and a quota; `there` holds ids of what is there."""
    made = caller(*ROLES)
    ProductSite.objects.filter(product=small.products["OIL"], site=small.sites["ROT"]).delete()
    made.there = {
        "site": small.sites["HAM"].pk,
        "company": small.company.pk,
        "payer": small.party("ALPHA").pk,
        "product_id": small.products["HELMET"].pk,
    }
    first = (("receipt_id", "receipts", RECEIPT), ("payment_id", "payments", PAYMENT),
             ("procedure_id", "quota-procedures", QUOTA))  # fmt: skip
    for name, address, body in first:
        made.there[name] = made.post(address, placed(body, made.there)).json()["id"]
    arrival = {"quantity": "1", "bin": small.bins["HAM"].pk, "into_inspection": True}
    made.post(f"receipts/{made.there['receipt_id']}/receive", arrival)
    made.there["lot_id"] = made.get("lots").json()["items"][0]["id"]
    return made


def placed(body, there):
    """The body with the ids of what is there in place of its own."""
    return {name: there.get(name, value) if isinstance(value, int) else value for name, value in body.items()}


def answer(someone, name, key, body=...):
    address, kind = CREATING[name]
    there = getattr(someone, "there", {})
    for part in re.findall(r"{(\w+)}", address):
        address = address.replace(f"{{{part}}}", str(there.get(part, 1)))
    sent = CALLS[name] if body is ... else body
    sent = sent.encode() if isinstance(sent, str) else placed(sent, there) if isinstance(sent, dict) else sent
    return someone.send("POST", address, sent, content_type=kind, Idempotency_Key=key)


def test_each_creating_call_stands_in_the_table():
    assert sorted(CREATING) == sorted(CALLS)


def test_a_missing_key_is_told_before_anything_about_the_body(caller):
    someone = caller(*ROLES)
    for name in CREATING:
        for body in (..., {"no such": "field"}, b"{broken", None):
            assert_refused(answer(someone, name, None, body), 400, "client_key_missing")


def test_who_may_not_is_told_that_and_not_about_the_key(small, caller):
    nobody = caller()
    for name in CREATING:
        assert_refused(answer(nobody, name, None), 403, "not_allowed")


def test_a_key_that_did_something_else_is_refused_by_every_creating_call(someone):
    remember(someone, "known")
    told = {name: answer(someone, name, "known") for name in CREATING.keys() - EACH_ON_ITS_OWN}
    assert {name: (one.status_code, one.json()["code"]) for name, one in told.items()} == dict.fromkeys(
        told, (422, "key_reused")
    )


def test_a_key_whose_first_request_still_runs_is_told_so_by_every_creating_call(someone):
    """On PostgreSQL; on SQLite the first holds the database, so the second waits and never meets it."""
    names = CREATING.keys() - EACH_ON_ITS_OWN
    with running(someone, "busy"):
        told = {name: answer(someone, name, "busy") for name in names}
    met = {name for name, one in told.items() if one.status_code == 409 and one.json()["code"] == "key_in_progress"}
    assert met == (names if sql.is_postgres() else set())
    assert {told[name].headers["Retry-After"] for name in met} == ({"1"} if sql.is_postgres() else set())


def remember(someone, key):
    """As if this key had done something else."""
    columns = dict.fromkeys(("owner", "key", "action", "payload_hash", "answer"), "text")
    sql.insert("platform_idempotency", columns, [(str(someone.user_id), key, "sales.dream", "another", "null")])


@contextlib.contextmanager
def running(someone, key):
    """As if the first request with this key were running on another connection."""
    if not sql.is_postgres():
        yield
        return
    rival = connection.copy()
    try:
        with rival.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s::bigint)", [lock_number(str(someone.user_id), key)])
            yield
    finally:
        rival.close()
