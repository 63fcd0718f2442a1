"""Promise kept: what left is set against the day promised first, the day promised last, and the wish."""

from datetime import date, timedelta

import pytest

from tests import company as companies
from troth.business.promising import measures
from troth.business.promising.models import Departure, Requirement, ScheduleLine
from troth.business.shipping.models import Delivery
from troth.kernel.errors import BusinessError


def told(order):
    found = Departure.objects.filter(requirement__document_id=order.id).order_by("id")
    return list(found.values_list("quantity", "wish_missed_by", "first_missed_by", "missed_by"))


def kept(by="all"):
    return measures.kept(None, date(2026, 1, 1), date(2026, 12, 31), by=by)


def promise_for(order, **days):
    """The promise as it was made: what the books of the test cannot make without waiting."""
    if first := days.get("first"):
        Requirement.objects.filter(document_id=order.id).update(first_promised_on=first)
    if last := days.get("last"):
        ScheduleLine.objects.filter(requirement__document_id=order.id).update(delivery_on=last)


def test_goods_that_come_when_promised_keep_every_promise(yard):
    order, _, _ = yard.issued(FRAME=5)

    assert told(order) == [(5, 0, 0, 0)]
    [row] = kept()
    assert (row.departures, row.first, row.last, row.wish, row.worst_days) == (1, 1, 1, 1, 0)


def test_a_promise_that_was_moved_is_missed_first_and_kept_last(yard):
    order, delivery = yard.delivered(FRAME=5)
    promise_for(order, first=companies.WEDNESDAY - timedelta(days=2))
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    yard.issue(delivery)

    assert told(order) == [(5, 0, 2, 0)]
    [row] = kept("customer")
    assert (row.group[0], row.departures, row.first, row.last) == ("BETA", 1, 0, 1)
    assert (row.average_days, row.worst_days) == (20, 2)


def test_goods_that_leave_late_arrive_late_by_as_much(yard):
    order, delivery, _ = yard.picked(FRAME=5)
    yard.company.clock.at += timedelta(days=3)
    yard.issue(delivery)

    [(_, wish, first, last)] = told(order)
    late = (yard.company.clock.today("UTC") - Delivery.objects.get(pk=delivery.id).goods_issue_on).days
    assert late > 0
    assert (wish, first, last) == (late, late, late)


def test_the_proof_says_when_the_goods_arrived_and_its_reversal_forgets_it(yard):
    order, delivery, _ = yard.issued(FRAME=5)
    yard.company.clock.at += timedelta(days=7)
    arrived_on = companies.WEDNESDAY + timedelta(days=1)

    yard.do("prove_delivery", delivery_id=delivery.id, arrived_on=arrived_on)
    assert told(order) == [(5, 1, 1, 1)]

    yard.do("withdraw_proof", delivery_id=delivery.id, reason="another delivery's")
    assert told(order) == [(5, 0, 0, 0)]


def test_a_goods_issue_that_is_taken_back_never_left(yard):
    order, delivery, _ = yard.issued(FRAME=5)

    yard.do("reverse_goods_issue", delivery_id=delivery.id, reason="lorry broke down")
    assert told(order) == []
    assert kept() == []

    yard.issue(delivery)
    assert told(order) == [(5, 0, 0, 0)]


def test_goods_are_laid_to_the_confirmations_that_a_delivery_took_the_earliest_first(yard):
    order = yard.order(FRAME=20)
    [line] = ScheduleLine.objects.filter(requirement__document_id=order.id)
    first_day, last_day = line.delivery_on, line.delivery_on + timedelta(days=5)
    delivery = yard.deliver(order)
    ScheduleLine.objects.filter(pk=line.pk).update(quantity=12, delivered=12)
    ScheduleLine.objects.create(
        requirement_id=line.requirement_id, position=2, quantity=8, delivered=8, material_on=line.material_on,
        transportation_planning_on=line.transportation_planning_on, loading_on=line.loading_on,
        goods_issue_on=line.goods_issue_on, delivery_on=last_day, basis="supply",
    )  # fmt: skip
    yard.do("confirm_all", transfer_order_id=yard.transfer(delivery).id)
    yard.issue(delivery)

    assert told(order) == [(12, 0, 0, 0), (8, 0, 0, -5)]
    assert [(row.group, row.departures) for row in kept("basis")] == [(("stock",), 1), (("supply",), 1)]
    assert first_day == companies.WEDNESDAY


def test_an_issue_that_is_refused_leaves_no_trace(yard):
    _, delivery = yard.delivered(FRAME=5)
    with pytest.raises(BusinessError):
        yard.issue(delivery)
    assert not Departure.objects.exists()


def test_what_should_have_left_and_is_in_no_delivery_is_counted(yard):
    yard.order(FRAME=5)

    assert measures.overdue(None, yard.today).count() == 0
    assert measures.overdue(None, yard.today + timedelta(days=10)).count() == 1
    assert (
        measures.overdue(frozenset({(yard.company.company.pk + 1, None)}), yard.today + timedelta(days=10)).count() == 0
    )
