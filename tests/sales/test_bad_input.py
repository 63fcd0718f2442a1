"""Bad input is refused by row and field, with a remedy; nothing half saved; safe to repeat."""

import pytest

from tests import company
from tests.sales import books
from troth.business.sales import actions
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.kernel.errors import BusinessError
from troth.platform.permissions import NotAllowed

GOOD = LineDraft(product="HELMET", quantity="1", requested_on="2026-03-11")


def bad(**fields):
    return (GOOD, LineDraft(**{"product": "HELMET", "quantity": "1", "requested_on": "2026-03-11", **fields}))


@pytest.mark.parametrize(
    ("lines", "code", "row", "field"),
    [
        (bad(product="HELMUT"), "unknown_product", 2, "product"),
        (bad(product="BELL"), "inactive_product", 2, "product"),
        (bad(site="ROT"), "closed_site", 2, "site"),
        (bad(site="XYZ"), "unknown_site", 2, "site"),
        (bad(unit="pallet"), "unit_without_conversion", 2, "unit"),
        (bad(requested_on="2026-03-01"), "past_date", 2, "requested_on"),
        (bad(requested_on="soon"), "wrong_entry", 2, "requested_on"),
        (bad(requested_on="2036-03-01"), "wrong_entry", 2, "requested_on"),
        (bad(quantity="0"), "quantity_zero", 2, "quantity"),
        (bad(quantity="-3"), "quantity_negative", 2, "quantity"),
        (bad(quantity="a few"), "quantity_not_a_number", 2, "quantity"),
        (bad(quantity="1.5"), "quantity_too_precise", 2, "quantity"),
        (bad(quantity="9223372036854775808"), "quantity_out_of_range", 2, "quantity"),
        (bad(quantity="9223372036854775807", unit="box"), "overflow", 2, "quantity"),
        (bad(quantity="99999999999999999999999999"), "quantity_out_of_range", 2, "quantity"),
        (bad(product="OIL", quantity="3", unit="box"), "unit_without_conversion", 2, "unit"),
        ((LineDraft(product="HELMET", quantity="1", line_number=5),) * 2, "duplicate_line_number", 2, "line_number"),
        (bad(line_number=0), "wrong_entry", 2, "line_number"),
        (bad(delivery_mode="some day"), "wrong_entry", 2, "delivery_mode"),
        (bad(item_category="gift"), "wrong_entry", 2, "item_category"),
        (bad(route="AIR"), "wrong_entry", 2, "route"),
        (bad(shipping_point="ROT1"), "wrong_entry", 2, "shipping_point"),
        (bad(text="x" * 501), "wrong_entry", 2, "text"),
        ((GOOD,) * 2001, "too_many_lines", None, "lines"),
    ],
)
def test_a_wrong_line_is_refused_with_its_row_and_field(small, rep, lines, code, row, field):
    small.sites["ROT"].is_active = False
    small.sites["ROT"].save()
    before = books.picture()
    for _ in range(2):
        with pytest.raises(BusinessError) as refused:
            actions.enter_order(OrderDraft(customer="ALPHA", lines=lines), by=rep, clock=small.clock)
        [reason] = getattr(refused.value, "refusals", (refused.value,))
        assert (reason.code, reason.row, reason.field) == (code, row, field)
        assert len(reason.message) > 20
        assert books.picture() == before


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"customer": "OMEGA"}, "unknown_customer", "customer"),
        ({"customer": 999_999}, "not_found", "customer"),
        ({"order_type": "gift"}, "unknown_order_type", "order_type"),
        ({"ship_to": "NOBODY"}, "unknown_party", "ship_to"),
        ({"payment_terms": "N99"}, "wrong_entry", "payment_terms"),
        ({"priority": 10}, "wrong_entry", "priority"),
        ({"probability": 101}, "wrong_entry", "probability"),
        ({"requested_on": "2026-02-28"}, "past_date", "requested_on"),
        ({"customer_reference": "x" * 61}, "wrong_entry", "customer_reference"),
    ],
)
def test_a_wrong_header_is_refused_with_its_field(small, rep, fields, code, field):
    before = books.picture()
    with pytest.raises(BusinessError) as refused:
        actions.save_order(OrderDraft(**{"customer": "ALPHA", "lines": (GOOD,), **fields}), by=rep, clock=small.clock)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert books.picture() == before


def test_all_wrong_lines_are_named_at_once(small, rep):
    lines = (GOOD, *bad(product="HELMUT")[1:], *bad(quantity="0", unit="")[1:])
    with pytest.raises(BusinessError) as refused:
        actions.save_order(OrderDraft(customer="ALPHA", lines=lines), by=rep, clock=small.clock)
    assert [(one.row, one.code) for one in refused.value.refusals] == [(2, "unknown_product"), (3, "quantity_zero")]


def test_prices_by_hand_need_the_right(small, rep):
    by_hand = bad(manual_conditions=({"kind": "price", "amount": 100, "reason": "friend"},))
    before = books.picture()
    with pytest.raises(NotAllowed):
        actions.enter_order(OrderDraft(customer="ALPHA", lines=by_hand), by=rep, clock=small.clock)
    assert books.picture() == before


def test_who_may_not_enter_orders_is_refused(small, draft):
    before = books.picture()
    clerk = company.person("warehouse_clerk")
    with pytest.raises(NotAllowed):
        actions.enter_order(draft("ALPHA", ("HELMET", 1)), by=clerk, clock=small.clock)
    assert books.picture() == before
