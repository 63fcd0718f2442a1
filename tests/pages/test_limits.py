"""Limits of a line on the page where it is entered, and of a customer among its data."""

import re

import pytest
import time_machine

from tests import company as companies
from tests.pages.test_path import rows
from troth.business.sales import actions as sales
from troth.business.sales import queries
from troth.business.sales.models import Order
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.platform.actors import SYSTEM

NOW = "2026-03-02T08:00:00Z"


@pytest.fixture
def order(yard):
    lines = (LineDraft(product="HELMET", quantity=7, min_shipment="3", lateness_days_max=2),)
    draft = OrderDraft(customer="BETA", lines=lines, requested_on=companies.WEDNESDAY)
    return sales.enter_order(draft, **yard.acting)


def cell(page: str, name: str) -> str:
    found = re.search(rf'name="[^"]*-{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


@time_machine.travel(NOW)
def test_a_line_has_its_limits_where_it_is_entered(order, sign_in):
    page = sign_in("representative").get(f"/orders/{order.id}/change/").content.decode()
    assert [cell(page, name) for name in ("min_shipment", "lateness_days_max", "deliveries_max")] == ["3", "2", ""]


@time_machine.travel(NOW)
def test_an_order_is_entered_with_the_limits_of_its_line(yard, sign_in):
    row = {"product": "HELMET", "quantity": "7", "min_shipment": "0", "deliveries_max": "1", "lateness_days_max": ""}
    sent = {"customer": "BETA", "order_type": "standard", "requested_on": "2026-03-04", "_save": "1", **rows(row)}
    answer = sign_in("representative").post("/orders/new/", sent)
    assert answer.status_code == 302, answer.content.decode()
    [one] = queries.order(Order.objects.get().pk, by=SYSTEM).lines
    assert (one.line.min_shipment, one.line.lateness_days_max, one.line.deliveries_max) == (0, None, 1)


@time_machine.travel(NOW)
def test_a_customer_has_limits_among_its_data(yard, sign_in):
    page = sign_in("master_data").get(f"/customers/{yard.company.customers['BETA'].pk}/").content.decode()
    assert 'name="lateness_days_max"' in page
    assert 'name="minimum_shipment_percent"' in page
