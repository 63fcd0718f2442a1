"""Batches on the pages: received with their days, listed, changed, seen on the product's page and asked for."""

import re

import pytest
import time_machine

from troth.business.masterdata import actions as masterdata
from troth.business.masterdata.models import Batch
from troth.business.sales.models import OrderLine
from troth.business.supply import actions as supply
from troth.platform.actors import SYSTEM
from troth.reference.models import Product

NOW = "2026-03-02T08:00:00Z"


def said(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def oil(world, company):
    """OIL is kept in batches and lasts 90 days; 2 litres are expected."""
    Product.objects.filter(number="OIL").update(has_batches=True, shelf_life_days=90)
    masterdata.touch()
    product, site = company.products["OIL"], company.sites["HAM"]
    receipt = supply.ExpectedReceipt(
        company.company.pk, "purchase", "PO-OIL", product.pk, site.pk, company.clock.at.date(), 2000
    )
    return product, supply.expect_receipt(receipt, by=SYSTEM, clock=company.clock)


def receive(browser, company, receipt, **more):
    sent = {"quantity": "2", "bin": company.bins["HAM"].pk, "batch": "L-1", "_key": "once", **more}
    return browser.post(f"/receipts/{receipt}/receive/", sent)


@time_machine.travel(NOW)
def test_goods_come_in_with_their_batch_and_the_product_page_says_how_long_they_last(oil, company, sign_in):
    product, receipt = oil
    browser = sign_in("warehouse_clerk", "quality_coordinator")
    assert 'name="expires_on"' in browser.get(f"/receipts/{receipt}/receive/").content.decode()
    refused = receive(browser, company, receipt, batch="")
    assert (refused.status_code, Batch.objects.count()) == (422, 0)
    receive(browser, company, receipt, expires_on="2026-03-20")
    assert Batch.objects.get().expires_on.isoformat() == "2026-03-20"
    page = said(browser.get(f"/products/{product.pk}/about/?tab=stock"))
    assert "By batch" in page
    assert "18 days left" in page
    assert "L-1" in said(browser.get("/batches/?q=L-1"))


@time_machine.travel(NOW)
def test_other_products_are_received_without_days(world, company, sign_in):
    browser = sign_in("warehouse_clerk")
    page = browser.get(world.url("/receipts/{receipt}/receive/")).content.decode()
    assert 'name="batch"' in page
    assert 'name="expires_on"' not in page


@time_machine.travel(NOW)
def test_a_batch_is_kept_by_form_changed_and_closed(oil, sign_in):
    browser = sign_in("quality_coordinator")
    sent = {"product": "OIL", "number": "L-2", "produced_on": "2026-02-01", "expires_on": "2026-05-01"}
    browser.post("/batches/new/", {**sent, "_key": "one"})
    batch = Batch.objects.get(number="L-2")
    changed = {**sent, "expires_on": "2026-06-01", "is_active": "yes", "version": batch.version}
    browser.post(f"/batches/{batch.pk}/", changed)
    batch.refresh_from_db()
    assert (batch.expires_on.isoformat(), batch.version) == ("2026-06-01", 2)
    browser.post(f"/batches/{batch.pk}/deactivate/")
    assert not Batch.objects.get(number="L-2").is_active
    assert "L-2" not in said(browser.get("/batches/"))
    assert "L-2" in said(browser.get("/batches/?inactive=1"))


@time_machine.travel(NOW)
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"product": "FRAME"}, "product"),
        ({"product": "NOTHING"}, "product"),
        ({"expires_on": ""}, "expires_on"),
        ({"expires_on": "2026-01-01"}, "expires_on"),
        ({"number": ""}, "number"),
        ({"number": "x" * 41}, "number"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(oil, sign_in, wrong, field):
    sent = {"product": "OIL", "number": "L-2", "produced_on": "2026-02-01", "expires_on": "2026-05-01", **wrong}
    answer = sign_in("quality_coordinator").post("/batches/new/", sent)
    assert (answer.status_code, Batch.objects.count()) == (422, 0)
    [shown] = re.findall(rf'<input[^>]*name="{field}"[^>]*>', answer.content.decode())
    assert 'aria-invalid="true"' in shown


@time_machine.travel(NOW)
def test_lists_sort_and_narrow(oil, company, sign_in):
    product, _ = oil
    for number, day in (("L-1", "2026-04-01"), ("L-2", "2026-03-10")):
        Batch.objects.create(product=product, number=number, expires_on=day)
    browser = sign_in("warehouse_clerk")

    def numbers(query):
        return re.findall(r"L-\d", said(browser.get(f"/batches/?{query}")))

    assert numbers("sort=expires_on") == ["L-2", "L-1"]
    assert numbers("sort=-number") == ["L-2", "L-1"]
    assert numbers("product=FRAME") == []


@time_machine.travel(NOW)
def test_an_order_asks_for_a_batch_on_its_page(oil, company, sign_in):
    product, receipt = oil
    receive(sign_in("warehouse_clerk"), company, receipt, expires_on="2026-03-20")
    browser = sign_in("representative")
    row = {"rows-0-product": "OIL", "rows-0-quantity": "1", "rows-0-requested_on": "2026-03-05"}
    sent = {"customer": "ALPHA", "order_type": "standard", "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0", **row}
    refused = browser.post("/orders/new/", {**sent, "rows-0-batch": "L-9", "_key": "no"})
    assert refused.status_code == 422
    assert "There is no batch L-9" in said(refused)
    browser.post("/orders/new/", {**sent, "rows-0-batch": "L-1", "_key": "yes"})
    line = OrderLine.objects.get(product=product)
    assert line.batch == "L-1"
    holders = said(browser.get(f"/products/{product.pk}/about/?tab=time"))
    assert "L-1" in holders
