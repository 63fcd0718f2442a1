"""A whole order or quotation on supposed books: all its lines together, side by side with today's, no trace."""

from datetime import date

import pytest
import time_machine

from tests import company
from tests.pages.test_what_if import rows, said
from tests.sales.books import picture
from troth.business.promising import actions as promising
from troth.business.promising.actions import Raised, Supposition
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import ProcedureDraft, ReachDraft, SequenceDraft, TargetDraft
from troth.business.quotas.models import Procedure
from troth.business.sales import actions
from troth.business.sales.actions.whole import NothingToCheck
from troth.business.sales.models import Order, Quotation
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.kernel.errors import BusinessError, NotFound
from troth.kernel.netting import Category
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.models import RoleGrant

PAGE = "/availability/what-if/"
WEDNESDAY = company.NEXT_WEDNESDAY


@pytest.fixture
def suppose(small):
    def make(product, quantity, category=Category.STOCK, on=date(2026, 3, 2)):
        return Supposition(small.products[product].pk, small.sites["HAM"].pk, category, on, quantity)

    return make


@pytest.fixture
def answers(small, rep):
    """(confirmed, short) of each line of a document, by the kind and id; nothing is written."""

    def ask(document, *supposed, kind="order"):
        before = picture()
        whole = promising.whole(kind, document.id, by=rep, clock=small.clock)
        found = promising.check_whole(whole, supposed, clock=small.clock)
        assert picture() == before
        return [([(one.quantity, one.delivery_on) for one in each.schedules], each.short) for each in found]

    return ask


def test_all_lines_of_an_order_that_comes_complete_move_together(small, rep, draft, answers, suppose):
    company.put_in_stock(small, "HELMET", 4)
    order = actions.enter_order(
        draft("ALPHA", ("HELMET", 4), ("GLOVE", 2), complete_delivery=True), by=rep, clock=small.clock
    )
    assert answers(order) == [([], 4), ([], 2)]
    assert answers(order, suppose("GLOVE", 2)) == [([(4, WEDNESDAY)], 0), ([(2, WEDNESDAY)], 0)]
    late = suppose("GLOVE", 2, Category.PURCHASE, date(2026, 3, 16))
    [[(quantity, first)], _], [[(_, second)], _] = answers(order, late)
    assert (quantity, first, first > WEDNESDAY) == (4, second, True)


def test_lines_of_one_product_do_not_take_the_same_goods(small, rep, draft, answers, suppose):
    company.put_in_stock(small, "HELMET", 5)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4), ("HELMET", 4)), by=rep, clock=small.clock)
    assert answers(order) == [([(4, WEDNESDAY)], 0), ([(1, WEDNESDAY)], 3)]
    assert answers(order, suppose("HELMET", -2)) == [([(3, WEDNESDAY)], 1), ([], 4)]
    more = suppose("HELMET", -4, Category.ORDER, date(2026, 3, 3))
    assert answers(order, more) == [([(1, WEDNESDAY)], 3), ([], 4)]


def test_what_others_hold_stays_theirs(small, rep, draft, answers):
    company.put_in_stock(small, "HELMET", 5)
    actions.enter_order(draft("ALPHA", ("HELMET", 3)), by=rep, clock=small.clock)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    assert answers(order) == [([(2, WEDNESDAY)], 2)]


def test_quotas_are_shared_by_the_lines_and_can_be_supposed(small, rep, draft, answers):
    company.put_in_stock(small, "HELMET", 50)
    quotas.save_procedure(ProcedureDraft("REGION", "Region", "region", "piece"), by=SYSTEM, clock=small.clock)
    reach = ReachDraft(date(2020, 1, 1), product="HELMET")
    quotas.save_sequence(SequenceDraft("S", "s", ("REGION",), [reach]), by=SYSTEM, clock=small.clock)
    [procedure] = Procedure.objects.all()
    quotas.set_targets(
        procedure.pk, [TargetDraft({"region": "#"}, WEDNESDAY, 5)], by=SYSTEM, clock=small.clock
    )  # fmt: skip
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4), ("HELMET", 4)), by=rep, clock=small.clock)
    assert answers(order) == [([(4, WEDNESDAY)], 0), ([(1, WEDNESDAY)], 3)]
    assert answers(order, Raised("REGION", WEDNESDAY, 3)) == [([(4, WEDNESDAY)], 0), ([(4, WEDNESDAY)], 0)]
    assert answers(order, Raised("REGION", WEDNESDAY, -5)) == [([], 4), ([], 4)]


def test_a_draft_asks_as_if_it_were_submitted_today(small, rep, draft, answers, suppose):
    company.put_in_stock(small, "HELMET", 3)
    order = actions.save_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    assert answers(order) == [([(3, WEDNESDAY)], 1)]
    assert answers(order, suppose("HELMET", 1)) == [([(4, WEDNESDAY)], 0)]


