"""An order in place of a hold: the goods go over at once."""

from datetime import timedelta

import pytest

from tests import company
from tests.shipping.conftest import assert_books_hold
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import HoldDraft, HoldLineDraft
from troth.business.promising.models import Hold
from troth.business.promising.rules.holds import HoldExpired
from troth.business.sales import actions
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.drafts import OrderDraft
from troth.platform.clock import FixedClock


def held(small, rep, quantity=4):
    lines = (HoldLineDraft(small.products["HELMET"].pk, quantity, company.TUESDAY),)
    return promising.hold_goods(HoldDraft(small.sites["HAM"].pk, "Alpha decides", lines), by=rep, clock=small.clock)


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
