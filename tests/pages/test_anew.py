"""Better dates are asked for on an order's page, where something waits."""

import pytest
import time_machine

from tests import company
from tests.pages.test_path import NOW
from troth.business.sales import actions
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.platform.actors import SYSTEM

OFFER = "Ask for better dates"


@pytest.mark.django_db
@time_machine.travel(NOW)
def test_better_dates_are_offered_where_something_waits_and_taken(sign_in):
    small = company.build()
    company.put_in_stock(small, "HELMET", 3)
    line = LineDraft(product="HELMET", quantity="4")
    draft = OrderDraft(customer="ALPHA", requested_on=company.NEXT_WEDNESDAY, lines=(line,))
    order = actions.enter_order(draft, by=SYSTEM, clock=small.clock)
    browser, page = sign_in("representative"), f"/orders/{order.id}/"
    assert OFFER in browser.get(page).content.decode()
    assert OFFER not in sign_in("warehouse_clerk").get(page).content.decode()
    asked = browser.post(f"{page}better-dates/", follow=True).content.decode()
    assert "Nothing better can be promised" in asked
    company.put_in_stock(small, "HELMET", 1)
    asked = browser.post(f"{page}better-dates/", follow=True).content.decode()
    assert "1 item comes sooner now" in asked
    assert OFFER not in asked
    assert sign_in("picker").post(f"{page}better-dates/").status_code == 403
