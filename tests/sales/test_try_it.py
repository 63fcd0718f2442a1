"""The box in which master data is tried: what would become of an item, with what every alternative had."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests import company
from tests.sales import books
from troth.business.masterdata import models
from troth.platform.models import RoleGrant

ASKED = "customer=ALPHA&product=HELMET&quantity=10&requested_on=2099-01-01&order_type=standard"


@pytest.fixture
def page(small):
    user = get_user_model().objects.create_user("mara", password="correct horse battery")
    RoleGrant.objects.create(user=user, role="master_data")
    client = Client()
    client.force_login(user)

    def get(path):
        answer = client.get(path)
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def asked(small):
    from datetime import date, timedelta

    day = date.today() + timedelta(days=28)
    return ASKED.replace("2099-01-01", day.isoformat())


def test_a_rule_is_tried_on_an_item_without_a_trace(small, page):
    rule = models.AvailabilityRule.objects.create(
        code="R1", name="Short", product=small.products["HELMET"], valid_from_on=company.LONG_AGO
    )
    for position, number in enumerate(("GLOVE", "FRAME"), 1):
        models.AvailabilityRuleStep.objects.create(
            rule=rule, position=position, product=small.products[number], numerator=1, denominator=1
        )
    company.put_in_stock(small, "FRAME", 50)
    before = books.picture()
    told = page(f"/availability-rules/{rule.pk}/about/?{asked(small)}")
    assert "has nothing" in told
    assert "serves" in told
    assert "FRAME" in told
    assert books.picture() == before


def test_the_box_says_which_rules_hold_for_the_item_and_why_others_do_not(small, page):
    for code, source_system in (("R1", ""), ("R2", "edi")):
        models.AvailabilityRule.objects.create(
            code=code, name=code, product=small.products["HELMET"], valid_from_on=company.LONG_AGO,
            source_system=source_system,
        )  # fmt: skip
    path = f"/offering/try/?{asked(small)}"
    assert "for orders from another source system" in page(path)
    assert "for orders from another source system" not in page(f"{path}&source_system=edi")


def test_what_may_not_be_sold_is_told_at_the_product(small, page):
    models.Listing.objects.create(kind="excluded", product=small.products["HELMET"], valid_from_on=company.LONG_AGO)
    told = page(f"/offering/try/?{asked(small)}")
    assert "may not be sold to this customer" in told


def test_a_free_item_stands_beside_its_main_item(small, page):
    models.FreeGoods.objects.create(
        product=small.products["HELMET"], kind="exclusive", per_quantity=10, free_quantity=1,
        item_category=small.item_categories["free"], valid_from_on=company.LONG_AGO, reason="spring",
    )  # fmt: skip
    told = page(f"/offering/try/?{asked(small)}")
    assert "free of charge · spring" in told


def test_a_rule_is_tried_on_the_occasion_that_it_is_meant_for(small, page):
    rule = models.AvailabilityRule.objects.create(
        code="R1", name="Short", product=small.products["HELMET"], valid_from_on=company.LONG_AGO,
        asked_at_entry=False, asked_at_change=False, asked_when_broken=True,
    )  # fmt: skip
    models.AvailabilityRuleStep.objects.create(rule=rule, position=1, product=small.products["FRAME"])
    company.put_in_stock(small, "FRAME", 50)
    path = f"/availability-rules/{rule.pk}/about/?{asked(small)}"
    told = page(path)
    assert "not meant for entering" in told
    assert "Alternatives tried" not in told
    told = page(f"{path}&occasion=broken")
    assert "Alternatives tried" in told
    assert "when a promise breaks" in told
