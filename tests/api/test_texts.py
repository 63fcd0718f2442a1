"""Texts of documents over the API."""

import pytest

from tests.api.conftest import assert_refused, places
from troth.business.masterdata.models import StandardText, TextKind


@pytest.fixture
def kinds(small):
    greeting = TextKind.objects.create(code="greeting", name="Greeting")
    TextKind.objects.create(code="handling", name="Handling", is_on_items=True)
    StandardText.objects.create(kind=greeting, text="Dear friends", customer=small.customers["ALPHA"])


def entry(**fields):
    lines = [{"product": "HELMET", "quantity": "1", "texts": {"handling": "Upright."}}]
    return {"customer": "ALPHA", "requested_on": "2026-03-11", "lines": lines, **fields}


def shown(rep, address):
    found = rep.get(address).json()
    return found["texts"], [line["texts"] for line in found["lines"]]


def test_texts_of_an_order_are_entered_read_and_changed(kinds, caller):
    rep = caller("representative")
    address = f"orders/{rep.post('orders', entry()).json()['id']}"
    assert shown(rep, address) == ({"greeting": "Dear friends"}, [{"handling": "Upright."}])
    change = {"texts": {"greeting": ""}, "lines": [{"line_number": 10, "texts": {"handling": "Fragile."}}]}
    assert rep.patch(address, change).status_code == 200
    assert shown(rep, address) == ({}, [{"handling": "Fragile."}])


def test_texts_of_a_quotation_are_changed_while_it_is_a_draft(kinds, caller):
    rep = caller("representative")
    address = f"quotations/{rep.post('quotations', entry(valid_to_on='2026-03-31')).json()['id']}"
    changed = rep.post(f"{address}/texts", {"header": {"greeting": "Hello"}, "lines": {"10": {"handling": ""}}})
    assert (changed.status_code, shown(rep, address)) == (200, ({"greeting": "Hello"}, [{}]))
    assert rep.post(f"{address}/send").status_code == 200
    assert_refused(rep.post(f"{address}/texts", {"header": {"greeting": "Hi"}}), 409, "not_a_draft")


def test_a_text_of_no_kind_is_refused_beside_its_line(kinds, caller):
    rep = caller("representative")
    wrong = entry(lines=[{"product": "HELMET", "quantity": "1", "texts": {"greeting": "Not on an item."}}])
    refused = assert_refused(rep.post("orders", wrong), 422, "wrong_entry")
    assert places(refused) == [(1, "texts", "wrong_entry")]
