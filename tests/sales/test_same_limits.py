"""A hold and a check keep to limits and packages as order entry does: each answers what an order would get."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests import company
from tests.sales.test_packages import packed
from tests.sales.test_repromise import expect
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata.models import Customer
from troth.business.masterdata.store import touch
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import Check, HoldDraft, HoldLineDraft
from troth.business.promising.rules.holds import NothingToHold, WrongHold
from troth.business.sales import actions, queries
from troth.business.sales.rules import refusals
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.kernel.errors import BusinessError
from troth.kernel.limits import NO_LIMITS, Limits
from troth.platform.actors import SYSTEM

pytestmark = pytest.mark.django_db

WISHED = company.WEDNESDAY
LATER = company.NEXT_WEDNESDAY
BOOKS = ((4, None), (3, LATER), (9, LATER + timedelta(days=7)))
AGREED = (
    {},
    {"minimum_shipment_percent": 60},
    {"lateness_days_max": 12},
    {"deliveries_max": 1},
    {"complete_delivery": True},
)
OWN = (NO_LIMITS, Limits(3), Limits(0, 1), Limits(5, None, 2), Limits(None, 30, 1))


def stocked(small):
    for quantity, on in BOOKS:
        if on is None:
            company.put_in_stock(small, "HELMET", quantity)
        else:
            expect(small, "HELMET", quantity, on, f"450{quantity}")


def checked(small, quantity=10, customer="BETA", limits=NO_LIMITS):
    one = Check(small.products["HELMET"].pk, small.sites["HAM"].pk, quantity, WISHED, customer=customer, limits=limits)
    [answer] = promising.check([one], clock=small.clock)
    return answer


def held(small, rep, quantity=10, customer="BETA", limits=NO_LIMITS, on=WISHED):
    line = HoldLineDraft(small.products["HELMET"].pk, quantity, on, limits=limits)
    return promising.hold_goods(
        HoldDraft(small.sites["HAM"].pk, "asked", (line,), customer=customer), by=rep, clock=small.clock
    )


def entered(small, rep, quantity=10, limits=NO_LIMITS):
    line = LineDraft(
        product="HELMET", quantity=str(quantity), site="HAM", requested_on=WISHED,
        **(limits._asdict() | {"min_shipment": None if limits.min_shipment is None else str(limits.min_shipment)}),
    )  # fmt: skip
    made = actions.enter_order(OrderDraft(customer="BETA", lines=(line,)), by=rep, clock=small.clock)
    return queries.order(made.id, by=SYSTEM).lines[0]


@pytest.mark.parametrize("rounding", ["", "none", "down", "up"])
@pytest.mark.parametrize("agreed", AGREED, ids=str)
def test_a_check_and_a_hold_answer_what_order_entry_would(small, rep, agreed, rounding):
    stocked(small)
    Customer.objects.filter(party__number="BETA").update(**agreed)
    touch()
    if rounding:
        packed(small, rounding, sizes="4, 6")
    for own in OWN:
        with transaction.atomic():
            asked, kept, ordered = answers(small, rep, own)
            assert asked == ordered
            assert kept == ordered[1]
            transaction.set_rollback(True)


def answers(small, rep, own):
    """Of a check, a hold and an order: the quantity wanted, confirmed, open, and its parts; what is held."""
    answer = checked(small, limits=own)
    try:
        hold = held(small, rep, limits=own)
    except NothingToHold:
        kept = 0
    else:
        kept = sum(hold.held.values())
        promising.release_hold(hold.id, by=rep, clock=small.clock)
    line = entered(small, rep, limits=own)
    assert_books_hold()
    asked = (answer.wish.quantity, answer.confirmed, answer.short, [one.quantity for one in answer.schedules])
    parts = [one.quantity for one, _ in line.promise.schedules]
    return asked, kept, (line.line.base_quantity, line.promise.confirmed, line.promise.short, parts)


def test_what_is_held_in_packages_within_limits_goes_over_whole_and_keeps_its_limits(small, rep):
    company.put_in_stock(small, "HELMET", 10)
    packed(small, "up")
    hold = held(small, rep, 8, limits=Limits(6, 3, 1))
    assert (hold.held, hold.short) == ({10: 6}, {10: 6})
    draft = OrderDraft(customer="BETA", requested_on=WISHED)
    made = actions.order_from_hold(hold.id, draft, by=rep, clock=small.clock)
    [line] = queries.order(made.id, by=SYSTEM).lines
    assert (line.line.base_quantity, line.promise.confirmed, line.promise.short) == (6, 6, 0)
    assert (line.line.min_shipment, line.line.lateness_days_max, line.line.deliveries_max) == (6, 3, 1)
    assert_books_hold()


def test_an_order_that_would_lose_held_goods_to_what_is_agreed_is_refused_and_the_hold_stays(small, rep):
    company.put_in_stock(small, "HELMET", 10)
    packed(small, "none", customer="BETA", sizes="4")
    hold = held(small, rep, 10, customer="")
    draft = OrderDraft(customer="BETA", requested_on=WISHED)
    with pytest.raises(refusals.HeldForOthers, match="limits agreed"):
        actions.order_from_hold(hold.id, draft, by=rep, clock=small.clock)
    assert promises.hold_lines(hold.id)[0].held == 10
    assert_books_hold()


@pytest.mark.parametrize(
    ("limits", "field"), [(Limits(11), "min_shipment"), (Limits(None, 10_000), "lateness_days_max"),
                          (Limits(None, None, 0), "deliveries_max"), (Limits(None, None, 100), "deliveries_max")],
)  # fmt: skip
def test_limits_that_cannot_be_are_refused_by_field(small, rep, limits, field):
    company.put_in_stock(small, "HELMET", 10)
    with pytest.raises(WrongHold) as caught:
        held(small, rep, limits=limits)
    assert (caught.value.row, caught.value.field) == (1, field)
    answer = checked(small, limits=limits)
    assert isinstance(answer, BusinessError)
    assert answer.field == field
