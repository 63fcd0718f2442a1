"""What is earned on an order and a quotation, for those who may see costs."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests import company
from troth.business.pricing.rules import Margin
from troth.business.sales import actions, queries
from troth.business.sales.models import Order
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.platform.models import RoleGrant
from troth.reference.models import Currency, ExchangeRate


@pytest.fixture
def order(small, rep, draft):
    company.put_in_stock(small, "HELMET", 10)
    return actions.enter_order(draft("ALPHA", ("HELMET", 3), ("OIL", "1.5")), by=rep, clock=small.clock).id


def browser(*roles):
    user = get_user_model().objects.create_user("-".join(roles), password="correct horse battery")
    for role in roles:
        RoleGrant.objects.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def test_the_margin_stands_by_line_and_in_all_for_who_may_see_costs(order):
    biller = company.person("billing_clerk")
    view = queries.order(order, by=biller)
    found = queries.margins(view, by=biller)
    assert found.currency == "EUR"
    assert [found.lines[one.line.id] for one in view.lines] == [Margin(150_00, 90_00), Margin(12_00, 6_00)]
    assert (found.total, found.total.amount, found.total.basis_points) == (Margin(162_00, 96_00), 66_00, 4074)


def test_who_may_not_see_costs_sees_no_margin(order, rep):
    assert queries.margins(queries.order(order, by=rep), by=rep) is None


def test_a_rejected_line_earns_nothing(order, rep, small):
    actions.reject_item(order, 20, reason="not wanted", by=rep, clock=small.clock)
    biller = company.person("billing_clerk")
    assert queries.margins(queries.order(order, by=biller), by=biller).total == Margin(150_00, 90_00)


def test_another_currency_is_converted_at_the_rate_of_the_day_of_entry(order):
    biller = company.person("billing_clerk")
    Currency.objects.get_or_create(code="USD", defaults={"name": "dollar", "decimals": 2})
    Order.objects.filter(pk=order).update(currency="USD")
    assert queries.margins(queries.order(order, by=biller), by=biller) is None
    ExchangeRate.objects.create(
        source_id="USD", target_id="EUR", valid_from_on=company.LONG_AGO, numerator=9, denominator=10
    )
    found = queries.margins(queries.order(order, by=biller), by=biller)
    assert (found.currency, found.total) == ("EUR", Margin(145_80, 96_00))


def test_the_pages_show_the_margin_to_who_may_see_costs(order, small, rep):
    lines = (LineDraft(product="HELMET", quantity=2),)
    quotation = actions.save_quotation(QuotationDraft(customer="ALPHA", lines=lines), by=rep, clock=small.clock).id
    biller, seller = browser("billing_clerk"), browser("representative")
    shown = biller.get(f"/orders/{order}/").content.decode()
    assert "66.00 EUR (40.74 %)" in shown
    assert "Margin 60.00 EUR (40.00 %)" in shown
    assert "40.00 EUR (40.00 %)" in biller.get(f"/quotations/{quotation}/").content.decode()
    for page in (f"/orders/{order}/", f"/quotations/{quotation}/"):
        assert "Margin" not in seller.get(page).content.decode()
