"""Quotations: priced, sent, answered, revised, expired, ordered from; they hold nothing."""

from dataclasses import replace
from datetime import date

import pytest

from tests import company
from tests.sales import books
from troth.business.sales import actions, queries
from troth.business.sales.rules import refusals
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.kernel.lifecycle import IllegalTransition
from troth.platform import locks
from troth.platform.actors import SYSTEM

OFFER = QuotationDraft(
    customer="BETA",
    lines=(
        LineDraft(product="HELMET", quantity="1", unit="box"),
        LineDraft(product="FRAME", quantity="2", delivery_days=3),
    ),
    valid_to_on="2026-03-31",
    delivery_days=10,
    probability=60,
)


@pytest.fixture
def sent(small, rep):
    saved = actions.save_quotation(OFFER, by=rep, clock=small.clock)
    return actions.send_quotation(saved.id, by=rep, clock=small.clock)


def test_a_quotation_is_priced_and_holds_nothing(small, rep, sent):
    assert (sent.state, sent.number[:3], sent.net) == ("sent", "QT-", (12 * 5000 + 2 * 40000) * 90 // 100)
    assert (books.demand(), books.exposure()) == (0, 0)
    assert books.picture()["requirements"] == []


def test_an_order_takes_over_price_terms_and_delivery_time(small, rep, sent):
    company.put_in_stock(small, "HELMET", 20)
    small.products["FRAME"].refresh_from_db()
    answer = actions.order_from_quotation(sent.id, customer_reference="PO 7", by=rep, clock=small.clock)
    assert (answer.state, answer.net, answer.gross) == ("submitted", sent.net, sent.gross)
    view = queries.order(answer.id, by=rep)
    assert [(v.line.delivery_days, v.line.requested_on) for v in view.lines] == [
        (10, date(2026, 3, 16)),
        (3, date(2026, 3, 5)),
    ]
    assert [v.line.unit_id for v in view.lines] == ["box", "piece"]
    assert queries.quotation(sent.id, by=rep).document.state == "accepted"
    assert set(queries.open_quotation_quantities(sent.id).values()) == {0}
    assert [node.document.kind for node in view.flow.nodes] == ["order", "quotation"]
    before = books.picture()
    with pytest.raises(refusals.NothingLeftToOrder):
        actions.order_from_quotation(sent.id, by=rep, clock=small.clock)
    assert books.picture() == before


def test_parts_of_a_quotation_are_ordered_until_nothing_is_left(small, rep, sent):
    first = actions.order_from_quotation(sent.id, quantities={20: "1"}, by=rep, clock=small.clock)
    assert first.net == 36000
    assert sorted(queries.open_quotation_quantities(sent.id).values()) == [1, 12]
    with pytest.raises(refusals.MoreThanQuoted):
        actions.order_from_quotation(sent.id, quantities={20: "2"}, by=rep, clock=small.clock)
    actions.cancel_order(first.id, reason="again", by=rep, clock=small.clock)
    assert sorted(queries.open_quotation_quantities(sent.id).values()) == [2, 12]


def test_a_quotation_is_refused_what_its_state_does_not_allow(small, rep, sent):
    draft = actions.save_quotation(replace(OFFER, valid_to_on=None), by=rep, clock=small.clock)
    before = books.picture()
    for refused, call in (
        (refusals.ValidityMissing, lambda: actions.send_quotation(draft.id, by=rep, clock=small.clock)),
        (refusals.QuotationNotOrderable, lambda: actions.order_from_quotation(draft.id, by=rep, clock=small.clock)),
        (IllegalTransition, lambda: actions.accept_quotation(draft.id, by=rep, clock=small.clock)),
        (refusals.NotADraft, lambda: actions.save_quotation(OFFER, quotation_id=sent.id, by=rep, clock=small.clock)),
        (refusals.ReasonMissing, lambda: actions.reject_quotation(sent.id, reason="", by=rep, clock=small.clock)),
        (
            locks.ChangedMeanwhile,
            lambda: actions.accept_quotation(sent.id, expected_version=1, by=rep, clock=small.clock),
        ),
    ):
        with pytest.raises(refused):
            call()
        assert books.picture() == before


def test_who_writes_an_older_version_is_told_so_before_anything_of_it_is_read(small, rep):
    made = actions.save_quotation(OFFER, by=rep, clock=small.clock)
    actions.save_quotation(OFFER, quotation_id=made.id, by=rep, clock=small.clock)
    before = books.picture()
    wrong = replace(OFFER, lines=(LineDraft(product="NOTHING", quantity="1"),))
    with pytest.raises(locks.ChangedMeanwhile):
        actions.save_quotation(wrong, quotation_id=made.id, expected_version=1, by=rep, clock=small.clock)
    assert books.picture() == before


def test_a_revision_takes_the_place_of_the_old_one(small, rep, sent):
    revised = actions.revise_quotation(sent.id, replace(OFFER, probability=80), by=rep, clock=small.clock)
    assert (revised.number, revised.state) == (f"{sent.number}/2", "draft")
    assert queries.quotation(sent.id, by=rep).document.state == "superseded"
    assert queries.quotation(revised.id, by=rep).document.revises_id == sent.id
    with pytest.raises(refusals.QuotationNotOrderable):
        actions.order_from_quotation(sent.id, by=rep, clock=small.clock)


def test_a_quotation_expires_after_its_last_day(small, rep, sent):
    assert actions.expire_quotations(date(2026, 3, 31), by=SYSTEM, clock=small.clock).numbers == ()
    assert actions.expire_quotations(date(2026, 4, 1), by=SYSTEM, clock=small.clock).numbers == (sent.number,)
    assert queries.quotation(sent.id, by=rep).document.state == "expired"


def test_a_rejection_keeps_its_reason(small, rep, sent):
    assert actions.reject_quotation(sent.id, reason="too dear", by=rep, clock=small.clock).state == "rejected"
    assert queries.quotation(sent.id, by=rep).document.answer_reason == "too dear"


def test_an_accepted_quotation_is_listed_for_its_customer(small, rep, sent):
    actions.accept_quotation(sent.id, by=rep, clock=small.clock)
    rows = queries.rows(queries.quotations(rep, state="accepted", words="beta qt-"))
    assert [(row.number, row.customer_number, row.net) for row in rows] == [(sent.number, "BETA", sent.net)]
