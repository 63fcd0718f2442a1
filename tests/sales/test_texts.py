"""Texts of documents come from customer and product by kind, may be changed, and go on where their kind says so."""

import pytest

from tests import company
from tests.sales import books
from troth.business.masterdata.models import StandardText, TextKind
from troth.business.sales import actions, queries
from troth.business.sales.rules import refusals
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.kernel.errors import Refusals
from troth.platform import sql
from troth.platform.models import Event


@pytest.fixture
def kinds(small):
    """A greeting on the header, a note on the delivery, and a word on handling on each item."""
    rows = (
        ("greeting", False, {}),
        ("gate", False, {"goes_to_delivery": True}),
        ("handling", True, {"goes_to_delivery": True, "goes_to_invoice": True}),
    )
    return {
        code: TextKind.objects.create(code=code, name=code.title(), is_on_items=on_items, **goes)
        for code, on_items, goes in rows
    }


@pytest.fixture
def standard(small, kinds):
    """`standard("handling", "Fragile.", product="HELMET")`: a text kept in the master data."""

    def keep(kind, text, *, customer=None, product=None, language="", **more):
        return StandardText.objects.create(
            kind=kinds[kind],
            text=text,
            customer=small.customers[customer] if customer else None,
            product=small.products[product] if product else None,
            language=language,
            **more,
        )

    return keep


@pytest.fixture
def enter(small, rep, draft):
    def one(*arguments, **fields):
        return actions.enter_order(draft(*arguments, **fields), by=rep, clock=small.clock)

    return one


def words(answer, rep, read=queries.order):
    view = read(answer.id, by=rep)
    return view.document.texts, {one.line.line_number: one.line.texts for one in view.lines}


def test_an_order_begins_with_the_texts_of_its_customer_and_products(rep, standard, enter):
    standard("greeting", "Dear friends", customer="ALPHA")
    standard("greeting", "To others", customer="BETA")
    standard("handling", "Fragile.", product="HELMET")
    answer = enter("ALPHA", ("HELMET", 1), ("GLOVE", 1))
    assert words(answer, rep) == ({"greeting": "Dear friends"}, {10: {"handling": "Fragile."}, 20: {}})


def test_the_documents_language_comes_first_and_the_masters_own_where_it_is_not_kept(small, rep, standard, enter):
    small.party("ALPHA").__class__.objects.filter(pk=small.party("ALPHA").pk).update(language="de")
    standard("greeting", "Good day", customer="ALPHA")
    standard("greeting", "Guten Tag", customer="ALPHA", language="de")
    standard("greeting", "Bonjour", customer="ALPHA", language="fr")
    standard("handling", "Fragile.", product="HELMET")
    standard("handling", "Fragile, en français.", product="HELMET", language="fr")
    answer = enter("ALPHA", ("HELMET", 1))
    assert words(answer, rep) == ({"greeting": "Guten Tag"}, {10: {"handling": "Fragile."}})


def test_what_is_agreed_for_customer_and_product_together_comes_before_either(rep, standard, enter):
    standard("handling", "As the customer wishes.", customer="ALPHA")
    standard("handling", "Fragile.", product="HELMET")
    standard("handling", "In the blue crate.", customer="ALPHA", product="HELMET")
    standard("handling", "Never this one.", customer="BETA", product="HELMET")
    standard("handling", "Nor this one.", product="GLOVE", is_active=False)
    _, items = words(enter("ALPHA", ("HELMET", 1), ("GLOVE", 1)), rep)
    assert items == {10: {"handling": "In the blue crate."}, 20: {"handling": "As the customer wishes."}}


def test_what_is_entered_stands_in_for_the_rule_and_an_empty_text_takes_it_out(rep, standard, enter):
    standard("greeting", "Dear friends", customer="ALPHA")
    standard("handling", "Fragile.", product="HELMET")
    line = LineDraft(product="HELMET", quantity="1", texts={"handling": ""})
    answer = enter("ALPHA", line, texts={"greeting": "Hello", "gate": "Gate 4"})
    assert words(answer, rep) == ({"greeting": "Hello", "gate": "Gate 4"}, {10: {}})


def test_a_text_of_no_kind_or_in_the_wrong_place_is_refused(small, rep, kinds, draft):
    before = books.picture()
    for texts in ({"hint": "?"}, {"handling": "Not on a header."}, {"greeting": "x" * 2001}):
        with pytest.raises(refusals.WrongEntry) as refused:
            actions.enter_order(draft("ALPHA", ("HELMET", 1), texts=texts), by=rep, clock=small.clock)
        assert refused.value.field == "texts"
    line = LineDraft(product="HELMET", quantity="1", texts={"greeting": "Not on an item."})
    with pytest.raises(Refusals) as several:
        actions.enter_order(draft("ALPHA", line), by=rep, clock=small.clock)
    assert [(one.row, one.field) for one in several.value.refusals] == [(1, "texts")]
    assert books.picture() == before


