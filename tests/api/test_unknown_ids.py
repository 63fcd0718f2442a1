"""An id that nobody has is told by every creating call, and never lands in a row."""

import json

import pytest
from django.db import connection

from tests.api.test_client_keys import CALLS, CREATING, EACH_ON_ITS_OWN, answer, placed, someone
from troth.doors.api.root import api
from troth.platform.api.values import MAX

__all__ = ["someone"]

NOBODY = 999_999_999
AN_ID = {"type": "integer", "minimum": 1, "maximum": MAX}


def schema_of(name):
    """The schema of a call's body by property, references followed."""
    described = api.get_openapi_schema()
    for methods in described["paths"].values():
        for operation in methods.values():
            if operation["operationId"] == name and "requestBody" in operation:
                told = next(iter(operation["requestBody"]["content"].values()))["schema"]
                kind = told.get("$ref", "").rpartition("/")[2]
                return described["components"]["schemas"].get(kind, told).get("properties", {})
    return {}


def is_id(told):
    either = told.get("anyOf", [told])
    return any(all(one.get(key) == value for key, value in AN_ID.items()) for one in either)


def ids_of(name):
    """The fields of a call's body that are ids or lists of ids, with what is wrong in their place."""
    found = {field: NOBODY for field, told in schema_of(name).items() if is_id(told)}
    lists = {field: [NOBODY] for field, told in schema_of(name).items() if is_id(told.get("items", {}))}
    return {**found, **lists}


ASKED = [(name, field, wrong) for name in sorted(CALLS) for field, wrong in ids_of(name).items()]


def test_there_are_such_fields():
    named = {(name, field) for name, field, _ in ASKED}
    assert {("create_shipment", "carrier"), ("add_backorder_variant", "company"), ("create_transfer_order",
            "deliveries")} <= named  # fmt: skip
    assert all(name in CREATING for name, _, _ in ASKED)


@pytest.mark.parametrize(("name", "field", "wrong"), ASKED)
def test_an_id_that_nobody_has_is_told(someone, name, field, wrong):
    body = {**placed(CALLS[name], someone.there), field: wrong}
    told = answer(someone, name, "a-key", json.dumps(body))
    connection.check_constraints()
    assert 400 <= told.status_code < 500 or name in EACH_ON_ITS_OWN, told.content
