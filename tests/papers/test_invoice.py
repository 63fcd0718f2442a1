"""The invoice on paper: what stands on it, in both languages, on one page and on many."""

import pytest

from tests import company as companies
from tests.papers.conftest import pdf, plain, printed, text_of
from troth.business.billing import actions as billing
from troth.business.masterdata.models import PaymentTerms
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.reference.models import Party, Product

pytestmark = pytest.mark.django_db


def test_an_invoice_names_sender_receiver_items_and_totals(yard, invoice):
    words = text_of(printed(yard, "invoice", invoice.id))
    for part in (
        f"Invoice {invoice.number}",
        "Fjell Cycles GmbH Hafenweg 1 20457 Hamburg",
        "HRB 4711 Hamburg",
        "DE02 1203 0000 0000 2020 51",
        "Beta Fietsen Kade 7 3011 Rotterdam Netherlands",
        "Invoice date March 2, 2026",
        "Due April 1, 2026",
        "2 pc 400.00 21 % 720.00",
        "3 pc 50.00 21 % 135.00",
        "Net 855.00",
        "21 % on 855.00 179.55",
        "Total EUR 1,034.55",
        "Page 1 of 1",
    ):
        assert part in words, part


def test_the_totals_on_the_paper_are_the_documents(yard, invoice):
    from troth.business.billing.models import Invoice

    row = Invoice.objects.get(pk=invoice.id)
    words = text_of(printed(yard, "invoice", invoice.id))
    assert (row.net, row.tax, row.gross) == (85500, 17955, 103455)
    assert f"Total EUR {row.gross // 100:,}.{row.gross % 100:02}" in words


def test_a_german_customer_reads_german(yard, letterhead, beta):
    Party.objects.filter(pk=beta).update(language="de")
    _order, delivery, _transfer = yard.issued(FRAME=2)
    [made] = billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices
    row = printed(yard, "invoice", made.id)
    words = text_of(row)
    assert row.file_name == f"Rechnung-{made.number}"
    for part in (f"Rechnung {made.number}", "Niederlande", "2. März 2026", "2 Stk 400,00 21 % 720,00", "Seite 1 von 1"):
        assert part in words, part


def test_a_discount_for_early_payment_is_said_in_money(yard, letterhead, beta):
    PaymentTerms.objects.update(discount_days=10, discount_basis_points=200)
    _order, delivery, _transfer = yard.issued(FRAME=2)
    [made] = billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices
    assert "Until March 12, 2026 less 2 %: 853.78 EUR." in text_of(printed(yard, "invoice", made.id))


def test_a_cancellation_names_what_it_takes_back(yard, invoice):
    made = billing.cancel_invoice(invoice.id, reason="wrong customer", **yard.acting)
    words = text_of(printed(yard, "invoice", made.id))
    assert f"Cancellation {made.number}" in words
    assert f"We cancel invoice {invoice.number} of March 2, 2026 in full" in words
    assert "Total EUR -1,034.55" in words
    assert "Due" not in words


def test_a_company_without_a_letterhead_signs_with_its_name(yard, beta):
    _order, delivery, _transfer = yard.issued(FRAME=1)
    [made] = billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices
    assert "Fjell Cycles" in text_of(printed(yard, "invoice", made.id))


@pytest.fixture
def long_invoice(yard, letterhead, beta):
    """A hundred services, some with names that need three lines."""
    fitting = yard.company.products["FITTING"]
    long = "Fitting of a frame with everything that belongs to it, by two people on a Saturday, with the tools " * 2
    Product.objects.filter(pk=fitting.pk).update(name=long[:160])
    lines = tuple(LineDraft(product="FITTING", quantity=1 + n, item_category="service") for n in range(100))
    order = sales.enter_order(OrderDraft(customer="BETA", lines=lines, requested_on=companies.WEDNESDAY), **yard.acting)
    [made] = billing.create_invoices(order_ids=[order.id], **yard.acting).invoices
    return made


def test_a_hundred_lines_are_on_pages_that_split_no_line(yard, long_invoice):
    row = printed(yard, "invoice", long_invoice.id)
    pages = [plain(page.extract_text()) for page in pdf(row).pages]
    assert len(pages) > 3
    for number in range(1, 101):
        whole = f"{number} pc 30.00 21 %"
        assert sum(f" {whole}" in page for page in pages) == 1, whole
    assert sum(page.count("with the tools Fitting") for page in pages) == 100
    assert all("Item Product Quantity Price Tax Net EUR" in page for page in pages)
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, start=1))
    assert "Total EUR" in pages[-1]
