"""The frame by keyboard: help and keys, the tour, and a form that comes back after the session has ended."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from tests.browser.conftest import signed_in
from troth.platform.models import RoleGrant, User

PASSWORD = "correct horse battery"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mona():
    user = get_user_model().objects.create_user("mona", password=PASSWORD)
    RoleGrant.objects.create(user=user, role="master_data")
    return user


def test_a_question_mark_opens_the_help_of_the_screen_and_escape_closes_it(page, mona):
    signed_in(page, mona).goto("/products/")
    page.keyboard.press("?")
    panel = page.get_by_role("dialog", name="Help and keys")
    expect(panel).to_contain_text("What is sold or made.")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.get_by_role("button", name="Help and keys").click()
    assert panel.is_visible()


def test_a_question_mark_in_a_field_is_a_question_mark(page, mona):
    signed_in(page, mona).goto("/products/")
    page.locator(".find input").first.focus()
    page.keyboard.type("?")
    assert page.locator("#help").is_hidden()
    assert page.locator(".find input").first.input_value() == "?"


def test_the_hint_of_a_field_stands_with_its_field(page, mona):
    signed_in(page, mona).goto("/products/new/")
    for field in page.locator(".field:has(> .help)").all():
        around, hint = field.bounding_box(), field.locator(".help").bounding_box()
        assert around["y"] < hint["y"] < around["y"] + around["height"]
        assert around["x"] <= hint["x"] < around["x"] + around["width"]


def test_the_tour_goes_in_five_steps_and_can_be_left(page, mona):
    tour = signed_in(page, mona).locator("[data-tour]")
    for step in range(1, 6):
        expect(tour.get_by_text(f"Step {step} of 5")).to_be_visible()
        assert tour.locator("li:visible").count() == 1
        if step < 5:
            tour.get_by_role("button", name="Next").click()
    expect(tour.get_by_role("button", name="Next")).to_be_hidden()
    tour.get_by_role("button", name="Leave the tour").click()
    expect(page.locator("[data-tour]")).to_have_count(0)
    assert User.objects.get().tour_left_at is not None


def test_what_was_typed_comes_back_after_the_session_has_ended(page, mona):
    signed_in(page, mona).goto("/products/new/")
    page.get_by_label("Number").fill("B-100")
    page.get_by_label("Name").fill("Bell")
    page.context.clear_cookies(name="sessionid")
    page.locator("button[data-submit]").last.click()
    page.locator("[name=username]").fill("mona")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("You were signed out before this was saved.")).to_be_visible()
    assert page.url.endswith("/products/new/")
    assert page.get_by_label("Number").input_value() == "B-100"
    assert page.get_by_label("Name").input_value() == "Bell"


def test_a_change_of_roles_ends_the_session_at_the_next_click(page, mona):
    signed_in(page, mona).goto("/products/")
    User.objects.update(session_epoch=7)
    page.keyboard.press("/")
    page.keyboard.type("new")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.url.endswith("/sign-in/?next=/products/")
