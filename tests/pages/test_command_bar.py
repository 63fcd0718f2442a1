"""The command bar: codes, documents, customers, products, screens and actions, each for those who may open it."""

import re

import pytest
from django.urls import reverse

from troth.business.receivables.models import Payment
from troth.business.sales.models import Order
from troth.doors.web.codes import CODES
from troth.platform.permissions import PERMISSIONS, ROUTES, SIGNED_IN
from troth.platform.web.search import WHILE_TYPING


def options(browser, words: str) -> list[tuple[str, str]]:
    """(label, address) of each option that stands under the bar while these words are typed."""
    answer = browser.get("/search/", {"q": words}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    found = re.findall(r'role="option"[^>]*href="([^"]+)"><span class="option-label">([^<]+)<', answer.content.decode())
    return [(label, url) for url, label in found]


def labels(browser, words: str) -> list[str]:
    return [label for label, _ in options(browser, words)]


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
def test_a_code_opens_its_screen_for_each_role_that_may_and_for_no_other(code, sign_in):
    may = PERMISSIONS[ROUTES[code.route]]
    for role in sorted(may):
        browser = sign_in(role)
        answer = browser.get("/search/", {"q": code.code.lower()})
        assert (answer.status_code, answer.url) == (302, code.url)
        assert browser.get(answer.url).status_code == 200
    for role in sorted({"administrator"} - may):
        assert labels(sign_in(role), code.code) == []


def test_every_code_of_a_screen_is_open_to_some_role():
    assert [code.code for code in CODES if ROUTES[code.route] == SIGNED_IN or not PERMISSIONS[ROUTES[code.route]]] == []


def test_a_code_with_a_number_opens_the_document_itself(world, sign_in):
    order = Order.objects.get(pk=world.keys["due"])
    rep = sign_in("representative")
    change = reverse("sales:order-change", args=[order.pk])
    assert rep.get("/search/", {"q": f"va02 {order.number}"}).url == change
    assert rep.get("/search/", {"q": f"VA02 {order.number.lower()}"}).url == change
    assert rep.get("/search/", {"q": f"va03 {int(order.number[3:])}"}).url == reverse("sales:order", args=[order.pk])
    assert rep.get("/search/", {"q": "co09 FRAME"}).url == "/availability/?product=FRAME"
    assert rep.get("/search/", {"q": "qa11 FRAME"}).url == "/lots/?q=FRAME"


def test_a_code_that_changes_is_not_offered_to_who_may_only_look(world, sign_in):
    order = Order.objects.get(pk=world.keys["due"])
    assert labels(sign_in("auditor"), f"VA02 {order.number}") == []


def test_a_document_is_found_by_its_digits_and_by_how_its_number_begins(world, sign_in):
    order = Order.objects.get(pk=world.keys["due"])
    rep = sign_in("representative")
    assert (order.number, reverse("sales:order", args=[order.pk])) in options(rep, str(int(order.number[3:])))
    begun = order.number[:7]
    begins = Order.objects.filter(number__startswith=begun).order_by("-number")
    assert labels(rep, begun) == list(begins.values_list("number", flat=True)[:WHILE_TYPING])
    assert labels(rep, begun[1:]) == []


def test_a_document_of_a_kind_that_is_not_open_is_not_found(world, sign_in):
    payment = Payment.objects.get(pk=world.keys["payment"]).number
    assert labels(sign_in("representative"), payment) == []
    assert labels(sign_in("receivables_clerk"), payment) == [payment]


def test_actions_are_found_by_any_of_their_words_for_those_who_may(sign_in):
    rep, credit = sign_in("representative"), sign_in("credit_manager")
    assert ("New order", "/orders/new/") in options(rep, "new ord")
    assert ("New order", "/orders/new/") in options(rep, "create order")
    assert "New order" not in labels(credit, "new ord")
    assert labels(credit, "release") == ["Release credit blocks", "Release blocks"]


def test_a_verb_and_a_number_lead_to_the_page_that_does_it(world, sign_in):
    blocked = Order.objects.get(pk=world.keys["blocked"])
    release = reverse("credit:block-release", args=[world.keys["block"]])
    assert (f"Release {blocked.number}", release) in options(sign_in("credit_manager"), f"release {blocked.number}")
    cancel = reverse("sales:order-cancel", args=[blocked.pk])
    rep = sign_in("representative")
    assert options(rep, f"cancel {blocked.number}") == [(f"Cancel {blocked.number}", cancel)]
    assert labels(rep, f"release {blocked.number}") == []


def test_areas_customers_and_products_are_found_by_their_words(world, sign_in):
    rep = sign_in("representative")
    assert ("Availability", "/availability/") in options(rep, "avail")
    assert any(url.startswith("/availability/?product=FRAME") for _, url in options(rep, "frame"))


def test_what_is_not_found_is_said(sign_in):
    answer = sign_in("representative").get("/search/", {"q": "zzz"}, headers={"HX-Request": "true"})
    assert "Nothing found for “zzz”" in answer.content.decode()
    assert answer["Vary"].count("HX-Request") == 1


def test_a_thing_stands_once_however_many_ways_it_was_found(sign_in):
    found = options(sign_in("operations_team"), "create")
    assert len({url for _, url in found}) == len(found) > 3
