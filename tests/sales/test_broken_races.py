"""A promise breaks and a rule names goods elsewhere, while another order wants just these: they are given once."""

import sys

import pytest

from tests import company
from tests.rivals import race
from tests.sales.test_repromise import expect
from troth.business.masterdata.models import AvailabilityRule, AvailabilityRuleStep
from troth.business.promising import queries as promises
from troth.business.sales import actions
from troth.business.sales.actions import broken, save
from troth.business.sales.models import OrderLine
from troth.business.sales.rules.drafts import LineDraft
from troth.business.supply import actions as supply
from troth.platform import verify
from troth.platform.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE_WRITING = [(broken, "settle"), (save, "write_all")]
BEFORE_DECIDING = [(sys.modules["troth.business.promising.actions.confirm"], "decide_all")]


@pytest.fixture
def rivals(transactional_db, draft):
    """Five helmets lie in Rotterdam: an order from Hamburg falls back on them, another wants them from there."""
    small = company.build()
    by = {"by": SYSTEM, "clock": small.clock}
    rule = AvailabilityRule.objects.create(
        code="R1", name="R1", product=small.products["HELMET"], valid_from_on=company.LONG_AGO,
        asked_at_entry=False, asked_when_broken=True,
    )  # fmt: skip
    AvailabilityRuleStep.objects.create(rule=rule, position=1, site=small.sites["ROT"])
    receipt_id = expect(small)
    first = actions.enter_order(draft("ALPHA", ("HELMET", 5)), **by)
    company.put_in_stock(small, "HELMET", 5, site="ROT")
    supply.cancel_receipt(receipt_id, reason="not coming", **by)
    place = (small.products["HELMET"].pk, small.sites["HAM"].pk)
    other = draft("BETA", LineDraft(product="HELMET", quantity=5, site="ROT"))
    return (
        lambda: actions.repromise_order(first.id, *place, **by),
        lambda: actions.enter_order(other, **by),
    )


def from_rotterdam():
    ids = list(OrderLine.objects.filter(site__code="ROT", rejection_reason="").values_list("pk", flat=True))
    return sum(line.confirmed for line in promises.promise("order", ids).values())


def test_what_lies_elsewhere_is_promised_to_one_of_them(rivals, monkeypatch):
    assert race(monkeypatch, True, BEFORE_WRITING, *rivals) == ["done", "done"]
    assert from_rotterdam() == 5
    assert [one.name for one in verify.run() if not one.holds] == []


def test_both_are_promised_it_without_the_lock(rivals, monkeypatch):
    race(monkeypatch, False, BEFORE_DECIDING, *rivals)
    assert from_rotterdam() == 10
