"""Customer issues over the API: opened once for its key, read, changed by version, closed."""

from tests.api.conftest import assert_refused


def new(order, owner, **changed):
    return {
        "kind": "order", "document": order, "subject": "Late again", "owner": owner, "due_on": "2026-03-20", **changed,
    }  # fmt: skip


def test_an_issue_goes_its_way(small, caller):
    rita = caller("representative")
    order = rita.post("orders", {"customer": "ALPHA", "lines": [{"product": "FRAME", "quantity": "1"}]}).json()["id"]
    made = rita.post("issues", new(order, rita.user_id), key="one")
    assert made.status_code == 201, made.content
    assert rita.post("issues", new(order, rita.user_id), key="one").json() == made.json()
    issue = f"issues/{made.json()['id']}"
    changed = rita.patch(issue, {"subject": "Late"}, version='"1"')
    assert (changed.json()["subject"], changed.json()["version"]) == ("Late", 2)
    assert_refused(rita.patch(issue, {"subject": "Later"}, version='"1"'), 412, "changed_meanwhile")
    assert [one["subject"] for one in rita.get(f"issues?kind=order&document={order}").json()["items"]] == ["Late"]
    closed = rita.post(f"{issue}/close", {"outcome": "Sent by courier."}).json()
    assert (closed["state"], closed["outcome"]) == ("closed", "Sent by courier.")
    assert rita.get("issues").json()["items"] == []
    assert [one["id"] for one in rita.get("issues?only_open=false").json()["items"]] == [made.json()["id"]]


def test_an_issue_on_what_is_not_there_is_refused(small, caller):
    rita = caller("representative")
    assert_refused(rita.post("issues", new(999999, rita.user_id)), 404, "not_found")
    assert_refused(rita.post("issues", new(1, rita.user_id, kind="letter")), 404, "not_found")
    assert_refused(caller("auditor").post("issues", new(1, 1)), 403, "not_allowed")
