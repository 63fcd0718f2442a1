"""A planner with a run over the backorders: simulated, read change by change, approved, applied and undone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests import company
from tests.backorders.conftest import BETA_FIRST, Desk
from tests.browser.entering import sign_in
from troth.platform.clock import SYSTEM_CLOCK

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(transactional_db) -> Desk:
    """Ten helmets, all promised to ALPHA; BETA, whose lines come first, wants six of them."""
    desk = Desk(replace(company.build(), clock=SYSTEM_CLOCK))
    desk.stock("HELMET", 10)
    wished = date.today() + timedelta(days=28)
    desk.first = desk.order("ALPHA", ("HELMET", 10), on=wished)
    desk.second = desk.order("BETA", ("HELMET", 6), on=wished)
    desk.variant(*BETA_FIRST)
    return desk


@pytest.fixture
def paul(desk, page: Page) -> Page:
    return sign_in(page, "paul", role="production_scheduler")


def confirmed(desk: Desk) -> tuple[int, int]:
    """How many helmets ALPHA and BETA have."""
    first, second = (desk.promised(one) for one in (desk.first, desk.second))
    return sum(quantity for quantity, _ in first[0]), sum(quantity for quantity, _ in second[0])


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def test_a_run_is_simulated_read_applied_and_undone(desk, paul):
    paul.goto("/backorders/variants/")
    paul.get_by_role("link", name="Morning").first.click()
    press(paul, "Simulate")
    expect(paul.locator(".toast")).to_contain_text("Nothing is changed yet")
    assert confirmed(desk) == (10, 0)
    run = paul.url
    paul.get_by_role("link", name="All changes").first.click()
    rows = paul.locator("tbody tr")
    expect(rows).to_have_count(2)
    loser = rows.filter(has_text="Alpha")
    expect(loser).to_contain_text("10 piece on")
    loser.get_by_role("link").first.click()
    expect(paul.locator("main")).to_contain_text("Redistribute: others come before it, by strategy or by rank.")
    paul.goto(run)
    press(paul, "Approve")
    expect(paul.locator("h1 .chip")).to_have_text("Approved")
    press(paul, "Apply")
    expect(paul.locator("h1 .chip")).to_have_text("Applied")
    assert confirmed(desk) == (4, 6)
    paul.get_by_label("More actions").click()
    press(paul, "Undo the run")
    expect(paul.locator(".toast")).to_be_visible()
    paul.goto(run)
    expect(paul.locator("h1 .chip")).to_have_text("Undone")
    assert confirmed(desk) == (10, 0)
