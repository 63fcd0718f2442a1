"""The way in and out, the frame on a wide and a narrow screen, and a form that refuses and takes."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from troth.platform.models import RoleGrant
from troth.reference.models import Product, Unit

PASSWORD = "correct horse battery"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(page):
    """The page of a keeper of master data who has just signed in."""
    user = get_user_model().objects.create_user("mona", password=PASSWORD)
    RoleGrant.objects.create(user=user, role="master_data")
    page.goto("/")
    page.keyboard.type("mona")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".bar-person")).to_have_text("mona")
    return page


def test_a_person_signs_in_by_keyboard_and_out_by_the_menu(desk):
    desk.locator(".bar-user summary").click()
    desk.get_by_role("button", name="Sign out").click()
    expect(desk.get_by_role("heading", name="Sign in")).to_be_visible()
    desk.goto("/products/")
    assert desk.url.endswith("/sign-in/?next=/products/")


def test_a_wrong_password_is_said_so_and_the_name_stays(page, person):
    page.goto("/")
    page.keyboard.type(person.username)
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".sign-in [role=alert], .sign-in .error-summary").first).to_be_visible()
    assert page.locator("input[name=username]").input_value() == person.username


def test_a_chosen_theme_stays(desk):
    desk.locator(".bar-user summary").click()
    with desk.expect_response("**/preferences/"):
        desk.get_by_role("button", name="Dark").click()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    desk.goto("/products/")
    assert desk.locator("html").get_attribute("data-theme") == "dark"


def test_a_product_is_entered_and_stands_in_the_list(desk):
    Unit.objects.create(code="PC", name="piece", decimals=0)
    desk.goto("/products/")
    desk.get_by_role("link", name="New product").first.click()
    desk.get_by_label("Number").fill("B-100")
    desk.get_by_label("Name").fill("Bell")
    desk.get_by_label("Base unit").select_option("PC")
    desk.locator("button[data-submit]").last.click()
    expect(desk.get_by_text("B-100").first).to_be_visible()
    desk.goto("/products/")
    expect(desk.get_by_role("cell", name="Bell")).to_be_visible()
    assert Product.objects.get().name == "Bell"


@pytest.mark.parametrize("width", [390, 1366, 1920])
def test_no_page_is_wider_than_the_screen(desk, width):
    desk.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/customers/", "/products/", "/prices/", "/products/new/"):
        desk.goto(path)
        assert desk.evaluate("document.documentElement.scrollWidth") <= width, path
