"""Master data over the API, and what each kind of wrong request is told."""

import io

from tests.api.conftest import assert_refused, places
from troth.platform.api import bodies
from troth.platform.web import exports

CUSTOMER = {
    "company": "FJELL",
    "number": "DELTA",
    "name": "Delta Bikes",
    "country": "DE",
    "sales_organisation": "DOM",
    "currency": "EUR",
    "payment_terms": "N30",
    "calendar": "WEEK",
}
PRICE = {"company": "FJELL", "code": "SUMMER", "kind": "price", "currency": "EUR", "valid_from_on": "2026-06-01"}


def test_a_customer_is_created_read_changed_and_taken_out_of_use(small, caller):
    keeper = caller("master_data")
    made = keeper.post("customers", CUSTOMER)
    assert (made.status_code, made.json()["state"], made.json()["version"]) == (201, "created", 1)
    address = f"customers/{made.json()['id']}"
    read = keeper.get(address)
    assert read.headers["ETag"] == '"1"'
    assert read.json() | CUSTOMER == read.json()
    assert (read.json()["priority"], read.json()["is_active"]) == (5, True)

    changed = keeper.patch(address, {"city": "Kiel", "is_active": False}, version=read.headers["ETag"])
    assert (changed.status_code, changed.json()["version"], changed.headers["ETag"]) == (200, 2, '"2"')
    after = keeper.get(address).json()
    assert (after["city"], after["is_active"], after["name"]) == ("Kiel", False, "Delta Bikes")


def test_what_was_read_can_be_sent_back_unchanged(small, caller):
    keeper = caller("master_data")
    for kind in ("customers", "products", "prices"):
        for record in keeper.get(kind).json()["items"]:
            entry = {name: value for name, value in record.items() if name not in ("id", "version")}
            answer = keeper.patch(f"{kind}/{record['id']}", entry)
            assert (answer.status_code, answer.json().get("state")) == (200, "unchanged"), answer.content


def test_the_second_of_two_people_is_told_that_the_record_changed(small, caller):
    keeper = caller("master_data")
    address = f"customers/{small.customers['ALPHA'].pk}"
    read = keeper.get(address).headers["ETag"]
    assert keeper.patch(address, {"city": "Kiel"}, version=read).status_code == 200
    assert_refused(keeper.patch(address, {"city": "Bonn"}, version=read), 412, "changed_meanwhile")
    assert keeper.get(address).json()["city"] == "Kiel"


def test_a_change_must_say_what_it_changes(small, caller):
    keeper = caller("master_data")
    address = f"customers/{small.customers['ALPHA'].pk}"
    assert_refused(keeper.patch(address, {"city": "Kiel"}, version=None), 428, "version_missing")
    assert_refused(keeper.patch(address, {"city": "Kiel"}, version='"abc"'), 412, "version_mismatch")
    assert keeper.get(address).json()["city"] == "Town"


def test_who_has_the_version_already_gets_no_body(small, caller):
    keeper = caller("master_data")
    address = f"products/{small.products['FRAME'].pk}"
    read = keeper.get(address)
    again = keeper.get(address, If_None_Match=read.headers["ETag"])
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", read.headers["ETag"])


def test_cost_is_shown_only_to_who_may_see_it(small, caller):
    address = f"products/{small.products['FRAME'].pk}"
    assert caller("master_data").get(address).json()["standard_cost"] == 25000
    assert caller("representative").get(address).json()["standard_cost"] is None


def test_a_price_is_written_in_natural_units(small, caller):
    keeper = caller("master_data")
    made = keeper.post("prices", {**PRICE, "product": "OIL", "amount": "7.50", "per_quantity": "0.5"})
    shown = keeper.get(f"prices/{made.json()['id']}").json()
    assert (shown["amount"], shown["currency"], shown["per_quantity"]) == ("7.50", "EUR", "0.500")


def test_a_creating_call_needs_a_client_key(small, caller):
    keeper = caller("master_data")
    assert_refused(keeper.post("customers", CUSTOMER, Idempotency_Key=None), 400, "client_key_missing")
    assert keeper.get("customers?words=DELTA").json()["items"] == []


def test_a_repeat_gets_the_first_answer_and_creates_nothing(small, caller):
    keeper = caller("master_data")
    first = keeper.post("customers", CUSTOMER, key="abc")
    again = keeper.post("customers", CUSTOMER, key="abc")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(keeper.get("customers?words=DELTA").json()["items"]) == 1


def test_a_key_is_good_for_one_payload_only(small, caller):
    keeper = caller("master_data")
    keeper.post("customers", CUSTOMER, key="abc")
    assert_refused(keeper.post("customers", {**CUSTOMER, "number": "OTHER"}, key="abc"), 422, "key_reused")
    assert keeper.get("customers?words=OTHER").json()["items"] == []


