"""Every page of the table of pages, in light and dark, against the rules of WCAG 2.2 AA that a tool can check."""

import time
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from tests.browser.conftest import signed_in
from tests.pages.conftest import company, world, yard
from tests.pages.test_rights import PAGES
from troth.platform.models import RoleGrant
from troth.platform.permissions import ROLES

__all__ = ["company", "world", "yard"]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OURS = [page for page in PAGES if not page.startswith("/admin/") and not page.endswith("/progress/")]
"""The admin's pages are Django's own, and what is loaded into a page is seen on it."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def everybody(page):
    """The page of somebody with every role, who may open whatever there is."""
    user = get_user_model().objects.create_user("eve", password="x")
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role) for role in ROLES)
    return signed_in(page, user)


def faults(page, where: str) -> list[str]:
    """What the tool finds wrong on the page as it stands, in light; and which colours are too faint in dark."""
    found = []
    for theme, rules in (("light", {"type": "tag", "values": RULES}), ("dark", ["color-contrast"])):
        page.emulate_media(color_scheme=theme)
        answer = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
        found += [
            f"{where}, {theme}: {one['id']} ({len(one['nodes'])}) {one['nodes'][0]['html'][:200]}"
            for one in answer.response["violations"]
        ]
    return found


def _whole(page) -> None:
    """A window as tall as the page: what the foot of a form half covers comes out when one scrolls."""
    page.set_viewport_size({"width": 1366, "height": 768})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": 1366, "height": max(height, 768)})


def test_no_page_keeps_anybody_out(world, everybody):
    wrong = []
    for address in OURS:
        everybody.goto(world.url(address))
        _whole(everybody)
        wrong += faults(everybody, address)
    assert not wrong, "\n".join(wrong)


NARROW = (
    "/", "/orders/", "/orders/{order}/", "/quotations/{quotation}/", "/due/", "/deliveries/", "/deliveries/{delivery}/",
    "/deliveries/{delivery}/?tab=packing", "/shipments/{shipment}/", "/transfer-orders/{transfer}/",
    "/invoices/{invoice}/", "/payments/{payment}/", "/stock/", "/products/", "/customers/{customer}/about/", "/credit/",
    "/holds/", "/checking-scopes/", "/promises/{promise}/", "/orders/{order}/?tab=flow",
)  # fmt: skip


def test_no_main_page_keeps_anybody_out_in_a_narrow_window(world, everybody):
    wrong = []
    for address in NARROW:
        everybody.set_viewport_size({"width": 390, "height": 844})
        everybody.goto(world.url(address))
        wrong += faults(everybody, f"{address} at 390 px")
    assert not wrong, "\n".join(wrong)


def test_what_is_too_wide_takes_the_focus_while_it_is(world, everybody):
    everybody.set_viewport_size({"width": 390, "height": 844})
    everybody.goto(world.url("/orders/{order}/?tab=flow"))
    wide = everybody.locator(".scroll[tabindex='0']").first
    wide.focus()
    for _ in range(5):
        everybody.keyboard.press("ArrowRight")
    deadline = time.monotonic() + 10
    # Not `wait_for_function`: it asks again by evaluating a string, which the page's policy forbids.
    while not (moved := wide.evaluate("box => box.scrollLeft")) and time.monotonic() < deadline:
        everybody.wait_for_timeout(50)
    assert moved > 0
    everybody.set_viewport_size({"width": 1366, "height": 844})
    expect(everybody.locator(".scroll[tabindex]")).to_have_count(0)


def test_the_pages_before_the_sign_in_and_the_refusals_keep_nobody_out(page):
    page.goto("/sign-in/")
    wrong = faults(page, "sign-in")
    page.fill("[name=username]", "nobody")
    page.fill("[name=password]", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector(".summary")
    wrong += faults(page, "sign-in refused")
    assert not wrong, "\n".join(wrong)


def test_what_opens_over_a_page_keeps_nobody_out(world, everybody):
    everybody.goto("/orders/")
    everybody.keyboard.press("/")
    everybody.keyboard.type("new")
    everybody.wait_for_selector("[role=option]")
    wrong = faults(everybody, "command bar")
    get_user_model().objects.update(tour_left_at=datetime.now(UTC))  # its button would lie half under the menu
    everybody.goto("/")
    everybody.locator(".bar-user summary").click()
    wrong += faults(everybody, "user menu")
    assert not wrong, "\n".join(wrong)
