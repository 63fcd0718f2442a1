"""Quotas over the API: made, planned, read, and refused by field."""

import pytest

from tests import company
from tests.api.conftest import assert_refused
from tests.api.test_client_keys import KEPT, QUOTA, SEQUENCE_ROW

REACH = {"product": "FRAME", "valid_from_on": "2026-01-01"}
NEW = {"Idempotency_Key": "k"}


@pytest.fixture
def planner(small, caller):
    return caller("operations_team")


@pytest.fixture
def quota(planner):
    made = planner.post("quota-procedures", QUOTA).json()["id"]
    sequence = {
        "code": "S", "name": "Frames", "procedures": ["LAND"],
        "reaches": [REACH],
    }  # fmt: skip
    assert planner.post("quota-sequences", sequence).status_code == 201
    return made


QUANTITY = {"share": None, "consumed": "0"}
NOTHING = {"lines": 0, "quantity": "0", "over": "0"}


def targets(*rows):
    return {"targets": [{"values": {"country": value}, "on": on, "quantity": size} for value, on, size in rows]}


def test_targets_are_set_and_read_by_cell_and_period(planner, quota):
    address = f"quota-procedures/{quota}/targets"
    sent = targets(("DE", "2026-03-04", "3"), ("", "2026-03-12", "40"))
    assert planner.post(address, sent).json() == {"created": 2, "changed": 0, "unchanged": 0, "counted": NOTHING}
    assert planner.post(address, sent).json() == {"created": 0, "changed": 0, "unchanged": 2, "counted": NOTHING}

    cells = planner.get(f"quota-procedures/{quota}/cells").json()["items"]
    assert [(one["values"], one["unit"], one["periods"]) for one in cells] == [
        ({"country": "#"}, "piece", [QUANTITY | {"first_on": "2026-03-09", "target": "40", "left": "40"}]),
        ({"country": "DE"}, "piece", [QUANTITY | {"first_on": "2026-03-02", "target": "3", "left": "3"}]),
    ]


def test_targets_are_shares_of_a_total_that_deals_the_others_anew(planner, quota):
    address = f"quota-procedures/{quota}/targets"

    def send(*rows):
        common = {"on": "2026-03-04"}
        return planner.post(
            address, {"targets": [{**common, "values": {"country": one}, **share} for one, share in rows]}
        )

    assert send(("DE", {"ratio": "3", "total": "20"}), ("", {"ratio": "1", "total": "20"})).json()["created"] == 2
    assert send(("DE", {"ratio": "3", "total": "40"})).json()["changed"] == 2
    cells = planner.get(f"quota-procedures/{quota}/cells").json()["items"]
    assert [(one["periods"][0]["target"], one["periods"][0]["share"]) for one in cells] == [
        ("10", "1 parts of 40"), ("30", "3 parts of 40"),
    ]  # fmt: skip

    for wrong, field in (
        ({"ratio": "3"}, "ratio"),
        ({"quantity": "3", "total": "40"}, "quantity"),
        ({"percentage": "3", "ratio": "3", "total": "40"}, "ratio"),
        ({}, "quantity"),
        ({"ratio": "1.5", "total": "40"}, "ratio"),
        ({"ratio": "1", "total": "4.5"}, "total"),
    ):
        refused = send(("DE", wrong))
        assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (422, [field])


def test_a_check_for_a_customer_is_held_against_its_quota(planner, quota):
    planner.post(f"quota-procedures/{quota}/targets", targets(("DE", "2026-03-04", "0")))
    asked = {"product": "FRAME", "site": "HAM", "quantity": "1", "on": "2026-03-04", "customer": "ALPHA"}
    other = {**asked, "customer": "NOBODY"}
    first, second = planner.post("availability/checks", {"checks": [asked, other]}).json()["items"]
    assert (first["confirmed"], first["short"]) == ([], "1")
    assert second["refused"] == "not_found"


def test_what_cannot_be_is_refused_with_its_row_and_field(planner, quota):
    address = f"quota-procedures/{quota}/targets"
    refused = planner.post(address, targets(("DE", "2026-03-04", "3"), ("XX", "2026-03-04", "3")))
    assert_refused(refused, 422, "unknown_value")
    [entry] = refused.json()["errors"]
    assert (entry["row"], entry["field"]) == (2, "country")
    past = planner.post(address, targets(("DE", "2026-01-04", "3")))
    assert past.status_code == 422
    assert planner.post("quota-procedures", {**QUOTA, "code": "B", "characteristics": ["mood"]}).status_code == 422
    assert planner.get(f"quota-procedures/{quota}/cells").json()["items"] == []


