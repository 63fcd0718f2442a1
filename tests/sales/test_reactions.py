"""What became of each promise that hung on supply which slipped: kept beside the shortage that this left."""

from datetime import date

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from tests import company
from tests.sales.test_new_dates import asks
from tests.sales.test_repromise import FRIDAY_WEEK, expect, keeps_its_promises, slip
from troth.business.promising import actions as promising
from troth.business.promising import measures
from troth.business.promising.actions import HoldDraft, HoldLineDraft
from troth.business.promising.models import Reaction
from troth.business.sales import actions, jobs
from troth.business.sales.models import NewDates
from troth.business.supply import actions as supply
from troth.kernel.calendars import date_of
from troth.platform.actors import SYSTEM
from troth.platform.models import RoleGrant


def told():
    """(cause of the slip, document, policy, before, after) of each reaction, in the order in which they were made."""
    rows = measures.reactions(SYSTEM).order_by("id")
    return [
        (one.shortage.cause, one.requirement.document_number, one.policy, _days(one.before), _days(one.after))
        for one in rows
    ]


def _days(dates):
    return None if dates is None else [(quantity, date_of(day)) for quantity, day in dates]


def two_orders(small, rep, draft):
    first = actions.enter_order(draft("ALPHA", ("HELMET", 4), priority=1), by=rep, clock=small.clock)
    last = actions.enter_order(draft("BETA", ("HELMET", 3), priority=9), by=rep, clock=small.clock)
    return first, last


def test_what_is_promised_anew_stands_beside_the_slip_that_did_it(small, rep, draft):
    receipt_id = expect(small)
    first, last = two_orders(small, rep, draft)
    slip(small, receipt_id)
    jobs.work_off(small.clock)
    cause, old, new = "receipt 4500 was changed", company.NEXT_WEDNESDAY, date(2026, 3, 24)
    assert told() == [
        (cause, last.number, "repromise", [(3, old)], [(3, new)]),
        (cause, first.number, "repromise", [(4, old)], [(4, new)]),
    ]
    [slipped] = measures.slips(SYSTEM)
    assert (slipped.source_kind, slipped.source_id, slipped.quantity) == ("receipt", receipt_id, 7)
    assert measures.open_among([slipped.pk]) == frozenset()


def test_each_slip_has_the_promises_that_waited_for_it(small, rep, draft):
    """A receipt shrinks so far that one order waits; then another one slips, and the other order does."""
    company.put_in_stock(small, "HELMET", 4)
    receipt_id = expect(small, quantity=3)
    first, last = two_orders(small, rep, draft)
    supply.cancel_receipt(receipt_id, reason="not coming", by=SYSTEM, clock=small.clock)
    supply.transfer_stock(
        small.products["HELMET"].pk, bin_id=small.bins["HAM"].pk, from_type="unrestricted", to_type="blocked",
        quantity=4, reason="straps break", by=SYSTEM, clock=small.clock,
    )  # fmt: skip
    assert [one.quantity for one in measures.slips(SYSTEM).order_by("id")] == [3, 4]
    jobs.work_off(small.clock)
    found = {(cause, number) for cause, number, *_ in told()}
    cancelled, blocked = "receipt 4500 was cancelled", "stock was blocked: straps break"
    assert found == {(blocked, last.number), (blocked, first.number), (cancelled, first.number)}
    assert measures.open_among([one.pk for one in measures.slips(SYSTEM)]) == frozenset()


def test_a_kept_promise_stands_there_without_another_date_and_what_it_waits_for_stays_open(small, rep, draft):
    keeps_its_promises(small)
    receipt_id = expect(small)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    slip(small, receipt_id)
    jobs.work_off(small.clock)
    jobs.work_off(small.clock)
    assert told() == [("receipt 4500 was changed", order.number, "keep", [(4, company.NEXT_WEDNESDAY)], None)]
    [slipped] = measures.slips(SYSTEM)
    assert measures.open_among([slipped.pk]) == {slipped.pk}


def test_an_asked_promise_is_undecided_until_its_new_dates_are_taken(small, rep, draft):
    asks(small)
    receipt_id = expect(small)
    order = actions.enter_order(draft("ALPHA", ("HELMET", 4)), by=rep, clock=small.clock)
    slip(small, receipt_id)
    jobs.work_off(small.clock)
    old = [(4, company.NEXT_WEDNESDAY)]
    assert told() == [("receipt 4500 was changed", order.number, "ask", old, None)]
    assert Reaction.objects.get().decided_at is None
    actions.take_new_dates(NewDates.objects.get().pk, version=1, by=rep, clock=small.clock)
    assert told() == [("receipt 4500 was changed", order.number, "ask", old, [(4, date(2026, 3, 24))])]
    assert measures.slips_of(Reaction.objects.get().requirement_id)[small.clock.now()][1] == "receipt 4500 was changed"


def test_a_hold_that_gives_way_stands_there_too(small, rep):
    receipt_id = expect(small)
    line = HoldLineDraft(small.products["HELMET"].pk, 5, company.NEXT_WEDNESDAY)
    hold = promising.hold_goods(HoldDraft(small.sites["HAM"].pk, "Messe", (line,)), by=rep, clock=small.clock)
    slip(small, receipt_id, FRIDAY_WEEK)
    jobs.work_off(small.clock)
    [(cause, number, policy, before, after)] = told()
    assert (cause, number, policy, after) == ("receipt 4500 was changed", hold.number, "hold", [])
    assert [quantity for quantity, _ in before] == [5]


def test_a_receipt_leads_to_its_own_slips_and_not_to_those_of_similar_numbers(small, rep, draft):
    receipt_id = expect(small)
    two_orders(small, rep, draft)
    slip(small, receipt_id)
    user = get_user_model().objects.create_user("planner", password="x")
    RoleGrant.objects.create(user=user, role="production_scheduler")
    planner = Client()
    planner.force_login(user)
    page, slips = reverse("supply:receipt", args=[receipt_id]), reverse("promising:slips")
    assert f"{slips}?receipt=4500" in planner.get(page).content.decode()
    assert "receipt 4500 was changed" in planner.get(f"{slips}?receipt=4500").content.decode()
    assert "receipt 4500 was changed" in planner.get(f"{slips}?q=450").content.decode()
    assert "receipt 4500 was changed" not in planner.get(f"{slips}?receipt=450").content.decode()
