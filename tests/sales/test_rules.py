"""Rules of sales that need no database: states, derived progress, which changes ask anew."""

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.business.sales.rules import changes, determination
from troth.business.sales.rules.lines import Header, Line
from troth.business.sales.rules.refusals import WrongEntry
from troth.business.sales.states import ORDER, QUOTATION, LineProgress, progress
from troth.kernel.lifecycle import IllegalTransition

LINE = Line(
    line_number=10, product_id=1, item_category_id=1, site_id=1, quantity=5, unit_id="piece", base_quantity=5,
    requested_on=date(2026, 3, 11),
)  # fmt: skip
HEADER = Header(
    company_id=1, sales_organisation_id=1, order_type_id=1, customer_id=1, sold_to_id=1, ship_to_id=1, bill_to_id=1,
    payer_id=1, currency_id="EUR", payment_terms_id=1, entered_on=date(2026, 3, 2),
)  # fmt: skip


@pytest.mark.parametrize(
    ("table", "state", "verb", "following"),
    [
        (ORDER, "draft", "submit", "submitted"),
        (ORDER, "draft", "cancel", "cancelled"),
        (ORDER, "submitted", "cancel", "cancelled"),
        (ORDER, "submitted", "submit", None),
        (ORDER, "cancelled", "cancel", None),
        (QUOTATION, "draft", "send", "sent"),
        (QUOTATION, "sent", "accept", "accepted"),
        (QUOTATION, "sent", "expire", "expired"),
        (QUOTATION, "expired", "revise", "superseded"),
        (QUOTATION, "accepted", "revise", None),
        (QUOTATION, "superseded", "accept", None),
    ],
)
def test_documents_move_along_their_table(table, state, verb, following):
    if following is None:
        with pytest.raises(IllegalTransition):
            table.step(state, verb)
    else:
        assert table.step(state, verb) == following


def come(**done):
    return LineProgress(**{"is_promised": True, "is_delivered": True, "billing_basis": "issued", "ordered": 10, **done})


@pytest.mark.parametrize(
    ("lines", "money", "headline"),
    [
        ([come()], {}, "unconfirmed"),
        ([come(confirmed=4)], {}, "partly_confirmed"),
        ([come(confirmed=10), come(confirmed=9)], {}, "partly_confirmed"),
        ([come(confirmed=10)], {}, "confirmed"),
        ([come(confirmed=10, delivered=4)], {}, "partly_delivered"),
        ([come(confirmed=10, delivered=10)], {}, "fully_delivered"),
        ([come(confirmed=10, delivered=10, picked=10, issued=10)], {}, "fully_issued"),
        ([come(delivered=10, picked=10, issued=10, billed=4)], {"invoiced": 40}, "partly_billed"),
        ([come(delivered=10, picked=10, issued=10, billed=10)], {"invoiced": 100, "paid": 40}, "fully_billed"),
        ([come(delivered=10, picked=10, issued=10, billed=10)], {"invoiced": 100, "paid": 100}, "paid"),
        ([come(delivered=10, picked=10, issued=10, billed=4)], {"invoiced": 40, "paid": 40}, "partly_billed"),
        ([come(is_promised=False, is_delivered=False, billing_basis="ordered")], {}, "open"),
        ([], {}, "open"),
    ],
)
def test_how_far_an_order_has_come_follows_from_the_ledgers(lines, money, headline):
    assert progress(lines, **money).headline == headline


@st.composite
def ledger_lines(draw):
    """A line as the ledgers can have it: nothing is issued that was not delivered, nor billed that was not issued."""
    ordered = draw(st.integers(1, 4))
    basis = draw(st.sampled_from(["issued", "ordered", "none"]))
    goes = draw(st.booleans())
    delivered = draw(st.integers(0, ordered)) if goes else 0
    issued = draw(st.integers(0, delivered))
    lost = draw(st.integers(0, issued))
    billed = {"issued": issued - lost, "ordered": ordered, "none": 0}[basis]
    confirmed = draw(st.integers(0, ordered - delivered))
    return LineProgress(draw(st.booleans()), goes, basis, ordered, confirmed, delivered, 0, issued,
                        draw(st.integers(0, billed)), lost)  # fmt: skip


@given(st.lists(ledger_lines(), max_size=6))
def test_lines_told_apart_by_nothing_may_be_summed_for_the_one_word_of_their_order(lines):
    kinds = {}
    for line in lines:
        kinds.setdefault((line.is_promised, line.is_delivered, line.billing_basis), []).append(line)
    names = [one.name for one in fields(LineProgress)][3:]
    summed = [
        LineProgress(*kind, *(sum(getattr(line, name) for line in alike) for name in names))
        for kind, alike in kinds.items()
    ]
    assert progress(summed).headline == progress(lines).headline


LINE_RERUN = {
    "site_id", "requirement_type", "requested_on", "quantity", "product_id", "batch", "location", "valuation",
    "unit_id", "base_quantity", "shipping_point_id", "route_id", "rejection_reason", "is_fixed", "min_shipment",
    "lateness_days_max", "deliveries_max", "delivery_mode", "delivery_group",
}  # fmt: skip


def test_exactly_the_listed_fields_of_a_line_ask_anew():
    asked = {name for name in Line._fields if changes.line_reruns({name})}
    assert asked == LINE_RERUN


def test_exactly_the_listed_fields_of_the_header_ask_anew():
    asked = {name for name in Header._fields if changes.header_reruns({name})}
    assert asked == {"probability", "project", "complete_delivery", "deliveries_max"}


def test_differences_name_what_changed_and_leave_amounts_out():
    assert changes.differences(LINE, LINE._replace(quantity=6, net=100)) == {"quantity": (5, 6)}
    assert changes.differences(HEADER, HEADER._replace(priority=1)) == {"priority": (5, 1)}


def test_the_tolerance_is_rounded_down():
    assert LINE._replace(over_tolerance_basis_points=2500).tolerance == 1


@pytest.mark.parametrize("probability", [None, -1, 101])
def test_a_probability_is_between_nothing_and_certainty(probability):
    with pytest.raises(WrongEntry) as refused:
        determination.check_header_numbers(priority=None, deliveries_max=None, probability=probability)
    assert refused.value.field == "probability"