def test_texts_of_an_order_are_changed_one_by_one_and_the_promise_stays(small, rep, standard, enter):
    company.put_in_stock(small, "HELMET", 5)
    standard("greeting", "Dear friends", customer="ALPHA")
    standard("handling", "Fragile.", product="HELMET")
    answer = enter("ALPHA", ("HELMET", 3))
    promised = books.picture()["availability postings"]
    changes = OrderChanges(
        header={"texts": {"gate": "Gate 4"}},
        lines=(LineChange(line_number=10, values={"texts": {"handling": "Upright."}}),),
    )
    actions.change_order(answer.id, changes, by=rep, clock=small.clock)
    assert words(answer, rep) == ({"greeting": "Dear friends", "gate": "Gate 4"}, {10: {"handling": "Upright."}})
    assert books.picture()["availability postings"] == promised
    changed = Event.objects.get(kind="sales.order_changed").changes
    assert changed["10.texts"] == [{"handling": "Fragile."}, {"handling": "Upright."}]


def test_another_quantity_keeps_a_changed_text_and_another_product_brings_its_own(small, rep, standard, enter):
    standard("handling", "Fragile.", product="HELMET")
    standard("handling", "In pairs.", product="GLOVE")
    answer = enter("ALPHA", LineDraft(product="HELMET", quantity="1", texts={"handling": "Upright."}))

    def change(**values):
        changes = OrderChanges(lines=(LineChange(line_number=10, values=values),))
        actions.change_order(answer.id, changes, by=rep, clock=small.clock)
        return words(answer, rep)[1]

    assert change(quantity="2") == {10: {"handling": "Upright."}}
    assert change(product="GLOVE", quantity="2") == {10: {"handling": "In pairs."}}


def test_another_customer_brings_other_texts(small, rep, standard, enter):
    standard("greeting", "Dear friends", customer="ALPHA")
    standard("greeting", "To others", customer="BETA")
    standard("handling", "As BETA wishes.", customer="BETA")
    answer = enter("ALPHA", ("HELMET", 1))
    actions.change_order(answer.id, OrderChanges(header={"customer": "BETA"}), by=rep, clock=small.clock)
    assert words(answer, rep) == ({"greeting": "To others"}, {10: {"handling": "As BETA wishes."}})


def test_a_draft_that_is_written_anew_keeps_its_texts(small, rep, standard, draft):
    standard("greeting", "Dear friends", customer="ALPHA")
    line = LineDraft(product="HELMET", quantity="1", texts={"handling": "Upright."})
    written = draft("ALPHA", line, texts={"gate": "Gate 4"})
    saved = actions.save_order(written, by=rep, clock=small.clock)
    actions.save_order(draft("ALPHA", ("HELMET", 2)), order_id=saved.id, by=rep, clock=small.clock)
    assert words(saved, rep) == ({"greeting": "Dear friends", "gate": "Gate 4"}, {10: {"handling": "Upright."}})


def test_an_order_made_from_a_quotation_takes_its_texts_over(small, rep, standard):
    standard("greeting", "Dear friends", customer="ALPHA")
    standard("handling", "Fragile.", product="HELMET")
    offer = QuotationDraft(
        customer="ALPHA", lines=(LineDraft(product="HELMET", quantity="2"),), valid_to_on="2026-03-31", delivery_days=5
    )
    quoted = actions.save_quotation(offer, by=rep, clock=small.clock)
    change = actions.change_quotation_texts
    change(quoted.id, {"gate": "Gate 4"}, {10: {"handling": "Upright."}}, by=rep, clock=small.clock)
    expected = ({"greeting": "Dear friends", "gate": "Gate 4"}, {10: {"handling": "Upright."}})
    assert words(quoted, rep, queries.quotation) == expected
    actions.send_quotation(quoted.id, by=rep, clock=small.clock)
    with pytest.raises(refusals.NotADraft):
        change(quoted.id, {"gate": "Gate 5"}, {}, by=rep, clock=small.clock)
    order = actions.order_from_quotation(quoted.id, by=rep, clock=small.clock)
    assert words(order, rep) == expected


def test_texts_cost_one_statement_and_none_where_no_kind_is_kept(small, rep, draft, standard, kinds):
    def statements(*numbers):
        before = sql.tally.statements
        actions.enter_order(draft("ALPHA", *((number, 1) for number in numbers)), by=rep, clock=small.clock)
        return sql.tally.statements - before

    def switch(is_active):
        for kind in kinds.values():
            kind.is_active = is_active
            kind.save()
        statements("HELMET", "GLOVE", "OIL")

    standard("handling", "Fragile.", product="HELMET")
    switch(False)
    without = statements("HELMET", "GLOVE", "OIL")
    switch(True)
    assert statements("HELMET", "GLOVE", "OIL") == without + 1
