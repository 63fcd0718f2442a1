"""Each check of sales holds on good books, and fails when one row is corrupted."""

import pytest

from tests import company
from troth.business.sales import actions
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.platform import sql, verify


@pytest.fixture
def books_in_use(small, rep, draft):
    company.put_in_stock(small, "HELMET", 5)
    offer = QuotationDraft(
        customer="BETA", lines=(LineDraft(product="HELMET", quantity="2"),), valid_to_on="2026-03-31", delivery_days=5
    )
    quotation = actions.save_quotation(offer, by=rep, clock=small.clock)
    actions.send_quotation(quotation.id, by=rep, clock=small.clock)
    actions.order_from_quotation(quotation.id, by=rep, clock=small.clock)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 3), ("GLOVE", 1)), by=rep, clock=small.clock)
    actions.reject_item(order.id, 20, reason="no", by=rep, clock=small.clock)
    actions.save_order(draft("ALPHA", ("FRAME", 1)), by=rep, clock=small.clock)


SALES = (
    "sales: totals",
    "sales: requirements",
    "sales: ordered",
    "sales: claims",
    "sales: numbers",
    "sales: predecessors",
    "sales: masters",
    "sales: sub-items",
)


def test_the_checks_hold_on_good_books_and_look_at_something(books_in_use):
    results = verify.run(SALES)
    assert [result.findings for result in results] == [()] * len(SALES)
    assert all(result.count_checked for result in results)


LATEST = "(SELECT MAX(id) FROM sales_order WHERE state = 'submitted')"


@pytest.mark.parametrize(
    ("check", "corruption"),
    [
        ("sales: totals", f"UPDATE sales_order SET net = net + 1 WHERE id = {LATEST}"),
        ("sales: totals", "UPDATE sales_orderline SET tax = tax + 1, net = net - 1 WHERE line_number = 20"),
        ("sales: totals", "UPDATE sales_quotation SET gross = gross - 1"),
        ("sales: requirements", "UPDATE promising_requirement SET is_withdrawn = TRUE WHERE line_id = {second}"),
        ("sales: requirements", "UPDATE promising_requirement SET quantity = quantity + 1 WHERE line_id = {second}"),
        ("sales: ordered", "UPDATE sales_orderline SET base_quantity = base_quantity + 1 WHERE id = {second}"),
        ("sales: ordered", f"UPDATE sales_order SET state = 'cancelled' WHERE id = {LATEST}"),
        ("sales: claims", f"UPDATE sales_order SET gross = gross + 1 WHERE id = {LATEST}"),
        ("sales: claims", f"UPDATE sales_order SET state = 'cancelled' WHERE id = {LATEST}"),
        ("sales: masters", "UPDATE sales_orderline SET route_id = 999999 WHERE id = {second}"),
        ("sales: sub-items", "UPDATE sales_orderline SET main_line = 999999 WHERE id = {second}"),
        ("sales: sub-items", "UPDATE sales_orderline SET main_line = 20, role = 'free' WHERE line_number = 10"),
        ("sales: predecessors", "UPDATE sales_orderline SET reference_line_id = 999999 WHERE reference_kind <> ''"),
    ],
)
def test_a_corrupted_row_is_found(books_in_use, check, corruption):
    ids = [line_id for (line_id,) in sql.fetch("SELECT id FROM sales_orderline ORDER BY id")]
    sql.fetch(corruption.replace("{second}", str(ids[1])))
    [result] = verify.run([check])
    assert result.broken >= 1
    assert not result.holds


def test_a_number_given_twice_is_found(books_in_use):
    """A copy of the table without its constraint stands in its place until the test is rolled back."""
    schema = "public" if sql.is_postgres() else "main"
    sql.fetch(f"CREATE TEMPORARY TABLE sales_order AS SELECT * FROM {schema}.sales_order")
    assert verify.run(["sales: numbers"])[0].holds
    sql.fetch("UPDATE sales_order SET number = 'SO-1'")
    [result] = verify.run(["sales: numbers"])
    assert [finding.facts for finding in result.findings] == [{"number": "SO-1"}]
