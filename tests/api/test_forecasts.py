"""Forecasts over the API: all rows or none, by number and code."""

from tests.api.conftest import assert_refused, places


def test_forecasts_are_set_and_listed(small, caller):
    planner = caller("production_scheduler")
    one = {"product": "HELMET", "site": "HAM", "on": "2026-03-20", "quantity": "12"}
    made = planner.post("forecasts", {"reason": "plan 7", "forecasts": [one, {**one, "on": "2026-03-27"}]})
    assert (made.status_code, made.json()["changed"]) == (201, 2)
    listed = planner.get(f"forecasts?company={small.company.pk}").json()["items"]
    assert [(row["product"], row["on"], row["quantity"], row["version"]) for row in listed] == [
        ("HELMET", "2026-03-20", "12", 1),
        ("HELMET", "2026-03-27", "12", 1),
    ]
    wrong = [{**one, "site": "NOWHERE"}, {**one, "product": "HELMEN"}]
    refused = assert_refused(
        planner.post("forecasts", {"reason": "plan 8", "forecasts": wrong}), 422, "several_refusals"
    )
    assert {(row, field) for row, field, _code in places(refused)} == {(1, "site"), (2, "product")}
    assert_refused(
        planner.post("forecasts", {"reason": "x", "forecasts": [{**one, "on": "2020-01-01"}]}), 422, "forecast_past"
    )
    assert caller("warehouse_clerk").post("forecasts", {"reason": "x", "forecasts": [one]}).status_code == 403
