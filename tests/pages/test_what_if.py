"""The page of what-ifs: several lines, side by side in up to three scenarios, and nothing is left behind."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from tests import company as companies
from troth.business.promising.models import Requirement
from troth.business.promising.web.what_if_forms import MOVES
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.business.supply.types import EXPECTED
from troth.ledgers.availability.models import Balance, Posting

NOW = "2026-03-02T08:00:00Z"
PAGE = "/availability/what-if/"


def said(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def rows(prefix, *found):
    asked = {f"{prefix}-TOTAL_FORMS": str(len(found)), f"{prefix}-INITIAL_FORMS": "0"}
    for at, row in enumerate(found):
        asked |= {f"{prefix}-{at}-{name}": value for name, value in row.items()}
    return asked


def line(product, quantity, **more):
    return {"product": product, "site": "HAM", "quantity": quantity, "on": "2026-03-06", "mode": "partial", **more}


@pytest.fixture
def company(db):
    small = companies.build()
    companies.put_in_stock(small, "HELMET", 4)
    return small


@time_machine.travel(NOW)
def test_several_lines_stand_side_by_side_in_each_scenario(company, sign_in):
    before = (Posting.objects.count(), Balance.objects.order_by("-version").first().version)
    asked = rows("lines", line("HELMET", "3"), line("HELMET", "3"), {"site": "HAM"}) | rows(
        "rows",
        {"scenario": "A", "what": "no_stock", "quantity": "2"},
        {"scenario": "B", "what": "order", "quantity": "4", "on": "2026-03-05"},
    )

    page = said(sign_in("representative").get(PAGE, asked))

    # As it is one of the second line is confirmed, in A none, in B none of either.
    assert "As it is" in page
    assert page.count("2 piece not confirmed") == 1
    assert page.count("3 piece not confirmed") == 3
    assert page.count("1 piece not confirmed") == 1
    assert "less: Stock 2 piece" in page
    assert "more: Orders 4 piece on" in page
    assert (Posting.objects.count(), Balance.objects.order_by("-version").first().version) == before


@time_machine.travel(NOW)
def test_what_is_wrong_is_said_in_its_row(company, sign_in):
    asked = rows("lines", line("HELMET", "3"), line("GONE", "1"), line("HELMET", "")) | rows(
        "rows", {"scenario": "A", "what": "purchase", "quantity": "2"}
    )
    browser = sign_in("representative")
    page = said(browser.get(PAGE, asked))
    assert "How much is it?" in page
    assert "On which day is it?" in page
    assert "Side by side" not in page

    def asked_of(**row):
        return said(browser.get(PAGE, rows("lines", row) | rows("rows")))

    assert "No product GONE here" in asked_of(**line("GONE", "1"))
    assert "has no storage location ATTIC" in asked_of(**line("HELMET", "1", location="ATTIC"))
    assert "Say in a row which product is wanted" in asked_of(site="HAM")


@time_machine.travel(NOW)
def test_the_empty_page_begins_a_week_ahead_and_more_rows_keep_what_was_typed(company, sign_in):
    browser = sign_in("representative")
    page = browser.get(PAGE, {"product": "HELMET"}).content.decode()
    assert 'value="2026-03-09"' in page
    assert 'value="HELMET"' in page

    asked = rows("lines", line("HELMET", "3")) | rows("rows") | {"_more_rows": "1"}
    page = browser.get(PAGE, asked).content.decode()
    assert 'name="lines-2-product"' in page
    assert "Side by side" not in page


@time_machine.travel(NOW)
def test_a_line_that_stands_is_asked_for_in_its_own_place_with_its_way(company, sign_in, yard):
    lines = (LineDraft(product="HELMET", quantity=4),)
    draft = OrderDraft(customer="ALPHA", lines=lines, requested_on=companies.NEXT_WEDNESDAY)
    order = sales.enter_order(draft, **yard.acting)
    promise = Requirement.objects.get(document_id=order.id)
    browser = sign_in("representative")
    page = browser.get(f"/promises/{promise.pk}/").content.decode()
    [address] = {one for one in _links(page) if f"promise={promise.pk}" in one and "quantity=4" in one}
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}

    as_it_is = said(browser.get(PAGE, asked))
    more = said(browser.get(PAGE, {**asked, "quantity": "6"}))

    assert "4 piece on" in as_it_is  # what it holds itself is free for it
    assert "not confirmed" not in as_it_is.partition("In words")[0].partition("Side by side")[2]
    assert "2 piece not confirmed" in more


def _links(page):
    return [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:]]


def test_all_that_is_expected_of_supply_can_be_supposed_to_come_on_another_day():
    named = {category.name.lower() for category in EXPECTED.values()}
    assert {*named, *(f"no_{name}" for name in named)} <= set(MOVES)
