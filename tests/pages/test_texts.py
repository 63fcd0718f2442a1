"""Texts are seen and changed on the pages of the documents."""

import re

import pytest
import time_machine

from troth.business.masterdata.models import StandardText, TextKind
from troth.business.sales.models import Order, Quotation

NOW = "2026-03-02T08:00:00Z"


def said(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def kinds(company):
    gate = TextKind.objects.create(code="gate", name="Gate note", goes_to_delivery=True, goes_to_invoice=True)
    TextKind.objects.create(code="handling", name="Handling note", is_on_items=True)
    StandardText.objects.create(kind=gate, text="Ring twice.", customer=company.customers["BETA"])


@time_machine.travel(NOW)
def test_a_representative_changes_the_texts_of_an_order(kinds, world, sign_in):
    browser, place = sign_in("representative"), world.url("/orders/{due}/")
    assert "Ring twice." in said(browser.get(f"{place}?tab=texts"))
    page = browser.get(f"{place}texts/").content.decode()
    assert f"{place}texts/" in browser.get(place).content.decode()
    assert ">Ring twice.</textarea>" in page.replace("\n", "")
    answer = browser.post(f"{place}texts/", {"0-gate": "Gate 4.", "10-handling": "Upright."})
    assert answer.headers["Location"] == f"{place}?tab=texts"
    order = Order.objects.get(pk=world.keys["due"])
    assert (order.texts, order.lines.get().texts) == ({"gate": "Gate 4."}, {"handling": "Upright."})
    assert "Item 10" not in said(browser.get(f"{place}?tab=texts"))
    assert "Upright." in said(browser.get(f"{place}?tab=texts"))


@time_machine.travel(NOW)
def test_texts_that_went_on_stand_on_the_delivery_and_the_invoice(kinds, world, sign_in):
    browser = sign_in("billing_clerk")
    assert "Ring twice." in said(browser.get(world.url("/deliveries/{delivery}/?tab=texts")))
    assert "Ring twice." in said(browser.get(world.url("/invoices/{invoice}/?tab=texts")))


@time_machine.travel(NOW)
def test_a_quotation_that_was_sent_shows_its_texts_and_changes_none(kinds, world, sign_in):
    browser, place = sign_in("representative"), world.url("/quotations/{quotation}/")
    assert "Ring twice." in said(browser.get(f"{place}?tab=texts"))
    assert f"{place}texts/" not in browser.get(place).content.decode()
    refused = browser.post(f"{place}texts/", {"0-gate": "Gate 4."})
    assert (refused.status_code, "Revise it instead" in said(refused)) == (422, True)
    assert Quotation.objects.get(pk=world.keys["quotation"]).texts == {"gate": "Ring twice."}


@time_machine.travel(NOW)
def test_a_quotation_that_is_a_draft_takes_other_texts(kinds, world, sign_in):
    Quotation.objects.update(state="draft")
    browser, place = sign_in("representative"), world.url("/quotations/{quotation}/")
    assert browser.post(f"{place}texts/", {"0-gate": ""}).status_code == 302
    assert "No texts" in said(browser.get(f"{place}?tab=texts"))