def test_two_callers_may_choose_the_same_key(small, caller):
    first = caller("master_data").post("customers", CUSTOMER, key="abc")
    other = caller("master_data").post("customers", {**CUSTOMER, "number": "OTHER"}, key="abc")
    assert (first.status_code, other.status_code) == (201, 201)


def test_a_refusal_is_not_remembered(small, caller):
    keeper = caller("master_data")
    assert_refused(keeper.post("customers", {**CUSTOMER, "country": "XX"}, key="abc"), 422, "unknown_code")
    assert keeper.post("customers", CUSTOMER, key="abc").status_code == 201


def test_every_wrong_field_is_told_at_once(small, caller):
    wrong = {**CUSTOMER, "name": "", "country": "XX", "priority": 100}
    problem = assert_refused(caller("master_data").post("customers", wrong), 422, "several_refusals")
    assert sorted(places(problem), key=str) == [
        (None, "country", "unknown_code"),
        (None, "name", "invalid_input"),
        (None, "priority", "invalid_input"),
    ]
    assert all(one["detail"] and one["remedy"] for one in problem["errors"])


def test_a_duplicate_key_is_refused(small, caller):
    problem = assert_refused(
        caller("master_data").post("customers", {**CUSTOMER, "number": "ALPHA"}), 422, "duplicate_key"
    )
    assert places(problem) == [(None, "number", "duplicate_key")]


def test_numbers_that_no_column_can_hold_are_refused(small, caller):
    keeper = caller("master_data")
    for weight in (2**63, 10**400, -1):
        problem = assert_refused(
            keeper.post("products", {"number": "X", "name": "X", "base_unit": "piece", "weight_g": weight}),
            422,
            "invalid_input",
        )
        assert places(problem) == [(None, "weight_g", "invalid_input")]
    assert_refused(keeper.get(f"customers/{2**64}"), 422, "invalid_input")
    assert_refused(keeper.get(f"customers/{2**63 - 1}"), 404, "not_found")


def test_a_list_goes_on_where_it_ended_though_rows_come_in(small, caller):
    keeper = caller("master_data")
    first = keeper.get("products?limit=2&count=true").json()
    assert ([one["number"] for one in first["items"]], first["count"], first["count_is_exact"]) == (
        ["BELL", "FITTING"], 6, True
    )  # fmt: skip
    keeper.post("products", {"number": "AXLE", "name": "Axle", "base_unit": "piece"})
    second = keeper.get(first["next"]).json()
    assert [one["number"] for one in second["items"]] == ["FRAME", "GLOVE"]
    last = keeper.get(second["next"]).json()
    assert ([one["number"] for one in last["items"]], last["next"]) == (["HELMET", "OIL"], None)


def test_a_page_has_a_largest_size_and_a_mark_of_its_own(small, caller):
    keeper = caller("master_data")
    assert places(assert_refused(keeper.get("products?limit=201"), 422, "invalid_input")) == [
        (None, "limit", "less_than_equal")
    ]
    assert_refused(keeper.get("products?after=nonsense"), 422, "invalid_cursor")


FILE = "number,name,base_unit\nAXLE,Axle,piece\nFRAME,Frame,piece\n"


def test_a_file_is_previewed_then_brought_in_then_changes_nothing(small, caller):
    keeper = caller("master_data")

    def send(address, text):
        return keeper.post(address, text.encode(), content_type="text/csv").json()

    counts = {"created": 1, "changed": 1, "unchanged": 0, "refusals": []}
    assert send("imports/products?preview=true", FILE.replace("Frame", "Frame 54")) == {"preview": True, **counts}
    assert keeper.get("products?words=AXLE").json()["items"] == []
    assert send("imports/products", FILE.replace("Frame", "Frame 54")) == {"preview": False, **counts}
    assert send("imports/products", FILE.replace("Frame", "Frame 54"))["unchanged"] == 2


def test_a_workbook_is_taken_where_a_csv_file_is(small, caller):
    keeper = caller("master_data")
    file = io.BytesIO()
    exports.write_workbook(file, ["number", "name", "base_unit"], [["AXLE", "Axle", "piece"]])
    answer = keeper.post("imports/products", file.getvalue(), content_type=bodies.WORKBOOK)
    assert (answer.status_code, answer.json()["created"]) == (200, 1)
    assert keeper.get("products?words=AXLE").json()["items"][0]["name"] == "Axle"
    broken = keeper.post("imports/products", file.getvalue()[:-9], content_type=bodies.WORKBOOK)
    assert_refused(broken, 422, "unreadable_file")