def test_a_procedure_a_sequence_and_a_protection_are_changed_by_version(planner, quota):
    changed = {**QUOTA, "name": "By land", "look_back": 2}
    answer = planner.send("PUT", f"quota-procedures/{quota}", changed, If_Match='"1"')
    assert answer.json() == {"id": quota, "version": 2}
    stale = planner.send("PUT", f"quota-procedures/{quota}", changed, If_Match='"1"')
    assert stale.status_code == 412
    [shown] = planner.get("quota-procedures").json()["items"]
    assert (shown["name"], shown["look_back"], shown["characteristics"]) == ("By land", 2, ["country"])

    made = planner.post("supply-protections", KEPT).json()["id"]
    answer = planner.send("PUT", f"supply-protections/{made}", {**KEPT, "quantity": "9"}, If_Match='"1"')
    assert answer.status_code == 200
    [kept] = planner.get("supply-protections").json()["items"]
    assert (kept["quantity"], kept["consumed"], kept["value"]) == ("9", "0", "dealer")
    narrower = {**KEPT, "product": "HELMET", "second_characteristic": "country", "second_value": "DE"}
    assert planner.post("supply-protections", narrower).status_code == 201
    shown = planner.get("supply-protections").json()["items"]
    assert {(one["second_characteristic"], one["second_value"]) for one in shown} == {("", ""), ("country", "DE")}
    [sequence] = planner.get("quota-sequences").json()["items"]
    assert (sequence["procedures"], sequence["reaches"][0]["product"]) == (["LAND"], "FRAME")


def test_targets_come_in_as_a_file(planner, quota):
    address = f"imports/quota-targets/{quota}"
    file = b"country,on,quantity\nDE,2026-03-04,3\nXX,2026-03-04,1\n"
    looked = planner.send("POST", f"{address}?preview=true", file, content_type="text/csv", **NEW).json()
    assert (looked["preview"], looked["created"]) == (True, 1)
    [refused] = looked["refusals"]
    assert (refused["row"], refused["field"], refused["given"]) == (2, "country", "XX")
    assert_refused(planner.send("POST", address, file, content_type="text/csv", **NEW), 422, "unknown_value")
    assert planner.get(f"quota-procedures/{quota}/cells").json()["items"] == []

    for _ in range(2):
        good = planner.send("POST", f"{address}?good_rows=true", file, content_type="text/csv", Idempotency_Key="good")
        assert (good.status_code, good.json()["created"]) == (200, 1)
    [cell] = planner.get(f"quota-procedures/{quota}/cells").json()["items"]
    assert (cell["values"], cell["periods"][0]["target"]) == ({"country": "DE"}, "3")
    unknown = planner.send("POST", "imports/quota-targets/999999", file, content_type="text/csv", Idempotency_Key="n")
    assert unknown.status_code == 404


def test_procedures_come_in_as_a_file(planner, quota):
    file = b"code,name,characteristics,unit\nLAND,By land,country,piece\nSEA,By sea,mood,piece\n"
    looked = planner.send("POST", "imports/quota-procedures?preview=true", file, content_type="text/csv", **NEW).json()
    assert (looked["created"], looked["changed"]) == (0, 1)
    [refused] = looked["refusals"]
    assert (refused["row"], refused["field"], refused["given"]) == (2, "characteristics", "mood")
    fine = file.replace(b"mood", b"region")
    for _ in range(2):
        answer = planner.send("POST", "imports/quota-procedures", fine, content_type="text/csv", Idempotency_Key="all")
        assert (answer.status_code, answer.json()["created"], answer.json()["changed"]) == (200, 1, 1)
    shown = planner.get("quota-procedures").json()["items"]
    assert [(one["code"], one["name"], one["version"]) for one in shown] == [
        ("LAND", "By land", 2),
        ("SEA", "By sea", 1),
    ]


def test_sequences_come_in_as_a_file_a_row_for_each_product(planner, quota):
    head = ",".join(SEQUENCE_ROW)
    file = f"{head}\nS,FRAME,,2026-01-01,,Frames,LAND,\nS,NONE,,2026-01-01,,Frames,LAND,\n".encode()
    looked = planner.send("POST", "imports/quota-sequences?preview=true", file, content_type="text/csv", **NEW).json()
    told = [(one["row"], one["field"], one["given"]) for one in looked["refusals"]]
    assert (looked["changed"], told) == (0, [(1, "code", "S"), (2, "product", "NONE")])
    for _ in range(2):
        fine = file.replace(b"NONE", b"HELMET")
        answer = planner.send("POST", "imports/quota-sequences", fine, content_type="text/csv", Idempotency_Key="all")
        assert (answer.status_code, answer.json()["changed"]) == (200, 2)
    [sequence] = planner.get("quota-sequences").json()["items"]
    assert ([one["product"] for one in sequence["reaches"]], sequence["version"]) == (["FRAME", "HELMET"], 2)


