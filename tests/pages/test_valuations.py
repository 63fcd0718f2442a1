"""Goods of one valuation type on the pages: a line names its type, and what lies and is promised is told by type."""

import re

import pytest
import time_machine

from tests import company as companies
from tests import valued
from tests.shipping.conftest import assert_books_hold
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.shipping.models import TransferOrder
from troth.business.supply.models import Receipt
from troth.ledgers.stock.models import Balance

NOW = "2026-03-02T08:00:00Z"


def said(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def company(db):
    """The small company with ten new gloves and four used ones."""
    small = companies.build()
    valued.types(small)
    valued.lay_in(small, USED=4, NEW=10)
    return small


@pytest.fixture
def order(yard):
    """Seven used gloves, of four."""
    lines = (LineDraft(product="GLOVE", quantity=7, valuation="USED"),)
    draft = OrderDraft(customer="BETA", lines=lines, requested_on=companies.WEDNESDAY)
    return sales.enter_order(draft, **yard.acting)


@time_machine.travel(NOW)
def test_a_line_names_its_type_where_it_is_entered_and_the_promise_where_it_is_explained(order, sign_in):
    browser = sign_in("representative")
    page = browser.get(f"/orders/{order.id}/change/").content.decode()
    assert re.search(r'name="[^"]*-valuation" value="USED"', page)
    assert "Only goods of valuation type USED may serve it." in said(browser.get(f"/orders/{order.id}/?tab=promise"))


@time_machine.travel(NOW)
def test_availability_is_shown_of_one_type_and_summed_by_type(order, sign_in):
    browser, asked = sign_in("production_scheduler"), {"product": "GLOVE", "site": "HAM"}
    page = said(browser.get("/availability/", {**asked, "valuation": "USED"}))
    assert "NEW · New 10 pair 0 pair 0 pair 10 pair USED · Used 4 pair 0 pair 4 pair 0 pair" in page
    assert "Free today 0 pair" in page
    assert "Free today 10 pair" in said(browser.get("/availability/", {**asked, "valuation": "NEW"}))
    assert "By valuation type" not in said(browser.get("/availability/", {**asked, "product": "HELMET"}))


@time_machine.travel(NOW)
def test_the_product_page_and_the_stock_list_tell_types_apart(order, yard, sign_in):
    product = yard.company.products["GLOVE"]
    browser = sign_in("warehouse_supervisor")
    page = said(browser.get(f"/products/{product.pk}/about/?tab=stock"))
    assert "NEW · New HAM 10 pair USED · Used HAM 4 pair" in page
    assert "USED" in said(browser.get("/stock/?product=GLOVE"))
    told = said(sign_in("production_scheduler").get(f"/products/{product.pk}/about/?tab=time&valuation=NEW"))
    assert "Free today 10 pair" in told


@time_machine.travel(NOW)
def test_goods_of_a_type_are_counted_moved_and_expected_on_the_pages(yard, sign_in):
    browser, row = sign_in("warehouse_supervisor", "production_scheduler"), Balance.objects.get(valuation="USED")
    browser.post(f"/stock/{row.pk}/count/", {"quantity": "3", "reason": "one is torn", "_key": "one"})
    assert valued.lying(yard.company) == {"NEW": 10, "USED": 3}
    form = {"kind": "purchase", "number": "4500", "product": "GLOVE", "quantity": "5", "site": str(yard.site),
            "due_on": "2026-03-05", "_key": "two"}  # fmt: skip
    refused = said(browser.post("/receipts/new/", form))
    assert "Product GLOVE is valuated separately. Name the type of the goods: NEW, USED." in refused
    browser.post("/receipts/new/", {**form, "valuation": "USED", "_key": "three"})
    [receipt] = Receipt.objects.all()
    assert receipt.valuation == "USED"
    assert "USED" in said(browser.get(f"/receipts/{receipt.pk}/"))
    assert_books_hold()


@time_machine.travel(NOW)
def test_who_fetches_reads_the_type_on_the_list_and_on_the_hand_held(order, yard, sign_in):
    yard.transfer(yard.deliver(order))
    [transfer] = TransferOrder.objects.all()
    browser = sign_in("warehouse_clerk")
    assert "Glove · USED" in said(browser.get(f"/transfer-orders/{transfer.pk}/"))
    assert "type USED" in said(browser.get(f"/picking/{transfer.pk}/"))


@time_machine.travel(NOW)
def test_what_if_asks_of_a_type_and_supposes_it(order, sign_in):
    asked = {"product": "GLOVE", "site": "HAM", "quantity": "3", "on": "2026-03-06", "mode": "partial"}
    browser = sign_in("production_scheduler")
    more = {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0", "rows-0-scenario": "A", "rows-0-what": "stock",
            "rows-0-quantity": "2"}  # fmt: skip
    page = said(browser.get("/availability/what-if/", {**asked, **more, "valuation": "USED"}))
    assert "3 pair cannot be confirmed" in page
    assert "1 pair cannot be confirmed" in page
