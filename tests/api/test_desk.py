"""The home and the codes over the API: the same as the pages show, for the same people."""

from tests import company
from tests.api.test_orders import order


def waiting(caller_, title):
    [task] = [one for one in caller_.get("home").json()["tasks"] if one["title"] == title]
    return task["count"]


def test_what_waits_for_a_representative_is_counted(small, caller):
    company.put_in_stock(small, "HELMET", 10)
    rep = caller("representative")
    assert (waiting(rep, "Incomplete drafts"), waiting(rep, "Unconfirmed lines")) == (0, 0)
    assert rep.post("orders", order(("HELMET", 12))).status_code == 201
    assert rep.post("orders", order(("HELMET", 1), submit=False)).status_code == 201
    assert (waiting(rep, "Incomplete drafts"), waiting(rep, "Unconfirmed lines")) == (1, 1)
    [drafts] = [one for one in rep.get("home").json()["tasks"] if one["title"] == "Incomplete drafts"]
    assert drafts["page"] == "/orders/?state=draft"
    assert (drafts["more"], drafts["late"]) == (False, 0)


def test_each_role_has_its_own_tasks_and_no_other(small, caller):
    def titles(*roles):
        return [one["title"] for one in caller(*roles).get("home").json()["tasks"]]

    rep, warehouse = titles("representative"), titles("warehouse_clerk")
    assert "Incomplete drafts" in rep
    assert "Incomplete drafts" not in warehouse
    both = titles("representative", "warehouse_clerk")
    assert set(both) == {*rep, *warehouse}
    assert len(both) == len(set(both))
    assert titles() == []


def test_codes_are_those_whose_screens_the_caller_may_open(small, caller):
    def codes(*roles):
        return {one["code"]: one for one in caller(*roles).get("codes").json()["codes"]}

    rep = codes("representative")
    assert rep["VA02"] == {"code": "VA02", "label": "Change an order", "page": "/orders/", "opens": "order"}
    assert "VF01" not in rep
    assert codes("billing_clerk")["VF01"]["page"] == "/billing/due/"
    assert codes() == {}
