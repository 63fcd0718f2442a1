"""A rule of a run names goods elsewhere while an order wants just these, or another worker applies it: given once."""

import sys

import pytest

from tests import company
from tests.backorders.conftest import Desk
from tests.rivals import race
from troth.business.backorders.actions import decide, serving, working
from troth.business.backorders.models import Change
from troth.business.backorders.rules.variants import SegmentDraft
from troth.business.masterdata.models import AvailabilityRule, AvailabilityRuleStep
from troth.business.promising import queries as promises
from troth.business.sales import actions
from troth.business.sales.actions import asking, save
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.platform import verify
from troth.platform.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE_WRITING = [(asking, "settle"), (save, "write_all")]
BEFORE_DECIDING = [(sys.modules["troth.business.promising.actions.confirm"], "decide_all")]


@pytest.fixture
def rivals(transactional_db):
    """Five helmets lie in Rotterdam: a run lets them serve a line from Hamburg, an order wants them from there."""
    desk = Desk(company.build())
    small, by = desk.small, {"by": SYSTEM, "clock": desk.small.clock}
    rule = AvailabilityRule.objects.create(
        code="R1", name="R1", product=small.products["HELMET"], valid_from_on=company.LONG_AGO,
        asked_at_entry=False, asked_in_runs=True,
    )  # fmt: skip
    AvailabilityRuleStep.objects.create(rule=rule, position=1, site=small.sites["ROT"])
    desk.order("ALPHA", ("HELMET", 5))
    company.put_in_stock(small, "HELMET", 5, site="ROT")
    run = desk.simulated(SegmentDraft("All", "improve"), asks_rules=True)
    decide.approve_run(run.pk, **desk.acting)
    decide.apply_run(run.pk, **desk.acting)
    line = LineDraft(product="HELMET", quantity=5, site="ROT")
    draft = OrderDraft(customer="BETA", requested_on=company.NEXT_WEDNESDAY, lines=(line,))
    return desk, run, lambda: serving.serve_next(run.pk, **by), lambda: actions.enter_order(draft, **by)


def from_rotterdam():
    ids = list(OrderLine.objects.filter(site__code="ROT", rejection_reason="").values_list("pk", flat=True))
    return sum(line.confirmed for line in promises.promise("order", ids).values())


def test_what_lies_elsewhere_is_promised_to_one_of_them(rivals, monkeypatch):
    desk, run, serves, enters = rivals
    assert race(monkeypatch, True, BEFORE_WRITING, serves, enters) == ["done", "done"]
    assert from_rotterdam() == 5
    working.go_on(run.pk, clock=desk.small.clock)
    run.refresh_from_db()
    assert (run.state, Change.objects.get(run=run).serving) in [("applied", "applied"), ("stale", "moved")]
    assert [one.name for one in verify.run() if not one.holds] == []


def test_both_are_promised_it_without_the_lock(rivals, monkeypatch):
    _, _, serves, enters = rivals
    race(monkeypatch, False, BEFORE_DECIDING, serves, enters)
    assert from_rotterdam() == 10


def test_two_workers_serve_a_line_once(rivals, monkeypatch):
    _, run, serves, _ = rivals
    assert race(monkeypatch, True, [(asking, "settle")], serves, serves) == ["done", "done"]
    assert from_rotterdam() == 5
    assert Change.objects.get(run=run).serving == "applied"
