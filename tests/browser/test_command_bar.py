"""The command bar by keyboard: found while typing, chosen by arrows, opened by Enter, left by Escape."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from tests.browser.conftest import signed_in
from troth.platform.models import RoleGrant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(page):
    """A representative's page."""
    user = get_user_model().objects.create_user("rita", password="x")
    RoleGrant.objects.create(user=user, role="representative")
    return signed_in(page, user)


def test_a_code_is_typed_and_entered(desk):
    desk.keyboard.press("/")
    field = desk.get_by_role("combobox", name="Go to a screen")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    desk.keyboard.type("va01")
    option = desk.get_by_role("option", name="Create an order")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    expect(desk.get_by_text("1 found")).to_be_attached()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/orders/new/")
    assert desk.title() == "New order · Troth"


def test_a_code_entered_before_the_answer_comes_opens_too(desk):
    desk.keyboard.press("Control+k")
    desk.keyboard.type("VA21")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/quotations/new/")
    assert desk.title() == "New quotation · Troth"


def test_arrows_walk_the_options_and_escape_closes_and_then_leaves(desk):
    desk.keyboard.press("Control+k")
    desk.keyboard.type("new")
    options = desk.get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(options.nth(1)).to_be_visible()
    desk.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("listbox")).to_be_hidden()
    expect(desk.get_by_role("combobox", name="Go to a screen")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("combobox", name="Go to a screen")).not_to_be_focused()
    assert desk.get_by_role("combobox", name="Go to a screen").input_value() == "new"


def test_an_option_opens_by_a_click(desk):
    desk.get_by_role("combobox", name="Go to a screen").click()
    desk.keyboard.type("quotation")
    desk.get_by_role("option", name="Quotations", exact=True).click()
    desk.wait_for_url("**/quotations/")
    assert desk.title() == "Quotations · Troth"
