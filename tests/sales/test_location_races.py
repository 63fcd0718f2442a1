"""The last goods of a storage location, wanted twice at one moment: by two lines of it, and by it and its site."""

import sys

import pytest

from tests import company, rivals
from tests.sales.test_locations import broken, line, shop_of
from troth.business.promising.models import Requirement
from troth.business.sales import actions
from troth.business.supply import actions as supply
from troth.platform.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)

DECIDING = (sys.modules["troth.business.promising.actions.confirm"], "decide_all")
WANTED = {"two lines of the location": (line(3), line(3)), "the location and the site": (line(3), line(3, location=""))}


@pytest.fixture
def meeting(transactional_db, rep, draft, monkeypatch):
    """`meeting(locked, wanted)`: two orders of three helmets each, of four that lie at the location alone."""
    small = company.build()
    shop_of(small)
    supply.adjust_stock(
        small.products["HELMET"].pk, bin_id=small.bins["HAM"].pk, counted=0, reason="gone", by=SYSTEM, clock=small.clock
    )
    # Rows that are missing are locked by whoever makes them, lock or no lock.
    first = actions.enter_order(draft("ALPHA", line(1)), by=rep, clock=small.clock)
    actions.cancel_order(first.id, reason="only to make the rows", by=rep, clock=small.clock)

    def run(locked, wanted):
        saved = [
            actions.save_order(draft(customer, one), by=rep, clock=small.clock)
            for customer, one in zip(("ALPHA", "BETA"), wanted, strict=True)
        ]
        calls = [lambda one=one: actions.submit_order(one.id, by=rep, clock=small.clock) for one in saved]
        told = rivals.race(monkeypatch, locked, [DECIDING], *calls)
        found = Requirement.objects.filter(is_withdrawn=False)
        return told, sorted(found.values_list("confirmed_quantity", flat=True))

    return run


@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
def test_one_gets_them_and_the_other_what_is_left(meeting, wanted):
    assert meeting(True, wanted) == (["done", "done"], [1, 3])
    assert broken() == []


@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
def test_without_the_lock_they_are_promised_twice(meeting, wanted):
    assert meeting(False, wanted) == (["done", "done"], [3, 3])
    assert broken()
