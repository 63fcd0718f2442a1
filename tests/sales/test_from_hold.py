"""An order in place of a hold: the goods go over at once."""

from datetime import date, timedelta

import pytest

from tests import company
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata import models as masterdata
from troth.business.masterdata.store import touch
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import HoldDraft, HoldLineDraft
from troth.business.promising.models import Hold
from troth.business.promising.rules.holds import HoldExpired
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import ProcedureDraft, ReachDraft, SequenceDraft, TargetDraft
from troth.business.sales import actions
from troth.business.sales.models import OrderLine
from troth.business.sales.rules import refusals
from troth.business.sales.rules.drafts import OrderDraft
from troth.business.supply import actions as supply
from troth.business.supply.actions import OpeningStock
from troth.platform.actors import SYSTEM
from troth.platform.clock import FixedClock
from troth.reference.models import Product


def held(small, rep, quantity=4, customer=""):
    lines = (HoldLineDraft(small.products["HELMET"].pk, quantity, company.TUESDAY),)
    draft = HoldDraft(small.sites["HAM"].pk, "Alpha decides", lines, customer=customer)
    return promising.hold_goods(draft, by=rep, clock=small.clock)


def limited(small, cell, quantity):
    """A cell of a quota on helmets, in which this month leaves so many."""
    by = {"by": SYSTEM, "clock": small.clock}
    [characteristic], unit = cell, small.products["HELMET"].base_unit_id
    procedure = quotas.save_procedure(ProcedureDraft("Q", "Q", characteristic, unit), **by).id
    first = company.NEXT_WEDNESDAY.replace(day=1)
    quotas.save_sequence(SequenceDraft("S", "S", ["Q"], [ReachDraft(first, product="HELMET")]), **by)
    quotas.set_targets(procedure, [TargetDraft(cell, company.NEXT_WEDNESDAY, quantity)], **by)


def order(small, rep, hold_id, clock=None):
    draft = OrderDraft(customer="ALPHA", requested_on=company.NEXT_WEDNESDAY)
    return actions.order_from_hold(hold_id, draft, by=rep, clock=clock or small.clock)


def test_an_order_takes_what_was_held_though_nothing_else_is_free(small, rep, draft):
    company.put_in_stock(small, "HELMET", 4)
    hold = held(small, rep)
    rival = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    assert [line.short for line in rival.lines] == [4]

    placed = order(small, rep, hold.id)

    [line] = OrderLine.objects.filter(order_id=placed.id)
    promised = promises.promise("order", [line.pk])[line.pk]
    assert (promised.confirmed, promised.short) == (4, 0)
    assert (line.reference_kind, line.reference_id) == ("hold", hold.id)
    assert (Hold.objects.get().state, Hold.objects.get().order_id) == ("ordered", placed.id)
    assert_books_hold()


def test_what_is_held_for_anybody_is_not_lost_on_a_customer_that_may_not_have_it(small, rep):
    """Nobody is told that goods are held and then gets less of them, with the hold gone."""
    company.put_in_stock(small, "HELMET", 10)
    limited(small, {"customer": "ALPHA"}, 3)
    hold = held(small, rep, 10)
    with pytest.raises(refusals.HeldForOthers):
        order(small, rep, hold.id)
    assert (Hold.objects.get().state, promises.hold_lines(hold.id)[0].held) == ("active", 10)
    assert OrderLine.objects.count() == 0
    assert_books_hold()


def test_a_hold_for_a_customer_holds_what_that_customer_may_have_and_its_order_gets_it(small, rep):
    company.put_in_stock(small, "HELMET", 10)
    limited(small, {"customer": "ALPHA"}, 3)
    hold = held(small, rep, 10, customer="ALPHA")
    assert (hold.held, hold.short, Hold.objects.get().party.number) == ({10: 3}, {10: 7}, "ALPHA")
    assert [line.short for line in order(small, rep, hold.id).lines] == [0]
    assert_books_hold()


def test_a_hold_for_a_customer_holds_only_what_lasts_long_enough_for_it(small, rep):
    masterdata.Customer.objects.filter(party__number="ALPHA").update(minimum_life_days=300)
    Product.objects.filter(number="HELMET").update(has_batches=True)
    touch()
    for batch, expires_on in (("SOON", date(2026, 6, 1)), ("LATE", date(2028, 6, 1))):
        one = OpeningStock(small.products["HELMET"].pk, small.bins["HAM"].pk, 2, batch=batch, expires_on=expires_on)
        supply.load_opening_stock([one], by=SYSTEM, clock=small.clock)
    assert held(small, rep, 4, customer="BETA").held == {10: 4}
    promising.release_hold(Hold.objects.get().pk, by=rep, clock=small.clock)
    hold = held(small, rep, 4, customer="ALPHA")
    assert hold.held == {10: 2}
    assert [line.short for line in order(small, rep, hold.id).lines] == [0]
    assert_books_hold()


def test_lines_are_not_wished_before_the_day_that_they_are_held_for(small, rep):
    company.put_in_stock(small, "HELMET", 4)
    lines = tuple(HoldLineDraft(small.products["HELMET"].pk, 2, on) for on in (company.TUESDAY, date(2026, 3, 20)))
    hold = promising.hold_goods(HoldDraft(small.sites["HAM"].pk, "fair", lines), by=rep, clock=small.clock)
    order(small, rep, hold.id)
    wished = OrderLine.objects.order_by("line_number").values_list("requested_on", flat=True)
    assert list(wished) == [company.NEXT_WEDNESDAY, date(2026, 3, 20)]


def test_an_expired_hold_is_not_ordered_from_and_a_refused_order_leaves_it(small, rep):
    company.put_in_stock(small, "HELMET", 4)
    hold = held(small, rep)
    with pytest.raises(HoldExpired):
        order(small, rep, hold.id, FixedClock(hold.expires_at))
    with pytest.raises(Exception, match="GHOST"):
        actions.order_from_hold(
            hold.id, OrderDraft(customer="GHOST", requested_on=company.NEXT_WEDNESDAY), by=rep, clock=small.clock
        )
    assert (Hold.objects.get().state, promises.hold_lines(hold.id)[0].held) == ("active", 4)
    assert order(small, rep, hold.id, FixedClock(hold.expires_at - timedelta(seconds=1))).state == "submitted"
