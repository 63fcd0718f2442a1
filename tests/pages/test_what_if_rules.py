"""The page of what-ifs asks rules too: for a customer as on entering, for a line that stands as on a change."""

import pytest
import time_machine

from tests import company as companies
from tests.pages.test_what_if import NOW, PAGE, line, rows, said
from troth.business.masterdata.models import AvailabilityRule, AvailabilityRuleStep
from troth.business.promising.models import Requirement
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.ledgers.availability.models import Posting


@pytest.fixture
def company(db):
    small = companies.build()
    companies.put_in_stock(small, "HELMET", 4)
    rule = AvailabilityRule.objects.create(
        code="SHORT", name="SHORT", product=small.products["HELMET"], valid_from_on=companies.LONG_AGO,
        asked_at_entry=True, asked_at_change=True,
    )  # fmt: skip
    AvailabilityRuleStep.objects.create(rule=rule, position=1, site=small.sites["ROT"])
    return small


@time_machine.travel(NOW)
def test_what_rules_name_stands_below_with_what_it_would_serve_in_each_scenario(company, sign_in):
    before = Posting.objects.count()
    asked = rows("lines", line("HELMET", "6")) | rows(
        "rows", {"scenario": "A", "what": "stock", "quantity": "5", "product": "HELMET", "site": "ROT"}
    )
    page = said(sign_in("representative").get(PAGE, {"customer": "ALPHA", **asked}))
    assert "What rules name" in page
    assert "SHORT HELMET ROT 0 piece 0 piece 0 piece has nothing" in page
    assert "SHORT HELMET ROT 5 piece 5 piece 2 piece serves" in page
    assert before == Posting.objects.count()


@time_machine.travel(NOW)
def test_without_a_customer_no_rule_is_asked(company, sign_in):
    asked = rows("lines", line("HELMET", "6")) | rows("rows")
    assert "What rules name" not in said(sign_in("representative").get(PAGE, asked))


@time_machine.travel(NOW)
def test_a_line_that_stands_lets_go_of_its_goods_and_asks_as_on_a_change(company, sign_in):
    draft = OrderDraft(
        customer="ALPHA", requested_on=companies.NEXT_WEDNESDAY, lines=(LineDraft(product="HELMET", quantity=4),)
    )
    sales.enter_order(draft, by=companies.person("representative"), clock=company.clock)
    companies.put_in_stock(company, "HELMET", 50, site="ROT")
    [promise] = Requirement.objects.values_list("pk", flat=True)
    wanted = line("HELMET", "6", on=companies.NEXT_WEDNESDAY.isoformat(), promise=str(promise))
    page = said(sign_in("representative").get(PAGE, rows("lines", wanted) | rows("rows")))
    assert "2 piece not confirmed" in page
    assert "2 piece serves" in page
