"""Lists over the API and on pages: walked page by page they show what one page shows, and they are counted."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import RequestFactory

from tests.api.conftest import caller
from troth.business.shipping import screens
from troth.platform.actors import SYSTEM
from troth.platform.api import paging
from troth.platform.permissions import PERMISSIONS, ROLES
from troth.platform.web.lists import ListQuery

__all__ = ["caller"]

LISTS = (
    "orders", "quotations", "deliveries", "invoices", "payments", "open-items", "billing/due",
    "receipts?company={company}", "customers", "products", "prices", "users",
)  # fmt: skip
PAGES = ("/billing/due/", "/open-items/", "/due/?horizon=365")
APPS = {permission.partition(".")[0] for permission in PERMISSIONS}


def test_each_list_over_the_api_is_counted_and_goes_on_after_its_last_row(world, caller):
    someone = caller(*ROLES, scopes=tuple(sorted(APPS)))
    for address in LISTS:
        joined = f"{world.url(address)}{'&' if '?' in address else '?'}"
        whole = someone.get(f"{joined}count=true").json()
        walked, following = [], f"{joined}limit=1"
        while following:
            step = someone.get(following).json()
            assert (step["count"], step["count_is_exact"], len(step["items"])) == (None, None, 1)
            walked, following = walked + step["items"], step["next"]
        assert (address, walked) == (address, whole["items"])
        assert (whole["count"], whole["count_is_exact"], whole["next"]) == (len(walked), True, None)


def test_a_count_above_ten_thousand_is_told_as_not_exact():
    marks = [f"2026-03-02/{number:018}" for number in range(10_001)]
    asked = RequestFactory().get("/api/v1/open-items")
    shown = paging.page_of_marks(asked, marks, paging.Paging(count=True, limit=2), list)
    assert (shown["count"], shown["count_is_exact"], shown["items"]) == (10_000, False, marks[:2])
    assert shown["next"] == f"/api/v1/open-items?{urlencode({'after': marks[1]})}"
    exact = paging.page_of_marks(asked, marks[:10_000], paging.Paging(count=True), list)
    assert (exact["count"], exact["count_is_exact"]) == (10_000, True)


@pytest.mark.parametrize("page", PAGES)
def test_a_mark_that_is_none_begins_the_list_again(world, sign_in, page):
    browser = sign_in("auditor", "billing_clerk", "transport_coordinator")
    shown = browser.get(f"{page}{'&' if '?' in page else '?'}after=nonsense").content.decode()
    assert "This page mark is not valid" in shown
    assert len(re.findall("row-link", shown)) == len(re.findall("row-link", browser.get(page).content.decode())) > 0


def test_orders_that_are_due_are_walked_page_by_page(company, yard):
    for _ in range(3):
        yard.order(GLOVE=1)
    seen, after = [], None
    for _ in range(3):
        page = screens.due(ListQuery(SYSTEM, {}, after=after, limit=1), yard.today + timedelta(days=365))
        assert (len(page.rows), page.count) == (1, 3)
        seen, after = [*seen, page.rows[0].order_id], page.next
    assert (len(set(seen)), after) == (3, None)
    back = screens.due(ListQuery(SYSTEM, {}, after=page.previous, limit=1), yard.today + timedelta(days=365))
    assert back.rows[0].order_id == seen[1]
