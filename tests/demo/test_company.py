"""The demo company as it is built: complete, in balance, and only in an empty database."""

from datetime import UTC, date, datetime

import pytest
from django.apps import apps

from troth.business.masterdata import queries as masterdata
from troth.business.pricing import queries as pricing
from troth.business.pricing.rules import PriceRequestLine
from troth.doors.demo import company
from troth.doors.demo.dates import Dates
from troth.doors.demo.people import USERS, cast
from troth.platform import verify
from troth.platform.clock import FixedClock
from troth.reference.models import Company, Product

SATURDAY_AFTER_THANKSGIVING = FixedClock(datetime(2026, 11, 28, 18, 0, tzinfo=UTC))
WEDNESDAY_BEFORE = date(2026, 11, 25)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """The company, built once for this file and rolled back at its end."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield company.build(SATURDAY_AFTER_THANKSGIVING)
        transaction.set_rollback(True)


@pytest.fixture
def unblocked(built, django_db_blocker):
    with django_db_blocker.unblock():
        yield built


def rows(label):
    return apps.get_model(label)._default_manager


def test_today_is_the_last_working_day():
    assert Dates.of(FixedClock(datetime(2026, 11, 27, 18, 0, tzinfo=UTC))).today == date(2026, 11, 27)
    assert Dates.of(SATURDAY_AFTER_THANKSGIVING).today == date(2026, 11, 27)
    assert Dates.of(FixedClock(datetime(2026, 11, 26, 18, 0, tzinfo=UTC))).today == WEDNESDAY_BEFORE


def test_a_receipt_that_would_come_on_a_weekend_or_holiday_comes_on_the_next_working_day():
    dates = Dates(date(2026, 11, 27))
    assert dates.receipt_on(40) == date(2026, 11, 27)
    assert dates.receipt_on(41) == date(2026, 11, 30)
    assert dates.receipt_on(39) == date(2026, 11, 27)


def test_all_facts_are_there(unblocked):
    assert (unblocked.products, unblocked.customers) == (504, 701)
    assert Product.objects.filter(is_sold=True).count() == 195
    assert rows("reference.Site").count() == 2
    assert rows("reference.SalesOrganisation").count() == 10
    assert rows("credit.CreditAccount").filter(limit=None).count() == 14
    assert rows("masterdata.PriceCondition").filter(kind="price", currency_id="USD").count() == 395


def test_all_that_must_hold_holds(unblocked):
    results = verify.run()
    assert [result for result in results if not result.holds] == []


def test_stock_is_the_packed_stock_and_columbus_has_a_quarter_of_its_products(unblocked):
    from troth.demo.facts import rows as facts

    balances = rows("stock.Balance").filter(product__number="WB-H098")
    packed = sum(int(fact["quantity"]) for fact in facts("stock") if fact["product_number"] == "WB-H098")
    by_site = dict.fromkeys(("BOT", "COL"), 0)
    for quantity, code in balances.values_list("quantity", "site__code"):
        by_site[code] += quantity
    assert sum(by_site.values()) == packed == 4127
    assert by_site["COL"] == 1031


def test_receipts_of_the_past_are_told_of_sold_products_only(unblocked):
    past = rows("supply.Receipt").filter(due_on__lte=date(2026, 11, 27))
    assert past.filter(product__is_sold=False).count() == 0
    assert past.exists()
    assert rows("supply.Receipt").filter(due_on__gt=date(2026, 11, 27)).exists()


def test_every_sold_product_has_a_price_for_every_customer_today(unblocked):
    products = list(Product.objects.filter(is_sold=True))
    for country in ("US", "DE"):
        customer_id = rows("masterdata.Customer").filter(party__country_id=country).values_list("id", flat=True)[0]
        terms = masterdata.customer_terms(customer_id)
        wanted = [PriceRequestLine(one.pk, one.pk, 1, one.weight_g) for one in products]
        offer = pricing.price(pricing.request_for(terms, wanted, on=date(2026, 11, 27)))
        assert all(line.net > 0 for line in offer.lines.values())


def test_whoever_acts_has_one_role_each(unblocked):
    people = cast()
    assert {role: set(actor.roles) for role, actor in people.items()} == {role: {role} for role in USERS.values()}


def test_every_site_reaches_every_country_with_customers(unblocked):
    site_ids = list(rows("reference.Site").values_list("id", flat=True))
    for country in ("US", "CA", "GB", "DE", "FR", "AU"):
        for condition in ("", "EXPRESS", "OVERNIGHT"):
            ways = masterdata.transport(site_ids, country, "", condition)
            assert {way.obstacle for way in ways.values()} == {""}


def test_another_company_is_left_alone(db):
    from troth.reference.models import Country, Currency

    Currency.objects.create(code="EUR", name="euro")
    Country.objects.create(code="DE", name="Germany")
    Company.objects.create(code="FJELL", name="Fjell", currency_id="EUR", country_id="DE")
    with pytest.raises(company.OtherBooks, match="FJELL"):
        company.exists()
