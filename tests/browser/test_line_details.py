"""A representative says how a line is to be confirmed: in its details, checked while typed, kept with the draft."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests import company as companies
from tests.browser.entering import box, enter_head, sign_in
from tests.browser.test_accessible import RULES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rita(transactional_db, page: Page) -> Page:
    companies.put_in_stock(companies.build(), "HELMET", 5)
    return sign_in(page, "rita")


def test_the_details_are_typed_checked_and_kept(rita):
    enter_head(rita)
    box(rita, 1, "product").fill("HELMET")
    box(rita, 1, "quantity").fill("8")
    promise = rita.locator("[data-promise]").first
    expect(promise).to_contain_text("3 piece short")
    rita.keyboard.press("Alt+Enter")
    expect(box(rita, 1, "site")).to_be_focused()
    box(rita, 1, "delivery_mode").select_option("complete")
    expect(promise).to_contain_text("8 piece short")
    expect(rita.locator("[data-this-line]")).to_contain_text("all on one day")
    box(rita, 1, "delivery_group").fill("two")
    expect(box(rita, 1, "delivery_group")).to_have_attribute("aria-invalid", "true")
    expect(rita.locator("[data-missing]")).to_contain_text("Enter a number")
    box(rita, 1, "delivery_group").fill("2")
    box(rita, 1, "is_fixed").select_option("true")
    box(rita, 1, "route").select_option("ROT-ROAD")
    expect(rita.locator("[data-missing]")).to_be_hidden()
    assert [one["id"] for one in Axe().run(rita, options={"runOnly": RULES}).response["violations"]] == []
    rita.keyboard.press("Control+s")
    expect(rita.locator("#tab-region")).to_contain_text("all on one day · delivery group 2 · quantity and date fixed")
    rita.goto(re.sub(r"\?.*", "", rita.url) + "change/")
    kept = {"delivery_mode": "complete", "delivery_group": "2", "is_fixed": "true", "route": "ROT-ROAD"}
    for field, value in kept.items():
        expect(box(rita, 1, field)).to_have_value(value)
