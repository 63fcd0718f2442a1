"""Backorder runs over the API: a variant, a simulation, what it changes, applied and undone."""

from tests import company
from tests.api.conftest import assert_refused
from tests.backorders.conftest import Desk
from tests.backorders.test_quotas import Planner
from troth.business.backorders.actions.variant_rows import FIELDS
from troth.business.masterdata.models import AvailabilityRule, AvailabilityRuleStep
from troth.business.promising.models import Requirement
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.platform.actors import SYSTEM
from troth.reference.models import Company


def done(response, status=200):
    assert response.status_code == status, response.content
    return response.json()


def asked(small, **more):
    return {
        "company": small.company.pk,
        "name": "Beta first",
        "segments": [
            {"name": "Beta", "strategy": "win", "filter": {"customers": ["BETA"]}},
            {"name": "Others", "strategy": "redistribute", "sort": ["requested"]},
        ],
        **more,
    }


def scarce(small):
    company.put_in_stock(small, "HELMET", 10)
    for customer, quantity in (("ALPHA", 10), ("BETA", 6)):
        line = LineDraft(product="HELMET", quantity=quantity)
        draft = OrderDraft(customer=customer, requested_on=company.NEXT_WEDNESDAY, lines=(line,))
        sales.enter_order(draft, by=SYSTEM, clock=small.clock)


def test_a_backlog_is_shared_out_applied_and_undone(small, caller):
    scarce(small)
    planner = caller("production_scheduler")
    variant = done(planner.post("backorder-variants", asked(small)), 201)
    assert [one["strategy"] for one in variant["segments"]] == ["win", "redistribute"]
    assert variant["later_times_max"] is None
    careful = planner.post("backorder-variants", asked(small, name="Careful", later_times_max=1))
    assert done(careful, 201)["later_times_max"] == 1
    assert planner.post("backorder-variants", asked(small, name="Never", later_times_max=-1)).status_code == 422

    run = done(planner.post(f"backorder-variants/{variant['id']}/simulate", None), 201)
    assert (run["state"], run["lines"], run["better"], run["worse"]) == ("simulated", 2, 1, 1)
    found = done(planner.get(f"backorder-runs/{run['id']}/changes?verdict=worse"))["items"]
    [lost] = found
    assert [one["quantity"] for one in lost["after"]] == ["4"]
    assert (lost["lost"], lost["taken_by"][0]["quantity"], lost["unit"]) == ("6", "6", "piece")
    assert lost["rule"].startswith("Redistribute")

    for step, state in (("approve", "approved"), ("apply", "applied")):
        assert done(planner.post(f"backorder-runs/{run['id']}/{step}", None))["state"] == state
    promise = Requirement.objects.get(displaced=1).pk
    assert done(planner.get(f"promises/{promise}"))["displaced"] == 1
    undoing = done(planner.post(f"backorder-runs/{run['id']}/undo", None))
    assert (undoing["kind"], undoing["state"], undoing["undoes"]) == ("undo", "applied", run["id"])
    assert done(planner.get("backorder-runs?state=undone"))["items"][0]["id"] == run["id"]


def test_a_change_says_what_a_rule_lets_serve_the_line(small, caller):
    scarce(small)
    rule = AvailabilityRule.objects.create(
        code="R1", name="R1", product=small.products["HELMET"], valid_from_on=company.LONG_AGO, asked_in_runs=True
    )
    AvailabilityRuleStep.objects.create(rule=rule, position=1, site=small.sites["ROT"])
    company.put_in_stock(small, "HELMET", 3, site="ROT")
    planner = caller("production_scheduler")
    without = done(planner.post("backorder-variants", asked(small, name="Without")), 201)
    variant = done(planner.post("backorder-variants", asked(small, asks_rules=True)), 201)
    assert (without["asks_rules"], variant["asks_rules"]) == (False, True)
    run = done(planner.post(f"backorder-variants/{variant['id']}/simulate", None), 201)
    [lost] = done(planner.get(f"backorder-runs/{run['id']}/changes?verdict=worse"))["items"]
    assert (lost["served"]["rule"], lost["served"]["state"], lost["lost"]) == ("R1", "open", "3")
    goods = lost["served"]["goods"]
    assert [(one["product"], one["site"], one["ordered"], one["rule"]) for one in goods] == [
        ("HELMET", "HAM", "7", ""), ("HELMET", "ROT", "3", "R1"),
    ]  # fmt: skip
    assert [one["quantity"] for one in goods[1]["promised"]] == ["3"]
    assert lost["rule"] == "Rule R1: other goods serve what the run leaves short or late."
    [won] = done(planner.get(f"backorder-runs/{run['id']}/changes?verdict=better"))["items"]
    assert won["served"] is None


