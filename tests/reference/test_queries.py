"""Readers of the reference tables."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.admin import site as admin_site
from django.db.models import F
from django.forms import inlineformset_factory

from tests import company as companies
from tests.ledgers.conftest import make_world
from troth.kernel.calendars import day_of
from troth.kernel.errors import NotFound
from troth.kernel.quantity import Conversion
from troth.reference import admin, models, queries


@pytest.fixture
def world(db):
    return make_world()


def test_a_product_is_read_with_the_decimals_of_its_unit(world):
    row = queries.product(world.product)
    assert (row.number, row.base_unit, row.decimals, row.is_active) == ("BK-1", "PC", 0, True)
    assert row.format(12) == "12 PC"
    assert queries.products_by_number(["BK-1", "BK-2"]) == {"BK-1": row}


def test_further_units_convert_to_the_base_unit(world):
    box = models.Unit.objects.create(code="BOX", name="box")
    models.ProductUnit.objects.create(product_id=world.product, unit=box, numerator=12)
    found = queries.conversions([world.product])
    assert found == {(world.product, "BOX"): Conversion(12, 1)}
    assert found[world.product, "BOX"].to_base(2, unit=queries.unit("BOX"), base=queries.unit("PC")) == 24


@pytest.mark.parametrize("read", [queries.company, queries.site, queries.product, queries.calendar])
def test_what_is_not_there_is_refused(db, read):
    with pytest.raises(NotFound):
        read(999_999)


def test_a_calendar_is_read_anew_when_its_version_changes(world):
    calendar_id = queries.site(world.site).calendar_id
    epiphany = date(2026, 1, 6)
    assert queries.calendar(calendar_id).is_open(day_of(epiphany))
    models.CalendarDay.objects.create(calendar_id=calendar_id, on=epiphany)
    models.CalendarDay.objects.create(calendar_id=calendar_id, on=date(2026, 1, 10), is_open=True)
    models.WorkingCalendar.objects.update(version=F("version") + 1)
    calendar = queries.calendar(calendar_id)
    assert not calendar.is_open(day_of(epiphany))
    assert calendar.is_open(day_of(date(2026, 1, 10)))
    assert queries.calendar(calendar_id) is calendar


def test_sites_bins_and_the_first_location_are_found(world):
    assert [row.code for row in queries.sites(company_id=world.company)] == ["S1"]
    assert [row.code for row in queries.bins(world.site)] == ["A", "B"]
    assert queries.default_location(world.site) == world.location
    assert queries.company(world.company).currency == "EUR"


def test_the_rate_of_the_day_is_the_last_before_it(world):
    dollar = models.Currency.objects.create(code="USD", name="Dollar")
    for on, numerator in ((date(2026, 1, 1), 90), (date(2026, 2, 1), 92)):
        models.ExchangeRate.objects.create(
            source=dollar, target_id="EUR", valid_from_on=on, numerator=numerator, denominator=100
        )
    assert queries.rate("USD", "EUR", on=date(2026, 1, 31)) == queries.Rate(90, 100)
    assert queries.rate("EUR", "EUR", on=date(2026, 1, 31)) == queries.Rate()
    with pytest.raises(queries.NoExchangeRate):
        queries.rate("USD", "EUR", on=date(2025, 12, 31))


def test_every_reference_table_is_administered_and_nothing_is_deleted():
    kept = {model for model, kind in admin_site._registry.items() if isinstance(kind, admin.KeptAdmin)}
    inline = {models.CalendarDay, models.ProductUnit}
    assert kept | inline == {model for model in vars(models).values() if _is_table(model)}
    assert not any(admin_site._registry[model].has_delete_permission(None) for model in kept)


def test_administration_refuses_a_calendar_that_never_opens(db):
    calendar = next(iter(companies.build().sites.values())).calendar
    days = inlineformset_factory(
        models.WorkingCalendar, models.CalendarDay, formset=admin.CalendarDays, fields="__all__"
    )
    first = date(2027, 1, 4)

    def entered(count):
        data = {"days-TOTAL_FORMS": str(count), "days-INITIAL_FORMS": "0"}
        for place in range(count):
            data[f"days-{place}-on"] = (first + timedelta(days=place)).isoformat()
        return days(data, instance=calendar)

    assert entered(300).is_valid()
    refused = entered(370)
    assert not refused.is_valid()
    assert "closed for more than 365 days" in str(refused.non_form_errors())


def _is_table(candidate):
    return isinstance(candidate, type) and issubclass(candidate, models.models.Model) and not candidate._meta.abstract


def test_today_is_the_earliest_date_of_the_companies_asked_for(db):
    small = companies.build()
    berlin = models.Company.objects.get(code="FJELL")
    seattle = models.Company.objects.create(
        code="PUGET", name="Puget Cycles", currency_id="EUR", country_id="DE", time_zone="America/Los_Angeles"
    )
    small.clock.at = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
    assert queries.today(small.clock, [berlin.pk]) == date(2026, 3, 3)
    assert queries.today(small.clock, [berlin.pk, seattle.pk]) == date(2026, 3, 2)
    assert queries.today(small.clock) == date(2026, 3, 2)
    assert queries.today(small.clock, []) == date(2026, 3, 3)
