"""A run is applied while an order wants the same goods, and two workers apply one run: each unit is promised once.

Both come to the posting, where each has read and has not written. Without the locks the same goods go to both.
"""

import pytest
from django.db.models import Sum

from tests import company, rivals
from tests.backorders.conftest import Desk
from tests.backorders.test_locations import order as located
from tests.backorders.test_protection import keep, keep_more
from tests.backorders.test_quotas import Planner
from tests.sales.test_locations import kept, shop_of
from tests.shipping.conftest import assert_books_hold
from troth.business.backorders.actions import decide, working
from troth.business.backorders.models import Run
from troth.business.promising.models import QuotaUse
from troth.business.sales import actions as sales
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability import checks
from troth.ledgers.quota import actions as ledger
from troth.platform.actors import SYSTEM
from troth.platform.verify import Finding

pytestmark = pytest.mark.django_db(transaction=True)

PLACES = ((availability, "post"),)
WEDNESDAY = company.NEXT_WEDNESDAY


def approved():
    """Six helmets come in for an order that waits; the run that gives them to it is approved and begun."""
    desk = Desk(company.build())
    desk.waits = desk.order("BETA", ("HELMET", 6))
    desk.stock("HELMET", 6)
    run = desk.simulated()
    decide.approve_run(run.pk, **desk.acting)
    decide.apply_run(run.pk, **desk.acting)
    return desk, run


def promised():
    """What is promised of helmets beyond what is there, as `troth verify` finds it."""
    return [finding for finding in checks.uncovered(company.MONDAY) if isinstance(finding, Finding)]


def wants_six(desk):
    return lambda: desk.order("ALPHA", ("HELMET", 6))


def applies(desk, run):
    return lambda: working.apply_keys(run.pk, by=SYSTEM, clock=desk.small.clock)


def test_an_order_and_a_run_do_not_both_get_the_last_goods(monkeypatch):
    desk, run = approved()
    rivals.race(monkeypatch, True, PLACES, applies(desk, run), wants_six(desk))
    working.go_on(run.pk, clock=desk.small.clock)
    run.refresh_from_db()
    got = desk.promised(desk.waits)
    assert got == ([[(6, WEDNESDAY)]] if run.state == "applied" else [[]])
    assert promised() == []
    assert_books_hold()


def test_without_the_locks_both_get_them(monkeypatch):
    desk, run = approved()
    rivals.race(monkeypatch, False, PLACES, applies(desk, run), wants_six(desk))
    assert desk.promised(desk.waits) == [[(6, WEDNESDAY)]]
    assert [finding.facts["missing"] for finding in promised()] == [6]


def test_two_workers_apply_a_run_once(monkeypatch):
    desk, run = approved()
    rivals.race(monkeypatch, True, PLACES, applies(desk, run), applies(desk, run))
    assert Run.objects.get(pk=run.pk).keys_done == 1
    working.go_on(run.pk, clock=desk.small.clock)
    assert desk.promised(desk.waits) == [[(6, WEDNESDAY)]]
    assert_books_hold()


def approved_quota():
    """Six helmets come in for an order that waits, and the quota of all leaves six of helmets and frames together."""
    desk = Desk(company.build())
    desk.procedure = Planner(desk).quota("HELMET FRAME", ("#", company.NEXT_MONDAY, 6))
    desk.waits = desk.order("BETA", ("HELMET", 6))
    desk.stock("HELMET", 6)
    desk.stock("FRAME", 6)
    run = desk.simulated()
    decide.approve_run(run.pk, **desk.acting)
    decide.apply_run(run.pk, **desk.acting)
    return desk, run


def test_a_run_and_an_order_for_another_product_do_not_both_get_the_last_of_a_quota(monkeypatch):
    desk, run = approved_quota()
    rivals.race(monkeypatch, True, PLACES, applies(desk, run), lambda: desk.order("ALPHA", ("FRAME", 6)))
    working.go_on(run.pk, clock=desk.small.clock)
    run.refresh_from_db()
    assert desk.promised(desk.waits) == ([[(6, WEDNESDAY)]] if run.state == "applied" else [[]])
    assert QuotaUse.objects.aggregate(used=Sum("quantity"))["used"] == 6
    assert_books_hold()


def test_without_the_locks_both_get_the_last_of_the_quota(monkeypatch):
    desk, run = approved_quota()
    rivals.race(monkeypatch, False, PLACES, applies(desk, run), lambda: desk.order("ALPHA", ("FRAME", 6)))
    assert QuotaUse.objects.aggregate(used=Sum("quantity"))["used"] == 12


def test_a_run_and_a_planner_who_lowers_its_quota_take_turns(monkeypatch):
    desk, run = approved_quota()
    lowers = lambda: Planner(desk).plan(desk.procedure, ("#", company.NEXT_MONDAY, 2))  # noqa: E731
    places = (*PLACES, (ledger, "post"))
    rivals.race(monkeypatch, True, places, applies(desk, run), lowers)
    working.go_on(run.pk, clock=desk.small.clock)
    run.refresh_from_db()
    assert desk.promised(desk.waits) == ([[(6, WEDNESDAY)]] if run.state == "applied" else [[]])
    assert_books_hold()