def test_a_quotation_asks_for_what_is_open_and_has_what_it_holds(small, rep, draft, answers, suppose):
    company.put_in_stock(small, "HELMET", 4)
    lines = (LineDraft(product="HELMET", quantity="4"), LineDraft(product="GLOVE", quantity="1"))
    offer = QuotationDraft(customer="ALPHA", lines=lines, valid_to_on="2026-03-31", requested_on=WEDNESDAY)
    saved = actions.save_quotation(offer, by=rep, clock=small.clock)
    actions.send_quotation(saved.id, by=rep, clock=small.clock)
    actions.hold_quoted_goods(saved.id, until=small.clock.now().replace(day=9), by=rep, clock=small.clock)

    assert answers(saved, kind="quotation") == [([(4, WEDNESDAY)], 0), ([], 1)]
    assert answers(saved, suppose("GLOVE", 1), suppose("HELMET", -1), kind="quotation") == [
        ([(3, WEDNESDAY)], 1), ([(1, WEDNESDAY)], 0),
    ]  # fmt: skip


def test_a_line_that_falls_short_asks_its_rules_on_the_same_books(small, rep, draft, rule, suppose):
    rule("HELMET", (None, "ROT"), asked_at_entry=False, asked_at_change=True)
    company.put_in_stock(small, "HELMET", 4)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 3), ("HELMET", 3)), by=rep, clock=small.clock)
    company.put_in_stock(small, "HELMET", 50, site="ROT")
    whole = promising.whole("order", order.id, by=rep, clock=small.clock)

    def served(*supposed):
        plans = promising.ask_rules_of(whole, supposed, clock=small.clock)
        return [[(one.site, one.taken) for one in plan.tried] if plan else None for plan in plans]

    before = picture()
    assert served() == [[], [("ROT", 2)]]
    assert served(suppose("HELMET", 5)) == [[], []]
    assert picture() == before


def test_who_may_not_see_the_document_or_simulate_at_its_site_gets_nothing(small, rep, draft):
    order = actions.enter_order(draft("ALPHA", ("HELMET", 1)), by=rep, clock=small.clock)
    elsewhere = Actor(7, "R", grants=(Grant("representative", small.company.pk, small.sites["ROT"].pk),))
    for by in (elsewhere, company.person("picker")):
        with pytest.raises(BusinessError):
            promising.whole("order", order.id, by=by, clock=small.clock)
    with pytest.raises(NotFound):
        promising.whole_named("GONE", by=rep, clock=small.clock)
    actions.cancel_order(order.id, reason="not wanted", by=rep, clock=small.clock)
    with pytest.raises(NothingToCheck):
        promising.whole("order", order.id, by=rep, clock=small.clock)


@pytest.fixture
def browser(client, person, small):
    RoleGrant.objects.create(user=person, role="representative")
    client.force_login(person)
    with time_machine.travel(small.clock.now()):
        yield client


def test_an_order_s_page_leads_to_all_of_its_lines_side_by_side(small, rep, draft, browser):
    company.put_in_stock(small, "HELMET", 4)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 6), ("GLOVE", 2)), by=rep, clock=small.clock)
    number = Order.objects.get(pk=order.id).number
    address = f"{PAGE}?document={number}"
    assert address in browser.get(f"/orders/{order.id}/").content.decode()

    plain = said(browser.get(address))
    assert "Promised now" in plain
    assert "10: 6 piece HELMET, HAM, Wed, Mar 11" in plain
    before = picture()
    supposed = rows("rows", {"scenario": "A", "what": "stock", "quantity": "2", "product": "GLOVE", "site": "HAM"})
    page = said(browser.get(PAGE, {"document": number, **rows("lines"), **supposed}))
    assert "more: Stock 2 pair GLOVE" in page
    assert "20: 2 pair GLOVE, HAM, Wed, Mar 11 – 2 pair not confirmed 2 pair on Wed, Mar 11" in page
    assert picture() == before


def test_a_quotation_s_page_leads_there_too_and_what_is_wrong_is_said(small, rep, browser):
    lines = (LineDraft(product="HELMET", quantity="4"),)
    offer = QuotationDraft(customer="ALPHA", lines=lines, valid_to_on="2026-03-31", requested_on=WEDNESDAY)
    saved = actions.save_quotation(offer, by=rep, clock=small.clock)
    number = Quotation.objects.get(pk=saved.id).number
    assert f"{PAGE}?document={number}" in browser.get(f"/quotations/{saved.id}/").content.decode()
    page = said(browser.get(PAGE, {"document": number}))
    assert "4 piece not confirmed" in page
    assert "Promised now" not in page

    assert "There is no order or quotation GONE" in said(browser.get(PAGE, {"document": "GONE"}))
    line = {"product": "HELMET", "site": "HAM", "quantity": "3", "on": "2026-03-06", "mode": "partial"}
    both = said(browser.get(PAGE, {"document": number, **rows("lines", line), **rows("rows")}))
    assert "not for both" in both
    assert "Side by side" not in both
