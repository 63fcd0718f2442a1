"""Conditions, taxes and accounts as they stand on a day."""

from datetime import date

import pytest

from tests.masterdata.world import TODAY, price
from troth.business.masterdata import queries
from troth.business.masterdata.models import AccountRule, TaxRate
from troth.business.masterdata.rules import AccountMissing
from troth.platform import sql


def found(world, *, customer=None, products=None, currency="USD", on=TODAY):
    customer = customer or world.bikes
    products = [world.bike.pk] if products is None else products
    rows = queries.conditions(queries.Fit(world.company.pk, customer.pk, customer.group, currency, on), products)
    return {row.code for row in rows}


def test_conditions_of_others_and_of_other_days_are_left_out(world):
    price(world, 100, code="list")
    price(world, 90, code="group", customer_group="retail")
    price(world, 90, code="other group", customer_group="club")
    price(world, 80, code="mine", customer=world.bikes)
    price(world, 80, code="theirs", customer=world.wheels)
    price(world, 70, code="past", valid_to_on=date(2026, 3, 1))
    price(world, 70, code="last day", valid_to_on=TODAY)
    price(world, 70, code="coming", valid_from_on=date(2026, 3, 3))
    price(world, 70, code="euro", currency_id="EUR")
    price(world, 70, code="off", is_active=False)
    price(world, 70, code="cable", product=world.cable)
    price(world, code="all", product=None, kind="discount", basis_points=200)
    assert found(world) == {"list", "group", "mine", "last day", "all"}
    assert found(world, customer=world.wheels) == {"list", "group", "theirs", "last day", "all"}
    assert found(world, currency="EUR") == {"euro"}
    assert found(world, products=[world.bike.pk, world.cable.pk]) == {
        "list", "group", "mine", "last day", "all", "cable",
    }  # fmt: skip
    assert found(world, products=[]) == {"all"}


def test_conditions_take_one_statement(world):
    before = sql.tally.statements
    found(world, products=[world.bike.pk, world.cable.pk])
    assert sql.tally.statements - before == 1


def tax(name, basis_points, region="", since=date(2026, 1, 1), until=None, country="CA"):
    return TaxRate.objects.create(
        country_id=country, region=region, name=name, basis_points=basis_points, valid_from_on=since, valid_to_on=until
    )


def test_a_regions_rate_stands_in_for_the_countrys_of_the_same_name_and_adds_to_others(world):
    tax("GST", 500)
    tax("PST", 700, region="BC")
    tax("GST", 1500, region="NB")

    def rates(region, on=TODAY):
        return {rate.name: rate.basis_points for rate in queries.tax_rates("CA", region, on)}

    assert rates("") == {"GST": 500}
    assert rates("AB") == {"GST": 500}
    assert rates("BC") == {"GST": 500, "PST": 700}
    assert rates("NB") == {"GST": 1500}
    tax("GST", 600, since=TODAY)
    assert rates("AB") == {"GST": 600}
    assert rates("AB", date(2026, 3, 1)) == {"GST": 500}
    tax("PST", 0, region="BC", since=date(2026, 2, 1), until=date(2026, 2, 28))
    assert rates("BC") == {"GST": 600, "PST": 700}
    assert queries.tax_rates("DE", "", TODAY) == ()


@pytest.mark.parametrize(
    ("group", "category", "account"),
    [("", "", "4000"), ("retail", "", "4010"), ("", "Bikes", "4020"), ("retail", "Bikes", "4010"), ("x", "y", "4000")],
)
def test_the_most_specific_account_wins(world, group, category, account):
    for customer_group, product_category, number in (("", "", "4000"), ("retail", "", "4010"), ("", "Bikes", "4020")):
        AccountRule.objects.create(
            company=world.company,
            posting_key="revenue",
            customer_group=customer_group,
            product_category=product_category,
            account=number,
        )
    answer = queries.account(world.company.pk, "revenue", customer_group=group, product_category=category)
    assert answer == account


def test_a_posting_without_an_account_is_refused(world):
    with pytest.raises(AccountMissing) as refusal:
        queries.account(world.company.pk, "cash", customer_group="retail")
    assert refusal.value.facts == {"posting_key": "cash", "customer_group": "retail", "product_category": ""}
