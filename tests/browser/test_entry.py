"""A representative at the order grid: with the keyboard alone, with rows from a spreadsheet, with mistakes."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests import company as companies
from tests.browser.entering import ON, box, days, enter_head, paste, sign_in, values
from tests.browser.test_accessible import RULES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small(transactional_db):
    built = companies.build()
    companies.put_in_stock(built, "HELMET", 50)
    companies.put_in_stock(built, "GLOVE", 200)
    return built


@pytest.fixture
def rita(small, page: Page) -> Page:
    return sign_in(page, "rita")


def test_three_lines_are_typed_and_submitted_with_the_keyboard_alone(rita):
    rita.goto("/orders/new/")
    press = rita.keyboard
    press.type("ALPHA")
    press.press("Enter")
    press.type(days(28))
    press.press("Enter")
    expect(rita.locator("[data-told]")).to_contain_text("Alpha")
    press.press("F2")
    for product, quantity in (("HELMET", "3"), ("GLOVE", "2"), ("FITTING", "1")):
        press.type(product)
        press.press("Tab")
        press.type(quantity)
        press.press("Enter")
    expect(box(rita, 4, "product")).to_be_focused()
    press.press("ArrowUp")
    press.press("ArrowRight")
    expect(box(rita, 3, "quantity")).to_be_focused()
    press.press("ArrowUp")
    expect(box(rita, 2, "quantity")).to_be_focused()
    expect(rita.locator("[data-net]").first).to_have_text("150.00")
    expect(rita.locator("[data-submit]")).to_contain_text("Submit order: 3 lines confirmed for")
    expect(rita.locator("[data-submit]")).to_contain_text("credit within limit")
    expect(rita.locator("[data-head]")).not_to_have_attribute("open", "")
    press.press("Control+Enter")
    expect(rita.locator("h1 .chip")).to_have_text("Confirmed")
    assert "/new/" not in rita.url


def test_enter_goes_from_the_product_to_its_quantity_and_then_to_the_next_line(rita):
    enter_head(rita)
    box(rita, 1, "product").focus()
    rita.keyboard.type("HELM")
    expect(rita.locator(".offer")).to_have_count(1)
    rita.keyboard.press("Enter")
    expect(box(rita, 1, "product")).to_have_value("HELMET")
    expect(box(rita, 1, "quantity")).to_be_focused()
    rita.keyboard.type("2")
    rita.keyboard.press("Enter")
    expect(box(rita, 2, "product")).to_be_focused()
    assert values(rita, "quantity")[0] == "2"


def test_who_types_before_the_scripts_are_there_is_offered_something_too(rita):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    # the page is there before its scripts are asked for, so their request is waited for
    picker = re.compile(r"/entry/picker\b.*\.js")
    rita.route(picker, hold)
    with rita.expect_request(picker):
        rita.goto("/orders/new/", wait_until="commit")
    rita.locator("[name=rows-0-product]").press_sequentially("HELM")
    assert held
    expect(rita.locator(".offer")).to_have_count(0)
    for one in held:
        one.continue_()
    expect(rita.locator(".offer")).to_have_count(1)


def test_enter_in_the_head_goes_on_and_presses_no_button(rita):
    rita.goto("/orders/new/")
    rita.keyboard.type("ALPHA")
    for _ in range(4):
        rita.keyboard.press("Enter")
    expect(box(rita, 1, "product")).to_be_focused()
    assert rita.url.endswith("/orders/new/")


def test_a_line_is_copied_deleted_and_brought_back(rita):
    enter_head(rita)
    box(rita, 1, "product").fill("HELMET")
    box(rita, 1, "quantity").fill("3")
    rita.keyboard.press("Control+d")
    expect(box(rita, 2, "quantity")).to_be_focused()
    assert values(rita, "product") == ["HELMET", "HELMET"]
    rita.keyboard.press("Control+Delete")
    assert values(rita, "product") == ["HELMET"]
    rita.keyboard.press("Control+z")
    assert values(rita, "product") == ["HELMET", "HELMET"]
    box(rita, 1, "quantity").fill("7")
    rita.keyboard.press("Escape")
    expect(box(rita, 1, "quantity")).to_have_value("3")


def test_a_hundred_rows_come_from_a_spreadsheet_and_the_bad_cells_say_why(rita):
    enter_head(rita)
    rows = [f"GLOVE\t1\tpair\t{days(30)}" for _ in range(97)]
    rows += ["NOTHING\t1", "GLOVE\tmany", f"GLOVE\t1\t\t{ON}nonsense"]
    box(rita, 1, "product").focus()
    paste(rita, "\n".join(["Product\tQuantity\tUnit\tDate", *rows]))
    expect(rita.locator("[data-line]")).to_have_count(100)
    expect(rita.locator("[data-grid-toast]")).to_contain_text("100 rows pasted, 3 to mend")
    assert values(rita, "product")[97] == "NOTHING"
    assert values(rita, "quantity")[98] == "many"
    assert values(rita, "requested_on")[99] == f"{ON}nonsense"
    expect(rita.locator("[data-missing] li")).to_have_count(3)
    expect(rita.locator("[data-submit]")).to_contain_text("3 entries to mend first")
    rita.locator("[data-missing] .side-jump").nth(1).click()
    expect(box(rita, 99, "quantity")).to_be_focused()
    box(rita, 99, "quantity").fill("2")
    expect(rita.locator("[data-missing] li")).to_have_count(2)


def test_semicolons_part_rows_too_and_the_customers_own_number_stands_for_the_product(small, rita):
    from troth.business.masterdata.models import CustomerProduct

    CustomerProduct.objects.create(
        customer=small.customers["ALPHA"], product=small.products["HELMET"], number="A-77 red"
    )
    enter_head(rita)
    box(rita, 1, "product").focus()
    paste(rita, f"GLOVE;2;pair;{days(30)}\n;4;;;A-77 red")
    expect(rita.locator("[data-name]").nth(1)).to_have_text("Helmet")
    expect(rita.locator("[data-net]").nth(1)).to_have_text("200.00")
    assert values(rita, "product") == ["GLOVE", "A-77 red"]


def test_what_is_refused_on_submitting_is_marked_where_it_stands(rita):
    enter_head(rita)
    box(rita, 1, "product").fill("HELMET")
    box(rita, 1, "quantity").fill("1.5")
    rita.keyboard.press("Control+Enter")
    expect(rita.locator(".line-wrong [data-field=quantity]")).to_have_attribute("aria-invalid", "true")
    expect(box(rita, 1, "quantity")).to_have_value("1.5")
    # Kept as a draft by now or not yet, but not submitted.
    assert rita.url.endswith(("/orders/new/", "/change/"))


def test_a_quotation_is_entered_in_the_same_grid(rita):
    rita.goto("/quotations/new/")
    rita.keyboard.type("ALPHA")
    rita.keyboard.press("Enter")
    rita.keyboard.type(days(30))
    box(rita, 1, "product").focus()
    rita.keyboard.type("HELMET")
    rita.keyboard.press("Tab")
    rita.keyboard.type("2")
    expect(rita.locator("[data-submit]")).to_contain_text("Save and send: 1 line confirmed")
    rita.keyboard.press("Control+Enter")
    expect(rita.locator("h1 .chip")).to_have_text("Sent")
    assert "/quotations/" in rita.url


def test_a_draft_that_is_opened_again_keeps_its_lines(rita):
    enter_head(rita)
    box(rita, 1, "product").fill("HELMET")
    box(rita, 1, "quantity").fill("3")
    box(rita, 1, "requested_on").fill(days(30))
    rita.keyboard.press("Control+s")
    expect(rita.locator("h1 .chip")).to_have_text("Draft")
    rita.goto(f"{rita.url}change/")
    expect(rita.locator("[data-net]").first).to_have_text("150.00")
    box(rita, 1, "quantity").fill("5")
    rita.keyboard.press("Control+s")
    expect(rita.locator("#tab-region")).to_contain_text("250.00")
    assert "/change/" not in rita.url


def test_a_quantity_that_does_not_fit_offers_the_one_to_order(small, rita):
    product = small.products["HELMET"]
    product.minimum_quantity, product.multiple_quantity = 10, 4
    product.save()
    enter_head(rita)
    box(rita, 1, "product").fill("HELMET")
    box(rita, 1, "quantity").fill("9")
    expect(rita.locator("[data-missing]")).to_contain_text("Row 1 needs at least 10 piece and in multiples of 4 piece")
    rita.locator("[data-missing]").get_by_role("button", name="Use 12").click()
    expect(rita.locator("[data-missing]")).to_be_hidden()
    assert values(rita, "quantity")[0] == "12"


@pytest.fixture
def proposed(small):
    """A rule that asks first: helmets that are short are served from Rotterdam, or by frames."""
    from troth.business.masterdata import models

    rule = models.AvailabilityRule.objects.create(
        code="R1", name="Short", product=small.products["HELMET"], valid_from_on=companies.LONG_AGO, mode="proposed"
    )
    models.AvailabilityRuleStep.objects.create(rule=rule, position=1, site=small.sites["ROT"])
    models.AvailabilityRuleStep.objects.create(rule=rule, position=2, product=small.products["FRAME"])
    companies.put_in_stock(small, "HELMET", 6, site="ROT")
    companies.put_in_stock(small, "FRAME", 40)


def test_what_rules_propose_for_a_short_line_stands_below_it_and_one_key_takes_one(proposed, rita):
    enter_head(rita)
    box(rita, 1, "product").fill("HELMET")
    box(rita, 1, "quantity").fill("60")
    box(rita, 1, "quantity").focus()
    offers = rita.locator(".beside-offer")
    expect(offers).to_have_count(3)
    expect(offers.nth(0)).to_contain_text("together")
    expect(offers.nth(1)).to_contain_text("HELMET · Helmet · ROT")
    expect(offers.nth(2)).to_contain_text("FRAME")
    for theme in ("light", "dark"):
        rita.emulate_media(color_scheme=theme)
        assert [one["id"] for one in Axe().run(rita, options={"runOnly": RULES}).response["violations"]] == []
    taken = []
    for choice, subs in (("take", 2), ("HELMET@ROT", 1), ("FRAME@HAM", 1), ("", 0)):
        rita.keyboard.press("Alt+a")
        expect(rita.locator(".beside-role", has_text="serves the rest")).to_have_count(subs)
        taken.append(box(rita, 1, "alternatives").input_value())
        assert taken[-1] == choice
    expect(offers).to_have_count(3)
    offers.nth(2).get_by_role("button").click()
    expect(rita.locator("[data-submit]")).to_contain_text("Submit order: 1 line confirmed")
    rita.keyboard.press("Control+Enter")
    expect(rita.locator("h1 .chip")).to_have_text("Confirmed")