def approved_beside_protection():
    """Six helmets come in, of which two are kept for dealers; ALPHA, who is none, waits for six and is given four."""
    desk = Desk(company.build())
    desk.kept = keep(desk, 2)
    desk.waits = desk.order("ALPHA", ("HELMET", 6))
    desk.stock("HELMET", 6)
    run = desk.simulated()
    decide.approve_run(run.pk, **desk.acting)
    decide.apply_run(run.pk, **desk.acting)
    return desk, run


RAISED = (*PLACES, (ledger, "post"))


def test_a_run_and_a_planner_who_keeps_more_for_others_take_turns(monkeypatch):
    desk, run = approved_beside_protection()
    raises = lambda: keep_more(desk, desk.kept, 5)  # noqa: E731
    rivals.race(monkeypatch, True, RAISED, applies(desk, run), raises)
    working.go_on(run.pk, clock=desk.small.clock)
    run.refresh_from_db()
    assert desk.promised(desk.waits) == ([[(4, WEDNESDAY)]] if run.state == "applied" else [[]])
    assert_books_hold()


def test_a_run_and_an_order_of_those_for_whom_it_is_kept_leave_each_its_own(monkeypatch):
    desk, run = approved_beside_protection()
    rivals.race(monkeypatch, True, PLACES, applies(desk, run), lambda: desk.order("BETA", ("HELMET", 2)))
    working.go_on(run.pk, clock=desk.small.clock)
    run.refresh_from_db()
    assert desk.promised(desk.waits) in ([[(4, WEDNESDAY)]], [[]])
    assert QuotaUse.objects.aggregate(used=Sum("quantity"))["used"] == 2
    assert promised() == []
    assert_books_hold()


def test_without_the_locks_both_get_the_goods_that_nobody_keeps(monkeypatch):
    """The order takes all six, two of them its own, while the run takes four."""
    desk, run = approved_beside_protection()
    rivals.race(monkeypatch, False, PLACES, applies(desk, run), lambda: desk.order("BETA", ("HELMET", 6)))
    assert [finding.facts["missing"] for finding in promised()] == [4]


def approved_group():
    """Helmets are there, and gloves come in, for an order of both that is to arrive at once; it is given both."""
    desk = Desk(company.build())
    desk.stock("HELMET", 6)
    desk.waits = desk.order("GAMMA", ("HELMET", 6), ("GLOVE", 6), complete_delivery=True)
    desk.stock("GLOVE", 6)
    run = desk.simulated()
    decide.approve_run(run.pk, **desk.acting)
    decide.apply_run(run.pk, **desk.acting)
    return desk, run


def test_a_group_and_an_order_for_one_of_its_products_do_not_both_get_it(monkeypatch):
    desk, run = approved_group()
    rivals.race(monkeypatch, True, PLACES, applies(desk, run), lambda: desk.order("ALPHA", ("GLOVE", 6)))
    working.go_on(run.pk, clock=desk.small.clock)
    run.refresh_from_db()
    both = [[(6, WEDNESDAY)], [(6, WEDNESDAY)]]
    assert desk.promised(desk.waits) == (both if run.state == "applied" else [[], []])
    assert promised() == []
    assert_books_hold()


def test_without_the_locks_both_get_what_the_group_has(monkeypatch):
    desk, run = approved_group()
    rivals.race(monkeypatch, False, PLACES, applies(desk, run), lambda: desk.order("ALPHA", ("GLOVE", 6)))
    assert [finding.facts["missing"] for finding in promised()] == [6]


def approved_location():
    """Four helmets of the shop are given up by the site, for a line that the shop alone serves."""
    desk = Desk(company.build())
    shop_of(desk.small)
    gone = located(desk, "ALPHA", (12, ""))
    desk.waits = located(desk, "BETA", (4, "SHOP"))
    sales.cancel_order(gone, reason="no need", by=SYSTEM, clock=desk.small.clock)
    run = desk.simulated()
    decide.approve_run(run.pk, **desk.acting)
    decide.apply_run(run.pk, **desk.acting)
    return desk, run


def test_a_run_and_an_order_do_not_both_get_the_last_goods_of_a_location(monkeypatch):
    desk, run = approved_location()
    rivals.race(monkeypatch, True, PLACES, applies(desk, run), lambda: located(desk, "ALPHA", (4, "SHOP")))
    working.go_on(run.pk, clock=desk.small.clock)
    run.refresh_from_db()
    assert desk.promised(desk.waits) == ([[(4, WEDNESDAY)]] if run.state == "applied" else [[]])
    assert (kept(desk.small), promised()) == (4, [])
    assert_books_hold()


def test_a_run_and_an_order_of_the_site_do_not_both_get_the_goods_of_a_location(monkeypatch):
    desk, run = approved_location()
    rivals.race(monkeypatch, True, PLACES, applies(desk, run), lambda: located(desk, "ALPHA", (12, "")))
    working.go_on(run.pk, clock=desk.small.clock)
    run.refresh_from_db()
    assert desk.promised(desk.waits) == ([[(4, WEDNESDAY)]] if run.state == "applied" else [[]])
    assert promised() == []
    assert_books_hold()


def test_without_the_locks_both_get_the_goods_of_the_location(monkeypatch):
    desk, run = approved_location()
    rivals.race(monkeypatch, False, PLACES, applies(desk, run), lambda: located(desk, "ALPHA", (12, "")))
    assert desk.promised(desk.waits) == [[(4, WEDNESDAY)]]
    assert [finding.facts["missing"] for finding in promised()] != []