def test_a_segment_says_whom_it_means(small, caller):
    planner = caller("production_scheduler")
    chosen = {"events": ["rush"], "customer_groups": ["dealer"]}
    segment = {"name": "Dealers", "strategy": "win", "filter": chosen}
    made = done(planner.post("backorder-variants", asked(small, segments=[segment])), 201)
    assert made["segments"][0]["filter"] == chosen
    for wrong in ({"regions": ["XX"]}, {"sales_organisations": ["NONE"]}, {"events": ["quotation"]}):
        named = {**segment, "filter": wrong}
        assert planner.post("backorder-variants", asked(small, name="Two", segments=[named])).status_code == 422


def test_a_change_names_the_quota_that_limits_it(small, caller):
    scarce(small)
    Planner(Desk(small)).quota("HELMET", ("ALPHA", company.NEXT_MONDAY, 7), ("BETA", company.NEXT_MONDAY, 4))
    planner = caller("production_scheduler")
    variant = done(planner.post("backorder-variants", asked(small)), 201)
    run = done(planner.post(f"backorder-variants/{variant['id']}/simulate", None), 201)
    [won] = done(planner.get(f"backorder-runs/{run['id']}/changes?customer=BETA"))["items"]
    assert won["limit"].startswith("Quota of customer BETA in week 11 of 2026 is used up")
    assert won["quotas"] == [
        {"quota": "QHELMET", "values": {"customer": "BETA"}, "period": "week 11 of 2026", "before": "0", "after": "4"}
    ]


def test_a_variant_is_written_anew(small, caller):
    planner = caller("production_scheduler")
    variant = done(planner.post("backorder-variants", asked(small)), 201)
    address = f"backorder-variants/{variant['id']}"
    changed = asked(small, name="Beta", rhythm="daily", at="06:30", worse_share_max=200)
    assert_refused(planner.send("PUT", address, changed), 428, "version_missing")
    answer = planner.send("PUT", address, changed, If_Match='"1"')
    assert (done(answer)["name"], answer.json()["at"]) == ("Beta", "06:30")
    assert done(planner.get("backorder-variants"))["items"][0]["version"] == 2
    other = Company.objects.create(code="20", name="Other", currency_id="EUR", country_id="DE")
    elsewhere = asked(small, company=other.pk)
    assert_refused(planner.send("PUT", address, elsewhere, If_Match='"2"'), 422, "other_company")


def test_what_is_wrong_is_told_by_row_and_field(small, caller):
    planner = caller("production_scheduler")
    wrong = asked(small)
    wrong["segments"][1]["filter"] = {"products": ["GONE"]}
    refusal = assert_refused(planner.post("backorder-variants", wrong), 422, "wrong_selection")
    assert (refusal["errors"][0]["row"], refusal["errors"][0]["field"]) == (2, "products")
    assert_refused(planner.post("backorder-variants", asked(small, rhythm="daily")), 422, "wrong_variant")
    assert planner.post("backorder-variants", asked(small, at="half past")).status_code == 422
    assert_refused(caller("representative").post("backorder-variants", asked(small)), 403, "not_allowed")
    assert_refused(planner.get("backorder-runs/999999"), 404, "not_found")


def test_variants_come_in_as_a_file_a_row_for_each_segment(small, caller):
    planner = caller("production_scheduler")
    row = dict.fromkeys(FIELDS, "") | {"company": small.company.code, "name": "Night", "strategy": "improve"}
    rows = [row | {"segment": "All"}, row | {"segment": "Wrong", "customers": "NOBODY"}]
    file = "\n".join([",".join(FIELDS), *(",".join(one.values()) for one in rows)]).encode()
    address = "imports/backorder-variants"
    looked = planner.send(
        "POST", f"{address}?preview=true", file, content_type="text/csv", Idempotency_Key="look"
    ).json()
    assert [(one["row"], one["field"]) for one in looked["refusals"]] == [(1, "name"), (2, "customers")]
    fine = file.replace(b"NOBODY", b"BETA")
    for _ in range(2):
        answer = planner.send("POST", address, fine, content_type="text/csv", Idempotency_Key="all")
        assert (answer.status_code, answer.json()["created"]) == (200, 2)
    [shown] = planner.get("backorder-variants").json()["items"]
    assert ([one["name"] for one in shown["segments"]], shown["version"]) == (["All", "Wrong"], 1)