def test_the_good_rows_of_a_file_come_in_where_that_is_asked_for(small, caller):
    keeper = caller("master_data")
    rows = (FILE + "TYRE,Tyre,furlong\n").encode()
    answer = keeper.post("imports/products?good_rows=true", rows, content_type="text/csv").json()
    assert (answer["created"], [(one["row"], one["field"]) for one in answer["refusals"]]) == (1, [(3, "base_unit")])
    assert [one["number"] for one in keeper.get("products?words=AXLE").json()["items"]] == ["AXLE"]


def test_any_other_table_is_brought_in_by_its_name(small, caller):
    keeper, clerk = caller("master_data"), caller("billing_clerk")
    rows = b"code,name\nFR,France\n"
    tried = keeper.post("imports/tables/countries?preview=true", rows, content_type="text/csv").json()
    assert tried == {"preview": True, "created": 1, "changed": 0, "unchanged": 0, "refusals": []}
    headers = {"content_type": "text/csv", "Idempotency_Key": "france"}
    first = keeper.send("POST", "imports/tables/countries", rows, **headers).json()
    assert (first["created"], keeper.send("POST", "imports/tables/countries", rows, **headers).json()) == (1, first)
    assert_refused(clerk.post("imports/tables/countries", rows, content_type="text/csv"), 403, "not_allowed")
    assert_refused(keeper.post("imports/tables/prices", rows, content_type="text/csv"), 404, "not_found")


def test_a_wrong_row_refuses_the_whole_file(small, caller):
    keeper = caller("master_data")
    wrong = FILE + "TYRE,Tyre,furlong\n"
    preview = keeper.post("imports/products?preview=true", wrong.encode(), content_type="text/csv").json()
    assert [(one["row"], one["field"]) for one in preview["refusals"]] == [(3, "base_unit")]
    problem = assert_refused(
        keeper.post("imports/products", wrong.encode(), content_type="text/csv"), 422, "unknown_code"
    )
    assert places(problem) == [(3, "base_unit", "unknown_code")]
    assert keeper.get("products?words=AXLE").json()["items"] == []


BODIES = {
    "no JSON": (b"{", 400, "malformed_body"),
    "not UTF-8": ('{"name": "Käthe"}'.encode("latin-1"), 400, "malformed_body"),
    "not a number": (b'{"weight_g": NaN}', 400, "malformed_body"),
    "infinity": (b'{"weight_g": -Infinity}', 400, "malformed_body"),
    "a name twice": (b'{"name": "a", "name": "b"}', 400, "malformed_body"),
    "too deep": (b"[" * 100_000, 400, "malformed_body"),
    "nested": (b"[" * 30 + b"]" * 30, 400, "malformed_body"),
    "a number of 5,000 digits": (b'{"weight_g": ' + b"9" * 5000 + b"}", 400, "malformed_body"),
    "NUL": (b'{"name": "a\\u0000b"}', 422, "unstorable_text"),
    "half a pair": (b'{"name": "\\ud800"}', 422, "unstorable_text"),
    "a list": (b"[]", 422, "invalid_input"),
    "nothing": (b"", 422, "invalid_input"),
    "an unknown field": (b'{"colour": "red"}', 422, "invalid_input"),
    "a text for a number": (b'{"weight_g": "heavy"}', 422, "invalid_input"),
    "a fraction of a gram": (b'{"weight_g": 1.5}', 422, "invalid_input"),
    "a huge exponent": (b'{"weight_g": 1e999999999}', 400, "malformed_body"),
}


def test_a_body_that_cannot_be_read_is_refused_each_in_its_way(small, caller):
    keeper = caller("master_data")
    told = {name: keeper.post("products", body) for name, (body, _, _) in BODIES.items()}
    for name, (_, status, code) in BODIES.items():
        assert (name, told[name].status_code, told[name].json()["code"]) == (name, status, code)


def test_another_type_of_body_is_refused(small, caller):
    keeper = caller("master_data")
    assert_refused(keeper.post("products", b"{}", content_type="text/plain"), 415, "wrong_content_type")
    assert_refused(
        keeper.post("products", b"{}", content_type="application/json; charset=latin-1"), 415, "wrong_content_type"
    )


def test_a_nul_in_the_address_is_refused(small, caller):
    assert_refused(caller("master_data").get("products?words=a%00b"), 422, "unstorable_text")


def test_who_only_reads_is_refused_a_change(small, caller):
    rep = caller("representative")
    problem = assert_refused(rep.post("customers", CUSTOMER), 403, "not_allowed")
    assert problem["facts"] == {"permission": "masterdata.maintain_customer"}


def test_a_token_does_no_more_than_its_scopes(small, caller):
    keeper = caller("master_data", scopes=("read",))
    assert keeper.get("customers").status_code == 200
    assert_refused(keeper.post("customers", CUSTOMER), 403, "not_allowed")
