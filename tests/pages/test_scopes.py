"""Scopes of check on the pages: kept in a form, and tried on a product."""

import re

import time_machine

from troth.business.masterdata.models import AvailabilityGroup, CheckingScope

NOW = "2026-03-02T08:00:00Z"
PROMISED = ["order", "delivery", "hold", "reservation", "transfer_out"]


def said(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@time_machine.travel(NOW)
def test_a_scope_is_made_in_a_form_and_a_group_uses_it(world, sign_in):
    browser = sign_in("master_data")
    sent = {
        "code": "bare", "name": "Bare", "supply": ["stock"], "demand": PROMISED, "lead_time": "no",
        "overdue_receipt_days": "7", "horizon_days": "90", "is_active": "yes",
    }  # fmt: skip
    browser.post("/checking-scopes/new/", {**sent, "_key": "one"})
    scope = CheckingScope.objects.get(code="bare")
    assert (scope.supply, scope.demand, scope.at_hand) == ("stock", ", ".join(PROMISED), "")
    page = browser.get(f"/checking-scopes/{scope.pk}/").content.decode()
    assert re.search(r'value="stock"[^>]*checked', page)
    assert not re.search(r'value="purchase"[^>]*checked', page)

    refused = browser.post(f"/checking-scopes/{scope.pk}/", {**sent, "supply": [], "version": "1"})
    assert refused.status_code == 422
    refused = browser.post(f"/checking-scopes/{scope.pk}/", {**sent, "demand": ["order"], "version": "1"})
    assert (refused.status_code, "it would be promised twice" in said(refused)) == (422, True)

    group = AvailabilityGroup.objects.get()
    scopes = {f"{event}_scope": event for event in ("order", "rush", "delivery", "quotation", "component")}
    fields = {"code": "standard", "name": "Standard", **scopes, "order_scope": "bare", "version": group.version}
    browser.post(f"/availability-groups/{group.pk}/", fields)
    assert AvailabilityGroup.objects.get().order_scope_id == scope.pk
    assert "standard" in said(browser.get("/checking-scopes/"))


@time_machine.travel(NOW)
def test_a_scope_is_tried_on_a_product_and_says_why(company, world, sign_in):
    url = world.url("/checking-scopes/{scope}/try/")
    browser = sign_in("operations_team")
    asked = {"product": "FRAME", "site": "HAM", "quantity": "100000", "on": "2026-03-09"}
    answer = said(browser.get(url, asked))
    assert "cannot be confirmed" in answer
    assert "purchase order" in answer or "no receipt is known" in answer
    assert "There is no product NONE" in said(browser.get(url, {**asked, "product": "NONE"}))
    assert "Enter a quantity above zero" in said(browser.get(url, {**asked, "quantity": "0"}))


@time_machine.travel(NOW)
def test_the_coverage_report_is_read_filtered_and_taken_out(world, sign_in):
    browser = sign_in("production_scheduler")
    assert "FITTING" in said(browser.get("/availability/coverage/"))
    assert "FITTING" not in said(browser.get("/availability/coverage/", {"reason": "no_supply"}))
    file = b"".join(browser.get("/availability/coverage/", {"export": "csv"}).streaming_content).decode()
    assert "FITTING" in file
    assert "Products without a check" in said(browser.get("/"))


@time_machine.travel(NOW)
def test_the_availability_overview_keeps_categories_apart_and_says_who_holds_what(world, sign_in):
    browser = sign_in("production_scheduler")
    asked = {"product": "FRAME", "site": "HAM"}
    page = said(browser.get("/availability/", asked))
    assert "By category" in page
    assert "Who holds it" in page
    assert "Purchase orders counted" in page
    stands = page[page.index("Who stands behind it") :]
    assert "PO-1" in stands
    CheckingScope.objects.create(code="bare", name="Bare", supply="stock", demand=", ".join(PROMISED))
    page = said(browser.get("/availability/", {**asked, "scope": "bare"}))
    assert "Purchase orders not counted" in page
    assert browser.get("/availability/", {**asked, "scope": "hope"}).status_code == 422
    link = f"/checking-scopes/{CheckingScope.objects.get(code='bare').pk}/try/"
    assert link in sign_in("master_data").get("/availability/", {**asked, "scope": "bare"}).content.decode()
