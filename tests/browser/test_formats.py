"""A representative whose numbers and dates are not those of the language, at the order grid."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from tests import company as companies
from tests.browser.entering import box, days, enter_head, paste, sign_in, values
from troth.business.sales.models import OrderLine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rita(transactional_db, page: Page) -> Page:
    companies.put_in_stock(companies.build(), "OIL", 2_000_000)
    return sign_in(page, "rita")


@pytest.mark.parametrize("numbers", ["comma", "space"])
def test_figures_and_days_are_typed_pasted_and_shown_as_the_person_has_them(rita, numbers):
    get_user_model().objects.filter(username="rita").update(number_format=numbers, date_format="iso")
    typed = "1.234,5" if numbers == "comma" else "1 234,5"
    enter_head(rita)
    expect(rita.locator("[name=requested_on]")).to_have_value(days(28))
    box(rita, 1, "product").focus()
    paste(rita, f"OIL;{typed};litre;{days(30)}")
    expect(rita.locator("[data-net]").first).to_have_text("9.876,00" if numbers == "comma" else "9\u202f876,00")
    assert (values(rita, "quantity")[0], values(rita, "requested_on")[0]) == (typed, days(30))
    rita.keyboard.press("Control+s")
    expect(rita.locator("h1 .chip")).to_have_text("Draft")
    assert [line.quantity for line in OrderLine.objects.all()] == [1_234_500]
    rita.goto(f"{rita.url}change/")
    assert values(rita, "quantity")[0] == "1234,5"
    box(rita, 1, "quantity").fill("1,125")
    rita.keyboard.press("Control+s")
    expect(rita.locator("h1 .chip")).to_have_text("Draft")
    assert [line.quantity for line in OrderLine.objects.all()] == [1_125]


def test_what_could_be_two_figures_is_marked_and_not_submitted(rita):
    get_user_model().objects.filter(username="rita").update(number_format="space")
    enter_head(rita)
    box(rita, 1, "product").fill("OIL")
    box(rita, 1, "quantity").fill("1.234")
    expect(rita.locator("[data-missing]")).to_contain_text("1.234 can be read in two ways. Write 1234 or 1,234.")
    expect(box(rita, 1, "quantity")).to_have_attribute("aria-invalid", "true")
    rita.keyboard.press("Control+Enter")
    expect(rita.locator(".line-wrong [data-field=quantity]")).to_have_attribute("aria-invalid", "true")
    assert not OrderLine.objects.exists()


def test_what_was_typed_in_another_format_comes_back_in_the_one_of_today(rita):
    get_user_model().objects.filter(username="rita").update(number_format="comma")
    rita.goto("/orders/new/")
    box(rita, 1, "product").fill("OIL")
    box(rita, 1, "quantity").fill("1.125")
    get_user_model().objects.filter(username="rita").update(number_format="point")
    rita.reload()
    expect(box(rita, 1, "quantity")).to_have_value("1125")
    assert values(rita, "product")[0] == "OIL"
