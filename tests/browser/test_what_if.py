"""What if, at a real browser: rows are added, scenarios compared, and the address says it all."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import expect

from tests import company as companies
from tests.browser.conftest import signed_in
from troth.ledgers.availability.models import Posting
from troth.platform.models import RoleGrant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rita():
    small = companies.build()
    companies.put_in_stock(small, "HELMET", 4)
    user = get_user_model().objects.create_user("rita", password="correct horse battery")
    RoleGrant.objects.create(user=user, role="representative")
    return user


def test_scenarios_are_compared_side_by_side_and_can_be_sent_to_somebody(page, rita):
    before = Posting.objects.count()
    signed_in(page, rita).goto("/availability/what-if/?product=HELMET&site=HAM")
    wanted, supposed = page.locator("[data-prefix=lines]"), page.locator("[data-prefix=rows]")
    wanted.locator("[name=lines-0-quantity]").fill("6")
    on = wanted.locator("[name=lines-0-on]").input_value()
    supposed.get_by_role("button", name="Add rows").click()
    supposed.locator("[name=rows-0-what]").select_option("stock")
    supposed.locator("[name=rows-0-quantity]").fill("2")
    supposed.locator("[name=rows-3-scenario]").select_option("B")
    supposed.locator("[name=rows-3-what]").select_option("no_stock")
    supposed.locator("[name=rows-3-quantity]").fill("1")
    page.get_by_role("button", name="Compare").click()

    answers = page.locator("#answers")
    expect(answers.get_by_role("heading", name="Side by side")).to_be_visible()
    row = answers.locator("table").first.locator("tbody tr").last
    expect(row.locator("td").nth(1)).to_contain_text("2 piece not confirmed")
    expect(row.locator("td").nth(2)).not_to_contain_text("not confirmed")
    expect(row.locator("td").nth(3)).to_contain_text("3 piece not confirmed")
    assert on == (timezone.now() + timedelta(days=7)).date().isoformat()
    assert Posting.objects.count() == before

    there = page.url
    page.goto("/")
    page.goto(there)
    expect(page.locator("[name=lines-0-quantity]")).to_have_value("6")
    expect(page.locator("#answers")).to_contain_text("Scenario B")

    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_missing_is_said_at_its_row(page, rita):
    signed_in(page, rita).goto("/availability/what-if/")
    page.locator("[name=lines-1-product]").fill("HELMET")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("[data-prefix=lines] tbody tr").nth(1)).to_contain_text("How much is it?")
    assert page.locator("#answers").count() == 0
