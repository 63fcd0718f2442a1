"""Lines of one location on the pages: entered, explained, seen in the overviews, and counted where they lie."""

import json
import re

import pytest
import time_machine

from tests import company as companies
from tests.shipping.conftest import assert_books_hold
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.ledgers.stock.models import Balance
from troth.reference.models import Bin, StorageLocation

NOW = "2026-03-02T08:00:00Z"


def said(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def shop(yard):
    """A bin with five helmets at a second location of Hamburg."""
    location = StorageLocation.objects.create(site_id=yard.site, code="SHOP", name="Shop")
    place = Bin.objects.create(location=location, code="S1")
    supply.load_opening_stock([OpeningStock(yard.company.products["HELMET"].pk, place.pk, 5)], **yard.acting)
    return place


@pytest.fixture
def order(yard, shop):
    """Seven helmets from the shop, which has five."""
    lines = (LineDraft(product="HELMET", quantity=7, location="SHOP"),)
    draft = OrderDraft(customer="BETA", lines=lines, requested_on=companies.WEDNESDAY)
    return sales.enter_order(draft, **yard.acting)


@time_machine.travel(NOW)
def test_a_line_names_its_location_where_it_is_entered_and_keeps_it(order, sign_in):
    page = sign_in("representative").get(f"/orders/{order.id}/change/").content.decode()
    assert re.search(r'name="[^"]*-location" value="SHOP"', page)


@time_machine.travel(NOW)
def test_the_promise_names_the_location_as_what_binds(order, sign_in):
    page = said(sign_in("representative").get(f"/orders/{order.id}/?tab=promise"))
    assert "no more lies free at location SHOP" in page


@time_machine.travel(NOW)
def test_the_availability_page_says_what_is_promised_from_each_location(order, shop, yard, sign_in):
    browser, asked = sign_in("production_scheduler"), {"product": "HELMET", "site": "HAM"}
    page = said(browser.get("/availability/", asked))
    assert "By location" in page
    assert "SHOP · Shop 5 piece 5 piece 0 piece" in page, page[page.index("By location") :][:400]
    other = said(browser.get("/availability/", {**asked, "product": "GLOVE"}))
    assert "By location" not in other


@time_machine.travel(NOW)
def test_the_product_page_says_what_each_location_keeps(order, yard, sign_in):
    product = yard.company.products["HELMET"]
    page = said(sign_in("warehouse_clerk").get(f"/products/{product.pk}/about/?tab=stock"))
    assert "Promised from there alone" in page


@time_machine.travel(NOW)
def test_what_a_location_keeps_is_counted_and_who_misses_it_is_named(order, shop, sign_in):
    row = Balance.objects.get(bin=shop, owner="location:SHOP")
    browser, place = sign_in("warehouse_supervisor"), f"/stock/{row.pk}/"
    assert "for promises from this location alone" in said(browser.get(place))
    browser.post(f"{place}count/", {"quantity": "3", "reason": "two are gone", "_key": "one"})
    page = said(browser.get(place))
    assert "These orders have to wait first" in page
    assert order.number in page
    row.refresh_from_db()
    assert row.quantity == 3
    assert_books_hold()


@time_machine.travel(NOW)
def test_what_is_typed_is_checked_at_the_location(shop, sign_in):
    browser, head = (
        sign_in("representative"),
        {"customer": "BETA", "order_type": "standard", "requested_on": "2026-03-04"},
    )

    def why(location):
        lines = [{"product": "HELMET", "quantity": "7", "location": location}]
        sent = json.dumps({"head": head, "lines": lines})
        answer = browser.post("/orders/check/", sent, content_type="application/json")
        return answer.content.decode()

    assert "no more lies free at location SHOP" in why("SHOP")
    assert "As requested: 7 piece arrive" in why("")
    assert "no storage location ATTIC in use" in why("ATTIC")
