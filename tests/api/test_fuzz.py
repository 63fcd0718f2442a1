"""Whatever is sent, the API answers; it does not fail. Requests are made from its own description."""

import itertools
from urllib.parse import urlencode

from tests import company
from tests.operations import ALL, address_of
from troth.doors.api.root import api
from troth.platform.permissions import ROLES

ODD = (None, "", "x" * 50, "Ж", -1, 0, 2**63, 10**30, 1.5, True, [], {}, ["x"], [{}], "2026-13-45", "9999-12-31", "1e9")
"""Values that fit some field and are odd in others."""


def body_fields(schemas, operation):
    """The names in the body that the operation describes; empty where it takes none."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = content.get("$ref", "").rpartition("/")[2]
    return list(schemas.get(name, {}).get("properties", {}))


def test_no_odd_value_makes_the_server_fail(small, caller):
    """Every field of every body, and every parameter, with each odd value; somebody with every right asks."""
    company.put_in_stock(small, "HELMET", 10)
    someone = caller(*ROLES)
    someone.client.raise_request_exception = False
    keys = itertools.count(1)
    failed = []
    description = api.get_openapi_schema()
    schemas = description["components"]["schemas"]
    described = {one["operationId"]: one for path in description["paths"].values() for one in path.values()}
    for name, (path, operation) in ALL.items():
        fields, [method] = body_fields(schemas, described[name]), operation.methods
        asked = [one["name"] for one in described[name]["parameters"] if one["in"] == "query"]
        address = address_of(path).replace("999999", "1")
        for odd in ODD if fields or asked else ODD[:1]:
            query = urlencode({one: str(odd) for one in asked})
            body = dict.fromkeys(fields, odd) if fields else None
            headers = {"If_Match": "*", "Idempotency_Key": f"odd-{next(keys)}"}
            answer = someone.send(method, f"{address}?{query}" if query else address, body, **headers)
            if answer.status_code >= 500:
                failed.append((name, odd, answer.status_code))
    assert failed == []
