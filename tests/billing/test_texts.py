"""Texts that their kind passes on go from the order to its delivery and its invoice, and stay there as they were."""

import pytest

from tests.shipping.conftest import assert_books_hold
from troth.business.billing import actions as billing
from troth.business.billing import queries as invoices
from troth.business.masterdata.models import StandardText, TextKind
from troth.business.sales import actions as sales
from troth.business.sales.rules.changes import OrderChanges
from troth.business.shipping import queries as deliveries
from troth.platform.actors import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts(company):
    rows = (
        ("greeting", False, {}),
        ("gate", False, {"goes_to_delivery": True}),
        ("terms", False, {"goes_to_invoice": True}),
        ("handling", True, {"goes_to_delivery": True}),
        ("warranty", True, {"goes_to_invoice": True}),
    )
    for code, on_items, goes in rows:
        kind = TextKind.objects.create(code=code, name=code.title(), is_on_items=on_items, **goes)
        whose = {"product": company.products["HELMET"]} if on_items else {"customer": company.customers["BETA"]}
        StandardText.objects.create(kind=kind, text=f"{code} of BETA", **whose)


def test_delivery_and_invoice_take_over_what_their_kinds_say(texts, yard):
    _, delivery, _ = yard.issued(HELMET=1, GLOVE=1)
    left = deliveries.delivery(delivery.id, by=SYSTEM)
    assert left.texts == {"gate": "gate of BETA"}
    assert {line.product: line.texts for line in left.lines} == {
        "HELMET": {"handling": "handling of BETA"},
        "GLOVE": {},
    }
    [made] = billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices
    invoice = invoices.invoice(made.id, by=SYSTEM)
    assert invoice.texts == {"terms": "terms of BETA"}
    assert {line.product.number: line.texts for line in invoice.lines} == {
        "HELMET": {"warranty": "warranty of BETA"},
        "GLOVE": {},
    }
    cancelled = billing.cancel_invoice(made.id, reason="Wrong.", **yard.acting)
    assert [line.texts for line in invoices.invoice(cancelled.id, by=SYSTEM).lines] == [
        line.texts for line in invoice.lines
    ]
    assert_books_hold()


def test_a_document_keeps_its_texts_when_those_of_the_order_change(texts, yard):
    order, delivery, _ = yard.issued(HELMET=1)
    changes = OrderChanges(header={"texts": {"gate": "Gate 9", "terms": "By cheque"}})
    sales.change_order(order.id, changes, **yard.acting)
    assert deliveries.delivery(delivery.id, by=SYSTEM).texts == {"gate": "gate of BETA"}
    [made] = billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices
    assert invoices.invoice(made.id, by=SYSTEM).texts == {"terms": "By cheque"}


def test_a_collective_invoice_says_each_different_text_once(texts, yard):
    issued = [yard.issued(HELMET=1) for _ in range(3)]
    sales.change_order(issued[2][0].id, OrderChanges(header={"texts": {"terms": "By cheque"}}), **yard.acting)
    chosen = [delivery.id for _, delivery, _ in issued]
    [made] = billing.create_invoices(delivery_ids=chosen, collective=True, **yard.acting).invoices
    assert invoices.invoice(made.id, by=SYSTEM).texts == {"terms": "terms of BETA\nBy cheque"}