def test_protections_come_in_as_a_file(planner):
    address, row = "imports/supply-protections", ",".join(KEPT.values())
    file = f"{','.join(KEPT)}\n{row}\n{row.replace('dealer', 'nobody')}\n".encode()
    looked = planner.send("POST", f"{address}?preview=true", file, content_type="text/csv", **NEW).json()
    assert (looked["preview"], looked["created"]) == (True, 1)
    [refused] = looked["refusals"]
    assert (refused["row"], refused["field"], refused["given"]) == (2, "value", "nobody")
    assert_refused(planner.send("POST", address, file, content_type="text/csv", **NEW), 422, "unknown_value")
    assert planner.get("supply-protections").json()["items"] == []

    for _ in range(2):
        good = planner.send("POST", f"{address}?good_rows=true", file, content_type="text/csv", Idempotency_Key="good")
        assert (good.status_code, good.json()["created"]) == (200, 1)
    [kept] = planner.get("supply-protections").json()["items"]
    assert (kept["value"], kept["quantity"], kept["version"]) == ("dealer", "5", 1)


def test_who_may_not_plan_reads_only(small, caller, quota):
    reader = caller("representative")
    assert reader.get("quota-procedures").status_code == 200
    assert reader.post("quota-procedures", QUOTA).status_code == 403
    assert reader.post(f"quota-procedures/{quota}/targets", targets(("DE", "2026-03-04", "3"))).status_code == 403


def test_a_cell_is_retired_and_a_sequence_closed_and_both_come_back(planner, quota):
    planner.post(f"quota-procedures/{quota}/targets", targets(("DE", "2026-03-04", "7"), ("", "2026-03-04", "40")))
    cells = f"quota-procedures/{quota}/cells"
    _others, cell = planner.get(cells).json()["items"]
    retired = planner.post(f"quota-cells/{cell['id']}/retire", {})
    assert retired.json() == {"id": cell["id"], "is_active": False, "counted": NOTHING}
    assert [one["values"] for one in planner.get(cells).json()["items"]] == [{"country": "#"}]
    _others, kept = planner.get(f"{cells}?with_retired=true").json()["items"]
    assert (kept["is_active"], kept["periods"]) == (False, cell["periods"])
    assert planner.post(f"quota-cells/{cell['id']}/restore", {}).json()["is_active"] is True
    assert planner.get(cells).json()["items"][1] == cell
    assert_refused(planner.post("quota-cells/999999/retire", {}), 404, "not_found")
    planner.post(f"quota-cells/{_others['id']}/retire", {"frees_lines": True})
    refused = planner.post(f"quota-cells/{cell['id']}/retire", {})
    assert_refused(refused, 422, "quota_frees_lines")
    assert [one["field"] for one in refused.json()["errors"]] == ["frees_lines"]
    assert planner.get(cells).json()["items"] == [cell]
    meant = planner.post(f"quota-cells/{cell['id']}/retire", {"frees_lines": True})
    assert meant.json()["is_active"] is False

    [sequence] = planner.get("quota-sequences").json()["items"]
    address = f"quota-sequences/{sequence['id']}"
    assert planner.post(f"{address}/close", {}).json()["is_active"] is False
    other = {"code": "T", "name": "T", "procedures": ["LAND"], "reaches": [REACH]}
    assert planner.post("quota-sequences", other).status_code == 201
    assert_refused(planner.post(f"{address}/reopen", {}), 422, "quota_reaches_overlap")
    [taken] = [one for one in planner.get("quota-sequences").json()["items"] if one["code"] == "T"]
    planner.post(f"quota-sequences/{taken['id']}/close", {})
    assert planner.post(f"{address}/reopen", {}).json()["is_active"] is True


def test_a_target_for_the_end_of_time_and_a_unit_of_what_is_assigned_are_refused(planner, quota):
    late = planner.post(f"quota-procedures/{quota}/targets", targets(("DE", "9999-12-31", "3")))
    assert_refused(late, 422, "wrong_quota")
    [entry] = late.json()["errors"]
    assert (entry["row"], entry["field"]) == (1, "on")
    assert entry["remedy"].startswith("Plan for ")
    other = planner.send("PUT", f"quota-procedures/{quota}", {**QUOTA, "unit": "l"}, If_Match='"1"')
    assert [one["field"] for one in other.json()["errors"]] == ["unit"]


def test_a_cell_tells_by_whom_it_is_consumed(small, planner, quota):
    company.put_in_stock(small, "FRAME", 5)
    planner.post(f"quota-procedures/{quota}/targets", targets(("DE", "2026-03-04", "9"), ("DE", "2026-03-10", "9")))
    body = {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": [{"product": "FRAME", "quantity": "2"}]}
    made = planner.post("orders", body).json()
    order = planner.get(f"orders/{made['id']}").json()
    [cell] = planner.get(f"quota-procedures/{quota}/cells").json()["items"]

    [use] = planner.get(f"quota-cells/{cell['id']}/uses").json()["items"]

    assert (use["document"], use["product"], use["quantity"]) == (order["number"], "FRAME", "2")
    assert use["promise"] == order["lines"][0]["promise"]
    told = planner.get(f"promises/{use['promise']}").json()["read"]
    assert [(one["procedure"], one["planned"], one["consumed"], one["consumed_now"]) for one in told["cells"]] == [
        ("LAND", "9", "0", "2")
    ]
    assert_refused(planner.get("quota-cells/999999/uses"), 404, "not_found")
