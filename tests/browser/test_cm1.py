"""CM-1 by clicks: from the quotation to the cleared payment, each step at the desk of the role whose work it is."""

from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from tests import company as companies
from tests.browser.conftest import SIZE
from troth.platform.models import RoleGrant

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery"
ROLES = {
    "rita": "representative",
    "tara": "transport_coordinator",
    "walter": "warehouse_clerk",
    "bill": "billing_clerk",
    "cora": "receivables_clerk",
}


@pytest.fixture
def company(transactional_db):
    small = companies.build()
    companies.put_in_stock(small, "HELMET", 50)
    small.sites["HAM"].papers_before_issue = True
    small.sites["HAM"].save()
    for name, role in ROLES.items():
        user = get_user_model().objects.create_user(name, password=PASSWORD)
        RoleGrant.objects.create(user=user, role=role)
    return small


@pytest.fixture
def desk(company, live_server, chromium_browser: Browser):
    """`desk("rita")` is a page in which she has signed in; what her browser complains of fails the test."""
    contexts, faults = [], []

    def sit_down(name: str) -> Page:
        context = chromium_browser.new_context(base_url=live_server.url, viewport=SIZE, locale="en-US")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{name}: {error}"))
        page.on("console", lambda line: faults.append(f"{name}: {line.text}") if line.type == "error" else None)
        page.on(
            "request",
            lambda sent: None if sent.url.startswith(live_server.url) else faults.append(f"{name} asked {sent.url}"),
        )
        page.goto("/sign-in/")
        page.fill("[name=username]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{live_server.url}/")
        return page

    yield sit_down
    for context in contexts:
        context.close()
    assert faults == []


def test_an_order_is_carried_from_the_quotation_to_the_cleared_payment(desk):
    rita = desk("rita")
    order = quote_and_order(rita)
    deliver_and_ship(desk("tara"), desk("walter"), order)
    invoice = bill_it(desk("bill"))
    pay_it(desk("cora"), invoice)

    rita.get_by_role("link", name="Orders", exact=True).first.click()
    rita.locator(".row-link", has_text=order).click()
    expect(rita.locator("h1 .chip")).to_have_text("Paid")
    rita.get_by_role("link", name="Flow").click()
    expect(rita.locator("svg.flow")).to_be_visible()
    flow = rita.locator("svg.flow").text_content() or ""
    assert all(kind in flow for kind in ("Quotation", "Order", "Delivery", "Invoice", "Payment"))
    rita.get_by_role("link", name="History").click()
    expect(rita.locator(".history")).to_contain_text("Submitted")


def quote_and_order(page: Page) -> str:
    page.get_by_role("link", name="Quotations", exact=True).first.click()
    page.get_by_role("link", name="New quotation").first.click()
    page.fill("[name=customer]", "BETA")
    page.fill("[name=valid_to_on]", (date.today() + timedelta(days=30)).isoformat())
    page.locator("[name=rows-0-product]").press_sequentially("HELM")
    expect(page.locator(".offer")).to_have_count(1)
    page.press("[name=rows-0-product]", "Tab")
    expect(page.locator("[name=rows-0-product]")).to_have_value("HELMET")
    page.fill("[name=rows-0-quantity]", "2")
    page.get_by_role("button", name="Save and send").click()
    expect(page.locator("h1 .chip")).to_have_text("Sent")
    page.get_by_role("link", name="Make order").click()
    page.fill("[name=customer_reference]", "PO-77")
    page.fill("[name=requested_on]", (date.today() + timedelta(days=14)).isoformat())
    page.get_by_role("button", name="Make order").click()
    expect(page.locator("h1 .chip")).to_have_text("Confirmed")
    page.get_by_role("link", name="Promise", exact=True).click()
    expect(page.locator("#tab-region")).to_contain_text("from stock")
    return page.locator("h1").inner_text().split()[1]


def deliver_and_ship(tara: Page, walter: Page, order: str) -> None:
    tara.goto("/due/?horizon=30")
    row = tara.locator("tr", has_text=order)
    row.locator("[name=selected]").check()
    tara.get_by_role("button", name="Create deliveries of one order").click()
    tara.locator("td a").first.click()
    expect(tara.locator("h1 .chip")).to_have_text("To pick")
    delivery = tara.locator("h1").inner_text().split()[1]
    tara.get_by_role("link", name="Deliveries", exact=True).first.click()
    tara.locator("tr", has_text=delivery).locator("[name=selected]").check()
    tara.get_by_role("button", name="Put one delivery on a new shipment").click()
    tara.locator("td a").first.click()
    shipment = tara.url

    walter.goto(shipment)
    walter.get_by_role("button", name="Create transfer order").click()
    expect(walter.locator("#tab-region")).to_contain_text("A-01")
    walter.get_by_role("button", name="Confirm all as picked").click()
    expect(walter.locator("h1 .chip")).to_have_text("Picked")
    walter.goto(shipment)
    walter.get_by_role("link", name=delivery).first.click()
    walter.get_by_role("button", name="Print the delivery note").click()
    expect(walter.locator("#tab-region")).to_contain_text("Up to date")

    tara.goto(shipment)
    tara.get_by_role("button", name="Start loading").click()
    tara.get_by_role("button", name="Post goods issue of all").click()
    tara.get_by_role("button", name="Depart").click()
    expect(tara.locator("h1 .chip")).to_have_text("Departed")


def bill_it(page: Page) -> str:
    page.get_by_role("link", name="Due for billing").first.click()
    page.locator("[name=selected]").check()
    page.get_by_role("button", name="Create the invoice of one document").click()
    expect(page.locator("h1 .chip")).to_have_text("Open")
    return page.locator("h1").inner_text().split()[1]


def pay_it(page: Page, invoice: str) -> None:
    page.get_by_role("link", name="Open items").first.click()
    page.locator(".row-link", has_text=invoice).click()
    page.get_by_role("link", name="Enter payment").click()
    page.get_by_role("button", name="Propose clearing").click()
    expect(page.locator("[data-row] .told").first).to_have_text(invoice)
    page.get_by_role("button", name="Post payment").click()
    expect(page.locator("h1 .chip")).to_have_text("Posted")
    expect(page.locator("#tab-region")).to_contain_text(invoice)
