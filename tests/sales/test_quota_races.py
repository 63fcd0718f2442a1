"""A quota or a protection is made while an order is entered: the order is counted in it, or knows it."""

import sys

import pytest

from tests import company, rivals
from tests.sales.test_supply_races import BEFORE_DECIDING, confirmed, draft
from tests.shipping.conftest import assert_books_hold
from troth.business.masterdata import models as masterdata
from troth.business.promising.actions import counting
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import (
    ProcedureDraft,
    ProtectionDraft,
    ReachDraft,
    SequenceDraft,
    TargetDraft,
    maintain,
    protect,
    targets,
)
from troth.business.sales import actions
from troth.ledgers.quota.models import Balance
from troth.platform import verify
from troth.platform.actors import SYSTEM
from troth.reference.models import Product

pytestmark = pytest.mark.django_db(transaction=True)

# They meet twice: when the order knows of no quota and the planner has not written, and before both post.
MET = [*BEFORE_DECIDING, (sys.modules["troth.business.promising.actions.confirm"], "post")]
MET += [(targets, "_write"), (maintain, "_reaches"), (protect, "_check"), (counting.availability, "mark_limits")]


@pytest.fixture
def small():
    made = company.build()
    company.put_in_stock(made, "HELMET", 10)
    masterdata.Customer.objects.update(group="retail")
    return made


def a_cell(small):
    """Ten helmets are ordered while a cell of four is made, which holds for everybody."""
    by = {"by": SYSTEM, "clock": small.clock}
    unit = Product.objects.get(number="HELMET").base_unit_id
    procedure = quotas.save_procedure(ProcedureDraft("Q", "Q", "region", unit), **by).id
    reach = ReachDraft(company.NEXT_WEDNESDAY.replace(day=1), product="HELMET")
    quotas.save_sequence(SequenceDraft("S", "S", ["Q"], [reach]), **by)
    target = TargetDraft({}, company.NEXT_WEDNESDAY, 4)
    return lambda: quotas.set_targets(procedure, [target], **by)


def a_sequence(small):
    """Ten helmets are ordered while a procedure with a cell of four is assigned to them."""
    by = {"by": SYSTEM, "clock": small.clock}
    unit = Product.objects.get(number="HELMET").base_unit_id
    procedure = quotas.save_procedure(ProcedureDraft("Q", "Q", "region", unit), **by).id
    quotas.set_targets(procedure, [TargetDraft({}, company.NEXT_WEDNESDAY, 4)], **by)
    reach = ReachDraft(company.NEXT_WEDNESDAY.replace(day=1), product="HELMET")
    return lambda: quotas.save_sequence(SequenceDraft("S", "S", ["Q"], [reach]), **by)


def a_protection(small):
    """Ten helmets are ordered by the group for which four are protected at the same moment."""
    by = {"by": SYSTEM, "clock": small.clock}
    day = company.NEXT_WEDNESDAY
    draft = ProtectionDraft("HELMET", "HAM", "customer_group", "retail", day.replace(day=1), day, 4)
    return lambda: quotas.save_protection(draft, **by)


def consumed():
    return sum(Balance.objects.values_list("consumed", flat=True))


def enter(small):
    return lambda: actions.enter_order(draft(10), by=SYSTEM, clock=small.clock)


@pytest.mark.parametrize("made", [a_cell, a_sequence, a_protection])
def test_an_order_is_counted_in_what_is_made_meanwhile_or_knows_it(monkeypatch, small, made):
    assert rivals.race(monkeypatch, True, MET, made(small), enter(small)) == ["done", "done"]
    assert consumed() == confirmed()
    assert confirmed() in ((4, 10) if made is not a_protection else (10,))
    assert_books_hold()


@pytest.mark.parametrize("made", [a_cell, a_sequence, a_protection])
def test_without_the_lock_it_is_neither(monkeypatch, small, made):
    assert rivals.race(monkeypatch, False, MET, made(small), enter(small)) == ["done", "done"]
    assert (confirmed(), consumed()) == (10, 0)
    assert "promising: counted" in [one.name for one in verify.run() if not one.holds]
