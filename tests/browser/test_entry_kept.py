"""Nothing that was typed is lost: the draft is saved by itself, and the browser keeps what the server does not have."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from tests import company as companies
from tests.browser.conftest import SIZE
from tests.browser.entering import PASSWORD, box, enter_head, sign_in, values
from troth.business.sales.models import Order, OrderLine

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 10_000


@pytest.fixture
def small(transactional_db):
    built = companies.build()
    companies.put_in_stock(built, "HELMET", 50)
    return built


@pytest.fixture
def rita(small, page: Page) -> Page:
    return sign_in(page, "rita")


def type_line(page: Page, row: int, product: str, quantity: str) -> None:
    box(page, row, "product").press_sequentially(product)
    page.keyboard.press("Tab")
    box(page, row, "quantity").press_sequentially(quantity)


def saved(page: Page) -> None:
    """Wait until the page says that its draft is saved."""
    expect(page.locator("[data-state]")).to_contain_text("saved as a draft", timeout=SOON)


def written(page: Page, *quantities: str) -> None:
    """Wait until these quantities stand in the lines of the only order."""
    for _ in range(100):
        lines = OrderLine.objects.order_by("line_number").values_list("quantity", flat=True)
        if tuple(map(str, lines)) == quantities:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{quantities} were not saved")


def test_a_draft_is_saved_by_itself_once_and_goes_on_as_that_draft(rita):
    enter_head(rita)
    type_line(rita, 1, "HELMET", "3")
    saved(rita)
    order = Order.objects.get()
    assert (order.state, order.net) == ("draft", 15_000)
    assert rita.url.endswith(f"/orders/{order.pk}/change/")
    rita.keyboard.press("Enter")
    type_line(rita, 2, "GLOVE", "2")
    written(rita, "3", "2")
    rita.keyboard.press("Control+Enter")
    expect(rita.locator("h1 .chip")).to_have_text("Partly confirmed")
    order.refresh_from_db()
    assert (Order.objects.count(), order.state, order.net) == (1, "submitted", 19_000)


def test_what_is_typed_while_the_session_has_ended_is_back_after_signing_in(rita):
    enter_head(rita)
    type_line(rita, 1, "HELMET", "3")
    Session.objects.all().delete()
    rita.keyboard.press("Enter")
    type_line(rita, 2, "NOTHING", "many")
    expect(rita.locator("[data-notice]")).to_contain_text("You are signed out", timeout=SOON)
    rita.get_by_role("button", name="Sign in and go on").click()
    rita.fill("[name=username]", "rita")
    rita.fill("[name=password]", "correct horse battery")
    rita.press("[name=password]", "Enter")
    expect(rita.locator("[data-notice]")).to_contain_text("What you typed before is back")
    expect(rita.locator("[name=customer]")).to_have_value("ALPHA")
    assert values(rita, "product")[:2] == ["HELMET", "NOTHING"]
    assert values(rita, "quantity")[:2] == ["3", "many"]


def test_the_back_button_brings_back_what_was_typed(rita):
    enter_head(rita)
    type_line(rita, 1, "NOTHING", "3")
    rita.goto("/orders/")
    rita.go_back()
    expect(box(rita, 1, "product")).to_have_value("NOTHING")
    expect(rita.locator("[name=customer]")).to_have_value("ALPHA")
    assert Order.objects.count() == 0


def test_rows_that_cannot_be_read_stay_in_the_browser_while_the_others_are_saved(rita):
    enter_head(rita)
    type_line(rita, 1, "HELMET", "3")
    rita.keyboard.press("Enter")
    type_line(rita, 2, "NOTHING", "1")
    rita.keyboard.press("Enter")
    expect(rita.locator("[data-state]")).to_contain_text("rows to mend are kept in this browser", timeout=SOON)
    assert Order.objects.get().net == 15_000
    rita.reload()
    expect(box(rita, 2, "product")).to_have_value("NOTHING")
    assert values(rita, "quantity")[:2] == ["3", "1"]


def test_the_second_on_a_draft_is_told_who_changed_what_and_merges(rita, chromium_browser: Browser, live_server):
    enter_head(rita)
    type_line(rita, 1, "HELMET", "3")
    rita.keyboard.press("Enter")
    type_line(rita, 2, "GLOVE", "2")
    written(rita, "3", "2")
    context = chromium_browser.new_context(base_url=live_server.url, viewport=SIZE, locale="en-US")
    otto = sign_in(context.new_page(), "otto", "operations_team")
    otto.goto(rita.url)
    box(otto, 1, "quantity").fill("5")
    written(otto, "5", "2")
    box(rita, 2, "quantity").fill("4")
    notice = rita.locator("[data-notice]")
    expect(notice).to_contain_text("otto saved this draft", timeout=SOON)
    expect(notice).to_contain_text("row 1 Quantity 3 → 5")
    rita.get_by_role("button", name="Merge").click()
    assert values(rita, "quantity")[:2] == ["5", "4"]
    written(rita, "5", "4")
    rita.reload()
    assert values(rita, "quantity")[:2] == ["5", "4"]
    context.close()


def test_rows_that_were_added_are_back_after_signing_in(small, page):
    sign_in(page, "mona", "master_data")
    page.goto("/stock/opening/")
    page.get_by_role("button", name="Add rows").click()
    expect(page.locator("[data-row]")).to_have_count(10)
    page.fill("[name=rows-0-bin]", "A-01")
    page.fill("[name=rows-9-bin]", "A-02")
    page.fill("[name=rows-9-quantity]", "7")
    Session.objects.all().delete()
    page.locator("button[data-submit]").click()
    page.fill("[name=username]", "mona")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("[data-kept]")).to_be_visible()
    expect(page.locator("[name=rows-0-bin]")).to_have_value("A-01")
    expect(page.locator("[name=rows-9-bin]")).to_have_value("A-02")
    expect(page.locator("[name=rows-9-quantity]")).to_have_value("7")
    expect(page.locator("[data-row]")).to_have_count(10)
    expect(page.locator("[name=rows-TOTAL_FORMS]")).to_have_value("10")
    assert page.input_value("[name=rows-INITIAL_FORMS]") == "0"
