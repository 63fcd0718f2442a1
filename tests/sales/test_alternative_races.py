"""Two orders whose alternatives overlap crosswise: nothing is given twice, and neither blocks the other for good."""

import pytest
from django.db import connection

from tests import company
from tests.rivals import A_MOMENT_SECONDS, meet_at, outcomes, race
from tests.sales.books import demand
from troth.business.masterdata import models as masterdata
from troth.business.promising.actions import alternatives as planning
from troth.business.sales import actions
from troth.business.sales.actions import alternatives, save
from troth.platform import actions as running
from troth.platform import verify

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crosswise(transactional_db):
    """Helmets serve for frames and frames for helmets; five of each are there."""
    small = company.build()
    for product, other in (("HELMET", "FRAME"), ("FRAME", "HELMET")):
        company.put_in_stock(small, product, 5)
        rule = masterdata.AvailabilityRule.objects.create(
            code=product, name=product, product=small.products[product], valid_from_on=company.LONG_AGO
        )
        masterdata.AvailabilityRuleStep.objects.create(rule=rule, position=1, product=small.products[other])
    return small


@pytest.fixture
def orders(crosswise, rep, draft):
    def enter(customer, product):
        return lambda: actions.enter_order(draft(customer, (product, 8)), by=rep, clock=crosswise.clock)

    return enter("ALPHA", "HELMET"), enter("BETA", "FRAME")


def over_promised():
    return [one.name for one in verify.run() if not one.holds]


def test_what_both_want_is_promised_once(orders, monkeypatch):
    assert race(monkeypatch, True, [(save, "write_all")], *orders) == ["done", "done"]
    assert demand() == 10
    assert over_promised() == []


def test_both_are_promised_the_same_goods_without_the_lock(orders, monkeypatch):
    race(monkeypatch, False, [(save, "write_all")], *orders)
    assert demand() > 10


def test_neither_waits_for_the_other_for_good(orders, monkeypatch):
    """Both have planned before either locks, so that both want both keys."""
    meet_at(monkeypatch, (planning, "_Books"), patience_seconds=A_MOMENT_SECONDS)
    monkeypatch.setattr(running, "ATTEMPTS", 1)
    assert outcomes(*orders) == ["done", "done"]
    assert demand() == 10


def test_whoever_locks_its_own_goods_first_and_then_the_others_blocks_the_other(orders, monkeypatch):
    """The control: the same without giving the locks back. SQLite has one lock for all, so nobody can be blocked."""

    def greedy(held, asked, others=(), *, clock, prepare=None):
        held.take(*others, *planning.keys([one.wish for one in asked]))
        reached()
        held.take(*planning.closure(asked))
        return planning._plan(asked, planning._Books(planning.Overlay.of(held), locked=True, clock=clock), prepare)

    def arrive():
        return None

    monkeypatch.setattr(planning, "arrive", arrive, raising=False)
    meet_at(monkeypatch, (planning, "arrive"), patience_seconds=2.0)

    def reached():
        planning.arrive()

    monkeypatch.setattr(alternatives, "plan_held", greedy)
    monkeypatch.setattr(running, "ATTEMPTS", 1)
    blocked = connection.vendor == "postgresql"
    found = outcomes(*orders)
    assert ("done" in found, found == ["done", "done"]) == (True, not blocked)
