"""Stock is moved and counted on the pages, by those whose work it is."""

import re

import pytest
import time_machine

from tests.shipping.conftest import assert_books_hold
from troth.business.sales import jobs
from troth.business.supply.models import TransferPosting
from troth.kernel.netting import Category
from troth.ledgers.availability.queries import sums_of_product
from troth.ledgers.stock.models import Balance
from troth.platform.clock import SYSTEM_CLOCK
from troth.reference.models import Bin, StorageLocation

NOW = "2026-03-02T08:00:00Z"


def said(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def goods(company, yard):
    """The helmets in their bin at Hamburg."""
    found = Balance.objects.filter(product=company.products["HELMET"], site_id=yard.site, owner="")
    return found.exclude(quantity=0).first()


def lying(goods):
    rows = Balance.objects.filter(product_id=goods.product_id, site_id=goods.site_id).exclude(quantity=0)
    return dict(rows.values_list("bin__code", "quantity"))


@time_machine.travel(NOW)
def test_a_clerk_moves_goods_from_the_stock_page_once(goods, sign_in):
    other = Bin.objects.create(location=goods.bin.location, code="B-01")
    browser, place, there = sign_in("warehouse_clerk"), f"/stock/{goods.pk}/", goods.quantity
    assert f'href="{place}"' in browser.get("/stock/?product=HELMET").content.decode()
    page = browser.get(place).content.decode()
    assert f"{place}move/" in page
    assert f"{place}count/" not in page

    sent = {"quantity": "2", "to_bin": other.pk, "reason": "", "_key": "one"}
    assert browser.post(f"{place}move/", sent).headers["Location"] == place
    browser.post(f"{place}move/", sent)

    assert lying(goods) == {goods.bin.code: there - 2, "B-01": 2}
    assert "Moved." in said(browser.get(place))
    assert_books_hold()


@time_machine.travel(NOW)
def test_a_refused_move_comes_back_beside_its_field(goods, sign_in):
    other = Bin.objects.create(location=goods.bin.location, code="B-01")
    browser, url, before = sign_in("warehouse_clerk"), f"/stock/{goods.pk}/move/", lying(goods)
    assert browser.post(url, {"quantity": "0", "to_bin": other.pk}).status_code == 422
    assert browser.post(url, {"quantity": "1.5", "to_bin": other.pk}).status_code == 422
    assert browser.post(url, {"quantity": "1", "to_bin": goods.bin_id}).status_code == 422
    assert "Take less" in said(browser.post(url, {"quantity": "100000", "to_bin": other.pk}))
    assert lying(goods) == before


@time_machine.travel(NOW)
def test_a_supervisor_posts_a_count_with_its_reason(goods, sign_in):
    browser, url, before = sign_in("warehouse_supervisor"), f"/stock/{goods.pk}/count/", lying(goods)
    assert "lie in bin" in said(browser.get(url))
    assert browser.post(url, {"quantity": "3", "reason": ""}).status_code == 422
    assert lying(goods) == before
    moved = browser.post(url, {"quantity": "3", "reason": "broken", "expected": str(goods.quantity + 1)})
    assert moved.status_code == 422
    assert "meanwhile" in said(moved)
    assert lying(goods) == before
    browser.post(url, {"quantity": "3", "reason": "broken", "expected": str(goods.quantity)})
    assert lying(goods) == {goods.bin.code: 3}
    assert "Count" in said(browser.get(f"/stock/{goods.pk}/"))
    assert_books_hold()
    assert sign_in("warehouse_clerk").get(url).status_code == 403


@time_machine.travel(NOW)
def test_stock_that_an_order_holds_is_not_moved_by_hand(goods, sign_in):
    tied = Balance.objects.create(
        site=goods.site, location=goods.location, bin=goods.bin, product=goods.product, owner="order:1"
    )
    browser = sign_in("warehouse_supervisor")
    assert f"/stock/{tied.pk}/count/" not in browser.get(f"/stock/{tied.pk}/").content.decode()
    assert browser.get(f"/stock/{tied.pk}/move/").status_code == 404
    assert browser.get("/stock/999999/").status_code == 404


@time_machine.travel(NOW)
def test_a_quality_coordinator_blocks_goods_and_takes_it_back(goods, sign_in):
    browser, place, before = sign_in("quality_coordinator"), f"/stock/{goods.pk}/", goods.quantity
    assert f"{place}transfer/" in browser.get(place).content.decode()
    assert "Orders that no longer get their goods" in said(browser.get(f"{place}transfer/"))
    sent = {"to_type": "blocked", "quantity": "2", "reason": "", "expected_on": "", "to_bin": "", "_key": "one"}
    assert browser.post(f"{place}transfer/", sent).status_code == 422
    sent["reason"] = "scratched"
    browser.post(f"{place}transfer/", sent)
    browser.post(f"{place}transfer/", sent)

    types = Balance.objects.filter(product_id=goods.product_id, site_id=goods.site_id).exclude(quantity=0)
    assert dict(types.values_list("stock_type", "quantity")) == {"unrestricted": before - 2, "blocked": 2}
    shown = said(browser.get(f"{place}?tab=transfers"))
    assert "Unrestricted to Blocked" in shown
    assert "scratched" in shown
    assert "Blocked" in said(browser.get("/stock/?product=HELMET&type=blocked"))

    [posting] = TransferPosting.objects.all()
    browser.post(f"/stock/transfers/{posting.pk}/reverse/")
    assert lying(goods) == {goods.bin.code: before}
    assert "Reversed" in said(browser.get(f"{place}?tab=transfers"))
    assert_books_hold()
    assert sign_in("representative").get(f"{place}transfer/").status_code == 403


def block(browser, place, quantity):
    sent = {"to_type": "blocked", "quantity": str(quantity), "reason": "wet", "expected_on": "", "to_bin": ""}
    return browser.post(f"{place}transfer/", sent, follow=True)


@time_machine.travel(NOW)
def test_a_posting_names_the_orders_it_leaves_short_and_those_that_could_gain(goods, yard, sign_in):
    """Of all helmets ten are promised; all are blocked, so ten are missing. Then they come back, and one is waiting."""
    order = yard.order(HELMET=10)
    browser, place = sign_in("quality_coordinator"), f"/stock/{goods.pk}/"
    answer = block(browser, place, goods.quantity)
    page = answer.content.decode()
    assert "Goods are missing now for what was promised. These orders have to wait first" in said(answer)
    banner = page.partition('class="banner banner-waiting"')[2].partition("</div></div>")[0]
    assert f'href="/orders/{order.id}/"' in banner
    assert "toast-success" not in page

    jobs.work_off(SYSTEM_CLOCK)
    late = yard.order(HELMET=3)
    [posting] = TransferPosting.objects.all()
    answer = browser.post(f"/stock/transfers/{posting.pk}/reverse/", follow=True)
    toast = answer.content.decode().partition('<div class="toast toast-success">')[2].partition("</div>")[0]
    assert "These orders could get more now, or earlier" in toast
    assert re.findall(r'href="/orders/(\d+)/"', toast) == [str(order.id), str(late.id)]
    assert "/backorders/" not in toast, "a quality coordinator does not share goods out"
    assert_books_hold()


@time_machine.travel(NOW)
def test_the_page_of_a_product_tells_locations_apart_and_which_are_left_out(goods, sign_in):
    shown = StorageLocation.objects.create(site=goods.site, code="SHOW", name="Showroom", is_left_out=True)
    shelf = Bin.objects.create(location=shown, code="S-01")
    browser = sign_in("warehouse_clerk")
    browser.post(f"/stock/{goods.pk}/move/", {"quantity": "2", "to_bin": shelf.pk, "reason": "", "_key": "one"})
    page = said(browser.get(f"/products/{goods.product_id}/about/?tab=stock"))
    assert re.search(r"SHOW left out 2", page), page
    assert_books_hold()


@time_machine.travel(NOW)
def test_the_stock_overview_sums_from_the_company_down_with_what_is_ordered_and_promised(goods, yard, sign_in):
    yard.order(HELMET=3)
    promised = -sum(
        quantity for (_site, _segment, category), quantity in sums_of_product(goods.product_id).items()
        if category in (Category.ORDER, Category.DELIVERY, Category.UNSECURED_ORDER)
    )  # fmt: skip
    browser = sign_in("warehouse_clerk")
    assert "Choose a product" in said(browser.get("/stock/overview/"))
    assert "No product NONE here" in said(browser.get("/stock/overview/?product=NONE"))
    answer = browser.get("/stock/overview/?product=HELMET")
    page = said(answer)
    sums = page[page.index("Sums") : page.index("By bin")]
    there = goods.quantity
    assert re.search(rf"FJELL – – {there} piece .* – HAM – {there} piece .* – – MAIN {there} piece", sums), sums
    assert sums.count(f"{promised} piece") >= 2
    assert goods.bin.code in page[page.index("By bin") :]
    assert browser.get("/search/?q=MMBE").url == "/stock/overview/"
    assert browser.get("/search/?q=MMBE HELMET").url == "/stock/overview/?product=HELMET"
