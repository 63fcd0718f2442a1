"""What could come of a saved quotation: as its order would get it, with nothing reserved and nothing written."""

import re
from dataclasses import replace
from datetime import date

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

from tests import company
from tests.sales import books
from troth.business.sales import actions, queries
from troth.business.sales.actions.quoted import quoted_availability
from troth.business.sales.rules import refusals
from troth.business.sales.rules.drafts import LineDraft, QuotationDraft
from troth.kernel.errors import NotFound
from troth.platform.actors import SYSTEM
from troth.platform.models import RoleGrant

OFFER = QuotationDraft(
    customer="ALPHA",
    lines=(
        LineDraft(product="HELMET", quantity="5"),
        LineDraft(product="FRAME", quantity="2", delivery_days=3),
        LineDraft(product="FITTING", quantity="1"),
    ),
    valid_to_on="2026-03-31",
    delivery_days=10,
)


@pytest.fixture
def quotation(small, rep):
    company.put_in_stock(small, "HELMET", 4)
    company.put_in_stock(small, "FRAME", 2)
    return actions.save_quotation(OFFER, by=rep, clock=small.clock)


def check(small, rep, quotation):
    checked = quoted_availability(quotation.id, by=rep, clock=small.clock)
    return {
        number: ([(one.quantity, one.delivery_on) for one in promise.schedules], promise.short)
        for number, promise in checked.promises.items()
    }


def test_each_line_learns_what_could_come_by_its_delivery_time_and_nothing_is_written(small, rep, quotation):
    before = books.picture()
    assert check(small, rep, quotation) == {
        10: ([(4, date(2026, 3, 16))], 1),
        20: ([(2, date(2026, 3, 5))], 0),
    }
    assert books.picture() == before
    assert (books.demand(), books.exposure()) == (0, 0)


def test_it_is_what_the_order_then_gets(small, rep, quotation):
    actions.send_quotation(quotation.id, by=rep, clock=small.clock)
    could = check(small, rep, quotation)
    order = actions.order_from_quotation(quotation.id, by=rep, clock=small.clock)
    got = {
        one.line_number: ([(each.quantity, each.delivery_on) for each in one.schedule], one.short)
        for one in order.lines
        if one.line_number in could
    }
    assert got == could


def test_only_what_is_open_is_checked_and_what_others_took_is_gone(small, rep, draft, quotation):
    actions.send_quotation(quotation.id, by=rep, clock=small.clock)
    actions.order_from_quotation(quotation.id, quantities={10: "3", 20: "2"}, by=rep, clock=small.clock)
    assert check(small, rep, quotation) == {10: ([(1, date(2026, 3, 16))], 1)}
    actions.enter_order(draft("BETA", ("HELMET", 1)), by=rep, clock=small.clock)
    assert check(small, rep, quotation) == {10: ([], 2)}


def test_how_a_line_is_to_be_confirmed_counts(small, rep, quotation):
    whole = replace(OFFER, lines=(replace(OFFER.lines[0], delivery_mode="complete"),))
    saved = actions.save_quotation(whole, quotation_id=quotation.id, by=rep, clock=small.clock)
    assert check(small, rep, saved) == {10: ([], 5)}


def test_one_that_nobody_can_order_from_is_refused(small, rep, quotation):
    actions.send_quotation(quotation.id, by=rep, clock=small.clock)
    actions.reject_quotation(quotation.id, reason="too dear", by=rep, clock=small.clock)
    with pytest.raises(refusals.QuotationNotOrderable):
        quoted_availability(quotation.id, by=rep, clock=small.clock)
    with pytest.raises(NotFound):
        quoted_availability(999_999, by=SYSTEM, clock=small.clock)


@time_machine.travel("2026-03-02T08:00:00Z")
def test_the_page_says_it_with_the_moment_and_the_reason(small, rep, quotation):
    user = get_user_model().objects.create_user("rita", password="correct horse battery")
    RoleGrant.objects.create(user=user, role="representative")
    desk = Client()
    desk.force_login(user)

    def said(address):
        return " ".join(re.sub(r"<[^>]+>", " ", desk.get(address).content.decode()).split())

    page = f"/quotations/{quotation.id}/"
    assert "Check availability" in said(page)
    told = said(f"{page}?tab=availability")
    assert "Nothing is reserved." in told
    assert "1 piece not confirmed" in told
    assert re.search(r"Checked ?: .*9:00", told)
    actions.reject_quotation(quotation.id, reason="too dear", by=rep, clock=small.clock)
    assert "Check availability" not in said(page)
    assert queries.quotation_state(quotation.id) == "rejected"
