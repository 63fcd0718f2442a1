"""A person's own formats: what they read and type on pages, whatever their language; no text of others follows them."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.utils import timezone, translation

from tests.pages.test_stock import said
from troth.business.sales.models import Order, OrderLine
from troth.ledgers.stock.models import Balance
from troth.platform.web import formats
from troth.platform.web.formats import Chosen, UnclearFigure
from troth.platform.web.language import worded

PAGE = "/preferences/formats/"
SOON = (date.today() + timedelta(days=28)).isoformat()
NARROW = "\u202f"
AT = datetime(2026, 11, 28, 22, 30, tzinfo=UTC)


@pytest.fixture
def choose():
    """`choose(numbers, days)` holds until the test is over; the language is English, whatever a test before left."""
    with translation.override("en"):
        yield lambda numbers="", days="": formats.choose(Chosen(numbers, days))
    formats.choose(Chosen())


@pytest.mark.parametrize(
    ("numbers", "typed", "read"),
    [
        ("comma", "1.234,5", "1234.5"),
        ("comma", "1.234", "1234"),
        ("comma", "1,234", "1.234"),
        ("comma", "1 234,5", "1234.5"),
        ("comma", "0.125", "0.125"),
        ("comma", "0.125,5", "0.125,5"),
        ("comma", "1,234.5", "1,234.5"),
        ("comma", "1,2,3", "1,2,3"),
        ("point", "1,234.5", "1234.5"),
        ("point", "1.234", "1.234"),
        ("point", "1.234,5", "1.234,5"),
        ("point", "1,5", "1,5"),
        ("point", "0,125", "0,125"),
        ("space", "1 234,5", "1234.5"),
        ("space", f"1{NARROW}234,5", "1234.5"),
        ("space", "1 234", "1234"),
        ("space", "1,234", "1.234"),
        ("space", "1.5", "1.5"),
        ("space", "0.125", "0.125"),
        ("space", "1.234,5", "1.234,5"),
        ("space", "12 34", "12 34"),
        ("space", "-1 234,5", "-1234.5"),
        ("space", "", ""),
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_figure_is_read_as_the_person_writes_it_whatever_the_language(choose, language, numbers, typed, read):
    choose(numbers)
    with translation.override(language):
        assert formats.figure_read(typed) == read


def test_what_could_be_two_figures_is_refused_with_both(choose):
    choose("space")
    with pytest.raises(UnclearFigure) as refused:
        formats.figure_read("1.234")
    assert refused.value.message == "1.234 can be read in two ways. Write 1234 or 1,234."


@pytest.mark.parametrize(("numbers", "sign"), [("", "."), ("point", "."), ("comma", ","), ("space", ",")])
def test_a_figure_that_a_field_begins_with_is_read_again_as_it_was(choose, numbers, sign):
    choose(numbers)
    for plain in ("1.234", "1234.5", "0.125", "12", "-3.5", "1000000"):
        assert formats.figure_shown(plain) == plain.replace(".", sign)
        assert formats.figure_read(formats.figure_shown(plain)) == plain
    for steps in (1_234_500, 1_234, -987_654_321):
        assert formats.figure_read(formats.number(steps, 3)) == formats.plain(steps, 3)


@time_machine.travel(AT)
def test_dates_are_iso_for_who_wants_them_so(choose):
    on, other = date(2026, 12, 4), date(2027, 1, 4)
    assert (formats.day(on), formats.plain_day(on)) == ("Fri, Dec 4", "Dec 4, 2026")
    choose(days="iso")
    assert (formats.day(on), formats.plain_day(on)) == ("Fri 2026-12-04", "2026-12-04")
    assert (formats.short_day(on, on), formats.short_day(other, on)) == ("12-04", "2027-01-04")
    assert formats.long_day(on) == "Friday 2026-12-04"
    with timezone.override("Asia/Tokyo"):
        assert formats.instant(AT) == "2026-11-29 07:30"
    with translation.override("de"):
        assert formats.day(on) == "Fr. 2026-12-04"
        assert worded("batch C-1 can be used until 2026-03-02") == "Charge C-1 ist bis 2026-03-02 verwendbar"


@pytest.mark.parametrize(
    ("numbers", "total"),
    [("", "1,234.56"), ("point", "1,234.56"), ("comma", "1.234,56"), ("space", f"1{NARROW}234,56")],
)
def test_a_list_is_in_the_persons_format_and_its_export_in_none(world, sign_in, numbers, total):
    Order.objects.filter(pk=world.keys["due"]).update(net=123456, gross=123456)
    browser = sign_in("representative")
    browser.post(PAGE, {"number_format": numbers, "date_format": "", "time_zone": ""})
    assert total in browser.get("/orders/").content.decode()
    assert "1234.56" in b"".join(browser.get("/orders/?export=csv")).decode("utf-8-sig")


def test_a_list_is_narrowed_by_an_amount_as_the_person_types_it(world, sign_in):
    Order.objects.filter(pk=world.keys["due"]).update(net=123456, gross=123456)
    number, other = (Order.objects.get(pk=world.keys[name]).number for name in ("due", "draft"))
    browser = sign_in("representative")
    for numbers, typed in (("comma", "1.234,56"), ("point", "1,234.56"), ("space", "1 234,56")):
        get_user_model().objects.update(number_format=numbers)
        found = browser.get("/orders/", {"amount_from": typed, "amount_until": typed}).content.decode()
        assert (number in found, other in found) == (True, False)


def test_formats_are_chosen_on_their_page_and_kept_with_the_person(sign_in):
    browser = sign_in("representative")
    assert f'href="{PAGE}"' in browser.get("/orders/").content.decode()
    chosen = {"number_format": "comma", "date_format": "iso", "time_zone": "Asia/Tokyo"}
    page = browser.post(PAGE, chosen, follow=True).content.decode()
    assert "Your formats are saved." in page
    user = get_user_model().objects.get()
    assert {name: getattr(user, name) for name in chosen} == chosen
    assert '<option value="Asia/Tokyo" selected>' in page
    assert re.search(r'<html [^>]*data-point="," data-group="\." data-days="iso" data-zone="Asia/Tokyo"', page)
    for name, wrong in (("number_format", "roman"), ("date_format", "maya"), ("time_zone", "Mars/Olympus")):
        assert browser.post(PAGE, {**chosen, name: wrong}).status_code == 422
    assert get_user_model().objects.get().time_zone == "Asia/Tokyo"


def test_one_persons_formats_are_not_the_next_ones(world, sign_in):
    browser = sign_in("representative")
    get_user_model().objects.update(number_format="comma", date_format="iso")
    assert 'data-point=","' in browser.get("/orders/").content.decode()
    assert 'data-point="."' in sign_in("credit_manager").get("/orders/").content.decode()
    assert formats.style().point == "."


def test_the_api_keeps_its_own(world, sign_in):
    browser = sign_in("representative")
    get_user_model().objects.update(number_format="comma", date_format="iso", time_zone="Asia/Tokyo")
    answer = browser.get(world.url("/api/v1/orders/{due}"))
    get_user_model().objects.update(number_format="", date_format="", time_zone="")
    assert answer.content == browser.get(world.url("/api/v1/orders/{due}")).content


@time_machine.travel("2026-03-02T08:00:00Z")
@pytest.mark.parametrize(("zone", "told"), [("", "9:00"), ("Asia/Tokyo", "17:00"), ("America/New_York", "3:00")])
def test_a_time_stamp_is_told_in_the_persons_zone_else_in_the_companys(company, world, sign_in, zone, told):
    type(company.company).objects.update(time_zone="Europe/Berlin")
    browser = sign_in("receivables_clerk")
    get_user_model().objects.update(time_zone=zone, date_format="iso" if zone == "Asia/Tokyo" else "")
    page = said(browser.get(world.url("/payments/{payment}/")))
    assert re.search(rf"\b0?{told}\b", page), page
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_zone_that_is_known_no_more_is_the_companys(world, sign_in):
    browser = sign_in("representative")
    get_user_model().objects.update(time_zone="Nowhere/Atall")
    assert browser.get("/orders/").status_code == 200


def test_a_field_reads_the_persons_figure_and_refuses_what_is_unclear(world, sign_in):
    browser, page = sign_in("warehouse_supervisor"), world.url("/stock/{stock}/count/")
    get_user_model().objects.update(number_format="space")
    answer = browser.post(page, {"quantity": "1.234", "reason": "Count"})
    assert answer.status_code == 422
    assert "1.234 can be read in two ways. Write 1234 or 1,234." in answer.content.decode()
    assert browser.post(page, {"quantity": "1 234", "reason": "Count"}).status_code == 302
    assert Balance.objects.get(pk=world.keys["stock"]).quantity == 1234


@pytest.fixture
def entry(company, sign_in):
    """`entry(address, quantity, …)` posts a page of one row of oil, which has three decimals, as its scripts would."""
    browser = sign_in("representative")
    get_user_model().objects.update(number_format="comma")
    head = {"customer": "ALPHA", "order_type": "standard", "requested_on": SOON}

    def post(address, quantity, **more):
        line = {"product": "OIL", "quantity": quantity, "unit": "litre", "manual_conditions": more.pop("price", "")}
        sent = {"head": head, "lines": [line], **more}
        return browser.post(address, json.dumps(sent), content_type="application/json").json()

    post.browser = browser
    return post


def test_the_order_grid_reads_a_figure_as_typed_and_shows_it_so_again(entry):
    [row] = entry("/orders/check/", "1.234,5")["lines"]
    assert row["net"] == "9.876,00"
    saved = entry("/orders/draft/", "1.234,5", key="one")["saved"]
    assert OrderLine.objects.get().quantity == 1_234_500
    assert saved["stored"]["lines"][0]["quantity"] == "1234,5"
    page = entry.browser.get(saved["change"]).content.decode()
    assert re.search(r'value="1234,5" data-field="quantity"', page)


def test_a_quantity_of_three_decimals_comes_back_from_the_grid_as_it_was(entry):
    """As 1.125 it would be read as more than a thousand."""
    saved = entry("/orders/draft/", "1,125", key="one")["saved"]
    shown = saved["stored"]["lines"][0]["quantity"]
    entry(saved["draft"], shown, version=saved["version"])
    assert (shown, OrderLine.objects.get().quantity) == ("1,125", 1_125)


def test_the_order_grid_refuses_what_could_be_two_figures_at_its_field(entry):
    get_user_model().objects.update(number_format="space")
    [row] = entry("/orders/check/", "1.234")["lines"]
    assert [(one["field"], one["sentence"]) for one in row["problems"]] == [
        ("quantity", "1.234 can be read in two ways. Write 1234 or 1,234.")
    ]
    [row] = entry("/orders/check/", "2", price="1.234")["lines"]
    assert [one["field"] for one in row["problems"]] == ["manual_conditions"]
    assert [line["problems"][0]["field"] for line in entry("/orders/check/", "1,2,3")["lines"]] == ["quantity"]


@pytest.mark.parametrize(("quantity", "status"), [("1 234,5", 302), ("1.234", 422)])
def test_an_order_submitted_without_scripts_reads_the_same(entry, quantity, status):
    get_user_model().objects.update(number_format="space")
    row = {"product": "OIL", "quantity": quantity, "unit": "litre", "requested_on": SOON}
    sent = {f"rows-0-{name}": value for name, value in row.items()}
    sent |= {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0", "customer": "ALPHA", "order_type": "standard"}
    answer = entry.browser.post("/orders/new/", sent | {"_save": "1"})
    assert answer.status_code == status, answer.content.decode()
    assert list(OrderLine.objects.values_list("quantity", flat=True)) == ([1_234_500] if status == 302 else [])
