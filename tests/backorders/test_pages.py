"""A planner's way through the pages: a variant, its segments, a simulation, what it changes and why, and back again."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from tests import company
from tests.backorders.test_protection import keep
from tests.backorders.test_quotas import Planner
from troth.business.backorders.models import Change, Run, Segment, Variant
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.masterdata.models import AvailabilityRule, AvailabilityRuleStep
from troth.business.sales import actions as sales
from troth.business.sales.models import OrderLine
from troth.platform.actors import SYSTEM
from troth.platform.models import RoleGrant

HEAD = {
    "name": "Morning", "only": "all", "with_unconfirmed": "on", "win_reaction": "fallback", "win_fallback": "improve",
    "gain_reaction": "fallback", "gain_fallback": "improve", "rhythm": "never", "worse_share": "60",
}  # fmt: skip


@pytest.fixture
def browser(desk):
    user = get_user_model().objects.create_user("planner", password="x")
    RoleGrant.objects.create(user=user, role="production_scheduler")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def variant(browser, desk):
    browser.post(reverse("backorders:variant-create"), {**HEAD, "company": desk.small.company.pk, "_key": "k"})
    return Variant.objects.get()


def segment(browser, variant, **fields):
    given = {"only": "all", "first": "priority", **fields}
    return browser.post(reverse("backorders:segment-create", args=[variant.pk]), given)


def text(answer):
    return answer.content.decode()


def test_a_variant_begins_with_one_segment_and_gets_more(browser, variant):
    answer = segment(browser, variant, name="Beta first", strategy="win", customers="BETA")
    assert answer.status_code == 302
    assert [(one.name, one.strategy) for one in variant.segments.all()] == [
        ("All lines", "improve"), ("Beta first", "win"),
    ]  # fmt: skip
    shown = text(browser.get(reverse("backorders:variant", args=[variant.pk])))
    assert "Gets all of it on the wished day, before all others." in shown
    assert "customers: BETA" in shown


def test_segments_move_and_go(browser, variant):
    segment(browser, variant, name="Beta first", strategy="win", customers="BETA")
    browser.post(reverse("backorders:segment-up", args=[Segment.objects.get(name="Beta first").pk]))
    assert [one.name for one in variant.segments.all()] == ["Beta first", "All lines"]
    browser.post(reverse("backorders:segment-remove", args=[Segment.objects.get(name="All lines").pk]))
    assert [(one.name, one.position) for one in variant.segments.all()] == [("Beta first", 1)]


def test_what_is_wrong_in_a_segment_is_said_at_its_field(browser, variant):
    answer = segment(browser, variant, name="Beta", strategy="win", customers="NOBODY")
    assert answer.status_code == 422
    assert "There is no NOBODY here." in text(answer)
    answer = segment(browser, variant, name="Beta", strategy="win", priority_from="5", priority_until="1")
    assert "It ends before it begins." in text(answer)
    assert variant.segments.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("worse_share", "101", "Enter a share from 0 to 100 percent."),
        ("worse_share", "much", "Enter a share from 0 to 100 percent."),
        ("rhythm", "daily", "Enter the time of day at which it runs."),
        ("win_fallback", "gain", ""),
    ],
)
def test_what_is_wrong_in_the_head_is_said_at_its_field(browser, variant, field, value, said):
    answer = browser.post(reverse("backorders:variant-change", args=[variant.pk]), {**HEAD, field: value})
    assert answer.status_code == (422 if said else 302)
    assert said in text(answer)


def test_from_the_simulation_to_its_undoing(browser, variant, scarce):
    change = reverse("backorders:segment-change", args=[variant.segments.get().pk])
    browser.post(change, {"name": "All", "strategy": "redistribute", "only": "all", "first": "smallest"})
    browser.post(reverse("backorders:variant-simulate", args=[variant.pk]))
    run = Run.objects.get()
    page = reverse("backorders:run", args=[run.pk])
    assert "Approve" in text(browser.get(page))
    for step, state in (("approve", "approved"), ("apply", "applied"), ("undo", "undone")):
        browser.post(reverse(f"backorders:run-{step}", args=[run.pk]))
        run.refresh_from_db()
        assert run.state == state
    assert scarce.promised(scarce.first) == [[(10, company.NEXT_WEDNESDAY)]]
    undoing = Run.objects.latest("pk")
    assert f"Undoing of {run.number}" in text(browser.get(reverse("backorders:run", args=[undoing.pk])))
    assert "Restored as it was before the run." in text(
        browser.get(reverse("backorders:change", args=[undoing.changes.earliest("pk").pk]))
    )


def test_a_change_says_the_rule_and_who_took_the_goods(browser, scarce):
    run = scarce.simulated()
    lost, won = Change.objects.get(run=run, verdict="worse"), Change.objects.get(run=run, verdict="better")
    shown = text(browser.get(reverse("backorders:change", args=[lost.pk])))
    assert "Redistribute: others come before it, by strategy or by rank." in shown
    assert reverse("backorders:change", args=[won.pk]) in shown
    assert reverse("promising:promise", args=[lost.requirement_id]) in shown
    back = text(browser.get(reverse("backorders:change", args=[won.pk])))
    assert "From whom it took what it gained" in back
    assert reverse("backorders:change", args=[lost.pk]) in back


def test_a_variant_asks_rules_and_a_change_says_what_they_let_serve_the_line(browser, variant, scarce):
    small = scarce.small
    shown = text(browser.get(reverse("backorders:variant", args=[variant.pk])))
    assert "not asked" in shown
    address = reverse("backorders:variant-change", args=[variant.pk])
    given = {**HEAD, "company": small.company.pk, "asks_rules": "on", "_key": "k2"}
    assert browser.post(address, given).status_code == 302
    assert "asked for what stays short or late" in text(browser.get(reverse("backorders:variant", args=[variant.pk])))
    assert "checked" in text(browser.get(address)).split('name="asks_rules"')[1].split(">")[0]
    rule = AvailabilityRule.objects.create(
        code="R1", name="R1", product=small.products["HELMET"], valid_from_on=company.LONG_AGO, asked_in_runs=True
    )
    AvailabilityRuleStep.objects.create(rule=rule, position=1, site=small.sites["ROT"])
    company.put_in_stock(small, "HELMET", 3, site="ROT")
    browser.post(reverse("backorders:variant-simulate", args=[variant.pk]))
    change = Change.objects.get(turn=1)
    listed = text(browser.get(reverse("backorders:changes", args=[change.run_id])))
    assert "(R1: 3 piece HELMET from ROT)" in listed
    page = text(browser.get(reverse("backorders:change", args=[change.pk])))
    assert "Rule R1: other goods serve what the run leaves short or late." in page
    assert "What serves it by a rule" in page
    shown = text(browser.get(reverse("backorders:run", args=[change.run_id])))
    assert "Served by a rule" in shown
    assert "Proposed: 1" in shown


def test_a_change_names_the_quota_that_limits_and_what_is_used_of_it(browser, desk):
    Planner(desk).quota("HELMET", ("BETA", company.NEXT_MONDAY, 4))
    order = desk.order("BETA", ("HELMET", 6))
    desk.stock("HELMET", 10)
    change = desk.applied(SegmentDraft("All", "redistribute")).changes.get(document_id=order)
    shown = text(browser.get(reverse("backorders:change", args=[change.pk])))
    assert "Quota of customer BETA in week 11 of 2026 is used up; nothing more is planned after it." in shown
    assert "What it uses of quotas" in shown
    assert "week 11 of 2026" in shown.split("What it uses of quotas")[1]
    promise = text(browser.get(reverse("promising:promise", args=[change.requirement_id])))
    assert "Quota of customer BETA in week 11 of 2026 is used up" in promise


def test_a_promise_leads_to_the_run_that_made_it_and_the_run_to_the_promise(browser, scarce):
    run = scarce.applied()
    change = run.changes.get(verdict="better")
    promise = reverse("promising:promise", args=[change.requirement_id])
    assert promise in text(browser.get(reverse("backorders:change", args=[change.pk])))
    page = text(browser.get(promise))
    assert "Promised by" in page
    assert reverse("backorders:run", args=[run.pk]) in page
    history = text(browser.get(promise + "?tab=history"))
    assert history.count(run.number) > text(browser.get(promise + "?tab=why")).count(run.number)
    undoing = scarce.undo(run)
    assert undoing.number in text(browser.get(promise))


def test_a_promise_that_no_run_made_names_none(browser, scarce):
    run = scarce.simulated()
    page = text(browser.get(reverse("promising:promise", args=[run.changes.first().requirement_id])))
    assert "Promised by" not in page


def test_changes_are_filtered_and_written_to_a_file(browser, scarce):
    run = scarce.simulated()
    taker = Change.objects.get(run=run, verdict="better").document_number
    address = reverse("backorders:changes", args=[run.pk])
    assert (
        taker not in text(browser.get(f"{address}?verdict=worse&customer=ALPHA")).split("row-link")[1].split("</a>")[0]
    )
    file = b"".join(browser.get(f"{address}?taker={taker}&export=csv").streaming_content).decode()
    [_head, row] = file.strip().splitlines()
    assert taker in row
    assert "ALPHA" in row


def test_a_change_says_what_is_kept_for_others(browser, desk):
    keep(desk, 6)
    desk.order("ALPHA", ("HELMET", 6))
    desk.stock("HELMET", 10)
    run = desk.simulated(SegmentDraft("All", "redistribute"))
    shown = text(browser.get(reverse("backorders:change", args=[run.changes.get().pk])))
    assert "6 piece are kept for other customers." in shown


def test_beyond_the_limits_the_page_says_what_to_do(browser, variant, scarce):
    browser.post(reverse("backorders:variant-change", args=[variant.pk]), {**HEAD, "worse_share": "2"})
    change = reverse("backorders:segment-change", args=[variant.segments.get().pk])
    browser.post(change, {"name": "All", "strategy": "lose", "only": "all"})
    browser.post(reverse("backorders:variant-simulate", args=[variant.pk]))
    run = Run.objects.get()
    page = reverse("backorders:run", args=[run.pk])
    assert "more than 2 percent" in text(browser.get(page))
    answer = browser.post(reverse("backorders:run-approve", args=[run.pk]), headers={"referer": page}, follow=True)
    assert "let somebody else approve it" in text(answer)
    assert Run.objects.get().state == "simulated"


def test_who_may_only_look_sees_no_buttons(desk, scarce):
    run = scarce.simulated()
    user = get_user_model().objects.create_user("rep", password="x")
    RoleGrant.objects.create(user=user, role="representative")
    client = Client()
    client.force_login(user)
    approve = reverse("backorders:run-approve", args=[run.pk])
    assert approve not in text(client.get(reverse("backorders:run", args=[run.pk])))
    assert client.post(approve).status_code == 403


def test_an_undoing_that_restores_nothing_says_so_and_why(browser, scarce):
    run = scarce.applied()
    sales.cancel_order(scarce.second, reason="no need", by=SYSTEM, clock=scarce.small.clock)
    third = scarce.order("ALPHA", ("HELMET", 6))
    answer = browser.post(reverse("backorders:run-undo", args=[run.pk]), follow=True)
    assert "Nothing could be restored." in text(answer)
    undoing = Run.objects.latest("pk")
    assert {one.document_id: one.left_because for one in undoing.changes.all()} == {
        scarce.first: "gone", scarce.second: "ended",
    }  # fmt: skip
    listed = text(browser.get(reverse("backorders:runs"))).split("<tbody")[1]
    assert (listed.count("Nothing restored"), listed.count("Undone")) == (2, 0)
    for one in (run, undoing):
        page = reverse("backorders:run", args=[one.pk])
        shown = text(browser.get(page))
        assert "Nothing restored" in shown
        assert "None of the lines could be restored." in shown
        left = text(browser.get(f"{page}?tab=left"))
        assert "its earlier goods are promised to others by now" in left
        assert "the line was cancelled or rejected since" in left
        assert "10 piece on" in left
    assert scarce.promised(third) == [[(6, company.NEXT_WEDNESDAY)]]


def test_an_undoing_of_a_part_names_the_rest(browser, scarce):
    scarce.stock("GLOVE", 5)
    gloves = scarce.order("ALPHA", ("GLOVE", 5))
    scarce.order("BETA", ("GLOVE", 5))
    run = scarce.applied()
    line = OrderLine.objects.get(order_id=gloves)
    sales.reject_item(gloves, line.line_number, reason="not needed", by=SYSTEM, clock=scarce.small.clock)
    browser.post(reverse("backorders:run-undo", args=[run.pk]))
    shown = text(browser.get(reverse("backorders:run", args=[run.pk])))
    assert "Undone in part" in shown
    assert "1 of 4 lines were not restored." in shown
    kept = Run.objects.latest("pk").changes.get(state="kept")
    assert "the line was cancelled or rejected since" in text(browser.get(reverse("backorders:change", args=[kept.pk])))


def test_a_run_that_changes_nothing_is_not_offered_for_approval(browser, desk):
    desk.stock("HELMET", 3)
    desk.order("ALPHA", ("HELMET", 5))
    run = desk.simulated()
    assert run.changes.count() == 0
    shown = text(browser.get(reverse("backorders:run", args=[run.pk])))
    assert reverse("backorders:run-approve", args=[run.pk]) not in shown
    assert reverse("backorders:run-discard", args=[run.pk]) in shown
    page = reverse("backorders:run", args=[run.pk])
    answer = browser.post(reverse("backorders:run-approve", args=[run.pk]), headers={"referer": page}, follow=True)
    assert "The run changes nothing, so there is nothing to approve." in text(answer)
    run.refresh_from_db()
    assert run.state == "simulated"
