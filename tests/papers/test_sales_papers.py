"""Quotations, confirmations, changes and rejections on paper."""

import json

import pytest

from tests import company as companies
from tests.papers.conftest import printed, text_of
from troth.business.masterdata.models import CustomerProduct
from troth.business.sales import actions as sales
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.platform.printing import papers, queries
from troth.platform.printing.actions import NotOffered
from troth.reference.models import Party

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(yard, letterhead, beta):
    """Five frames that are there, and thirty helmets of which all are there."""
    return yard.order(FRAME=5, HELMET=30)


def change(yard, order, *, line=10, add=(), **values):
    lines = (LineChange(line_number=line, values=values),) if values else ()
    return sales.change_order(order.id, OrderChanges(lines=lines, add=add), **yard.acting)


def test_a_quotation_says_what_it_offers_and_until_when(yard, letterhead, beta):
    draft = QuotationDraft(
        customer="BETA",
        lines=(LineDraft(product="HELMET", quantity=100), LineDraft(product="OIL", quantity=2)),
        requested_on=companies.NEXT_WEDNESDAY,
        valid_to_on=companies.FRIDAY,
        delivery_days=12,
    )
    quotation = sales.save_quotation(draft, **yard.acting)
    with pytest.raises(NotOffered):
        printed(yard, "quotation", quotation.id)
    sales.send_quotation(quotation.id, **yard.acting)
    words = text_of(printed(yard, "quotation", quotation.id))
    for part in (
        f"Quotation {quotation.number}",
        "Valid to March 6, 2026",
        "Delivery time 12 working days",
        "100 pc 45.00 4,050.00",
        "Discount 10 % -450.00",
        "2 l 8.00 14.40",
        "Net 4,064.40",
        "Total EUR 4,917.92",
        "We look forward to your order.",
    ):
        assert part in words, part


def test_a_confirmation_says_what_comes_when(yard, order):
    words = text_of(printed(yard, "order_confirmation", order.id))
    for part in (
        f"Order confirmation {order.number}",
        "Order date March 2, 2026",
        "Wanted on March 4, 2026",
        "5 pc 400.00 1,800.00",
        "30 pc 50.00 1,350.00",
        "Delivery on March 4, 2026",
        "21 % on 3,150.00 661.50",
        "Total EUR 3,811.50",
        "Within 30 days without deduction.",
    ):
        assert part in words, part


def test_what_is_not_confirmed_is_said(yard, letterhead, beta):
    short = yard.order(FRAME=25)
    words = text_of(printed(yard, "order_confirmation", short.id))
    assert "20 pc on March 4, 2026" in words
    assert "5 pc: delivery date follows" in words


def test_the_customers_own_number_stands_beside_ours(yard, order):
    CustomerProduct.objects.create(
        customer=yard.company.customers["BETA"], product=yard.company.products["FRAME"], number="4711"
    )
    assert "FRAME · Your number 4711" in text_of(printed(yard, "order_confirmation", order.id))


def test_a_draft_is_not_confirmed(yard, letterhead, beta):
    draft = sales.save_order(
        OrderDraft(customer="BETA", lines=(LineDraft(product="FRAME", quantity=1),)), **yard.acting
    )
    with pytest.raises(NotOffered):
        printed(yard, "order_confirmation", draft.id)


def test_a_change_confirmation_shows_what_is_new_changed_and_gone(yard, order):
    printed(yard, "order_confirmation", order.id)
    with pytest.raises(NotOffered):
        printed(yard, "order_change", order.id)
    change(yard, order, quantity=4, add=(LineDraft(product="GLOVE", quantity=3),))
    sales.reject_item(order.id, 20, reason="not wanted", **yard.acting)
    row = printed(yard, "order_change", order.id)
    tones = {item["cells"][0]: item["tone"] for item in _rows(row)}
    assert tones == {"10": "changed", "20": "struck", "30": "new"}
    words = text_of(row)
    assert "since our confirmation of March 2, 2026 is shaded" in words
    assert "4 pc 400.00 1,440.00" in words
    assert "Total EUR 1,807.74" in words


def test_a_printed_change_is_up_to_date_until_the_order_changes_again(yard, order):
    printed(yard, "order_confirmation", order.id)
    change(yard, order, quantity=4)
    stale = {row.paper.code: row.is_stale for row in papers_of(order)}
    assert stale == {"order_confirmation": True, "order_change": False}
    printed(yard, "order_change", order.id)
    assert not {row.paper.code: row.is_stale for row in papers_of(order)}["order_change"]
    change(yard, order, quantity=3)
    assert {row.paper.code: row.is_stale for row in papers_of(order)}["order_change"]
    second = printed(yard, "order_change", order.id)
    assert second.version == 2
    assert {item["cells"][0]: item["tone"] for item in _rows(second)} == {"10": "changed", "20": ""}


def test_a_rejected_item_is_told_with_its_reason(yard, order):
    assert not papers.paper("order_rejection").offered(order.id)
    sales.reject_item(order.id, 20, reason="no longer made", **yard.acting)
    words = text_of(printed(yard, "order_rejection", order.id))
    assert "To our regret we cannot deliver these items of your order" in words
    assert "Reason: no longer made" in words
    assert "FRAME" not in words
    assert "Total" not in words


def test_a_cancelled_order_is_told_without_our_reason(yard, order):
    sales.cancel_order(order.id, reason="does not pay", **yard.acting)
    words = text_of(printed(yard, "order_rejection", order.id))
    assert f"Cancellation {order.number}" in words
    assert "FRAME" in words
    assert "does not pay" not in words


def test_a_german_customer_reads_the_confirmation_in_german(yard, letterhead, beta):
    Party.objects.filter(pk=beta).update(language="de")
    words = text_of(printed(yard, "order_confirmation", yard.order(FRAME=25).id))
    for part in ("Auftragsbestätigung", "20 Stk am 4. März 2026", "5 Stk: Liefertermin folgt", "Gesamt EUR 10.890,00"):
        assert part in words, part


@pytest.mark.parametrize("code", ["order_confirmation", "order_change", "order_rejection"])
def test_each_paper_of_an_order_has_a_mail_in_the_customers_language(yard, order, code):
    loaded = papers.paper("order_confirmation").load(order.id)
    subject, body = papers.paper(code).mail(loaded)
    assert order.number in subject
    assert body.startswith("Dear customer,")
    assert body.endswith("Kind regards\nFjell Cycles")


def papers_of(order):
    return queries.papers_of("order", order.id, by=companies.person("representative"))


def _rows(row):
    return json.loads(row.content)["rows"]
